package server_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// clockwork are the lines of the metrics that change by themselves, without any text.
var clockwork = regexp.MustCompile(`(?m)^(signpost_memory_wipes_total|process_resident_memory_bytes) .*\n`)

// Somebody who watches /metrics, /readyz or the log sees no person arrive.
func TestNobodyIsSeenToArrive(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) {
		c.RedisURL, c.TextPence, c.MinutePence, c.SpendLimitPence = r.URL(), 5, 2, 5000
	})
	seen := func() string {
		return clockwork.ReplaceAllString(get(t, s.admin+"/metrics"), "") + get(t, s.admin+"/readyz") + s.log.String()
	}
	text(t, s.phone(), "hello") // the connections of the test
	seen()
	before := seen()
	p := s.phone()
	for _, body := range []string{"hello", "kendal", "1", "he has a knife", "x"} {
		text(t, p, body)
	}
	mustRing(t, s)
	nobodySeen(t, before, seen())
}

// nobodySeen compares what is shown before a person came and after.
func nobodySeen(t *testing.T, before, after string) {
	t.Helper()
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range is {
		if i >= len(was) || was[i] != is[i] {
			t.Errorf("a person is seen: %s", is[i])
		}
	}
}

// Somebody who watches the metrics also writes and rings in her name until she is over the
// limits. Her own texts and calls are seen no better for it; nor is a leg that nobody answers,
// or a reply that does not reach her phone.
func TestWhoForgesSeesNobodyArrive(t *testing.T) {
	s, _ := asShipped(t)
	she := s.phone()
	forges(t, she, 40, "hello")
	for range 31 {
		hangsUp(t, she, 1)
	}
	seen := func() string {
		return clockwork.ReplaceAllString(get(t, s.admin+"/metrics"), "") + get(t, s.admin+"/readyz") + s.log.String()
	}
	seen()
	before := seen()
	for _, body := range []string{"hello", "Barrow", "999", "hello"} {
		text(t, she, body)
	}
	hangsUp(t, she, 30)
	call := mustRing(t, s)
	if err := call.Press(t.Context(), '0'); err != nil {
		t.Fatal(err)
	}
	if err := call.LegEnds(t.Context(), "no-answer"); err != nil {
		t.Fatal(err)
	}
	report(t, s, "undelivered", "30003")
	nobodySeen(t, before, seen())
}

// Stored counts say nothing without the key: neither what was counted, nor how much, nor
// whether anything was. A rotation of the key loses none.
func TestStoredCountsSayNothing(t *testing.T) {
	r := testkit.StartRedis(t)
	oldKey, newKey := privacy.NewSecret(), privacy.NewSecret()
	open := func(secrets ...[]byte) *store.Store {
		keys, err := privacy.NewKeyring(secrets...)
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(store.Options{URL: r.URL(), Keys: keys, Wait: patience})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	today := hours.Day(time.Now())
	old := open(oldKey)
	many := map[string]int{}
	for _, f := range []string{"text|cumbria_south|letgo_south|given", "text|||begun", "call|||begun"} {
		many[f] = 1234
	}
	days := map[time.Time]map[string]int{today.AddDate(0, 0, -40): many, today.AddDate(0, 0, -1): {},
		today: {"text|||begun": 1}}
	var lengths []int
	for day, counts := range days {
		for range 2 { // the same counts twice are other bytes
			if err := old.PutCounts(t.Context(), day, "one", counts); err != nil {
				t.Fatal(err)
			}
			value := strings.Join(r.Do(t, "HGET", "counts:"+day.Format(time.DateOnly), "one"), "")
			if slices.Contains(lengths, len(value)) != (len(lengths) > 0) {
				t.Errorf("%v is stored in %d letters, others in %v", counts, len(value), lengths)
			}
			lengths = append(lengths, len(value))
		}
	}
	values := map[string]bool{}
	for range 3 {
		if err := old.PutCounts(t.Context(), today, "two", map[string]int{}); err != nil {
			t.Fatal(err)
		}
		values[strings.Join(r.Do(t, "HGET", "counts:"+today.Format(time.DateOnly), "two"), "")] = true
	}
	if len(values) != 3 {
		t.Error("that nothing was counted can be seen")
	}
	if strings.Contains(r.Dump(t), "begun") {
		t.Error("a count is readable")
	}
	if _, err := open(newKey).Counts(t.Context(), today); err == nil {
		t.Error("another key opens the counts")
	}
	if err := open(newKey, oldKey).ResealCounts(t.Context(), today); err != nil {
		t.Fatal(err)
	}
	after := open(newKey)
	for day, want := range days {
		got, err := after.Counts(t.Context(), day)
		if err != nil || len(got) != len(want) || got["text|||begun"] != want["text|||begun"] {
			t.Errorf("after the rotation %v, want %v, %v", got, want, err)
		}
	}
}
