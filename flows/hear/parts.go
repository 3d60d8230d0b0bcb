package hear

import (
	"maps"
	"slices"
	"strings"
)

// Who does what to whom, in parts: the words of a sort that plays a part, without all other
// words. "i slapped her" and "ive been kicking my wife" have the same parts: i, harm, they. The sorts of
// each part are in the flow book.
const (
	PartMe     = "me"   // before somebody it only says whose: "my wife"
	PartThey   = "they" // a partner, or anybody who is "he" or "she"
	PartFamily = "family"
	PartOthers = "others" // friends, neighbours, people at work
)

// partMark begins a sign of parts, partGap separates the parts.
const partMark, partGap = "@", "-"

const (
	partBits  = 5
	mostParts = 1<<partBits - 1 // parts are numbered from 1; the last number is for the beginning
	partReach = 4               // parts of a sign
)

// parts are the parts of a book, by number from 1.
type parts struct {
	names  []string
	sorts  map[string]uint8 // by the name of a sort, with its mark
	me     uint8
	people [mostParts + 1]bool
}

func newParts(from map[string][]string) (p parts) {
	p.sorts, p.names = map[string]uint8{}, slices.Sorted(maps.Keys(from))
	p.names = p.names[:min(len(p.names), mostParts-1)]
	for i, name := range p.names {
		n := uint8(i + 1)
		for _, sort := range from[name] {
			p.sorts[sortMark+sort] = n
		}
		switch name {
		case PartMe:
			p.me = n
		case PartThey, PartFamily, PartOthers:
			p.people[n] = true
		}
	}
	return p
}

// number is a sign's number, of the numbers of its parts in their order; ok is false for
// a word that is no sign of parts.
func (p *parts) number(word string) (key uint32, ok bool) {
	words, ok := strings.CutPrefix(word, partMark)
	if !ok {
		return 0, false
	}
	for name := range strings.SplitSeq(words, partGap) {
		n := slices.Index(p.names, name) + 1
		if name == Start {
			n = mostParts
		}
		if n == 0 {
			return 0, false
		}
		key = key<<partBits | uint32(n)
	}
	return key, true
}

// OfParts reports a sign of who does what to whom.
func (s Sign) OfParts() bool { return strings.HasPrefix(s.First, partMark) }

func (p *parts) name(n uint8) string {
	if n == mostParts {
		return Start
	}
	return p.names[n-1]
}

// sign is the sign of some parts.
func (p *parts) sign(of []played) Sign {
	names := make([]string, len(of))
	for i, o := range of {
		names[i] = p.name(o.part)
	}
	return Sign{First: partMark + strings.Join(names, partGap)}
}

// played is a part in a text, with its stem.
type played struct {
	part uint8
	at   int16
}

// playedIn are the parts in a text. A part that is said twice in a row is one.
func (p *parts) playedIn(stems []Stem) []played {
	of := make([]played, 1, len(stems)+1)
	of[0].part = mostParts
	for i, s := range stems {
		switch last := &of[len(of)-1]; {
		case s.part == 0, s.part == p.me && i+1 < len(stems) && p.people[stems[i+1].part]:
		case last.part == s.part:
			last.at = int16(i)
		default:
			of = append(of, played{s.part, int16(i)})
		}
	}
	return of
}

// each gives every two to four parts that follow each other, with the stems they stretch over.
func (p *parts) each(stems []Stem, yield func(of []played, key uint32, from, to int)) {
	if len(p.names) == 0 {
		return
	}
	of := p.playedIn(stems)
	for i := range of {
		key := uint32(of[i].part)
		for j := i + 1; j < len(of) && j < i+partReach; j++ {
			key = key<<partBits | uint32(of[j].part)
			yield(of[i:j+1], key, int(of[i].at), int(of[j].at)+1)
		}
	}
}
