// Package eraser deletes the provider's copies of texts and calls: every inbound message,
// our replies once they are delivered, calls and their legs.
//
// The work list in Redis holds record ids and nothing else. Any number of gateways share
// it: a record is leased to one at a time, and leased again when that gateway dies. A
// message that cannot be deleted yet is emptied, and deleting is retried, less and less often,
// until it is given up on with an error in the log.
package eraser

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"signpost/internal/store"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// List is the work list of records to erase.
type List interface {
	Enqueue(ctx context.Context, due map[string]time.Time, leased time.Time, keep time.Duration) error
	Lease(ctx context.Context, now time.Time, held time.Duration) (e store.Erasure, wait time.Duration,
		ok bool, err error)
	Erased(ctx context.Context, id string) error
	Postpone(ctx context.Context, e store.Erasure, until time.Time, keep time.Duration) error
	Pause(ctx context.Context, d time.Duration) error
	Backlog(ctx context.Context) (waiting int, oldest time.Time, err error)
}

// Records is the provider's side.
type Records interface {
	Erase(id webhook.RecordID) error
	Redact(id webhook.RecordID) error
}

// LeaseTime is how long a lease lasts: longer than the two requests that a record can need.
const LeaseTime = time.Minute

// Limits and intervals.
const (
	workers   = 4
	poll      = 5 * time.Second  // between polls of an idle gateway
	refresh   = 15 * time.Second // between updates of the status
	maxWait   = 6 * time.Hour    // between two tries of one record
	maxPause  = 5 * time.Minute
	opTimeout = time.Second
	// gather is how long a noted record may wait for others, so that one trip to Redis
	// takes many. Nothing is due sooner.
	gather   = 20 * time.Millisecond
	maxNoted = 4096 // records waiting to be put on the list
	maxBatch = 256
)

// Outcome is the result of one try.
type Outcome string

// Outcomes of a try.
const (
	Deleted     Outcome = "deleted"
	Gone        Outcome = "already_gone"
	NotFinal    Outcome = "not_final"
	Refused     Outcome = "refused"
	Busy        Outcome = "busy"
	Credentials Outcome = "credentials_refused"
	Unreachable Outcome = "provider_unreachable"
	GivenUp     Outcome = "given_up"
	Lost        Outcome = "not_recorded" // Redis did not take it
)

// Outcomes returns all of them, so that the metrics start at zero.
func Outcomes() []Outcome {
	return []Outcome{Deleted, Gone, NotFinal, Refused, Busy, Credentials, Unreachable, GivenUp, Lost}
}

// Eraser works the list.
type Eraser struct {
	List    List
	Records Records
	// After is how long the first try of a record waits: the provider refuses a record that
	// is in use, and asks for at least a minute.
	After time.Duration
	// GiveUp is how long a record is retried. The provider says that it may take 14 days.
	GiveUp time.Duration
	Now    func() time.Time
	Log    *slog.Logger
	Count  func(Outcome)
	// Rand gives a random number from 0 up to, and not including, n. Nil is the process's own.
	Rand func(n time.Duration) time.Duration

	noted  chan note
	streak atomic.Int32 // failed tries in a row
	status atomic.Pointer[Status]
	once   sync.Once
}

// Status is the state of erasing.
type Status struct {
	Waiting int
	Oldest  time.Duration // for how long the oldest record has been due
	// Trouble is why nothing is being erased now, in words; empty when all is well.
	Trouble string
	GivenUp int // records that nobody tries any more, or that could not be noted, since the start
	// Known reports that Redis could be asked; otherwise Waiting and Oldest are from
	// earlier.
	Known bool
}

type note struct {
	id  string
	due time.Time
}

func (e *Eraser) init() {
	e.once.Do(func() {
		e.noted = make(chan note, maxNoted)
		e.status.Store(&Status{})
	})
}

// Note asks for a record to be erased, later than usual by a delay. It never blocks: the
// webhook that notes the record has somebody to answer.
func (e *Eraser) Note(id webhook.RecordID, delay time.Duration) {
	e.init()
	select {
	case e.noted <- note{string(id), e.Now().Add(e.After + delay)}:
	default:
		e.Count(Lost)
		e.change(func(s *Status) { s.GivenUp++ })
	}
}

// Status returns the state of erasing, as of a few seconds ago.
func (e *Eraser) Status() Status {
	e.init()
	return *e.status.Load()
}

// Run works the list until ctx ends, then saves what was noted and finishes the requests
// in flight.
func (e *Eraser) Run(ctx context.Context) {
	e.init()
	jobs := make(chan store.Erasure)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for j := range jobs {
				e.catch(func() { e.erase(ctx, j) }) // after a panic the lease runs out
			}
		})
	}
	for _, loop := range []func(context.Context){e.flush, e.updateStatus} {
		all.Go(func() {
			for !e.catch(func() { loop(ctx) }) && ctx.Err() == nil {
				pause(ctx, e.idle())
			}
		})
	}
	for !e.catch(func() { e.dispatch(ctx, jobs) }) && ctx.Err() == nil {
		pause(ctx, e.idle())
	}
	close(jobs)
	all.Wait()
}

// catch runs f and catches its panic, whose value may be private and is dropped. It
// reports whether f returned.
func (e *Eraser) catch(f func()) (ended bool) {
	defer func() {
		if recover() != nil {
			e.Log.Error("panic recovered", "job", "eraser")
		}
	}()
	f()
	return true
}

// dispatch leases what is due and hands it to the workers.
func (e *Eraser) dispatch(ctx context.Context, jobs chan<- store.Erasure) {
	for ctx.Err() == nil {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		job, wait, ok, err := e.List.Lease(op, e.Now(), LeaseTime)
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

// idle is how long to wait between polls.
func (e *Eraser) idle() time.Duration { return min(poll, e.After) }

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// erase tries one record and saves the result.
func (e *Eraser) erase(ctx context.Context, job store.Erasure) {
	// The result is saved even when the program is stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), LeaseTime)
	defer cancel()
	age := e.Now().Sub(job.Since)
	id, ok := twilio.ParseRecordID(job.ID)
	err := error(twilio.ErrRefused)
	if ok {
		err = e.Records.Erase(id)
	}
	var busy twilio.BusyError
	switch {
	case err == nil:
		e.done(ctx, job, Deleted)
		return
	case errors.Is(err, twilio.ErrGone):
		e.done(ctx, job, Gone)
		return
	case age > e.GiveUp:
		e.giveUp(ctx, job)
		return
	case errors.Is(err, twilio.ErrNotFinal):
		e.retry(ctx, job, id, NotFinal, age)
	case errors.Is(err, twilio.ErrRefused):
		e.retry(ctx, job, id, Refused, age)
	case errors.As(err, &busy):
		e.backOff(ctx, job, Busy, busy.After)
	case errors.Is(err, twilio.ErrCredentials):
		e.backOff(ctx, job, Credentials, 0)
	default:
		e.backOff(ctx, job, Unreachable, 0)
	}
}

// retry empties a message that cannot be deleted yet, and doubles its age before the next
// try.
func (e *Eraser) retry(ctx context.Context, job store.Erasure, id webhook.RecordID, o Outcome, age time.Duration) {
	e.streak.Store(0)
	e.Count(o)
	if err := e.Records.Redact(id); err != nil {
		e.Log.Debug("could not empty a message that cannot be deleted yet", "err", err)
	}
	e.postpone(ctx, job, e.Now().Add(e.jitter(min(max(age, e.After), maxWait))))
}

func (e *Eraser) done(ctx context.Context, job store.Erasure, o Outcome) {
	e.streak.Store(0)
	e.Count(o)
	if err := e.List.Erased(ctx, job.ID); err != nil {
		e.Log.Warn("could not remove an erased record from the list", "err", err)
	}
}

// backOff pauses all gateways for a while, because the fault was not the record's.
func (e *Eraser) backOff(ctx context.Context, job store.Erasure, o Outcome, d time.Duration) {
	e.Count(o)
	n := e.streak.Add(1)
	if d == 0 {
		d = e.jitter(e.After / 60 << min(n-1, 12))
	}
	d = min(max(d, time.Millisecond), maxPause)
	if n == 1 || o == Credentials {
		e.Log.Error("the provider's copies are not being erased", "outcome", string(o), "count", int(n))
	}
	if err := e.List.Pause(ctx, d); err != nil {
		e.Log.Warn("could not pause erasing", "err", err)
	}
	e.postpone(ctx, job, e.Now().Add(d))
}

func (e *Eraser) postpone(ctx context.Context, job store.Erasure, until time.Time) {
	if err := e.List.Postpone(ctx, job, until, e.GiveUp+store.EraseKeep); err != nil {
		e.Log.Warn("could not postpone a record", "err", err)
	}
}

func (e *Eraser) giveUp(ctx context.Context, job store.Erasure) {
	e.Count(GivenUp)
	e.change(func(s *Status) { s.GivenUp++ })
	e.Log.Error("a record could not be erased at the provider and is given up on")
	if err := e.List.Erased(ctx, job.ID); err != nil {
		e.Log.Warn("could not remove a record from the list", "err", err)
	}
}

// jitter varies a delay by up to a fifth, so that tries do not coincide.
func (e *Eraser) jitter(d time.Duration) time.Duration {
	chance := e.Rand
	if chance == nil {
		chance = rand.N[time.Duration] // #nosec G404 -- nobody gains by guessing it
	}
	return d*4/5 + chance(max(d*2/5, 1))
}

// updateStatus updates the status.
func (e *Eraser) updateStatus(ctx context.Context) {
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
