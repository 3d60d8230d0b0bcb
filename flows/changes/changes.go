// Package changes tells what people will notice when one flow book takes the
// place of another: not lines of a file, but what they text or press, what they
// got before, and what they get after.
package changes

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/internal/hours"
)

// Change is one answer that comes out differently.
type Change struct {
	At  time.Time // the first moment at which it does
	Any bool      // it does at any time of opening or closing
	// Moments are all the moments looked at at which it does.
	Moments []time.Time
	Call    bool
	// They is everything done, from the beginning, to get there.
	They          []string
	Before, After string
	Old, New      Outcome
}

// Outcome is what an answer does, apart from its words.
type Outcome struct {
	Language string // the id of the language it is in; empty: the book's own
	Act      flows.Act
}

// maxPairs bounds the walk of one moment.
const maxPairs = 50_000

// pair is where the same person is in either book.
type pair struct {
	call          bool
	dials         bool
	before, after flows.State
}

// pairKey is the key of a pair.
type pairKey struct {
	call, dials   bool
	before, after flows.StateKey
}

// step is how a pair was first come to.
type step struct {
	from int
	they string
}

// input is what somebody does, as either book understands it.
type input struct {
	they    string
	was, is flows.Input
}

// walk goes through both books side by side, at one moment.
type walk struct {
	before, after *flows.Book
	now           time.Time
	texts         bool // in texts, too: otherwise they are as at a moment before
	pairs         []pair
	cameFrom      []step
	keys          flows.StateKeys
	index         map[pairKey]int
	missed        map[int][]input // by pair: what either book does not understand there
	beforeMiss    map[int]int     // the pair before a first miss, by the pair behind it
	seen          map[[2]string]bool
	changes       []Change
}

// When says at which moments, in words.
func (c Change) When() string {
	if c.Any {
		return "at any hour"
	}
	return "on " + moments(c.At, "Monday at 15:04", "Monday 2 January 2006 at 15:04") + ", for example"
}

// inAnyWeek reports that a moment is one of every week, and not of one day.
func inAnyWeek(m time.Time) bool {
	return !m.Before(check.AnyWeek()) && m.Before(check.AnyWeek().AddDate(0, 0, 7))
}

// moments writes a moment of any week without its date.
func moments(m time.Time, weekly, single string) string {
	if inAnyWeek(m) {
		return m.In(hours.London()).Format(weekly)
	}
	return m.In(hours.London()).Format(single)
}

// Hours says at which hours it does, in words: several moments, not only the first. Days that
// are past are left out.
func (c Change) Hours(now time.Time) string {
	if c.Any {
		return "at any hour"
	}
	const few = 4
	var out []string
	for _, m := range c.Moments {
		if inAnyWeek(m) || !m.Before(hours.Day(now)) {
			out = append(out, moments(m, "Mon 15:04", "Mon 2 Jan 2006, 15:04"))
		}
	}
	if len(out) == 0 {
		return "only on days that are past"
	}
	words := "at some hours only, for example " + strings.Join(out[:min(few, len(out))], "; ")
	if more := len(out) - few; more > 0 {
		words += fmt.Sprintf("; and %d more", more)
	}
	return words
}

// Between lists every different change that people will notice, those nearest
// the beginning of a conversation first. Both books are gone through side by
// side, with every kind of input, at every moment at which either shows
// something else.
func Between(before, after *flows.Book) []Change {
	moments := together(before, after)
	texts := check.TextInputs(before)
	for _, t := range append(check.TextInputs(after),
		onlyInOne(check.Words(before, true), check.Words(after, true))...) {
		if !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	// The moments have nothing in common: they are walked at the same time.
	walks := make([]*walk, len(moments))
	var wg sync.WaitGroup
	inTexts := 0
	for i, m := range moments {
		walks[i] = &walk{before: before.WithReplyCache(m.at), after: after.WithReplyCache(m.at), now: m.at,
			texts: m.texts,
			index: map[pairKey]int{}, missed: map[int][]input{}, beforeMiss: map[int]int{}, seen: map[[2]string]bool{}}
		if m.texts {
			inTexts++
		}
		wg.Go(func() { walks[i].run(texts) })
	}
	wg.Wait()
	var out []Change
	at := map[[2]string][]time.Time{} // the moments of a change
	for _, w := range walks {
		for _, c := range w.changes {
			is := [2]string{c.Before, c.After}
			if at[is] = append(at[is], w.now); len(at[is]) == 1 {
				out = append(out, c)
			}
		}
	}
	for i, c := range out {
		all := len(walks)
		if !c.Call {
			all = inTexts
		}
		out[i].Moments = at[[2]string{c.Before, c.After}]
		out[i].Any = len(out[i].Moments) == all
	}
	slices.SortStableFunc(out, func(a, b Change) int { return len(a.They) - len(b.They) })
	return out
}

// moment is when something may be different from all moments before it.
type moment struct {
	at    time.Time
	texts bool // in texts, too
}

// together are the moments of two books.
func together(before, after *flows.Book) (out []moment) {
	for _, b := range []*flows.Book{before, after} {
		all, texts := check.MomentsOfTexts(b)
		for i, at := range all {
			if k := slices.IndexFunc(out, func(m moment) bool { return m.at.Equal(at) }); k >= 0 {
				out[k].texts = out[k].texts || texts[i]
			} else {
				out = append(out, moment{at, texts[i]})
			}
		}
	}
	return out
}

// run goes through everything that can happen, nearest first.
func (w *walk) run(texts []string) {
	var written, legs, keys []input
	for _, t := range texts {
		written = append(written, input{t, w.before.PreclassifiedText(t), w.after.PreclassifiedText(t)})
	}
	for _, name := range slices.Sorted(maps.Keys(check.Legs)) {
		legs = append(legs, alike(name, flows.LegEnded(check.Legs[name])))
	}
	for _, key := range []byte(flows.Keys) {
		keys = append(keys, alike(string(key), flows.Pressed(key)))
	}
	rings, silence := []input{alike("rings", flows.Rang())}, []input{alike("silence", flows.Silence())}
	// What is understood after a first miss, or a first silence, leads where it led before: to try
	// it again takes half as long again.
	inputs := func(i int) []input {
		p := w.pairs[i]
		before, missed := w.beforeMiss[i]
		switch {
		case missed:
			return w.missed[before]
		case !p.call:
			return written
		case p.before.Step == "":
			return rings
		case p.dials:
			return legs
		case p.before.Silences == 1 && p.after.Silences == 1:
			return silence
		}
		return slices.Concat(keys, silence)
	}
	if w.texts {
		w.push(pair{}, step{from: -1})
	}
	w.push(pair{call: true}, step{from: -1})
	for i := 0; i < len(w.pairs) && len(w.pairs) < maxPairs; i++ {
		for _, in := range inputs(i) {
			w.step(i, in)
		}
	}
}

// alike is what means the same to either book.
func alike(they string, in flows.Input) input { return input{they, in, in} }

// Unrung lists the services whose numbers are others than before, while the day
// they were last rung is still that of the old ones: a number that nobody has rung
// would be given out as a checked one.
func Unrung(before, after *flows.Book) (out []*flows.Service) {
	for i := range after.Services {
		s := &after.Services[i]
		was := before.Service(s.ID)
		if was == nil || s.CheckedOn.IsZero() || s.CheckedOn.After(was.CheckedOn) || s.NotOffered != "" {
			continue
		}
		if !slices.EqualFunc(s.Lines, was.Lines, func(a, b flows.Line) bool {
			return a.Digits() == b.Digits() && a.Keys == b.Keys && a.KeysAfter == b.KeysAfter
		}) {
			out = append(out, s)
		}
	}
	return out
}

// onlyInOne lists, in order, what only one of two books understands.
func onlyInOne(a, b map[string]bool) (out []string) {
	for w := range a {
		if !b[w] {
			out = append(out, w)
		}
	}
	for w := range b {
		if !a[w] {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return out
}

// push gives the pair's place, and -1 if it is not gone into.
func (w *walk) push(p pair, from step) int {
	p.before, p.after = p.before.Position(), p.after.Position()
	p.before.Urgent, p.after.Urgent = 0, 0         // what it says again was compared
	if p.before.Misses > 1 || p.after.Misses > 1 { // they get the same again until something is understood
		return -1
	}
	key := pairKey{p.call, p.dials, w.keys.Key(&p.before), w.keys.Key(&p.after)}
	i, ok := w.index[key]
	if !ok {
		i = len(w.pairs)
		w.index[key] = i
		w.pairs, w.cameFrom = append(w.pairs, p), append(w.cameFrom, from)
	}
	return i
}

func (w *walk) step(i int, in input) {
	p := w.pairs[i]
	oldNext, oldReply, err1 := w.before.Step(w.now, p.before, in.was)
	newNext, newReply, err2 := w.after.Step(w.now, p.after, in.is)
	if err1 != nil || err2 != nil {
		return // no state of a book's own does that
	}
	before, after := said(p.call, oldReply), said(p.call, newReply)
	if !p.call && again(w.before, p.before, oldNext) {
		before = Again
	}
	if !p.call && again(w.after, p.after, newNext) {
		after = Again
	}
	if before != after && !w.seen[[2]string{before, after}] {
		w.seen[[2]string{before, after}] = true
		w.changes = append(w.changes, Change{At: w.now, Call: p.call, They: append(w.path(i), in.they), Before: before,
			After: after, Old: outcome(w.before, oldNext, oldReply), New: outcome(w.after, newNext, newReply)})
	}
	oldMissed, newMissed := oldNext.Misses > p.before.Misses, newNext.Misses > p.after.Misses
	if oldMissed || newMissed {
		w.missed[i] = append(w.missed[i], in)
	}
	if oldReply.Ended || newReply.Ended || (oldReply.Act == flows.Dial) != (newReply.Act == flows.Dial) {
		return
	}
	// Where the two part, what follows is another conversation, not another change.
	if before == after || oldNext == newNext {
		to := w.push(pair{p.call, oldReply.Act == flows.Dial, oldNext, newNext}, step{i, in.they})
		if oldMissed && newMissed && oldNext.Misses == 1 && newNext.Misses == 1 {
			w.beforeMiss[to] = i
		}
	}
}

func (w *walk) path(i int) (they []string) {
	for ; w.cameFrom[i].from >= 0; i = w.cameFrom[i].from {
		they = append(they, w.cameFrom[i].they)
	}
	slices.Reverse(they)
	return they
}

func outcome(b *flows.Book, next flows.State, r flows.Reply) Outcome {
	o := Outcome{Act: r.Act}
	if next.Lang > 0 {
		o.Language = b.Languages[next.Lang-1].ID
	}
	return o
}

// Again is how the number is told that a text gets once more when it is not understood: the same for
// every number, so that a place that is understood from now on is one change.
const Again = "(not understood: the number again)"

// again reports that a text was not understood where a number was given.
func again(b *flows.Book, at, next flows.State) bool {
	step := b.StepNamed(at.Step)
	return next.Misses > at.Misses && step != nil && step.Kind == flows.KindServices
}

// Silence is how an answer of no words is told.
const Silence = "(silence)"

// said is an answer as people get it.
func said(call bool, r flows.Reply) string {
	if !call {
		if r.Text == "" {
			return Silence
		}
		return r.Text
	}
	out := flows.Spoken(r.Speech)
	switch r.Act {
	case flows.Dial:
		var lines []string
		for _, l := range r.Dial.Lines {
			line := l.Printed
			if l.Keys != "" {
				line += " then " + l.Keys
				if l.KeysAfter != flows.UsualKeysAfter {
					line += fmt.Sprintf(" after %v seconds", l.KeysAfter.Seconds())
				}
			}
			lines = append(lines, line)
		}
		out += " (rings " + strings.Join(lines, " and ") + ")"
	case flows.HangUp:
		out += " (hangs up)"
	}
	return strings.TrimSpace(out)
}
