package check

import (
	"fmt"
	"slices"
	"strings"

	"signpost/internal/normalise"
)

var watchWords = rule{
	name: "watch-word", doc: "no word of the watch list is in a text, unless its author allowed it with a reason",
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if !w.text {
				continue
			}
			watch := p.book.Watch
			if !w.english() {
				watch = append(slices.Clone(watch), w.translation.Watch...)
			}
			for _, found := range Watched(watch, w.words, p.Allowed[w.allowedBy]) {
				p.report(p.posIn(w, found), fmt.Sprintf("the word %q is in a text", found),
					"Somebody else may read it over their shoulder or on a locked screen.",
					"Say it in neutral words. If it must be here, add allowed_words and because.")
			}
		}
	},
}

// Watched lists the watch-words in a text that are not allowed there. A word is
// found with any ending: abuse in "abused", threat in "threatening".
func Watched(watch []string, text string, allowed []string) []string {
	padded := " " + normalise.Text(text) + " "
	var out []string
	for _, w := range watch {
		if !strings.Contains(padded, " "+w) {
			continue
		}
		if len(w) < 5 && !strings.Contains(padded, " "+w+" ") && !strings.Contains(padded, " "+w+"s ") &&
			!strings.Contains(padded, " "+w+"ed ") {
			continue // a short word, only begun: "rape" is not in "rapeseed"
		}
		ok := false
		for _, a := range allowed {
			ok = ok || normalise.Text(a) == w
		}
		if !ok {
			out = append(out, w)
		}
	}
	return out
}
