package check

import "signpost/flows"

var pressToAccept = rule{
	name: "press-to-accept", doc: "only a person who answers directly is asked to press a key",
	run: func(p *pass) {
		for _, s := range p.given() {
			if !s.PressToAccept {
				continue
			}
			what, fix := "", "Take press_to_accept out."
			switch {
			case s.Hours.IsAlways():
				what = " is a line that is open 24 hours"
			case pressesKey(s):
				what = " has then_press: a recorded menu answers it"
			case s.AnsweredBy != flows.AnsweredByPerson:
				what, fix = " has press_to_accept, and no test call showed that a person answers it directly",
					"Ring it. If a person answers directly, write answered_by: person. Otherwise take "+
						"press_to_accept out."
			default:
				continue
			}
			p.report(p.Pos("services.yaml", "services."+s.ID+".press_to_accept"), s.ID+what,
				"A queue or a recorded greeting presses no key: every caller would be taken off the line.", fix)
		}
	},
}

func pressesKey(s *flows.Service) bool {
	for _, l := range s.Lines {
		if l.Keys != "" {
			return true
		}
	}
	return false
}
