package hear

import (
	"slices"
	"sync"

	"signpost/internal/area"
)

// match is a phrase found in a text: the words from and before to. place is the
// candidate it names, -1 when it names none.
type match struct {
	phrase   int32
	from, to int16
	place    int16
}

// maxMatches bounds what is found in one text.
const maxMatches = 2000

// table is an automaton that is ready to run. Every state comes with those that it
// reaches without a word. A phrase may begin at every word, so the states that the first
// word reaches are worked out beforehand.
type table struct {
	nodes   []node // by state, and one behind the last
	edges   edges
	accepts []int32 // phrases that end at a state
	closure []int32 // the state itself first
	// first are, by word, the states that it reaches from the start and that can go on by
	// any word, by a place, or end there. second are those that need one of their words, each by
	// the word that must follow. There are hundreds behind "he".
	first   [][]int32
	second  []edges
	begins  []int32      // of the start and the states it reaches without a word, those with any or place
	filters []wordFilter // by state
	spare   sync.Pool    // of *runMemory
}

// node is one state. any and place are the states after any one word and after the
// name of a place, 0: none. The others are where its own begin in the lists of the table, which
// end where those of the next state begin: with slices of its own for each, the shipped lists took
// 17 % longer to compile, and the ear a quarter more memory.
type node struct{ any, place, edges, accepts, closure int32 }

func (t *table) edgesOf(state int32) edges {
	return t.edges[t.nodes[state].edges:t.nodes[state+1].edges]
}

func (t *table) acceptsOf(state int32) []int32 {
	return t.accepts[t.nodes[state].accepts:t.nodes[state+1].accepts]
}

func (t *table) closureOf(state int32) []int32 {
	return t.closure[t.nodes[state].closure:t.nodes[state+1].closure]
}

// edge goes to a state by a word. Both are in one number, by which edges are sorted: by their words,
// then by their states.
type edge int64

func newEdge(word, to int32) edge { return edge(word)<<32 | edge(to) }

func (e edge) word() int32 { return int32(e >> 32) }
func (e edge) to() int32   { return int32(e) }

// edges are in order.
type edges []edge

// by are the edges of a word.
func (es edges) by(word int32) edges {
	from, behind := 0, len(es)
	for from < behind {
		if middle := (from + behind) / 2; es[middle].word() < word {
			from = middle + 1
		} else {
			behind = middle
		}
	}
	to := from
	for to < len(es) && es[to].word() == word {
		to++
	}
	return es[from:to]
}

// wordFilter rules out most of the words that a state has no edge for, without looking them up.
type wordFilter struct {
	words [filterWords]uint64
	// free: the state can go on, or end, without one of its words: by any word, by a
	// place, or because a phrase ends there.
	free, any, place, ends bool
}

const filterWords = 4

func (s *wordFilter) add(word int32) { s.words[uint32(word)/64%filterWords] |= 1 << (word % 64) }

// may reports whether the state may have an edge for a word.
func (s *wordFilter) may(word int32) bool {
	return s.words[uint32(word)/64%filterWords]&(1<<(word%64)) != 0
}

// leads reports whether the state ends a phrase, or may go on with one of the words ahead.
func (s *wordFilter) leads(ahead *wordFilter) bool {
	w, o := &s.words, &ahead.words
	return s.free || w[0]&o[0]|w[1]&o[1]|w[2]&o[2]|w[3]&o[3] != 0
}

func (t *table) filter(state int32) (s wordFilter) {
	n := &t.nodes[state]
	s.any, s.place, s.ends = n.any != 0, n.place != 0, len(t.acceptsOf(state)) > 0
	s.free = s.any || s.place || s.ends
	for _, e := range t.edgesOf(state) {
		s.add(e.word())
	}
	return s
}

// ahead is the filter of the words at a place of a text.
func ahead(words [][]int32, at int) (s wordFilter) {
	if at < len(words) {
		for _, w := range words[at] {
			s.add(w)
		}
	}
	return s
}

// table makes a table of an automaton with so many words.
func (a *automaton) table(words int) *table {
	n := a.states
	t := &table{nodes: make([]node, n+1), edges: make(edges, len(a.steps)), closure: make([]int32, 0, n),
		first: make([][]int32, words), second: make([]edges, words), filters: make([]wordFilter, n)}
	for _, s := range a.steps {
		t.nodes[s.from].edges++
	}
	behind := int32(0) // the edges of the states so far
	for q := range t.nodes {
		one := &t.nodes[q]
		behind += one.edges
		one.edges, one.accepts, one.closure = behind, int32(len(t.accepts)), int32(len(t.closure))
		s := a.special[int32(q)]
		if s != nil {
			one.any, one.place = s.any, s.place
			t.accepts = append(t.accepts, s.accepts...)
		}
		switch {
		case s != nil && len(s.free) > 0:
			t.closure = append(t.closure, a.reached(nil, int32(q))...)
		case q < int(n):
			t.closure = append(t.closure, int32(q))
		}
	}
	for _, s := range a.steps { // from the end of its edges to their beginning
		at := &t.nodes[s.from].edges
		*at--
		t.edges[*at] = newEdge(s.word, s.to)
	}
	for q := range n {
		slices.Sort(t.edgesOf(q))
		t.filters[q] = t.filter(q)
	}
	led := make([][]int32, words) // by word, the states that it reaches from the start
	for _, q := range t.closureOf(0) {
		if t.nodes[q].any != 0 || t.nodes[q].place != 0 {
			t.begins = append(t.begins, q)
		}
		for _, e := range t.edgesOf(q) {
			led[e.word()] = append(led[e.word()], t.closureOf(e.to())...)
		}
	}
	t.beginWith(led)
	return t
}

// beginWith works out the states that two words reach, from those that the first reaches.
func (t *table) beginWith(led [][]int32) {
	from := make([][]int32, len(t.filters)) // by state, the words that reach it from the start
	with := make([][]int32, len(led))       // by word, such states that have an edge for it
	for w, states := range led {
		for _, q := range states {
			if n := len(from[q]); n > 0 && from[q][n-1] == int32(w) {
				continue // it is reached in two ways
			}
			from[q] = append(from[q], int32(w))
			if t.filters[q].free {
				t.first[w] = append(t.first[w], q)
			}
		}
	}
	for q := range from {
		if len(from[q]) == 0 || t.filters[q].free {
			continue
		}
		last := int32(-1)
		for _, e := range t.edgesOf(int32(q)) {
			if v := e.word(); v != last {
				with[v], last = append(with[v], int32(q)), v
			}
		}
	}
	many := make([]int, len(led)) // by word, how many edges second has for it
	all := 0
	for _, states := range with {
		for _, q := range states {
			for _, w := range from[q] {
				many[w]++
			}
			all += len(from[q])
		}
	}
	free := make(edges, all)
	for w, n := range many {
		t.second[w], free = free[:0:n], free[n:]
	}
	for v, states := range with { // one word after the other, so that nothing needs sorting
		for _, q := range states {
			for _, w := range from[q] {
				t.second[w] = append(t.second[w], newEdge(int32(v), q))
			}
		}
	}
}

// reached adds to a list a state and those it reaches without a word.
func (a *automaton) reached(list []int32, state int32) []int32 {
	if slices.Contains(list, state) {
		return list
	}
	list = append(list, state)
	if s := a.special[state]; s != nil {
		for _, to := range s.free {
			list = a.reached(list, to)
		}
	}
	return list
}

// activeStates are the states that a text may be in behind one of its words, each with the
// word at which the first phrase that led there began.
type activeStates struct {
	from []int16 // by state, the word plus one; 0: not in the set
	list []int32
}

// clear empties the set and leaves nothing of the text in it.
func (s *activeStates) clear() {
	for i, q := range s.list {
		s.from[q], s.list[i] = 0, 0
	}
	s.list = s.list[:0]
}

// begun is the word at which the longest match that reached a state began.
func (s *activeStates) begun(state int32) int16 { return s.from[state] - 1 }

// add puts states in, except dead ends: states that [wordFilter.leads] rules out for the words ahead.
func (s *activeStates) add(states []int32, from int16, filters []wordFilter, ahead *wordFilter) {
	for _, q := range states {
		if filters[q].leads(ahead) {
			s.put(q, from)
		}
	}
}

func (s *activeStates) put(state int32, from int16) {
	switch have := s.from[state]; {
	case have == 0:
		s.from[state] = from + 1
		s.list = append(s.list, state)
	case from+1 < have:
		s.from[state] = from + 1
	}
}

// runMemory is kept for the next text. Making it each time doubles the processor time of a text
// (2.3 times, median of 10 rounds in turn).
type runMemory struct {
	cur, next activeStates
	bound     [][]thread // those that have named a place, by position
}

// wipe leaves nothing of the text.
func (s *runMemory) wipe() {
	s.cur.clear()
	s.next.clear()
	for i, b := range s.bound {
		clear(b)
		s.bound[i] = b[:0]
	}
}

func (t *table) memory() *runMemory {
	if s, ok := t.spare.Get().(*runMemory); ok {
		return s
	}
	n := len(t.filters)
	return &runMemory{cur: activeStates{from: make([]int16, n)}, next: activeStates{from: make([]int16, n)}}
}

// thread is a phrase that has named a place, so far.
type thread struct {
	state int32
	from  int16
	place int16
}

// run finds every phrase in a text, each by its first beginning. words holds, for
// each word, the numbers of the words it can be read as; ends tells behind which a
// sentence ends; places are the stretches that {place} matches.
func (t *table) run(words [][]int32, ends []bool, places []area.Candidate) []match {
	const usual = 8 // matches for each word
	r := runner{table: t, words: words, places: places, runMemory: t.memory(),
		found: make([]match, 0, usual*len(words))}
	defer func() {
		r.runMemory.wipe()
		t.spare.Put(r.runMemory)
	}()
	for len(r.bound) <= len(words) {
		r.bound = append(r.bound, nil)
	}
	for i := range words {
		r.ahead = ahead(words, i+1)
		r.anyWord = i == 0 || !ends[i-1]
		r.goOn(i)
		r.goOnFromPlaces(i)
		r.begin(i)
		r.cur, r.next = r.next, r.cur
		r.next.clear()
	}
	r.finish()
	return r.found
}

// runner is on its way through a text.
type runner struct {
	*table
	*runMemory
	words  [][]int32
	places []area.Candidate
	found  []match
	// ahead is the filter of the next word. anyWord is whether a gap may go on over this one: no
	// gap goes on behind the end of a sentence.
	ahead   wordFilter
	anyWord bool
}

// accept notes the phrases that end at a state.
func (r *runner) accept(state int32, from, place int16, at int) {
	for _, p := range r.acceptsOf(state) {
		if len(r.found) < maxMatches {
			r.found = append(r.found, match{p, from, int16(at), place})
		}
	}
}

// bind goes on behind every place that is named here.
func (r *runner) bind(state int32, from int16, at int) {
	after := r.nodes[state].place
	if after == 0 {
		return
	}
	for c, p := range r.places {
		if p.From == at {
			r.bound[p.To] = r.enter(r.bound[p.To], thread{after, from, int16(c)})
		}
	}
}

// goOn reads a word in the states the text is in.
func (r *runner) goOn(i int) {
	for _, q := range r.cur.list {
		s, from := &r.filters[q], r.cur.begun(q)
		if s.ends {
			r.accept(q, from, -1, i)
		}
		if s.any && r.anyWord {
			r.next.add(r.closureOf(r.nodes[q].any), from, r.filters, &r.ahead)
		}
		if s.place {
			r.bind(q, from, i)
		}
		for _, w := range r.words[i] {
			if !s.may(w) {
				continue
			}
			for _, e := range r.edgesOf(q).by(w) {
				r.next.add(r.closureOf(e.to()), from, r.filters, &r.ahead)
			}
		}
	}
}

// goOnFromPlaces is goOn for the phrases that have named a place.
func (r *runner) goOnFromPlaces(i int) {
	for _, b := range r.bound[i] {
		r.accept(b.state, b.from, b.place, i)
		if after := r.nodes[b.state].any; r.anyWord && after != 0 {
			r.bound[i+1] = r.enter(r.bound[i+1], thread{after, b.from, b.place})
		}
		for _, w := range r.words[i] {
			for _, e := range r.edgesOf(b.state).by(w) {
				r.bound[i+1] = r.enter(r.bound[i+1], thread{e.to(), b.from, b.place})
			}
		}
		r.bind(b.state, b.from, i)
	}
}

// begin reads a word as the first of a phrase.
func (r *runner) begin(i int) {
	from := int16(i)
	for _, q := range r.begins {
		if after := r.nodes[q].any; r.anyWord && after != 0 {
			r.next.add(r.closureOf(after), from, r.filters, &r.ahead)
		}
		r.bind(q, from, i)
	}
	for _, w := range r.words[i] {
		for _, q := range r.first[w] {
			r.next.put(q, from)
		}
		if i+1 == len(r.words) {
			continue
		}
		for _, v := range r.words[i+1] {
			for _, e := range r.second[w].by(v) {
				r.next.put(e.to(), from)
			}
		}
	}
}

// finish notes the phrases that end with the text.
func (r *runner) finish() {
	end := len(r.words)
	for _, q := range r.cur.list {
		r.accept(q, r.cur.begun(q), -1, end)
	}
	for _, b := range r.bound[end] {
		r.accept(b.state, b.from, b.place, end)
	}
}

// enter adds a thread and those it reaches without a word.
func (t *table) enter(list []thread, b thread) []thread {
next:
	for _, q := range t.closureOf(b.state) {
		for i, have := range list {
			if have.state == q && have.place == b.place {
				list[i].from = min(have.from, b.from)
				continue next
			}
		}
		list = append(list, thread{q, b.from, b.place})
	}
	return list
}
