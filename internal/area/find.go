// Package area knows where postcodes and places are, and finds the words of a text that
// may be one.
//
//	finder := area.Shipped().Finder(nil)
//	candidates := finder.Candidates(area.Text{Words: words, Common: common, Linking: linking, Ends: ends})
//
// It gives every candidate with how sure its spelling is. Whether a candidate is
// meant as a place, and whose place it is, depends on the words around it: that is
// decided by package hear. It is pure, and keeps nothing.
package area

import (
	"maps"
	"slices"

	"signpost/internal/normalise"
)

// How a candidate was understood.
type How uint8

// Ways to understand a candidate, surest first.
const (
	Nothing  How = iota
	Unit         // a whole postcode that is in the table
	Sector       // a postcode known to its sector
	Outward      // a postcode known to its outward code
	BookName     // a name from the flow book
	Place        // a name from the place table
	NearMiss     // a misspelt name
)

var hows = [...]string{"nothing that names a place", "a whole postcode", "a postcode, known to its sector",
	"a postcode, known to its outward code",
	"a name from the flow book", "a name from the place table", "a misspelt name"}

func (h How) String() string { return hows[h] }

// Postcode reports a postcode or a part of one.
func (h How) Postcode() bool { return h >= Unit && h <= Outward }

// Name is another name for a place, from the flow book. It goes before the
// tables.
type Name struct {
	Name  string
	Where Set
}

// Finder looks places up. It is safe for concurrent use.
type Finder struct {
	tables *Gazetteer
	extra  map[string]Set
	heads  map[string]uint8 // by the first word of such a name: the words of the longest
	names  []townName       // those that are long enough to be misspelt
}

// Finder makes a finder over the gazetteer and the book's own names.
func (g *Gazetteer) Finder(names []Name) *Finder {
	f := &Finder{tables: g, extra: make(map[string]Set, len(names)), heads: make(map[string]uint8, len(names))}
	for _, n := range names {
		name := normalise.Text(n.Name)
		f.extra[name] |= n.Where
		head(f.heads, name)
	}
	for _, n := range slices.Sorted(maps.Keys(f.extra)) {
		if len(n) >= minNameSlip {
			f.names = append(f.names, newTownName(n, place{set: f.extra[n], town: true}))
		}
	}
	return f
}

// message is the words of a text, beside one another with single spaces.
type message struct {
	text  string
	words [normalise.MaxTokens][2]uint16
	n     int
}

func (m *message) cut(words []string) {
	b := make([]byte, 0, 256)
	m.n = 0
	for _, w := range words {
		if m.n == len(m.words) || len(b)+len(w) > 1<<15 {
			break
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		m.words[m.n] = [2]uint16{uint16(len(b)), uint16(len(b) + len(w))}
		b = append(b, w...)
		m.n++
	}
	m.text = string(b)
}

// span is the words from i to before j.
func (m *message) span(i, j int) string { return m.text[m.words[i][0]:m.words[j-1][1]] }

func (m *message) word(i int) string {
	if i < 0 || i >= m.n {
		return ""
	}
	return m.span(i, i+1)
}
