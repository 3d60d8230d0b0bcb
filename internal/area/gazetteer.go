package area

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"signpost/internal/spell"
)

// The files of a gazetteer. Only the first must be there.
const (
	DistrictsFile = "districts.txt"
	PostcodesFile = "postcodes.txt"
	PlacesFile    = "places.txt"
	LandmarksFile = "landmarks.txt"
)

// Files are the names of a gazetteer's files.
func Files() []string { return []string{DistrictsFile, PostcodesFile, PlacesFile, LandmarksFile} }

// maxTable is the largest table read, in bytes: the whole of England, unit by unit,
// would be under 16 MB.
const maxTable = 32 << 20

//go:embed tables/*.txt
var tables embed.FS

// Gazetteer holds what we know about a part of the country: what its districts are called,
// and in which of them a postcode or a place may be. It is read once and never changed.
type Gazetteer struct {
	names    []string       // of the districts, by their number
	councils map[string]Set // the districts that a council's code can mean

	keys   []uint64 // postcode prefixes, sorted
	sets   []Set    // where each may be
	places map[string]place
	sorted []string         // the places' names, for near misses
	joined []string         // the same without spaces
	heads  map[string]uint8 // by the first word of a name: the words of the longest
	parts  map[string]bool  // the words of names of three words and more
	begins map[string]Set   // by the first word of names of three words and more: where they are
	rests  map[string]Set   // by all the words of a name but the first: where such names are
	towns  []townName       // the towns that are served
	index  *spell.Index     // of joined, by place in it
	words  *spell.Index     // of the words of longer names
	// mostly holds the outward codes of which nearly every postcode is in one district.
	mostly map[uint64]Set
	// closed holds names of seven letters and more without spaces, and bones names
	// without vowels after the first letter, for "white haven" and "whitehvn".
	closed, bones map[string]place
	size          int // of the postcode table, in bytes
}

// Shipped is the gazetteer of Cumbria and Cheshire, which is part of the program.
var Shipped = sync.OnceValue(func() *Gazetteer {
	dir, err := fs.Sub(tables, "tables")
	if err == nil {
		var g *Gazetteer
		if g, err = Read(dir); err == nil {
			return g
		}
	}
	// The shipped tables are tested; an empty gazetteer still lets every
	// conversation ask and reach the 24-hour line.
	return &Gazetteer{}
})

// A Mistake is a line of a table that cannot be read.
type Mistake struct {
	File string
	Line int // from 1; 0 when it is the file as a whole
	Err  error
}

func (m *Mistake) Error() string { return fmt.Sprintf("%s:%d: %v", m.File, m.Line, m.Err) }

// Unwrap gives what is wrong with the line.
func (m *Mistake) Unwrap() error { return m.Err }

// Read reads a gazetteer out of a folder. An error is a [*Mistake].
func Read(dir fs.FS) (*Gazetteer, error) {
	g := &Gazetteer{councils: map[string]Set{}, places: make(map[string]place, 8192)}
	for _, file := range []struct {
		name string
		line func(string) error
	}{{DistrictsFile, g.addDistrict}, {PostcodesFile, g.addPostcodes}, {PlacesFile, g.addPlace},
		{LandmarksFile, g.addLandmark}} {
		data, err := readTable(dir, file.name)
		if errors.Is(err, fs.ErrNotExist) && file.name != DistrictsFile {
			continue
		}
		if err != nil {
			return nil, &Mistake{file.name, 0, err}
		}
		if n, err := eachLine(data, file.line); err != nil {
			return nil, &Mistake{file.name, n, err}
		}
		if file.name == PostcodesFile {
			g.size = len(data)
		}
	}
	if len(g.names) == 0 {
		return nil, &Mistake{DistrictsFile, 1, errors.New("it names no district")}
	}
	sort.Sort(byKey{g})
	g.settleOutward()
	g.indexNames()
	g.closed, g.bones = g.closedUp()
	return g, nil
}

func readTable(dir fs.FS, name string) ([]byte, error) {
	if st, err := fs.Stat(dir, name); err != nil {
		return nil, fmt.Errorf("look for the table: %w", err)
	} else if st.Size() > maxTable {
		return nil, fmt.Errorf("it is larger than %d bytes", maxTable)
	}
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	return data, nil
}

// Districts lists every district there is: those served, then the rest of the world.
func (g *Gazetteer) Districts() (ds []District) {
	for d := range g.names {
		ds = append(ds, District(d))
	}
	for d := England; d < districts; d++ {
		ds = append(ds, d)
	}
	return ds
}

// Name is what a district is called.
func (g *Gazetteer) Name(d District) string {
	switch {
	case int(d) < len(g.names):
		return g.names[d]
	case d >= England && d < districts:
		return elsewhere[d-England]
	}
	return "unknown district"
}

// Names lists what every district is called.
func (g *Gazetteer) Names() (names []string) {
	for _, d := range g.Districts() {
		names = append(names, g.Name(d))
	}
	return names
}

// NameOf is the name of a place by a hash of it; empty when no place has it.
func (g *Gazetteer) NameOf(id uint32, hash func(string) uint32) string {
	for _, n := range g.sorted {
		if hash(n) == id {
			return n
		}
	}
	return ""
}

// HasName reports a name that [Gazetteer.NameOf] finds.
func (g *Gazetteer) HasName(name string) bool {
	_, ok := slices.BinarySearch(g.sorted, name)
	return ok
}

// Rest tells where the places are whose names end with some words: "on solway".
func (g *Gazetteer) Rest(words string) Set { return g.rests[words] }

// HasOutward reports an outward code that is known, in small letters.
func (g *Gazetteer) HasOutward(code string) bool {
	if len(code) < 2 || len(code) > 4 {
		return false
	}
	_, ok := g.lookup(key(strings.ToUpper(code), 0, ""))
	return ok
}

// OutwardOf is the outward code of a hash, in small letters; empty when no code that
// is known has it.
func (g *Gazetteer) OutwardOf(id uint32, hash func(string) uint32) string {
	if id == 0 {
		return ""
	}
	const sectorAndUnit = 24 // bits behind the outward code
	last := uint64(0)
	for _, k := range g.keys {
		if k >>= sectorAndUnit; k == last {
			continue
		}
		last = k
		var code [4]byte
		binary.BigEndian.PutUint32(code[:], uint32(k))
		if out := strings.ToLower(strings.TrimRight(string(code[:]), "\x00")); hash(out) == id {
			return out
		}
	}
	return ""
}

// Describe names the districts of a set.
func (g *Gazetteer) Describe(s Set) string {
	var parts []string
	for _, d := range s.Districts() {
		parts = append(parts, g.Name(d))
	}
	return strings.Join(parts, "; ")
}

// District finds a district by its name.
func (g *Gazetteer) District(name string) (District, bool) {
	for _, d := range g.Districts() {
		if strings.EqualFold(g.Name(d), strings.TrimSpace(name)) {
			return d, true
		}
	}
	return 0, false
}

var councilCode = regexp.MustCompile(`^[A-Z][0-9]{8}$`)

// addDistrict reads one line: a letter, the codes of its councils or "-", a name.
func (g *Gazetteer) addDistrict(line string) error {
	letter, rest, _ := strings.Cut(line, " ")
	codes, name, _ := strings.Cut(strings.TrimSpace(rest), " ")
	name = strings.TrimSpace(name)
	n := len(g.names)
	switch {
	case n == maxDistricts:
		return fmt.Errorf("there can be %d districts at most", maxDistricts)
	case letter != letters[n:n+1]:
		return fmt.Errorf("the next district's letter must be %c, not %q", letters[n], letter)
	case name == "" || len(name) > 60 || strings.ContainsAny(name, ";,[]{}:#\"'"):
		return fmt.Errorf("%q is not the name of a district: give a letter, its councils' codes or -, and a name of "+
			"plain words",
			name)
	}
	if _, taken := g.District(name); taken {
		return fmt.Errorf("there are two districts called %q", name)
	}
	g.names = append(g.names, name)
	if codes == "-" {
		return nil
	}
	for code := range strings.SplitSeq(codes, ",") {
		if !councilCode.MatchString(code) {
			return fmt.Errorf("%q is not a council's code: those are like E07000123", code)
		}
		g.councils[code] |= Of(District(n))
	}
	return nil
}

// set reads the letters of a table, all of which must be districts of this gazetteer.
func (g *Gazetteer) set(code string) (Set, bool) {
	s, ok := parseCode(code)
	return s, ok && s&ours>>len(g.names) == 0
}

// place is what a name means.
type place struct {
	set Set
	// ask: the name alone is not enough, however few districts it may be in.
	ask bool
	// word: also an ordinary word, so it counts only as a whole message.
	word bool
	// town: a town or city, easy to recognise in a sentence.
	town bool
	// landmark: a hospital, a station, a park.
	landmark bool
	// far: a county or a country that is no neighbour.
	far bool
	// begins: longer names elsewhere begin with it.
	begins bool
}

// townName is a town's name, ready to be compared with a misspelt one.
type townName struct {
	name, joined string // with and without its spaces
	letters      uint32
	start        byte // of its sound
	place        place
}

func newTownName(name string, p place) townName {
	joined := strings.ReplaceAll(name, " ", "")
	return townName{name, joined, spell.Mask(joined), spell.Start(joined), p}
}

// head notes under the first word of a name how many words it has.
func head(heads map[string]uint8, name string) {
	first, _, _ := strings.Cut(name, " ")
	if n := strings.Count(name, " ") + 1; n <= math.MaxUint8 && int(heads[first]) < n {
		heads[first] = uint8(n)
		if first == "st" {
			heads["saint"] = uint8(n)
		}
	}
}

// eachLine hands on every line that is not a comment; an error comes with the number
// of its line.
func eachLine(data []byte, do func(string) error) (int, error) {
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 1<<20)
	n := 1
	for ; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := do(line); err != nil {
			return n, err
		}
	}
	return n, sc.Err()
}

// addPostcodes reads one line: an outward code ("CA12 bc") or a sector with the
// units in it ("CA12 4 bc b:AD,AE c:AA").
func (g *Gazetteer) addPostcodes(line string) error {
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
		set, ok := g.set(code)
		if !ok || (i == 0) != (units == "") {
			return fmt.Errorf("%q is not a district column", col)
		}
		if i == 0 {
			g.add(key(out, sector, ""), set)
			continue
		}
		for u := range strings.SplitSeq(units, ",") {
			if len(u) != 2 {
				return fmt.Errorf("%q is not a unit", u)
			}
			g.add(key(out, sector, u), set)
		}
	}
	return nil
}

func (g *Gazetteer) add(k uint64, s Set) {
	g.keys = append(g.keys, k)
	g.sets = append(g.sets, s)
}

// addPlace reads one line: districts, flags, name. "dE? bootle": in Copeland or
// elsewhere in England, always ask. "d! boot": an ordinary word too. "f+
// kendal": a town.
func (g *Gazetteer) addPlace(line string) error {
	code, name, ok := strings.Cut(line, " ")
	bare := strings.TrimRight(code, "?!+")
	set, good := g.set(bare)
	if !ok || !good {
		return fmt.Errorf("%q is not a place", line)
	}
	flags := code[len(bare):]
	p := place{set: set, ask: strings.Contains(flags, "?"), word: strings.Contains(flags, "!"),
		town: strings.Contains(flags, "+")}
	p.word = p.word || strings.HasPrefix(name, "the ") // "the bank", "the hill"
	for _, street := range [...]string{" road", " street", " lane", " avenue"} {
		p.landmark = p.landmark || strings.HasSuffix(name, street) // many towns have one
	}
	g.places[name] = p
	g.sorted = append(g.sorted, name)
	return nil
}

// addLandmark reads one line: districts, "?" when it must be asked about, name.
func (g *Gazetteer) addLandmark(line string) error {
	line, _, _ = strings.Cut(line, " #") // where it can be verified
	code, name, ok := strings.Cut(line, " ")
	set, good := g.set(strings.TrimRight(code, "?"))
	if !ok || !good {
		return fmt.Errorf("%q is not a landmark", line)
	}
	if _, known := g.places[name]; known {
		return nil // the place of that name goes first
	}
	g.places[name] = place{set: set, ask: strings.HasSuffix(code, "?"), landmark: true}
	g.sorted = append(g.sorted, name)
	return nil
}

type byKey struct{ *Gazetteer }

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

func (g *Gazetteer) lookup(k uint64) (Set, bool) {
	i, ok := slices.BinarySearch(g.keys, k)
	if !ok {
		return 0, false
	}
	return g.sets[i], true
}

// Of an outward code, so many of a hundred postcodes must be in one district that the
// code alone is enough. A sector that is not split counts as an ordinary number of
// postcodes, since the table does not list them.
const (
	enoughOfHundred = 99
	unitsOfSector   = 120
)

// settleOutward finds the outward codes that are in one district but for a few
// postcodes: CA7 touches Eden, and is Allerdale's.
func (g *Gazetteer) settleOutward() {
	g.mostly = map[uint64]Set{}
	var outs []int // in g.keys
	units := map[uint64]int{}
	for i, k := range g.keys {
		switch {
		case k>>16&0xff == 0 && g.sets[i].Len() > 1 && g.sets[i]&ours != 0:
			outs = append(outs, i)
		case k&0xffff != 0:
			units[k>>16<<16]++
		}
	}
	for _, o := range outs {
		from := g.keys[o]
		to := from + 1<<24
		count := map[Set]int{}
		all := 0
		for i := o + 1; i < len(g.keys) && g.keys[i] < to; i++ {
			n := 1
			if g.keys[i]&0xffff == 0 {
				if n = unitsOfSector; units[g.keys[i]] > 0 {
					continue
				}
			}
			count[g.sets[i]] += n
			all += n
		}
		for set, n := range count {
			if set.Len() == 1 && n*100 >= all*enoughOfHundred {
				g.mostly[from] = set
			}
		}
	}
}

// Doubtful lists the names in the place table that are asked about wherever
// they are written alone, with where each may be: what a manager may want to
// settle in the flow book.
func (g *Gazetteer) Doubtful() []Name {
	var out []Name
	for _, n := range g.sorted {
		if p := g.places[n]; (p.ask || p.word || p.set.Len() > 1) && p.set&ours != 0 {
			out = append(out, Name{n, p.set})
		}
	}
	return out
}
