package load

import (
	"fmt"
	"strings"
	"unicode"

	"signpost/internal/voice"
)

// Limits of the table of pronunciations: every word of a call is looked up in it.
const (
	maxPronunciations = 60
	maxSaid           = 60 // letters of a name, and of how it is said
)

// pronunciations reads how names are said.
func (b *builder) pronunciations(all value) (out []voice.Respelling) {
	const why = "The voice would stumble over it, or say something else than the name."
	b.count(len(all.keys), maxPronunciations, "pronunciations", all.pos)
	for _, name := range all.keys {
		said := all.at(name)
		switch {
		case !said.set || said.text == "":
			continue // told already
		case !sayable(name):
			b.problem(said.pos, "pronunciation", fmt.Sprintf("%q is not a name", name), why,
				fmt.Sprintf("Write a name as it is in the words, of letters only, at most %d.", maxSaid))
			continue
		case !sayable(said.text):
			b.problem(said.pos, "pronunciation", fmt.Sprintf("%q is not how a name is said", said.text), why,
				fmt.Sprintf("Spell it as you would for a child to read aloud, with letters only, at most %d, like "+
					"Kezzick for Keswick.",
					maxSaid))
			continue
		case said.text == name:
			b.problem(said.pos, "pronunciation", fmt.Sprintf("%q is said as it is written", name),
				"The line does nothing.", "Spell it as it is said, or take the line out.")
			continue
		}
		out = append(out, voice.Respelling{Name: name, Said: said.text})
	}
	return out
}

// sayable reports letters, with blanks, hyphens and apostrophes between them.
func sayable(s string) bool {
	if s == "" || len([]rune(s)) > maxSaid || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, unicode.IsLetter) == 0 &&
		strings.IndexFunc(s, func(c rune) bool { return !unicode.IsLetter(c) && !strings.ContainsRune(" -'", c) }) < 0
}
