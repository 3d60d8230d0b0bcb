package check

import (
	"fmt"

	"signpost/internal/normalise"
)

var clashes = rule{
	name: "clash",
	doc:  "no word means two things in one place, or anywhere a word kept for everyone means something else",
	run: func(p *pass) {
		kept := map[string]string{}
		u := p.book.Words
		for _, l := range []struct {
			name  string
			words []string
		}{{"leave", u.Leave}, {"emergency", u.Emergency}, {"polite", u.Polite}, {"zero", u.Helpline}, {"back", u.Back},
			{"repeat", u.Repeat}, {"start", u.Start}} {
			for _, w := range l.words {
				if other, dup := kept[w]; dup && other != l.name {
					p.report(p.Pos("words.yaml", "understood."+l.name),
						fmt.Sprintf("%q is in %q and in %q", w, other, l.name),
						"People would not get what the second list says.", "Keep it in one of them.")
				}
				kept[w] = l.name
			}
		}
		for _, s := range p.book.Steps {
			seen := map[string]int{}
			for i, c := range s.Choices {
				path := fmt.Sprintf("steps.%s.choices.%d", s.ID, i)
				for _, w := range append([]string{normalise.Text(c.Text)}, c.Words...) {
					if w == "" {
						continue
					}
					if l, taken := kept[w]; taken {
						p.report(p.Pos("menus.yaml", path),
							fmt.Sprintf("%q is kept for everyone, in the list %q", w, l),
							"Anybody who writes it here would not get this choice.", "Use another word here.")
					}
					if first, dup := seen[w]; dup && first != i {
						p.report(p.Pos("menus.yaml", path),
							fmt.Sprintf("%q chooses both choice %d and choice %d", w, first+1, i+1),
							"Anybody who writes it may be led to the wrong service.", "Give each choice its own words.")
					}
					seen[w] = i
				}
			}
		}
		chosen := map[string]string{}
		for _, l := range p.languages() {
			for _, w := range l.Words {
				pos := p.Pos("languages.yaml", "languages."+l.ID+".words")
				if k, taken := kept[w]; taken {
					p.report(pos, fmt.Sprintf("%q is kept for everyone, in the list %q", w, k),
						"Anybody who writes it would get this language instead.", "Use another word for the language.")
				}
				if other, taken := chosen[w]; taken {
					p.report(pos, fmt.Sprintf("%q asks for %s too", w, other),
						"Anybody who writes it gets the first of them.", "Keep it in one of them.")
				}
				chosen[w] = l.ID
			}
		}
		words := map[string]int{}
		for i, s := range u.Shortcuts {
			path := fmt.Sprintf("shortcuts.%d", i)
			for _, w := range s.Words {
				if l, taken := kept[w]; taken {
					p.report(p.Pos("words.yaml", path), fmt.Sprintf("%q is kept for everyone, in the list %q", w, l),
						"Anybody who writes it would not get this step.", "Use another word here.")
				}
				if first, dup := words[w]; dup {
					p.report(p.Pos("words.yaml", path),
						fmt.Sprintf("%q is a shortcut twice; the first leads to %q", w, u.Shortcuts[first].To),
						"The second never works.", "Keep one of them.")
				}
				words[w] = i
			}
		}
	},
}
