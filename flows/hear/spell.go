package hear

import (
	"slices"
	"strings"

	"signpost/internal/english"
	"signpost/internal/spell"
)

// Lengths below which a word is not corrected, in letters: a typing mistake in a shorter
// one makes another word.
const (
	minSound      = 4 // a word that only sounds the same: nife, knife
	minSlip       = 5
	minFirst      = 6 // the first letter may be the one that slipped
	minGlued      = 5
	maxGlued      = 48
	maxGluedParts = 7
	minGluedPlace = 5
	minBehind     = 4 // letters of a word run together with the place before it
	minPart       = 5 // twice the letters that the parts of a word must have on average
)

// speller finds the words of the phrases in what people type.
type speller struct {
	vocab map[string]int32
	names []string // by number
	index *spell.Index
	glue  map[string]bool // short words that people run together with others
	// swapped are the words of four letters by what they are with two neighbours swapped: "jsut".
	swapped map[string][]int32
	// shorthand are words by what is typed for them: "2" for "to".
	shorthand map[string]int32
}

func newSpeller(vocab map[string]int32, glue []string, shorthand map[string]string) *speller {
	s := &speller{vocab: vocab, index: spell.NewIndex(len(vocab)), names: make([]string, len(vocab)),
		glue: map[string]bool{}, shorthand: map[string]int32{}}
	for w, id := range vocab {
		s.names[id] = w
	}
	s.swapped = swappedWords(s.names, vocab)
	for typed, w := range shorthand {
		if id, ok := vocab[w]; ok {
			s.shorthand[typed] = id
		}
	}
	for id, w := range s.names { // in order, so that the same word is always read the same
		if len(w) >= minSound && spell.Letters(w) {
			s.index.Add(w, int32(id), minSlip)
		}
	}
	for _, w := range glue {
		s.glue[w] = true
	}
	return s
}

// swappedWords are words that are too short for other corrections, by what they are with two
// neighbours swapped, where that is no other word: "htis" may be "hits" and "this".
func swappedWords(names []string, vocab map[string]int32) map[string][]int32 {
	out := map[string][]int32{}
	for id, w := range names {
		if len(w) != minSlip-1 || !spell.Letters(w) {
			continue
		}
		for i := 1; i < len(w); i++ {
			typed := w[:i-1] + w[i:i+1] + w[i-1:i] + w[i+1:]
			if _, word := vocab[typed]; word || typed == w || ordinary(typed) {
				continue
			}
			out[typed] = append(out[typed], int32(id))
		}
	}
	return out
}

// read adds to ids the numbers of the words that a typed word can be read as. counts means that it counts what
// comes behind it, "4 kids", and is short for nothing.
func (s *speller) read(ids []int32, w string, counts bool) []int32 {
	id, exact := s.vocab[w]
	if exact {
		ids = append(ids, id)
		if full, ok := s.withG(w); ok {
			ids = append(ids, full)
		}
	}
	long, short := s.shorthand[w]
	if short && !counts {
		ids = append(ids, long)
	}
	if exact || short {
		return ids
	}
	if !spell.Letters(w) {
		return ids
	}
	before := len(ids)
	for n := 1; n <= 2 && spell.Stretched(w); n++ {
		if id, ok := s.vocab[spell.Squeeze(w, n)]; ok {
			ids = append(ids, id) // "dooor" may be "dor" and "door"
		}
	}
	if len(ids) > before || len(w) < minSound || ordinary(w) {
		return ids
	}
	if words := s.swapped[w]; len(words) > 0 {
		return append(ids, words...)
	}
	if full, ok := s.withG(w); ok {
		return append(ids, full)
	}
	w = spell.Squeeze(w, 2)
	var buf [16]spell.Hit
	hits := s.index.Find(buf[:0], w, len(w) >= minSlip-1, minFirst)
	for _, slips := range [...]bool{false, true} { // the same sound goes before a typing mistake
		for _, h := range hits {
			if h.Slip == slips {
				ids = append(ids, h.ID)
			}
		}
		if len(ids) > before {
			break
		}
	}
	return ids
}

// withG is the number of a word whose last letter was dropped.
func (s *speller) withG(w string) (id int32, ok bool) {
	if !droppedG(w) {
		return 0, false
	}
	id, ok = s.vocab[w+"g"]
	return id, ok
}

// ordinary reports whether w is an English word, which needs no correction.
func ordinary(w string) bool {
	return english.Known(w) || strings.HasSuffix(w, "s") && english.Known(w[:len(w)-1])
}

// droppedG reports a word in -ing without its last letter: "shoutin", "walkin".
func droppedG(w string) bool {
	return len(w) >= minSlip && strings.HasSuffix(w, "in") && english.Known(w+"g")
}

// split takes apart a word that is several run together: "imincrewe",
// "hesgotaknife". known reports the name of a place. It gives nothing when not all
// of the word can be explained.
func (s *speller) split(w string, known func(string) bool) []string {
	if len(w) < minGlued || len(w) > maxGlued || !spell.Letters(w) || droppedG(w) {
		return nil
	}
	// best[i] is how the first i letters are split: the start of the last part, and
	// how many parts there are; 0 parts: they cannot be.
	type cut struct{ from, parts int }
	var best [maxGlued + 1]cut
	for i := 1; i <= len(w); i++ {
		for j := max(0, i-spell.MaxWord); j < i; j++ {
			if j > 0 && best[j].parts == 0 || best[j].parts >= maxGluedParts || !s.gluable(w[j:i], known) {
				continue
			}
			if n := best[j].parts + 1; best[i].parts == 0 || n < best[i].parts {
				best[i] = cut{j, n}
			}
		}
	}
	n := best[len(w)].parts
	if n < 2 || 2*len(w) < n*minPart {
		return nil
	}
	out := make([]string, n)
	for i, k := len(w), n-1; i > 0; k-- {
		out[k] = w[best[i].from:i]
		i = best[i].from
	}
	// People who run words together do it with the short ones: "imincrewe". "Marry port" is
	// not such a pair, and nothing ends with "a".
	for k := 1; k < n; k++ {
		if len(out[k]) < minBehind && known(out[k-1]) && out[k] != "pls" && out[k] != "plz" {
			return nil // "wokington" is not Woking
		}
	}
	if last := out[n-1]; last == "a" || last == "i" || last == "t" ||
		!slices.ContainsFunc(out, func(p string) bool { return s.glue[p] || known(p) }) {
		return nil
	}
	return out
}

// gluable reports a word that may be run together with others: a short one only if
// the book lists it.
func (s *speller) gluable(part string, known func(string) bool) bool {
	if s.glue[part] {
		return true
	}
	if len(part) < 4 {
		return false
	}
	_, ok := s.vocab[part]
	return ok || len(part) >= minGluedPlace && known(part)
}

// Alike reports a word that may be meant for another where only a few are offered:
// "steven" for "stephen".
func Alike(typed, word string) bool {
	const shortest, far = 5, 1.5
	return len(typed) >= shortest && spell.Distance(typed, word, far) <= far
}
