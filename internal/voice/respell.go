package voice

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Respelling is a name that a synthetic voice gets wrong, and how it is spelt so that the
// voice says it right.
type Respelling struct{ Name, Said string }

// Piece is a stretch of words. Said is how it is spelt for a voice; empty when that is as
// it is written.
type Piece struct{ Words, Said string }

// Pieces cuts words at the names of a table, so that the pieces put together are the words
// again. A name matches only whole words with the same capitals; the punctuation that ends a
// sentence or a clause stays with it, so that its pause is kept.
func Pieces(words string, table []Respelling) (pieces []Piece) {
	for words != "" {
		at, r := firstName(words, table)
		if at < 0 {
			return append(pieces, Piece{Words: words})
		}
		if at > 0 {
			pieces = append(pieces, Piece{Words: words[:at]})
		}
		behind := at + len(r.Name)
		end := behind
		for end < len(words) && strings.IndexByte(".,;:!?", words[end]) >= 0 {
			end++
		}
		pieces = append(pieces, Piece{Words: words[at:end], Said: r.Said + words[behind:end]})
		words = words[end:]
	}
	return pieces
}

// Respelt is words with the names of a table spelt as they are said, for a synthesiser that
// follows no marks.
func Respelt(words string, table []Respelling) string {
	var b strings.Builder
	for _, p := range Pieces(words, table) {
		if p.Said != "" {
			b.WriteString(p.Said)
			continue
		}
		b.WriteString(p.Words)
	}
	return b.String()
}

// Says reports whether words hold a name as whole words.
func Says(words, name string) bool {
	return slices.ContainsFunc(Pieces(words, []Respelling{{name, name}}), func(p Piece) bool { return p.Said != "" })
}

// firstName finds the first name of a table in words, the longest of those that begin there; at
// is -1 when there is none.
func firstName(words string, table []Respelling) (at int, found Respelling) {
	at = -1
	for _, r := range table {
		if i := indexName(words, r.Name); i >= 0 && (at < 0 || i < at || i == at && len(r.Name) > len(found.Name)) {
			at, found = i, r
		}
	}
	return at, found
}

// indexName is where a name is first found in words as whole words; -1 when it is not.
func indexName(words, name string) int {
	for from := 0; ; {
		i := strings.Index(words[from:], name)
		if i < 0 || name == "" {
			return -1
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(words[:at])
		after, _ := utf8.DecodeRuneInString(words[at+len(name):])
		if (at == 0 || !inWord(before)) && (at+len(name) == len(words) || !inWord(after)) {
			return at
		}
		_, size := utf8.DecodeRuneInString(words[at:])
		from = at + size
	}
}

func inWord(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
