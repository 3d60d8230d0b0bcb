// Package normalise turns what somebody typed, on any phone, into plain words: lower case,
// ASCII letters and digits, single spaces.
//
// It is the one place that decides that "１．", "1️⃣", "Option one!" and "01"
// are all the number 1, so that the flow book, the area tables and the engine
// compare like with like. It is pure and keeps nothing.
package normalise

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxInput is how much of a message is read, in bytes. The provider sends at
// most 1,600 characters; a longer message is cut, never refused.
const MaxInput = 1600 * utf8.UTFMax

// Text gives the plain form of s: compatibility forms folded (full-width
// digits, keycaps), accents dropped, apostrophes closed up ("don't" becomes
// "dont"), "&" read as "and", every other sign a space, and spaces single.
// A message of nothing but "*" or "#" signs keeps one of them, since those are
// keys.
func Text(s string) string {
	if len(s) > MaxInput {
		s = s[:MaxInput]
	}
	s = strings.ToValidUTF8(s, " ")
	if isPlain(s) {
		return s
	}
	if key, ok := lonelyKey(s); ok {
		return key
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	if !isASCII(s) {
		s = norm.NFKD.String(s)
	}
	for _, r := range s {
		if b.Len() > MaxInput {
			break // one sign can fold into many; the bound holds for the result too
		}
		switch {
		case r == '&':
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString("and")
			gap = true
			continue
		case closesUp(r), r >= utf8.RuneSelf && unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			continue
		}
		r = fold(r)
		if !isWordRune(r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
	}
	if b.Len() > MaxInput {
		return strings.TrimRight(strings.ToValidUTF8(b.String()[:MaxInput], ""), " ")
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isPlain reports a text that is plain already: most are short and typed so.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' ' {
			continue
		}
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// lonelyKey finds a message that is only "*" or only "#" (and space): on a
// keypad phone that is a key press, not punctuation.
func lonelyKey(s string) (string, bool) {
	if len(s) > 64 || !strings.ContainsAny(s, "*#\uff0a\uff03") {
		return "", false
	}
	t := strings.TrimSpace(norm.NFKC.String(strings.TrimSpace(s)))
	t = strings.TrimRight(t, "\ufe0f\u20e3")
	if t == "" {
		return "", false
	}
	if strings.Trim(t, "*") == "" {
		return "*", true
	}
	if strings.Trim(t, "#") == "" {
		return "#", true
	}
	return "", false
}

// closesUp reports signs that sit inside a word: apostrophes of every make.
func closesUp(r rune) bool {
	switch r {
	case '\'', '\u2019', '\u2018', '\u02bc', '`', '\u00b4':
		return true
	}
	return false
}

// zeros are the zeros of decimal digit blocks that phones sold here can type
// and that compatibility folding leaves alone.
var zeros = [...]rune{'\u0660', '\u06f0', '\u0966', '\u09e6', '\u0a66'}

func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	switch r { // letters with a stroke, which folding leaves alone
	case '\u0142', '\u0141':
		return 'l'
	case '\u0111', '\u0110':
		return 'd'
	case '\u0131':
		return 'i'
	}
	for _, z := range zeros {
		if r >= z && r < z+10 {
			return '0' + r - z
		}
	}
	return unicode.ToLower(r)
}

func isWordRune(r rune) bool {
	return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r >= utf8.RuneSelf &&
		(unicode.IsLetter(r) || unicode.IsDigit(r))
}
