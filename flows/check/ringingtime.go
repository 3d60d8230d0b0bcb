package check

import "fmt"

// longRinging is how many seconds lines may ring in a row before one that is
// always answered.
const longRinging = 75

var ringingTime = rule{
	name: "ringing-time", doc: "nobody waits long for the first line that is always answered", severity: advice,
	run: func(p *pass) {
		for _, a := range p.book.Areas {
			seconds, seen := 0, map[string]bool{}
			for _, id := range a.Services {
				for s := p.book.Service(id); s != nil && !seen[s.ID] &&
					!s.Hours.IsAlways(); s = p.book.Service(s.IfNoAnswer) {
					seen[s.ID] = true
					if s.Connect {
						seconds += s.RingSeconds
					}
				}
			}
			if seconds > longRinging {
				p.report(p.Pos("areas.yaml", "areas."+a.ID+".services"),
					fmt.Sprintf("lines may ring for %d seconds before the first that is open 24 hours", seconds),
					"A caller hears it ring again and again, and hangs up.",
					"Lower ring_seconds, or let if_no_answer lead to a 24-hour line sooner.")
			}
		}
	},
}
