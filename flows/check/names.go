package check

import (
	"fmt"
	"strings"

	"signpost/internal/normalise"
)

var serviceNames = rule{
	name: "service-name", doc: "no service is in a text under its own name",
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if !w.text {
				continue
			}
			padded := " " + normalise.Text(w.words) + " "
			for i := range p.book.Services {
				name, _, _ := strings.Cut(p.book.Services[i].Name, "(")
				if n := normalise.Text(name); n != "" && strings.Contains(padded, " "+n+" ") {
					p.report(p.posIn(w, strings.TrimSpace(name)),
						fmt.Sprintf("%q is the own name of %s", strings.TrimSpace(name), p.book.Services[i].ID),
						"The name tells anybody who reads the text what it is about.",
						"Use the service's label, or other neutral words.")
				}
			}
		}
	},
}
