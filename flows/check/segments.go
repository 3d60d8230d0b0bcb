package check

import (
	"fmt"

	"signpost/flows/load"
	"signpost/sms/gsm7"
)

var segments = rule{
	name: "segments", doc: "every text that can ever be sent fits its segments, however the placeholders fill", walks: true,
	run: func(p *pass) {
		worst, done := map[load.Pos]string{}, map[string]bool{}
		for _, e := range p.walked().Edges {
			text := e.Reply.Text
			if len(text) <= gsm7.SingleUCS2 {
				continue
			}
			at, limit := p.walked().Nodes[e.From].State.Step, 1
			if e.To >= 0 {
				at = p.walked().Nodes[e.To].State.Step
			}
			if e.Reply.Tells != "" {
				at = e.Reply.Tells
			}
			if done[at+text] {
				continue
			}
			done[at+text] = true
			if s := p.book.StepNamed(at); s != nil {
				limit = s.Segments
			}
			if gsm7.Segments(text) <= limit {
				continue
			}
			pos := p.Pos("menus.yaml", "steps."+at+".text")
			if len(text) > len(worst[pos]) {
				worst[pos] = text
			}
		}
		for pos, text := range worst {
			p.report(pos, fmt.Sprintf("a text from here is %d characters: %q", gsm7.Length(text), text),
				fmt.Sprintf("More than %d go out as several messages, which can arrive apart and in the wrong order.", gsm7.SingleGSM7), "Shorten the words, the label, or the choices.")
		}
	},
}
