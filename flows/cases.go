package flows

import (
	"fmt"
	"slices"

	"signpost/flows/hear"
)

// NamedCase is a case with a name, for those who walk over all of them.
type NamedCase struct {
	Name string
	Case Case
}

// Parts of the names of cases in which the writer leaves or denies the first area of the book.
const (
	CaseChanged     = ", and changed"
	CaseNotFirst    = ", and not the first"
	CasePlaceDenied = "a place denied"
	// CasePleads is the word for help alone, and CaseComplainsOf begins a complaint that names a place.
	CasePleads      = "help"
	CaseComplainsOf = "complains of a place in "
)

// Cases lists the cases that a text can be in this book, with place names as
// classes: one for each area, one for a place in doubt, one for many.
func (b *Book) Cases() []NamedCase {
	var out []NamedCase
	add := func(name string, c Case) {
		if c.Kind != CaseAnswer {
			c.Digit = -1
		}
		out = append(out, NamedCase{name, c})
	}
	places := b.placeClasses()
	certain := slices.Concat(places[:1+len(b.Areas)], b.changedPlaces())
	with := func(name string, c Case) {
		for _, p := range certain {
			c.Place = p.Case.Place
			add(name+p.Name, c)
		}
	}
	with("danger", Case{Kind: CaseDanger})
	with("danger, a doctor needed", Case{Kind: CaseDanger, Doctor: true})
	with("danger, deaf", Case{Kind: CaseDanger, Deaf: true})
	with("danger, somebody else", Case{Kind: CaseDanger, Someone: true})
	for _, k := range append(dangerNeeds[:len(dangerNeeds):len(dangerNeeds)], hear.TextOnly) {
		with("danger, and "+k.String(), Case{Kind: CaseDanger, What: k, Child: k == hear.Child})
	}
	with("wants to die", Case{Kind: CaseDespair})
	for _, k := range append(dangerNeeds[:len(dangerNeeds):len(dangerNeeds)], hear.TextOnly) {
		add("wants to die, and "+k.String(), Case{Kind: CaseDespair, What: k})
	}
	with("has taken something", Case{Kind: CaseDespair, Taken: true})
	with("about somebody else", Case{Kind: CaseSomeone})
	with(CaseEither.String(), Case{Kind: CaseEither})
	for _, k := range needs {
		with("needs "+k.String(), Case{Kind: CaseNeed, What: k, Deaf: k == hear.Deaf, Child: k == hear.Child,
			Foreign: k == hear.Interpreter})
	}
	for _, p := range places[1:] {
		c := p.Case
		c.Kind = CasePlace
		add("a place"+p.Name, c)
	}
	for i := range b.Areas {
		at := PlaceCase{Areas: [4]string{b.Areas[i].ID}}
		add(CaseComplainsOf+b.Areas[i].ID, Case{Kind: CasePlace, What: hear.NoAnswer, Place: at})
	}
	add(CasePleads, Case{Kind: CaseRepeat, Pleads: true})
	add("corrects a choice", Case{Kind: CaseAnswer, Digit: 3, Place: PlaceCase{Changed: true}})
	for _, k := range questions {
		add("asks "+k.String(), Case{Kind: CaseQuestion, What: k})
	}
	for _, k := range complaints {
		add("complains: "+k.String(), Case{Kind: CaseComplaint, What: k})
	}
	for _, k := range []CaseKind{CaseLeave, CaseBehaviour, CaseSilent, CaseHelpline, CaseBack, CaseRepeat, CaseStart,
		CaseThanks, CaseYes, CaseNo, CaseNeither, CaseNotSure, CaseUnclear} {
		add(k.String(), Case{Kind: k})
	}
	add("tells more", Case{Kind: CaseUnclear, Sentence: true})
	for _, k := range needs {
		add("may need "+k.String(), Case{Kind: CaseNeed, What: k, Deaf: k == hear.Deaf, Guess: true})
	}
	with("may want to die", Case{Kind: CaseDespair, Guess: true})
	add("may be about somebody else", Case{Kind: CaseSomeone, Guess: true})
	add("maybe harm both ways", Case{Kind: CaseEither, Guess: true})
	add("maybe own behaviour", Case{Kind: CaseBehaviour, Guess: true})
	for n := range 10 {
		add(fmt.Sprintf("answers %d", n), Case{Kind: CaseAnswer, Digit: int8(n)})
	}
	for _, s := range b.Words.Shortcuts {
		add("shortcut to "+s.To, Case{Kind: CaseShortcut, Step: s.To})
	}
	add(CasePlaceDenied, Case{Kind: CaseDenied, Place: b.changedPlaces()[1].Case.Place})
	return out
}

// placeClasses are the kinds of place that a text can name; the first is none.
func (b *Book) placeClasses() []NamedCase {
	out := []NamedCase{{}}
	add := func(name string, p PlaceCase) { out = append(out, NamedCase{name, Case{Place: p}}) }
	for i := range b.Areas {
		add(" in "+b.Areas[i].ID, PlaceCase{Areas: [4]string{b.Areas[i].ID}})
	}
	if len(b.Areas) > 1 {
		add(" in two areas", PlaceCase{Areas: [4]string{b.Areas[0].ID, b.Areas[1].ID}, Ask: true})
	}
	add(" in doubt", PlaceCase{Areas: [4]string{b.Areas[0].ID}, Ask: true})
	add(" in doubt, and spelt right", PlaceCase{Areas: [4]string{b.Areas[0].ID}, Ask: true, Spelt: true})
	out = append(out, b.changedPlaces()[0])
	first := &b.Areas[0]
	one := PlaceCase{Areas: [4]string{first.ID}, Ask: true, Vague: VagueName, Districts: first.Districts}
	add(" in doubt, and may be the known place", one)
	if len(b.Areas) > 1 {
		both := PlaceCase{Areas: [4]string{first.ID, b.Areas[1].ID}, Ask: true, Vague: VagueCountyOrSeveral,
			Districts: first.Districts | b.Areas[1].Districts}
		add(" in one of two areas", both)
		both.NotDistricts = first.Districts
		add(" in one of two areas"+CaseNotFirst, both)
	}
	add(" in many areas", PlaceCase{Many: true, Ask: true})
	return out
}

// changedPlaces are the cases in which the writer leaves or denies the known place.
func (b *Book) changedPlaces() []NamedCase {
	first := &b.Areas[0]
	return []NamedCase{
		{" in doubt" + CaseChanged, Case{Place: PlaceCase{Areas: [4]string{first.ID}, Ask: true, Vague: VagueName,
			Districts: first.Districts, Changed: true}}},
		{", " + CasePlaceDenied, Case{Place: PlaceCase{Denied: [4]string{first.ID}, NotDistricts: first.Districts}}},
	}
}
