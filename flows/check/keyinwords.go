package check

import (
	"fmt"
	"regexp"
)

// ownKey is a key that choices number themselves with, written out.
var ownKey = regexp.MustCompile(`(?i)\b(?:press|reply|text|send|key)\s+(?:number\s+)?([1-4]|one|two|three|four)\b`)

var keyInWords = rule{
	name: "key-in-words", doc: "keys of choices are never written out", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if w.meant() == "messages.accept.say" { // it has a key of its own
				continue
			}
			if m := ownKey.FindString(w.words); m != "" {
				p.report(p.posIn(w, m), fmt.Sprintf("%q names a key", m),
					"When the choices change, their keys do, and this one stays: people press the wrong key.",
					"Leave it to {choices}, which says the keys that hold.")
			}
		}
	},
}
