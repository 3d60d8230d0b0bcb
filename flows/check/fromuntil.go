package check

import "fmt"

var fromUntil = rule{
	name: "from-until", doc: "no service ends before it begins",
	run: func(p *pass) {
		for _, s := range p.given() {
			if !s.From.IsZero() && !s.To.IsZero() && s.To.Before(s.From) {
				p.report(p.Pos("services.yaml", "services."+s.ID+".until"),
					fmt.Sprintf("%s ends before it begins", s.ID), "Nobody would ever be given it.",
					"Look at from and until: one of them is wrong.")
			}
		}
	},
}
