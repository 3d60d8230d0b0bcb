// Package gsm7 knows which alphabet a text message travels in, how many
// segments it takes, and plain letters to put in place of costly ones.
//
// Facts: 3GPP TS 23.038 (GSM 7 bit default alphabet and its extension table);
// 160 characters in one segment or 153 in each of several for GSM-7, 70 or 67
// for UCS-2 (the provider's "SMS character limit" page).
package gsm7

import "unicode/utf16"

// Capacity of one segment, in GSM-7 septets or UCS-2 code units.
const (
	SingleGSM7 = 160 // a text of one segment
	PartGSM7   = 153 // each part of a longer one
	SingleUCS2 = 70
	PartUCS2   = 67
)

const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
	"ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

const extension = "^{}\\[~]|€\f" // each costs two septets

// Septets is the cost of r in GSM-7: 1, 2, or 0 when the alphabet lacks it.
func Septets(r rune) int {
	switch { // what nearly every text is made of
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', ' ' <= r && r <= '?':
		return 1
	}
	for _, b := range basic {
		if b == r {
			return 1
		}
	}
	for _, e := range extension {
		if e == r {
			return 2
		}
	}
	return 0
}

// FirstOutside finds the first character that GSM-7 lacks, with its place in
// characters from 0. One such character turns a whole text to UCS-2.
func FirstOutside(text string) (r rune, at int, found bool) {
	for _, r := range text {
		if Septets(r) == 0 {
			return r, at, true
		}
		at++
	}
	return 0, 0, false
}

// Segments is how many parts the text is sent and billed in. An empty text
// still takes one. In GSM-7 an extension character is never split across two
// parts.
func Segments(text string) int {
	if len(text) <= SingleGSM7 && usual(text) {
		return 1
	}
	if _, _, outside := FirstOutside(text); outside {
		return ucs2Segments(text)
	}
	total, parts, used := 0, 1, 0
	for _, r := range text {
		n := Septets(r)
		total += n
		if used+n > PartGSM7 {
			parts, used = parts+1, 0
		}
		used += n
	}
	if total <= SingleGSM7 {
		return 1
	}
	return parts
}

// usual reports a text of nothing but what nearly every text is made of: each byte is a character that
// costs one septet.
func usual(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < ' ' || c > '?') {
			return false
		}
	}
	return true
}

func ucs2Segments(text string) int {
	total, parts, used := 0, 1, 0
	for _, r := range text {
		n := utf16.RuneLen(r)
		if n < 0 {
			n = 1
		}
		total += n
		if used+n > PartUCS2 { // a surrogate pair moves whole
			parts, used = parts+1, 0
		}
		used += n
	}
	if total <= SingleUCS2 {
		return 1
	}
	return parts
}

// Length is the text's size in the units of its alphabet: septets, or UCS-2
// code units when a character is outside GSM-7.
func Length(text string) int {
	total := 0
	if _, _, outside := FirstOutside(text); outside {
		for _, r := range text {
			total += max(1, utf16.RuneLen(r))
		}
		return total
	}
	for _, r := range text {
		total += Septets(r)
	}
	return total
}

// Substitute is a plain spelling for a character GSM-7 lacks, or "" when there
// is none that keeps the meaning.
func Substitute(r rune) string {
	switch r {
	case '\u2018', '\u2019', '\u02bc', '`', '\u00b4':
		return "'"
	case '\u201c', '\u201d', '\u00ab', '\u00bb':
		return `"`
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\u2022', '\u00b7':
		return "-"
	case '\u2026':
		return "..."
	case '\u00a0', '\u2007', '\u2009', '\u202f', '\t':
		return " "
	case '\u00e7':
		return "c"
	case '\u0175', '\u0174':
		return "w"
	case '\u0177', '\u0176', '\u00fd':
		return "y"
	case '\u00e1', '\u00e2', '\u00e3':
		return "a"
	case '\u00ed', '\u00ee':
		return "i"
	case '\u00f3', '\u00f4', '\u00f5':
		return "o"
	case '\u00fa', '\u00fb':
		return "u"
	case '\u00ea', '\u00eb':
		return "e"
	}
	return ""
}
