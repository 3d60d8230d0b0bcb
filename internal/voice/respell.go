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
// again. A name is found where it stands as whole words, capitals included; what ends a
// sentence or a clause stays with it, so that its pause is kept.
func Pieces(words string, table []Respelling) (pieces []Piece) {
	from := 0
	for at := 0; at < len(words); {
		r, ok := standsAt(words, at, table)
		if !ok {
			_, size := utf8.DecodeRuneInString(words[at:])
			at += size
			continue
		}
		if from < at {
			pieces = append(pieces, Piece{Words: words[from:at]})
		}
		end := at + len(r.Name)
		for end < len(words) && strings.IndexByte(".,;:!?", words[end]) >= 0 {
			end++
		}
		pieces = append(pieces, Piece{Words: words[at:end], Said: r.Said + words[at+len(r.Name):end]})
		at, from = end, end
	}
	if from < len(words) {
		pieces = append(pieces, Piece{Words: words[from:]})
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

// standsAt is the longest name of a table that stands at a place as whole words.
func standsAt(words string, at int, table []Respelling) (found Respelling, ok bool) {
	for _, r := range table {
		if len(r.Name) <= len(found.Name) || !strings.HasPrefix(words[at:], r.Name) {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(words[:at]); at > 0 && inWord(before) {
			return found, false
		}
		rest := words[at+len(r.Name):]
		if after, _ := utf8.DecodeRuneInString(rest); rest == "" || !inWord(after) {
			found, ok = r, true
		}
	}
	return found, ok
}

func inWord(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
