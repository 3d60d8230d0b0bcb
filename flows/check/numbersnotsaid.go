package check

import (
	"signpost/flows"
	"signpost/flows/load"
)

var numbersNotSaid = rule{
	name: "number-not-said", doc: "a step that gives a service says its number",
	run: func(p *pass) {
		for _, s := range p.book.Steps {
			if s.Kind != flows.KindServices {
				continue
			}
			for channel, words := range map[string]string{"text": s.Text, "say": s.Say} {
				if words != "" && !load.Holds(words, "{numbers}") {
					p.report(p.Pos("menus.yaml", "steps."+s.ID+"."+channel), "the words do not hold {numbers}",
						"People would be told of a service, and not how to ring it.",
						"Put {numbers} where the number should be.")
				}
			}
		}
	},
}
