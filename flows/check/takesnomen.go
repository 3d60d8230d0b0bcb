package check

import (
	"fmt"
	"slices"

	"signpost/flows"
)

var takesNoMen = rule{
	name: "takes-no-men", doc: "a step for men gives lines that take men, and so does its key 0",
	run: func(p *pass) {
		const why = "A man would ring a line that turns him away. The engine passes such a line over, and he may be " +
			"left with fewer numbers than you see here."
		for i := range p.book.Steps {
			step := &p.book.Steps[i]
			if step.Need != flows.NeedAll {
				continue
			}
			for _, id := range step.Services {
				if s := p.book.Service(id); s != nil && s.Takes.Men == flows.No {
					p.report(p.Pos("menus.yaml", "steps."+step.ID+".services"),
						fmt.Sprintf("the step %s gives %s, which takes no men", step.ID, id), why,
						"Give a line that takes men.")
				}
			}
		}
		helpline := p.book.StepNamed(p.book.HelplineForAll)
		if helpline == nil {
			return
		}
		if !slices.ContainsFunc(helpline.Services, p.endsWithMen) {
			p.report(p.Pos("menus.yaml", "zero_for_all"),
				fmt.Sprintf("the step %s has no 24-hour line that takes men", helpline.ID), why,
				"Put a 24-hour line that takes men into it.")
		}
	},
}

// endsWithMen reports a service that is, or is taken over by, a 24-hour line that takes men. One
// that does not exist is reported elsewhere.
func (p *pass) endsWithMen(id string) bool {
	seen := map[string]bool{}
	for s := p.book.Service(id); s != nil && !seen[s.ID]; s = p.book.Service(s.IfNoAnswer) {
		seen[s.ID] = true
		if s.Hours.IsAlways() && s.Takes.Men != flows.No {
			return true
		}
	}
	return len(seen) == 0
}
