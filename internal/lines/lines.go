// Package lines notices which services' lines nobody answers. It keeps days and numbers of a
// service, and nothing of the people who called.
package lines

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signpost/internal/counters"
	"signpost/internal/hours"
	"signpost/internal/store"
)

// Enough is how many callers in a row nobody must have answered for a line to count as not
// answering.
const Enough = 3

// Bounds of the work behind the answering.
const (
	syncEvery = time.Minute
	syncTime  = 2 * time.Second
)

// NotAnswering reports a line that nobody answers. checked is the last day that somebody rang
// it to try it. A test call on the day of the last attempt, or later, resets the count.
func NotAnswering(l store.Line, checked time.Time) bool {
	return afresh(l, checked).Unanswered >= Enough
}

// Keeper keeps the records of lines. [store.Store] is one.
type Keeper interface {
	// KeepLines changes the records of the lines of some services, and returns those that it
	// wrote. With an error, the others are unchanged.
	KeepLines(ctx context.Context, now time.Time, services []string,
		change func(service string, l store.Line) store.Line) (map[string]store.Line, error)
}

// change is what some calls and texts add to a line. Days are midnights in London; a zero day
// changes nothing.
type change struct {
	Answered, Noted time.Time
	// Unanswered replaces the number in a row if Answered is set, and adds to it otherwise.
	Unanswered           int
	Machines, Complaints int
}

// Tracker knows which lines are not answering. It is safe for concurrent use. Without its
// keeper it goes on with what it has seen itself, and says nothing.
type Tracker struct {
	keeper Keeper
	now    func() time.Time
	// checked gives the services whose lines are watched, with the day each was last rung to
	// try it; zero: never.
	checked func() map[string]time.Time

	mu      sync.Mutex
	known   map[string]store.Line
	pending map[string]change // not yet kept
	callers callers
	synced  time.Time // when a sync last began
	down    atomic.Pointer[map[string]bool]
}

// New returns a tracker of the services that checked gives.
func New(keeper Keeper, now func() time.Time, checked func() map[string]time.Time) *Tracker {
	w := &Tracker{keeper: keeper, now: now, checked: checked, known: map[string]store.Line{},
		pending: map[string]change{}, callers: callers{seed: maphash.MakeSeed()}}
	w.down.Store(&map[string]bool{})
	return w
}

// Down gives the services whose lines are not answering. Nobody may change it.
func (w *Tracker) Down() map[string]bool { return *w.down.Load() }

// Known returns the record of a service's line.
func (w *Tracker) Known(service string) store.Line {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known[service]
}

// Add notes how a call to a service ended, or that somebody wrote that it did not help. It ignores
// all other counts. who is the keyed hash of a phone and the day: one phone counts once a day against
// a line, at each gateway.
func (w *Tracker) Add(who string, k counters.Kind) {
	day := hours.Day(w.now())
	c := change{Noted: day}
	switch k.Outcome {
	case counters.Answered:
		c.Answered = day
	case counters.Machine:
		c.Unanswered, c.Machines = 1, 1
	case counters.NoAnswer, counters.Failed:
		c.Unanswered = 1
	case counters.Complained:
		c.Complaints = 1
	default: // a short call, or a caller who left, says nothing; and where it is engaged, somebody is there
		return
	}
	checked := w.checked()
	if _, ok := checked[k.Service]; !ok {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Answered.IsZero() && !w.callers.first(day, who, k.Service, c.Complaints > 0) {
		return
	}
	w.known[k.Service] = apply(afresh(w.known[k.Service], checked[k.Service]), c)
	w.pending[k.Service] = join(w.pending[k.Service], c)
	w.judge(checked)
}

// Judge decides again which lines are not answering: the days of test calls have changed.
func (w *Tracker) Judge() {
	checked := w.checked()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.judge(checked)
}

// judge works out which lines are not answering. The lock must be held.
func (w *Tracker) judge(checked map[string]time.Time) {
	down := map[string]bool{}
	for id, l := range w.known {
		if on, ok := checked[id]; ok && NotAnswering(l, on) {
			down[id] = true
		}
	}
	if !maps.Equal(down, w.Down()) {
		w.down.Store(&down)
	}
}

// Sync hands on what was noted and reads what other gateways have noted. All lines are written,
// even those of which nothing was noted. While the keeper is unreachable, what was noted is
// kept: there is one entry for each service at most.
func (w *Tracker) Sync(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, syncTime)
	defer cancel()
	w.mu.Lock()
	w.synced = w.now()
	noted := w.pending
	w.pending = map[string]change{}
	w.mu.Unlock()
	checked := w.checked()
	services := maps.Clone(checked)
	for id := range noted {
		services[id] = checked[id] // a service that has left the book meanwhile, too
	}
	known, _ := w.keeper.KeepLines(ctx, w.now(), slices.Sorted(maps.Keys(services)),
		func(id string, l store.Line) store.Line {
			return apply(afresh(l, checked[id]), noted[id])
		})
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, c := range noted {
		if _, kept := known[id]; !kept {
			w.pending[id] = join(c, w.pending[id])
		}
	}
	for id, l := range known {
		w.known[id] = apply(l, w.pending[id])
	}
	w.judge(checked)
}

// Run syncs every minute, and once more when ctx ends. Run again, it goes on with the minute.
func (w *Tracker) Run(ctx context.Context) {
	for {
		w.mu.Lock()
		due := time.NewTimer(w.synced.Add(syncEvery).Sub(w.now()))
		w.mu.Unlock()
		select {
		case <-ctx.Done():
			due.Stop()
			w.Sync(context.WithoutCancel(ctx))
			return
		case <-due.C:
			w.Sync(ctx)
		}
	}
}

// A test call clears the counts of a line, once: what happens later on the day of the test
// call counts.
func afresh(l store.Line, checked time.Time) store.Line {
	if !checked.Before(l.Noted) && checked.After(l.Cleared) {
		l.Unanswered, l.Machines, l.Complaints, l.Cleared = 0, 0, 0, checked
	}
	return l
}

// apply is a line after a change.
func apply(l store.Line, c change) store.Line {
	if !c.Answered.IsZero() {
		l.Answered, l.Unanswered = c.Answered, 0
	}
	if !c.Noted.IsZero() {
		l.Noted = c.Noted
	}
	l.Unanswered += c.Unanswered
	l.Machines += c.Machines
	l.Complaints += c.Complaints
	return l
}

// join is two changes, one after the other.
func join(first, then change) change {
	if !then.Answered.IsZero() {
		first.Answered, first.Unanswered = then.Answered, 0
	}
	if !then.Noted.IsZero() {
		first.Noted = then.Noted
	}
	first.Unanswered += then.Unanswered
	first.Machines += then.Machines
	first.Complaints += then.Complaints
	return first
}
