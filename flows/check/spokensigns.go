package check

import (
	"fmt"
	"regexp"
)

var unspoken = regexp.MustCompile(`[/&@%_<>=#*+]|\be\.g\.|\bi\.e\.|\betc\b|\bhrs?\b|\bmins?\b|` +
	`\b[0-9]+(?:hr|am|pm|th|st|nd|rd)s?\b|\b[0-9]{3,}\b|-[0-9]`)

var spokenSigns = rule{
	name: "spoken-sign", doc: "what is spoken holds only words and single digits", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if found := unspoken.FindString(placeholder.ReplaceAllString(w.words, "")); !w.text && found != "" {
				p.report(p.posIn(w, found), fmt.Sprintf("%q is not a word", found),
					"A voice reads it in a way nobody foresees: 999 as nine hundred and ninety-nine, / as slash.",
					"Write it as it should be said: 9 9 9, or, at nine in the morning.")
			}
		}
	},
}
