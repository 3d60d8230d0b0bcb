package check

import (
	"fmt"
	"slices"

	"signpost/internal/voice"
)

var pronunciations = rule{
	name: "pronunciation-unused", doc: "every name with a pronunciation is said on a call", severity: advice,
	run: func(p *pass) {
		unsaid := func(file, path string, table []voice.Respelling, mine func(wording) bool) {
			for _, r := range table {
				if !slices.ContainsFunc(p.wordings(),
					func(w wording) bool { return !w.text && mine(w) && voice.Says(w.words, r.Name) }) {
					p.report(p.Pos(file, path+"."+r.Name), fmt.Sprintf("no call says %q", r.Name),
						"The name is written differently in the words, so that callers hear it wrong, or it is no "+
							"longer there.",
						"Write it as it is under say, capitals included, or take the line out.")
				}
			}
		}
		unsaid("words.yaml", "pronunciations", p.book.Pronunciations, wording.english)
		for i := range p.book.Languages {
			l := &p.book.Languages[i]
			unsaid("languages.yaml", "languages."+l.ID+".pronunciations", l.Book.Pronunciations,
				func(w wording) bool { return w.translation != nil && w.translation.ID == l.ID })
		}
	},
}
