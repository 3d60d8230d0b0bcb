package check

import (
	"fmt"
	"regexp"
	"strings"
)

var numberLike = regexp.MustCompile(`[0+][0-9][0-9 ]{6,}[0-9]`)

var numbersInWords = rule{
	name: "number-in-words", doc: "telephone numbers are in services.yaml only",
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if n := numberLike.FindString(w.words); n != "" {
				p.report(p.posIn(w, n), fmt.Sprintf("the telephone number %q is in the words", strings.TrimSpace(n)),
					"When the number changes, this copy would be forgotten, and callers would ring the old one.",
					"Put it in services.yaml, and {numbers} here.")
			}
		}
	},
}
