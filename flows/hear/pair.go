package hear

import "slices"

// pairMark separates the sides of a phrase that may be apart, in any order:
// "my {friend} & {hurt}".
const pairMark = " & "

// Limits of such phrases.
const (
	maxSides = 4
	maxApart = 30 // words from the beginning of the first side to the end of the last
	maxTried = 6  // matches of one side: more are left out, so that no text takes long
)

// pair is a phrase of several sides, each a phrase by itself.
type pair struct {
	number int32   // its own, in the ear's phrases
	sides  []int32 // their numbers
}

// sides are the matches of sides of pairs in a text. They are kept for the next one: sorting
// the matches by their sides takes a text 20 % longer.
type sides struct {
	by    []tried // by the side's number
	found []int32 // the sides that have matches
}

// tried are the first matches of a side.
type tried struct {
	n   int
	all [maxTried]match
}

func (e *Ear) sides() *sides {
	if s, ok := e.spare.Get().(*sides); ok {
		return s
	}
	return &sides{by: make([]tried, len(e.pairsFrom))}
}

func (s *sides) add(side int32, m match) {
	t := &s.by[side]
	if t.n == 0 {
		s.found = append(s.found, side)
	}
	if t.n < maxTried {
		t.all[t.n] = m
		t.n++
	}
}

func (s *sides) of(side int32) []match { return s.by[side].all[:s.by[side].n] }

// wipe leaves nothing of a text.
func (s *sides) wipe() {
	for i, side := range s.found {
		s.by[side], s.found[i] = tried{}, 0
	}
	s.found = s.found[:0]
}

// withPairs adds to what was found the pairs of which every side was found: apart
// from one another and near enough. A side that is a look-alike of the pair's kind
// does not count.
func (e *Ear) withPairs(found []match, alike *lookalikes) []match {
	sides := e.sides()
	defer func() {
		sides.wipe()
		e.spare.Put(sides)
	}()
	for _, m := range found {
		if side := e.phrases[m.phrase].side; side != 0 {
			sides.add(side, m)
		}
	}
	var possible []int32 // in the order of the book
	for _, side := range sides.found {
		for _, p := range e.pairsFrom[side] {
			if !slices.ContainsFunc(e.pairs[p].sides, func(side int32) bool { return len(sides.of(side)) == 0 }) {
				possible = append(possible, p)
			}
		}
	}
	slices.Sort(possible)
	for _, unless := range []bool{true, false} { // the look-alikes first: others depend on them
		for _, i := range possible {
			p := &e.pairs[i]
			if e.phrases[p.number].unless != unless {
				continue
			}
			if from, to, ok := e.joined(alike, p, sides, nil); ok {
				m := match{p.number, from, to, -1}
				found = append(found, m)
				alike.add(&e.phrases[p.number], m)
			}
		}
	}
	return found
}

// joined finds a match for each side that chosen does not hold yet, and gives the
// words that all of them stretch over.
func (e *Ear) joined(alike *lookalikes, p *pair, sides *sides, chosen []match) (from, to int16, ok bool) {
	if len(chosen) == len(p.sides) {
		from, to = chosen[0].from, chosen[0].to
		for _, m := range chosen[1:] {
			from, to = min(from, m.from), max(to, m.to)
		}
		return from, to, to-from <= maxApart
	}
	of := &e.phrases[p.number]
next:
	for _, m := range sides.of(p.sides[len(chosen)]) {
		for _, c := range chosen {
			if c.from < m.to && m.from < c.to {
				continue next
			}
		}
		if !of.unless && alike.cover(m, of.kind) {
			continue
		}
		if from, to, ok = e.joined(alike, p, sides, append(chosen, m)); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}
