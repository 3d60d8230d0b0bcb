package check

import "fmt"

var reviewDate = rule{
	name: "review-date", doc: "a number is to be rung again after it was rung, and within half a year",
	severity: advice,
	run: func(p *pass) {
		for _, s := range p.given() {
			if s.ReviewBy.IsZero() {
				continue
			}
			pos := p.Pos("services.yaml", "services."+s.ID+".review_by")
			const why = "While it is there, the number may be taken for a checked one when it is not."
			switch {
			case s.CheckedOn.IsZero():
				p.report(pos, s.ID+" is to be rung again, and was never rung",
					why, "Ring it and write checked_on, or take this line out.")
			case s.ReviewBy.Before(s.CheckedOn):
				p.report(pos, s.ID+" is to be rung again before it was rung", why,
					"Look at checked_on and review_by: one of them is wrong.")
			case s.ReviewBy.After(s.CheckedOn.AddDate(0, 0, stale)):
				p.report(pos, fmt.Sprintf("%s is to be rung again only after more than %d days", s.ID, stale), why,
					"Ring it at least twice a year; leave the line out for 90 days.")
			}
		}
	},
}
