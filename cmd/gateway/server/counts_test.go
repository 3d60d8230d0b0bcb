package server_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// What is counted of texts and calls is what happened, once, by the London day,
// on a real Redis; repeats are not counted, and it is on the list the moment the
// gateway stops.
func TestCounts(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL(); c.SenderLimit = 20 })
	now := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC) // the first of July in London
	s.SetClock(func() time.Time { return now })
	a, b := s.phone(), s.phone()
	text(t, a, "hello")
	text(t, a, "999")
	for range 3 {
		if _, err := a.TextAs(t.Context(), "SM00000000000000000000000000000001", "kendal"); err != nil {
			t.Fatal(err)
		}
	}
	text(t, a, "what") // again: nothing new is given
	text(t, a, "1")    // the next line
	text(t, a, "x")
	text(t, b, "leeds")
	text(t, b, "thanks")
	c, err := a.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []byte("1321") {
		if err := c.Press(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []string{"no-answer", "completed"} {
		if err := c.LegEnds(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	d := mustRing(t, s)
	if err := d.Press(t.Context(), '*'); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)
	keys, err := privacy.NewKeyring(s.secrets...)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(store.Options{URL: r.URL(), Keys: keys, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	day := hours.Day(now)
	if day.Day() != 1 {
		t.Errorf("counted under %v", day)
	}
	got, err := kept.Counts(context.Background(), day)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{
		"text|||begun": 2, "text|||emergency": 1, "text|||left": 1,
		"text|cumbria_south|letgo_south|given": 1, "text|cumbria_south|victim_support_cumbria|given": 1,
		"text|elsewhere|national_helpline|given": 1,
		"call|||begun":                           2, "call|cumbria_south|national_helpline|given": 1,
		"call|cumbria_south|letgo_south|given": 1,
		"call||letgo_south|no_answer":          1, "call||victim_support|answered": 1, "call|||left": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("counted %v\nwant    %v", got, want)
	}
	dump := r.Dump(t)
	if strings.Count(dump, "counts:") != 1 || !strings.Contains(dump, "counts:2026-07-01") ||
		strings.Contains(strings.Join(r.Do(t, "HGETALL", "counts:2026-07-01"), ""), "letgo") {
		t.Errorf("kept is\n%s", dump)
	}
	// The quarter goes as a whole, 13 months after it ends.
	want13 := time.Date(2027, 11, 1, 0, 0, 0, 0, hours.London()).Unix()
	if at := r.Do(t, "EXPIRETIME", "counts:2026-07-01"); strings.Join(at, "") != fmt.Sprint(want13) {
		t.Errorf("the day goes at %s, want %d", at, want13)
	}
}

// A Redis that writes to disk is named in the log and on /readyz.
func TestPersistenceIsTold(t *testing.T) {
	r := testkit.StartRedis(t, "--save", "3600 1")
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	s.log.await(t, "Redis writes to disk: snapshots", 1)
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "note: store-on-disk: Redis writes to disk") {
		t.Errorf("/readyz says %q", ready)
	}
}
