package hear

import (
	"slices"
	"strings"

	"signpost/internal/area"
	"signpost/internal/english"
	"signpost/internal/spell"
)

// Weights add up to the score of a candidate. They are few, so that each can be
// given a reason, and were fitted on the tuning half of the labelled first texts.
type Weights struct {
	Unit, Sector, Outward float32 // a postcode is hardly ever anything else
	Abroad                float32 // an outward code elsewhere is often texting: "m8"
	Town                  float32 // people name towns
	Village               float32 // many villages are surnames, pubs and streets too
	Long                  float32 // more for a village of two words, which is no surname
	First                 float32 // more for a name that the text begins with
	Landmark              float32 // a hospital may be where somebody works
	Word                  float32 // "over", "hope": hardly ever meant
	BookWord              float32 // the same, and the book lists it: "crew"
	Here, Going, Near     float32 // what the words before and after it say
	Alone                 float32 // nothing else in the text has a meaning of its own
	Sentence              float32 // nothing else in its sentence
	Stranger              float32 // an unknown word beside it may be the rest of a longer name
	TownStranger          float32 // the same of a town whose name no longer name begins with
	Slip                  float32 // for each unit of distance from the name's spelling
	Certain, Possible     float32 // scores from which it is answered, or asked about
	Lead                  float32 // how much surer one place must be than another
}

// shipped are the weights that ship.
var shipped = Weights{
	Unit: 9, Sector: 7, Outward: 6, Abroad: 1,
	Town: 3.5, Village: 2.5, Long: 0.5, First: 0.5, Landmark: 2, Word: 0, BookWord: 1,
	Here: 3, Going: 2, Near: 1.5, Alone: 2, Sentence: 1.5,
	Stranger: 1, TownStranger: 0.5, Slip: 1,
	Certain: 3, Possible: 1.5, Lead: 2.5,
}

// Weights are the weights of places that the ear uses.
func (e *Ear) Weights() Weights { return e.weights }

// WithWeights is an ear that is like this one but for its weights of places: see signpost areas fit.
func (e *Ear) WithWeights(w Weights) *Ear {
	return &Ear{table: e.table, speller: e.speller, phrases: e.phrases, pairs: e.pairs, pairsFrom: e.pairsFrom,
		scales: e.scales, small: e.small, weights: w}
}

// Place is a candidate with its part in the text.
type Place struct {
	area.Candidate
	Role  Role
	Score float32
	Cue   string // the phrase of the book that gave it its role
	Alone bool
	// kin and other mean that it is the place of somebody who may need help, own that it is the writer's.
	kin, other, own bool
}

// locate gives every candidate its role and score, and decides where the writer is.
func (e *Ear) locate(r *Reading, candidates []area.Candidate, ends, pauses []bool) {
	if len(candidates) == 0 {
		return
	}
	l := locator{ear: e, Reading: r, all: candidates, ends: ends, pauses: pauses, covered: r.marks.list(),
		inPlace: r.marks.list()}
	for _, f := range r.Facts {
		if f.Place < 0 || !l.broken(f) {
			fill(l.covered, f.From, f.To)
		}
	}
	for _, c := range candidates {
		fill(l.inPlace, c.From, c.To)
	}
	r.Places = make([]Place, 0, len(candidates))
	for i, c := range candidates {
		p := Place{Candidate: c}
		l.role(&p, i)
		if r.abroad && p.Cost > 0 && p.Role == RoleUnclear {
			p.Role = RoleNoPlace // "wrocil" is not "rosgill"
		}
		l.score(&p)
		r.Places = append(r.Places, p)
	}
	l.narrow()
	r.Answer = e.weights.writerAt(r.Places)
	r.Answer.Hint = r.Answer.Hint && l.ear.anyIs(Told, l.Words)
	r.Answer.Or = l.alternatives()
	r.Answer.Moves = l.ear.anyIs(Moves, l.Words)
}

// locator holds what we know about a text while we weigh its places.
type locator struct {
	ear *Ear
	*Reading
	all []area.Candidate
	// ends reports for each word whether a sentence ends behind it, pauses whether a part of one does.
	ends, pauses []bool
	// covered reports for each word whether the book understands it, inPlace whether it
	// belongs to the name of a place.
	covered, inPlace []bool
}

// namesStreet reports a street that is named after a place: it is on it, or has a number, or another place is named.
// "Im in crewe street homeless" names none.
func (l *locator) namesStreet(p *Place) bool {
	if p.To == len(l.Words) || l.pauses[p.To-1] || !l.ear.is(Street, l.Words[p.To]) || p.How.Postcode() {
		return false
	}
	for _, c := range l.all {
		if c.From == p.To && c.To > c.From+1 { // "st helens"
			return false
		}
	}
	if p.From > 0 {
		if _, number := number(l.Words[p.From-1]); number || l.Words[p.From-1] == "on" {
			return true
		}
	}
	return len(l.all) > 1
}

// nameOrTown reports a town of ours with which a sentence ends, right behind a word for somebody:
// "scared of my ex runcorn" may tell his name, or where the writer is. "My ex chester", with nothing
// before it, tells a name. certain means that it tells where the writer is: "need help with husband crewe",
// since people live with a husband, and Crewe is no first name.
func (l *locator) nameOrTown(p *Place) (either, certain bool) {
	if p.Role != RoleNoPlace && p.Role != RoleTheirs || !p.Town || !p.Where.Ours() || p.From == 0 {
		return false, false
	}
	for i := p.To; i < l.endOf(p.To); i++ {
		if !l.filler[i] {
			return false, false
		}
	}
	const mine = 2 // "my ex"
	before := p.From - l.begins(p.From)
	owned := before >= mine && l.ear.is(Determiner, l.Words[p.From-mine])
	if before < mine || before == mine && owned || !l.ear.is(Relation, l.Words[p.From-1]) {
		return false, false
	}
	const back = 5 // words: "he has taken my kids runcorn", "my ex and his new wife crewe"
	others := l.ear.anyIs(TheirOwn, l.Words[max(l.begins(p.From), p.From-back):p.From])
	return true, !others && l.ear.is(LivesWith, l.Words[p.From-1]) && !l.ear.is(TownName, l.Words[p.From])
}

// endsWithin reports whether a sentence ends behind one of some words.
func (l *locator) endsWithin(from, to int) bool { return slices.Contains(l.ends[from:to], true) }

// meant is the role of an ordinary word. It is a place only where people name places:
// "in hope", and not "my hope" or "its over".
func (l *locator) meant(p *Place) Role {
	if p.From == 0 || l.ends[p.From-1] {
		if p.Role == RoleHere || p.Role == RoleAt {
			return RoleUnclear
		}
		return p.Role
	}
	switch w := l.Words[p.From-1]; {
	case l.ear.is(Determiner, w):
		return RoleNoPlace
	case l.ear.is(WordPlace, w):
		return p.Role
	}
	switch p.Role {
	case RoleHere, RoleAt, RoleNear, RoleGoing:
		return RoleUnclear
	case RoleNotHere: // "never got over it"
		return RoleNoPlace
	}
	return p.Role
}

func (l *locator) score(p *Place) {
	w := &l.ear.weights
	switch {
	case p.How == area.Unit:
		p.Score = w.Unit
	case p.How == area.Sector:
		p.Score = w.Sector
	case p.How == area.Outward && p.Where.Ours():
		p.Score = w.Outward
	case p.How == area.Outward:
		p.Score = w.Abroad
	case p.Word && p.How == area.BookName:
		p.Score = w.BookWord
	case p.Word:
		p.Score = w.Word
	case p.Town:
		p.Score = w.Town
	case p.Landmark:
		p.Score = w.Landmark
	default:
		p.Score = w.Village
	}
	if !p.Word && !p.Town && !p.How.Postcode() {
		if strings.Contains(p.Name, " ") {
			p.Score += w.Long
		}
	}
	if !p.Word && p.From == 0 && p.To < len(l.Words) {
		p.Score += w.First
	}
	p.Score -= p.Cost * w.Slip
	switch p.Role {
	case RoleHere, RoleAt:
		p.Score += w.Here
	case RoleGoing:
		p.Score += w.Going
	case RoleNear:
		p.Score += w.Near
	}
	switch {
	case l.nothingElse(p, 0, len(l.Words)):
		// "Boot please" is Boot, and "how do i get out" is not How.
		p.Alone = !p.Word || p.From == 0 && len(l.Words) <= p.To+1
		p.Score += w.Alone
	case !p.Word && l.nothingElse(p, l.begins(p.From), l.endOf(p.To)):
		p.Score += w.Sentence
	}
	if p.How.Postcode() {
		return
	}
	if l.stranger(p.From-1, p.From > 0 && l.ends[p.From-1]) || l.stranger(p.To, l.ends[p.To-1]) {
		if p.Town && !p.Begins {
			p.Score -= w.TownStranger
		} else {
			p.Score -= w.Stranger
		}
	}
}

// nothingElse reports that the words from and before to say nothing of their own beside
// a place. Beside an ordinary word, only fillers and words about places do not.
func (l *locator) nothingElse(p *Place, from, to int) bool {
	for i := from; i < to; i++ {
		if l.inPlace[i] || l.filler[i] || l.covered[i] && !p.Word {
			continue
		}
		return false
	}
	return true
}

// begins and endOf give the sentence of a word.
func (l *locator) begins(i int) int {
	for i > 0 && !l.ends[i-1] {
		i--
	}
	return i
}

func (l *locator) endOf(i int) int {
	for i < len(l.Words) && !l.ends[i-1] {
		i++
	}
	return i
}

// stranger reports a word that may be the rest of a longer name. apart means that a
// sentence ends between the two.
func (l *locator) stranger(i int, apart bool) bool {
	if apart || i < 0 || i >= len(l.Words) || l.covered[i] || l.inPlace[i] {
		return false
	}
	w := l.Words[i]
	return len(w) > 2 && spell.Letters(w) && !english.Known(w)
}

// narrow settles a place by the one beside it. A county or a country behind it narrows it
// down. A street or a landmark beside a town of ours is in that town. A
// town elsewhere beside a county of ours is a mistake, or another place.
func (l *locator) narrow() {
	for i := range l.Places {
		p := &l.Places[i]
		if p.Far {
			l.far(i)
			continue
		}
		for _, k := range [...]int{i - 1, i + 1} {
			if k < 0 || k >= len(l.Places) {
				continue
			}
			town := &l.Places[k]
			beside := town.From == p.To && !l.ends[p.To-1] || p.From == town.To && !l.ends[town.To-1]
			if !beside || p.Where&town.Where != 0 {
				continue
			}
			county := p.To == town.From && town.county() && !p.Where.Ours() // "norwich cheshire"
			street := p.Landmark && !town.Landmark && !town.Word && town.Cost == 0 &&
				p.To == town.From // "london road lindale"
			if county || p.Landmark && town.Town && town.Where.Ours() || street && town.Where.Ours() {
				p.Role = RoleNoPlace
			}
		}
	}
}

// far settles the place before a county or a country.
func (l *locator) far(i int) {
	f := &l.Places[i]
	if i == 0 || f.Role == RoleNoPlace {
		return
	}
	p := &l.Places[i-1]
	const between = 2
	if f.From-p.To > between || p.How.Postcode() {
		return
	}
	for k := p.To; k < f.From; k++ {
		if l.covered[k] || l.ends[k-1] || l.ends[k] {
			return
		}
	}
	if p.Where &= f.Where; p.Where == 0 {
		p.Where = f.Where
	}
	p.Ask, p.Word = false, false
	p.Score = max(p.Score, l.ear.weights.Certain)
	f.Role = RoleNoPlace
}
