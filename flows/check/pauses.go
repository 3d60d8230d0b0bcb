package check

import "fmt"

// longPause is how many days a service is paused before somebody should ask.
const longPause = 60

var pauses = rule{
	name: "pause", doc: "no service stays paused by mistake", severity: advice, timed: true,
	run: func(p *pass) {
		for _, s := range p.given() {
			pos := p.Pos("services.yaml", "services."+s.ID+".paused_until")
			switch {
			case s.PausedUntil.IsZero():
			case !s.Paused(p.now):
				p.report(pos, fmt.Sprintf("%s has been back since %s", s.ID, s.PausedUntil.Format("2 January 2006")), "The line does nothing any more.", "Take the line out.")
			case s.Paused(p.now.AddDate(0, 0, longPause)):
				p.report(pos, fmt.Sprintf("%s is paused for more than %d days, until %s", s.ID, longPause, s.PausedUntil.Format("2 January 2006")), "All that time callers are led past it.", "Look whether the year is right. If it is closed for good, say so with not_offered.")
			}
		}
	},
}
