package check_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/check"
)

// How far every service is: in texts and in key presses from the first, by
// menus alone, and in texts once the place is known.
func TestDistances(t *testing.T) {
	b := shipped(t)
	const most = 2
	texts, keys := distances(b, false), distances(b, true)
	for _, s := range b.Services {
		if s.NotOffered != "" || s.ID == "police_999" || s.ID == "control_room_adviser" || onlyByNeed(b, s.ID) {
			continue
		}
		first := slices.ContainsFunc(b.Areas, func(a flows.Area) bool { return a.Services[0] == s.ID })
		if d, ok := keys[s.ID]; !ok || first && d > most {
			t.Errorf("%s is %d keys away", s.ID, d)
		}
		if _, ok := texts[s.ID]; !ok {
			t.Errorf("%s cannot be reached by text", s.ID)
		}
	}
	for _, a := range b.Areas {
		if a.ID == "wales" || a.ID == "scotland" || a.ID == "elsewhere" {
			continue
		}
		_, r, err := b.Step(check.Moments(b)[0], flows.State{}, flows.TextInput(a.Names[0]))
		if err != nil {
			t.Fatal(err)
		}
		if _, r2, _ := b.Step(check.Moments(b)[0], flows.State{},
			flows.TextInput(plainTown[a.ID])); !slices.Contains(r2.Shows, a.Services[0]) {
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

// onlyByNeed reports a service that only somebody's words can ask for.
func onlyByNeed(b *flows.Book, id string) bool {
	for _, step := range b.Needs {
		if s := b.StepNamed(step); s != nil && slices.Contains(s.Services, id) {
			return !firstInAnArea(b, id) && !offeredByMenu(b, step)
		}
	}
	return false
}

// offeredByMenu reports a step that a choice leads to.
func offeredByMenu(b *flows.Book, step string) bool {
	return slices.ContainsFunc(b.Steps, func(s flows.Step) bool {
		return slices.ContainsFunc(s.Choices, func(c flows.Choice) bool { return c.To == step })
	})
}

var plainTown = map[string]string{"cumbria_north": "penrith", "cumbria_west": "Workington", "cumbria_south": "barrow",
	"cheshire_east": "crewe",
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
		s, _, _ := b.Step(now, flows.State{}, flows.TextInput("hello"))
		queue = append(queue, at{s, 1})
	}
	out, seen := map[string]int{}, map[flows.State]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if seen[p.s] {
			continue
		}
		seen[p.s] = true
		for _, key := range []byte("012346") {
			in := flows.TextInput(string(key))
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
