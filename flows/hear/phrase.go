package hear

import (
	"fmt"
	"slices"
	"strings"

	"signpost/internal/normalise"
)

// Limits of what a book may listen for.
const (
	MaxPhrases     = 20_000
	maxPhraseParts = 16
	maxGap         = 3 // words that "..." passes over
	maxStates      = 200_000
)

// PlaceMark stands in a phrase for the name of a place.
const PlaceMark = "{place}"

// part is one part of a phrase.
type part struct {
	key      string     // as it is written: equal parts share their states
	seqs     [][]string // the words, or runs of words, any of which match
	gap      bool       // "...": up to maxGap words, within a sentence
	place    bool
	optional bool
}

// parsePhrase reads a phrase: plain words; a/b for either; (a) for what may be
// missing; [a b/c] for either of several words; {name} for any of a named list; ...
// for a gap of up to three words.
func parsePhrase(phrase string, lists *lexicon) ([]part, error) {
	var parts []part
	for rest := strings.TrimSpace(phrase); rest != ""; rest = strings.TrimSpace(rest) {
		f, after, err := nextPart(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		if f == "..." {
			parts = append(parts, part{key: f, gap: true})
			continue
		}
		p := part{key: f, optional: f[0] == '('}
		if f[0] == '(' || f[0] == '[' {
			f = f[1 : len(f)-1]
		}
		if f == PlaceMark {
			p.place = true
			parts = append(parts, p)
			continue
		}
		for alt := range strings.SplitSeq(f, "/") {
			seqs, err := lists.expand(alt, 0)
			if err != nil {
				return nil, err
			}
			p.seqs = append(p.seqs, seqs...)
		}
		parts = append(parts, p)
	}
	switch {
	case len(parts) == 0:
		return nil, fmt.Errorf("the phrase is empty")
	case len(parts) > maxPhraseParts:
		return nil, fmt.Errorf("the phrase has more than %d parts", maxPhraseParts)
	case parts[0].gap || parts[len(parts)-1].gap:
		return nil, fmt.Errorf("a gap at the edge of the phrase changes nothing")
	}
	solid := false
	for _, p := range parts {
		solid = solid || !p.gap && !p.optional
	}
	if !solid {
		return nil, fmt.Errorf("every word of the phrase may be missing, so it would match every text")
	}
	return parts, nil
}

// nextPart takes the next part off a phrase: a word, or a group in brackets.
func nextPart(s string) (part, rest string, err error) {
	closing := map[byte]byte{'(': ')', '[': ']'}[s[0]]
	if closing == 0 {
		part, rest, _ = strings.Cut(s, " ")
		return part, rest, nil
	}
	end := strings.IndexByte(s, closing)
	if end < 0 {
		return "", "", fmt.Errorf("%q has no closing bracket", s)
	}
	return s[:end+1], s[end+1:], nil
}

// maxNesting bounds lists that name lists.
const maxNesting = 4

// lexicon is the named lists of words. What a list stands for is worked out once:
// many phrases name the same long lists.
type lexicon struct {
	lists map[string][]string
	runs  map[string][][]string
}

// expand gives the runs of words that one alternative stands for.
func (l *lexicon) expand(alt string, depth int) ([][]string, error) {
	alt = strings.TrimSpace(alt)
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
	for _, t := range normalise.Tokens(s) {
		out = append(out, t.Word)
	}
	return out
}

// automaton is the phrases of a book as states with edges between them. A state is
// reached by the same words whatever phrase they belong to.
type automaton struct {
	states []state
	shared map[sharedKey]int32
	vocab  map[string]int32 // every word of every phrase, numbered from 0
}

type sharedKey struct {
	from int32
	part string
}

type state struct {
	edges   map[int32][]int32 // by word
	free    []int32           // states reached without a word
	any     int32             // the state after any one word, 0: none
	place   int32             // the state after a place's name, 0: none
	accepts []int32           // phrases that end here
}

func newAutomaton() *automaton {
	return &automaton{states: make([]state, 1), shared: map[sharedKey]int32{}, vocab: map[string]int32{}}
}

// next is the state after a part, from a state; made when first wanted.
func (a *automaton) next(from int32, part string) (to int32, made bool) {
	k := sharedKey{from, part}
	if to, ok := a.shared[k]; ok {
		return to, false
	}
	to = int32(len(a.states))
	a.states = append(a.states, state{})
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

func (a *automaton) edge(from int32, word string, to int32) {
	s := &a.states[from]
	if s.edges == nil {
		s.edges = map[int32][]int32{}
	}
	id := a.word(word)
	s.edges[id] = append(s.edges[id], to)
}

// add puts a phrase in; number is what is told when it matches.
func (a *automaton) add(parts []part, number int32) error {
	at := int32(0)
	for _, p := range parts {
		at = a.addPart(at, p)
		if len(a.states) > maxStates {
			return fmt.Errorf("the phrases of the book are too many to be compiled: %d states", len(a.states))
		}
	}
	a.states[at].accepts = append(a.states[at].accepts, number)
	return nil
}

func (a *automaton) addPart(from int32, p part) int32 {
	end, made := a.next(from, p.key)
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
		for i := range maxGap { // a chain of any words, left at any of them
			a.states[from].free = append(a.states[from].free, end)
			next, _ := a.next(from, fmt.Sprintf("gap %d", i))
			a.states[from].any = next
			from = next
		}
		a.states[from].free = append(a.states[from].free, end)
	}
	for _, run := range p.seqs {
		at := from
		for i, w := range run {
			if i == len(run)-1 {
				a.edge(at, w, end)
				break
			}
			next, made := a.next(from, p.key+" "+strings.Join(run[:i+1], " "))
			if made {
				a.edge(at, w, next)
			}
			at = next
		}
	}
	return end
}
