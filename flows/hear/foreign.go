package hear

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// otherLetters is why a text of another alphabet is taken for another language.
const otherLetters = "letters of another alphabet"

// short is the most letters of a word that the list of English words leaves out: "he", "w".
const short = 2

// mostlyOther reports a text whose letters are mostly not Latin. Two of them must be in one word: a picture
// of letters, "ツ" or "ಠ_ಠ", is no language.
func mostlyOther(words []string) bool {
	latin, other, word := 0, 0, false
	for _, w := range words {
		here := 0
		for _, c := range w {
			switch {
			case 'a' <= c && c <= 'z' || c >= utf8.RuneSelf && unicode.Is(unicode.Latin, c):
				latin++
			case c >= utf8.RuneSelf && unicode.IsLetter(c) && !unicode.Is(unicode.Common, c):
				here++
			}
		}
		other, word = other+here, word || here > 1
	}
	return word && other > latin
}

// mostlyForeign reports a text that is mostly in another language: its phrases have as many words that are not
// English as there are English words. Words that are only alike, and so may be English with a typing mistake, do not
// count.
func (e *Ear) mostlyForeign(r *Reading, found []match) bool {
	if mostlyOther(r.Words) {
		return true
	}
	var phrases []bool
	for _, m := range found {
		if p := &e.phrases[m.phrase]; p.foreign && p.side == 0 && !p.unless {
			if phrases == nil {
				phrases = r.marks.list()
			}
			fill(phrases, int(m.from), int(m.to))
		}
	}
	if phrases == nil {
		return false
	}
	foreign, english := 0, 0
	for i, w := range r.Words {
		switch {
		case phrases[i] && (ordinary(w) || len(w) <= short): // "to", "zone"
		case phrases[i] && e.exact(w):
			foreign++
		case ordinary(w) || len(w) <= short:
			english++
		}
	}
	return foreign > 0 && foreign >= english
}

// exact reports a word that phrases of the book have as it is typed.
func (e *Ear) exact(w string) bool {
	_, ok := e.speller.vocab[w]
	return ok
}

// mistaken reports a phrase of a language other than that of the text, of which no word is typed so. "dobry" is not
// "dowry", and "prossie" is not "prosze".
func (e *Ear) mistaken(r *Reading, m match) bool {
	p := &e.phrases[m.phrase]
	if p.foreign == r.abroad || p.foreign && p.kind != Interpreter {
		return false
	}
	return !slices.ContainsFunc(r.Words[m.from:m.to], e.exact)
}

// saysNothing are the kinds that leave a text without anything to answer.
var saysNothing = Of(Filler, SmallTalk, Past, Story)

// needsInterpreter adds to a text of another alphabet, of which nothing else is understood, that it is in
// another language.
func (r *Reading) needsInterpreter() {
	if len(r.Places) > 0 || r.has&^saysNothing != 0 || !mostlyOther(r.Words) {
		return
	}
	r.Facts = append(r.Facts, Fact{Kind: Interpreter, To: len(r.Words), Phrase: otherLetters, Place: -1})
	r.has |= Of(Interpreter)
	r.foreign |= Of(Interpreter)
}
