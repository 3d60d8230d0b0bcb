package check

import (
	"fmt"
	"time"
)

var exceptionsPast = rule{
	name: "exceptions-past", doc: "single days that differ are days to come", severity: advice, timed: true,
	run: func(p *pass) {
		for _, s := range p.given() {
			days := s.Hours.Exceptions()
			if len(days) > 0 && days[len(days)-1] < p.now.Format(time.DateOnly) {
				p.report(p.Pos("services.yaml", "services."+s.ID+".exceptions"),
					fmt.Sprintf("all the days that differ for %s are past, the last on %s", s.ID, days[len(days)-1]),
					"This year's days, at Christmas say, may be missing: callers would be told that the line is open.",
					"Ask the service for the days to come, and take the old ones out.")
			}
		}
	},
}
