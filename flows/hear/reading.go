package hear

import (
	"slices"
	"strings"

	"signpost/internal/area"
	"signpost/internal/english"
)

// Fact is something a text says, and the words it rests on.
type Fact struct {
	Kind     Kind
	From, To int                 // words of the reading
	Phrase   string              // of the book, that matched; empty if the words were weighed
	Place    int                 // the candidate it speaks of; -1: none
	signs    [signsShown]stretch // the words that weigh most
}

// Reading is what a text says. It quotes the text: never log it.
type Reading struct {
	Words  []string // as they were read
	Facts  []Fact
	Places []Place
	// Answer is where the writer is, as far as the text tells.
	Answer  Where
	has     Set
	sure    Set  // by a phrase
	firm    Set  // by a phrase that counts even against the scales
	foreign Set  // by a phrase in a language that the scales do not know
	abroad  bool // mostly in a language that the scales do not know
	alike   Set  // kinds of which half of the text or more is a look-alike
	whole   [kinds]bool
	over    [kinds]float32 // by how much the weight of words is more than enough; 0 if there is no scale
	weighed bool           // there were words enough to be weighed
	filler  []bool
	spelt   []string // the words with their spelling corrected
	kept    []bool   // a filler that says something before half a name
	core    span     // the words between the courtesies at both ends
	asks    bool     // one of its words asks for something
	kissed  bool     // only a kiss at its end says to leave
	marks   marks
}

// span is some words, from one and before another.
type span struct{ from, to int }

// Core is the words of a text without the courtesies at both ends: "hi", "thanks x".
func (r *Reading) Core() []string { return r.Words[r.core.from:r.core.to] }

// Asks reports a text that asks for something: "thanks i need help". "Thanks for your help" does not.
func (r *Reading) Asks() bool { return r.asks }

// Kissed reports a text in which nothing but a kiss at its end says to leave: "hiya x".
func (r *Reading) Kissed() bool { return r.kissed }

// Has reports whether a text says something.
func (r *Reading) Has(k Kind) bool { return r.has.Has(k) }

// Sure reports whether a phrase of the book says so, and not the weight of words alone.
func (r *Reading) Sure(k Kind) bool { return r.sure.Has(k) }

// Phrased is everything that phrases of the book say.
func (r *Reading) Phrased() Set { return r.sure }

// Surely is a reading without what the weight of words alone says.
func (r *Reading) Surely() *Reading {
	sure := *r
	sure.has = r.sure
	if r.sure.Has(Hurt) { // what is urgent counts, if the writer is surely harmed
		sure.has |= r.has & urgent
	}
	return &sure
}

// Without is a reading that does not say one thing.
func (r *Reading) Without(k Kind) *Reading {
	less := *r
	less.has &^= Of(k)
	less.sure &^= Of(k)
	return &less
}

// Over is by how much the weight of words for a kind is more than enough, or less: a
// negative number. It is 0 for a kind that is not weighed.
func (r *Reading) Over(k Kind) float32 { return r.over[k] }

// Nearly reports whether the weight of words for a kind is enough, or short of it by no
// more than a margin. A text that is not weighed says no.
func (r *Reading) Nearly(k Kind, margin float32) bool { return r.weighed && r.over[k] >= -margin }

// Alike reports a text of which half or more is a look-alike of a kind.
func (r *Reading) Alike(k Kind) bool { return r.alike.Has(k) }

// Set is everything a text says.
func (r *Reading) Set() Set { return r.has }

// Only reports whether a text says one thing and nothing else but fillers.
func (r *Reading) Only(k Kind) bool { return r.whole[k] }

// OnlyOf reports whether a text says nothing but some things and fillers.
func (r *Reading) OnlyOf(ks ...Kind) bool {
	of := Of(ks...)
	for i, filler := range r.filler {
		if !filler && !slices.ContainsFunc(r.Facts,
			func(f Fact) bool { return of.Has(f.Kind) && f.From <= i && i < f.To }) {
			return false
		}
	}
	return len(r.filler) > 0
}

// Sentence reports whether a text says something in words that we know. A short text with another word may be the
// name of a place.
func (r *Reading) Sentence() bool {
	const fewest, short = 2, 4 // words
	if n := len(r.Words); n < fewest || n > short {
		return n > short
	}
	return !slices.ContainsFunc(r.spelt, func(w string) bool { return !english.Known(w) })
}

// SaysOf reports whether a text says a thing in more than one word, or says nothing
// else: "again" alone asks for a repeat, and "he did it again" does not.
func (r *Reading) SaysOf(k Kind) bool {
	for _, f := range r.Facts {
		if f.Kind == k && (f.To-f.From > 1 || r.whole[k]) {
			return true
		}
	}
	return false
}

// ShortForms are a short text as it is, and without the fillers behind and around it, for
// the person who answers with half a name: "on solway pls".
func (r *Reading) ShortForms() (out [3]string) {
	const most = 6 // words
	from, to := 0, len(r.Words)
	if to == 0 || to > most {
		return out
	}
	passes := func(i int) bool { return r.filler[i] && !r.kept[i] }
	whole := strings.Join(r.Words, " ")
	begins, ends := 0, len(whole)
	for to > 1 && passes(to-1) {
		to--
		ends -= len(" ") + len(r.Words[to])
	}
	for from < to-1 && passes(from) {
		begins += len(r.Words[from]) + len(" ")
		from++
	}
	return [3]string{whole, whole[:ends], whole[begins:ends]}
}

// Half is a text that is only the first or the second half of a postcode, or the
// letters it begins with; empty otherwise.
func (r *Reading) Half() string {
	const longest = 4
	if len(r.Words) > 2 {
		return ""
	}
	half := strings.Join(r.Words, "")
	if len(half) > longest || !area.HalfPostcode(half) {
		return ""
	}
	return half
}
