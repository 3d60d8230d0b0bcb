// Package english knows the ordinary words of English, so that none of them is
// taken for a misspelt name or a misspelt word of danger.
//
// The list is SCOWL's (see NOTICE). It is searched as it is embedded, without a
// copy: 60,000 words would take 5 MB as a map.
package english

import (
	_ "embed"
	"strings"
)

//go:embed words.txt
var file string

// words is the list after its comments: sorted, a line each.
var words = func() string {
	rest := file
	for strings.HasPrefix(rest, "#") {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	return rest
}()

// Known reports an ordinary English word, in lower case. Words of under three
// letters are not in the list.
func Known(word string) bool {
	lo, hi := 0, len(words)
	for lo < hi {
		mid := (lo + hi) / 2
		start := strings.LastIndexByte(words[:mid], '\n') + 1
		end := start + strings.IndexByte(words[start:], '\n')
		switch strings.Compare(words[start:end], word) {
		case 0:
			return true
		case -1:
			lo = end + 1
		default:
			hi = start
		}
	}
	return false
}

// Each calls yield with every word in order, until it returns false.
func Each(yield func(string) bool) {
	for w := range strings.Lines(words) {
		if !yield(strings.TrimSuffix(w, "\n")) {
			return
		}
	}
}
