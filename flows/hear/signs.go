package hear

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"signpost/internal/english"
)

// Sign is a word of a text, or two words near each other in their order. Words are
// without their endings; see [Ear.Stems].
type Sign struct {
	First, Second string // Second is empty for one word
	Next          bool   // Second follows First at once
}

// Start stands before the first word of a text.
const Start = "^"

// sortMark begins the name of a sort, factMark what a phrase says.
const sortMark, factMark = "~", "="

// FactSign is the sign of a kind that a phrase says.
func FactSign(k Kind) Sign { return Sign{First: factMark + k.String()} }

const nearMark = ".."

const (
	signReach     = 4 // from the first word of a sign to the second
	fewestWeighed = 3 // words of a text
)

func (s Sign) String() string {
	switch {
	case s.Second == "":
		return s.First
	case s.Next:
		return s.First + " " + s.Second
	}
	return s.First + " " + nearMark + " " + s.Second
}

// ParseSign reads a sign as String writes it.
func ParseSign(text string) (s Sign, ok bool) {
	switch f := strings.Fields(text); {
	case len(f) == 1:
		return Sign{First: f[0]}, true
	case len(f) == 2:
		return Sign{f[0], f[1], true}, true
	case len(f) == 3 && f[1] == nearMark:
		return Sign{f[0], f[2], false}, true
	}
	return s, false
}

// Scale says how much signs speak for a kind, and the sum at which a text is of it. The
// numbers are fitted on labelled texts.
type Scale struct {
	Kind   Kind
	Enough float32
	Adds   map[Sign]float32
}

// Weighable are the kinds that may be weighed. Who is the one who harms is never decided
// so: the weight of words only makes us ask.
func Weighable() []Kind {
	return []Kind{Danger, Injury, Despair, Hurt, MaybeBehaviour, Other, Child, Man, LGBT, Sexual, Honour, Older, ChildConcern, TextOnly,
		Homeless, Stalked, Tracked, Visa, Ordinary}
}

// scales are the scales of an ear, ready to use.
type scales struct {
	all   []Scale
	words map[string]uint32 // of the signs, numbered from 1
	signs map[uint64]int32  // by their key, the place in adds
	adds  [][]addend
	// variants are the words that others are written for, sorts what a word is one of.
	variants, sorts map[string]string
	parts           parts
	spare           sync.Pool // of *weighing
}

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

type addend struct {
	scale int
	adds  float32
}

func newScales(from Spec) *scales {
	s := &scales{words: map[string]uint32{}, signs: map[uint64]int32{}, variants: map[string]string{}, sorts: map[string]string{},
		parts: newParts(from.Parts)}
	// In order, so that a word in two lists is always read the same.
	for _, word := range slices.Sorted(maps.Keys(from.Variants)) {
		for _, o := range from.Variants[word] {
			s.variants[o] = word
		}
	}
	for _, name := range slices.Sorted(maps.Keys(from.Sorts)) {
		for _, w := range from.Sorts[name] {
			s.sorts[withoutEnding(w)] = sortMark + name
		}
	}
	for i, one := range from.Scales {
		s.all = append(s.all, Scale{Kind: one.Kind, Enough: one.Enough})
		for sign, adds := range one.Adds {
			if number, ok := s.parts.number(sign.First); ok {
				s.add(partsKey(number), i, adds)
				continue
			}
			for _, w := range []string{sign.First, sign.Second} {
				if _, ok := s.words[w]; !ok && w != "" {
					s.words[w] = uint32(len(s.words) + 1)
				}
			}
			s.add(s.key(s.words[sign.First], s.words[sign.Second], sign.Next), i, adds)
		}
	}
	return s
}

// add puts in what a sign adds to a scale.
func (s *scales) add(key uint64, scale int, adds float32) {
	at, ok := s.signs[key]
	if !ok {
		at = int32(len(s.adds))
		s.signs[key], s.adds = at, append(s.adds, nil)
	}
	s.adds[at] = append(s.adds[at], addend{scale, adds})
}

// partsKey is a sign of parts: no word has the number 0.
func partsKey(number uint32) uint64 { return uint64(number) << 1 }

// key is a sign by the numbers of its words. Two strings as a key take four times as
// long to look up, which was a fifth of reading a text.
func (s *scales) key(first, second uint32, next bool) uint64 {
	k := uint64(first)<<32 | uint64(second)<<1
	if next {
		k |= 1
	}
	return k
}

// Stem is a word as signs have it, and the words of the reading that it stands for.
type Stem struct {
	Word     string
	Sort     string // what it is one of; the word itself if the book does not say
	From, To int
	part     uint8 // of [parts]; 0: none
}

// Stems are the words of a reading without their endings. All places are one and the same
// word; so are all numbers of one sort.
func (e *Ear) Stems(r *Reading) []Stem {
	out := make([]Stem, 0, len(r.spelt))
	for i, w := range r.spelt {
		place := slices.ContainsFunc(r.Places, func(p Place) bool { return p.From <= i && i < p.To })
		switch n := len(out); {
		case !place:
			word := e.scales.stem(w)
			sort, ok := e.scales.sorts[word]
			if !ok {
				sort = word
			}
			out = append(out, Stem{word, sort, i, i + 1, e.scales.parts.sorts[sort]})
		case n > 0 && out[n-1].Word == placeStem:
			out[n-1].To = i + 1
		default:
			out = append(out, Stem{Word: placeStem, Sort: placeStem, From: i, To: i + 1})
		}
	}
	return out
}

// What stands for a place and for numbers. The young are of school age.
const placeStem, youngStem, oldStem, numberStem = "#place", "#young", "#old", "#number"

// number reads digits. Anything else makes [strconv.Atoi] ask for memory for an error.
func number(w string) (int, bool) {
	if w == "" || w[0] < '0' || w[0] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(w)
	return n, err == nil
}

func (s *scales) stem(w string) string {
	if n, ok := number(w); ok {
		switch {
		case n >= 5 && n <= 18:
			return youngStem
		case n >= 60 && n <= 99:
			return oldStem
		}
		return numberStem
	}
	if same, ok := s.variants[w]; ok {
		return same
	}
	return withoutEnding(w)
}

// withoutEnding gives what the forms of a word share: "hit" for "hitting" and "hits".
func withoutEnding(w string) string {
	const shortest = 3
	for _, end := range []string{"ing", "in", "ed", "es", "s"} {
		root, ok := strings.CutSuffix(w, end)
		if !ok || len(root) < shortest || strings.HasSuffix(root, "s") {
			continue
		}
		short := root
		if n := len(root); n > shortest && root[n-1] == root[n-2] && root[n-1] != 'l' {
			short = root[:n-1]
		}
		switch {
		case end != "s" && short != root && english.Known(short):
			return short
		case english.Known(root):
			return root
		case end != "s" && english.Known(root+"e"):
			return root + "e"
		}
	}
	return w
}

// EachSign gives the signs of a text, each with the stems it rests on: what phrases say,
// the words and their sorts, two words that follow each other, two sorts near each
// other, and who does what to whom.
func (e *Ear) EachSign(stems []Stem, said Set, yield func(s Sign, from, to int)) {
	for k := range kinds {
		if said.Has(k) && k < Leave {
			yield(FactSign(k), 0, len(stems))
		}
	}
	for i, a := range stems {
		yield(Sign{First: a.Word}, i, i+1)
		if a.Sort != a.Word {
			yield(Sign{First: a.Sort}, i, i+1)
		}
		if i == 0 {
			yield(Sign{Start, a.Sort, true}, 0, 1)
		}
		for j := i + 1; j < len(stems) && j <= i+signReach; j++ {
			b := stems[j]
			if j == i+1 {
				yield(Sign{a.Word, b.Word, true}, i, j+1)
			}
			yield(Sign{a.Sort, b.Sort, false}, i, j+1)
		}
	}
	e.scales.parts.each(stems, func(of []played, _ uint32, from, to int) { yield(e.scales.parts.sign(of), from, to) })
}

// A long text is weighed piece by piece: the weights were fitted on texts no longer than
// a piece, and more words add more by chance.
const (
	pieceWords = 80
	pieceStep  = 40
)

// weigh adds what the signs of a text speak for and no phrase said. What is urgent does
// not count in a sentence about long ago or a story.
func (e *Ear) weigh(r *Reading, ends []bool) {
	if len(e.scales.all) == 0 || len(r.Words) < fewestWeighed {
		return
	}
	stems := e.Stems(r)
	r.weighed = true
	switch {
	case r.onlyCorrects():
		e.weighFor(r, stems, Of(Danger))
	case !r.has.Any(Past, Story):
		e.weighFor(r, stems, ^Set(0))
	default:
		e.weighFor(r, stems, ^urgent)
		apart := r.apart(ends)
		e.weighFor(r, slices.DeleteFunc(stems, func(s Stem) bool { return apart[s.From] }), urgent)
	}
	r.doubt()
}

// answers say what a menu or a question asked for, and nothing about what happened.
var answers = Of(Yes, No, Neither, NotSure, First, Second, Third, Fourth, Wrong, LineZero, Repeat, Thanks, SmallTalk, Filler, Here)

// onlyCorrects reports that a text is a correction and nothing else: "no sorry i meant crewe".
// People who correct us apologise, and the weights take that for despair.
func (r *Reading) onlyCorrects() bool {
	if !r.has.Any(No, Wrong) {
		return false
	}
	understood := r.marks.list()
	for _, f := range r.Facts {
		if answers.Has(f.Kind) {
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
)

// doubt drops what the other words deny: danger that only short phrases say, and what
// a text of everyday life says by the weight of words or a short phrase alone. That the writer is
// harmed or wants to die is never dropped so, if a phrase says it.
func (r *Reading) doubt() {
	denied := Set(0)
	if !r.firm.Has(Danger) && r.over[Danger] <= doubtful {
		denied |= Of(Danger)
	}
	if r.has.Has(Ordinary) && !r.sure.Has(Hurt) {
		for k := range Leave {
			switch {
			case r.sure.Has(k) && (kept.Has(k) || r.firm.Has(k)), !r.has.Has(k):
			case !r.sure.Has(k) && r.over[Ordinary] >= r.over[k]+margin(k), r.sure.Has(k) && r.over[Ordinary] >= everyday:
				denied |= Of(k)
			}
		}
	}
	r.Facts = slices.DeleteFunc(r.Facts, func(f Fact) bool { return denied.Has(f.Kind) })
	r.has &^= denied
	r.sure &^= denied
}

// margin is by how much more everyday life must weigh: more than a little for what is urgent.
func margin(k Kind) float32 {
	if urgent.Has(k) {
		return 1
	}
	return 0
}

// kept are not denied by words of everyday life where a phrase says them.
var kept = urgent | Of(Hurt, Interpreter, Anonymous, Watched, Stalked, Tracked, Homeless)

// everyday is by how much the words of everyday life must be more than enough to deny a phrase.
const everyday = 0.5

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
