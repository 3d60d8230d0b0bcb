// Package learn fits the scales that an ear weighs a text with (see [hear.Scale]) on
// labelled texts.
//
// [Fit] is its main call: logistic regression on the signs of each text, one scale for
// each kind, with a penalty that leaves most weights at zero. The method is FTRL-Proximal
// (McMahan and others, "Ad click prediction: a view from the trenches", KDD 2013). The
// same texts always give the same scales. Only the command line tool uses it:
// no running gateway does.
package learn

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"signpost/flows/hear"
)

// Text is a labelled text.
type Text struct {
	Signs []hear.Sign
	// Is are the kinds that the text is of, Known those that its labels speak of.
	Is, Known hear.Set
}

// Options steer a fit.
type Options struct {
	// Fewest is in how many texts a sign must be.
	Fewest int
	// Penalty is what a weight must earn; more leaves fewer signs.
	Penalty float64
	// False are the kinds, each with the most that may be taken for it by mistake.
	False map[hear.Kind]Shares
	// Smallest is the smallest weight that is kept.
	Smallest float64
	// Skip, if it is set, reports a sign that teaches nothing about a kind.
	Skip func(hear.Kind, hear.Sign) bool
}

// Shares are the most that a scale may take by mistake: of all texts that are not of its
// kind, of those of no kind at all, and of those that say no more than that the writer is
// harmed, as most people write. A share of Hurt that is zero is no limit.
type Shares struct{ Others, None, Hurt float64 }

// Report is how a scale does on texts that it was not fitted on.
type Report struct {
	Kind         hear.Kind
	Texts        int     // of the kind
	Heard, Wrong float64 // shares of the texts that are of the kind, and that are not
	None         float64 // share of the texts of no kind that are taken for it
	Hurt         float64 // share of the texts that tell only of harm that are taken for it
	Signs        int
}

const folds, rounds = 5, 12

// Fit gives a scale for each kind that has a share in the options, and how well each
// does: fitted on four fifths of the texts and tried on the fifth, five times. The sum
// that a text must reach is the lowest that keeps to the share.
func Fit(texts []Text, o Options) ([]hear.Scale, []Report) {
	f := index(texts, o.Fewest)
	var scales []hear.Scale
	var reports []Report
	for _, k := range slices.Sorted(keysOf(o.False)) {
		var tried []scored
		for fold := range folds {
			m := f.train(k, o, func(i int) bool { return i%folds != fold })
			for i := fold; i < len(texts); i += folds {
				if texts[i].Known.Has(k) {
					tried = append(tried, tryOn(m, f.rows[i], texts[i], k))
				}
			}
		}
		above, report := threshold(tried, o.False[k])
		m := f.train(k, o, func(int) bool { return true })
		s := hear.Scale{Kind: k, Enough: float32(above - m.weight(m.bias)), Adds: map[hear.Sign]float32{}}
		for i, sign := range f.signs {
			if w := m.weight(i); w != 0 {
				s.Adds[sign] = float32(w)
			}
		}
		report.Kind, report.Signs = k, len(s.Adds)
		scales, reports = append(scales, s), append(reports, report)
	}
	return scales, reports
}

func keysOf[M ~map[K]V, K comparable, V any](m M) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// scored is what a scale makes of a text that it was not fitted on.
type scored struct {
	score          float64
	is, none, hurt bool
}

func tryOn(m *model, row []int32, t Text, k hear.Kind) scored {
	all := t.Known == ^hear.Set(0)
	return scored{m.score(row), t.Is.Has(k), all && t.Is&^hear.Of(hear.Ordinary) == 0,
		all && t.Is == hear.Of(hear.Hurt)}
}

// threshold is the lowest score of a text of the kind that no more of the others reach
// than may.
func threshold(tried []scored, most Shares) (enough float64, r Report) {
	slices.SortFunc(tried, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var all, taken struct{ others, nones, hurts int }
	for _, t := range tried {
		if t.is {
			r.Texts++
			continue
		}
		all.others++
		all.nones += count(t.none)
		all.hurts += count(t.hurt)
	}
	enough = math.Inf(1)
	heard := 0
	for _, t := range tried {
		if t.is {
			heard++
			enough = t.score
			r.Heard, r.Wrong = portion(heard, r.Texts), portion(taken.others, all.others)
			r.None, r.Hurt = portion(taken.nones, all.nones), portion(taken.hurts, all.hurts)
			continue
		}
		taken.others++
		taken.nones += count(t.none)
		taken.hurts += count(t.hurt)
		if portion(taken.others, all.others) > most.Others || portion(taken.nones, all.nones) > most.None ||
			most.Hurt > 0 && portion(taken.hurts, all.hurts) > most.Hurt {
			break
		}
	}
	return enough, r
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

func portion(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

// indexed are the texts as numbers of signs.
type indexed struct {
	texts []Text
	signs []hear.Sign
	rows  [][]int32
}

func index(texts []Text, fewest int) *indexed {
	count := map[hear.Sign]int{}
	signs := make([][]hear.Sign, len(texts)) // each once
	for i, t := range texts {
		signs[i] = unique(t.Signs)
		for _, s := range signs[i] {
			count[s]++
		}
	}
	f := &indexed{texts: texts, rows: make([][]int32, len(texts))}
	number := map[hear.Sign]int32{}
	for i := range texts {
		for _, s := range signs[i] {
			if count[s] < fewest {
				continue
			}
			n, ok := number[s]
			if !ok {
				n = int32(len(f.signs))
				number[s] = n
				f.signs = append(f.signs, s)
			}
			f.rows[i] = append(f.rows[i], n)
		}
	}
	return f
}

func unique(signs []hear.Sign) []hear.Sign {
	signs = slices.Clone(signs)
	slices.SortFunc(signs, func(a, b hear.Sign) int {
		switch c := cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Second, b.Second)); {
		case c != 0 || a.Next == b.Next:
			return c
		case a.Next:
			return 1
		}
		return -1
	})
	return slices.Compact(signs)
}

// model is one logistic regression.
type model struct {
	signs []learnt // those of the texts, and last the bias
	bias  int
	l1    float64
}

// learnt is what FTRL-Proximal knows of a sign: z and n are the sums that it keeps, root is the
// root of n, and weight follows from both. They are side by side because reading them is most of
// the work.
type learnt struct {
	z, n, root, weight float64
	mute               bool // teaches nothing, such as the sign of a phrase of this very kind
}

// The learning rate and the second penalty of FTRL-Proximal.
const alpha, beta, l2 = 0.12, 1.0, 1.0

func (m *model) weight(i int) float64 { return m.signs[i].weight }

func (m *model) score(row []int32) float64 {
	sum := m.signs[m.bias].weight
	for _, i := range row {
		sum += m.signs[i].weight
	}
	return sum
}

func (m *model) learn(row []int32, is bool) {
	gradient := 1 / (1 + math.Exp(-m.score(row)))
	if is {
		gradient--
	}
	for _, i := range row {
		if s := &m.signs[i]; !s.mute {
			s.learn(gradient, m.l1)
		}
	}
	m.signs[m.bias].learn(gradient, 0)
}

func (s *learnt) learn(gradient, l1 float64) {
	s.n += gradient * gradient
	root := math.Sqrt(s.n)
	s.z += gradient - (root-s.root)/alpha*s.weight
	s.root, s.weight = root, 0
	if math.Abs(s.z) > l1 {
		s.weight = -(s.z - math.Copysign(l1, s.z)) / ((beta+root)/alpha + l2)
	}
}

// ownSigns are the signs of phrases that say a kind. That somebody harms and that they may harm
// are one thing: the weight of words then is a second opinion on what a phrase says of it.
func ownSigns(k hear.Kind) []hear.Sign {
	if k == hear.MaybeBehaviour {
		return []hear.Sign{hear.FactSign(k), hear.FactSign(hear.Behaviour)}
	}
	return []hear.Sign{hear.FactSign(k)}
}

// train fits a model for a kind on the texts whose labels speak of it.
func (f *indexed) train(k hear.Kind, o Options, use func(i int) bool) *model {
	n := len(f.signs)
	m := &model{signs: make([]learnt, n+1), bias: n, l1: o.Penalty}
	for _, own := range ownSigns(k) {
		if i := slices.Index(f.signs, own); i >= 0 {
			m.signs[i].mute = true
		}
	}
	for i, s := range f.signs {
		if o.Skip != nil && o.Skip(k, s) {
			m.signs[i].mute = true
		}
	}
	var order []int
	for i, t := range f.texts {
		if t.Known.Has(k) && use(i) {
			order = append(order, i)
		}
	}
	rng := rand.New(rand.NewPCG(1, uint64(k))) // #nosec G404 -- the same texts must always give the same weights
	for range rounds {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			m.learn(f.rows[i], f.texts[i].Is.Has(k))
		}
	}
	m.prune(o.Smallest)
	return m
}

// prune sets small weights to zero, so that a model is tried as it is kept.
func (m *model) prune(smallest float64) {
	for i := range m.bias {
		if math.Abs(m.weight(i)) < smallest {
			m.signs[i].weight = 0
		}
	}
}
