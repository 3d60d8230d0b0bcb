package routes_test

import (
	"slices"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/routes"
	"signpost/flows/testbook"
	"signpost/internal/hours"
)

// At every moment that matters every area has a first number by each way, within
// what callers are promised, and nothing is listed that the engine does not do.
func TestRoutes(t *testing.T) {
	b := testbook.Shipped()
	for _, now := range check.Moments(b) {
		all := routes.Find(b, now)
		type way struct {
			way  routes.Way
			area string
		}
		first := map[way]bool{}
		for i, r := range all {
			if r.First {
				first[way{r.Way, r.Area}] = true
			}
			if i > 0 && all[i-1].Way == r.Way && all[i-1].Did() < r.Did() {
				t.Fatalf("the worst do not come first: %d after %d", r.Did(), all[i-1].Did())
			}
			replay(t, b, now, r)
		}
		for _, a := range b.Areas {
			for _, w := range []routes.Way{routes.ByPlace, routes.ByMenus, routes.ByCall} {
				if !first[way{w, a.ID}] {
					t.Errorf("%s: no way to a number in %s by %s", now, a.ID, w)
				}
			}
		}
		for _, w := range routes.Summary(all) {
			most := map[routes.Way]int{routes.ByPlace: 1, routes.ByMenus: 5, routes.ByNeed: 1, routes.ByCall: 3}[w.Way]
			// (How long a call may talk is held in the gateway's test of calls.)
			if w.First && (w.Routes == 0 || w.Did > most || w.Segments > w.Did) {
				t.Errorf("%s: %+v", now, w)
			}
		}
	}
}

// replay does what a route says and sees that it leads there.
func replay(t *testing.T, b *flows.Book, now time.Time, r routes.Route) {
	t.Helper()
	var s flows.State
	var reply flows.Reply
	for i, turn := range r.Turns {
		in := flows.TextInput(turn.They)
		switch {
		case i == 0 && r.Way == routes.ByNeed:
			in = r.Begin
		case turn.They == "rings":
			in = flows.Rang()
		case turn.They == "(no answer)":
			in = flows.LegEnded(flows.LegNoAnswer)
		case r.Way == routes.ByCall:
			in = flows.Pressed(turn.They[0])
		}
		var err error
		if s, reply, err = b.Step(now, s, in); err != nil {
			t.Fatal(err)
		}
		if said := flows.Spoken(reply.Speech); r.Way == routes.ByCall && said != turn.We || r.Way != routes.ByCall &&
			reply.Text != turn.We {
			t.Fatalf("%+v: said %q %q", turn, reply.Text, said)
		}
	}
	if len(reply.Shows) == 0 || reply.Shows[0] != r.Service || s.Area != r.Area ||
		(reply.Act == flows.Dial) != r.Rung && r.Way == routes.ByCall {
		t.Fatalf("%+v leads to %v in %q", r, reply.Shows, s.Area)
	}
}

// At an ordinary hour every service that exists and is for somebody is reached,
// by text and by call, but for what only words can ask for.
func TestEveryServiceIsListed(t *testing.T) {
	b := testbook.Shipped()
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, hours.London())
	byText, byCall := map[string]bool{}, map[string]bool{}
	for _, r := range routes.Find(b, now) {
		if r.Way == routes.ByCall {
			byCall[r.Service] = true
		} else {
			byText[r.Service] = true
		}
	}
	for i := range b.Services {
		s := &b.Services[i]
		if s.ID == "police_999" {
			continue // said in every text, never led to
		}
		if s.Exists(now) && (!byText[s.ID] || !byCall[s.ID] && !onlyByNeed(b, s.ID)) {
			t.Errorf("%s: by text %v, by call %v", s.ID, byText[s.ID], byCall[s.ID])
		}
	}
}

// onlyByNeed reports a service that only somebody's words can ask for.
func onlyByNeed(b *flows.Book, id string) bool {
	for _, step := range b.Needs {
		if s := b.StepNamed(step); s != nil && slices.Contains(s.Services, id) {
			return true
		}
	}
	return false
}
