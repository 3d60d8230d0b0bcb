package counters_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/internal/counters"
	"signpost/internal/hours"
)

// keeper keeps counts in memory, when it is there.
type keeper struct {
	mu   sync.Mutex
	away bool
	days map[time.Time]map[string]int
}

func (k *keeper) AddCounts(_ context.Context, day time.Time, counts map[string]int) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.away {
		return errors.New("away")
	}
	if k.days == nil {
		k.days = map[time.Time]map[string]int{}
	}
	if k.days[day] == nil {
		k.days[day] = map[string]int{}
	}
	for f, n := range counts {
		k.days[day][f] += n
	}
	return nil
}

// What is counted arrives once and under its day, however many count at once,
// and waits while it cannot be kept.
func TestCounter(t *testing.T) {
	k := &keeper{}
	var mu sync.Mutex
	now := time.Date(2026, 11, 20, 23, 59, 0, 0, time.UTC)
	var said strings.Builder
	c := &counters.Counter{Keeper: k, Log: slog.New(slog.NewTextHandler(&said, nil)),
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }}
	one := counters.Kind{Channel: counters.Text, Area: "a", Service: "s", Outcome: counters.Given}
	two := counters.Kind{Channel: counters.Call, Outcome: counters.Begun}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { c.Add(one); c.Add(two); c.Flush(t.Context()) })
	}
	all.Wait()
	k.mu.Lock()
	k.away = true
	k.mu.Unlock()
	c.Add(one)
	c.Flush(t.Context())
	mu.Lock()
	now = now.Add(time.Hour) // the next day
	mu.Unlock()
	c.Add(one)
	c.Flush(t.Context())
	if !strings.Contains(said.String(), "tried again") {
		t.Error("nothing is said of counts that could not be kept")
	}
	k.mu.Lock()
	k.away = false
	k.mu.Unlock()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c.Run(ctx) // the last thing it does is to hand on what waits
	first := hours.Day(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	if want := map[string]int{one.Field(): 51, two.Field(): 50}; !maps.Equal(k.days[first], want) {
		t.Errorf("the first day has %v, want %v", k.days[first], want)
	}
	if want := map[string]int{one.Field(): 1}; !maps.Equal(k.days[first.AddDate(0, 0, 1)], want) || len(k.days) != 2 {
		t.Errorf("the days are %v", k.days)
	}
}

// There are never more kinds in memory than a wall allows, whatever is counted.
func TestCounterIsBounded(t *testing.T) {
	k, then := &keeper{}, time.Now()
	c := &counters.Counter{Keeper: k, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return then }}
	for i := range 100_000 {
		c.Add(counters.Kind{Area: strings.Repeat("x", i%7) + string(rune('a'+i%26)) + time.Duration(i).String()})
	}
	c.Flush(t.Context())
	if n := len(k.days[hours.Day(then)]); n == 0 || n > 20_000 {
		t.Errorf("%d kinds were kept", n)
	}
}

// A field reads back as the kind it was, and nothing else reads as one.
func FuzzField(f *testing.F) {
	for _, s := range []string{"", "|||", "text|a|b|given", "text|a|b|given|x", "call|||begun"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if k, ok := counters.ParseField(s); ok != (strings.Count(s, "|") == 3) || ok && k.Field() != s {
			t.Errorf("%q reads as %+v, %v", s, k, ok)
		}
	})
}
