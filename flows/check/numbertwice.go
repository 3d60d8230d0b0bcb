package check

import "fmt"

var numberTwice = rule{
	name: "number-twice", doc: "no two services have the same number", severity: advice,
	run: func(p *pass) {
		first := map[string]string{}
		for _, s := range p.given() {
			for i, l := range s.Lines {
				key := l.E164 + " " + l.Keys
				if other, taken := first[key]; taken && l.E164 != "" {
					p.report(p.Pos("services.yaml", fmt.Sprintf("services.%s.numbers.%d.number", s.ID, i)),
						fmt.Sprintf("%s is the number of %s too", l.Printed, other),
						"If one was copied and not changed, callers ring the wrong service; and when nobody answers, "+
							"the same line is tried again.",
						"Ring it and ask which it is. If it serves both, make it one service.")
				}
				first[key] = s.ID
			}
		}
	},
}
