// Package routes lists every way to a number that a flow book offers: for each
// area, channel and person the shortest exchange to each service, with what it
// costs in texts, segments, key presses and seconds.
package routes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/hear"
	"signpost/internal/gsm7"
	"signpost/internal/normalise"
)

// Way is how somebody gets along.
type Way int

// Ways.
const (
	ByPlace Way = iota // texts that begin with a place
	ByMenus            // texts that only choose
	ByNeed             // texts that say what somebody needs, in any words
	ByCall             // key presses
)

func (w Way) String() string {
	return [...]string{"text, naming a place", "text, by menus alone", "text, saying what is needed", "call"}[w]
}

// Turn is one thing somebody did and what came of it.
type Turn struct {
	They     string
	We       string
	Segments int     // of a text we send
	Seconds  float64 // of what a call says; in the last turn, until the number
	Rings    string  // the service that is rung, when one is
}

// Route is the shortest exchange to one service's number.
type Route struct {
	Way     Way
	Area    string // id; empty when no area matters
	Who     flows.Person
	Service string
	// Rung means that the caller is put through; else the number is given.
	Rung bool
	// First means that no number was given on the way: it is the first that is.
	First bool
	Turns []Turn
	// Begin is the first thing done; for a need, its words may be any.
	Begin flows.Input
}

// Did is how many texts somebody sends, or keys they press.
func (r Route) Did() int {
	n := 0
	for _, t := range r.Turns {
		if t.They != rings && t.They != noAnswer {
			n++
		}
	}
	return n
}

// SegmentPence is what one segment of a text is counted at, in pence, where nobody
// says what the account pays: a round figure, to compare ways by.
const SegmentPence = 4.0

// Segments is how many segments we send.
func (r Route) Segments() int {
	n := 0
	for _, t := range r.Turns {
		n += t.Segments
	}
	return n
}

// Seconds is how long a call talks until the number is said or rung, when every
// prompt is heard to its end. Ringing is not counted.
func (r Route) Seconds() float64 {
	s := 0.0
	for _, t := range r.Turns {
		s += t.Seconds
	}
	return s
}

// What is done that nobody types.
const (
	rings    = "rings"
	noAnswer = "(no answer)"
)

// at is somewhere a conversation can be, on the way.
type at struct {
	state flows.State
	dials bool
	given bool // a number was given on the way
	turns []Turn
}

// Find lists the routes of a book at a moment: worst first in each way.
func Find(b *flows.Book, now time.Time) []Route {
	b = b.WithReplyCache(now) // the ways of all areas lead through the same menus
	var out []Route
	for i := range b.Areas {
		if place := placeIn(b, now, &b.Areas[i]); place != "" {
			out = append(out, search(b, now, ByPlace, place, b.PreclassifiedText(place))...)
		}
	}
	out = append(out, search(b, now, ByMenus, "hello", b.PreclassifiedText("hello"))...)
	for _, k := range flows.Answerable() {
		if step := b.StepNamed(b.Needs[k]); step != nil && step.Kind == flows.KindServices {
			need := flows.Case{Kind: flows.CaseNeed, What: k, Digit: -1, Deaf: k == hear.Deaf}
			out = append(out,
				search(b, now, ByNeed, "("+strings.ReplaceAll(k.String(), "_", " ")+")", flows.CaseInput(need))...)
		}
	}
	out = append(out, search(b, now, ByCall, "", flows.Rang())...)
	out = unique(out)
	slices.SortStableFunc(out, func(x, y Route) int {
		return cmp.Or(cmp.Compare(x.Way, y.Way), cmp.Compare(y.Did(), x.Did()), cmp.Compare(y.Seconds(), x.Seconds()),
			cmp.Compare(y.Segments(), x.Segments()))
	})
	return out
}

// placeIn is a place in an area that is understood for certain: the first of its
// own words that is.
func placeIn(b *flows.Book, now time.Time, a *flows.Area) string {
	towns, _, _ := strings.Cut(normalise.Text(a.Text), " or ")
	for _, name := range append([]string{towns, normalise.Text(a.Text)}, a.Names...) {
		s, r, err := b.Step(now, flows.State{}, flows.TextInput(name))
		if err == nil && s.Area == a.ID && len(r.Shows) > 0 {
			return name
		}
	}
	return ""
}

// search goes through everything that can be chosen, fewest choices first.
func search(b *flows.Book, now time.Time, way Way, first string, begin flows.Input) []Route {
	var out []Route
	seen := map[place]bool{}
	queue := []at{{}}
	push := func(from at, they string, in flows.Input) {
		next, reply, err := b.Step(now, from.state, in)
		if err != nil || reply.Ended && len(reply.Shows) == 0 {
			return
		}
		t := Turn{They: they, We: reply.Text}
		if way == ByCall {
			t.We, t.Seconds = flows.Spoken(reply.Speech), flows.Seconds(reply.Speech)
			if reply.Act == flows.Dial {
				t.Rings = reply.Dial.ID
			}
		} else if reply.Text != "" {
			t.Segments = gsm7.Segments(reply.Text)
		}
		to := at{next, reply.Act == flows.Dial, from.given, append(slices.Clone(from.turns), t)}
		if len(reply.Shows) > 0 && !reply.Ended {
			last := t
			last.Seconds = untilNumber(reply.Speech)
			out = append(out, Route{way, next.Area, next.Who, reply.Shows[0], to.dials, !from.given,
				append(slices.Clone(from.turns), last), begin})
			to.given = true
		}
		next = next.Position()
		next.Misses, next.Silences = 0, 0
		if key := (place{next, to.dials}); !reply.Ended && !seen[key] {
			seen[key] = true
			queue = append(queue, to)
		}
	}
	if way == ByCall {
		first = rings
	}
	push(at{}, first, begin)
	var keys, digits [flows.MaxChoices + 1]flows.Input
	for k := range keys {
		keys[k], digits[k] = flows.Pressed(byte('0'+k)), b.PreclassifiedText(string(rune('0'+k)))
	}
	for queue = queue[1:]; len(queue) > 0; {
		here := queue[0]
		queue = queue[1:]
		if here.dials {
			push(here, noAnswer, flows.LegEnded(flows.LegNoAnswer))
			continue
		}
		inputs := digits
		if way == ByCall {
			inputs = keys
		}
		for k, in := range inputs {
			push(here, string(rune('0'+k)), in)
		}
	}
	return out
}

// untilNumber is how long a call talks until the first number has been said, or
// to the end if none is.
func untilNumber(said []flows.Utterance) float64 {
	for i := range said {
		if said[i].Number != "" {
			return flows.Seconds(said[:i+1])
		}
	}
	return flows.Seconds(said)
}

// place is somewhere that need not be looked at twice.
type place struct {
	state flows.State
	dials bool
}

// unique keeps the first, which is the shortest, of the routes to the same end.
func unique(all []Route) []Route {
	type end struct {
		way     Way
		area    string
		who     flows.Person
		service string
		rung    bool
	}
	best := map[end]int{}
	var out []Route
	for _, r := range all {
		k := end{r.Way, r.Area, r.Who, r.Service, r.Rung}
		if i, ok := best[k]; ok {
			if r.Did() < out[i].Did() {
				out[i] = r
			}
			continue
		}
		best[k] = len(out)
		out = append(out, r)
	}
	return out
}

// Worst is the most that any route of a way costs.
type Worst struct {
	Way           Way
	First         bool // of routes to a first number only
	Routes        int
	Did, Segments int
	Seconds       float64
}

// Summary is the worst of each way: to a first number, then to every number.
func Summary(all []Route) (out []Worst) {
	for _, first := range []bool{true, false} {
		for _, way := range []Way{ByPlace, ByMenus, ByNeed, ByCall} {
			w := Worst{Way: way, First: first}
			for _, r := range all {
				if r.Way == way && (r.First || !first) {
					w.Routes++
					w.Did, w.Segments, w.Seconds = max(w.Did, r.Did()), max(w.Segments, r.Segments()),
						max(w.Seconds, r.Seconds())
				}
			}
			out = append(out, w)
		}
	}
	return out
}

// Cost is what a route costs, in words.
func (r Route) Cost() string { return cost(r.Way, r.Did(), r.Segments(), r.Seconds()) }

// Pence is what the most segments cost, in words; nothing for a call.
func (w Worst) Pence(segment float64) string {
	if w.Segments == 0 {
		return ""
	}
	return fmt.Sprintf("about %.0fp", float64(w.Segments)*segment)
}

// Cost is the most that a way costs, in words.
func (w Worst) Cost() string { return cost(w.Way, w.Did, w.Segments, w.Seconds) }

func cost(way Way, did, segments int, seconds float64) string {
	if way == ByCall {
		return fmt.Sprintf("%s and %.0f seconds of talk", count(did, "key"), seconds)
	}
	return fmt.Sprintf("%s and %s back", count(did, "text"), count(segments, "segment"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
