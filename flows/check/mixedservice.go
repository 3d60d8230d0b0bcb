package check

import (
	"fmt"

	"signpost/flows"
)

var mixedService = rule{
	name: "mixed-service", doc: "no service is both for those who are harmed and for those who do harm",
	severity: advice,
	run: func(p *pass) {
		for _, s := range p.given() {
			emergency := len(s.Lines) == 1 && s.Lines[0].E164 == "" // 999 and 101 are for everybody
			if s.For[flows.Behaviour] && (s.For[flows.Me] || s.For[flows.Someone]) && !emergency {
				p.report(p.Pos("services.yaml", "services."+s.ID+".for"),
					fmt.Sprintf("%s is for people worried about how they behave, and for others", s.ID),
					"Somebody could be told where the person they look for gets help.",
					"Make two services of it, or leave behaviour out.")
			}
		}
	},
}
