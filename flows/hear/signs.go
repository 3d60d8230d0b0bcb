package hear

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"signpost/internal/english"
)

// Sign is a word of a text, or two words near each other in their order. Words are
// without their endings; see [Ear.Stems].
type Sign struct {
	First, Second string // Second is empty for one word
	Next          bool   // Second follows First at once
}

// Start is the sign before the first word of a text.
const Start = "^"

// sortMark begins the name of a sort, factMark what a phrase says.
const sortMark, factMark = "~", "="

// FactSign is the sign of a kind that a phrase says.
func FactSign(k Kind) Sign { return Sign{First: factMark + k.String()} }

const nearMark = ".."

const (
	signReach     = 4 // from the first word of a sign to the second
	fewestWeighed = 3 // words of a text
)

func (s Sign) String() string {
	switch {
	case s.Second == "":
		return s.First
	case s.Next:
		return s.First + " " + s.Second
	}
	return s.First + " " + nearMark + " " + s.Second
}

// ParseSign reads a sign as String writes it.
func ParseSign(text string) (s Sign, ok bool) {
	var f [3]string
	n := 0
	for w := range strings.FieldsSeq(text) {
		if n == len(f) {
			return s, false
		}
		f[n] = w
		n++
	}
	switch {
	case n == 1:
		return Sign{First: f[0]}, true
	case n == 2:
		return Sign{f[0], f[1], true}, true
	case n == 3 && f[1] == nearMark:
		return Sign{f[0], f[2], false}, true
	}
	return s, false
}

// Scale says how much signs speak for a kind, and the sum at which a text is of it. The
// numbers are fitted on labelled texts.
type Scale struct {
	Kind   Kind
	Enough float32
	Adds   map[Sign]float32
}

// Weighable are the kinds that may be weighed. The weight of words says at most that somebody may be the one who
// harms; what follows from that is the engine's to decide.
func Weighable() []Kind {
	return []Kind{Danger, Injury, Despair, Hurt, MaybeBehaviour, Other, Child, Man, LGBT, Sexual, Honour, Older,
		ChildConcern, TextOnly,
		Homeless, Stalked, Tracked, Visa, Ordinary}
}

// scales are the scales of an ear, ready to use.
type scales struct {
	all   []Scale
	words map[string]uint32 // of the signs, numbered from 1
	signs map[uint64]int32  // by their key, the place in adds
	adds  [][]addend
	// variants are the words that others are written for, sorts what a word is one of.
	variants, sorts map[string]string
	parts           parts
	spare           sync.Pool // of *weighing
}

type addend struct {
	scale int
	adds  float32
}

func newScales(from Spec) *scales {
	signs := 0
	for _, one := range from.Scales {
		signs += len(one.Adds)
	}
	s := &scales{words: map[string]uint32{}, signs: make(map[uint64]int32, signs), adds: make([][]addend, 0, signs),
		variants: map[string]string{}, sorts: map[string]string{},
		parts: newParts(from.Parts)}
	// In order, so that a word in two lists is always read the same.
	for _, word := range slices.Sorted(maps.Keys(from.Variants)) {
		for _, o := range from.Variants[word] {
			s.variants[o] = word
		}
	}
	for _, name := range slices.Sorted(maps.Keys(from.Sorts)) {
		for _, w := range from.Sorts[name] {
			s.sorts[withoutEnding(w)] = sortMark + name
		}
	}
	for i, one := range from.Scales {
		s.all = append(s.all, Scale{Kind: one.Kind, Enough: one.Enough})
		for sign, adds := range one.Adds {
			if number, ok := s.parts.number(sign.First); ok {
				s.add(partsKey(number), i, adds)
				continue
			}
			s.add(s.key(s.word(sign.First), s.word(sign.Second), sign.Next), i, adds)
		}
	}
	return s
}

// word is the number of a word of a sign, which is given when first wanted; 0 for none.
func (s *scales) word(w string) uint32 {
	if w == "" {
		return 0
	}
	number, ok := s.words[w]
	if !ok {
		number = uint32(len(s.words) + 1)
		s.words[w] = number
	}
	return number
}

// add puts in what a sign adds to a scale.
func (s *scales) add(key uint64, scale int, adds float32) {
	at, ok := s.signs[key]
	if !ok {
		at = int32(len(s.adds))
		s.signs[key], s.adds = at, append(s.adds, nil)
	}
	s.adds[at] = append(s.adds[at], addend{scale, adds})
}

// partsKey is a sign of parts: no word has the number 0.
func partsKey(number uint32) uint64 { return uint64(number) << 1 }

// key is a sign by the numbers of its words. Two strings as a key take four times as
// long to look up, which was a fifth of reading a text.
func (s *scales) key(first, second uint32, next bool) uint64 {
	k := uint64(first)<<32 | uint64(second)<<1
	if next {
		k |= 1
	}
	return k
}

// Stem is a word as signs have it, and the words of the reading that it replaces.
type Stem struct {
	Word     string
	Sort     string // what it is one of; the word itself if the book does not say
	From, To int
	part     uint8 // of [parts]; 0: none
}

// Stems are the words of a reading without their endings. All places are one and the same
// word; so are all numbers of one sort. Courtesies at both ends are left out: a text that is greeted with
// says the same.
func (e *Ear) Stems(r *Reading) []Stem {
	out := make([]Stem, 0, len(r.spelt))
	for i := r.core.from; i < r.core.to; i++ {
		w := r.spelt[i]
		place := slices.ContainsFunc(r.Places, func(p Place) bool { return p.From <= i && i < p.To })
		switch n := len(out); {
		case !place:
			word := e.scales.stem(w)
			sort, ok := e.scales.sorts[word]
			if !ok {
				sort = word
			}
			out = append(out, Stem{word, sort, i, i + 1, e.scales.parts.sorts[sort]})
		case n > 0 && out[n-1].Word == placeStem:
			out[n-1].To = i + 1
		default:
			out = append(out, Stem{Word: placeStem, Sort: placeStem, From: i, To: i + 1})
		}
	}
	return out
}

// Stems of a place and of numbers. The young are of school age.
const placeStem, youngStem, oldStem, numberStem = "#place", "#young", "#old", "#number"

// number reads digits. Anything else makes [strconv.Atoi] ask for memory for an error.
func number(w string) (int, bool) {
	if w == "" || w[0] < '0' || w[0] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(w)
	return n, err == nil
}

func (s *scales) stem(w string) string {
	if n, ok := number(w); ok {
		switch {
		case n >= 5 && n <= 18:
			return youngStem
		case n >= 60 && n <= 99:
			return oldStem
		}
		return numberStem
	}
	if same, ok := s.variants[w]; ok {
		return same
	}
	return withoutEnding(w)
}

// withoutEnding gives what the forms of a word share: "hit" for "hitting" and "hits".
func withoutEnding(w string) string {
	const shortest = 3
	for _, end := range []string{"ing", "in", "ed", "es", "s"} {
		root, ok := strings.CutSuffix(w, end)
		if !ok || len(root) < shortest || strings.HasSuffix(root, "s") {
			continue
		}
		short := root
		if n := len(root); n > shortest && root[n-1] == root[n-2] && root[n-1] != 'l' {
			short = root[:n-1]
		}
		switch {
		case end != "s" && short != root && english.Known(short):
			return short
		case english.Known(root):
			return root
		case end != "s" && english.Known(root+"e"):
			return root + "e"
		}
	}
	return w
}

// EachSign gives the signs of a text, each with the stems it rests on: what phrases say,
// the words and their sorts, two words that follow each other, two sorts near each
// other, and who does what to whom.
func (e *Ear) EachSign(stems []Stem, said Set, yield func(s Sign, from, to int)) {
	for k := range kinds {
		if said.Has(k) && k < Leave {
			yield(FactSign(k), 0, len(stems))
		}
	}
	for i, a := range stems {
		yield(Sign{First: a.Word}, i, i+1)
		if a.Sort != a.Word {
			yield(Sign{First: a.Sort}, i, i+1)
		}
		if i == 0 {
			yield(Sign{Start, a.Sort, true}, 0, 1)
		}
		for j := i + 1; j < len(stems) && j <= i+signReach; j++ {
			b := stems[j]
			if j == i+1 {
				yield(Sign{a.Word, b.Word, true}, i, j+1)
			}
			yield(Sign{a.Sort, b.Sort, false}, i, j+1)
		}
	}
	e.scales.parts.each(stems, func(of []played, _ uint32, from, to int) { yield(e.scales.parts.sign(of), from, to) })
}
