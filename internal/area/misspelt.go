package area

import (
	"slices"
	"strings"

	"signpost/internal/english"
	"signpost/internal/spell"
)

// misspelt finds the name that n words from i misspell. wide means that one of them is
// a place by itself.
func (s *search) misspelt(i, n int, wide bool) (Candidate, bool) {
	own, ok := s.mayBeSlip(i, n, wide)
	if !ok {
		return Candidate{}, false
	}
	joined := s.span(i, i+n)
	if n > 1 {
		if joined, ok = s.asOne(i, n, own && !wide); !ok {
			return Candidate{}, false
		}
	}
	w := spell.Squeeze(joined, 2)
	if len(w) < minNameSlip || len(w) > spell.MaxWord {
		return Candidate{}, false
	}
	c := Candidate{From: i, To: i + n, How: NearMiss}
	for k, typed := range [...]string{w, spell.Squeeze(w, 1), spell.Squeeze(joined, 1)} {
		if k > 0 && typed == w {
			continue
		}
		p, ok := s.tables.closed[typed]
		if n == 1 {
			if exact, is := s.tables.places[typed]; is && !exact.word {
				p, ok = exact, true
			}
		}
		if ok && p.set != 0 && (!own || wide || p.town && n == 2) {
			c.Name, c.Where, c.Ask, c.Town, c.Cost = typed, p.set, p.ask, p.town, costJoined
			return c, true
		}
	}
	if own && len(w) < 8 || n > 1 && (len(w) < 7 || n > 2 && !s.mayBe(i, n)) {
		return Candidate{}, false
	}
	if set := s.tables.rests[w]; n == 1 && set != 0 { // "lonsdale" does not misspell "longdale"
		c.Name, c.Where, c.Ask, c.Cost = w, set, true, 1
		return c, set.Ours()
	}
	return s.nearestEither(c, w, joined, own && !wide)
}

// nearestEither is the nearest name to what was typed without its stretches. As it is typed, it may be
// another name: "winnngton" is Winnington rather than Wigton.
func (s *search) nearestEither(c Candidate, w, typed string, townsOnly bool) (Candidate, bool) {
	near, found := s.nearest(c, w, townsOnly)
	if typed == w || len(typed) > spell.MaxWord {
		return near, found
	}
	if asTyped, ok := s.nearest(c, typed, townsOnly); ok && found && asTyped.Where != near.Where {
		near.Where |= asTyped.Where
		near.Ask = true
	}
	return near, found
}

// mayBeSlip reports whether all of n words from i are ordinary words of their own, and whether
// they are worth trying as a misspelt name.
func (s *search) mayBeSlip(i, n int, wide bool) (own, may bool) {
	own, long := true, 0
	for k := i; k < i+n; k++ {
		w := s.word(k)
		if !spell.Letters(w) || k < i+n-1 && s.Ends[k] {
			return own, false
		}
		own = s.ordinary(k) && own
		long += len(w)
	}
	switch {
	case n == 1 && (own || withoutG(s.word(i))), own && n > 2 && !wide, long < minNameSlip:
		return own, false
	case n > 1 && (s.Linking[i] || s.Linking[i+n-1]):
		return own, false
	}
	return own, true
}

// withoutG reports an ordinary word that ends as people say it: "walkin" does not misspell Talkin.
func withoutG(w string) bool { return strings.HasSuffix(w, "in") && english.Known(w+"g") }

// asOne writes n words from i as one. Where they are ordinary words, they must be a town
// with nothing changed but a double letter.
func (s *search) asOne(i, n int, ordinary bool) (string, bool) {
	var buf [2 * spell.MaxWord]byte
	b := buf[:0]
	for k := i; k < i+n && len(b)+len(s.word(k)) <= len(buf); k++ {
		b = append(b, s.word(k)...)
	}
	if ordinary {
		p, ok := s.tables.closed[string(b)]
		if !ok {
			b = undouble(b)
			p, ok = s.tables.closed[string(b)]
		}
		if !ok || p.set == 0 || !p.town {
			return "", false
		}
	}
	return string(b), true
}

// undouble drops one of two equal letters in a row, anywhere in a word.
func undouble(b []byte) []byte {
	out := b[:0]
	for i, c := range b {
		if i == 0 || c != b[i-1] {
			out = append(out, c)
		}
	}
	return out
}

// nearName is a name that a typed one may misspell.
type nearName struct {
	cost, raw float32 // raw is that of the spelling alone
	name      string
	p         place
	slip      bool // it is one letter away
}

// nearest finds the name that is nearest to a typed one. Names in other districts
// that are nearly as near make it a question.
func (s *search) nearest(c Candidate, w string, townsOnly bool) (Candidate, bool) {
	s.near = s.near[:0]
	f := near{search: s, w: w, townsOnly: townsOnly, single: c.To-c.From == 1, best: -1}
	f.slips()
	if f.single {
		f.fartherTowns()
		f.sameBones()
	}
	f.bookNames()
	if f.best < 0 || townsOnly && s.near[f.best].cost > 0.8 {
		return Candidate{}, false
	}
	b := s.near[f.best]
	if !b.p.set.Ours() && tooFar(b) {
		return Candidate{}, false
	}
	c.Name, c.Where, c.Ask, c.Town, c.Cost, c.Landmark = b.name, b.p.set, b.p.ask, b.p.town, b.cost, b.p.landmark
	lead := float32(clearLead)
	if b.cost > maxSlip {
		lead = farLead
	}
	for _, h := range s.near {
		doubt := h.slip && (!b.p.town || b.cost >= costSmall &&
			(h.raw-b.raw < townLead || len(w) < minTownFar)) // one wrong letter may mean either
		if h.cost-b.cost >= lead && !doubt {
			continue
		}
		c.Ask = c.Ask || h.p.set&^b.p.set != 0 && b.p.set&^h.p.set != 0
		c.Where |= h.p.set
	}
	c.Ask = c.Ask || b.doubtful()
	return c, true
}

// near looks for the names that a typed one may misspell. It leaves them in search.near.
type near struct {
	*search
	w                 string
	townsOnly, single bool // single means that one word was typed
	best              int  // the index of the nearest; -1 while there is none
}

func (f *near) add(name string, p place, cost float32, slip bool) {
	if f.townsOnly && !p.town || f.single && len(name) > 1 && name[1] == ' ' { // no word is "n wich"
		return
	}
	raw := cost
	if !p.town {
		cost += costVillage
	}
	if p.set&ours == 0 {
		cost += costElsewhere // a person who texts us is more likely from here
	}
	if !p.word && (f.best < 0 || cost < f.search.near[f.best].cost) {
		f.best = len(f.search.near)
	}
	f.search.near = append(f.search.near, nearName{cost, raw, name, p, slip})
}

// The names one letter away come from the index.
func (f *near) slips() {
	t := f.tables
	f.hits = t.index.Find(f.hits[:0], f.w, true, minTownFar)
	for _, h := range f.hits {
		p := t.places[t.sorted[h.ID]]
		cost := spell.Distance(f.w, t.joined[h.ID], maxFar)
		switch {
		case !h.Slip:
			cost = min(cost, costJoined)
		case p.set.Ours():
			cost = min(cost, 1)
		}
		f.add(t.sorted[h.ID], p, cost, true)
	}
}

// fartherTowns adds towns that are more than a letter away and begin the same.
func (f *near) fartherTowns() {
	if len(f.w) < minTownFar {
		return
	}
	start := spell.Start(f.w)
	letters, far := spell.Mask(f.w), float32(maxFar)
	if len(f.w) >= minFarther {
		far = maxFarther
	}
	for i := range f.tables.towns {
		town := &f.tables.towns[i]
		if town.joined[0] != f.w[0] && town.start != start || !spell.MayBeNear(letters, town.letters, far) {
			continue
		}
		d := spell.Distance(f.w, town.joined, far)
		if letters == town.letters && anagrams(f.w, town.joined) {
			d = min(d, costBones) // "carslile"
		}
		if d <= far && !slices.ContainsFunc(f.search.near, func(h nearName) bool { return h.name == town.name }) {
			f.add(town.name, town.place, max(d, 0.8), false)
		}
	}
}

// sameBones adds a name that has the same letters without the vowels.
func (f *near) sameBones() {
	if len(f.w) < minBones {
		return
	}
	var buf [spell.MaxWord]byte
	b := bones(buf[:0], f.w)
	if len(b) < minBones {
		return
	}
	if p, ok := f.tables.bones[string(b)]; ok && p.set != 0 &&
		!slices.ContainsFunc(f.search.near, func(h nearName) bool { return h.p.set == p.set }) {
		f.add(string(b), p, costBones, false)
	}
}

// bookNames adds the names of the flow book's own that are a letter away.
func (f *near) bookNames() {
	for i := range f.names {
		n := &f.names[i]
		if n.joined[0] == f.w[0] && spell.MayBeNear(spell.Mask(f.w), n.letters, 1) &&
			spell.Distance(f.w, n.joined, 1) <= 1 {
			f.add(n.name, n.place, 0.9, false)
		}
	}
}

// doubtful reports that a name is to be asked about. A short village name one letter away may
// be another that nobody has listed.
func (n nearName) doubtful() bool {
	switch {
	case n.p.town:
		return n.cost > maxFar
	case len(n.name) < minVillage:
		return n.cost > maxSlip
	case len(n.name) < minLongVillage:
		return n.cost > 1.2
	case len(n.name) < minLongest:
		return n.cost >= 1+costVillage
	}
	return n.cost > 1+costVillage
}

// anagrams reports two words of the same letters that begin the same.
func anagrams(a, b string) bool {
	if len(a) != len(b) || len(a) < minNameSlip || a[0] != b[0] {
		return false
	}
	var n [256]int8
	for i := range len(a) {
		n[a[i]]++
		n[b[i]]--
	}
	return n == [256]int8{}
}

// tooFar reports whether a name far away is too badly misspelt to be used. A doubtful name of
// ours is asked about; a person far away is better asked for the town.
func tooFar(n nearName) bool {
	return n.raw > maxSlip || len(n.name) < minFarAway && n.raw > costSmall
}

// bones adds a word without the vowels after its first letter.
func bones(b []byte, w string) []byte {
	for i := range len(w) {
		if i == 0 || w[i] != 'a' && w[i] != 'e' && w[i] != 'i' && w[i] != 'o' && w[i] != 'u' {
			b = append(b, w[i])
		}
	}
	return b
}
