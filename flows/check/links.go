package check

import (
	"fmt"
	"regexp"
)

// link matches what a phone makes into a link: an address with or without its
// http, or an e-mail address.
var link = regexp.MustCompile(`(?i)\bhttps?:|\bwww\.|[a-z0-9_.+-]+@[a-z0-9-]+\.|` +
	`\b[a-z0-9-]+\.(com|org|net|uk|info|io|me|app|co|gov|eu|ly|link|help|care|support)\b`)

var links = rule{
	name: "link", doc: "no link and no e-mail address is in a text",
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if found := link.FindString(w.words); w.text && found != "" {
				p.report(p.posIn(w, found), fmt.Sprintf("%q is a link, or a phone will make it one", found),
					"The phone shows the site's name and picture under the text, and opening it leaves a trace in "+
						"the browser.",
					"Take it out. Callers can be told an address there.")
			}
		}
	},
}
