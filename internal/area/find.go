// Package area tells where somebody is from what they wrote: a postcode or a
// place name, certain or to be asked about. It is pure, and keeps nothing.
//
//	found := area.Shipped().Finder(nil).Find("im near kendal")
//
// It never guesses. A name that might be in several districts gives all of
// them, and the caller of this package asks. A word that merely looks like a
// place, in a sentence about something else, gives nothing.
package area

import (
	"strings"

	"signpost/internal/plain"
)

// Found is what a text says about where somebody is.
type Found struct {
	// Where holds every district the text may mean; empty when it names no
	// place at all.
	Where Set
	// Ask tells that the name alone is not enough, even if only one district is
	// known for it.
	Ask bool
	// How it was understood, and the piece of the text that was, for the person
	// who reviews the tables.
	How  How
	Text string
}

// How a text was understood.
type How uint8

// Ways to understand a text, surest first.
const (
	Nothing  How = iota
	Unit         // a whole postcode that is in the table
	Sector       // a postcode known to its sector
	Outward      // a postcode known to its outward code
	BookName     // a name from the flow book
	Place        // a name from the place table
	NearMiss     // a name with one slip in it, and no other like it
	Several      // several places named together
)

var hows = [...]string{"nothing that names a place", "a whole postcode", "a postcode, known to its sector", "a postcode, known to its outward code",
	"a name from the flow book", "a name from the place table", "a name with one slip in it", "several places named together"}

func (h How) String() string { return hows[h] }

// Name is one more name for a place, from the flow book. It goes before the
// tables.
type Name struct {
	Name  string
	Where Set
}

// Finder looks places up. It is safe for concurrent use.
type Finder struct {
	tables *Gazetteer
	extra  map[string]Set
}

// Finder makes a finder over the gazetteer and the book's own names.
func (g *Gazetteer) Finder(names []Name) *Finder {
	f := &Finder{tables: g, extra: make(map[string]Set, len(names))}
	for _, n := range names {
		f.extra[plain.Text(n.Name)] |= n.Where
	}
	return f
}

// maxWords is how much of a message is looked at, in words.
const maxWords = 400

// message is a plain text cut into words, without a copy.
type message struct {
	text  string
	words [maxWords][2]uint16
	n     int
}

func (m *message) cut(text string) {
	m.text, m.n = text, 0
	start := 0
	for i := 0; i <= len(text) && m.n < maxWords; i++ {
		if i == len(text) || text[i] == ' ' {
			if i > start {
				m.words[m.n] = [2]uint16{uint16(start), uint16(i)}
				m.n++
			}
			start = i + 1
		}
	}
}

// span is the words from i to before j, as they stand.
func (m *message) span(i, j int) string { return m.text[m.words[i][0]:m.words[j-1][1]] }

func (m *message) word(i int) string {
	if i < 0 || i >= m.n {
		return ""
	}
	return m.span(i, i+1)
}

// Find looks for a postcode or place names in text. A postcode goes before any
// name.
func (f *Finder) Find(text string) Found {
	var m message
	m.cut(plain.Text(text))
	if found := f.findPostcode(&m); found.Where != 0 {
		return found
	}
	return f.findNames(&m)
}

// findNames looks for names: the whole message first, then names that stand
// out in a sentence, then near misses.
func (f *Finder) findNames(m *message) Found {
	i, j := m.core(locative)
	if i < j && !acts(m.word(j)) && !person(m.word(i-1)) {
		if found, ok := f.around(m, i, j); ok {
			return found
		}
		if found, ok := f.wholeName(m.span(i, j), i > 0 && placed(m.word(i-1))); ok {
			return found
		}
	}
	i, j = m.core(padding)
	if i < j && !acts(m.word(j)) && !person(m.word(i-1)) {
		if found, ok := f.around(m, i, j); ok {
			return found
		}
	}
	if found, ok := f.inSentence(m, i, j); ok {
		return found
	}
	return f.nearMiss(m, i, j)
}

// around finds a name that is the core of a message, or the core with some of
// the words that were taken off: "hale village" is one place, "hale" several.
func (f *Finder) around(m *message, i, j int) (Found, bool) {
	const reach = 2
	for a := max(0, i-reach); a <= i; a++ {
		for b := min(m.n, j+reach); b >= j; b-- {
			if found, ok := f.name(m.span(a, b), false); ok {
				return found, true
			}
		}
	}
	return Found{}, false
}

// core is what is left when the words around it are taken off both ends.
func (m *message) core(off func(string) bool) (i, j int) {
	i, j = 0, m.n
	for i < j && off(m.word(i)) {
		i++
	}
	for j > i && off(m.word(j-1)) {
		j--
	}
	return i, j
}

// name finds a name as it stands. Ordinary words count only when they are all
// there is.
func (f *Finder) name(name string, whole bool) (Found, bool) {
	if set, ok := f.extra[name]; ok {
		return Found{Where: set, How: BookName, Text: name}, true
	}
	if p, ok := f.tables.places[name]; ok && (whole || !p.word) {
		return Found{Where: p.set, Ask: p.ask, How: Place, Text: name}, true
	}
	if rest, ok := strings.CutPrefix(name, "saint "); ok {
		return f.name("st "+rest, whole)
	}
	return Found{}, false
}

// wholeName finds a name that is the whole message. An ordinary word that is
// also a place ("dent", "over", "the bank") is asked about; elsewhere
// it counts only when it is said to be a place.
func (f *Finder) wholeName(name string, said bool) (Found, bool) {
	found, ok := f.name(name, true)
	if !ok || found.How != Place || !f.tables.places[found.Text].word {
		return found, ok
	}
	found.Ask = true
	return found, said || found.Where&(ours|Of(Wales)) != 0
}

// maxNameWords is the longest name looked for, in words.
const maxNameWords = 6

// inSentence finds names that stand out among other words, longest first, and
// puts several together: "brampton near carlisle" is the Brampton near Carlisle;
// "from leeds to kendal" must be asked about.
func (f *Finder) inSentence(m *message, from, to int) (Found, bool) {
	var all Found
	for i := 0; i < m.n; i++ {
		for j := min(i+maxNameWords, m.n); j > i; j-- {
			found, ok := f.name(m.span(i, j), false)
			if !ok {
				continue
			}
			if f.standsOut(m, i, j, from, to) {
				if f.partOfMore(m, i, j) {
					found = f.longer(m, i, j, found)
				}
				if found.Where != 0 {
					all = together(all, found)
				}
			}
			i = j - 1 // a shorter name inside it is not meant
			break
		}
	}
	return all, all.Where != 0
}

// together joins two places named in one message.
func together(a, b Found) Found {
	if a.Where == 0 {
		return b
	}
	if both := a.Where & b.Where; both != 0 {
		return Found{Where: both, Ask: a.Ask && b.Ask, How: Several, Text: a.Text + ", " + b.Text}
	}
	return Found{Where: a.Where | b.Where, Ask: true, How: Several, Text: a.Text + ", " + b.Text}
}

// standsOut reports whether a name in a sentence is meant as a place: said to
// be one ("in kendal"), or a town or a long name, or among names only. A street
// named after a town, and a person, are not the town.
func (f *Finder) standsOut(m *message, i, j, from, to int) bool {
	if person(m.word(i-1)) || person(m.word(i-2)) && m.word(i-1) == "is" || acts(m.word(j)) || streetEnd(m.word(j)) {
		return false
	}
	if placed(m.word(i-1)) || m.word(j) == "town" || m.word(j) == "village" || m.word(j) == "area" {
		return true
	}
	if i == from && j == to || f.onlyNames(m, from, to) {
		return true
	}
	name := m.span(i, j)
	if _, ok := f.extra[name]; ok {
		return len(name) >= 5 && m.n <= 8
	}
	// A word beside it that could be the rest of a longer name makes it doubtful:
	// "denton holm" is not Denton.
	alone := (i == from || padding(m.word(i-1))) && (j == to || padding(m.word(j)))
	p := f.tables.places[name]
	return alone && (p.town && len(name) >= 5 && (i == from || j == to) || j-i > 1 && len(name) >= 10 && !generic(name))
}

// partOfMore reports a name with a word beside it that could make it a longer
// name, one we do not know: "holme hall", "great corby lodge", "norton in the
// moors". It is asked about.
func (f *Finder) partOfMore(m *message, i, j int) bool {
	if qualifies(m.word(i - 1)) {
		return true
	}
	next := m.word(j)
	switch {
	case next == "" || f.startsName(m, j):
		return false
	case connects(next):
		return j+1 < m.n && !f.startsName(m, j+1)
	}
	return !padding(next) && !function(next)
}

// longer is what a name with more behind it may mean: a longer name with a slip
// in it; else, if it may be ours, a question; else nothing, since the longer name
// may be ours when the shorter is not.
func (f *Finder) longer(m *message, i, j int, found Found) Found {
	for k := min(j+3, m.n); k > j; k-- {
		if slip := f.slip(m.span(i, k), minSlipWhole); slip.Where != 0 {
			return slip
		}
	}
	if found.Where&ours == 0 {
		return Found{}
	}
	found.Ask = true
	return found
}

// startsName reports a name that begins at word i.
func (f *Finder) startsName(m *message, i int) bool {
	for j := min(i+maxNameWords, m.n); j > i; j-- {
		if _, ok := f.name(m.span(i, j), false); ok {
			return true
		}
	}
	return false
}

// onlyNames reports a stretch of nothing but names and the words around them.
func (f *Finder) onlyNames(m *message, from, to int) bool {
	if to-from > 8 {
		return false
	}
next:
	for i := from; i < to; {
		for j := min(i+maxNameWords, to); j > i; j-- {
			if _, ok := f.name(m.span(i, j), false); ok || j == i+1 && padding(m.word(i)) {
				i = j
				continue next
			}
		}
		return false
	}
	return true
}
