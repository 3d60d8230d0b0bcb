package check

import (
	"fmt"

	"signpost/flows"
)

var chains = rule{
	name: "chain", doc: "every step's services, and the key 0, end at a line that is open 24 hours", walks: true,
	run: func(p *pass) {
		told := map[string]bool{}
		once := func(key string) bool {
			first := !told[key]
			told[key] = true
			return first
		}
		for _, now := range p.walked().Moments {
			for i := range p.book.Steps {
				step := &p.book.Steps[i]
				for who, name := range flows.PersonNames {
					if step.Kind != flows.KindServices || step.FromArea || !p.walk.At(step.ID, flows.Person(who)) {
						continue
					}
					if !always(p.book.Chain(now, step, "", flows.Person(who))) && once(step.ID+" "+name) {
						p.report(p.Pos("menus.yaml", "steps."+step.ID), fmt.Sprintf("on %s the services for %q do not end at a 24-hour line", now.Format("Mon 2 Jan 2006 15:04"), name),
							"At night, or when nobody answers, they would have nobody.", "Add if_no_answer to the last service, leading to one with hours: 24 hours that is for them.")
					}
				}
			}
			for who, name := range flows.PersonNames {
				if p.book.ZeroLine(now, flows.Person(who)) == nil && once(name) {
					p.report(p.Pos("menus.yaml", "people."+name), "the key 0 leads to no 24-hour line", "The one key that always helps would not.", "Let zero lead to a services step with a 24-hour service that is for them.")
				}
			}
		}
	},
}
