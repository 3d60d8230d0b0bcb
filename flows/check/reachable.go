package check

import "fmt"

var reachable = rule{
	name: "reachable", doc: "every step can be reached, and every service given", walks: true,
	run: func(p *pass) {
		w := p.walked()
		if w.Failed != nil {
			p.report(p.Pos("menus.yaml", "steps"), "the book cannot be followed: "+w.Failed.Error(),
				"Somebody would be left without an answer.",
				"Put back the last book that worked, and tell anybody who looks after the program.")
			return
		}
		steps, services := map[string]bool{}, p.shown
		for _, n := range w.Nodes {
			steps[n.State.Step] = true
			for _, id := range alsoOf(p, n) {
				services[id] = true
			}
		}
		for i := range p.answers {
			steps[p.answers[i].Reply.SayStep] = true
		}
		for _, s := range p.book.Steps {
			if !steps[s.ID] {
				p.report(p.Pos("menus.yaml", "steps."+s.ID+"#name"), fmt.Sprintf("nothing leads to the step %q", s.ID),
					"Nobody will ever get what it offers.", "Lead a choice or a shortcut to it, or take it out.")
			}
		}
		for _, s := range p.book.Services {
			if !services[s.ID] && s.NotOffered == "" && !s.Emergency() {
				p.report(p.Pos("services.yaml", "services."+s.ID+"#name"),
					fmt.Sprintf("nobody is ever given the service %q", s.ID),
					"People who need it will not learn of it.",
					"Add it to an area or a step, or say under not_offered why it is only on file.")
			}
		}
	},
}

func alsoOf(p *pass, n Node) []string {
	step := p.book.StepNamed(n.State.Step)
	if step == nil {
		return nil
	}
	var ids []string
	for _, id := range step.Also {
		if s := p.book.Service(id); s != nil && s.Exists(p.walked().Moments[n.Moment]) {
			ids = append(ids, id)
		}
	}
	return ids
}
