package lines_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/internal/counters"
	"signpost/internal/hours"
	"signpost/internal/lines"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// The gateways of these tests have the same key.
var older = privacy.NewSecret()
var keys = ring(older)

func ring(secrets ...[]byte) *privacy.Keyring {
	r, err := privacy.NewKeyring(secrets...)
	if err != nil {
		panic(err)
	}
	return r
}

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, hours.London()) }

// gateway is one process: a watch on two services, with a clock.
type gateway struct {
	*lines.Tracker
	store   *store.Store
	now     time.Time
	checked map[string]time.Time
}

func start(t *testing.T, url string) *gateway { return startWith(t, url, keys) }

func startWith(t *testing.T, url string, keys *privacy.Keyring) *gateway {
	t.Helper()
	s, err := store.Open(store.Options{URL: url, Keys: keys, Wait: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	g := &gateway{store: s, now: day(18).Add(15 * time.Hour),
		checked: map[string]time.Time{"north": {}, "south": day(1)}}
	g.Tracker = lines.New(s, func() time.Time { return g.now }, func() map[string]time.Time { return g.checked })
	return g
}

// calls are of another caller each.
func (g *gateway) calls(service string, ends ...counters.Outcome) {
	for _, o := range ends {
		g.Add(rand.Text(), counters.Kind{Channel: counters.Call, Service: service, Outcome: o})
	}
}

func (g *gateway) down() []string { return slices.Sorted(maps.Keys(g.Down())) }

// Three attempts in a row that nobody answers, for any reason; an answer ends the row,
// and what says nothing of a line does not lengthen it.
func TestRow(t *testing.T) {
	for _, tt := range []struct {
		name string
		ends []counters.Outcome
		down bool
	}{
		{"two", []counters.Outcome{counters.NoAnswer, counters.NoAnswer}, false},
		{"three", []counters.Outcome{counters.NoAnswer, counters.NoAnswer, counters.NoAnswer}, true},
		{"three kinds", []counters.Outcome{counters.NoAnswer, counters.Failed, counters.Machine}, true},
		{"engaged", slices.Repeat([]counters.Outcome{counters.Engaged}, 15), false},
		{"an answer between", []counters.Outcome{counters.NoAnswer, counters.NoAnswer, counters.Answered,
			counters.NoAnswer}, false},
		{"an answer at last", []counters.Outcome{counters.NoAnswer, counters.NoAnswer, counters.NoAnswer,
			counters.Answered}, false},
		{"a short call is no answer", []counters.Outcome{counters.NoAnswer, counters.NoAnswer, counters.Short,
			counters.NoAnswer}, true},
		{"callers who left", slices.Repeat([]counters.Outcome{counters.CallerLeft}, 15), false},
		{"short calls", slices.Repeat([]counters.Outcome{counters.Short}, 15), false},
		{"complaints", slices.Repeat([]counters.Outcome{counters.Complained}, 15), false},
		{"numbers given", slices.Repeat([]counters.Outcome{counters.Given}, 15), false},
	} {
		for _, kept := range []bool{false, true} {
			g := start(t, "")
			for _, o := range tt.ends {
				g.calls("south", o)
				if kept {
					g.Sync(t.Context())
				}
			}
			want := []string{}
			if tt.down {
				want = []string{"south"}
			}
			if got := g.down(); !slices.Equal(got, want) {
				t.Errorf("%s, kept %v: %q are down", tt.name, kept, got)
			}
		}
	}
}

// One caller counts once a day against a line, and against each line. So nobody takes a line from
// everybody alone. An answer counts as often as it comes.
func TestOneCaller(t *testing.T) {
	g := start(t, "")
	add := func(who, service string, o counters.Outcome) {
		g.Add(who, counters.Kind{Channel: counters.Call, Service: service, Outcome: o})
	}
	for range 10 {
		for _, o := range []counters.Outcome{counters.NoAnswer, counters.Failed, counters.Machine, counters.Complained} {
			add("a", "south", o)
		}
	}
	want := store.Line{Noted: day(18), Unanswered: 1, Complaints: 1, Cleared: day(1)}
	if got := g.Known("south"); got != want {
		t.Errorf("of one caller %+v is known", got)
	}
	add("a", "north", counters.NoAnswer)
	if got := g.Known("north"); got.Unanswered != 1 {
		t.Errorf("of another line %+v is known", got)
	}
	add("b", "south", counters.NoAnswer)
	g.now = g.now.AddDate(0, 0, 1)
	if add("a", "south", counters.NoAnswer); !slices.Equal(g.down(), []string{"south"}) {
		t.Errorf("after two callers, and one of them on the next day: %q are down", g.down())
	}
	add("a", "south", counters.Answered)
	if add("a", "south", counters.Answered); len(g.down()) > 0 || g.Known("south").Answered != day(19) {
		t.Errorf("it answered, and %+v is known", g.Known("south"))
	}
}

// What each gateway sees counts together, through Redis, and holds days and no moments.
func TestTogether(t *testing.T) {
	r := testkit.StartRedis(t)
	a, b := start(t, r.URL()), start(t, r.URL())
	a.calls("south", counters.Answered, counters.NoAnswer, counters.NoAnswer)
	b.calls("south", counters.Machine)
	b.calls("south", counters.Complained)
	b.calls("unknown_service", counters.NoAnswer, counters.NoAnswer, counters.NoAnswer)
	for range 2 {
		a.Sync(t.Context())
		b.Sync(t.Context())
	}
	a.Sync(t.Context())
	want := store.Line{Answered: day(18), Noted: day(18), Unanswered: 3, Machines: 1, Complaints: 1, Cleared: day(1)}
	for _, g := range []*gateway{a, b} {
		if !slices.Equal(g.down(), []string{"south"}) || g.Known("south") != want {
			t.Errorf("%q are down; known is %+v", g.down(), g.Known("south"))
		}
	}
	if c := start(t, r.URL()); len(c.down()) > 0 {
		t.Error("something is known before it is read")
	} else if c.Sync(t.Context()); !slices.Equal(c.down(), []string{"south"}) {
		t.Error("a gateway that starts does not know")
	}
	ttl := day(18).AddDate(0, 0, store.KeepLines).Unix()
	for _, key := range r.Do(t, "KEYS", "*") {
		if at := r.Do(t, "EXPIRETIME", key); at[0] != fmt.Sprint(ttl) {
			t.Errorf("the key goes at %s, want the midnight %d", at, ttl)
		}
	}
	a.calls("south", counters.Answered)
	a.Sync(t.Context())
	b.Sync(t.Context())
	if len(a.down())+len(b.down()) > 0 || b.Known("south").Unanswered != 0 {
		t.Errorf("it answers again: %q, %q", a.down(), b.down())
	}
}

// Somebody who reads Redis before and after a call to a service learns nothing of it: the same
// keys, none with the name of a service; every value another one, of the same length.
func TestCopiesTellNoService(t *testing.T) {
	r := testkit.StartRedis(t)
	g := start(t, r.URL())
	held := func() map[string]string {
		out := map[string]string{}
		for _, key := range r.Do(t, "KEYS", "*") {
			out[key] = strings.Join(r.Do(t, "GET", key), "")
			if strings.Contains(key+out[key], "south") || strings.Contains(key+out[key], "2026") {
				t.Errorf("%s holds %s", key, out[key])
			}
		}
		return out
	}
	g.Sync(t.Context())
	last := held()
	if len(last) != 2 {
		t.Fatalf("kept is %v", last)
	}
	for _, note := range []func(){
		func() {}, func() { g.calls("south", counters.NoAnswer) }, func() {
			g.calls("south", counters.Answered, counters.Complained)
		}, func() {},
	} {
		note()
		g.Sync(t.Context())
		now := held()
		if !slices.Equal(slices.Sorted(maps.Keys(now)), slices.Sorted(maps.Keys(last))) {
			t.Errorf("the keys were %v and are %v", last, now)
		}
		for key, v := range now {
			if v == last[key] || len(v) != len(last[key]) {
				t.Errorf("%s was %s and is %s", key, last[key], v)
			}
		}
		last = now
	}
}

// What is known outlives a rotation of the key, and nothing is left under the older name. What is
// older than 400 days is forgotten.
func TestOlderNames(t *testing.T) {
	r := testkit.StartRedis(t)
	g := start(t, r.URL())
	g.calls("south", counters.NoAnswer, counters.NoAnswer, counters.Complained)
	g.Sync(t.Context())
	want := store.Line{Noted: day(18), Unanswered: 2, Complaints: 1, Cleared: day(1)}
	rotated := startWith(t, r.URL(), ring(privacy.NewSecret(), older))
	for _, one := range []*gateway{g, rotated, rotated} {
		one.Sync(t.Context())
		if got := one.Known("south"); got != want || len(r.Do(t, "KEYS", "*")) != 2 {
			t.Errorf("known is %+v, kept %q", got, r.Do(t, "KEYS", "*"))
		}
	}
	rotated.now = day(18).AddDate(0, 0, store.KeepLines+1)
	rotated.Sync(t.Context())
	if got := rotated.Known("south"); got != (store.Line{Cleared: day(1)}) {
		t.Errorf("after 401 days %+v is known", got)
	}
}

// A test call on the day of the last attempt, or later, clears what counts against a line, once:
// attempts after it count.
func TestChecked(t *testing.T) {
	r := testkit.StartRedis(t)
	g, other := start(t, r.URL()), start(t, r.URL())
	g.calls("south", counters.Failed, counters.Machine, counters.NoAnswer, counters.Complained)
	g.Sync(t.Context())
	for _, on := range []int{1, 17} {
		g.checked["south"] = day(on)
		if g.Sync(t.Context()); len(g.down()) != 1 {
			t.Errorf("a test call on day %d clears attempts of day 18", on)
		}
	}
	for _, on := range []int{18, 20} {
		g.now = day(on).Add(15 * time.Hour)
		other.now = g.now
		for _, one := range []*gateway{g, other} { // one after the other reads the book
			one.checked["south"] = day(on)
			one.Sync(t.Context())
			if l := one.Known("south"); len(one.down()) > 0 || l.Unanswered+l.Machines+l.Complaints != 0 {
				t.Errorf("after a test call on day %d: %q, %+v", on, one.down(), l)
			}
		}
		g.calls("south", counters.NoAnswer)
		g.Sync(t.Context())
		if l := g.Known("south"); len(g.down()) > 0 || l.Unanswered != 1 {
			t.Errorf("the old attempts came back, or one after the test call does not count: %+v", l)
		}
		g.calls("south", counters.NoAnswer, counters.NoAnswer)
		for _, one := range []*gateway{g, other, start(t, r.URL())} { // the last starts later
			one.checked["south"] = day(on)
			if one.Sync(t.Context()); len(one.down()) != 1 {
				t.Errorf("three attempts after a test call on day %d do not count: %+v", on, one.Known("south"))
			}
		}
	}
}

// Without Redis a gateway goes on with what it saw itself, and hands it on later, once.
func TestAway(t *testing.T) {
	r := testkit.StartRedis(t)
	g := start(t, "redis://127.0.0.1:1")
	g.calls("south", counters.NoAnswer, counters.NoAnswer)
	g.Sync(t.Context())
	g.calls("south", counters.NoAnswer)
	for range 3 {
		g.Sync(t.Context())
	}
	if !slices.Equal(g.down(), []string{"south"}) {
		t.Errorf("%q are down", g.down())
	}
	g.calls("south", counters.Answered)
	if g.Sync(t.Context()); len(g.down()) > 0 {
		t.Error("it answered, and is down")
	}
	// A Redis that comes back.
	away := &switched{}
	w := lines.New(away, g.clock, func() map[string]time.Time { return g.checked })
	w.Add("one", counters.Kind{Service: "north", Outcome: counters.NoAnswer})
	w.Sync(t.Context())
	w.Add("one", counters.Kind{Service: "north", Outcome: counters.Answered})
	w.Add("another", counters.Kind{Service: "north", Outcome: counters.Machine})
	w.Sync(t.Context())
	back, err := store.Open(store.Options{URL: r.URL(), Keys: keys, Wait: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	away.Keeper = back
	for range 3 {
		w.Sync(t.Context())
	}
	got, err := back.Lines(t.Context(), []string{"north", "south"})
	if want := (store.Line{Answered: day(18), Noted: day(18), Unanswered: 1, Machines: 1}); err != nil ||
		len(got) != 1 || got["north"] != want {
		t.Errorf("kept is %+v, %v", got, err)
	}
}

// Many at once lose nothing.
func TestAtOnce(t *testing.T) {
	g := start(t, "")
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() { g.calls("south", counters.Machine); g.Sync(t.Context()); g.Down() })
	}
	all.Wait()
	g.Sync(t.Context())
	if l := g.Known("south"); l.Unanswered != 40 || l.Machines != 40 {
		t.Errorf("known is %+v", l)
	}
}

func (g *gateway) clock() time.Time { return g.now }

// switched is a keeper that is away until there is one.
type switched struct{ lines.Keeper }

var errAway = errors.New("away")

func (s *switched) KeepLines(
	ctx context.Context, now time.Time, services []string, change func(string, store.Line) store.Line,
) (map[string]store.Line, error) {
	if s.Keeper == nil {
		return nil, errAway
	}
	return s.Keeper.KeepLines(ctx, now, services, change)
}
