// Package signoff lists, for a safeguarding lead to read and sign, every ending that
// people can come to: by area, channel, hour and how the lines that are rung end;
// with what it costs to get there, and who checked the numbers when.
//
// Nothing in it is written by hand: each line is what the engine does.
package signoff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/routes"
	"signpost/internal/hours"
)

// Document is what the page to sign shows.
type Document struct {
	When     time.Time
	Book     *flows.Book
	Errors   int
	Warnings []load.Problem
	Rules    int
	// States and Steps are how many states of conversations the rules looked at, and how many
	// steps between them.
	States, Steps int
	Moments       []Moment
	Groups        []Group
	Worst         []routes.Worst
	Segment       float64 // what one segment of a text costs, in pence
}

// Moment is an instant at which something is open or closed that was not before.
type Moment struct {
	At   time.Time
	Open []string // names of the services with hours that are open then
}

// Group is the endings of one area, or of those who need none.
type Group struct {
	Name string
	Rows []Row
}

// Row is one ending, at all the moments at which it is the same.
type Row struct {
	Ways []Way // who comes to it, and how
	When []time.Time
	// Text is what is texted back; empty for a call.
	Text    string
	Next    []string // the services that "next" gives after it
	Number  string   // the service whose number is said first
	Rings   []Ring   // the lines that are rung, when asked to be put through
	Last    string   // the last words, when nobody answers
	Short   string   // the words after a line picked up for a moment only, as a machine may
	Alike   bool     // no answer, engaged and failed go on to the same line, each in its own words
	Differs []string // otherwise, what differs
	Times   string   // When, in words
}

// Way is how somebody comes to an ending.
type Way struct {
	Who     flows.Person
	Keys    string  // of a call
	Seconds float64 // of its talk until the first number is heard
	Texts   string  // that choose, one after another; empty when one names the place
}

// Ring is one line that is rung.
type Ring struct {
	Service string // id
	Seconds int
}

// mostRings bounds a chain of lines.
const mostRings = 50

// New makes the document for a book on a day, at a price of a segment in pence.
func New(src *load.Source, problems []load.Problem, day time.Time, segment float64) Document {
	b := src.Book
	p := Document{When: day, Book: b, Errors: len(load.Errors(problems)), Warnings: load.Warnings(problems),
		Rules: len(check.Rules()), Segment: segment}
	w := check.BriefWalk(b)
	p.States, p.Steps = len(w.Nodes), w.Edges
	groups := map[string]*Group{}
	var order []string
	for _, at := range w.Moments {
		p.Moments = append(p.Moments, Moment{at, open(b, at)})
		all := routes.Find(b, at)
		for _, worst := range routes.Summary(all) {
			p.Worst = higher(p.Worst, worst)
		}
		for _, r := range all {
			if !r.First || r.Way == routes.ByPlace && r.Who != flows.Me {
				continue // anybody who only names a place has not said for whom
			}
			row, ok := ending(b, at, r)
			if !ok {
				continue
			}
			name := "Any place"
			if a := b.Area(r.Area); a != nil {
				name = a.Name
			}
			if groups[name] == nil {
				groups[name] = &Group{Name: name}
				order = append(order, name)
			}
			groups[name].add(row, at)
		}
	}
	for _, g := range groups {
		g.merge(p.Moments)
	}
	for i := range b.Areas { // in the book's order, then the rest
		if g := groups[b.Areas[i].Name]; g != nil {
			p.Groups = append(p.Groups, *g)
		}
	}
	for _, name := range order {
		if !slices.ContainsFunc(p.Groups, func(g Group) bool { return g.Name == name }) {
			p.Groups = append(p.Groups, *groups[name])
		}
	}
	return p
}

// higher keeps the worst of each way, over all moments.
func higher(all []routes.Worst, w routes.Worst) []routes.Worst {
	for i := range all {
		if a := &all[i]; a.Way == w.Way && a.First == w.First {
			a.Routes, a.Did, a.Segments, a.Seconds = max(a.Routes, w.Routes), max(a.Did, w.Did),
				max(a.Segments, w.Segments), max(a.Seconds, w.Seconds)
			return all
		}
	}
	return append(all, w)
}

// open names the services with hours of their own that are open.
func open(b *flows.Book, at time.Time) (names []string) {
	for i := range b.Services {
		s := &b.Services[i]
		if s.Exists(at) && s.Hours.IsKnown() && !s.Hours.IsAlways() && s.Hours.At(at) == hours.Open && !s.Paused(at) {
			names = append(names, s.Name)
		}
	}
	return names
}

// add puts a row with those that are the same at other moments.
func (g *Group) add(r Row, at time.Time) {
	for i := range g.Rows {
		if g.Rows[i].key() == r.key() && slices.Equal(g.Rows[i].Ways, r.Ways) {
			g.Rows[i].When = append(g.Rows[i].When, at)
			return
		}
	}
	r.When = []time.Time{at}
	g.Rows = append(g.Rows, r)
}

// merge puts rows together to which several people come at the same moments, and
// sorts them: texts first, then what holds most often.
func (g *Group) merge(moments []Moment) {
	var out []Row
	for _, r := range g.Rows {
		i := slices.IndexFunc(out, func(o Row) bool { return o.key() == r.key() && slices.Equal(o.When, r.When) })
		if i < 0 {
			out = append(out, r)
			continue
		}
		out[i].Ways = append(out[i].Ways, r.Ways...)
	}
	for i := range out {
		slices.SortStableFunc(out[i].Ways, func(a, b Way) int { return cmp.Compare(a.Who, b.Who) })
		out[i].Times = times(out[i].When, moments)
	}
	slices.SortStableFunc(out, func(a, b Row) int {
		return cmp.Or(-cmp.Compare(len(a.Text), len(b.Text))*oneIsCall(a, b), cmp.Compare(len(b.Rings), len(a.Rings)))
	})
	g.Rows = out
}

// oneIsCall is 1 when one of two rows is a call's and the other a text's.
func oneIsCall(a, b Row) int {
	if (a.Text == "") != (b.Text == "") {
		return 1
	}
	return 0
}

// key is the ending itself: all of a row but who, how and when.
func (r Row) key() string {
	return fmt.Sprint(r.Text, r.Next, r.Number, r.Rings, r.Last, r.Short, r.Alike, r.Differs)
}

// times says when a row holds: by what is open, where that tells it, else by the
// moments themselves.
func times(when []time.Time, moments []Moment) string {
	if len(when) == len(moments) {
		return "At any hour."
	}
	holds := func(m Moment) bool { return slices.ContainsFunc(when, m.At.Equal) }
	var names []string
	for _, m := range moments {
		for _, n := range m.Open {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	for _, n := range names {
		open, closed := true, true
		for _, m := range moments {
			is := slices.Contains(m.Open, n)
			open, closed = open && is == holds(m), closed && is != holds(m)
		}
		switch {
		case open:
			return "While " + n + " is open."
		case closed:
			return "While " + n + " is closed."
		}
	}
	var out []string
	for _, t := range when {
		out = append(out, t.In(hours.London()).Format("Mon 2 Jan 2006 15:04"))
	}
	return "On " + strings.Join(out, ", ") + "."
}

// ending follows a route to its end: what is given, what else can be had, and what
// becomes of a caller who is put through.
func ending(b *flows.Book, at time.Time, r routes.Route) (Row, bool) {
	row := Row{Number: r.Service}
	way := Way{Who: r.Who, Seconds: r.Seconds()}
	var s flows.State
	var reply flows.Reply
	var err error
	call := r.Way == routes.ByCall
	for i, t := range r.Turns {
		in := flows.TextInput(t.They)
		if i == 0 && r.Way == routes.ByNeed {
			in = r.Begin
		}
		switch {
		case call && i == 0:
			in = flows.Rang()
		case call && len(t.They) == 1:
			in = flows.Pressed(t.They[0])
			way.Keys += t.They
		case call:
			return row, false // nobody answered: told under the number before
		}
		if s, reply, err = b.Step(at, s, in); err != nil {
			return row, false
		}
	}
	if !call {
		if r.Way == routes.ByMenus || r.Way == routes.ByNeed {
			var texts []string
			for _, t := range r.Turns {
				texts = append(texts, t.They)
			}
			way.Texts = strings.Join(texts, ", ")
		}
		row.Ways, row.Text = []Way{way}, reply.Text
		row.Next = further(b, at, s)
		return row, true
	}
	if !r.Rung {
		key := connects(b, s)
		_, put, err := b.Step(at, s, flows.Pressed(key))
		if key == 0 || err != nil || put.Act != flows.Dial {
			row.Ways, row.Last, row.Alike = []Way{way},
				"(nobody can be put through to it: the caller is told the number and rings it)", true
			return row, true
		}
		way.Keys += " then " + string(key)
		if s, reply, err = b.Step(at, s, flows.Pressed(key)); err != nil {
			return row, false
		}
	}
	row.Ways = []Way{way}
	row.follow(b, at, s, reply)
	return row, true
}

// further is what "next" gives, one after another.
func further(b *flows.Book, at time.Time, s flows.State) (ids []string) {
	for range mostRings {
		step, found := b.StepNamed(s.Step), false
		for i := range step.Choices {
			c := &step.Choices[i]
			if c.Does != flows.ActNext || c.TextKey == 0 {
				continue
			}
			next, reply, err := b.Step(at, s, flows.TextInput(fmt.Sprint(c.TextKey)))
			if err == nil && flows.Moved(s, next) && next.Step == s.Step && len(reply.Shows) > 0 {
				s, found = next, true
				ids = append(ids, reply.Shows[0])
			}
			break
		}
		if !found {
			break
		}
	}
	return ids
}

// connects is the key that puts a caller through; 0 when there is none now.
func connects(b *flows.Book, s flows.State) byte {
	for _, c := range b.StepNamed(s.Step).Choices {
		if c.Does == flows.ActConnect && c.CallKey != 0 {
			return byte('0' + c.CallKey)
		}
	}
	return 0
}

// follow lets every line that is rung end unanswered, in each way, until the last
// words.
func (r *Row) follow(b *flows.Book, at time.Time, s flows.State, reply flows.Reply) {
	r.Alike = true
	for range mostRings {
		if reply.Act != flows.Dial {
			r.Last = flows.Spoken(reply.Speech)
			return
		}
		r.Rings = append(r.Rings, Ring{reply.Dial.ID, reply.Dial.RingSeconds})
		next, after, err := b.Step(at, s, flows.LegEnded(flows.LegNoAnswer))
		if err != nil {
			r.Last = "(a fault: " + err.Error() + ")"
			return
		}
		for _, name := range []string{"engaged", "failed"} {
			other, reply, err := b.Step(at, s, flows.LegEnded(check.Legs[name]))
			if err != nil || other != next || reply.Act != after.Act || reply.Dial != after.Dial ||
				reply.DialLine != after.DialLine {
				r.Alike = false
				r.Differs = append(r.Differs, fmt.Sprintf("%s, %s: %s", r.Rings[len(r.Rings)-1].Service, name,
					flows.Spoken(reply.Speech)))
			}
		}
		_, answered, err := b.Step(at, s, flows.LegEnded(flows.LegTalked))
		if err != nil || !answered.Ended || flows.Spoken(answered.Speech) != "" {
			r.Alike = false
			r.Differs = append(r.Differs, "answered: the call does not just end")
		}
		_, short, err := b.Step(at, s, flows.LegEnded(flows.LegShort))
		if err != nil || short.Ended {
			r.Alike = false
			r.Differs = append(r.Differs, "picked up for a moment: the call ends")
		} else {
			r.Short = flows.Spoken(short.Speech)
		}
		s, reply = next, after
	}
}

// Waits is how long lines ring before the last words.
func (r Row) Waits() int {
	total := 0
	for _, ring := range r.Rings {
		total += ring.Seconds
	}
	return total
}
