package hear

import (
	"slices"
	"strings"

	"signpost/internal/area"
)

// Role is the part that a place has in a text.
type Role uint8

// Roles, as the words around a place give them.
const (
	RoleUnclear   Role = iota // the words do not say
	RoleAt                    // the words do not say whose it is: the writer's, if no other place is
	RoleHere                  // the writer is there
	RoleNear                  // a place to steer by
	RoleGoing                 // the writer is on the way there
	RoleNotHere               // the writer is not there, or has left
	RoleTheirs                // somebody else is there
	RoleNotTheirs             // somebody else is not there, or has left
	RoleNoPlace               // a person, a street, a shop, a club
)

var roleNames = [...]string{"no word says whose", "at a place", "here", "near", "going there", "not here",
	"somebody else's", "somebody else is not there", "not a place"}

func (r Role) String() string { return roleNames[r] }

// cues are the kinds that give a place its part, and what they weigh against one
// another when phrases of the same length disagree: the more cautious one wins.
var cues = map[Kind]Role{At: RoleAt, Here: RoleHere, Near: RoleNear, Going: RoleGoing, NotHere: RoleNotHere,
	Theirs: RoleTheirs, Person: RoleNoPlace, Thing: RoleNoPlace}

// broken reports a phrase in which a sentence ends: "carlisle. he lives in dumfries"
// does not say that he lives in Carlisle.
func (l *locator) broken(f Fact) bool {
	for i := f.From; i < f.To-1; i++ {
		if l.ends[i] {
			return true
		}
	}
	return false
}

// besideComma reports a phrase with a comma right before or behind the place: "lymm, he is a director" does
// not say where he is. "Lymm, he lives there" does.
func (l *locator) besideComma(f Fact, c area.Candidate) bool {
	if f.From < c.From && l.pauses[c.From-1] && (f.Kind == Theirs || f.Kind == Person || f.Kind == Thing) {
		return true // "sat here with the baby, ambleside"
	}
	if f.From != c.From || f.To <= c.To || !l.pauses[c.To-1] {
		return false
	}
	switch f.Kind {
	case Theirs, NotHere, Person, Thing:
	default:
		return false
	}
	for _, w := range l.Words[c.To:f.To] {
		if l.ear.is(There, w) {
			return false
		}
	}
	return true
}

// denied reports a phrase that denies a place across a comma: "nie, mieszkam w crewe"
// says no, and then where.
func (l *locator) denied(f Fact, c area.Candidate) bool {
	if f.Kind != NotHere {
		return false
	}
	for i := f.From; i < c.From; i++ {
		if l.pauses[i] {
			return true
		}
	}
	return false
}

// leadsUp reports a phrase behind a place that leads up to the next one: in "my mum is
// in barrow im in millom" the words "im in" speak of Millom.
func (l *locator) leadsUp(f Fact, index int) bool {
	switch f.Kind {
	case Person, Thing, Near:
		return false
	}
	if index+1 >= len(l.all) || f.To == l.all[index].To {
		return false
	}
	switch next := l.all[index+1].From; {
	case next == f.To:
		return !l.ends[f.To-1]
	case next == f.To+1 && !l.ends[f.To-1]:
		return l.ear.is(BeforePlace, l.Words[f.To])
	}
	return false
}

// reachesOver reports a phrase with a gap that passes over another place: in "not in crewe any
// more, im in macc" the words "not in ... in" do not speak of Macc.
func (l *locator) reachesOver(f Fact, index int) bool {
	if !strings.Contains(f.Phrase, "...") || strings.Count(f.Phrase, PlaceMark) > 1 {
		return false
	}
	for i, c := range l.all {
		if i != index && c.From >= f.From && c.To <= f.To {
			return true
		}
	}
	return false
}

// role gives a place the role of the longest phrase that speaks of it.
func (l *locator) role(p *Place, index int) {
	most := -1
	for _, f := range l.Facts {
		role, ok := cues[f.Kind]
		if !ok || f.Place != index || l.broken(f) || l.besideComma(f, p.Candidate) || l.denied(f, p.Candidate) ||
			l.leadsUp(f, index) || l.reachesOver(f, index) {
			continue
		}
		if n := f.To - f.From; n > most || n == most && role > p.Role {
			most, p.Role, p.Cue = n, role, f.Phrase
		}
	}
	if p.Role == RoleTheirs && l.theyLeft(p, index) {
		p.Role = RoleNotTheirs
	}
	if l.namesStreet(p) {
		p.Role, p.Cue = RoleNoPlace, "" // "i live on warrington road in widnes"
	}
	if p.Word {
		p.Role = l.meant(p)
	}
	if either, certain := l.nameOrTown(p); either {
		p.Role, p.Cue, p.Ask = RoleUnclear, "", p.Ask || !certain
	}
	if i := p.From - 1; i >= 0 && !p.Town && p.To == p.From+1 && (p.How == area.Place || p.How == area.NearMiss) &&
		l.ear.is(Determiner, l.Words[i]) && !l.ends[i] {
		p.Ask = true // "the kells" may be another name: Kells has no "the"
	}
	l.whose(p)
	if n := len(l.Places); n > 0 {
		before := &l.Places[n-1]
		if l.corrected(before, p) {
			before.Role = RoleNotHere
		}
		l.after(p, before)
	}
}

// whose finds the first word for somebody in front of a place, behind the place before it in the sentence.
func (l *locator) whose(p *Place) {
	from := l.begins(p.From)
	if n := len(l.Places); n > 0 {
		from = max(from, l.Places[n-1].To)
	}
	for _, w := range l.Words[from:max(from, p.From)] {
		switch {
		case l.ear.is(Kin, w):
			p.kin = p.Role == RoleTheirs
			return
		case l.ear.is(Others, w):
			p.other = p.Role == RoleTheirs
			return
		case l.ear.is(Writer, w):
			p.own = p.Role == RoleHere || p.Role == RoleAt && l.ear.is(WriterIs, w)
			return
		case l.ear.is(TheirOwn, w), l.ear.is(Relation, w):
			return
		}
	}
}

// theyLeft reports a place that somebody else is not at, or has left: "my friend moved from kendal".
func (l *locator) theyLeft(p *Place, index int) bool {
	return slices.ContainsFunc(l.Facts, func(f Fact) bool {
		return f.Kind == NotHere && f.Place == index && !l.broken(f) && f.From <= p.From &&
			l.ear.anyIs(GoneFrom, l.Words[f.From:p.From])
	})
}

// after gives a place the role of the one before it, where the two belong together.
func (l *locator) after(p, before *Place) {
	takes := func() { p.Role, p.Cue, p.kin, p.other = before.Role, before.Cue, before.kin, before.other }
	if l.oneName(p, before) {
		switch {
		case before.said() && p.Role == RoleUnclear: // "he lives in neston rigg"
			takes()
			return
		case before.Role == RoleUnclear && p.Role == RoleHere:
			p.Ask = true
			return
		}
	}
	if p.From <= before.To {
		return
	}
	joins, one := l.Words[p.From-1], p.From == before.To+1
	or, and, ended := l.ear.is(Or, joins), l.ear.is(And, joins), l.endsWithin(before.To-1, p.From-1)
	switch {
	case one && !ended && (or || and) && before.Role == RoleTheirs:
		takes() // "my friend lives in kendal or carlisle"
	case one && !ended && before.said() && !p.Town && (p.Role == RoleAt || p.Role == RoleNear) && l.ear.is(WordPlace, joins):
		takes() // "not in neston in cartmel"
	case p.Role != RoleUnclear:
	case one && or:
		takes() // "its widnes or warrington"
	case before.Role == RoleHere && and && !ended:
		takes() // "stay in barrow some nights and whitehaven others"
	}
}

// oneName reports two names beside each other that may be one that nobody knows: "neston rigg".
func (l *locator) oneName(p, before *Place) bool {
	return p.From == before.To && !l.ends[before.To-1] && !l.pauses[before.To-1] && !p.How.Postcode() &&
		!before.How.Postcode() && !p.Town && p.Where&before.Where == 0
}

// said reports a place of which the words say that the writer is not there, or only near.
func (p *Place) said() bool {
	return p.Role == RoleTheirs || p.Role == RoleNotHere || p.Role == RoleNear
}
