package check

import (
	"fmt"

	"signpost/flows"
)

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
				p.report(pos, fmt.Sprintf("%s has been back since %s", s.ID, s.PausedUntil.Format("2 January 2006")),
					"The line does nothing any more.", "Take the line out.")
			case s.Paused(p.now.AddDate(0, 0, longPause)):
				p.report(pos, fmt.Sprintf("%s is paused for more than %d days, until %s", s.ID, longPause,
					s.PausedUntil.Format("2 January 2006")), "All that time callers are led past it.",
					"Look whether the year is right. If it is closed for good, say so with not_offered.")
			}
			if who, alone := p.lastAwake(s); s.Paused(p.now) && alone {
				p.report(pos, fmt.Sprintf("while %s is paused, no 24-hour line is left for %q", s.ID, who),
					"They still get its number, since somebody must be given: nobody may answer.",
					"Write under if_no_answer a 24-hour service that is for them, or end the pause.")
			}
		}
	},
}

// lastAwake reports a 24-hour service, and for whom, that is paused where no other is in
// its place.
func (p *pass) lastAwake(s *flows.Service) (who flows.Person, alone bool) {
	if !s.Hours.IsAlways() {
		return 0, false
	}
	areas := []string{""}
	for i := range p.book.Areas {
		areas = append(areas, p.book.Areas[i].ID)
	}
	for i := range p.book.Steps {
		step := &p.book.Steps[i]
		for w := range flows.PersonNames {
			for _, area := range areas {
				in, awake := false, false
				for _, o := range p.book.Chain(p.now, step, area, flows.Person(w)) {
					in = in || o.ID == s.ID
					awake = awake || o.Hours.IsAlways() && !o.Paused(p.now)
				}
				if step.Kind == flows.KindServices && in && !awake {
					return flows.Person(w), true
				}
			}
		}
	}
	return 0, false
}
