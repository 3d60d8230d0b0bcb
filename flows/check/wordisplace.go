package check

import "fmt"

var wordIsPlace = rule{
	name: "word-is-place", doc: "no word kept for everyone, and no shortcut, is the name of a place", severity: advice,
	walks: true,
	run: func(p *pass) {
		look := func(path string, words []string) {
			for _, w := range words {
				if areas, ask, found := p.book.Find(w); found.Set != 0 && !ask && len(areas) == 1 {
					p.report(p.Pos("words.yaml", path), fmt.Sprintf("%q is also a place, in %s", w, areas[0]),
						"Anybody who lives there and writes it gets this instead of their number.",
						"Use another word, or make sure that nobody can mean the place.")
				}
			}
		}
		u := p.book.Words
		for _, l := range []struct {
			name  string
			words []string
		}{{"leave", u.Leave}, {"back", u.Back}, {"repeat", u.Repeat}, {"zero", u.Helpline}, {"emergency", u.Emergency},
			{"polite", u.Polite}, {"start", u.Start}} {
			look("understood."+l.name, l.words)
		}
		for i, s := range u.Shortcuts {
			look(fmt.Sprintf("shortcuts.%d", i), s.Words)
		}
	},
}
