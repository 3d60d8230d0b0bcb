package check

import (
	"fmt"
	"slices"
	"strings"

	"signpost/internal/normalise"
)

// overheard looks at what a call says as the rules of texts look at texts: a phone is loud
// enough for somebody near. It is advice: a book may have to say a word that no text may hold.
var overheard = rule{
	name: "overheard", doc: "no call says a word of the watch list, or a service by its own name", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if w.text || !p.Has(w.file, w.path) { // a label that is said, too, is looked at as a text
				continue
			}
			const fix = "Say it in neutral words, as the label does. If it must be said, add allowed_words and because."
			watch := p.book.Watch
			if !w.english() {
				watch = append(slices.Clone(watch), w.translation.Watch...)
			}
			for _, found := range Watched(watch, w.words, p.Allowed[w.allowedBy]) {
				p.report(p.posIn(w, found), fmt.Sprintf("a call says %q", found),
					"Somebody near can hear what the phone says.", fix)
			}
			padded := " " + normalise.Text(w.words) + " "
			for i := range p.book.Services {
				name, _, _ := strings.Cut(p.book.Services[i].Name, "(")
				name = strings.TrimSpace(name)
				if n := normalise.Text(name); n != "" && strings.Contains(padded, " "+n+" ") &&
					len(Watched([]string{n}, n, p.Allowed[w.allowedBy])) > 0 {
					p.report(p.posIn(w, name), fmt.Sprintf("a call says %q, the own name of %s", name,
						p.book.Services[i].ID), "Somebody near can hear what the phone says.", fix)
				}
			}
		}
	},
}
