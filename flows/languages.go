package flows

import (
	"slices"
	"time"

	"signpost/internal/normalise"
)

// Language is another language that a conversation can be held in: the same steps,
// in other words. The book's own language has no entry, and one that nobody has
// signed is not in the book.
type Language struct {
	ID, Name string
	Words    []string // what people write to have it, in plain form
	Key      byte     // what callers press to have it, one of LanguageKeys; 0: none
	Offer    string   // what the greeting of a call says of it, in it
	// AnyLetters means that its texts may need letters outside the plain alphabet
	// of text messages, and so take more segments.
	AnyLetters bool
	Book       *Book // in its words
}

// In is the book in one of its languages; 0 is its own.
func (b *Book) In(lang uint8) *Book {
	if lang == 0 || int(lang) > len(b.Languages) {
		return b
	}
	return b.Languages[lang-1].Book
}

// languageOf returns the language of a conversation after an input, and whether the
// input chose it. The key of the current language switches back to the book's own.
func (b *Book) languageOf(s State, in Input) (lang uint8, chosen bool) {
	w := ""
	if len(b.Languages) > 0 && in.kind == inputText {
		w = normalise.Text(in.text)
	}
	for i := range b.Languages {
		l, n := &b.Languages[i], uint8(i+1)
		switch {
		case in.kind == inputKey && l.Key != 0 && in.key == l.Key && s.Lang == n:
			return 0, true
		case in.kind == inputKey && l.Key != 0 && in.key == l.Key, w != "" && slices.Contains(l.Words, w):
			return n, true
		}
	}
	if s.Lang != 0 && w != "" && slices.Contains(b.OwnWords, w) {
		return 0, true
	}
	return s.Lang, false
}

// speakIn tells a conversation where it is, in a language just chosen.
func (t turn) speakIn(s State) (State, Reply) {
	fresh := s.Step == ""
	switch {
	case t.call && fresh:
		s = t.enter(State{}, t.CallStart)
	case fresh:
		s = t.enter(State{}, t.TextStart)
	}
	s.Misses, s.Silences, s.Aside = 0, 0, false
	switch {
	case t.call:
		return s, t.prompt(s, "")
	case fresh:
		return s, t.show(s)
	}
	return t.replyWithoutProgress(s, t.show(s))
}

// stepIn moves a conversation in the language it is in, or has just chosen.
func (b *Book) stepIn(now time.Time, s State, in Input) (State, Reply) {
	lang, chosen := b.languageOf(s, in)
	of := b.In(lang)
	s.Lang = lang
	var n State
	var r Reply
	switch {
	case chosen:
		t := turn{Book: of, now: now, call: in.kind != inputText}
		if !t.call {
			s = s.hears(in.caseIn(of))
		}
		n, r = t.speakIn(s)
	case in.kind == inputText:
		n, r = of.stepText(now, s, in.caseIn(of))
	default:
		n, r = of.stepCall(now, s, in)
	}
	if !r.Ended {
		n.Lang = lang
	}
	for i := range r.Speech {
		r.Speech[i].Lang = lang
	}
	if lang == 0 && in.kind != inputText && r.Act == Listen && n.Step == b.CallStart && r.SayStep == "" {
		for i := range b.Languages {
			if l := &b.Languages[i]; l.Offer != "" {
				r.Speech = append(r.Speech, Utterance{Words: l.Offer, Lang: uint8(i + 1)})
			}
		}
	}
	return n, r
}
