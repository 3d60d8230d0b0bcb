package check

import (
	"fmt"
	"time"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/hours"
)

// How long ago a number may have been rung, in days.
const (
	soonStale = flows.CheckedFor
	stale     = 180
)

var numberAge = rule{
	name: "number-age", doc: "every number was rung by a person in the last 180 days, and is looked at again after 90",
	timed: true,
	run: func(p *pass) {
		for _, s := range p.given() {
			day := hours.Day(p.now)
			if !s.To.IsZero() && day.After(s.To) || s.Emergency() {
				continue // nobody gets it any more, or nobody may ring it to try it
			}
			pos := p.Pos("services.yaml", "services."+s.ID+".checked_on")
			since := int(day.Sub(s.CheckedOn).Hours()+12) / 24
			what := fmt.Sprintf("the number of %s was last rung %d days ago", s.ID, since)
			if s.CheckedOn.IsZero() {
				since, what = stale+1, "nobody has ever rung the number of "+s.ID
			}
			due := s.ReviewBy
			if due.IsZero() {
				due = s.CheckedOn.AddDate(0, 0, soonStale)
			}
			const why = "It may ring out, or belong to somebody else by now. Until it is rung, the 24-hour number is " +
				"given beside it."
			fix := fmt.Sprintf("Ring it. Then write checked_on: %s and checked_by: your role.",
				day.Format(time.DateOnly))
			switch {
			case since > stale && s.UnrungBecause == "":
				p.report(pos, what, why, fix+" If it must go out unrung, add unrung_because: why, and who says so.")
			case since > stale:
				p.rule.severity = load.Warning
				p.report(p.Pos("services.yaml", "services."+s.ID+".unrung_because"),
					what+"; it goes out because: "+s.UnrungBecause, why, fix+" Take unrung_because out.")
				p.rule.severity = load.Error
			case day.After(due):
				p.rule.severity = load.Warning
				p.report(pos, what, why, fix)
				p.rule.severity = load.Error
			}
		}
	},
}

// given are the services that are not only on file.
func (p *pass) given() (out []*flows.Service) {
	for i := range p.book.Services {
		if s := &p.book.Services[i]; s.NotOffered == "" {
			out = append(out, s)
		}
	}
	return out
}
