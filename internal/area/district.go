package area

import (
	"math/bits"
	"strings"
)

// District is one former council district, or a part of the world outside our
// two counties. Districts, not services, are what the tables hold: the flow
// book says which service serves which district.
type District uint8

// The ten districts (Cumbria's are those before the merger of April 2023,
// which tell the local services' areas apart), then the rest of the world.
const (
	Carlisle District = iota
	Eden
	Allerdale
	Copeland
	Barrow
	SouthLakeland
	CheshireEast
	CheshireWest
	Halton
	Warrington
	England
	Wales
	Scotland
	NorthernIreland
	IsleOfMan
	ChannelIslands
	districts // how many
)

var names = [districts]string{
	"Carlisle", "Eden", "Allerdale", "Copeland", "Barrow-in-Furness", "South Lakeland",
	"Cheshire East", "Cheshire West and Chester", "Halton", "Warrington",
	"elsewhere in England", "Wales", "Scotland", "Northern Ireland", "Isle of Man", "Channel Islands",
}

// letters stand for the districts in the shipped tables, in the same order.
const letters = "abcdefghijEWSNMC"

func (d District) String() string {
	if d < districts {
		return names[d]
	}
	return "unknown district"
}

// DistrictNamed finds a district by its name as String gives it.
func DistrictNamed(name string) (District, bool) {
	for d, n := range names {
		if strings.EqualFold(n, strings.TrimSpace(name)) {
			return District(d), true
		}
	}
	return 0, false
}

// DistrictNames lists every district's name.
func DistrictNames() []string { return append([]string(nil), names[:]...) }

// Set is several districts: where a place might be.
type Set uint16

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
func (s Set) Len() int { return bits.OnesCount16(uint16(s)) }

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

func (s Set) String() string {
	var parts []string
	for _, d := range s.Districts() {
		parts = append(parts, d.String())
	}
	return strings.Join(parts, "; ")
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
