package area

import (
	"bufio"
	"bytes"
	_ "embed" // the tables are part of the program
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
)

//go:embed tables/postcodes.txt
var postcodesTxt []byte

//go:embed tables/places.txt
var placesTxt []byte

//go:embed tables/ordinary.txt
var ordinaryTxt []byte

// tables are the shipped facts, ready to look up. They are read once, when
// first wanted, and never changed.
type tables struct {
	keys   []uint64 // postcode prefixes, sorted
	sets   []Set    // where each may be
	places map[string]place
	names  []string // of places, for near misses
	// ordinary words are never mended into a name.
	ordinary map[string]bool
}

// place is what a name means.
type place struct {
	set Set
	// ask: the name alone is not enough, however few districts it may be in.
	ask bool
	// word: also an ordinary word, so it counts only as a whole message.
	word bool
	// town: a town or city, which stands out in a sentence.
	town bool
}

var shipped = sync.OnceValue(func() *tables {
	t, err := parseTables(postcodesTxt, placesTxt, ordinaryTxt)
	if err != nil {
		// The shipped tables are tested; an empty look-up still lets every
		// conversation ask and reach the 24-hour line.
		return &tables{places: map[string]place{}}
	}
	return t
})

func parseTables(postcodes, places, ordinary []byte) (*tables, error) {
	t := &tables{places: make(map[string]place, 8192), ordinary: make(map[string]bool, 1024)}
	if err := eachLine(postcodes, t.addPostcodes); err != nil {
		return nil, fmt.Errorf("read the postcode table: %w", err)
	}
	sort.Sort(byKey{t})
	if err := eachLine(places, t.addPlace); err != nil {
		return nil, fmt.Errorf("read the place table: %w", err)
	}
	if err := eachLine(ordinary, func(w string) error { t.ordinary[w] = true; return nil }); err != nil {
		return nil, fmt.Errorf("read the ordinary words: %w", err)
	}
	return t, nil
}

func eachLine(data []byte, do func(string) error) error {
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := do(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return sc.Err()
}

// addPostcodes reads one line: an outward code ("CA12 bc") or a sector with the
// units in it ("CA12 4 bc b:AD,AE c:AA").
func (t *tables) addPostcodes(line string) error {
	f := strings.Fields(line)
	if len(f) < 2 {
		return fmt.Errorf("%q has no district", line)
	}
	out, f := f[0], f[1:]
	sector := byte(0)
	if len(f[0]) == 1 && f[0][0] >= '0' && f[0][0] <= '9' {
		sector, f = f[0][0], f[1:]
	}
	for i, col := range f {
		code, units, _ := strings.Cut(col, ":")
		set, ok := parseCode(code)
		if !ok || (i == 0) != (units == "") {
			return fmt.Errorf("%q is not a district column", col)
		}
		if i == 0 {
			t.add(key(out, sector, ""), set)
			continue
		}
		for u := range strings.SplitSeq(units, ",") {
			if len(u) != 2 {
				return fmt.Errorf("%q is not a unit", u)
			}
			t.add(key(out, sector, u), set)
		}
	}
	return nil
}

func (t *tables) add(k uint64, s Set) {
	t.keys = append(t.keys, k)
	t.sets = append(t.sets, s)
}

// addPlace reads one line: districts, flags, name. "dE? bootle": in Copeland or
// elsewhere in England, always ask. "d! boot": an ordinary word too. "f+
// kendal": a town.
func (t *tables) addPlace(line string) error {
	code, name, ok := strings.Cut(line, " ")
	bare := strings.TrimRight(code, "?!+")
	set, good := parseCode(bare)
	if !ok || !good {
		return fmt.Errorf("%q is not a place", line)
	}
	flags := code[len(bare):]
	p := place{set, strings.Contains(flags, "?"), strings.Contains(flags, "!"), strings.Contains(flags, "+")}
	p.word = p.word || strings.HasPrefix(name, "the ") // "the bank", "the hill"
	t.places[name] = p
	t.names = append(t.names, name)
	return nil
}

type byKey struct{ *tables }

func (b byKey) Len() int           { return len(b.keys) }
func (b byKey) Less(i, j int) bool { return b.keys[i] < b.keys[j] }
func (b byKey) Swap(i, j int) {
	b.keys[i], b.keys[j] = b.keys[j], b.keys[i]
	b.sets[i], b.sets[j] = b.sets[j], b.sets[i]
}

// key packs a postcode prefix: four characters of outward code, then the
// sector's digit, then the unit's two letters, a byte each. A part that is
// absent is zero.
func key(out string, sector byte, unit string) uint64 {
	var k uint64
	for i := range 4 {
		k <<= 8
		if i < len(out) {
			k |= uint64(out[i])
		}
	}
	k = k<<8 | uint64(sector)
	for i := range 2 {
		k <<= 8
		if i < len(unit) {
			k |= uint64(unit[i])
		}
	}
	return k
}

func (t *tables) lookup(k uint64) (Set, bool) {
	i, ok := slices.BinarySearch(t.keys, k)
	if !ok {
		return 0, false
	}
	return t.sets[i], true
}

// Doubtful lists the names in the place table that are asked about wherever
// they are written alone, with where each may be: what a manager may want to
// settle in the flow book.
func Doubtful() []Name {
	t := shipped()
	var out []Name
	for _, n := range t.names {
		if p := t.places[n]; (p.ask || p.word || p.set.Len() > 1) && p.set&ours != 0 {
			out = append(out, Name{n, p.set})
		}
	}
	return out
}
