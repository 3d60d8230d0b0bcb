package check

import (
	"fmt"

	"signpost/flows"
)

var noWayToNumber = rule{
	name: "no-way-to-number", doc: "from everywhere choices lead to a number, without the key 0", walks: true,
	run: func(p *pass) {
		w := p.walked()
		told := map[string]bool{}
		for i, reaches := range w.reaches() {
			n := &w.Nodes[i]
			if s := p.book.StepNamed(n.State.Step); s == nil || s.Kind == flows.KindServices {
				continue // a number is given there
			}
			if n.State.Misses > 0 || n.State.Silences > 0 {
				continue // choices lead where they led before
			}
			channel := "text"
			if n.Call {
				channel = "call"
			}
			if key := n.State.Step + channel; !reaches && !told[key] {
				told[key] = true
				p.report(p.Pos("menus.yaml", "steps."+n.State.Step+"#name"),
					fmt.Sprintf("from the step %q no choice leads to any number by %s", n.State.Step, channel),
					"People go round in a circle, and give up.", "Let one of its choices lead to a services step.")
			}
		}
	},
}
