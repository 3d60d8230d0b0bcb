package check

import (
	"fmt"
	"sync"

	"signpost/flows/load"
	"signpost/internal/area"
)

var heardExamples = rule{
	name: "heard-example", doc: "the texts beside the lists of what is understood are understood as they say",
	walks: true,
	run: func(p *pass) {
		// The lists that ship have examples with towns that another county's places do not have.
		shipped := sync.OnceValue(func() *area.Finder { return area.Shipped().Finder(nil) })
		for _, l := range p.Heard {
			for i, text := range l.Match {
				if !p.book.Hear(text).Has(l.Kind) && !p.book.Ear.Hear(text, shipped()).Has(l.Kind) {
					p.report(p.Pos(l.File, fmt.Sprintf("%s.match.%d", l.Path, i)),
						fmt.Sprintf("%q is not understood as %s", text, listName(l)),
						"Somebody who writes this would get the answer to something else.",
						"Add the words that say it to phrases, or see whether a look-alike under unless shares words "+
							"with it. signpost hear shows what is understood of a text.")
				}
			}
			for i, text := range l.NoMatch {
				r := p.book.Hear(text)
				if !p.book.Ear.Hear(text, shipped()).Has(l.Kind) {
					continue
				}
				for _, f := range r.Facts {
					if f.Kind == l.Kind {
						p.report(p.Pos(l.File, fmt.Sprintf("%s.no_match.%d", l.Path, i)),
							fmt.Sprintf("%q is understood as %s, by the phrase %q", text, listName(l), r.Because(f)),
							"Somebody who writes this means something else, and would get the answer to what they "+
								"did not say.",
							"Make the phrase longer, or add the words that look alike to unless.")
						break
					}
				}
			}
		}
	},
}

// listName is a list as its file has it.
func listName(l load.HeardList) string {
	if l.Language != "" {
		return fmt.Sprintf("%s (%s)", l.Kind, l.Language)
	}
	return l.Kind.String()
}
