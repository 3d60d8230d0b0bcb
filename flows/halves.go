package flows

import (
	"slices"
	"strings"

	"signpost/flows/hear"
)

// joinHalves joins the two halves of a postcode that came in two texts; nil if they make no postcode.
func (t turn) joinHalves(first, second string) *Case {
	if first == "" || second == "" {
		return nil
	}
	if c := t.Classify(first + " " + second); c.Place.any() {
		return &c
	}
	return nil
}

// halfOf is the area that a text means by half of a name, where several are offered:
// "stephen" of Kirkby Stephen and Kirkby Lonsdale, "on solway" of two Bownesses.
func (t turn) halfOf(s State, c *Case) string {
	asking := s.asking()
	if len(asking) == 0 || c.Kind != CaseUnclear && c.Kind != CasePlace || c.Place.Exact && !c.Place.Ask {
		return ""
	}
	for _, alike := range []func(name, half string) bool{func(name, half string) bool { return name == half }, isHalf,
		startsWith, soundsHalf} {
		for _, half := range c.ShortForms {
			if a := onlyNamed(s, half, alike); a != "" {
				return a
			}
		}
	}
	if c.Place.Exact && slices.ContainsFunc(c.Place.areas(),
		func(a string) bool { return slices.Contains(asking, a) }) {
		return ""
	}
	for _, half := range c.ShortForms {
		// The writer was asked about places of ours, so a place far away is not meant.
		if a := onlyCommon(slices.DeleteFunc(slices.Clone(asking), func(a string) bool { return a == t.elsewhere() }),
			t.areasIn(nil, t.gazetteer().Rest(half))); a != "" {
			return a
		}
	}
	return ""
}

// onlyNamed is the one area that is offered by a name like some words.
func onlyNamed(s State, half string, alike func(name, half string) bool) (only string) {
	for i, a := range s.asking() {
		if name := s.AskNames[i]; name != "" && half != "" && alike(name, half) {
			if only != "" {
				return ""
			}
			only = a
		}
	}
	return only
}

// isHalf reports words that a name begins or ends with.
func isHalf(name, half string) bool {
	return strings.HasPrefix(name, half+" ") || strings.HasSuffix(name, " "+half)
}

// startsWith reports the first letters of a name: "ches" of Chester.
func startsWith(name, half string) bool {
	const fewest = 3
	return len(half) >= fewest && strings.HasPrefix(name, half)
}

// soundsHalf reports a word that is almost the first or the last of a name.
func soundsHalf(name, half string) bool {
	first, last := name, name
	if i := strings.IndexByte(name, ' '); i > 0 {
		first, last = name[:i], name[strings.LastIndexByte(name, ' ')+1:]
	}
	return hear.Alike(half, first) || hear.Alike(half, last)
}
