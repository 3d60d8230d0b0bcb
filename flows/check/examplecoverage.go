package check

import (
	"fmt"

	"signpost/flows"
	"signpost/flows/load"
)

var exampleCoverage = rule{
	name: "example-missing", doc: "an example shows every area's first service being given", severity: advice,
	walks: true,
	run: func(p *pass) {
		shown := map[string]bool{}
		for _, e := range p.Examples {
			p.play(p.states(e)[0], e, func(_ load.Turn, reply flows.Reply) bool {
				for _, id := range reply.Shows {
					shown[id] = true
				}
				return true
			}, func(load.Pos, string, string, string) {}) // told by the rule for examples
		}
		for _, a := range p.book.Areas {
			if len(a.Services) > 0 && !shown[a.Services[0]] && len(p.Examples) > 0 {
				p.report(p.Pos("areas.yaml", "areas."+a.ID+".services"),
					fmt.Sprintf("no example shows %s being given to somebody in %s", a.Services[0], a.ID),
					"A change that takes it away would not be noticed.",
					"Add an example: they text one of its towns, we answer with its number. signpost try -record "+
						"writes it for you.")
			}
		}
	},
}
