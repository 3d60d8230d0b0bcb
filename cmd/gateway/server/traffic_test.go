package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/hours"
	"signpost/internal/privacy"
)

// Two whole days on which nobody came are named, and only if a gateway counted them. Counts
// of a key that is lost are named, too.
func TestQuietDaysAreNamed(t *testing.T) {
	t.Parallel()
	r, secret, kept := storeBeside(t)
	put := func(back int, counts map[string]int) {
		t.Helper()
		if err := kept.PutCounts(t.Context(), hours.Day(time.Now()).AddDate(0, 0, -back), "one", counts); err != nil {
			t.Fatal(err)
		}
	}
	with := func(secret []byte) *running {
		return start(t, func(c *config.Config) {
			inspected(c)
			c.RedisURL, c.Secrets, c.SpendLimitPence, c.TextPence, c.MinutePence = r.URL(), [][]byte{secret}, 5000, 5, 2
		})
	}
	put(1, map[string]int{})
	s := with(secret)
	awaitReady(t, s, "note: provider-unreachable: ", true) // it has looked
	if ready := get(t, s.admin+"/readyz"); strings.Contains(ready, ": quiet: ") {
		t.Errorf("a line that was begun yesterday is called quiet: %s", ready)
	}
	for back := range 4 { // midnight may come meanwhile
		put(back, map[string]int{})
	}
	awaitReady(t, s, "degraded: quiet: ", true)
	wellSaid(t, get(t, s.admin+"/readyz"))
	for back := range 4 {
		put(back, map[string]int{"call|||begun": 1})
	}
	awaitReady(t, s, ": quiet: ", false)
	s = with(privacy.NewSecret())
	awaitReady(t, s, "degraded: counts-unreadable: ", true)
	wellSaid(t, get(t, s.admin+"/readyz"))
}

// Replies that do not arrive are named when one more does not; that others arrive is not to be
// seen before the hour ends, since it would show that somebody wrote.
func TestUndeliveredRepliesAreNamed(t *testing.T) {
	s := start(t, func(c *config.Config) { c.SpendLimitPence, c.TextPence, c.MinutePence = 5000, 5, 2 })
	named := func() bool { return strings.Contains(get(t, s.admin+"/readyz"), "degraded: replies-undelivered: ") }
	for range 2 {
		report(t, s, "undelivered", "30003")
	}
	if named() {
		t.Error("two phones that are off are a problem")
	}
	for range 3 { // chance decides which of them is too many
		report(t, s, "undelivered", "30003")
	}
	if !named() {
		t.Error("five of five replies that did not arrive are none")
	}
	wellSaid(t, get(t, s.admin+"/readyz"))
	for range 30 {
		report(t, s, "delivered", "")
	}
	if !named() {
		t.Error("that somebody was answered is seen at once")
	}
	later := time.Now().Add(time.Hour)
	s.SetClock(func() time.Time { return later })
	if named() {
		t.Error("five of thirty-five are a problem an hour later")
	}
	much := later.Add(25 * time.Hour)
	s.SetClock(func() time.Time { return much })
	for range 5 {
		report(t, s, "undelivered", "30003")
	}
	if !named() {
		t.Error("replies of the day before count")
	}
}

// A search for what is left at the provider that fails is named until one succeeds.
func TestFailedSweepIsNamed(t *testing.T) {
	t.Parallel()
	r, secret, _ := storeBeside(t)
	s := startWith(t, func(c *config.Config) {
		c.RedisURL, c.Secrets, c.Lines, c.EraseAfter = r.URL(), [][]byte{secret}, []string{ourLine}, time.Millisecond
	}, func(g *server.Gateway) {
		g.SetSweep(func(context.Context) error { return errors.New("the provider refuses") })
	})
	awaitReady(t, s, "degraded: sweep-failed: ", true)
	wellSaid(t, get(t, s.admin+"/readyz"))
}
