// Package changes tells what people will notice when one flow book takes the
// place of another: not lines of a file, but what they text or press, what they
// got before, and what they get after.
package changes

import (
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/check"
)

// Change is one answer that comes out differently.
type Change struct {
	At   time.Time
	Call bool
	// They is everything done, from the beginning, to get there.
	They          []string
	Before, After string
}

// maxPairs bounds the walk.
const maxPairs = 400_000

// pair is where the same person is in either book.
type pair struct {
	moment   int
	call     bool
	dials    bool
	old, new flows.State
}

// step is how a pair was first come to.
type step struct {
	from int
	they string
}

// walk goes through both books side by side.
type walk struct {
	old, new *flows.Book
	moments  []time.Time
	pairs    []pair
	how      []step
	index    map[pair]int
	told     map[[2]string]bool
	changes  []Change
}

// Between lists every different change that people will notice, those nearest
// the beginning of a conversation first. Both books are gone through side by
// side, with every kind of input, at every moment at which either shows
// something else.
func Between(old, new *flows.Book) []Change {
	w := &walk{old: old, new: new, moments: check.Moments(old), index: map[pair]int{}, told: map[[2]string]bool{}}
	for _, m := range check.Moments(new) {
		if !slices.ContainsFunc(w.moments, m.Equal) {
			w.moments = append(w.moments, m)
		}
	}
	texts := check.TextInputs(old)
	for _, t := range append(check.TextInputs(new), onlyInOne(check.Words(old, true), check.Words(new, true))...) {
		if !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	var legs []string
	for name := range check.Legs {
		legs = append(legs, name)
	}
	slices.Sort(legs)
	for m := range w.moments {
		w.push(pair{moment: m}, step{from: -1})
		w.push(pair{moment: m, call: true}, step{from: -1})
	}
	for i := 0; i < len(w.pairs) && len(w.pairs) < maxPairs; i++ {
		switch p := w.pairs[i]; {
		case !p.call:
			for _, t := range texts {
				w.step(i, t, flows.Heard(t))
			}
		case p.old.Step == "":
			w.step(i, "rings", flows.Rang())
		case p.dials:
			for _, name := range legs {
				w.step(i, name, flows.LegEnded(check.Legs[name]))
			}
		default:
			for _, key := range []byte("0123456789*#") {
				w.step(i, string(key), flows.Pressed(key))
			}
			w.step(i, "silence", flows.Silence())
		}
	}
	return w.changes
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

func (w *walk) push(p pair, how step) {
	p.old.Idle, p.new.Idle = 0, 0
	if _, ok := w.index[p]; !ok {
		w.index[p] = len(w.pairs)
		w.pairs, w.how = append(w.pairs, p), append(w.how, how)
	}
}

func (w *walk) step(i int, they string, in flows.Input) {
	p := w.pairs[i]
	now := w.moments[p.moment]
	oldNext, oldReply, err1 := w.old.Step(now, p.old, in)
	newNext, newReply, err2 := w.new.Step(now, p.new, in)
	if err1 != nil || err2 != nil {
		return // no state of a book's own does that
	}
	before, after := said(p.call, oldReply), said(p.call, newReply)
	if before != after && !w.told[[2]string{before, after}] {
		w.told[[2]string{before, after}] = true
		w.changes = append(w.changes, Change{now, p.call, append(w.path(i), they), before, after})
	}
	if oldReply.Ended || newReply.Ended || (oldReply.Act == flows.Dial) != (newReply.Act == flows.Dial) {
		return
	}
	// Where the two part, what follows is another conversation, not another change.
	if before == after || oldNext == newNext {
		w.push(pair{p.moment, p.call, oldReply.Act == flows.Dial, oldNext, newNext}, step{i, they})
	}
}

func (w *walk) path(i int) (they []string) {
	for ; w.how[i].from >= 0; i = w.how[i].from {
		they = append(they, w.how[i].they)
	}
	slices.Reverse(they)
	return they
}

// said is an answer as people get it.
func said(call bool, r flows.Reply) string {
	if !call {
		if r.Text == "" {
			return "(silence)"
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
			}
			lines = append(lines, line)
		}
		out += " (rings " + strings.Join(lines, " and ") + ")"
	case flows.HangUp:
		out += " (hangs up)"
	}
	return strings.TrimSpace(out)
}
