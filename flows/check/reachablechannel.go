package check

import (
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
)

var reachableChannel = rule{
	name: "reachable-channel",
	doc:  "what texts lead to calls do, too, in every language, but for what only words can ask for", severity: advice,
	walks: true,
	run: func(p *pass) {
		type way struct {
			id   string // of a step or a service
			call bool
			lang uint8
		}
		p.walked()
		steps, given := map[way]bool{}, map[way]bool{}
		for _, n := range p.walk.Nodes {
			steps[way{n.State.Step, n.Call, n.State.Lang}] = true
		}
		for i := range p.answers {
			e := &p.answers[i]
			steps[way{e.Reply.SayStep, e.From.Call, e.lang()}] = true
			for _, id := range e.Reply.Shows {
				given[way{id, e.From.Call, 0}] = true
			}
		}
		// What somebody needs is understood from their words; a call has no words.
		asked, askedFor := map[string]bool{}, map[string]bool{}
		for _, id := range p.book.Needs {
			asked[id] = true
			if step := p.book.StepNamed(id); step != nil {
				for _, svc := range step.Services {
					askedFor[svc] = true
				}
			}
		}
		for i := range p.book.Steps {
			s := &p.book.Steps[i]
			if asked[s.ID] {
				continue
			}
			var missing []string
			for _, call := range []bool{false, true} {
				oneWay := call && s.Say == "" || !call && s.Text == ""
				others := s.Text != "" && !slices.ContainsFunc(s.Services,
					func(id string) bool { return !given[way{id, call, 0}] })
				if oneWay && (s.Kind != flows.KindServices || others) {
					continue // it is for the other channel alone; other steps give its services here
				}
				if !steps[way{s.ID, call, 0}] {
					missing = append(missing, channelName(call))
					continue
				}
				for k, l := range p.book.Languages {
					if !steps[way{s.ID, call, uint8(k + 1)}] {
						missing = append(missing, channelName(call)+" in "+l.Name)
					}
				}
			}
			if len(missing) > 0 && p.walk.reached(s.ID) {
				p.report(p.Pos("menus.yaml", "steps."+s.ID+"#name"),
					fmt.Sprintf("nothing leads to the step %q by %s", s.ID, strings.Join(missing, " and by ")),
					"People who cannot use the other way are not offered it.",
					"Give the choice that leads to it words for both, or take the words here out that nobody gets.")
			}
		}
		for _, s := range p.given() {
			text, call := given[way{s.ID, false, 0}], given[way{s.ID, true, 0}]
			if text != call && !(text && askedFor[s.ID]) {
				p.report(p.Pos("services.yaml", "services."+s.ID+"#name"),
					fmt.Sprintf("%s is given by %s and never by %s", s.ID, channelName(call), channelName(text)),
					"People who cannot use the other way never learn of it.", "Lead a choice to it on both.")
			}
		}
	},
}

// reached reports a step that any conversation comes to.
func (w *Walk) reached(step string) bool {
	for who := range flows.PersonNames {
		if w.At(step, flows.Person(who)) {
			return true
		}
	}
	return false
}

func channelName(call bool) string {
	if call {
		return "call"
	}
	return "text"
}
