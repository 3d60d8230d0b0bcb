package hear

import (
	"slices"
	"strings"
)

// weighing is the memory for weighing a text, which is kept for the next one: asking for it each
// time takes a text a tenth longer, where memory is wiped.
type weighing struct {
	given []uint64 // a bit for each sign that the text has
	found []foundSign
	words []uint32 // the numbers of the words, and of their sorts behind them
	sums  []float32
}

func (s *scales) weighing() *weighing {
	if w, ok := s.spare.Get().(*weighing); ok {
		return w
	}
	return &weighing{given: make([]uint64, len(s.adds)/64+1), sums: make([]float32, len(s.all))}
}

// wipe leaves nothing of a text.
func (w *weighing) wipe() {
	for _, f := range w.found {
		w.given[f.sign/64] = 0
	}
	clear(w.found)
	clear(w.words)
	clear(w.sums)
	w.found, w.words = w.found[:0], w.words[:0]
}

// A long text is weighed piece by piece: the weights were fitted on texts no longer than
// a piece, and more words add more by chance.
const (
	pieceWords = 80
	pieceStep  = 40
)

// weigh adds what the signs of a text speak for and no phrase said. What is urgent does
// not count in a sentence about long ago or a story. The signs know English alone.
func (e *Ear) weigh(r *Reading, ends []bool) {
	if len(e.scales.all) == 0 || len(r.Words) < fewestWeighed {
		return
	}
	if r.abroad || r.onlyWhere() {
		return
	}
	stems := e.Stems(r)
	r.weighed = true
	switch {
	case !r.has.Any(Past, Story):
		e.weighFor(r, stems, ^Set(0))
	default:
		e.weighFor(r, stems, ^urgent)
		past := e.inPastOrStory(r, ends, true)
		e.weighFor(r, slices.DeleteFunc(stems, func(s Stem) bool { return past[s.From] }), urgent)
	}
	e.doubt(r)
}

// answers say what a menu or a question asked for, and nothing about what happened.
var answers = Of(Yes, No, Neither, NotSure, First, Second, Third, Fourth, Wrong, Helpline, Repeat, Thanks, SmallTalk,
	Filler, Here)

// aboutPlaces say where somebody is, and nothing about what happened.
var aboutPlaces = Of(Here, At, Near, Going, NotHere)

// onlyWhere reports that a text is a correction and nothing else, "no sorry i meant crewe", or
// says only where the writer is. It is not weighed: people who correct us apologise, and the weights take
// that for despair.
func (r *Reading) onlyWhere() bool {
	said := answers
	if len(r.Places) > 0 {
		said |= aboutPlaces
	} else if !r.has.Any(No, Wrong) {
		return false
	}
	understood := r.marks.list()
	for _, f := range r.Facts {
		if said.Has(f.Kind) {
			fill(understood, f.From, f.To)
		}
	}
	for _, p := range r.Places {
		fill(understood, p.From, p.To)
	}
	return !slices.Contains(understood, false)
}

// A short phrase of danger, such as the name of a weapon, does not count where the other
// words speak so strongly against it: "can you sharpen my kitchen knives".
const (
	doubtful    = -4 // the weight of words above enough. Labelled English texts of real danger stay above -3.2
	shortPhrase = 4  // words
	// ordinaryBeside is the weight of the words of everyday life, above enough, that must be there too.
	ordinaryBeside = -2
)

// doubt drops what the other words deny: danger that only short phrases say, and what words of
// everyday life speak against.
func (e *Ear) doubt(r *Reading) {
	denied := Set(0)
	if !r.firm.Has(Danger) && !r.sure.Has(Hurt) && r.over[Danger] <= doubtful && r.over[Ordinary] >= ordinaryBeside {
		denied |= Of(Danger)
	}
	for k, least := range overNeeded {
		if r.has.Has(k) && !r.foreign.Has(k) && r.over[k] <= least {
			denied |= Of(k)
		}
	}
	if r.has.Has(Man) && !r.sure.Has(Man) && !r.has.Has(LGBT) && e.anyIs(HisPartner, r.Words) {
		denied |= Of(Man) // "im in kendal. husband took my bank card"
	}
	if r.sure.Has(Homeless) && !r.sure.Has(Despair) && r.over[Despair] < homelessOver {
		denied |= Of(Despair) // "no where to sleep tonight"
	}
	for k := range Leave {
		if noLine.Has(k) && r.has.Has(k) && !r.sure.Has(k) && r.over[k] < noLineOver {
			denied |= Of(k)
		}
	}
	if r.hurtMoreThanChild() {
		denied |= Of(ChildConcern)
	}
	if len(r.Words) <= complaintWords && r.sure.Any(NoAnswer, Engaged, DeadLine, Machine, Shut, Another) {
		denied |= urgent &^ r.sure // "they said they cant help me" is about a number that we gave
	}
	if r.has.Has(Ordinary) {
		for k := range Leave {
			if r.has.Has(k) && (r.over[scaleOf(k)] <= against || !r.sure.Has(Hurt) && r.everyday(k)) {
				denied |= Of(k)
			}
		}
	}
	r.Facts = slices.DeleteFunc(r.Facts, func(f Fact) bool { return denied.Has(f.Kind) })
	r.has &^= denied
	r.sure &^= denied
}

// complaintWords are the most words of a text that says of a number that it did not help, and nothing else.
const complaintWords = 8

// noLine are needs that have no line of their own: where the weight of words alone says one, and only just, the
// question for the town is the better answer.
var noLine = Of(Homeless, Stalked, Tracked, Visa)

// noLineOver is the weight of words, above enough, that says such a need.
const noLineOver = 0.5

// homelessOver is the weight of words, above enough, that speaks of despair beside a phrase of somebody with
// nowhere to go.
const homelessOver = 0.5

// hurtMoreThanChild reports a text of somebody who is harmed, with a child in it: "he calls me names in front
// of the kids". Of 36 labelled texts that were looked at and are about the child, it takes 4; of 24 that are not, 17.
func (r *Reading) hurtMoreThanChild() bool {
	return r.has.Has(Hurt) && r.has.Has(ChildConcern) && !r.foreign.Has(ChildConcern) &&
		r.over[Hurt] >= r.over[ChildConcern]
}

// everyday reports that words of everyday life alone deny what a text says by the weight of words or by
// a short phrase. They never deny so that the writer is harmed or wants to die, if a phrase says it.
func (r *Reading) everyday(k Kind) bool {
	if !r.sure.Has(k) {
		return r.over[Ordinary] >= r.over[k]+margin(k)
	}
	return !neverDenied.Has(k) && !r.firm.Has(k) && r.over[Ordinary] >= everydayOver
}

// overNeeded is the weight of words, above enough, that a need must have, even if a phrase says it: people who live
// with a harmful person write of children, parents and brothers, too. Of some 1,500 labelled texts that were
// looked at and whose phrase is right, 10 have less than this; of 79 whose phrase is wrong, 36.
var overNeeded = map[Kind]float32{Child: -4, TextOnly: -2.5, Man: -2.5, Sexual: -4, Honour: -2.5, Older: -3,
	ChildConcern: -2.5, Other: -2.5}

// against is the weight of words, above enough, that speaks clearly against a kind. Together with words of
// everyday life it denies every phrase: of some 2,400 labelled texts whose phrase is right, one has both.
const against = -2.5

// scaleOf is the kind whose scale speaks of a kind.
func scaleOf(k Kind) Kind {
	if k == Behaviour {
		return MaybeBehaviour
	}
	return k
}

// margin is by how much more everyday life must weigh: more than a little for what is urgent.
func margin(k Kind) float32 {
	if urgent.Has(k) {
		return 0.5
	}
	return 0
}

// neverDenied are not denied by words of everyday life where a phrase says them.
var neverDenied = urgent | Of(Hurt, Interpreter, Anonymous, Watched, Stalked, Tracked, Homeless)

// everydayOver is by how much the words of everyday life must be more than enough to deny a phrase.
const everydayOver = 0.5

// weighFor weighs some stems for some kinds.
func (e *Ear) weighFor(r *Reading, stems []Stem, of Set) {
	w := e.scales.weighing()
	defer func() {
		w.wipe()
		e.scales.spare.Put(w)
	}()
	sums := w.sums
	if len(stems) > pieceWords {
		of &^= Of(Ordinary) // one piece of everyday life does not speak for the others
	}
	for from := 0; from < len(stems); from += pieceStep {
		piece := stems[from:min(from+pieceWords, len(stems))]
		e.scales.find(w, piece, r.sure)
		for _, f := range w.found {
			for _, a := range e.scales.adds[f.sign] {
				sums[a.scale] += a.adds
			}
		}
		for i, s := range e.scales.all {
			if over := sums[i] - s.Enough; of.Has(s.Kind) && (from == 0 || over > r.over[s.Kind]) {
				r.over[s.Kind] = over
			}
			if of.Has(s.Kind) && sums[i] >= s.Enough && !(r.has | r.alike).Has(s.Kind) {
				r.Facts = append(r.Facts, e.scales.fact(i, piece, w.found))
				r.has |= Of(s.Kind)
			}
		}
		w.wipe()
		if len(piece) < pieceWords {
			return
		}
	}
}

// foundSign is a sign of the scales in a text, and the stems that it rests on.
type foundSign struct {
	sign     int32 // its place in adds
	from, to int16
}

// find finds the signs of a text that a scale knows: of those that [Ear.EachSign] gives, each once.
func (s *scales) find(w *weighing, stems []Stem, said Set) {
	give := func(key uint64, from, to int) {
		if at, ok := s.signs[key]; ok && w.given[at/64]&(1<<(at%64)) == 0 {
			w.given[at/64] |= 1 << (at % 64)
			w.found = append(w.found, foundSign{at, int16(from), int16(to)})
		}
	}
	for k := range Leave {
		if said.Has(k) {
			give(s.key(s.words[factMark+k.String()], 0, false), 0, len(stems))
		}
	}
	w.words = slices.Grow(w.words, 2*len(stems))[:2*len(stems)]
	words, sorts := w.words[:len(stems)], w.words[len(stems):]
	for i, a := range stems {
		words[i], sorts[i] = s.words[a.Word], s.words[a.Sort]
	}
	for i := range stems {
		if words[i] != 0 {
			give(s.key(words[i], 0, false), i, i+1)
		}
		if sorts[i] != 0 && stems[i].Sort != stems[i].Word {
			give(s.key(sorts[i], 0, false), i, i+1)
		}
		if i == 0 {
			give(s.key(s.words[Start], sorts[i], true), 0, 1)
		}
		for j := i + 1; j < len(stems) && j <= i+signReach; j++ {
			if j == i+1 && words[i] != 0 && words[j] != 0 {
				give(s.key(words[i], words[j], true), i, j+1)
			}
			if sorts[i] != 0 && sorts[j] != 0 {
				give(s.key(sorts[i], sorts[j], false), i, j+1)
			}
		}
	}
	s.parts.each(stems, func(_ []played, key uint32, from, to int) { give(partsKey(key), from, to) })
}

// signsShown is how many signs explain what a scale heard.
const signsShown = 3

// fact is what a scale heard, resting on the signs that add most.
func (s *scales) fact(scale int, stems []Stem, found []foundSign) Fact {
	var most [signsShown]foundSign
	var adds [signsShown]float32
	n := 0
	for _, f := range found {
		i := slices.IndexFunc(s.adds[f.sign], func(a addend) bool { return a.scale == scale })
		if i < 0 || f.to-f.from > signReach+1 || s.adds[f.sign][i].adds <= 0 {
			continue
		}
		add, at := s.adds[f.sign][i].adds, n
		for at > 0 && add > adds[at-1] {
			at--
		}
		if at == signsShown {
			continue
		}
		n = min(n+1, signsShown)
		copy(most[at+1:], most[at:])
		copy(adds[at+1:], adds[at:])
		most[at], adds[at] = f, add
	}
	f := Fact{Kind: s.all[scale].Kind, From: stems[0].From, To: stems[len(stems)-1].To, Place: -1}
	for i, m := range most[:n] {
		from, to := stems[m.from].From, stems[m.to-1].To
		if i == 0 {
			f.From, f.To = from, to
		}
		f.From, f.To = min(f.From, from), max(f.To, to)
		f.signs[i] = stretch{int16(from), int16(to)}
	}
	return f
}

// Because is what a fact rests on: the phrase of the book, or the words that weigh most for it.
func (r *Reading) Because(f Fact) string {
	if f.Phrase != "" {
		return f.Phrase
	}
	var signs []string
	for _, s := range f.signs {
		if s.to > s.from {
			signs = append(signs, r.spoken(s))
		}
	}
	return "weighed: " + strings.Join(signs, ", ")
}

// stretch is the words from and before to.
type stretch struct{ from, to int16 }

// spoken is a sign as a reader sees it: its first and its last word.
func (r *Reading) spoken(s stretch) string {
	first, last := r.spelt[s.from], r.spelt[s.to-1]
	switch s.to - s.from {
	case 1:
		return first
	case 2:
		return first + " " + last
	}
	return first + " " + nearMark + " " + last
}
