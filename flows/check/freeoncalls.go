package check

import "strings"

// freeOnCalls refuses "free" on a call: a caller who is connected pays for a call to us,
// and their bill shows it.
var freeOnCalls = rule{
	name: "free-on-calls", doc: "no prompt of a call says that a call is free", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if w.text || !w.english() {
				continue
			}
			for _, word := range strings.FieldsFunc(strings.ToLower(w.words),
				func(r rune) bool { return r < 'a' || r > 'z' }) {
				if word == "free" {
					p.report(p.posIn(w, "free"), "a call is said to be free",
						"A caller who is connected pays for the call to our line, and it shows on the bill.",
						"Take the word out. A text may say it of the number that people dial themselves.")
					break
				}
			}
		}
	},
}
