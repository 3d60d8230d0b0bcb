package hear

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"signpost/internal/area"
	"signpost/internal/normalise"
	"signpost/internal/spell"
)

// List is what is listened for of one kind, in one language.
type List struct {
	Kind    Kind
	Phrases []string
	// Unless are look-alikes: a phrase that shares words with one is not meant.
	Unless []string
	// Foreign are phrases in another language than the scales know.
	Foreign bool
}

// Mistake is a phrase that cannot be read.
type Mistake struct {
	List   int // which list
	Unless bool
	Phrase int
	Err    error
}

func (m Mistake) Error() string { return m.Err.Error() }

// Ear listens for the phrases of a book. It is safe for concurrent use.
type Ear struct {
	table     *table
	speller   *speller
	phrases   []phrase
	pairs     []pair
	pairsFrom [][]int32 // the pairs by their first side
	spare     sync.Pool // of *sides
	scales    *scales
	small     map[string]map[string]bool // the small words, by what they do
	weights   Weights                    // of places
}

type phrase struct {
	kind    Kind
	unless  bool
	foreign bool // in a language that the scales do not know
	words   string
	side    int32 // its number, from 1, as a side of pairs, which means nothing by itself; 0: none
	opens   bool  // matches only where a text begins
	pair    bool
}

// Spec is what an ear is made of.
type Spec struct {
	Lists []List
	Words map[string][]string // the named lists
	Glue  []string            // short words that people run together with others
	Small map[string][]string // small words, by what they do: see [SmallWords]
	// Variants are other ways to write a word, Sorts the words of one sort, by its name.
	// Both are for the scales alone.
	Variants, Sorts map[string][]string
	Parts           map[string][]string // the sorts that play each part: see [PartMe]
	Scales          []Scale             // for what no phrase knows
}

// shorthand are the variants that are read as other words in phrases, too.
func (s *Spec) shorthand() map[string]string {
	out := map[string]string{}
	for _, word := range s.Small[Shorthand] {
		for _, typed := range s.Variants[word] {
			out[typed] = word
		}
	}
	return out
}

// Compile makes an ear. An ear is given even with mistakes: what cannot be read is left
// out.
func Compile(s Spec) (*Ear, []Mistake) {
	e := &Ear{pairsFrom: make([][]int32, 1), scales: newScales(s), small: map[string]map[string]bool{}, weights: shipped}
	a, lex, numbers := newAutomaton(), newLexicon(s.Words), map[string]int32{}
	var mistakes []Mistake
	for i, l := range s.Lists {
		for _, side := range []struct {
			unless  bool
			phrases []string
		}{{false, l.Phrases}, {true, l.Unless}} {
			for k, p := range side.phrases {
				if err := e.add(a, numbers, lex, phrase{kind: l.Kind, unless: side.unless, foreign: l.Foreign,
					words: p}); err != nil {
					mistakes = append(mistakes, Mistake{i, side.unless, k, err})
				}
			}
		}
	}
	for name, list := range s.Small {
		e.small[name] = map[string]bool{}
		for _, w := range list {
			e.small[name][w] = true
		}
	}
	for _, g := range s.Glue {
		lex.word(g)
	}
	e.table, e.speller = a.table(len(lex.vocab)), newSpeller(lex.vocab, s.Glue, s.shorthand())
	return e, mistakes
}

// add puts a phrase in. numbers are those of the sides of pairs that are in already.
func (e *Ear) add(a *automaton, numbers map[string]int32, lex *lexicon, p phrase) error {
	sides := strings.Split(p.words, pairMark)
	if len(sides) == 1 {
		return e.addPhrase(a, lex, p)
	}
	if len(sides) > maxSides {
		return fmt.Errorf("the phrase has more than %d sides", maxSides)
	}
	var one pair
	for _, side := range sides {
		side = strings.TrimSpace(side)
		number, ok := numbers[side]
		if !ok {
			number = int32(len(e.pairsFrom))
			if err := e.addPhrase(a, lex, phrase{words: side, side: number}); err != nil {
				return err
			}
			numbers[side], e.pairsFrom = number, append(e.pairsFrom, nil)
		}
		one.sides = append(one.sides, number)
	}
	p.pair, one.number = true, int32(len(e.phrases))
	e.phrases = append(e.phrases, p)
	e.pairsFrom[one.sides[0]] = append(e.pairsFrom[one.sides[0]], int32(len(e.pairs)))
	e.pairs = append(e.pairs, one)
	return nil
}

// opening begins a phrase that matches only where a text begins: "^ slapped her".
const opening = "^ "

func (e *Ear) addPhrase(a *automaton, lex *lexicon, p phrase) error {
	words, opens := strings.CutPrefix(p.words, opening)
	p.opens = opens
	tokens, err := parsePhrase(words, lex)
	if err == nil && len(e.phrases) >= MaxPhrases {
		err = fmt.Errorf("there are more than %d phrases", MaxPhrases)
	}
	if err == nil {
		err = a.add(tokens, int32(len(e.phrases)))
	}
	if err == nil {
		e.phrases = append(e.phrases, p)
	}
	return err
}

// Hear reads a text.
func (e *Ear) Hear(text string, places *area.Finder) *Reading {
	tokens := e.cut(normalise.Tokens(text), places)
	n := len(tokens)
	words := make([]string, 2*n)
	r := &Reading{Words: words[:n:n], spelt: words[n:], marks: newMarks(n)}
	r.kept = r.marks.list()
	known, ends, pauses, linking := r.marks.list(), r.marks.list(), r.marks.list(), r.marks.list()
	ids, read := make([][]int32, n), make([]int32, 0, 2*n)
	for i, t := range tokens {
		r.Words[i], ends[i], pauses[i] = t.Word, t.Ends, t.Ends || t.Pause
		from := len(read)
		counts := i+1 < n && e.is(Counted, tokens[i+1].Word)
		read = e.speller.read(read, t.Word, counts)
		ids[i] = read[from:]
		_, exact := e.speller.vocab[t.Word]
		linking[i], r.kept[i] = e.is(Linking, t.Word), e.is(Kept, t.Word)
		known[i] = exact || len(ids[i]) > 0 && spell.Stretched(t.Word)
		r.spelt[i] = t.Word
		if len(ids[i]) > 0 && !exact && !ordinary(t.Word) {
			r.spelt[i] = e.speller.names[ids[i][0]]
		}
	}
	var candidates []area.Candidate
	if places != nil {
		candidates = places.Candidates(area.Text{Words: r.Words, Common: known, Linking: linking, Ends: ends})
	}
	e.judge(r, e.table.run(ids, ends, candidates), ends)
	r.core, r.asks = e.coreOf(r), e.asks(r)
	r.kissed = e.kissed(r)
	e.locate(r, candidates, ends, pauses)
	r.needsInterpreter()
	r.sure = r.has
	e.weigh(r, ends)
	return r
}

// coreOf finds the words between the courtesies at both ends of a text.
func (e *Ear) coreOf(r *Reading) span {
	courtesies := r.marks.list()
	for i, w := range r.Words {
		courtesies[i] = e.is(Courtesy, w)
	}
	for _, f := range r.Facts {
		if f.Kind == SmallTalk {
			fill(courtesies, f.From, f.To)
		}
	}
	core := span{0, len(r.Words)}
	for core.from < core.to && (courtesies[core.from] || e.is(Apology, r.Words[core.from])) {
		core.from++
	}
	for core.to > core.from && courtesies[core.to-1] {
		core.to--
	}
	return core
}

// asks reports a word that asks for something, and is not what the writer gives thanks for.
func (e *Ear) asks(r *Reading) bool {
	const near = 3 // "for all your help"
	for i, w := range r.Words {
		if e.is(Asking, w) && !slices.Contains(r.Words[max(0, i-near):i], "for") {
			return true
		}
	}
	return false
}

// kissed reports kisses beside other words, of which none says to leave: "hiya x", "1 x thanks".
func (e *Ear) kissed(r *Reading) bool {
	last := len(r.Words) - 1
	for _, f := range r.Facts {
		if f.Kind == Leave && !e.allAre(Courtesy, r.Words[f.From:f.To]) { // kisses are courtesies
			return false
		}
	}
	return last > 0 && (e.is(Kiss, r.Words[last]) && !e.is(Kiss, r.Words[0]) || len(r.Core()) > 0)
}

// judge turns matches into facts: a phrase that shares words with a look-alike of
// its kind is not meant.
func (e *Ear) judge(r *Reading, found []match, ends []bool) {
	found = e.whereAllowed(found)
	var alike lookalikes
	for _, m := range found {
		alike.add(&e.phrases[m.phrase], m)
	}
	found = e.withPairs(found, &alike)
	for _, l := range alike.all {
		if 2*int(l.to-l.from) >= len(r.Words) {
			r.alike |= Of(l.guards)
		}
	}
	facts := 2 // and more than two are seldom weighed
	for _, m := range found {
		if p := &e.phrases[m.phrase]; p.side == 0 && !p.unless {
			facts++
		}
	}
	r.Facts = make([]Fact, 0, facts)
	r.abroad = e.mostlyForeign(r, found)
	for _, m := range found {
		p := &e.phrases[m.phrase]
		if p.side != 0 || p.unless || !p.pair && alike.cover(m, p.kind) || e.mistaken(r, m) {
			continue
		}
		r.Facts = append(r.Facts, Fact{Kind: p.kind, From: int(m.from), To: int(m.to), Phrase: p.words,
			Place: int(m.place)})
		r.has |= Of(p.kind)
		if p.foreign {
			r.foreign |= Of(p.kind)
		}
		if p.foreign || m.to-m.from > shortPhrase {
			r.firm |= Of(p.kind)
		}
	}
	if r.has.Any(Past, Story) && r.has&urgent != 0 {
		r.forget(e.inPastOrStory(r, ends, false))
	}
	r.wholes()
}

// whereAllowed drops the matches of phrases that open a text, where more than fillers comes
// before them: "so sorry slapped her" is allowed, "he slapped her" is not.
func (e *Ear) whereAllowed(found []match) []match {
	most := int16(0) // no match may begin behind it
	for _, m := range found {
		if e.phrases[m.phrase].kind == Filler && m.from <= most {
			most = max(most, m.to)
		}
	}
	return slices.DeleteFunc(found, func(m match) bool { return e.phrases[m.phrase].opens && m.from > most })
}

// forget drops what is urgent among the words about long ago or a story.
func (r *Reading) forget(dropped []bool) {
	left := r.Facts[:0]
	r.has = 0
	for _, f := range r.Facts {
		if urgent.Has(f.Kind) && dropped[f.From] {
			continue
		}
		left = append(left, f)
		r.has |= Of(f.Kind)
	}
	r.Facts = left
}

// wholes works out what is all that a text says.
func (r *Reading) wholes() {
	r.filler = r.marks.list()
	for _, f := range r.Facts {
		if f.Kind == Filler {
			fill(r.filler, f.From, f.To)
		}
	}
	for i, w := range r.Words {
		if first, _ := utf8.DecodeRuneInString(w); !unicode.IsLetter(first) && !unicode.IsDigit(first) {
			r.filler[i] = true // an emoji
		}
	}
	covered := r.marks.list()
	story := r.has & (Of(Leave) - 1) // what happened, or is needed
	for k := range kinds {
		if k == Filler || !r.has.Has(k) || k >= Leave && story != 0 { // "i can only text x" does not leave
			continue
		}
		copy(covered, r.filler)
		for _, f := range r.Facts {
			if f.Kind == k {
				fill(covered, f.From, f.To)
			}
		}
		r.whole[k] = !slices.Contains(covered, false)
	}
}

// cut prepares the words of a text: letters typed one by one are joined, words run
// together are taken apart.
func (e *Ear) cut(in []normalise.Token, places *area.Finder) []normalise.Token {
	known := func(string) bool { return false }
	if places != nil {
		known = places.Known
	}
	out := in[:0]
	const spelt = 4 // letters in a row that are a word spelt out
	for i := 0; i < len(in); {
		j := i
		for j < len(in) && len(in[j].Word) == 1 {
			j++
		}
		if j-i >= spelt {
			t := in[j-1]
			t.Word = ""
			for _, one := range in[i:j] {
				t.Word += one.Word
			}
			out = append(out, t)
			i = j
			continue
		}
		out = append(out, in[i])
		i++
	}
	for i := 0; i < len(out) && len(out) < normalise.MaxTokens; i++ {
		w := out[i].Word
		if _, ok := e.speller.vocab[w]; ok || len(w) < minGlued || ordinary(w) || known(w) {
			continue
		}
		parts := e.speller.split(spell.Squeeze(w, 1), known)
		if parts == nil || places != nil && places.Like(w) &&
			!e.leadsTo(parts, places) { // "mexbrough" is not "me x brough"
			continue
		}
		last := out[i]
		tail := append([]normalise.Token(nil), out[i+1:]...)
		out = out[:i]
		for _, p := range parts {
			out = append(out, normalise.Token{Word: p})
		}
		i = len(out) - 1
		last.Word = out[i].Word
		out[i] = last
		out = append(out, tail...)
	}
	if len(out) > normalise.MaxTokens {
		out = out[:normalise.MaxTokens]
	}
	return out
}

// leadsTo reports whether the last part is a town of ours, and the others are words that
// people run together with a town: "inchester".
func (e *Ear) leadsTo(parts []string, places *area.Finder) bool {
	for _, p := range parts[:len(parts)-1] {
		if !e.is(GluedPlace, p) {
			return false
		}
	}
	return places.Served(parts[len(parts)-1])
}
