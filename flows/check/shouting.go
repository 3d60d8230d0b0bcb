package check

import (
	"fmt"
	"regexp"
	"slices"
)

var capitals = regexp.MustCompile(`\b[A-Z]{4,}\b`)

// spelledOut are the words that are always written in capitals.
var spelledOut = []string{"LGBT", "LGBTQ", "LGBTI", "NSPCC", "WHAG"}

var shouting = rule{
	name: "shouting", doc: "no word is in capitals", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			for _, word := range capitals.FindAllString(w.words, -1) {
				if !slices.Contains(spelledOut, word) {
					p.report(p.posIn(w, word), fmt.Sprintf("%q is in capitals", word),
						"It catches the eye of anybody beside them, and is harder to read; spoken, it may be spelled "+
							"letter by letter.",
						"Write it in small letters.")
				}
			}
		}
	},
}
