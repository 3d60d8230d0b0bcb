package check

import (
	"fmt"

	"signpost/flows"
)

var keysChange = rule{
	name: "keys-change", doc: "what stays on offer from one menu to the next keeps its key", severity: advice,
	run: func(p *pass) {
		type where struct{ to, area string }
		for _, s := range p.book.Steps {
			for _, c := range s.Choices {
				next := p.book.StepNamed(c.To)
				if next == nil || next.Kind != flows.KindMenu || s.Kind != flows.KindMenu {
					continue
				}
				for _, a := range s.Choices {
					for i, b := range next.Choices {
						if (where{a.To, a.Area}) != (where{b.To, b.Area}) || a.Does != b.Does || a.To == "" &&
							a.Area == "" || a.To == next.ID {
							continue
						}
						if a.CallKey != 0 && b.CallKey != 0 && a.CallKey != b.CallKey && c.CallKey != 0 {
							p.report(p.Pos("menus.yaml", fmt.Sprintf("steps.%s.choices.%d", next.ID, i)),
								fmt.Sprintf("%q is key %d here, and was key %d in %s just before", b.Say, b.CallKey,
									a.CallKey, s.ID),
								"People press what they heard a moment ago.",
								"Give it the same place in both lists, or offer it in one of them.")
						}
					}
				}
			}
		}
	},
}
