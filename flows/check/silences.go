package check

import (
	"fmt"

	"signpost/flows"
)

var silences = rule{
	name: "silence", doc: "a step that a channel reaches has words for that channel", walks: true,
	run: func(p *pass) {
		p.walked()
		told := map[string]bool{}
		for i := range p.answers {
			e := &p.answers[i]
			r := e.Reply
			channel, mute := "text", r.Text == "" && !r.Ended && !r.KeepsExpiry
			if e.From.Call {
				channel, mute = "say", r.Act == flows.Listen && flows.Spoken(r.Speech) == ""
			}
			if key := e.At() + channel; mute && !told[key] {
				told[key] = true
				p.report(p.Pos("menus.yaml", "steps."+e.At()+"#name"),
					fmt.Sprintf("the step %q is reached, and has no %q", e.At(), channel),
					"Anybody who gets here meets silence, and may think the line is dead.",
					"Add a line: "+channel+": ..., or offer no choice that leads here on that channel.")
			}
		}
	},
}
