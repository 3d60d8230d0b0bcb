package check

import (
	"fmt"

	"signpost/flows/load"
	"signpost/internal/normalise"
)

var ambiguousWords = rule{
	name: "ambiguous-words", doc: "no two choices of a step are one slip of a letter apart", severity: advice,
	run: func(p *pass) {
		for _, s := range p.book.Steps {
			type said struct {
				word   string
				choice int
			}
			var all []said
			for i, c := range s.Choices {
				for _, w := range append([]string{normalise.Text(c.Text)}, c.Words...) {
					for _, other := range all {
						const short = 4 // letters: shorter words are near to too many
						if other.choice != i && len(w) >= short && len(other.word) >= short &&
							load.Distance(w, other.word) == 1 {
							p.report(p.Pos("menus.yaml", fmt.Sprintf("steps.%s.choices.%d", s.ID, i)),
								fmt.Sprintf("%q is one letter away from %q, which chooses number %d", w, other.word,
									other.choice+1),
								"A slip of the thumb leads to the other choice.", "Use words that look different.")
						}
					}
					if w != "" {
						all = append(all, said{w, i})
					}
				}
			}
		}
	},
}
