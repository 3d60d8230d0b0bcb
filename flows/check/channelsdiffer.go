package check

import (
	"fmt"

	"signpost/flows"
)

var channelsDiffer = rule{
	name: "channels-differ", doc: "a step offers the same choices by text and by call", severity: advice,
	run: func(p *pass) {
		for _, s := range p.book.Steps {
			if s.Kind == flows.KindMenu && (s.Text == "" || s.Say == "") {
				continue // the step is for one channel
			}
			for i, c := range s.Choices {
				missing, only := "say", "texts"
				if c.Text == "" {
					missing, only = "text", "calls"
				}
				if c.Text != "" && c.Say != "" || c.Does == flows.ActConnect || !p.has(c.To, missing) {
					continue
				}
				path := fmt.Sprintf("steps.%s.choices.%d", s.ID, i)
				if !p.Has("menus.yaml", path) {
					path = fmt.Sprintf("service_choices.%d", i)
				}
				p.report(p.Pos("menus.yaml", path), fmt.Sprintf("choice %d has no %q", i+1, missing),
					"People who use the other channel are not offered it, and the keys of what follows differ.",
					fmt.Sprintf("Add %s: ..., unless it is meant for %s only.", missing, only))
			}
		}
	},
}

// has reports whether a step has words for a channel, or needs none of its own.
func (p *pass) has(step, channel string) bool {
	s := p.book.StepNamed(step)
	if s == nil || s.Kind == flows.KindServices {
		return true
	}
	return channel == "text" && s.Text != "" || channel == "say" && s.Say != ""
}
