package area

import (
	"strings"

	"signpost/internal/plain"
)

// Lengths below which a slip is not forgiven, in letters: in a short word one
// slip makes another word.
const (
	minSlipWhole    = 5 // the message is nothing but the name
	minSlipSentence = 7 // a name said to be a place, in a sentence
	minVillage      = 7 // the name of a village, to be certain of it
	minBones        = 4 // consonants of "whitehvn" and "kendle"
)

// nearMiss finds a name with one slip in it, when only one place is near: the
// whole of a short message, or a word that follows "in" or "near".
func (f *Finder) nearMiss(m *message, from, to int) Found {
	if to-from > 0 && to-from <= 4 {
		for b := min(m.n, to+2); b > to; b-- { // "allendale town" is not Allerdale
			if found := f.slip(m.span(from, b), minSlipWhole); found.Where != 0 {
				return found
			}
		}
		if found := f.slip(m.span(from, to), minSlipWhole); found.Where != 0 {
			return found
		}
		// A county or a bigger place behind it: "kendle cumbria".
		for k := from + 1; k < to; k++ {
			if tail, ok := f.name(m.span(k, to), false); ok {
				if head := f.slip(m.span(from, k), minSlipWhole); head.Where&tail.Where != 0 {
					return Found{Where: head.Where & tail.Where, Ask: head.Ask, How: NearMiss, Text: m.span(from, k)}
				}
			}
		}
	}
	for i := range m.n {
		if !placed(m.word(i-1)) || person(m.word(i-2)) {
			continue
		}
		for j := min(i+3, m.n); j > i; j-- {
			if found := f.slip(m.span(i, j), minSlipSentence); found.Where != 0 {
				return found
			}
		}
	}
	return Found{}
}

// slip finds the one place that a misspelt name can mean: spaces aside, vowels
// aside, or one letter added, dropped, changed or swapped. Several near names
// are no matter when they mean the same districts.
func (f *Finder) slip(name string, least int) Found {
	if len(name) < least || f.tables.ordinary[name] || strings.HasPrefix(name, "the ") {
		return Found{}
	}
	if _, known := f.name(name, true); known {
		return Found{} // it is no slip, and was not meant as a place
	}
	closed := strings.ReplaceAll(name, " ", "")
	if p, ok := f.tables.closed[closed]; ok && p.set != 0 {
		return Found{Where: p.set, Ask: p.ask, How: NearMiss, Text: name}
	}
	var hit place
	for n, set := range f.extra {
		if len(n) >= minSlipWhole && !strings.HasPrefix(n, "the ") && near(name, n) {
			hit.set |= set
		}
	}
	for _, n := range f.tables.sorted {
		if len(n)-len(name) > 1 || len(name)-len(n) > 1 || !near(name, n) {
			continue
		}
		p := f.tables.places[n]
		if p.word || len(n) < 5 {
			continue
		}
		if hit.set != 0 && hit.set != p.set {
			// Two different places are one slip away.
			return Found{Where: hit.set | p.set, Ask: true, How: NearMiss, Text: name}
		}
		// A short village name one slip away may be another we do not know.
		hit = place{set: p.set, ask: p.ask || !p.town && len(n) < minVillage || hit.ask}
	}
	if hit.set != 0 {
		return Found{Where: hit.set, Ask: hit.ask, How: NearMiss, Text: name}
	}
	if b := bones(closed); len(b) >= minBones {
		if p, ok := f.tables.bones[b]; ok && p.set != 0 && (len(b) > minBones || p.set&ours == p.set) {
			return Found{Where: p.set, Ask: p.ask, How: NearMiss, Text: name}
		}
	}
	return Found{}
}

// closedUp indexes long names without their spaces, and towns without their
// vowels. Two names that fall together there, in different districts, give
// nothing.
func (g *Gazetteer) closedUp() (closed, bare map[string]place) {
	closed, bare = make(map[string]place, 1024), make(map[string]place, 512)
	put := func(m map[string]place, k string, p place) {
		if old, dup := m[k]; dup && old.set != p.set {
			p.set = 0
		}
		m[k] = p
	}
	for _, n := range g.sorted {
		p := g.places[n]
		if len(n) < 6 || p.word {
			continue
		}
		if len(n) >= 7 && p.town || strings.Contains(n, " ") {
			put(closed, strings.ReplaceAll(n, " ", ""), p)
		}
		if p.town && !strings.Contains(n, " ") {
			if b := bones(n); len(b) >= minBones {
				put(bare, b, p)
			}
		}
	}
	return closed, bare
}

// bones is a word without the vowels after its first letter.
func bones(w string) string {
	b := make([]byte, 0, 16)
	for i := range len(w) {
		if i == 0 || !strings.ContainsRune("aeiou", rune(w[i])) {
			b = append(b, w[i])
		}
	}
	return string(b)
}

// near reports two words one slip apart: a letter added, dropped, changed, or
// two neighbours swapped. The first letter must hold: people know how their
// town begins.
func near(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 || len(b) == 0 || a[0] != b[0] {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	switch {
	case len(a) > len(b):
		return a[i+1:] == b[i:]
	case i == len(b):
		return false // the same word
	case a[i+1:] == b[i+1:]:
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// OrdinaryWords picks, out of a list of a language's words, those that are one
// slip from a place name, so that they are never mended into it. (Made again by
// "signpost areas build -words" when the places change.)
func (g *Gazetteer) OrdinaryWords(words []string) []byte {
	innocent := *g
	innocent.ordinary = nil // as if none were known
	f := innocent.Finder(nil)
	var b strings.Builder
	b.WriteString("# Ordinary words that are one slip from the name of a place. Made by: signpost areas build -words\n# From SCOWL, the Spell Checker Oriented Word Lists (Kevin Atkinson and others).\n")
	seen := map[string]bool{}
	for _, w := range words {
		if w == "" || w[0] < 'a' || w[0] > 'z' || seen[w] || w != plain.Text(w) {
			continue
		}
		seen[w] = true
		if f.slip(w, minSlipWhole).Where != 0 {
			b.WriteString(w + "\n")
		}
	}
	return []byte(b.String())
}
