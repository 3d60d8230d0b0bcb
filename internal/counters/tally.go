// Package counters counts what the gateway did, by day, and nothing about whom it
// did it for: no order, no time of day, nothing that ties one count to another.
package counters

import (
	"context"
	"log/slog"
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
	Begun     Outcome = "begun"     // a conversation began
	Given     Outcome = "given"     // a service's number was given
	Answered  Outcome = "answered"  // a caller was put through, and somebody answered
	NoAnswer  Outcome = "no_answer" // it rang out
	Engaged   Outcome = "engaged"
	Failed    Outcome = "failed"    // it could not be reached, or the caller gave up
	Left      Outcome = "left"      // the way out was taken: X, STOP, the star key
	Emergency Outcome = "emergency" // told that this is not 999
	// Complained: somebody wrote that the service did not help. Without area.
	Complained Outcome = "complained"
	Limited    Outcome = "limited" // not answered, or only with the 24-hour number: too many texts
)

// Outcomes lists them all.
func Outcomes() []Outcome {
	return []Outcome{Begun, Given, Answered, NoAnswer, Engaged, Failed, Left, Emergency, Limited, Complained}
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
	AddCounts(ctx context.Context, day time.Time, counts map[string]int) error
}

// Bounds.
const (
	flushEvery = 10 * time.Second
	flushTime  = time.Second
	maxKinds   = 20_000 // far more than a book has; a wall, not a setting
)

// Counter gathers counts and hands them on in batches, so that no webhook waits
// for them and nobody who watches the store sees one arrive.
type Counter struct {
	Keeper Keeper
	Now    func() time.Time
	Log    *slog.Logger

	mu     sync.Mutex
	counts map[time.Time]map[string]int
	kinds  int
}

// Add counts one thing.
func (c *Counter) Add(k Kind) {
	day := hours.Day(c.Now())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(day, k.Field(), 1)
}

func (c *Counter) put(day time.Time, field string, n int) {
	if c.counts == nil {
		c.counts = map[time.Time]map[string]int{}
	}
	if c.counts[day] == nil {
		c.counts[day] = map[string]int{}
	}
	if _, ok := c.counts[day][field]; !ok {
		if c.kinds >= maxKinds {
			return
		}
		c.kinds++
		field = strings.Clone(field)
	}
	c.counts[day][field] += n
}

// Flush hands on what was counted; what the keeper cannot take is kept.
func (c *Counter) Flush(ctx context.Context) {
	c.mu.Lock()
	counts := c.counts
	c.counts, c.kinds = nil, 0
	c.mu.Unlock()
	for day, fields := range counts {
		op, cancel := context.WithTimeout(ctx, flushTime)
		err := c.Keeper.AddCounts(op, day, fields)
		cancel()
		if err == nil {
			continue
		}
		c.Log.Warn("the day's counts could not be kept; they are tried again", "err", err)
		c.mu.Lock()
		for f, n := range fields {
			c.put(day, f, n)
		}
		c.mu.Unlock()
	}
}

// Run hands on what was counted every few seconds, and once more when ctx ends.
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
