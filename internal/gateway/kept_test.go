package gateway_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// Every key that the gateway writes is on the list of what is kept, which the
// privacy paper is made from, and goes by itself within the time that says.
func TestEverythingKeptIsListed(t *testing.T) {
	r, double := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	limits := store.Lifetimes{}
	s := start(t, func(c *config.Config) {
		c.RedisURL, c.APIURL, c.EraseAfter, c.SenderLimit, c.TextPrice = r.URL(), double.URL, time.Second, 5, 5
		limits = store.Lifetimes{Session: c.SessionTTL, EraseGiveUp: c.EraseGiveUp}
	})
	double.Fail(testkit.FaultBusy, testkit.FaultBusy, testkit.FaultBusy, testkit.FaultBusy, testkit.FaultBusy, testkit.FaultBusy)
	p := s.phone()
	for _, body := range []string{"hello", "2", "1", "kendal", "1", "1", "1"} {
		text(t, p, body)
	}
	mustRing(t, s)
	kept, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, SenderLimit: 5, ServiceLimit: 50})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	if err := kept.SetMaintenance(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	everything := store.Everything(limits)
	seen := map[int]bool{}
	look := func() {
		for _, key := range r.Do(t, "KEYS", "*") {
			ms, err := strconv.ParseInt(strings.TrimPrefix(strings.Join(r.Do(t, "PTTL", key), ""), ":"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			left, listed := time.Duration(ms)*time.Millisecond, false
			for i, k := range everything {
				if !k.Key.MatchString(key) {
					continue
				}
				listed, seen[i] = true, true
				if ms == -1 || left > k.For { // -1: it never goes
					t.Errorf("%s goes in %v; the list says %v", key, left, k.For)
				}
			}
			if !listed {
				t.Errorf("%s is on no list", key)
			}
		}
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		look()
		if len(seen) == len(everything)-1 { // the day's counts come last
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("of the list, %d of %d were seen: %v", len(seen), len(everything), seen)
		}
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)
	look()
	if len(seen) != len(everything) {
		t.Errorf("of the list, %d of %d were seen", len(seen), len(everything))
	}
}
