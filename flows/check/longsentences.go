package check

import (
	"fmt"
	"strings"
)

// maxWords is how long a sentence may be. (GOV.UK's guidance on writing has 25;
// what is heard once must be shorter.)
const maxWords = 20

var longSentences = rule{
	name: "long-sentence", doc: "sentences are short", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			for _, s := range sentences(w.words) {
				if n := len(strings.Fields(s)); n > maxWords {
					p.report(p.posIn(w, firstWords(s)),
						fmt.Sprintf("a sentence is %d words long; at most %d are kept in mind: %q", n, maxWords, s),
						"By its end the beginning is forgotten.", "Make two of it.")
				}
			}
		}
	},
}

// firstWords is how a sentence begins, before anything that is filled in.
func firstWords(sentence string) string {
	words := strings.Fields(sentence)
	return strings.Join(words[:min(3, len(words))], " ")
}
