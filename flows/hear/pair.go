package hear

import (
	"cmp"
	"slices"
)

// pairMark stands between the sides of a phrase that may be apart, in any order:
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
	sides  []int32 // theirs
}

// sides are matches of sides of pairs, by their phrase, each phrase's in the order they end.
type sides []match

func (s sides) of(phrase int32) []match {
	from, _ := slices.BinarySearchFunc(s, phrase, func(m match, p int32) int { return cmp.Compare(m.phrase, p) })
	to := from
	for to < len(s) && s[to].phrase == phrase && to-from < maxTried {
		to++
	}
	return s[from:to]
}

// withPairs adds to what was found the pairs of which every side was found: apart
// from one another and near enough. A side that is a look-alike of the pair's kind
// does not count.
func (e *Ear) withPairs(found []match, alike *lookalikes) []match {
	parts := make(sides, 0, len(found))
	for _, m := range found {
		if e.phrases[m.phrase].part {
			parts = append(parts, m)
		}
	}
	slices.SortFunc(parts, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.phrase, b.phrase), int(a.to)-int(b.to), int(a.from)-int(b.from))
	})
	var possible []int32 // in the order of the book
	for i, m := range parts {
		if i > 0 && parts[i-1].phrase == m.phrase {
			continue
		}
		for _, p := range e.pairsFrom[m.phrase] {
			if !slices.ContainsFunc(e.pairs[p].sides, func(side int32) bool { return len(parts.of(side)) == 0 }) {
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
			if from, to, ok := e.joined(alike, p, parts, nil); ok {
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
func (e *Ear) joined(alike *lookalikes, p *pair, parts sides, chosen []match) (from, to int16, ok bool) {
	if len(chosen) == len(p.sides) {
		from, to = chosen[0].from, chosen[0].to
		for _, m := range chosen[1:] {
			from, to = min(from, m.from), max(to, m.to)
		}
		return from, to, to-from <= maxApart
	}
	of := &e.phrases[p.number]
next:
	for _, m := range parts.of(p.sides[len(chosen)]) {
		for _, c := range chosen {
			if c.from < m.to && m.from < c.to {
				continue next
			}
		}
		if !of.unless && alike.cover(m, of.kind) {
			continue
		}
		if from, to, ok = e.joined(alike, p, parts, append(chosen, m)); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}
