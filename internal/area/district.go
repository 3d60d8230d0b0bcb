package area

import (
	"math/bits"
	"strings"
)

// District is a district of the part of the country that is served, or a part of
// the world around it. Districts, not services, are what the tables hold: the flow
// book says which service serves which district. What a district of one's own is
// called, its [Gazetteer] knows.
type District uint8

// maxDistricts is how many districts of its own a gazetteer can have.
const maxDistricts = 26

// The rest of the world, the same for everybody.
const (
	England District = maxDistricts + iota
	Wales
	Scotland
	NorthernIreland
	IsleOfMan
	ChannelIslands
	districts // how many
)

// elsewhere are the names of the rest of the world.
var elsewhere = [districts - maxDistricts]string{"elsewhere in England", "Wales", "Scotland", "Northern Ireland",
	"Isle of Man", "Channel Islands"}

// Elsewhere lists the names of the rest of the world.
func Elsewhere() []string { return append([]string(nil), elsewhere[:]...) }

// letters are the districts' codes in the tables, in the same order.
const letters = "abcdefghijklmnopqrstuvwxyzEWSNMC"

// Set is several districts: where a place might be.
type Set uint32

// ours are the districts that are served.
const ours = Set(1<<England - 1)

// Of makes a set.
func Of(ds ...District) Set {
	var s Set
	for _, d := range ds {
		s |= 1 << d
	}
	return s
}

// Has reports whether d is in the set.
func (s Set) Has(d District) bool { return s&(1<<d) != 0 }

// Len counts the districts.
func (s Set) Len() int { return bits.OnesCount32(uint32(s)) }

// Districts lists them in order.
func (s Set) Districts() []District {
	var ds []District
	for d := range districts {
		if s.Has(d) {
			ds = append(ds, d)
		}
	}
	return ds
}

// code writes a set in the tables' letters.
func (s Set) code() string {
	var b strings.Builder
	for _, d := range s.Districts() {
		b.WriteByte(letters[d])
	}
	return b.String()
}

// parseCode reads the tables' letters.
func parseCode(code string) (Set, bool) {
	var s Set
	for i := range len(code) {
		d := strings.IndexByte(letters, code[i])
		if d < 0 {
			return 0, false
		}
		s |= 1 << d
	}
	return s, code != ""
}

// Ours reports whether one of the districts is served.
func (s Set) Ours() bool { return s&ours != 0 }

// OnlyOurs reports whether all of the districts are served, and there is one.
func (s Set) OnlyOurs() bool { return s != 0 && s&^ours == 0 }
