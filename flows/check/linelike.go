package check

import (
	"fmt"

	"signpost/flows"
	"signpost/flows/hear"
)

// lineLike looks at what a service's line is like, as somebody wrote it down.
var lineLike = rule{
	name: "line-like", doc: "what was heard on a line fits how the line is used", severity: advice,
	run: func(p *pass) {
		for _, s := range p.given() {
			at := "services." + s.ID
			say := func(key, what, why, fix string) {
				p.report(p.Pos("services.yaml", at+"."+key), s.ID+what, why, fix)
			}
			if s.AnsweredBy == flows.AnsweredByVoicemail && s.Connect {
				say("answered_by", " is answered by a machine, and callers are put through to it",
					"A message on a machine may be answered when somebody else has the phone.",
					"Write can_connect: no, or ask the service for a line that a person answers.")
			}
			if s.Takes.ThirdParties == flows.No && s.For[flows.Someone] {
				say("takes_third_parties", " is for someone, and takes no third parties",
					"Callers who are worried about somebody else never get it, though its for line says someone.",
					"Take someone out of its for line.")
			}
			if s.TextsOnly && s.MayBeTexted == flows.No {
				say("may_be_texted", " takes only texts, and may not be texted",
					"Somebody who cannot speak would text a number that answers nobody.", "Change one of the two.")
			}
		}
		p.lineForNeed()
	},
}

// lineForNeed looks at the lines for those who cannot speak, or need an interpreter.
func (p *pass) lineForNeed() {
	if step := p.book.StepNamed(p.book.Needs[hear.TextOnly]); step != nil && len(step.Services) > 0 {
		if s := p.book.Service(step.Services[0]); s != nil && s.MayBeTexted == flows.No {
			p.report(p.Pos("menus.yaml", "steps."+step.ID+".services"),
				fmt.Sprintf("the step %s is for people who can only text, and %s may not be texted", step.ID, s.ID),
				"Somebody who cannot speak would text a number that answers nobody.",
				"Put a line that may be texted first.")
		}
	}
	helpline := p.book.StepNamed(p.book.People[flows.Me].Helpline)
	if helpline == nil || len(helpline.Services) == 0 {
		return
	}
	s := p.book.Service(helpline.Services[0])
	switch {
	case s == nil:
	case s.Takes.Relay == flows.No:
		p.report(p.Pos("services.yaml", "services."+s.ID+".takes_relay"),
			s.ID+" is the 24-hour line, and takes no calls by Relay UK",
			"Somebody deaf is given it, and cannot use it.",
			"Put a 24-hour line that takes Relay UK into the step "+helpline.ID+", too.")
	case s.Takes.Interpreters == flows.No && p.book.Needs[hear.Interpreter] != "":
		p.report(p.Pos("services.yaml", "services."+s.ID+".takes_interpreters"),
			s.ID+" is the 24-hour line, and calls no interpreters",
			"The menus send callers to ask it for one.",
			"Change the words of the step "+p.book.Needs[hear.Interpreter]+", or the line.")
	}
}
