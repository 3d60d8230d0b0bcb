package check

import (
	"fmt"

	"signpost/flows"
)

var chains = rule{
	name: "chain", doc: "every chain of services ends at one that is open 24 hours, and that a call can ring",
	walks: true,
	run: func(p *pass) {
		told := map[string]bool{}
		for _, now := range Moments(p.book) {
			for i := range p.book.Steps {
				step := &p.book.Steps[i]
				if step.Kind != flows.KindServices {
					continue
				}
				areas := []string{""}
				if step.FromArea {
					areas = areas[:0]
					for _, a := range p.book.Areas {
						areas = append(areas, a.ID)
					}
				}
				for who := range flows.PersonNames {
					if !p.walked().At(step.ID, flows.Person(who)) {
						continue
					}
					for _, a := range areas {
						chain := p.book.Chain(now, step, a, flows.Person(who))
						always := false
						for _, s := range chain {
							always = always || s.Hours.IsAlways()
						}
						if key := step.ID + a + flows.PersonNames[who]; !always && !told[key] {
							told[key] = true
							where := ""
							if a != "" {
								where = " in the area " + a
							}
							p.report(p.Pos("menus.yaml", "steps."+step.ID), fmt.Sprintf("on %s the services for %q%s do not end at a 24-hour line", now.Format("Mon 2 Jan 2006 15:04"), flows.PersonNames[who], where),
								"At night, or when nobody answers, they would have nobody.", "Add if_no_answer to the last service, leading to one with hours: 24 hours that is for them.")
						}
					}
				}
			}
			for who, name := range flows.PersonNames {
				if p.book.ZeroLine(now, flows.Person(who)) == nil {
					p.report(p.Pos("menus.yaml", "people."+name), "the key 0 leads to no 24-hour line", "The one key that always helps would not.", "Let zero lead to a services step with a 24-hour service that is for them.")
				}
			}
		}
	},
}
