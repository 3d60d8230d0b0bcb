// Package counters counts what the gateway did, by day, and nothing about whom it
// did it for: no order, no time of day, nothing that ties one count to another.
package counters

import (
	"context"
	"crypto/rand"
	"hash/maphash"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"signpost/internal/hours"
)

// Channels.
const (
	Text = "text"
	Call = "call"
)

// Outcome is what is counted.
type Outcome string

// Outcomes. Begun, Left, Emergency and Limited are counted without area and
// service, the end of a ringing without area.
const (
	Begun Outcome = "begun" // a conversation began
	Given Outcome = "given" // a service's number was given
	// How a call to a service ended. None but Answered says that a person was there.
	Answered   Outcome = "answered"    // it was answered, and lasted as long as a conversation does
	Short      Outcome = "short"       // it was answered, and over sooner: a machine, perhaps
	Machine    Outcome = "machine"     // it was answered, but nobody took the call
	NoAnswer   Outcome = "no_answer"   // it rang out
	Engaged    Outcome = "engaged"     // busy
	Failed     Outcome = "failed"      // it could not be reached
	CallerLeft Outcome = "caller_left" // the caller hung up before it was answered
	Left       Outcome = "left"        // the way out was taken: X, STOP, the star key
	Emergency  Outcome = "emergency"   // told that this is not 999
	// Complained: somebody wrote that the service did not help. Without area.
	Complained Outcome = "complained"
	Limited    Outcome = "limited" // not answered, or only with the 24-hour number: too many texts
)

// LegOutcomes lists how a call to a service can end.
func LegOutcomes() []Outcome {
	return []Outcome{Answered, Short, Machine, NoAnswer, Engaged, Failed, CallerLeft}
}

// Outcomes lists them all.
func Outcomes() []Outcome {
	return append([]Outcome{Begun, Given, Left, Emergency, Limited, Complained}, LegOutcomes()...)
}

// Kind is one kind of thing that is counted. Area and Service are ids of the
// flow book, or empty.
type Kind struct {
	Channel string
	Area    string
	Service string
	Outcome Outcome
}

// Field is a kind as it is stored.
func (k Kind) Field() string {
	return strings.Join([]string{k.Channel, k.Area, k.Service, string(k.Outcome)}, "|")
}

// ParseField reads what Field wrote.
func ParseField(s string) (Kind, bool) {
	p := strings.Split(s, "|")
	if len(p) != 4 {
		return Kind{}, false
	}
	return Kind{p[0], p[1], p[2], Outcome(p[3])}, true
}

// Keeper is where the counts are kept.
type Keeper interface {
	// PutCounts replaces what one process has counted on a day, given as its midnight.
	PutCounts(ctx context.Context, day time.Time, process string, counts map[string]int) error
}

// Bounds.
const (
	// flushEvery is how often the counts are stored: at a fixed rate, whether or not
	// anything was counted, and every time as other bytes of the same length. So nobody who
	// watches the store sees a person arrive.
	flushEvery = 15 * time.Minute
	flushTime  = time.Second
	maxKinds   = 20_000  // far more than a book has
	maxSeen    = 500_000 // phones and what they were counted for, on a day
)

// Counter gathers the counts of one process. Its methods are safe for concurrent use.
type Counter struct {
	Keeper Keeper
	Now    func() time.Time
	Log    *slog.Logger

	mu      sync.Mutex
	process string
	counts  map[time.Time]map[string]int
	kinds   int
	day     time.Time           // that seen is of
	seed    maphash.Seed        // of this process only
	seen    map[uint64]struct{} // who was counted for what
}

// Add counts a kind once a day for one phone, however often it happens: who is the keyed
// hash of the phone and the day. So nobody fills a figure with texts of their own. A phone
// that two processes serve can count at each.
func (c *Counter) Add(who string, k Kind) {
	c.mu.Lock()
	defer c.mu.Unlock()
	day, field := c.today(), k.Field()
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.WriteString(who)
	h.WriteByte(0)
	h.WriteString(field)
	sum := h.Sum64()
	if _, again := c.seen[sum]; again {
		return
	}
	if len(c.seen) >= maxSeen {
		clear(c.seen)
	}
	c.seen[sum] = struct{}{}
	counts := c.counts[day]
	if _, ok := counts[field]; !ok {
		if c.kinds >= maxKinds {
			return
		}
		c.kinds++
		field = strings.Clone(field)
	}
	counts[field]++
}

// today returns the day, and begins it when it is new. It needs the lock.
func (c *Counter) today() time.Time {
	day := hours.Day(c.Now())
	if c.counts == nil {
		c.counts, c.seed, c.process = map[time.Time]map[string]int{}, maphash.MakeSeed(), rand.Text()
	}
	if !day.Equal(c.day) {
		c.day, c.seen = day, map[uint64]struct{}{}
	}
	if c.counts[day] == nil {
		c.counts[day] = map[string]int{}
	}
	return day
}

// Flush stores what was counted today, and on days before that are not stored for good.
// What cannot be stored is kept.
func (c *Counter) Flush(ctx context.Context) {
	c.mu.Lock()
	today, process := c.today(), c.process
	days := map[time.Time]map[string]int{}
	for day, counts := range c.counts {
		days[day] = maps.Clone(counts)
	}
	c.mu.Unlock()
	for _, day := range slices.SortedFunc(maps.Keys(days), time.Time.Compare) { // the oldest first
		counts := days[day]
		op, cancel := context.WithTimeout(ctx, flushTime)
		err := c.Keeper.PutCounts(op, day, process, counts)
		cancel()
		if err != nil {
			c.Log.Warn("could not store the day's counts", "err", err)
			continue
		}
		c.mu.Lock()
		if day.Before(today) && len(c.counts[day]) == len(counts) {
			delete(c.counts, day) // over, and stored
			c.kinds -= len(counts)
		}
		c.mu.Unlock()
	}
}

// Run stores what was counted at a fixed rate, and once more when ctx ends.
func (c *Counter) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			c.Flush(context.WithoutCancel(ctx))
			return
		case <-tick.C:
			c.Flush(ctx)
		}
	}
}
