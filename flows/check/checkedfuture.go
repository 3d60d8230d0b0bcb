package check

import (
	"fmt"
	"time"
)

var checkedFuture = rule{
	name: "checked-in-future", doc: "no number was rung on a day that has not come", timed: true,
	run: func(p *pass) {
		for _, s := range p.given() {
			if s.CheckedOn.After(p.now) {
				p.report(p.Pos("services.yaml", "services."+s.ID+".checked_on"),
					fmt.Sprintf("%s was rung on %s, which has not come yet", s.ID, s.CheckedOn.Format(time.DateOnly)),
					"A number that nobody has rung would be taken for a checked one.", "Write the day it was rung.")
			}
		}
	},
}
