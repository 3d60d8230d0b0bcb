package check

import (
	"fmt"

	"signpost/flows"
)

var carrierWords = rule{
	name: "carrier-word", doc: "no word that the networks act on is a choice or a way out",
	run: func(p *pass) {
		look := func(file, path string, words []string) {
			for _, w := range words {
				if flows.CarrierWord(w) {
					p.report(p.Pos(file, path), fmt.Sprintf("%q belongs to the networks", w),
						"Anybody who texts it may be opted out by their network, and never get another answer from us.",
						"Use another word, like X or bye.")
				}
			}
		}
		for _, s := range p.book.Steps {
			for i, c := range s.Choices {
				look("menus.yaml", fmt.Sprintf("steps.%s.choices.%d", s.ID, i), append([]string{c.Text}, c.Words...))
			}
		}
		u := p.book.Words
		for _, l := range []struct {
			name  string
			words []string
		}{{"leave", u.Leave}, {"back", u.Back}, {"repeat", u.Repeat}, {"zero", u.Helpline}, {"emergency", u.Emergency},
			{"polite", u.Polite}, {"start", u.Start}} {
			look("words.yaml", "understood."+l.name, l.words)
		}
		for i, s := range u.Shortcuts {
			look("words.yaml", fmt.Sprintf("shortcuts.%d", i), s.Words)
		}
		look("languages.yaml", "own_words", p.book.OwnWords)
		for _, l := range p.languages() {
			at := "languages." + l.ID
			look("languages.yaml", at+".words", l.Words)
			of := l.Book.Words
			for _, words := range [][]string{of.Leave, of.Back, of.Repeat, of.Helpline, of.Emergency, of.Polite,
				of.Start} {
				look("languages.yaml", at+".understood", words)
			}
		}
		for _, a := range p.book.Areas {
			look("areas.yaml", "areas."+a.ID, append([]string{a.Text}, a.Names...))
		}
	},
}
