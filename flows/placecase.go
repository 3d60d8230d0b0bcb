package flows

import (
	"slices"

	"signpost/flows/hear"
	"signpost/internal/area"
)

// Vagueness is how a place can be unclear and still fit the area that is known already.
type Vagueness uint8

// The ways of being vague.
const (
	NotVague             Vagueness = iota // certain, or unclear in another way
	VagueName                             // one name that is in doubt, or in several areas: "bowness"
	VagueCountyOrSeveral                  // a county, or several places with "or" or in a long text
)

// PlaceCase is what a text says about places.
type PlaceCase struct {
	Areas [4]string // in the order they were named; empty: no place, or more than fit
	Names [4]string // the place each area is named by; empty: by the area's own words
	// Ask means that it is not certain. Many means that more areas are possible than
	// can be offered.
	Ask, Many bool
	// Exact means that it is spelt as its name is; Spelt that it is no ordinary word, too.
	Exact, Spelt bool
	// Unnamed means that the place must not be named in an answer: somebody may be
	// hiding there.
	Unnamed bool
	Vague   Vagueness
	// Changed means that the writer is no longer at the known place, or says that it was wrong.
	Changed bool
	// Districts are those that it may be in, and NotDistricts those of places where the writer is not.
	Districts, NotDistricts area.Set
	Denied                  [4]string // areas of places that are not the writer's
	DeniedNames             [4]string // and what they are called
	Theirs                  string    // the area of somebody else's place, if it is one
	// Kin means that a word for somebody who may need help names that place: "my sister lives in crewe". MayNeed
	// means that, or that it is her place, or theirs: never his.
	Kin, MayNeed bool
	// About means that the text is about somebody else, and names their place by a word for them.
	About bool
	// Own means that the words say "i live in crewe", Hint that they only steer by it: "nearest town is crewe".
	Own, Hint bool
	// Said means that the words say that the writer is there.
	Said      bool
	NotTheirs area.Set // districts of places where somebody else is not
}

func (p *PlaceCase) areas() []string { return filled4(&p.Areas) }

func filled4(list *[4]string) []string {
	n := 0
	for n < len(list) && list[n] != "" {
		n++
	}
	return list[:n]
}

// one is the area of a certain place; empty when there is none.
func (p *PlaceCase) one(elsewhere string) string {
	if a := p.areas(); len(a) == 1 && (!p.Ask || a[0] == elsewhere) {
		return a[0]
	}
	return ""
}

// unsure reports a place that may be in several areas, or that is not certain.
func (p *PlaceCase) unsure() bool { return p.Many || p.any() && (p.Ask || len(p.areas()) > 1) }

// any reports whether a place was named at all.
func (p *PlaceCase) any() bool { return p.Areas[0] != "" || p.Many }

// longText is the number of words from which a text is more than a correction. Several places in it are vague, unless
// the words say that the writer is at one.
const longText = 15

// placeIn is the place that a text names, with what the rest of the text says of it.
func (b *Book) placeIn(r *hear.Reading) PlaceCase {
	p := b.placeOf(r.Answer)
	p.About = p.Kin && (r.Sure(hear.Other) || r.Has(hear.Other) && !r.Sure(hear.Hurt))
	switch urgent := r.Set().Any(hear.Danger, hear.Injury, hear.Despair, hear.Taken); {
	case urgent, p.About, !p.any(), p.Ask:
	case r.Sure(hear.Hurt):
		p.Theirs = "" // the writer is harmed too: "he did it to his ex in kendal. im in workington"
	case p.Kin:
		p.offerBoth(r.Answer.Kins[0].Name)
	}
	if p.Vague == NotVague && len(r.Answer.Evidence) > 1 && len(r.Words) >= longText && !r.Answer.Said {
		p.Vague = VagueCountyOrSeveral
	}
	p.Changed = r.Answer.Moves || r.Has(hear.Wrong) || p.Vague == VagueName && r.Set().Any(hear.No, hear.NotHere)
	return p
}

// offerBoth asks whose place is meant, of the writer's and that of somebody who may need help: "my mum lives in crewe
// im in kendal".
func (p *PlaceCase) offerBoth(theirs string) {
	if own := p.areas(); len(own) == 1 && own[0] != p.Theirs {
		p.Areas, p.Names, p.Ask = [4]string{p.Theirs, own[0]}, [4]string{theirs, p.Names[0]}, true
		p.Own, p.Vague = false, NotVague
	}
}

// withoutPlace is a case that says nothing of where anybody is.
func withoutPlace(c *Case) *Case {
	less := *c
	less.Place = PlaceCase{}
	if c.Kind == CasePlace || c.Kind == CaseDenied {
		less.Kind, less.What = CaseRepeat, 0
	}
	return &less
}

// atTheirs is a case that names the place of somebody else, and no other.
func atTheirs(c *Case) *Case {
	about := *c
	about.Kind, about.What = CasePlace, 0
	about.Place = PlaceCase{Areas: [4]string{c.Place.Theirs}, Exact: true, Spelt: true, Said: true}
	return &about
}

// placeOf turns what a text says of places into areas.
func (b *Book) placeOf(at hear.Where) (p PlaceCase) {
	p.Ask, p.Unnamed, p.Exact, p.Spelt = at.Ask, at.Hiding, at.Exact, at.Exact && !at.Word
	p.Districts, p.NotDistricts = at.Set, at.Denied&^at.Theirs&^at.NotTheirs
	p.NotTheirs = at.NotTheirs
	const usual = 8 // areas: with no more than these, no memory is asked for
	var all, one, others [usual]string
	areas := b.areasIn(all[:0], at.Set)
	named := func(a string) int { // where in the text
		for k, place := range at.Evidence {
			if in := b.areasIn(one[:0], place.Where&at.Set); len(in) == 1 && in[0] == a {
				return k
			}
		}
		return len(at.Evidence)
	}
	slices.SortStableFunc(areas, func(x, y string) int { return named(x) - named(y) })
	if at.Or && len(areas) > 1 {
		if common := b.areaOfAll(at.Evidence); common != "" { // "is it barrow or kendal": one service is for both
			areas = append(areas[:0], common)
		}
	}
	if at.Between && len(areas) == 1 { // "kendal or barrow"
		p.Ask = false
	}
	if len(areas) > len(p.Areas) {
		p.Many = true
	} else {
		copy(p.Areas[:], areas)
	}
	if len(at.Evidence) > 1 || len(areas) == 1 {
		for i, a := range p.areas() {
			if k := named(a); k < len(at.Evidence) {
				p.Names[i] = at.Evidence[k].Name
			}
		}
	}
	switch {
	case at.Or || at.Counties && b.allWide(at.Evidence):
		p.Vague = VagueCountyOrSeveral
	case len(at.Evidence) == 1 && p.unsure():
		p.Vague = VagueName
	}
	whose := at.Theirs
	if len(at.Kins) > 0 { // "the social worker in carlisle says my sister lives in crewe"
		whose = 0
		for _, kin := range at.Kins {
			whose |= kin.Where
		}
	}
	if theirs := b.areasIn(others[:0], whose); len(theirs) == 1 {
		p.Theirs, p.Kin, p.MayNeed = theirs[0], len(at.Kins) > 0, at.MayNeed
	}
	p.Own, p.Hint, p.Said = at.Own, at.Hint, at.Said
	copy(p.DeniedNames[:], at.DeniedNames)
	for i, a := range b.areasIn(others[:0], at.Denied&^at.Set) {
		if i < len(p.Denied) && !slices.Contains(areas, a) {
			p.Denied[i] = a
		}
	}
	return p
}

// allWide reports whether every name covers several areas.
func (b *Book) allWide(places []hear.NamedPlace) bool {
	return !slices.ContainsFunc(places, func(p hear.NamedPlace) bool { return len(b.areasIn(nil, p.Where)) < 2 })
}

// areaOfAll is the only area that two places or more may all be in; empty where there is none, or several.
func (b *Book) areaOfAll(places []hear.NamedPlace) (common string) {
	if len(places) < 2 {
		return ""
	}
	for _, a := range b.areasIn(nil, places[0].Where) {
		elsewhere := func(p hear.NamedPlace) bool { return !slices.Contains(b.areasIn(nil, p.Where), a) }
		switch {
		case slices.ContainsFunc(places[1:], elsewhere):
		case common != "":
			return ""
		default:
			common = a
		}
	}
	return common
}
