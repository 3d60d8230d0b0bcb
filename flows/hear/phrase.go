package hear

import (
	"fmt"
	"slices"
	"strings"

	"signpost/internal/normalise"
)

// Limits of what a book may listen for.
const (
	MaxPhrases      = 20_000
	maxPhraseTokens = 16
	maxGap          = 3 // words that "..." passes over
	maxStates       = 200_000
)

// PlaceMark is the placeholder in a phrase for the name of a place.
const PlaceMark = "{place}"

// phraseToken is one token of a phrase. Phrases share the tokens that are written the same.
type phraseToken struct {
	number   int32 // its own
	runs     runs
	gap      bool // "...": up to maxGap words, within a sentence
	place    bool
	optional bool
}

// runs are runs of words, any of which match: the numbers of their words, each run closed by runEnd.
// With a slice for each run, and its words as strings before, the shipped lists took a third longer to compile.
type runs []int32

const runEnd = -1

// parsePhrase reads a phrase: plain words; a/b for either; (a) for what may be
// missing; [a b/c] for either of several words; {name} for any of a named list; ...
// for a gap of up to three words.
func parsePhrase(phrase string, lists *lexicon) ([]*phraseToken, error) {
	var tokens []*phraseToken
	for rest := strings.TrimSpace(phrase); rest != ""; rest = strings.TrimSpace(rest) {
		f, after, err := nextToken(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		p, err := lists.token(f)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, p)
	}
	switch {
	case len(tokens) == 0:
		return nil, fmt.Errorf("the phrase is empty")
	case len(tokens) > maxPhraseTokens:
		return nil, fmt.Errorf("the phrase has more than %d parts", maxPhraseTokens)
	case tokens[0].gap || tokens[len(tokens)-1].gap:
		return nil, fmt.Errorf("a gap at the edge of the phrase changes nothing")
	}
	solid := false
	for _, p := range tokens {
		solid = solid || !p.gap && !p.optional
	}
	if !solid {
		return nil, fmt.Errorf("every word of the phrase may be missing, so it would match every text")
	}
	return tokens, nil
}

// token reads one token as it is written, once: many phrases have the same.
func (l *lexicon) token(f string) (*phraseToken, error) {
	if p, ok := l.tokens[f]; ok {
		return p, nil
	}
	p := &phraseToken{number: int32(len(l.tokens)), optional: f[0] == '('}
	words := f
	if f[0] == '(' || f[0] == '[' {
		words = f[1 : len(f)-1]
	}
	switch words {
	case "...":
		p.gap = f == words
	case PlaceMark:
		p.place = true
	}
	if !p.gap && !p.place {
		for alt := range strings.SplitSeq(words, "/") {
			var err error
			if p.runs, err = l.expand(p.runs, alt, 0); err != nil {
				return nil, err
			}
		}
	}
	l.tokens[f] = p
	return p, nil
}

// nextToken takes the next token off a phrase: a word, or a group in brackets.
func nextToken(s string) (token, rest string, err error) {
	var closing byte
	switch s[0] {
	case '(':
		closing = ')'
	case '[':
		closing = ']'
	default:
		token, rest, _ = strings.Cut(s, " ")
		return token, rest, nil
	}
	end := strings.IndexByte(s, closing)
	if end < 0 {
		return "", "", fmt.Errorf("%q has no closing bracket", s)
	}
	return s[:end+1], s[end+1:], nil
}

// maxNesting bounds lists that name lists.
const maxNesting = 4

// lexicon is the words of phrases, and the named lists of them. Each list is expanded once:
// many phrases name the same long lists.
type lexicon struct {
	vocab  map[string]int32 // every word of every phrase, numbered from 0
	lists  map[string][]string
	runs   map[string]runs         // of the lists
	tokens map[string]*phraseToken // as they are written
}

func newLexicon(lists map[string][]string) *lexicon {
	return &lexicon{map[string]int32{}, lists, map[string]runs{}, map[string]*phraseToken{}}
}

// expand adds the runs of words that one alternative matches.
func (l *lexicon) expand(to runs, alt string, depth int) (runs, error) {
	if id, ok := l.vocab[alt]; ok { // most are one word that was read before
		return append(to, id, runEnd), nil
	}
	alt = strings.TrimSpace(alt)
	if strings.ContainsAny(alt, "()[]") {
		return nil, fmt.Errorf("%q has a round or square bracket inside a group, or without its pair", alt)
	}
	open := strings.IndexByte(alt, '{')
	if open < 0 {
		before := len(to)
		if to = l.words(to, alt); len(to) == before {
			return nil, fmt.Errorf("%q has no word in it", alt)
		}
		return append(to, runEnd), nil
	}
	name, after, closed := strings.Cut(alt[open+1:], "}")
	_, known := l.lists[name]
	switch {
	case !closed || !known:
		return nil, fmt.Errorf("there is no list of words called %q", alt[open:])
	case depth == maxNesting:
		return nil, fmt.Errorf("the list %q names itself", name)
	}
	before := l.words(nil, alt[:open])
	inner, err := l.list(name, depth+1)
	if err != nil {
		return nil, err
	}
	rest := l.words(nil, after)
	if len(before) == 0 && len(rest) == 0 {
		return append(to, inner...), nil
	}
	for len(inner) > 0 {
		end := slices.Index(inner, runEnd)
		to = append(append(append(append(to, before...), inner[:end]...), rest...), runEnd)
		inner = inner[end+1:]
	}
	return to, nil
}

// list gives the runs of words of a named list.
func (l *lexicon) list(name string, depth int) (runs, error) {
	if all, ok := l.runs[name]; ok {
		return all, nil
	}
	var all runs
	for _, entry := range l.lists[name] {
		var err error
		if all, err = l.expand(all, entry, depth); err != nil {
			return nil, err
		}
	}
	l.runs[name] = all
	return all, nil
}

// words adds the numbers of the words of a text.
func (l *lexicon) words(to []int32, s string) []int32 {
	if plain(s) {
		for w := range strings.FieldsSeq(s) {
			to = append(to, l.word(w))
		}
		return to
	}
	for _, t := range normalise.Tokens(s) {
		to = append(to, l.word(t.Word))
	}
	return to
}

// plain reports a text of nothing but the letters a to z and spaces, as most are.
func plain(s string) bool {
	for i := range len(s) {
		if (s[i] < 'a' || s[i] > 'z') && s[i] != ' ' {
			return false
		}
	}
	return true
}

func (l *lexicon) word(w string) int32 {
	id, ok := l.vocab[w]
	if !ok {
		id = int32(len(l.vocab))
		l.vocab[w] = id
	}
	return id
}

// automaton is the phrases of a book as states with edges between them. Phrases that begin
// with the same words share states.
type automaton struct {
	states  int32 // how many there are; phrases begin at 0
	steps   []step
	special map[int32]*special // what the few states have that have more than edges
	shared  map[sharedKey]int32
}

type sharedKey struct{ from, token int32 }

// step goes from one state to another by a word.
type step struct{ from, word, to int32 }

type special struct {
	free    []int32 // states reached without a word
	any     int32   // the state after any one word, 0: none
	place   int32   // the state after a place's name, 0: none
	accepts []int32 // phrases that end here
}

func newAutomaton() *automaton {
	return &automaton{states: 1, special: map[int32]*special{}, shared: map[sharedKey]int32{}}
}

func (a *automaton) state() int32 {
	a.states++
	return a.states - 1
}

// of gives what a state has more than edges.
func (a *automaton) of(state int32) *special {
	s := a.special[state]
	if s == nil {
		s = &special{}
		a.special[state] = s
	}
	return s
}

// next is the state after a token, from a state; made when first wanted.
func (a *automaton) next(from, token int32) (to int32, made bool) {
	k := sharedKey{from, token}
	if to, ok := a.shared[k]; ok {
		return to, false
	}
	to = a.state()
	a.shared[k] = to
	return to, true
}

// step adds a step. The memory for them is doubled when it is full: as it would grow by itself,
// five times as much was asked for.
func (a *automaton) step(from, word, to int32) {
	if len(a.steps) == cap(a.steps) {
		a.steps = slices.Grow(a.steps, len(a.steps)+1)
	}
	a.steps = append(a.steps, step{from, word, to})
}

// add puts a phrase in; number is what is told when it matches.
func (a *automaton) add(tokens []*phraseToken, number int32) error {
	at := int32(0)
	for _, p := range tokens {
		at = a.addToken(at, p)
		if a.states > maxStates {
			return fmt.Errorf("the phrases of the book are too many to be compiled: %d states", a.states)
		}
	}
	s := a.of(at)
	s.accepts = append(s.accepts, number)
	return nil
}

func (a *automaton) addToken(from int32, p *phraseToken) int32 {
	end, made := a.next(from, p.number)
	if !made {
		return end
	}
	switch {
	case p.optional:
		a.free(from, end)
	case p.gap:
		for range maxGap { // a chain of any words, left at any of them
			a.free(from, end)
			next := a.state()
			a.of(from).any = next
			from = next
		}
		a.free(from, end)
	}
	if p.place {
		a.of(from).place = end
	}
	type begun struct{ at, word int32 }
	inner := map[begun]int32{} // the states inside runs of words: runs that begin the same share them
	at := from
	for i, w := range p.runs {
		switch {
		case w == runEnd:
			at = from
		case p.runs[i+1] == runEnd:
			a.step(at, w, end)
		default:
			next, ok := inner[begun{at, w}]
			if !ok {
				next = a.state()
				inner[begun{at, w}] = next
				a.step(at, w, next)
			}
			at = next
		}
	}
	return end
}

// free leads from a state to another without a word.
func (a *automaton) free(from, to int32) {
	s := a.of(from)
	s.free = append(s.free, to)
}
