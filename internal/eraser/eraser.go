// Package eraser has the provider's copies of texts and calls deleted: every
// inbound message, our replies once they are delivered, calls and the legs they
// were put through by.
//
// What is to be erased stands on a work list in the store: record ids, nothing
// else. Any number of gateways work the same list; each record is worked by one
// at a time, and one that a dead gateway had taken comes up again. A record that
// cannot be deleted has its words emptied meanwhile, and is tried again, ever
// less often, until it is given up on, loudly.
package eraser

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"signpost/internal/provider"
	"signpost/internal/store"
)

// List is where what is to be erased is kept.
type List interface {
	Enqueue(ctx context.Context, due map[string]time.Time, leased time.Time, keep time.Duration) error
	Lease(ctx context.Context, now time.Time, held time.Duration) (e store.Erasure, wait time.Duration, ok bool, err error)
	Erased(ctx context.Context, sid string) error
	Postpone(ctx context.Context, e store.Erasure, until time.Time, keep time.Duration) error
	Pause(ctx context.Context, d time.Duration) error
	Backlog(ctx context.Context) (waiting int, oldest time.Time, err error)
}

// Records is the provider's side.
type Records interface {
	Erase(sid string) error
	Redact(sid string) error
}

// Held is how long a record is kept from other gateways while one works on it:
// longer than the two requests it can need.
const Held = time.Minute

// How it works.
const (
	workers   = 4
	poll      = 5 * time.Second  // how often an idle gateway looks at the list
	refresh   = 15 * time.Second // how often the numbers on show are renewed
	maxWait   = 6 * time.Hour    // between two tries of one record
	maxPause  = 5 * time.Minute
	opTimeout = time.Second
	// gather is how long what is noted may wait for more of it: nothing is due for
	// longer, and one trip to the list takes many.
	gather   = 20 * time.Millisecond
	maxNoted = 4096 // ids waiting to be put on the list
	maxBatch = 256
)

// Outcome is what came of one try.
type Outcome string

// Outcomes of a try.
const (
	Deleted     Outcome = "deleted"
	Gone        Outcome = "already gone"
	NotFinal    Outcome = "not final yet"
	Refused     Outcome = "refused"
	Busy        Outcome = "busy"
	Credentials Outcome = "credentials refused"
	Away        Outcome = "provider away"
	GivenUp     Outcome = "given up"
	Lost        Outcome = "not noted" // the list could not take it
)

// Outcomes lists them all, for the metrics to begin at nought.
func Outcomes() []Outcome {
	return []Outcome{Deleted, Gone, NotFinal, Refused, Busy, Credentials, Away, GivenUp, Lost}
}

// Eraser works the list.
type Eraser struct {
	List    List
	Records Records
	// After is how long a record is left before it is tried first: the provider
	// refuses one that is in use and asks for at least a minute.
	After time.Duration
	// GiveUp is how long a record is tried for. The provider's own word is that
	// it may take 14 days.
	GiveUp time.Duration
	Now    func() time.Time
	Log    *slog.Logger
	Count  func(Outcome)
	// Emptied is told that a message was emptied: the provider has answered with
	// the rest of it, which is to be erased from memory soon.
	Emptied func()

	noted  chan note
	streak atomic.Int32 // tries in a row that the provider did not take
	status atomic.Pointer[Status]
	once   sync.Once
}

// Status is how erasing stands.
type Status struct {
	Waiting int
	Oldest  time.Duration // for how long the oldest record has been due
	// Trouble is why nothing is being erased at present, in words; empty when all
	// is well.
	Trouble string
	GivenUp int // since the start
	// Known tells that the list could be looked at; else Waiting and Oldest are as
	// they were seen last.
	Known bool
}

type note struct {
	sid string
	due time.Time
}

func (e *Eraser) init() {
	e.once.Do(func() {
		e.noted = make(chan note, maxNoted)
		e.status.Store(&Status{})
	})
}

// Note asks for a record to be erased, after a while beyond the usual. It never
// waits: the webhook that notes it has somebody to answer.
func (e *Eraser) Note(sid string, later time.Duration) {
	e.init()
	if !provider.Erasable(sid) {
		return
	}
	select {
	case e.noted <- note{sid, e.Now().Add(e.After + later)}:
	default:
		e.Count(Lost)
	}
}

// Status tells how erasing stands; it is renewed every few seconds.
func (e *Eraser) Status() Status {
	e.init()
	return *e.status.Load()
}

// Run works the list until ctx ends, then puts what was noted on it and
// finishes the requests in flight.
func (e *Eraser) Run(ctx context.Context) {
	e.init()
	jobs := make(chan store.Erasure)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for j := range jobs {
				e.survive(func() { e.erase(ctx, j) }) // what a fault leaves undone comes up again
			}
		})
	}
	for _, loop := range []func(context.Context){e.flush, e.watch} {
		all.Go(func() {
			for !e.survive(func() { loop(ctx) }) && ctx.Err() == nil {
				pause(ctx, e.idle())
			}
		})
	}
	for !e.survive(func() { e.dispatch(ctx, jobs) }) && ctx.Err() == nil {
		pause(ctx, e.idle())
	}
	close(jobs)
	all.Wait()
}

// survive keeps a fault of ours here from ending the program: people are being
// answered. What panicked is not looked at.
func (e *Eraser) survive(f func()) (ended bool) {
	defer func() {
		if recover() != nil {
			e.Log.Error("a fault in erasing was survived: please report it")
		}
	}()
	f()
	return true
}

// dispatch hands out what is due.
func (e *Eraser) dispatch(ctx context.Context, jobs chan<- store.Erasure) {
	for ctx.Err() == nil {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		job, wait, ok, err := e.List.Lease(op, e.Now(), Held)
		cancel()
		if ok {
			jobs <- job // every worker ends its job by itself
			continue
		}
		if err != nil || wait < 0 || wait > e.idle() {
			wait = e.idle()
		}
		pause(ctx, max(wait, time.Millisecond))
	}
}

// idle is how long to wait before looking again.
func (e *Eraser) idle() time.Duration { return min(poll, e.After) }

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// erase tries one record and writes down what came of it.
func (e *Eraser) erase(ctx context.Context, job store.Erasure) {
	// What is begun is written down even when the program is stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Held)
	defer cancel()
	age := e.Now().Sub(job.Since)
	err := e.Records.Erase(job.SID)
	var busy provider.BusyError
	switch {
	case err == nil:
		e.done(ctx, job, Deleted)
		return
	case errors.Is(err, provider.ErrGone):
		e.done(ctx, job, Gone)
		return
	case age > e.GiveUp:
		e.giveUp(ctx, job)
		return
	case errors.Is(err, provider.ErrNotFinal):
		e.retry(ctx, job, NotFinal, age)
	case errors.Is(err, provider.ErrRefused):
		e.retry(ctx, job, Refused, age)
	case errors.As(err, &busy):
		e.hold(ctx, job, Busy, busy.After)
	case errors.Is(err, provider.ErrCredentials):
		e.hold(ctx, job, Credentials, 0)
	default:
		e.hold(ctx, job, Away, 0)
	}
}

// retry empties the words of a message that cannot be deleted yet, and tries it
// again after as long as it has waited already.
func (e *Eraser) retry(ctx context.Context, job store.Erasure, o Outcome, age time.Duration) {
	e.streak.Store(0)
	e.Count(o)
	defer e.Emptied()
	if err := e.Records.Redact(job.SID); err != nil {
		e.Log.Debug("a message that cannot be deleted yet could not be emptied either", "err", err)
	}
	e.postpone(ctx, job, e.Now().Add(jitter(min(max(age, e.After), maxWait))))
}

func (e *Eraser) done(ctx context.Context, job store.Erasure, o Outcome) {
	e.streak.Store(0)
	e.Count(o)
	if err := e.List.Erased(ctx, job.SID); err != nil {
		e.Log.Warn("a record is erased but still on the list; it will be found gone", "err", err)
	}
}

// hold leaves the provider alone for a while: everybody does, since what was
// wrong was not the record.
func (e *Eraser) hold(ctx context.Context, job store.Erasure, o Outcome, d time.Duration) {
	e.Count(o)
	n := e.streak.Add(1)
	if d == 0 {
		d = jitter(e.After / 60 << min(n-1, 12))
	}
	d = min(max(d, time.Millisecond), maxPause)
	if n == 1 || o == Credentials {
		e.Log.Error("the provider's copies are not being erased: "+string(o), "count", int(n))
	}
	if err := e.List.Pause(ctx, d); err != nil {
		e.Log.Warn("the provider could not be left alone", "err", err)
	}
	e.postpone(ctx, job, e.Now().Add(d))
}

func (e *Eraser) postpone(ctx context.Context, job store.Erasure, until time.Time) {
	if err := e.List.Postpone(ctx, job, until, e.GiveUp+store.EraseKeep); err != nil {
		e.Log.Warn("a record could not be put off; it comes up again by itself", "err", err)
	}
}

func (e *Eraser) giveUp(ctx context.Context, job store.Erasure) {
	e.Count(GivenUp)
	e.change(func(s *Status) { s.GivenUp++ })
	e.Log.Error("a record could not be erased at the provider and is given up on: delete it by hand, in the provider's console")
	if err := e.List.Erased(ctx, job.SID); err != nil {
		e.Log.Warn("a record could not be taken off the list", "err", err)
	}
}

// jitter spreads tries by a fifth either way, so that they do not come together.
func jitter(d time.Duration) time.Duration {
	return d*4/5 + rand.N(max(d*2/5, 1)) // #nosec G404 -- nobody gains by guessing it
}

// flush puts what was noted on the list, in batches, and keeps what the list
// cannot take until it can.
func (e *Eraser) flush(ctx context.Context) {
	waiting := map[string]time.Time{}
	put := func(ctx context.Context) bool {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		defer cancel()
		if err := e.List.Enqueue(op, waiting, e.Now().Add(Held), e.GiveUp+store.EraseKeep); err != nil {
			e.Log.Warn("what is to be erased could not be noted; it is kept in memory", "err", err)
			return false
		}
		clear(waiting)
		return true
	}
	take := func(n note) {
		if at, ok := waiting[n.sid]; !ok || n.due.Before(at) {
			waiting[n.sid] = n.due
		}
	}
	more := func() {
		for len(waiting) < maxBatch {
			select {
			case n := <-e.noted:
				take(n)
				continue
			default:
			}
			return
		}
	}
	for {
		select {
		case <-ctx.Done():
			for more(); len(waiting) > 0; more() {
				if !put(context.WithoutCancel(ctx)) {
					for range len(waiting) + len(e.noted) {
						e.Count(Lost)
					}
					return
				}
			}
			return
		case n := <-e.noted:
			take(n)
			if len(e.noted) < maxBatch {
				pause(ctx, gather)
			}
			for more(); ctx.Err() == nil && !put(ctx); {
				pause(ctx, e.idle())
			}
		}
	}
}

// watch renews the numbers on show.
func (e *Eraser) watch(ctx context.Context) {
	for ctx.Err() == nil {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		waiting, oldest, err := e.List.Backlog(op)
		cancel()
		e.change(func(s *Status) {
			s.Trouble = ""
			if s.Known = err == nil; s.Known { // else what was seen last stays on show
				s.Waiting, s.Oldest = waiting, 0
				if waiting > 0 {
					s.Oldest = max(e.Now().Sub(oldest), 0)
				}
			}
			if e.streak.Load() > 0 {
				s.Trouble = "the provider does not take our requests"
			}
		})
		pause(ctx, min(refresh, e.After))
	}
}

func (e *Eraser) change(f func(*Status)) {
	for {
		old := e.status.Load()
		next := *old
		f(&next)
		if e.status.CompareAndSwap(old, &next) {
			return
		}
	}
}
