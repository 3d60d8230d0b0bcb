package check

import (
	"fmt"
	"strings"

	"signpost/flows"
	"signpost/internal/normalise"
)

var wayOut = rule{
	name: "way-out", doc: "every menu by text says how to leave, and how to go back", severity: advice,
	run: func(p *pass) {
		if len(p.book.Words.Leave) == 0 {
			return
		}
		look := func(file, path, words string, back bool) {
			padded := " " + normalise.Text(words) + " "
			for _, need := range []struct {
				word, says string
				wanted     bool
			}{{p.book.Words.Leave[0], "leave", true}, {"9", "go back", back}} {
				if words != "" && need.wanted && !strings.Contains(padded, " "+need.word+" ") {
					p.report(p.Pos(file, path), fmt.Sprintf("the words do not say how to %s (%s)", need.says,
						strings.ToUpper(need.word)),
						"Somebody who is watched must be able to end it at once, and somebody who took a wrong turn "+
							"to go back.",
						"Add it at the end, like: 9 back, X leave.")
				}
			}
		}
		for _, s := range p.book.Steps {
			if s.Kind != flows.KindSay {
				ownBehaviour := s.For != nil && *s.For == flows.Behaviour // only leaving leads out of it
				look("menus.yaml", "steps."+s.ID+".text", s.Text, s.ID != p.book.TextStart && !ownBehaviour)
			}
		}
		m := p.book.Messages
		look("words.yaml", "messages.number.text", m.Number.Text, true)
		look("words.yaml", "messages.not_understood.text", m.NotUnderstood.Text, true)
		look("words.yaml", "messages.number_town.text", m.NumberTown.Text, false) // "back" has no room
		look("words.yaml", "messages.told.text", m.Told.Text, true)
		look("words.yaml", "messages.which_one.text", m.WhichOne.Text, false)
		look("words.yaml", "messages.which.text", m.Which.Text, true)
	},
}
