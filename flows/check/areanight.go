package check

import (
	"fmt"

	"signpost/flows"
)

var areaNight = rule{
	name: "area-night", doc: "every area has, for everybody, a line that is open all night", walks: true,
	run: func(p *pass) {
		told := map[string]bool{}
		for _, now := range p.walked().Moments {
			for i := range p.book.Steps {
				step := &p.book.Steps[i]
				for who, name := range flows.PersonNames {
					if !step.FromArea || !p.walk.At(step.ID, flows.Person(who)) {
						continue
					}
					for _, a := range p.book.Areas {
						if key := a.ID + name; !told[key] && !always(p.book.Chain(now, step, a.ID, flows.Person(who))) {
							told[key] = true
							p.report(p.Pos("areas.yaml", "areas."+a.ID+".services"), fmt.Sprintf("on %s the services of %s for %q do not end at a 24-hour line", now.Format("Mon 2 Jan 2006 15:04"), a.ID, name),
								"At night, or when nobody answers, they would have nobody.", "Add if_no_answer to the last of them, leading to one with hours: 24 hours that is for them.")
						}
					}
				}
			}
		}
	},
}

func always(chain []*flows.Service) bool {
	for _, s := range chain {
		if s.Hours.IsAlways() {
			return true
		}
	}
	return false
}
