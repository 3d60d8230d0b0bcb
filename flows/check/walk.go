package check

import (
	"fmt"
	"time"

	"signpost/flows"
	"signpost/internal/hours"
)

// Node is one state a conversation can be in. Idle, which only counts towards
// silence between machines, is left out of it.
type Node struct {
	Moment  int // index into Walk.Moments
	Call    bool
	Dialing bool // a line is ringing: only its end can follow
	State   flows.State
}

// Edge is one input from one node, with what it led to.
type Edge struct {
	From  Node
	Input string
	Reply flows.Reply
	To    Node // where the conversation is now, unless it is over
}

// At is the step whose words the reply is made of.
func (e *Edge) At() string {
	switch {
	case e.Reply.Tells != "":
		return e.Reply.Tells
	case e.Reply.Ended:
		return e.From.State.Step
	}
	return e.To.State.Step
}

// Walk is every state of a book.
type Walk struct {
	Moments []time.Time
	Nodes   []Node
	Edges   int
	index   map[Node]int
	at      map[[2]string]bool
	visit   func(*Edge)
	Failed  error // a step that failed: a fault of the engine
}

// maxNodes bounds a walk; a book that needs more is not one people can follow.
const maxNodes = 400_000

// At reports whether any conversation for who reaches the step.
func (w *Walk) At(step string, who flows.Person) bool {
	return w.at[[2]string{step, flows.PersonNames[who]}]
}

// Moments are instants at which, between them, the book's services show every
// combination of open, closed and not existing.
func Moments(b *flows.Book) []time.Time {
	weeks := []time.Time{time.Date(2026, 11, 16, 0, 0, 0, 0, hours.London())}
	for _, s := range b.Services {
		if !s.From.IsZero() {
			weeks = append(weeks, s.From)
		}
		if !s.To.IsZero() {
			weeks = append(weeks, s.To.AddDate(0, 0, -6), s.To.AddDate(0, 0, 1))
		}
		if !s.PausedUntil.IsZero() {
			weeks = append(weeks, s.PausedUntil.AddDate(0, 0, -7), s.PausedUntil)
		}
	}
	var out []time.Time
	seen := map[string]bool{}
	for _, w := range weeks {
		for m := 0; m < 7*24*60; m += 15 {
			t := w.Add(time.Duration(m) * time.Minute)
			key := ""
			for i := range b.Services {
				s := &b.Services[i]
				key += fmt.Sprint(s.Exists(t), s.Doubtful(t), s.Paused(t), s.Hours.At(t), " ")
			}
			if !seen[key] {
				seen[key] = true
				out = append(out, t)
			}
		}
	}
	return out
}

// WalkBook walks every state from the first text and the first ring of a call,
// with every kind of input, at each of the book's [Moments], and shows every
// step between them to visit, nearest first.
func WalkBook(b *flows.Book, visit func(*Edge)) *Walk {
	w := &Walk{Moments: Moments(b), index: map[Node]int{}, at: map[[2]string]bool{}, visit: visit}
	texts := TextInputs(b)
	for m := range w.Moments {
		w.node(Node{Moment: m})
		w.node(Node{Moment: m, Call: true})
	}
	for i := 0; i < len(w.Nodes) && len(w.Nodes) < maxNodes && w.Failed == nil; i++ {
		n := w.Nodes[i]
		switch {
		case !n.Call:
			for _, text := range texts {
				w.step(b, i, text, flows.Heard(text))
			}
		case n.State.Step == "":
			w.step(b, i, "rings", flows.Rang())
		case n.Dialing:
			for name, leg := range Legs {
				w.step(b, i, name, flows.LegEnded(leg))
			}
		default:
			for _, key := range []byte("0123456789*#") {
				w.step(b, i, string(key), flows.Pressed(key))
			}
			w.step(b, i, "silence", flows.Silence())
		}
	}
	return w
}

// Legs are the ways a dialled line can end, by the names examples use.
var Legs = map[string]flows.Leg{
	"answered": flows.LegTalked, "no answer": flows.LegNoAnswer, "engaged": flows.LegBusy, "failed": flows.LegFailed,
}

func (w *Walk) node(n Node) int {
	n.State.Idle = 0
	if i, ok := w.index[n]; ok {
		return i
	}
	w.Nodes = append(w.Nodes, n)
	w.index[n] = len(w.Nodes) - 1
	w.at[[2]string{n.State.Step, n.State.Who.String()}] = true
	return len(w.Nodes) - 1
}

func (w *Walk) step(b *flows.Book, from int, name string, in flows.Input) {
	e := Edge{From: w.Nodes[from], Input: name}
	next, reply, err := b.Step(w.Moments[e.From.Moment], e.From.State, in)
	if err != nil {
		w.Failed = fmt.Errorf("step from %q with %q: %w", e.From.State.Step, name, err)
		return
	}
	e.Reply = reply
	if !reply.Ended {
		e.To = Node{Moment: e.From.Moment, Call: e.From.Call, Dialing: reply.Act == flows.Dial, State: next}
		w.node(e.To)
	}
	w.Edges++
	w.visit(&e)
}

// TextInputs is one text of every kind: each digit, each of the book's words,
// a place in each area, a place that must be asked about, nonsense, nothing.
func TextInputs(b *flows.Book) []string {
	in := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "12", "#", "*", "STOP", "START", "YES", "HELP", "xyzzy plugh", "",
		"kendal", "carlisle", "newton", "bootle", "flint", "leeds", "CA1 1AA", "CA12"}
	u := b.Words
	for _, l := range [][]string{u.Leave, u.Back, u.Repeat, u.Zero, u.Emergency, u.Polite, u.Start} {
		if len(l) > 0 {
			in = append(in, l[0])
		}
	}
	for _, s := range u.Shortcuts {
		if len(s.Words) > 0 {
			in = append(in, s.Words[0])
		}
	}
	areasOf := map[string]int{}
	for _, a := range b.Areas {
		for i, n := range a.Names {
			if areasOf[n]++; i == 0 || areasOf[n] == 2 { // one place of the area; every name shared by areas
				in = append(in, n)
			}
		}
	}
	seen := map[string]bool{}
	var out []string
	for _, i := range in {
		if !seen[i] {
			seen[i] = true
			out = append(out, i)
		}
	}
	return out
}
