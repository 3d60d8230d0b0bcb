package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/load"
)

var chains = rule{
	name: "chain", doc: "every step's services, and the key 0, end at a line that is open 24 hours", walks: true,
	run: func(p *pass) {
		p.helplines()
		for _, now := range p.walked().Moments {
			for i := range p.book.Steps {
				step := &p.book.Steps[i]
				for who := range flows.PersonNames {
					if step.Kind != flows.KindServices || step.FromArea || !p.walk.At(step.ID, flows.Person(who)) {
						continue
					}
					if chain := p.book.Chain(now, step, "", flows.Person(who)); !always(chain) {
						p.deadChain(now, chain, p.Pos("menus.yaml", "steps."+step.ID), flows.Person(who))
					}
				}
			}
		}
	},
}

const (
	whyNobody   = "At night, or when nobody answers, they would have nobody."
	whyHelpline = "The one key that always helps would not."
)

// helplines reports a step of the key 0 whose first service is no 24-hour line.
func (p *pass) helplines() {
	for who, name := range flows.PersonNames {
		paths := map[string]string{"people." + name + ".zero": p.book.People[who].Helpline}
		if flows.Person(who) != flows.Behaviour && p.book.HelplineForAll != "" {
			paths["zero_for_all"] = p.book.HelplineForAll
		}
		for path, id := range paths {
			step := p.book.StepNamed(id)
			if step == nil {
				continue
			}
			var first *flows.Service
			for _, one := range step.Services {
				if s := p.book.Service(one); first == nil && s != nil && s.For[who] && s.NotOffered == "" {
					first = s
				}
			}
			switch {
			case first == nil:
				p.once(p.Pos("menus.yaml", path), "the key 0 leads to no 24-hour line", whyHelpline,
					"Let zero lead to a services step with a 24-hour service that is for them.")
			case !first.Hours.IsAlways():
				p.once(p.Pos("services.yaml", "services."+first.ID+".hours"),
					fmt.Sprintf("%s is the line that the key 0 leads to, and it is not open 24 hours", first.ID),
					whyHelpline,
					fmt.Sprintf("Write hours: 24 hours. If it really closes, first put a 24-hour service before it, "+
						"under the step %s in menus.yaml.",
						id))
			}
		}
	}
}

// once reports what was not reported at that place before.
func (p *pass) once(pos load.Pos, what, why, fix string) {
	if !slices.ContainsFunc(p.problems, func(o load.Problem) bool { return o.Pos == pos && o.Rule == p.rule.name }) {
		p.report(pos, what, why, fix)
	}
}

// deadChain reports services of which none is open 24 hours, at the line that ends
// them: a loop at the line that closes it. at is where they are listed.
func (p *pass) deadChain(now time.Time, chain []*flows.Service, at load.Pos, who flows.Person) {
	on := now.Format("Mon 2 Jan 2006 15:04")
	if len(chain) == 0 {
		p.once(at, fmt.Sprintf("on %s there is no service for %q here", on, who), whyNobody,
			"Add a service that is for them and open 24 hours.")
		return
	}
	last := chain[len(chain)-1]
	of := func(name string) load.Pos { return p.Pos("services.yaml", "services."+last.ID+"."+name) }
	fix := "Lead it to a 24-hour service that is for them."
	if open := p.openFor(now, who); open != "" {
		fix = fmt.Sprintf("Write this line under %s: if_no_answer: %s. That is a 24-hour line.", last.ID, open)
	}
	next := p.book.Service(last.IfNoAnswer)
	switch loop := p.loopFrom(last); {
	case loop != nil:
		p.once(of("if_no_answer"),
			"if_no_answer is a loop: "+strings.Join(loop, ", then ")+"; none of these is open 24 hours", whyNobody, fix)
	case next != nil:
		p.once(of("if_no_answer"),
			fmt.Sprintf("on %s nobody takes over from %s for %q: %s is not for them, or not there on that day", on,
				last.ID, who, next.ID), whyNobody, fix)
	default:
		p.once(of("hours"), fmt.Sprintf("%s is not open 24 hours, and nobody takes over from it", last.ID),
			whyNobody, fix)
	}
}

// loopFrom is the way from a service back to it by if_no_answer; nil when there is none.
func (p *pass) loopFrom(s *flows.Service) []string {
	way := []string{s.ID}
	for at := p.book.Service(s.IfNoAnswer); at != nil &&
		len(way) <= len(p.book.Services); at = p.book.Service(at.IfNoAnswer) {
		way = append(way, at.ID)
		if at == s {
			return way
		}
	}
	return nil
}

// openFor is a 24-hour service for somebody.
func (p *pass) openFor(now time.Time, who flows.Person) string {
	if line := p.book.Helpline(now, flows.State{Who: who}); line != nil {
		return line.ID
	}
	for i := range p.book.Services {
		if s := &p.book.Services[i]; s.For[who] && s.Exists(now) && s.Hours.IsAlways() && !s.Emergency() &&
			!s.TextsOnly {
			return s.ID
		}
	}
	return ""
}
