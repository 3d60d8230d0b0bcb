package check

import (
	"fmt"
	"time"

	"signpost/internal/hours"
)

var neverOpen = rule{
	name: "never-open", doc: "every service with hours is open at some time while it exists", severity: advice,
	run: func(p *pass) {
		for _, s := range p.given() {
			if !s.Hours.IsKnown() || !s.From.IsZero() && !s.To.IsZero() && s.To.Before(s.From) {
				continue
			}
			// Five weeks of its life hold every weekday several times.
			const weeks = 5
			begin := s.From
			if begin.IsZero() {
				begin = time.Date(2026, 1, 5, 0, 0, 0, 0, hours.London())
			}
			if !s.To.IsZero() && begin.AddDate(0, 0, 7*weeks).After(s.To) && s.From.IsZero() {
				begin = s.To.AddDate(0, 0, -7*weeks)
			}
			if s.PausedUntil.After(begin) {
				begin = s.PausedUntil
			}
			open := false
			for m := 0; m < weeks*7*24*60 && !open; m += 15 {
				t := begin.Add(time.Duration(m) * time.Minute)
				open = s.Exists(t) && s.Hours.At(t) == hours.Open
			}
			if !open {
				p.report(p.Pos("services.yaml", "services."+s.ID+".hours"),
					fmt.Sprintf("%s is never open while it exists", s.ID), "Everybody is led past it.",
					"Look at hours, from, until, paused_until and exceptions: they shut one another out.")
			}
		}
	},
}
