package hear

import (
	"slices"

	"signpost/internal/area"
)

// Where is where the writer is, as far as a text tells.
type Where struct {
	Set area.Set // every district it may be; empty: none is named
	Ask bool
	// Between means that the only doubt is which of several certain places is meant.
	Between bool
	// Evidence are the places that it rests on, best first.
	Evidence []NamedPlace
	// Exact means that the best is spelt as its name is, Word that it is an ordinary word, too: "over".
	Exact, Word bool
	// Counties means that only counties are named, or parts of one; Or that there is an "or" between two places.
	Counties, Or bool
	// Said means that the words say that the writer is there, or going there.
	Said bool
	// Moves means that the writer speaks of moving.
	Moves bool
	// Denied are the districts of places that are only somebody else's or not here.
	Denied area.Set
	// Theirs are the districts of somebody else's place: where it is about them, that is
	// the place that counts.
	Theirs area.Set
	// Kins are the places of people who may be the ones that need help, by a word for them: "my sister lives in crewe".
	Kins []NamedPlace
	// MayNeed means that somebody else's place is that of such people, or of her or them: not his.
	MayNeed bool
	// Own means that the writer says "i live in crewe", and names no other place of theirs.
	Own bool
	// Hint means that each place is only one to steer by: "nearest town is crewe".
	Hint bool
	// DeniedNames are the names of the places in Denied.
	DeniedNames []string
	// NotTheirs are the districts of places where somebody else is not, or no longer.
	NotTheirs area.Set
	// Hiding means that somebody fled there or is staying there: it must not be named
	// in an answer.
	Hiding bool
}

// NamedPlace is the name of a place, and where it may be.
type NamedPlace struct {
	Name  string
	Where area.Set
}

// fewPlaces is how many places there is room for at once. Where memory is wiped, the smallest pieces
// cost the most time, since each is found again in a list of its neighbours.
const fewPlaces = 4

// writerAt works out where the writer is. One clear place is answered; two that do
// not agree are asked about; a place that is not the writer's is never used.
func (w *Weights) writerAt(places []Place) Where {
	out, in := w.writers(places)
	if len(in) == 0 {
		return out
	}
	best := w.best(in)
	b := in[best]
	out.Exact, out.Word = b.Cost == 0, b.Word
	out.Evidence = make([]NamedPlace, 0, max(len(in), fewPlaces))
	out.Own = !slices.ContainsFunc(in, func(p Place) bool { return !p.own })
	out.Hint = !slices.ContainsFunc(in, func(p Place) bool { return p.Role != RoleNear })
	out.Set, out.Ask, out.Hiding = b.Where, b.Ask || b.Score < w.Certain, b.Role == RoleGoing
	out.add(b)
	out.Counties = b.county()
	settled := false // another place agreed, which settles a doubtful name
	for i, p := range in {
		if i == best {
			continue
		}
		both := out.Set & p.Where
		switch {
		case both != 0 && p.Role == RoleNear && out.Set.Ours() &&
			!both.Ours(): // "poyton near stockport" may be Poynton
		case both != 0:
			settled = settled || !p.Ask && p.Score >= w.Certain || both.Len() == 1 && both != out.Set
			out.Set = both
		case (w.rank(p) < w.rank(b) || b.Score-p.Score >= w.Lead) && !(w.nearTown(p) && b.villageElsewhere()):
		default:
			out.Set |= p.Where
			out.Counties = out.Counties && p.county()
			out.Between = (out.Between || !out.Ask) && !p.Ask && p.Score >= w.Certain
			out.Ask = true
			out.add(p)
			settled = false
		}
	}
	if settled && len(out.Evidence) == 1 {
		out.Ask = false
	}
	out.Said = w.rank(b) > w.rank(Place{})
	return out
}

// best is the index of the place that is most surely the writer's.
func (w *Weights) best(in []Place) (best int) {
	for i, p := range in {
		if w.rank(p) > w.rank(in[best]) || w.rank(p) == w.rank(in[best]) && p.Score > in[best].Score {
			best = i
		}
	}
	return best
}

// nearTown reports a certain town of ours that is near.
func (w *Weights) nearTown(p Place) bool {
	return p.Role == RoleNear && p.Town && p.Where.Ours() && p.Score >= w.Certain
}

// villageElsewhere reports a village outside our area, with nothing said about whether the writer is there. "Rigg, by
// penrith" is hardly the village in Scotland.
func (p *Place) villageElsewhere() bool {
	return p.Role == RoleUnclear && !p.Town && !p.How.Postcode() && !p.Where.Ours()
}

// mayBeWriters reports a place that may be the writer's.
func (p *Place) mayBeWriters() bool {
	return p.Role != RoleNotHere && p.Role != RoleTheirs && p.Role != RoleNotTheirs && p.Role != RoleNoPlace
}

// county reports the name of a county of ours, or of a part of one.
func (p *Place) county() bool {
	return p.How == area.BookName && p.Where.Len() > 1 && p.Where.OnlyOurs()
}

// writers divides the places into those that are not the writer's and those that may be.
func (w *Weights) writers(places []Place) (out Where, in []Place) {
	for _, p := range places {
		switch {
		case p.Role == RoleNotHere, p.Role == RoleTheirs, p.Role == RoleNotTheirs:
			out.Denied |= p.Where
			out.DeniedNames = append(out.DeniedNames, p.Name)
			switch p.Role {
			case RoleTheirs:
				out.MayNeed = (out.MayNeed || out.Theirs == 0) && (p.kin || p.other)
				out.Theirs |= p.Where
				if p.kin {
					out.Kins = append(out.Kins, NamedPlace{p.Name, p.Where})
				}
			case RoleNotTheirs:
				out.NotTheirs |= p.Where
			}
		case p.mayBeWriters() && w.mayCount(p):
			if in == nil {
				in = make([]Place, 0, len(places))
			}
			in = append(in, p)
		}
	}
	return out, in
}

// mayCount reports a place that is likely enough to be answered or asked about.
func (w *Weights) mayCount(p Place) bool {
	switch {
	case p.Score < w.Possible:
		return false
	case p.Word && (p.Role != RoleHere && p.Role != RoleAt && !p.Alone || !p.Where.Ours()):
		return false
	}
	return !p.Landmark || p.Role != RoleNear || p.Where.Ours()
}

func (w *Where) add(p Place) {
	w.Evidence = append(w.Evidence, NamedPlace{p.Name, p.Where})
}

// rank orders places by how surely the writer is there. A postcode with no other words about it
// counts as the writer's.
func (w *Weights) rank(p Place) int {
	switch {
	case p.Role == RoleHere, p.Role == RoleUnclear && p.How.Postcode() && p.Score >= w.Certain:
		return 4
	case p.Role == RoleAt:
		return 3
	case p.Role == RoleGoing:
		return 2
	case p.Role == RoleUnclear:
		return 1
	}
	return 0
}

// alternatives reports two places with "or" between them.
func (l *locator) alternatives() bool {
	for i := 1; i < len(l.Places); i++ {
		before, p := &l.Places[i-1], &l.Places[i]
		if p.From == before.To+1 && l.ear.is(Or, l.Words[before.To]) && before.mayBeWriters() && p.mayBeWriters() {
			return true
		}
	}
	return false
}

// corrected reports a place that the next one corrects: "leyland. no longtown".
func (l *locator) corrected(p, next *Place) bool {
	return next.From == p.To+1 && !l.ends[p.To] && slices.ContainsFunc(l.Facts, func(f Fact) bool {
		return f.Kind == No && f.From == p.To && f.To == next.From
	})
}
