package check

import (
	"fmt"

	"signpost/flows"
)

var severalShort = rule{
	name: "several-places", doc: "a name that is asked about lies in two to four areas", severity: advice,
	run: func(p *pass) {
		for _, s := range p.Several {
			switch n := len(s.Areas); {
			case n < 2:
				p.report(s.Pos, fmt.Sprintf("%q lies in one area only", s.Name), "Nobody needs to be asked which.",
					"Move it to also_called of that area.")
			case n > flows.MaxChoices:
				p.report(s.Pos, fmt.Sprintf("%q lies in %d areas; at most %d can be offered", s.Name, n,
					flows.MaxChoices), "Anybody who writes it is asked from the top instead.",
					"Leave it out, or keep the likeliest.")
			}
		}
	},
}
