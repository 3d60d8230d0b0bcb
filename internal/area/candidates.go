package area

import (
	"slices"
	"strings"

	"signpost/internal/english"
	"signpost/internal/spell"
)

// Candidate is a stretch of words that may be the name of a place.
type Candidate struct {
	From, To int    // words
	Name     string // as the tables have it; a postcode as it was written
	Where    Set    // every district it may be in
	// Ask means that the name alone is not enough, even if only one district is
	// known for it.
	Ask  bool
	How  How
	Town bool // a town or a name of the book, easy to recognise in a sentence
	Word bool // also an ordinary word
	// Landmark is a hospital, a station, a park, which is not a place to live in.
	Landmark bool
	// Far is a county or a country that is no neighbour of ours: "Barrow, Leicestershire".
	Far bool
	// Begins means that longer names elsewhere begin with it: Barrow Nook.
	Begins bool
	// Cost is how far the spelling is from the name's; 0 is exact.
	Cost float32
}

// Lengths and distances of misspelt names.
const (
	minNameSlip    = 5 // letters of a name that is misspelt
	minVillage     = 7 // letters of a village's name, to be certain of it when it is misspelt
	minLongVillage = 8 // with a greater one
	minLongest     = 10
	minFarther     = 8    // letters of a word that may be far from a town's name
	minTownFar     = 6    // letters of a town's name with two mistakes in it
	maxSlip        = 1.01 // of a letter
	minFarAway     = 7    // letters of a name far away with more than a small mistake in it
	minRest        = 4    // of the rest of a name
	minBones       = 4    // consonants of "whitehvn" and "kendle"
	maxFar         = 1.7
	maxFarther     = 2.6  // such a town is asked about
	costSmall      = 0.55 // one vowel for another, a letter doubled
	townLead       = 0.36 // the same of a town, against a misspelt name far away
	farLead        = 1    // where more than one letter is wrong
	clearLead      = 0.6  // how much nearer the best name must be than the next
	costJoined     = 0.2  // a missing or an added space
	costStretched  = 0.1  // "carlisleee"
	costVillage    = 0.4  // fewer people write of a village
	costElsewhere  = 0.5  // and fewer of a place far away
	costWide       = 1.5  // of a misspelt name that goes before a shorter one
	costWidest     = 2.4  // of one that is asked about
	wideLead       = 1.5  // how much nearer a name must be than one of more or fewer words
	maxWider       = 5    // its words
	costBones      = 0.9
	maxNearMisses  = 24 // words checked for misspelling in one text
)

// Known reports whether name is exactly the name of a place, other than an ordinary word.
func (f *Finder) Known(name string) bool {
	if _, ok := f.extra[name]; ok {
		return true
	}
	p, ok := f.tables.places[name]
	return ok && !p.word
}

// Like reports whether w is the name of a place, or a word of one, or a misspelling of either.
func (f *Finder) Like(w string) bool {
	var buf [4]spell.Hit
	return len(w) >= minNameSlip && len(w) <= spell.MaxWord &&
		(len(f.tables.index.Find(buf[:0], w, true, minTownFar)) > 0 ||
			len(f.tables.words.Find(buf[:0], w, true, minTownFar)) > 0)
}

// Served reports the name of a town that is served.
func (f *Finder) Served(name string) bool {
	p := f.tables.places[name]
	return p.town && !p.word && p.set.Ours()
}

// Named returns where a name may be, exactly as written, and whether the writer must be asked about it.
func (f *Finder) Named(name string) (where Set, ask bool) {
	c, _ := f.named(name)
	return c.Where, c.Ask
}

// search is one look at a text.
type search struct {
	*Finder
	message
	Text
	of   []noted // by word
	hits []spell.Hit
	near []nearName
}

// noted is what a search knows about a word.
type noted struct {
	taken bool // it belongs to a candidate
	weak  bool // which is an ordinary word, and gives way to a longer name
	own   int8 // whether it is an ordinary word: 0 not looked up, 1 no, 2 yes
}

// Text is a text as words, with facts about each.
type Text struct {
	Words []string
	// Common reports for each word whether it has a meaning of its own, so that it is no
	// misspelt name. Linking reports whether it links a place to the rest of a sentence,
	// so that no misspelt name begins or ends with it.
	Common, Linking []bool
	// Ends says whether a sentence ends behind a word, so that no misspelt name goes on
	// there.
	Ends []bool
}

// Candidates finds everything in a text that may be a place: postcodes, names, and
// misspelt names.
func (f *Finder) Candidates(t Text) []Candidate {
	s := search{Finder: f, Text: t}
	s.cut(t.Words)
	s.of = make([]noted, s.n)
	out := s.postcodes()
	for _, c := range out {
		s.take(nil, c)
	}
	for i := 0; i < s.n; i++ {
		c, ok := s.longestName(i)
		if ok {
			c = s.goingOn(s.wider(c))
			out = s.take(out, c)
			i = c.To - 1
		}
	}
	tries := 0
	for i := 0; i < s.n && tries < maxNearMisses; i++ {
		if s.of[i].taken {
			continue
		}
		var tried [3]Candidate
		best := tried[0]
		for n := 1; n <= min(len(tried), s.n-i) && !s.anyTaken(i+n-1, i+n); n++ {
			if c, ok := s.misspelt(i, n, false); ok {
				tried[n-1] = c
				if best.Where == 0 || c.Cost <= best.Cost || s.goesOn(c, best) {
					best = c
				}
			}
		}
		if best.Where != 0 {
			best = s.wider(best)
			for _, c := range tried {
				if s.goesOn(best, c) {
					continue
				}
				if c.Where|best.Where != best.Where && c.Cost-best.Cost < wideLead {
					best.Where |= c.Where
					best.Ask = true
				}
			}
			best = s.goingOn(best)
			out = s.take(out, best)
			i = best.To - 1
		}
		if !s.Common[i] {
			tries++
		}
	}
	slices.SortFunc(out, func(a, b Candidate) int { return a.From - b.From })
	return out
}

// slipIn is how far a name is from what was typed, wherever it lies.
func slipIn(c Candidate) float32 {
	cost := c.Cost
	if !c.Town {
		cost -= costVillage
	}
	if !c.Where.Ours() {
		cost -= costElsewhere
	}
	return cost
}

// goesOn reports a name of more words than another, which has the rest of them as it
// is typed ("elesmere port" is not Ellesmere), or is a town with one space too many.
func (s *search) goesOn(name, shorter Candidate) bool {
	if name.Town && name.Where.Ours() && name.Cost <= costJoined {
		return true
	}
	for i := name.From; i < name.To; i++ {
		if w := s.word(i); (i < shorter.From || i >= shorter.To) && len(w) >= minRest && hasWord(name.Name, w) {
			return true
		}
	}
	return false
}

// mayBe reports words of which all but one are those of longer names.
func (s *search) mayBe(i, n int) bool {
	others := 0
	for k := i; k < i+n; k++ {
		if !s.tables.parts[s.word(k)] {
			others++
		}
	}
	return others <= 1
}

func closeUp(name string) string { return strings.ReplaceAll(name, " ", "") }

func hasWord(name, w string) bool {
	for part := range strings.SplitSeq(name, " ") {
		if part == w {
			return true
		}
	}
	return false
}

// take adds a candidate, in place of those that it shares words with.
func (s *search) take(out []Candidate, c Candidate) []Candidate {
	out = slices.DeleteFunc(out, func(o Candidate) bool { return o.From < c.To && c.From < o.To })
	for i := c.From; i < c.To; i++ {
		s.of[i].taken, s.of[i].weak = true, c.Word
	}
	return append(out, c)
}

// ordinary reports a word that means something else than a place.
func (s *search) ordinary(i int) bool {
	if s.of[i].own == 0 {
		s.of[i].own = 1
		if s.Common[i] || english.Known(s.word(i)) {
			s.of[i].own = 2
		}
	}
	return s.of[i].own == 2
}

// longestName finds the longest name that begins at a word.
func (s *search) longestName(i int) (Candidate, bool) {
	if s.of[i].taken {
		return Candidate{}, false
	}
	w := s.word(i)
	for j := min(i+max(int(s.tables.heads[w]), int(s.heads[w])), s.n); j > i; j-- {
		if s.anyTaken(i, j) {
			continue
		}
		if c, ok := s.named(s.span(i, j)); ok {
			c.From, c.To = i, j
			return c, true
		}
	}
	if !spell.Stretched(w) || !spell.Letters(w) {
		return Candidate{}, false
	}
	for n := 2; n >= 1; n-- { // "kendalll", "carlisleee"
		if c, ok := s.named(spell.Squeeze(w, n)); ok && !c.Word {
			c.From, c.To, c.How, c.Cost = i, i+1, NearMiss, costStretched
			return c, true
		}
	}
	return Candidate{}, false
}

// goingOn asks about a name that others begin with, when it goes on as they do:
// "houghton le" is no Houghton.
func (s *search) goingOn(c Candidate) Candidate {
	switch s.word(c.To) {
	case "le", "en", "upon", "under", "cum", "juxta", "super", "next":
	default:
		return c
	}
	set := s.tables.begins[c.Name]
	if c.Cost > 0 {
		set = Of(England)
	}
	if set != 0 {
		c.Where |= set
		c.Ask = true
	}
	return c
}

// wider looks for a misspelt name of more words around an exact one. "Kirkby londsale"
// is not the town of Kirkby, and "grass mere" is not the village of Mere. Where the
// exact name may be meant as well, the two are asked about: "barrow green" may be
// Barrow, or Barrows Green.
func (s *search) wider(exact Candidate) Candidate {
	best, found := s.widest(exact)
	if !found {
		return exact
	}
	more, meant, letter := false, false, false // an extra word without a meaning of its own, with one, or of one letter
	for k := best.From; k < best.To; k++ {
		if k < exact.From || k >= exact.To {
			more, meant, letter = more || !s.ordinary(k), meant || s.Common[k] && !hasWord(best.Name, s.word(k)),
				letter || len(s.word(k)) == 1
		}
	}
	if exact.Word && !more && slipIn(best) > costSmall {
		return exact // "castle car"
	}
	more = more || !meant && best.Where|exact.Where == exact.Where
	if !letter && (more && slipIn(best) <= maxSlip || best.Cost <= costJoined) &&
		strings.Contains(closeUp(best.Name), closeUp(exact.Name)) {
		return best // "litle bollington"
	}
	strange := more || exact.Word || !exact.Where.Ours()
	if served := exact.Town && !exact.Word && exact.Where.Ours(); strange && !served &&
		(best.Cost <= costWide || best.Where == exact.Where) {
		return best
	}
	if best.Where != exact.Where {
		exact.Where |= best.Where
		exact.Ask = true
	}
	return exact
}

// widest is the nearest misspelt name around an exact one. A name in other districts goes
// before one in the same, unless that is clearly nearer.
func (s *search) widest(exact Candidate) (best Candidate, found bool) {
	var same Candidate // the nearest in the same districts
	for n := exact.To - exact.From + 1; n <= maxWider; n++ {
		for from := max(0, exact.To-n); from <= exact.From && from+n <= s.n; from++ {
			if s.anyTaken(from, from+n) || n > 3 && !s.mayBe(from, n) {
				continue
			}
			c, ok := s.misspelt(from, n, true)
			if !ok || c.Cost > costWidest {
				continue
			}
			to := &best
			if c.Where == exact.Where {
				to = &same
			}
			if to.Where == 0 || c.Cost < to.Cost || s.goesOn(c, *to) && to.From >= c.From && to.To <= c.To {
				*to = c
			}
		}
	}
	if best.Where == 0 || same.Where != 0 && same.Cost < best.Cost-clearLead {
		best = same
	}
	return best, best.Where != 0
}

func (s *search) anyTaken(from, to int) bool {
	for i := from; i < to; i++ {
		if s.of[i].taken && !s.of[i].weak {
			return true
		}
	}
	return false
}

// named looks a name up exactly as written.
func (f *Finder) named(name string) (Candidate, bool) {
	if set, ok := f.extra[name]; ok {
		return Candidate{Name: name, Where: set, How: BookName, Town: true, Word: set.Len() == 1 && set.Ours() &&
			english.Known(name)}, true
	}
	if p, ok := f.tables.places[name]; ok {
		return Candidate{Name: name, Where: p.set, Ask: p.ask || p.word, How: Place, Town: p.town, Word: p.word,
			Landmark: p.landmark, Far: p.far, Begins: p.begins}, true
	}
	if rest, ok := strings.CutPrefix(name, "saint "); ok {
		return f.named("st " + rest)
	}
	return Candidate{}, false
}
