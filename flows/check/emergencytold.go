package check

import "strings"

var emergencyTold = rule{
	name: "emergency-told", doc: "the first text, every number, and the last words of a call say 999", severity: advice,
	run: func(p *pass) {
		look := func(file, path, words string) {
			if squeezed := strings.ReplaceAll(words, " ", ""); words != "" && !strings.Contains(squeezed, "999") {
				p.report(p.Pos(file, path), "999 is not said here",
					"It may be the only thing somebody reads or hears of us.", "Add: In an emergency call 999.")
			}
		}
		if s := p.book.StepNamed(p.book.TextStart); s != nil {
			look("menus.yaml", "steps."+s.ID+".text", s.Text)
		}
		m := p.book.Messages
		look("words.yaml", "messages.number.text", m.Number.Text)
		look("words.yaml", "messages.fallback.text", m.Fallback.Text)
		look("words.yaml", "messages.fallback.say", m.Fallback.Say)
		look("words.yaml", "messages.static.text", m.Static.Text)
		look("words.yaml", "messages.static.say", m.Static.Say)
		look("words.yaml", "messages.give_up.say", m.GiveUp.Say)
		look("words.yaml", "messages.nobody.say", m.Nobody.Say)
	},
}
