package flows

import (
	"slices"
	"strings"
)

// menuNumber reads a plain text that means one number on a menu: "1", "01", "one", "number one please", "2 i said 2".
// It reports false for anything else, "1 or 2" and "10 minutes" included, because a menu must never guess. So is "9 9", which may be
// the start of 999.
func (b *Book) menuNumber(text string) (int, bool) {
	n, found := 0, false
	for w := range strings.FieldsSeq(text) {
		v, ok := b.number(w)
		switch {
		case ok && found && (v != n || v == 9), !ok && !slices.Contains(b.Words.BesideNumber, w):
			return 0, false
		case ok:
			n, found = v, true
		}
	}
	return n, found
}

// leadingNumber splits "1 not sure" into 1 and "not sure", as people do who copy
// the whole option.
func (b *Book) leadingNumber(text string) (n int, rest string, ok bool) {
	w, rest, _ := strings.Cut(text, " ")
	n, ok = b.number(w)
	return n, rest, ok && rest != ""
}

// number is a word as a number: in figures up to 99, or one of the book's words for it.
func (b *Book) number(w string) (int, bool) {
	if n, ok := b.Words.Numbers[w]; ok {
		return n, true
	}
	const longest = 4 // "0001"
	if w == "" || len(w) > longest {
		return 0, false
	}
	n := 0
	for _, r := range w {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, n <= 99
}
