package check_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/sms/gsm7"
)

func shipped(t testing.TB) *flows.Book {
	t.Helper()
	src, problems := check.Dir(book.Files)
	for _, p := range problems {
		t.Error(p)
	}
	if len(problems) > 0 {
		t.FailNow()
	}
	return src.Book
}

// The book that ships has nothing wrong with it.
func TestShippedBookIsClean(t *testing.T) { shipped(t) }

// Every state a conversation can be in, by text and by call, at every
// combination of open and closed services, with every kind of input: each
// answer keeps the promises.
func TestEveryState(t *testing.T) {
	b := shipped(t)
	answers := map[string]bool{}
	var longestText string
	w := check.WalkBook(b, func(e *check.Edge) {
		r := e.Reply
		where := fmt.Sprintf("at %q for %s, after %q", e.From.State.Step, e.From.State.Who, e.Input)
		answers[r.Text+flows.Spoken(r.Speech)] = true
		if len(r.Text) > len(longestText) {
			longestText = r.Text
		}
		if e.From.Call {
			checkCallAnswer(t, b, e, where)
		} else {
			checkTextAnswer(t, b, e, where)
		}
		if !r.Ended {
			kept := e.To.State
			if got, err := b.Decode(kept.Encode()); err != nil || got != kept {
				t.Errorf("%s: %+v is remembered as %+v, %v", where, kept, got, err)
			}
			if who := kept.Who; who == flows.Behaviour {
				for _, id := range r.Shows {
					if s := b.Service(id); s.For[flows.Me] || s.For[flows.Someone] {
						t.Errorf("%s: somebody worried about how they behave is given %s", where, id)
					}
				}
			}
		}
	})
	if w.Failed != nil {
		t.Fatal(w.Failed)
	}
	texts, calls := 0, 0
	for _, n := range w.Nodes {
		if n.Call {
			calls++
		} else {
			texts++
		}
	}
	t.Logf("walked %d states (%d of texts, %d of calls) at %d moments, %d steps between them, %d different answers; longest text %d characters",
		len(w.Nodes), texts, calls, len(w.Moments), w.Edges, len(answers), gsm7.Length(longestText))
	if len(w.Nodes) < 1000 {
		t.Errorf("only %d states: the walk has not walked", len(w.Nodes))
	}
}

func checkTextAnswer(t *testing.T, b *flows.Book, e *check.Edge, where string) {
	t.Helper()
	r := e.Reply
	leaving := e.Input == "STOP" || e.Input == "*" || e.Input == b.Words.Leave[0]
	polite := e.Input == b.Words.Polite[0]
	switch {
	case leaving && (r.Text != "" || !r.Ended):
		t.Errorf("%s: leaving is not silent and final: %q", where, r.Text)
	case !leaving && !polite && r.Text == "":
		t.Errorf("%s: silence", where)
	case r.Ended && !leaving && !polite:
		t.Errorf("%s: the conversation ends", where)
	}
	if n := gsm7.Segments(r.Text); n != 1 {
		t.Errorf("%s: %d segments: %q", where, n, r.Text)
	}
	if rn, _, outside := gsm7.FirstOutside(r.Text); outside {
		t.Errorf("%s: %q is not in the plain alphabet", where, rn)
	}
	if words := check.Watched(b.Watch, r.Text, nil); len(words) > 0 {
		t.Errorf("%s: %q holds %q", where, r.Text, words)
	}
	if strings.ContainsAny(r.Text, "{}") || strings.Contains(r.Text, ", ,") || strings.Contains(r.Text, ": ,") {
		t.Errorf("%s: a placeholder is left: %q", where, r.Text)
	}
	for _, s := range b.Services {
		if strings.Contains(r.Text, s.Name) {
			t.Errorf("%s: the name of %s is in a text: %q", where, s.ID, r.Text)
		}
	}
	if e.Input == "0" && !showsAlways(b, r.Shows) {
		t.Errorf("%s: no 24-hour line: %q", where, r.Text)
	}
}

func checkCallAnswer(t *testing.T, b *flows.Book, e *check.Edge, where string) {
	t.Helper()
	r := e.Reply
	said := flows.Spoken(r.Speech)
	if said == "" && e.Input != "answered" {
		t.Errorf("%s: silence", where)
	}
	if e.Input == "answered" && (said != "" || !r.Ended) {
		t.Errorf("%s: after a finished conversation %q is said", where, said)
	}
	if strings.ContainsAny(said, "{}") {
		t.Errorf("%s: a placeholder is left: %q", where, said)
	}
	if r.Act == flows.Dial {
		for _, l := range r.Dial.Lines {
			if l.E164 == "" || !r.Dial.Connect {
				t.Errorf("%s: %s is rung, which only a caller may", where, r.Dial.ID)
			}
		}
	}
	// Whenever the words speak of the 24-hour line as a number, it is its number.
	for i, u := range r.Speech {
		zero := b.ZeroLine(time.Now(), e.From.State.Who)
		if strings.HasSuffix(u.Words, "The 24 hour line is") && r.Speech[i+1].Number != zero.Lines[0].Printed {
			t.Errorf("%s: %q is given as the 24-hour line", where, r.Speech[i+1].Number)
		}
	}
	if r.Act == flows.HangUp && e.Input != "*" && e.Input != "answered" && !strings.Contains(said, b.ZeroLine(time.Now(), e.From.State.Who).Lines[0].Printed) {
		t.Errorf("%s: the last words do not hold the 24-hour number: %q", where, said)
	}
	switch {
	case e.Input == "*" && (!r.Ended || r.Act != flows.HangUp || strings.Contains(said, "999") || len(r.Shows) > 0):
		t.Errorf("%s: the quick exit says %q", where, said)
	case e.Input == "0" && !showsAlways(b, r.Shows):
		t.Errorf("%s: no 24-hour line: %q", where, said)
	case r.Act == flows.HangUp && e.Input != "*" && e.Input != "answered" && !showsAlways(b, r.Shows):
		t.Errorf("%s: the call ends without the 24-hour number: %q", where, said)
	}
}

func showsAlways(b *flows.Book, ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return b.Service(id).Hours.IsAlways() })
}

// follow steps a conversation from a node with one input after another.
func follow(t *testing.T, b *flows.Book, w *check.Walk, n check.Node, ins ...flows.Input) (flows.State, flows.Reply) {
	t.Helper()
	s, r := n.State, flows.Reply{}
	for _, in := range ins {
		var err error
		if s, r, err = b.Step(w.Moments[n.Moment], s, in); err != nil {
			t.Fatal(err)
		}
		if r.Ended {
			break
		}
	}
	return s, r
}

// From every state: two misunderstood answers in a row give the 24-hour number,
// going back leads to the start, and a call left alone ends with the number.
func TestFromEveryState(t *testing.T) {
	b := shipped(t)
	w := check.WalkBook(b, func(*check.Edge) {})
	nonsense := flows.Heard("xyzzy plugh")
	for _, n := range w.Nodes {
		where := fmt.Sprintf("%+v", n)
		switch {
		case n.Dialing:
			fail := flows.LegEnded(flows.LegNoAnswer)
			if _, r := follow(t, b, w, n, fail, fail, fail, fail, fail, fail); !r.Ended || !showsAlways(b, r.Shows) {
				t.Errorf("%s: a chain that nobody answers does not end with the 24-hour number", where)
			}
		case n.Call && n.State.Step != "":
			if _, r := follow(t, b, w, n, flows.Silence(), flows.Silence()); !r.Ended || !showsAlways(b, r.Shows) {
				t.Errorf("%s: a silent call does not end with the 24-hour number", where)
			}
			if n.State.Misses == 0 {
				if _, r := follow(t, b, w, n, flows.Pressed('8'), flows.Pressed('8')); !showsAlways(b, r.Shows) {
					t.Errorf("%s: two wrong keys do not give the 24-hour number", where)
				}
			}
			if s, _ := follow(t, b, w, n, slices.Repeat([]flows.Input{flows.Pressed('9')}, 8)...); s.Step != b.CallStart {
				t.Errorf("%s: going back leads to %q", where, s.Step)
			}
		case !n.Call && n.State.Step != "":
			if n.State.Misses == 0 {
				if _, r := follow(t, b, w, n, nonsense, nonsense); !showsAlways(b, r.Shows) {
					t.Errorf("%s: two misunderstood texts do not give the 24-hour number", where)
				}
			}
			if s, _ := follow(t, b, w, n, slices.Repeat([]flows.Input{flows.Heard("9")}, 8)...); s.Step != b.TextStart {
				t.Errorf("%s: going back leads to %q", where, s.Step)
			}
			if _, r := follow(t, b, w, n, flows.Heard("kendal")); n.State.Who != flows.Behaviour && !slices.Contains(r.Shows, "letgo_south") {
				t.Errorf("%s: a place is not understood: %q", where, r.Text)
			}
		}
	}
}

// A machine that sends one text for ever, whatever it is, falls silent.
func TestMachinesFallSilent(t *testing.T) {
	const patience = 16 // answers to a constant text; a real choice may take a few steps first
	b := shipped(t)
	now := check.Moments(b)[0]
	inputs := append(check.TextInputs(b), "I am driving and cannot reply", "Thanks for your order! Reply STOP to opt out", "1", "2", "3", "4")
	worst, worstText := 0, ""
	for _, text := range inputs {
		var s flows.State
		answered, last := 0, 0
		for i := range 100 {
			next, r, err := b.Step(now, s, flows.Heard(text))
			if err != nil {
				t.Fatal(err)
			}
			s = next
			if r.Text != "" {
				answered, last = answered+1, i
			}
		}
		if answered > worst {
			worst, worstText = answered, text
		}
		if answered > patience || last > 50 {
			t.Errorf("%q for ever is answered %d times of 100, the last at %d", text, answered, last)
		}
	}
	t.Logf("%d texts, each sent for ever; the most answers: %d, to %q", len(inputs), worst, worstText)
}

// How far every service is: in texts and in key presses from the first, by
// menus alone, and in texts once the place is known.
func TestDistances(t *testing.T) {
	b := shipped(t)
	const most = 3
	texts, keys := distances(b, false), distances(b, true)
	for _, s := range b.Services {
		if s.NotOffered != "" || s.ID == "police_999" || s.ID == "control_room_adviser" {
			continue
		}
		first := firstInAnArea(b, s.ID)
		if d, ok := keys[s.ID]; !ok || first && d > most {
			t.Errorf("%s is %d keys away", s.ID, d)
		}
		if _, ok := texts[s.ID]; !ok {
			t.Errorf("%s cannot be reached by text", s.ID)
		}
	}
	for _, a := range b.Areas {
		if a.ID == "wales" || a.ID == "elsewhere" {
			continue
		}
		_, r, err := b.Step(check.Moments(b)[0], flows.State{}, flows.Heard(a.Names[0]))
		if err != nil {
			t.Fatal(err)
		}
		if _, r2, _ := b.Step(check.Moments(b)[0], flows.State{}, flows.Heard(plainTown[a.ID])); !slices.Contains(r2.Shows, a.Services[0]) {
			t.Errorf("a first text of %q gives %q (and %q)", plainTown[a.ID], r2.Text, r.Text)
		}
	}
	for _, l := range []struct {
		what string
		d    map[string]int
	}{{"texts by menus alone", texts}, {"key presses", keys}} {
		worst := 0
		for _, id := range slices.Sorted(maps.Keys(l.d)) {
			worst = max(worst, l.d[id])
		}
		t.Logf("furthest number, in %s: %d", l.what, worst)
	}
}

var plainTown = map[string]string{"cumbria_north": "penrith", "cumbria_west": "Workington", "cumbria_south": "barrow", "cheshire_east": "crewe",
	"cheshire_west": "Chester.", "halton": "widnes", "warrington": "WARRINGTON"}

func firstInAnArea(b *flows.Book, id string) bool {
	return slices.ContainsFunc(b.Areas, func(a flows.Area) bool { return slices.Contains(a.Services, id) })
}

// distances is the fewest inputs to each service's number, using keys only (by
// text after a first greeting, which counts). The services that are tried only
// when another does not answer are counted by "next".
func distances(b *flows.Book, call bool) map[string]int {
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC) // a Wednesday afternoon: everything is open
	type at struct {
		s flows.State
		d int
	}
	var queue []at
	if call {
		s, _, _ := b.Step(now, flows.State{}, flows.Rang())
		queue = append(queue, at{s, 0})
	} else {
		s, _, _ := b.Step(now, flows.State{}, flows.Heard("hello"))
		queue = append(queue, at{s, 1})
	}
	out, seen := map[string]int{}, map[flows.State]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if seen[p.s] {
			continue
		}
		seen[p.s] = true
		for _, key := range []byte("01234") {
			in := flows.Heard(string(key))
			if call {
				in = flows.Pressed(key)
			}
			s, r, err := b.Step(now, p.s, in)
			if err != nil || s.Misses > 0 {
				continue
			}
			for _, id := range r.Shows {
				if _, have := out[id]; !have {
					out[id] = p.d + 1
				}
			}
			if !r.Ended && r.Act != flows.Dial {
				s.Idle = 0
				queue = append(queue, at{s, p.d + 1})
			}
		}
	}
	return out
}
