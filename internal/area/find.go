// Package area tells where somebody is from what they wrote: a postcode or a
// place name, certain or to be asked about. It is pure: the tables are embedded
// and nothing is kept.
//
//	found := finder.Find("im near kendal")
//
// It never guesses. A name that might be in several districts gives all of
// them, and the caller of this package asks.
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
	// Why says how it was understood, for the person who reviews the tables. It
	// never holds more of the text than the place itself.
	Why string
}

// Name is one more name for a place, from the flow book. It goes before the
// shipped tables.
type Name struct {
	Name  string
	Where Set
}

// Finder looks places up. It is safe for concurrent use.
type Finder struct {
	tables *tables
	extra  map[string]Set
}

// NewFinder makes a finder over the shipped tables and the book's own names.
func NewFinder(names []Name) *Finder {
	f := &Finder{tables: shipped(), extra: make(map[string]Set, len(names))}
	for _, n := range names {
		f.extra[plain.Text(n.Name)] |= n.Where
	}
	return f
}

// Find looks for a postcode or a place name in text.
func (f *Finder) Find(text string) Found {
	words := strings.Fields(plain.Text(text))
	if found, ok := f.findPostcode(words); ok {
		return found
	}
	return f.findName(words)
}

func (f *Finder) findName(words []string) Found {
	for len(words) > 0 && leading(words[0]) {
		if found, ok := f.name(strings.Join(words, " ")); ok {
			return found
		}
		words = words[1:]
	}
	found, _ := f.name(strings.Join(words, " "))
	return found
}

func (f *Finder) name(name string) (Found, bool) {
	if set, ok := f.extra[name]; ok {
		return Found{Where: set, Why: "the flow book's name " + name}, true
	}
	if p, ok := f.tables.places[name]; ok {
		return Found{Where: p.set, Ask: p.ask, Why: "the place " + name}, true
	}
	return Found{}, false
}

// leading reports words people put before the name of a place.
func leading(w string) bool {
	switch w {
	case "i", "im", "am", "we", "were", "are", "live", "living", "in", "at", "near", "by", "from", "the", "hi", "hello", "its", "it", "is", "around", "outside", "town", "place", "please":
		return true
	}
	return false
}

// findPostcode finds the first postcode, whole or in part.
func (f *Finder) findPostcode(words []string) (Found, bool) {
	for i := range words {
		for n := min(4, len(words)-i); n >= 1; n-- {
			out, sector, unit, ok := splitPostcode(strings.ToUpper(strings.Join(words[i:i+n], "")))
			if !ok {
				continue
			}
			set, exact, known := f.tables.postcode(out, sector, unit)
			if !known {
				continue
			}
			why := "the postcode district " + out
			switch {
			case unit != "" && exact:
				why = "the whole postcode"
			case sector != 0:
				why = "the postcode sector " + out + " " + string(sector)
			}
			return Found{Where: set, Why: why}, true
		}
	}
	return Found{}, false
}

// splitPostcode reads a whole postcode without spaces, forgiving O for 0.
func splitPostcode(s string) (out string, sector byte, unit string, ok bool) {
	if len(s) < 5 || len(s) > 7 || !strings.ContainsAny(s, "0123456789") {
		return "", 0, "", false
	}
	out, in := s[:len(s)-3], s[len(s)-3:]
	sector = digitFor(in[0])
	if sector == 0 || !isLetter(in[1]) || !isLetter(in[2]) {
		return "", 0, "", false
	}
	out, ok = outward(out)
	return out, sector, in[1:], ok
}

// outward reads an outward code: one or two letters, a digit, and perhaps one
// more digit or letter.
func outward(s string) (string, bool) {
	letters := 0
	for letters < len(s) && letters < 2 && isLetter(s[letters]) {
		letters++
	}
	if letters == 2 && len(s) == 2 {
		letters = 1
	}
	if letters == 0 || letters == len(s) || len(s)-letters > 2 {
		return "", false
	}
	b := []byte(s)
	d := digitFor(b[letters])
	if d == 0 {
		return "", false
	}
	b[letters] = d
	if last := letters + 1; last < len(b) {
		if d := digitFor(b[last]); d != 0 {
			b[last] = d
		} else if !isLetter(b[last]) {
			return "", false
		}
	}
	return string(b), true
}

func isLetter(c byte) bool { return 'A' <= c && c <= 'Z' }

// digitFor reads a digit, or the letter people type for one; 0 when neither.
func digitFor(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c
	case c == 'O':
		return '0'
	case c == 'I' || c == 'L':
		return '1'
	}
	return 0
}
