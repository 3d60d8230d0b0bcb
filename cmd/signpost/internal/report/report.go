// Package report turns the days' counts into figures that can be shown to a
// board or a funder without telling of anybody. See release.go for what may be
// told.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/counters"
	"signpost/internal/hours"
)

// Report is the figures of some days.
type Report struct {
	From, To time.Time // the days it covers, both included
	Tables   []Table
	Months   []Month
	// Notes are plain sentences on what the figures mean and cannot say.
	Notes []string
}

// Table is one table of a report.
type Table struct {
	Title string
	Head  []string // of the columns after the first
	Rows  []Row
}

// Listed are the rows worth reading: all but the lines of which nothing is
// shown. That tells no more than the figures do.
func (t Table) Listed() (out []Row) {
	for _, r := range t.Rows {
		shown := r.Depth < t.depth() || t.depth() < 2 && len(t.Head) < 2
		for _, c := range r.Cells {
			shown = shown || c.Shown
		}
		if shown {
			out = append(out, r)
		}
	}
	return out
}

// Row is one line of a table.
type Row struct {
	Label string
	Depth int // 0 for a total, 1 for its parts, and so on
	Cells []Cell
}

// Cell is one figure. When it is not shown, there were fewer than [Least], or
// they are only told in a total.
type Cell struct {
	N     int
	Shown bool
}

// Hidden is how a figure that is not shown is written, as official statistics
// write it: confidential.
const Hidden = "[c]"

func (c Cell) String() string {
	if !c.Shown {
		return Hidden
	}
	return fmt.Sprint(c.N)
}

// Month is how many conversations began in a month, or in the part of it that
// the report covers.
type Month struct {
	First        time.Time
	Texts, Calls Cell
}

// Options say what a report is to cover.
type Options struct {
	From, To time.Time // days, both included
	Now      time.Time
	// NotAnswering names the services whose lines nobody answers now.
	NotAnswering []string
	// Counts gives what was counted on a day.
	Counts func(day time.Time) (map[string]int, error)
}

// other is a placeholder for a service or an area that the book no longer has.
const other = "-"

// Make makes a report with the rows of a flow book. What it has rows for does
// not depend on what was counted: a row by itself would show that there was
// something.
func Make(b *flows.Book, o Options) (Report, error) {
	last := hours.Day(o.Now).AddDate(0, 0, -1)
	r := Report{From: hours.Day(o.From), To: hours.Day(o.To)}
	if r.To.After(last) {
		r.To = last
	}
	if r.To.Before(r.From) {
		return r, fmt.Errorf("no day from %s to %s is over yet, and figures of a day are given when it is",
			date(o.From), date(o.To))
	}
	sum := newSums(b)
	for q := hours.Quarter(r.From); !q.After(r.To); q = q.AddDate(0, 3, 0) {
		days, err := o.days(q, r.To)
		if err != nil {
			return r, err
		}
		sum.quarter(days, r.From)
	}
	r.Tables, r.Months = sum.tables(), sum.months
	r.Notes = notes(r, o)
	return r, nil
}

func date(t time.Time) string { return t.Format("2 January 2006") }

func notes(r Report, o Options) []string {
	out := []string{
		"A phone counts once a day for each thing, however often it texts or rings, so these are near to " +
			"conversations. They are not people: nothing is kept that shows whether the same phone came on two days, " +
			"at what time of day, or what was said. Each call from a withheld number counts.",
		Hidden +
			", and a line that is not listed, means that fewer than twenty were counted, or that they are told only " +
			"together with others, in a total. It may be none.",
		"Figures are rounded to the nearest 5. Each count waits until twenty can be shown together. So a figure may " +
			"lack up to nineteen of these days and include up to nineteen from just before. Up to ten of a group may " +
			"be your own texts: ten others or more are in every figure shown. Parts need not add up to their total: " +
			"some counts are in the total only. Totals are nearly complete at the end of each month. Read them first.",
		"Answered means that the call lasted 25 seconds. A short call may have been a machine or a wrong number. A " +
			"caller who left first says nothing about the line.",
		"This cannot say how many people were helped, whether anybody was safe afterwards, or how one place compares " +
			"with another for its size.",
	}
	if len(o.NotAnswering) > 0 {
		out = append([]string{"Nobody answers these lines now, at the last three attempts or more: " +
			strings.Join(o.NotAnswering, ", ") + ". Ring them."}, out...)
	}
	if hours.Day(o.Now).After(r.To) && !hours.Day(o.To).Before(hours.Day(o.Now)) {
		out = append(out, "Today, "+date(hours.Day(o.Now))+", is not over and is left out.")
	}
	return out
}

// counted is one day.
type counted struct {
	day    time.Time
	counts map[string]int
}

// days reads the days of a quarter, up to a last one.
func (o Options) days(q, last time.Time) ([]counted, error) {
	var out []counted
	end := q.AddDate(0, 3, -1)
	if end.After(last) {
		end = last
	}
	for d := q; !d.After(end); d = d.AddDate(0, 0, 1) {
		c, err := o.Counts(d)
		if err != nil {
			return nil, err
		}
		out = append(out, counted{d, c})
	}
	return out, nil
}

// The trees' names, as the keys of their leaves begin.
const (
	treeBegun   = "begun"
	treeGiven   = "given"
	treeThrough = "through"
	treeElse    = "else"
)

// sums adds up the quarters of a report.
type sums struct {
	begun, given, through, otherwise tree
	shown                            map[*figure]Cell
	known                            map[string]bool // the keys of all leaves
	months                           []Month
}

func key(parts ...string) string {
	out := ""
	for _, p := range parts {
		out += p + "|"
	}
	return out
}

var ringing = []struct {
	outcome counters.Outcome
	name    string
}{
	{counters.Answered, "Answered"}, {counters.Short, "Short call"}, {counters.Machine, "Machine"},
	{counters.NoAnswer, "No answer"}, {counters.Engaged, "Engaged"}, {counters.Failed, "Not reached"},
	{counters.CallerLeft, "Caller left first"},
}

var otherwise = []struct {
	outcome counters.Outcome
	name    string
}{{counters.Left, "Took the way out (X, STOP, the star key)"}, {counters.Emergency, "Told to call 999"},
	{counters.Limited, "Texts over the limit"}}

func newSums(b *flows.Book) *sums {
	s := &sums{shown: map[*figure]Cell{}, known: map[string]bool{}}
	leaf := func(t *tree, parent int, name string, parts ...string) {
		k := key(parts...)
		s.known[k] = true
		t.add(parent, name, k)
	}
	s.begun.add(-1, "All", "")
	leaf(&s.begun, 0, "Texts", treeBegun, counters.Text)
	leaf(&s.begun, 0, "Calls", treeBegun, counters.Call)

	s.given.add(-1, "All", "")
	under := func(name, area string, services []string) {
		a := s.given.add(0, name, "")
		for _, id := range append(services, other) {
			n := s.given.add(a, serviceName(b, id), "")
			for _, ch := range []string{counters.Text, counters.Call} {
				leaf(&s.given, n, ch, treeGiven, area, id, ch)
			}
		}
	}
	for i := range b.Areas {
		under(b.Areas[i].Name, b.Areas[i].ID, inArea(b, &b.Areas[i]))
	}
	var all []string
	for i := range b.Services {
		if b.Services[i].NotOffered == "" {
			all = append(all, b.Services[i].ID)
		}
	}
	under("No area asked for", other, all)

	s.through.add(-1, "All", "")
	for _, id := range append(all, other) {
		if svc := b.Service(id); svc != nil && !svc.Connect {
			continue
		}
		n := s.through.add(0, serviceName(b, id), "")
		for _, r := range ringing {
			leaf(&s.through, n, r.name, treeThrough, id, string(r.outcome))
		}
	}
	s.otherwise.add(-1, "All", "")
	for _, e := range otherwise {
		leaf(&s.otherwise, 0, e.name, treeElse, string(e.outcome))
	}
	return s
}

func serviceName(b *flows.Book, id string) string {
	if svc := b.Service(id); svc != nil {
		return svc.Name
	}
	return "A line the flow book no longer has"
}

// inArea lists every service that an area may ever give: its own and those that take over
// from them.
func inArea(b *flows.Book, a *flows.Area) (out []string) {
	seen := map[string]bool{}
	for _, id := range a.Services {
		for svc := b.Service(id); svc != nil && !seen[svc.ID]; svc = b.Service(svc.IfNoAnswer) {
			seen[svc.ID] = true
			out = append(out, svc.ID)
		}
	}
	return out
}

// keyOf is the leaf that a kind is counted into; what the book no longer has is
// counted as something else.
func (s *sums) keyOf(k counters.Kind) string {
	tryAll := func(keys ...string) string {
		for _, k := range keys {
			if s.known[k] {
				return k
			}
		}
		return ""
	}
	switch k.Outcome {
	case counters.Begun:
		return tryAll(key(treeBegun, k.Channel))
	case counters.Given:
		return tryAll(key(treeGiven, k.Area, k.Service, k.Channel), key(treeGiven, k.Area, other, k.Channel),
			key(treeGiven, other, k.Service, k.Channel), key(treeGiven, other, other, k.Channel))
	}
	if slices.Contains(counters.LegOutcomes(), k.Outcome) {
		return tryAll(key(treeThrough, k.Service, string(k.Outcome)), key(treeThrough, other, string(k.Outcome)))
	}
	return tryAll(key(treeElse, string(k.Outcome)))
}

// quarter adds what a report shows of one quarter.
func (s *sums) quarter(days []counted, from time.Time) {
	byKey := make([]map[string]int, len(days))
	for d := range days {
		byKey[d] = map[string]int{}
		for field, n := range days[d].counts {
			if k, ok := counters.ParseField(field); ok {
				byKey[d][s.keyOf(k)] += n
			}
		}
	}
	counts := func(key string, d int) int { return byKey[d][key] }
	ends := func(d int) bool { return days[d].day.AddDate(0, 0, 1).Day() == 1 }
	start := index(days, from)
	for _, t := range []tree{s.begun, s.given, s.through, s.otherwise} {
		t.release(Least, len(days), counts, ends)
		for i := range t {
			if n, ok := t[i].shown(start-1, len(days)-1); ok {
				c := s.shown[&t[i]]
				s.shown[&t[i]] = Cell{c.N + n, true}
			}
		}
	}
	for d := start; d < len(days); {
		m := Month{First: days[d].day}
		end := d
		for end+1 < len(days) && days[end+1].day.Month() == days[d].day.Month() {
			end++
		}
		for i, c := range []*Cell{&m.Texts, &m.Calls} {
			c.N, c.Shown = s.begun[1+i].shown(d-1, end)
		}
		s.months = append(s.months, m)
		d = end + 1
	}
}

func index(days []counted, day time.Time) int {
	for i := range days {
		if !days[i].day.Before(day) {
			return i
		}
	}
	return len(days)
}

func (s *sums) tables() []Table {
	out := []Table{{Title: "Conversations begun", Head: []string{"Conversations"}}}
	for _, i := range []int{1, 2, 0} {
		out[0].Rows = append(out[0].Rows, Row{s.begun[i].name, min(i, 1), []Cell{s.shown[&s.begun[i]]}})
	}
	given := Table{Title: "Numbers given, by area and line", Head: []string{"All", "By text", "By call"}}
	s.each(s.given, func(i, depth int) {
		given.Rows = append(given.Rows, Row{s.given[i].name, depth,
			[]Cell{s.shown[&s.given[i]], s.parts(s.given, i, 0), s.parts(s.given, i, 1)}})
	})
	through := Table{Title: "Callers put through, by line", Head: []string{"All"}}
	for _, r := range ringing {
		through.Head = append(through.Head, r.name)
	}
	s.each(s.through, func(i, depth int) {
		cells := []Cell{s.shown[&s.through[i]]}
		for n := range ringing {
			cells = append(cells, s.parts(s.through, i, n))
		}
		through.Rows = append(through.Rows, Row{s.through[i].name, depth, cells})
	})
	rest := Table{Title: "Also", Head: []string{"Times"}}
	for i := 1; i < len(s.otherwise); i++ {
		rest.Rows = append(rest.Rows, Row{s.otherwise[i].name, 1, []Cell{s.shown[&s.otherwise[i]]}})
	}
	return append(out, given, through, rest)
}

// each visits every heading of a tree, totals first.
func (s *sums) each(t tree, visit func(i, depth int)) {
	var walk func(i, depth int)
	walk = func(i, depth int) {
		if len(t[i].kids) == 0 {
			return
		}
		visit(i, depth)
		for _, k := range t[i].kids {
			walk(k, depth+1)
		}
	}
	walk(0, 0)
}

// parts adds up the nth leaf of every heading under one: what is shown of texts
// in an area, say. It adds only what is shown anyway.
func (s *sums) parts(t tree, i, n int) Cell {
	if kids := t[i].kids; len(t[kids[0]].kids) == 0 {
		return s.shown[&t[kids[n]]]
	}
	sum := Cell{}
	for _, k := range t[i].kids {
		if c := s.parts(t, k, n); c.Shown {
			sum = Cell{sum.N + c.N, true}
		}
	}
	return sum
}
