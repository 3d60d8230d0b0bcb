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
	number   int32      // its own
	seqs     [][]string // the words, or runs of words, any of which match
	numbers  [][]int32  // of the words of seqs, once a state has an edge for the token
	gap      bool       // "...": up to maxGap words, within a sentence
	place    bool
	optional bool
}

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
			seqs, err := l.expand(alt, 0)
			if err != nil {
				return nil, err
			}
			p.seqs = append(p.seqs, seqs...)
		}
	}
	l.tokens[f] = p
	return p, nil
}

// nextToken takes the next token off a phrase: a word, or a group in brackets.
func nextToken(s string) (token, rest string, err error) {
	closing := map[byte]byte{'(': ')', '[': ']'}[s[0]]
	if closing == 0 {
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

// lexicon is the named lists of words. Each list is expanded once:
// many phrases name the same long lists.
type lexicon struct {
	lists  map[string][]string
	runs   map[string][][]string
	tokens map[string]*phraseToken // as they are written
}

func newLexicon(lists map[string][]string) *lexicon {
	return &lexicon{lists, map[string][][]string{}, map[string]*phraseToken{}}
}

// expand returns the runs of words that one alternative matches.
func (l *lexicon) expand(alt string, depth int) ([][]string, error) {
	alt = strings.TrimSpace(alt)
	if strings.ContainsAny(alt, "()[]") {
		return nil, fmt.Errorf("%q has a round or square bracket inside a group, or without its pair", alt)
	}
	open := strings.IndexByte(alt, '{')
	if open < 0 {
		run := wordsOf(alt)
		if len(run) == 0 {
			return nil, fmt.Errorf("%q has no word in it", alt)
		}
		return [][]string{run}, nil
	}
	name, after, closed := strings.Cut(alt[open+1:], "}")
	_, known := l.lists[name]
	switch {
	case !closed || !known:
		return nil, fmt.Errorf("there is no list of words called %q", alt[open:])
	case depth == maxNesting:
		return nil, fmt.Errorf("the list %q names itself", name)
	}
	inner, err := l.list(name, depth+1)
	if err != nil {
		return nil, err
	}
	before, rest := wordsOf(alt[:open]), wordsOf(after)
	if len(before) == 0 && len(rest) == 0 {
		return inner, nil
	}
	seqs := make([][]string, len(inner))
	for i, run := range inner {
		seqs[i] = slices.Concat(before, run, rest)
	}
	return seqs, nil
}

// list gives the runs of words of a named list.
func (l *lexicon) list(name string, depth int) ([][]string, error) {
	if runs, ok := l.runs[name]; ok {
		return runs, nil
	}
	var runs [][]string
	for _, entry := range l.lists[name] {
		inner, err := l.expand(entry, depth)
		if err != nil {
			return nil, err
		}
		runs = append(runs, inner...)
	}
	l.runs[name] = runs
	return runs, nil
}

func wordsOf(s string) (out []string) {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz ") == "" { // most are plain
		return strings.Fields(s)
	}
	for _, t := range normalise.Tokens(s) {
		out = append(out, t.Word)
	}
	return out
}

// automaton is the phrases of a book as states with edges between them. Phrases that begin
// with the same words share states.
type automaton struct {
	states []state
	shared map[sharedKey]int32
	vocab  map[string]int32 // every word of every phrase, numbered from 0
	// singles is memory for states of one edge.
	singles []edge
}

const singles = 1024

type sharedKey struct{ from, token int32 }

type state struct {
	edges   []edge
	free    []int32 // states reached without a word
	any     int32   // the state after any one word, 0: none
	place   int32   // the state after a place's name, 0: none
	accepts []int32 // phrases that end here
}

// edge goes to a state by a word. Most states have one: with a map in each, the shipped lists
// took 1.4 times the processor time to compile.
type edge struct{ word, to int32 }

func newAutomaton() *automaton {
	return &automaton{states: make([]state, 1), shared: map[sharedKey]int32{}, vocab: map[string]int32{}}
}

// state makes a state. The memory for them is doubled when it is full: as it would grow by itself,
// five times as much was asked for.
func (a *automaton) state() int32 {
	if len(a.states) == cap(a.states) {
		a.states = slices.Grow(a.states, len(a.states))
	}
	a.states = append(a.states, state{})
	return int32(len(a.states) - 1)
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

func (a *automaton) word(w string) int32 {
	id, ok := a.vocab[w]
	if !ok {
		id = int32(len(a.vocab))
		a.vocab[w] = id
	}
	return id
}

func (a *automaton) edge(from, word, to int32) {
	s := &a.states[from]
	if s.edges == nil { // most states have one edge: the memory for many is asked for together
		if len(a.singles) == 0 {
			a.singles = make([]edge, singles)
		}
		s.edges, a.singles = a.singles[:0:1], a.singles[1:]
	}
	s.edges = append(s.edges, edge{word, to})
}

// add puts a phrase in; number is what is told when it matches.
func (a *automaton) add(tokens []*phraseToken, number int32) error {
	at := int32(0)
	for _, p := range tokens {
		at = a.addToken(at, p)
		if len(a.states) > maxStates {
			return fmt.Errorf("the phrases of the book are too many to be compiled: %d states", len(a.states))
		}
	}
	a.states[at].accepts = append(a.states[at].accepts, number)
	return nil
}

func (a *automaton) addToken(from int32, p *phraseToken) int32 {
	end, made := a.next(from, p.number)
	if !made {
		return end
	}
	if p.optional {
		a.states[from].free = append(a.states[from].free, end)
	}
	switch {
	case p.place:
		a.states[from].place = end
	case p.gap:
		for range maxGap { // a chain of any words, left at any of them
			a.states[from].free = append(a.states[from].free, end)
			next := a.state()
			a.states[from].any = next
			from = next
		}
		a.states[from].free = append(a.states[from].free, end)
	}
	type step struct{ at, word int32 }
	inner := map[step]int32{} // the states inside runs of words: runs that begin the same share them
	runs := a.numbered(p)
	if len(runs) > 1 {
		a.states[from].edges = slices.Grow(a.states[from].edges, len(runs))
	}
	for _, run := range runs {
		at := from
		for i, w := range run {
			if i == len(run)-1 {
				a.edge(at, w, end)
				break
			}
			next, ok := inner[step{at, w}]
			if !ok {
				next = a.state()
				inner[step{at, w}] = next
				a.edge(at, w, next)
			}
			at = next
		}
	}
	return end
}

// numbered gives the numbers of the words of a token.
func (a *automaton) numbered(p *phraseToken) [][]int32 {
	if p.numbers == nil {
		words := 0
		for _, run := range p.seqs {
			words += len(run)
		}
		all := make([]int32, 0, words) // the runs share it
		p.numbers = make([][]int32, len(p.seqs))
		for i, run := range p.seqs {
			from := len(all)
			for _, w := range run {
				all = append(all, a.word(w))
			}
			p.numbers[i] = all[from:]
		}
	}
	return p.numbers
}
