package check

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"signpost/flows"
	"signpost/internal/hours"
	"signpost/internal/normalise"
)

// Node is one state a conversation can be in, without what only the texts before it left ([flows.State.Position]).
type Node struct {
	Moment  int // index into Walk.Moments
	Call    bool
	Dialing bool // a line is ringing: only its end can follow
	State   flows.State
}

// Edge is one input from one node, with the reply and the node that follows.
type Edge struct {
	From  Node
	Input string
	Reply flows.Reply
	To    Node // where the conversation is now, unless it is over
}

// At is the step whose words the reply is made of.
func (e *Edge) At() string {
	switch {
	case e.Reply.SayStep != "":
		return e.Reply.SayStep
	case e.Reply.Ended:
		return e.From.State.Step
	}
	return e.To.State.Step
}

// Walk is every state of a book.
type Walk struct {
	Moments []time.Time
	texts   []bool // whether texts are walked at a moment
	Nodes   []Node
	Edges   int
	at      map[[2]string]bool
	chosen  []way
	Failed  error // a step that failed: a fault of the engine
}

// reaches reports for each node whether choices go from it to a number. It ignores the choices
// after a miss or a silence.
func (w *Walk) reaches() []bool {
	back := make([][]int32, len(w.Nodes))
	reaches := make([]bool, len(w.Nodes))
	var queue []int32
	reach := func(n int32) {
		if !reaches[n] {
			reaches[n] = true
			queue = append(queue, n)
		}
	}
	for _, c := range w.chosen {
		if c.to < 0 {
			reach(c.from)
			continue
		}
		back[c.to] = append(back[c.to], c.from)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, from := range back[queue[0]] {
			reach(from)
		}
	}
	return reaches
}

// maxNodes bounds the walk of one moment; a book that needs more is not one
// people can follow.
const maxNodes = 50_000

// thorough is how much a walk tries once a text conversation has begun.
type thorough int

// A full walk tries every input in every state. A brief one tries no case with a place
// after the start. Once a need is known, after an answer to danger, and where a line comes with the local number, it
// tries each case once for each step. A quick one tries cases at the start alone.
const (
	quick thorough = iota
	brief
	full
)

// walker walks a book at one moment. The moments of a book have no state in
// common, so that they can be walked side by side.
type walker struct {
	book   *flows.Book
	moment int
	now    time.Time
	inputs inputs
	how    thorough
	visit  func(*Edge)
	// callsOnly leaves the conversations by text out.
	callsOnly bool
	// again tries everything again after a first miss or silence. What is understood leads where it
	// led before: without again a walk takes a fifth less.
	again bool

	edge   Edge // the one that is shown: the next takes its place
	nodes  []Node
	edges  int
	keys   flows.StateKeys
	index  map[nodeKey]int
	tried  map[flows.State]bool // kinds of states with a need, whose cases were tried
	missed map[int][]input      // by the node that follows: inputs that were not understood at first
	failed error
	chosen []way
}

// nodeKey is the key of a node of one moment.
type nodeKey struct {
	call, dialing bool
	state         flows.StateKey
}

// way is a choice between nodes: not a key that is kept for everyone, and nothing
// that was not understood. to is -1 when it gives a number.
type way struct{ from, to int32 }

// input is a text, or a case that texts can be, by its name.
type input struct {
	name string
	flows.Input
}

// inputs are what a walk tries: texts, cases without a place, and cases with one.
type inputs struct{ texts, cases, placed []input }

func inputsOf(b *flows.Book) (in inputs) {
	for _, text := range TextInputs(b) {
		in.texts = append(in.texts, input{text, b.PreclassifiedText(text)})
	}
	for _, c := range b.Cases() {
		one := input{c.Name, flows.CaseInput(c.Case)}
		if c.Case.Place == (flows.PlaceCase{}) {
			in.cases = append(in.cases, one)
		} else {
			in.placed = append(in.placed, one)
		}
	}
	return in
}

// at gives the inputs that are tried on a text conversation in a state. After two
// answers that were not understood nothing changes but by what is understood, and
// that is the same as after none.
func (w *walker) at(s flows.State) [][]input {
	const few = 3 // the digits 0 to 2
	in := &w.inputs
	step := w.book.StepNamed(s.Step)
	switch {
	case s.Misses >= 2 && w.how != full && s.Area != "" && !step.FromArea:
		return [][]input{in.texts[:few]} // the place stays known at the 24-hour line: as without it
	case s.Misses >= 2:
		return [][]input{in.texts}
	case w.how == full || s.Step == "":
		return [][]input{in.texts, in.cases, in.placed}
	case s.Need != 0 || s.Area != "" && !step.FromArea || s.Urgent != flows.NotUrgent:
		// What a need changes in an answer (Relay UK's prefix, say) depends on no area.
		kind := flows.State{Step: s.Step, Who: s.Who, Need: s.Need, Lang: s.Lang, Urgent: s.Urgent}
		if w.how == brief && !w.tried[kind] {
			w.tried[kind] = true
			return [][]input{in.texts[:few], in.cases}
		}
		return [][]input{in.texts[:few]}
	case w.how == quick:
		return [][]input{in.texts}
	}
	return [][]input{in.texts, in.cases}
}

// At reports whether any conversation for who reaches the step.
func (w *Walk) At(step string, who flows.Person) bool {
	return w.at[[2]string{step, flows.PersonNames[who]}]
}

// Moments are instants at which, between them, the book's services show every
// combination of open, closed and not existing.
func Moments(b *flows.Book) []time.Time {
	all, _ := MomentsOfTexts(b)
	return all
}

// AnyWeek is the beginning of a week in which no day is special: its moments are those of any
// week.
func AnyWeek() time.Time { return time.Date(2026, 11, 16, 0, 0, 0, 0, hours.London()) }

// MomentsOfTexts are [Moments], and of each whether texts differ from those of the moments
// before it: only calls depend on when offices are open.
func MomentsOfTexts(b *flows.Book) (out []time.Time, texts []bool) {
	services := varying(b)
	// A line of unknown hours is offered otherwise when most offices are closed.
	unknown := slices.ContainsFunc(b.Services,
		func(s flows.Service) bool { return !s.Hours.IsKnown() && s.NotOffered == "" })
	type moment struct {
		services string // their fingerprint
		office   bool
	}
	seen, seenByTexts := map[moment]bool{}, map[string]bool{}
	for _, w := range weeksOfChange(b) {
		for m := 0; m < 7*24*60; m += 15 {
			t := w.Add(time.Duration(m) * time.Minute)
			is := moment{fingerprint(services, t), unknown && hours.Office(t)}
			if !seen[is] {
				out, texts = append(out, t), append(texts, !seenByTexts[is.services])
				seen[is], seenByTexts[is.services] = true, true
			}
		}
	}
	return out, texts
}

// weeksOfChange are the beginnings of the weeks in which something changes, and of any other.
func weeksOfChange(b *flows.Book) []time.Time {
	out := []time.Time{AnyWeek()}
	for _, s := range b.Services {
		if !s.From.IsZero() {
			out = append(out, s.From)
		}
		if !s.To.IsZero() {
			out = append(out, s.To.AddDate(0, 0, -6), s.To.AddDate(0, 0, 1))
		}
		if !s.PausedUntil.IsZero() {
			out = append(out, s.PausedUntil.AddDate(0, 0, -7), s.PausedUntil)
		}
	}
	return out
}

// varying are the services that are not the same at every moment, as one is that is always open and has
// neither beginning nor end.
func varying(b *flows.Book) (out []*flows.Service) {
	for i := range b.Services {
		s := &b.Services[i]
		if !s.Hours.IsAlways() && s.Hours.IsKnown() || !s.From.IsZero() || !s.To.IsZero() || !s.PausedUntil.IsZero() ||
			!s.CheckedOn.IsZero() {
			out = append(out, s)
		}
	}
	return out
}

// fingerprint is the same at moments at which services are: one byte for each.
func fingerprint(services []*flows.Service, t time.Time) string {
	out := make([]byte, 0, len(services))
	for _, s := range services {
		bits := byte(s.Hours.At(t)) << 3
		for i, is := range []bool{s.Exists(t), s.Doubtful(t), s.Paused(t)} {
			if is {
				bits |= 1 << i
			}
		}
		out = append(out, bits)
	}
	return string(out)
}

// walkAside walks every state from the first text and the first ring of a call, at each of the book's
// [Moments], and shows every step between them, nearest first. Most cases are tried at the first moment: the
// others differ only in what is open, and fewer texts are tried there. An edge is good until the visitor
// returns. The moments are walked side by side. Each has a visitor of its own, made by visitor, which is never
// called by two at once.
func walkAside(b *flows.Book, visitor func(moment int) func(*Edge)) *Walk {
	return walkBriefly(b, false, visitor)
}

// BriefWalk walks a book as a check does, without looking at the steps.
func BriefWalk(b *flows.Book) *Walk {
	return walkAside(b, func(int) func(*Edge) { return func(*Edge) {} })
}

func walkBriefly(b *flows.Book, again bool, visitor func(moment int) func(*Edge)) *Walk {
	w := newWalk(b)
	texts := inputsOf(b)
	walkers := make([]*walker, len(w.Moments))
	var wg sync.WaitGroup
	for m := range w.Moments {
		how := quick
		if m == 0 {
			how = brief
		}
		walkers[m] = &walker{book: b.WithReplyCache(w.Moments[m]), moment: m, now: w.Moments[m],
			inputs: texts, how: how,
			again: again, callsOnly: !w.texts[m], visit: visitor(m)}
		wg.Go(walkers[m].run)
	}
	wg.Wait()
	for _, one := range walkers {
		w.add(one)
	}
	return w
}

func newWalk(b *flows.Book) *Walk {
	w := &Walk{at: map[[2]string]bool{}}
	w.Moments, w.texts = MomentsOfTexts(b)
	return w
}

func (w *Walk) add(one *walker) {
	first := int32(len(w.Nodes))
	for _, c := range one.chosen {
		if c.to >= 0 {
			c.to += first
		}
		w.chosen = append(w.chosen, way{c.from + first, c.to})
	}
	w.Nodes = append(w.Nodes, one.nodes...)
	w.Edges += one.edges
	if w.Failed == nil {
		w.Failed = one.failed
	}
	for i := range one.nodes {
		w.at[[2]string{one.nodes[i].State.Step, one.nodes[i].State.Who.String()}] = true
	}
}

// run goes through everything that can happen at the moment, nearest first.
func (w *walker) run() {
	w.index, w.tried, w.missed = map[nodeKey]int{}, map[flows.State]bool{}, map[int][]input{}
	if !w.callsOnly {
		w.node(Node{Moment: w.moment})
	}
	w.node(Node{Moment: w.moment, Call: true})
	legs := slices.Sorted(maps.Keys(Legs))
	for i := 0; i < len(w.nodes) && len(w.nodes) < maxNodes && w.failed == nil; i++ {
		n := w.nodes[i]
		switch {
		case !w.again && w.missed[i] != nil:
			for _, in := range w.missed[i] {
				w.step(i, in.name, in.Input)
			}
		case !n.Call:
			for _, list := range w.at(n.State) {
				for _, in := range list {
					w.step(i, in.name, in.Input)
				}
			}
		case n.State.Step == "":
			w.step(i, "rings", flows.Rang())
		case n.Dialing:
			for _, name := range legs {
				w.step(i, name, flows.LegEnded(Legs[name]))
			}
		default:
			for _, key := range []byte(flows.Keys) {
				w.step(i, string(key), flows.Pressed(key))
			}
			w.step(i, "silence", flows.Silence())
		}
	}
}

// Legs are the ways a dialled line can end, by the names examples use.
var Legs = map[string]flows.Leg{
	"answered": flows.LegTalked, "short": flows.LegShort, "no answer": flows.LegNoAnswer, "engaged": flows.LegBusy,
	"failed": flows.LegFailed, "cancelled": flows.LegCancelled,
}

func (w *walker) node(n Node) int {
	n.State = n.State.Position() // tests of their own check what this leaves out
	key := nodeKey{n.Call, n.Dialing, w.keys.Key(&n.State)}
	i, ok := w.index[key]
	if !ok {
		i = len(w.nodes)
		w.index[key] = i
		w.nodes = append(w.nodes, n)
	}
	return i
}

func (w *walker) step(from int, name string, in flows.Input) {
	e := &w.edge
	e.From, e.Input = w.nodes[from], name
	next, reply, err := w.book.Step(w.now, e.From.State, in)
	if err != nil {
		w.failed = fmt.Errorf("step from %q with %q: %w", e.From.State.Step, name, err)
		return
	}
	if e.Reply = reply; reply.Ended {
		e.To = Node{}
	} else {
		e.To = Node{Moment: e.From.Moment, Call: e.From.Call, Dialing: reply.Act == flows.Dial, State: next}
		to := w.node(e.To)
		// Another leads on. What is understood after the first was tried before it, and after the third key of a call at
		// the 24-hour line after the second.
		if from := e.From.State; from.Misses == 0 && next.Misses == 1 || next.Misses > from.Misses && next.Misses > 2 ||
			from.Silences == 0 && next.Silences == 1 {
			w.missed[to] = append(w.missed[to], input{name, in})
		}
		if !slices.Contains([]string{"0", "9", "#", "*"}, name) && next.Misses == 0 && next.Silences == 0 {
			if len(reply.Shows) > 0 {
				to = -1
			}
			if c := (way{int32(from), int32(to)}); len(w.chosen) == 0 || w.chosen[len(w.chosen)-1] != c {
				w.chosen = append(w.chosen, c)
			}
		}
	}
	w.edges++
	w.visit(e)
}

// TextInputs is one text of every kind: each digit, each of the book's words,
// a place in each area, a place that must be asked about, nonsense, nothing.
func TextInputs(b *flows.Book) []string {
	in := []string{"0", "1", "2", "3", "4", "5", "8", "9", "12", "#", "*", "STOP", "START", "YES", "HELP",
		"xyzzy plugh", "",
		"kendal", "carlisle", "newton", "bootle", "flint", "leeds", "CA1 1AA", "CA12"}
	u := b.Words
	for _, l := range [][]string{u.Leave, u.Back, u.Repeat, u.Helpline, u.Emergency, u.Polite, u.Start} {
		if len(l) > 0 {
			in = append(in, l[0])
		}
	}
	for _, s := range u.Shortcuts {
		if len(s.Words) > 0 {
			in = append(in, s.Words[0])
		}
	}
	for _, l := range b.Languages {
		in = append(in, l.Words[:min(1, len(l.Words))]...)
	}
	if len(b.Languages) > 0 && len(b.OwnWords) > 0 {
		in = append(in, b.OwnWords[0])
	}
	areasOf := map[string]int{}
	for _, a := range b.Areas {
		for i, n := range a.Names {
			if areasOf[n]++; i == 0 || areasOf[n] == 2 { // one place of the area; every name shared by areas
				in = append(in, n)
			}
		}
	}
	// Two places that mean the same areas are one kind of text, unless a word of
	// the book is written the same.
	other := Words(b, false)
	seen := map[string]bool{}
	var out []string
	for _, i := range in {
		kind := i
		if areas, ask, found := b.Find(i); found.Set != 0 && !other[normalise.Text(i)] {
			kind = fmt.Sprint(areas, ask)
		}
		if !seen[kind] {
			seen[kind] = true
			out = append(out, i)
		}
	}
	return out
}

// Words is everything, in plain form, that a book understands, names of places of
// its own among it or not.
func Words(b *flows.Book, places bool) map[string]bool {
	all := map[string]bool{}
	add := func(words ...string) {
		for _, w := range words {
			if w = normalise.Text(w); w != "" {
				all[w] = true
			}
		}
	}
	u := b.Words
	for _, l := range [][]string{u.Leave, u.Back, u.Repeat, u.Helpline, u.Emergency, u.Polite, u.Start, b.OwnWords} {
		add(l...)
	}
	for _, s := range u.Shortcuts {
		add(s.Words...)
	}
	for i := range b.Steps {
		for _, c := range b.Steps[i].Choices {
			add(c.Text)
			add(c.Words...)
		}
	}
	for i := range b.Areas {
		add(b.Areas[i].Text)
		if places {
			add(b.Areas[i].Names...)
		}
	}
	for i := range b.Languages {
		add(b.Languages[i].Words...)
	}
	return all
}
