package check

import (
	"fmt"
	"time"

	"signpost/internal/hours"
)

var unrungReason = rule{
	name: "unrung-because", doc: "no number that was rung lately keeps a reason for going out unrung", severity: advice,
	timed: true,
	run: func(p *pass) {
		for _, s := range p.given() {
			if s.UnrungBecause != "" && !s.CheckedOn.AddDate(0, 0, stale).Before(hours.Day(p.now)) {
				p.report(p.Pos("services.yaml", "services."+s.ID+".unrung_because"),
					fmt.Sprintf("%s was rung on %s, and still has a reason for going out unrung", s.ID,
						s.CheckedOn.Format(time.DateOnly)),
					"When that ringing is half a year old, the old reason would let the number go out all the same.",
					"Take unrung_because out.")
			}
		}
	},
}
