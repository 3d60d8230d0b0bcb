// Package diagram draws the map of a flow book: every step as a box, every choice as a
// line to where it leads; as SVG that fits a sheet of A4, and as Mermaid.
package diagram

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"signpost/flows"
)

// stepBox is one step on the map.
type stepBox struct {
	Step   *flows.Step
	Starts string // "texts", "calls" or both begin here; empty otherwise
	Rows   []stepRow
	column int
	x, y   float64
}

// stepRow is one choice in a box.
type stepRow struct {
	Keys  string // "1", or "1 by text" and the like where the channels differ
	Label string
	To    string // the step it goes to
	Area  string // the area it chooses, if one
	Gives bool   // the row is not a choice but what the step gives
}

// layout lays a book's steps out: those where conversations begin first, then by how
// many choices away they are.
func layout(b *flows.Book) []*stepBox {
	var out []*stepBox
	seen := map[string]*stepBox{}
	add := func(id string, column int) {
		step := b.StepNamed(id)
		if step == nil || seen[id] != nil {
			return
		}
		box := &stepBox{Step: step, Rows: rows(b, step), column: column}
		seen[id] = box
		out = append(out, box)
	}
	add(b.TextStart, 0)
	add(b.CallStart, 0)
	for i := 0; i < len(out); i++ {
		for _, r := range out[i].Rows {
			add(r.To, out[i].column+1)
		}
	}
	for _, s := range b.Words.Shortcuts { // reached by a word alone
		add(s.To, shortest(out))
	}
	for i := range b.Steps { // reached by a place, by a need, by 0, or from every number
		add(b.Steps[i].ID, shortest(out))
	}
	for _, box := range out {
		var what []string
		if box.Step.ID == b.TextStart {
			what = append(what, "texts")
		}
		if box.Step.ID == b.CallStart {
			what = append(what, "calls")
		}
		box.Starts = strings.Join(what, " and ")
	}
	slices.SortStableFunc(out, func(a, c *stepBox) int { return cmp.Compare(a.column, c.column) })
	return out
}

// shortest is the column after the first with the least in it.
func shortest(boxes []*stepBox) int {
	const header = 3 // rows that the head of a box takes
	var height []int
	for _, b := range boxes {
		for len(height) <= b.column {
			height = append(height, 0)
		}
		height[b.column] += header + len(b.Rows)
	}
	best := 1
	for c := 2; c < len(height); c++ {
		if height[c] < height[best] {
			best = c
		}
	}
	return best
}

func rows(b *flows.Book, s *flows.Step) (out []stepRow) {
	if s.Kind == flows.KindServices {
		if s.FromArea {
			out = append(out, stepRow{Label: "gives the area's services", Gives: true})
		}
		for i, id := range s.Services {
			name := id
			if svc := b.Service(id); svc != nil {
				name = svc.Name // anybody who reads the map knows that, and no id
			}
			out = append(out, stepRow{Label: [...]string{"gives ", "then "}[min(i, 1)] + name, Gives: true})
		}
	}
	if shared(b, s) {
		return out // what every one of them offers is said once, below the map
	}
	for _, c := range s.Choices {
		r := stepRow{Label: cmp.Or(c.Text, c.Say), To: c.To, Area: c.Area}
		switch {
		case c.TextKey == c.CallKey:
			r.Keys = fmt.Sprint(c.TextKey)
		case c.CallKey == 0:
			r.Keys = fmt.Sprint(c.TextKey) + " (text)"
		case c.TextKey == 0:
			r.Keys = fmt.Sprint(c.CallKey) + " (call)"
		default:
			r.Keys = fmt.Sprintf("%d (text), %d (call)", c.TextKey, c.CallKey)
		}
		if c.Area != "" {
			who := flows.Me
			if s.For != nil {
				who = *s.For
			}
			r.To = b.People[who].Place
		}
		out = append(out, r)
	}
	return out
}

// shared reports a services step that offers only what all of them do.
func shared(b *flows.Book, s *flows.Step) bool {
	return s.Kind == flows.KindServices && slices.ContainsFunc(b.Steps, func(o flows.Step) bool {
		return o.ID != s.ID && o.Kind == flows.KindServices && reflect.DeepEqual(o.Choices, s.Choices)
	})
}

// offeredByAll says, in one line, what every services step offers with its numbers, and
// what holds everywhere.
func offeredByAll(b *flows.Book) string {
	line := ""
	for i := range b.Steps {
		if !shared(b, &b.Steps[i]) {
			continue
		}
		var what []string
		for _, c := range b.Steps[i].Choices {
			words := cmp.Or(c.Text, c.Say)
			if c.To != "" {
				words += " (" + c.To + ")"
			}
			what = append(what, words)
		}
		if len(what) > 0 {
			line = "Every box that gives a number also offers: " + strings.Join(what, ", ") + ". "
		}
		break
	}
	return line + "Everywhere: 0 the 24-hour line, 9 back, # again, * or X leave; a place is always understood."
}

// Mermaid is the map in the language of Mermaid, which many editors and code
// hosts draw.
func Mermaid(b *flows.Book) string {
	var out strings.Builder
	out.WriteString("flowchart LR\n")
	quote := strings.NewReplacer(`"`, "'", "\n", " ")
	boxes := layout(b)
	for _, box := range boxes {
		shape := [...][2]string{{"[", "]"}, {"([", "])"}, {">", "]"}}[box.Step.Kind]
		label := box.Step.ID
		for _, r := range box.Rows {
			if r.Gives {
				label += "<br/>" + r.Label
			}
		}
		fmt.Fprintf(&out, "  %s%s\"%s\"%s\n", box.Step.ID, shape[0], quote.Replace(label), shape[1])
	}
	for _, box := range boxes {
		switch box.Starts {
		case "":
		default:
			fmt.Fprintf(&out, "  %s_start((%s)) --> %s\n", box.Step.ID, box.Starts, box.Step.ID)
		}
		for _, r := range box.Rows {
			if r.To != "" {
				fmt.Fprintf(&out, "  %s -->|\"%s %s\"| %s\n", box.Step.ID, quote.Replace(r.Keys),
					quote.Replace(r.Label), r.To)
			}
		}
	}
	line := offeredByAll(b)
	return out.String() + "  %% " + line + "\n"
}
