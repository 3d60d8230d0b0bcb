package counters_test

import (
	"context"
	"errors"
	"fmt"
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
	puts int
	days map[time.Time]map[string]int
}

func (k *keeper) PutCounts(_ context.Context, day time.Time, process string, counts map[string]int) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.puts++
	if k.away {
		return errors.New("away")
	}
	if process == "" {
		return errors.New("no process")
	}
	if k.days == nil {
		k.days = map[time.Time]map[string]int{}
	}
	k.days[day] = maps.Clone(counts)
	return nil
}

// What is counted is stored once and under its day, however many count at once; a phone
// counts once a day for each thing; what cannot be stored waits; and nothing tells whether
// anything was counted, for something is stored each time.
func TestCounter(t *testing.T) {
	k := &keeper{}
	var mu sync.Mutex
	now := time.Date(2026, 11, 20, 23, 59, 0, 0, time.UTC)
	var said strings.Builder
	c := &counters.Counter{Keeper: k, Log: slog.New(slog.NewTextHandler(&said, nil)),
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }}
	one := counters.Kind{Channel: counters.Text, Area: "a", Service: "s", Outcome: counters.Given}
	two := counters.Kind{Channel: counters.Call, Outcome: counters.Begun}
	first := hours.Day(now)
	c.Flush(t.Context())
	if counts, stored := k.days[first]; !stored || len(counts) != 0 {
		t.Errorf("of a day without anybody %v is stored", k.days)
	}
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			for range 3 {
				c.Add(fmt.Sprint("phone", n), one)
			}
			c.Add(fmt.Sprint("phone", n%7), two)
		})
	}
	all.Wait()
	k.mu.Lock()
	k.away = true
	k.mu.Unlock()
	c.Add("another", one)
	c.Flush(t.Context())
	mu.Lock()
	now = now.Add(time.Hour) // the next day
	mu.Unlock()
	c.Add("another", one)
	c.Flush(t.Context())
	if !strings.Contains(said.String(), "could not store the day's counts") {
		t.Error("nothing is said of counts that could not be stored")
	}
	k.mu.Lock()
	k.away = false
	k.mu.Unlock()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c.Run(ctx) // the last thing it does is to store what waits
	if want := map[string]int{one.Field(): 51, two.Field(): 7}; !maps.Equal(k.days[first], want) {
		t.Errorf("the first day has %v, want %v", k.days[first], want)
	}
	if want := map[string]int{one.Field(): 1}; !maps.Equal(k.days[first.AddDate(0, 0, 1)], want) || len(k.days) != 2 {
		t.Errorf("the days are %v", k.days)
	}
	puts := k.puts
	c.Flush(t.Context())
	if k.puts != puts+1 {
		t.Errorf("a day that is over is stored again: %d times", k.puts-puts)
	}
}

// There are never more kinds in memory than a wall allows, no matter what is counted.
func TestCounterIsBounded(t *testing.T) {
	k, then := &keeper{}, time.Now()
	c := &counters.Counter{Keeper: k, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return then }}
	for i := range 100_000 {
		c.Add("who", counters.Kind{Area: strings.Repeat("x", i%7) + string(rune('a'+i%26)) + time.Duration(i).String()})
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
