package check

import "fmt"

// noticeDays is how long before its last day a service is spoken of.
const noticeDays = 30

var endsSoon = rule{
	name: "ends-soon", doc: "no service ends within a month, or has ended, without somebody knowing", severity: advice,
	timed: true,
	run: func(p *pass) {
		for _, s := range p.given() {
			if s.To.IsZero() || p.now.AddDate(0, 0, noticeDays).Before(s.To) {
				continue
			}
			what := fmt.Sprintf("%s ends on %s", s.ID, s.To.Format("2 January 2006"))
			if !s.Exists(p.now) && p.now.After(s.To) {
				what = fmt.Sprintf("%s ended on %s; nobody is given it any more", s.ID, s.To.Format("2 January 2006"))
			}
			p.report(p.Pos("services.yaml", "services."+s.ID+".until"), what, "After that day callers are led past it.",
				"Ask whether it goes on. If so, write the new last day; if not, say so with not_offered.")
		}
	},
}
