package check

import (
	"regexp"
	"strings"
)

var oddBlank = regexp.MustCompile(`  +| +[,.;:?!](\s|$)|,,+|\.\.+`)

var doubleBlank = rule{
	name: "double-blank", doc: "no blank or stop is doubled, and none is before a stop", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			found := oddBlank.FindString(w.words)
			if found == "" {
				continue
			}
			p.report(p.posIn(w, found), "a blank or a stop too many is here: \""+found+"\"",
				"It takes room in a text and looks careless; spoken, it makes an odd pause.", "Take it out.")
			if s := strings.TrimLeft(found, " "); s == "" {
				p.fix(found, " ")
			} else {
				p.fix(found, s[:1]+strings.TrimLeft(s, ".,;:?!"))
			}
		}
	},
}
