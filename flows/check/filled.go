package check

import (
	"fmt"
	"slices"
)

var filledWords = rule{
	name: "watch-word-filled",
	doc:  "no word of the watch list comes about when the placeholders of a text are filled in", walks: true,
	run: func(p *pass) {
		p.walked()
		told := map[string]bool{}
		look := func(file, path, text string, allowed []string) {
			for _, found := range Watched(p.book.Watch, text, allowed) {
				if told[found+path] || p.written(found) {
					continue // the rule for single wordings reports it in its own place
				}
				told[found+path] = true
				p.report(p.Pos(file, path), fmt.Sprintf("the words %q come about in a text: %q", found, text),
					"Somebody else may read it over their shoulder or on a locked screen.",
					"Change the words around the curly brackets, or the label or the phrase that is in them.")
			}
		}
		for i := range p.answers {
			e := &p.answers[i]
			at := "steps." + e.At()
			allowed := slices.Clone(p.Allowed[at])
			for _, id := range e.Reply.Shows {
				allowed = append(allowed, p.Allowed["services."+id]...)
			}
			for _, s := range p.book.Services { // a line that is mentioned brings its own
				if s.MentionText != "" {
					allowed = append(allowed, p.Allowed["services."+s.ID]...)
				}
			}
			look("menus.yaml", at, e.Reply.Text, allowed)
		}
		look("words.yaml", "messages.fallback.text", p.book.FallbackText(), nil)
		look("words.yaml", "messages.static.text", p.book.StaticText(), nil)
	},
}

// written reports whether a wording of a text contains a watch-word by itself.
func (p *pass) written(word string) bool {
	return slices.ContainsFunc(p.wordings(), func(w wording) bool {
		return w.text && len(Watched([]string{word}, w.words, nil)) > 0
	})
}
