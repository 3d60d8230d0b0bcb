package check

import (
	"fmt"

	"signpost/internal/gsm7"
)

var alphabet = rule{
	name: "alphabet", doc: "texts hold only characters of the plain alphabet of text messages (GSM-7)",
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if !w.text || !w.english() && w.translation.AnyLetters {
				continue
			}
			r, at, outside := gsm7.FirstOutside(w.words)
			if !outside {
				continue
			}
			fix := "Take it out, or spell it with plain letters."
			put := gsm7.Substitute(r)
			if put != "" {
				fix = fmt.Sprintf("Write %q instead.", put)
			}
			p.report(p.posIn(w, string(r)), fmt.Sprintf("character %d is %q, which plain texts cannot hold", at+1, r),
				"One such character more than halves what fits: the text arrives in pieces, perhaps in the wrong "+
					"order, and old phones may show squares.",
				fix)
			if put != "" {
				p.fix(string(r), put)
			}
		}
	},
}
