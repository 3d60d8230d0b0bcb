package simulate

import (
	"cmp"
	"container/heap"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing/synctest"
	"time"
)

// clock is the scheduler of a world: it alone decides what happens next. Everything that
// leaves a gateway stops at a gate (what it writes to Redis or to the provider, what it
// answers); once all are at rest, the clock picks what goes on, by the seed.
type clock struct {
	dice
	agenda agenda
	made   int // entries of the agenda so far

	mu      sync.Mutex
	gate    []arrival
	arrived chan struct{}

	digest hash.Hash // of everything that happened, in order
	trace  io.Writer // gets every event; nil: nobody looks
	events int
}

// arrival is something that waits at the gate.
type arrival struct {
	from string // for an order that does not depend on who was scheduled first
	what string
	then func()
}

type entry struct {
	at   time.Time
	turn int
	then func()
}

type agenda []entry

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(a[i].at.Compare(a[j].at), a[i].turn-a[j].turn) < 0
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(entry)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

func newClock(seed uint64) *clock {
	return &clock{dice: roll(seed, 0), arrived: make(chan struct{}, 1), digest: sha256.New()}
}

// after plans something.
func (c *clock) after(d time.Duration, then func()) { c.at(time.Now().Add(d), then) }

func (c *clock) at(t time.Time, then func()) {
	c.made++
	heap.Push(&c.agenda, entry{t, c.made, then})
}

// arrive puts something at the gate. Any goroutine may.
func (c *clock) arrive(from, what string, then func()) {
	c.mu.Lock()
	c.gate = append(c.gate, arrival{from, what, then})
	c.mu.Unlock()
	select {
	case c.arrived <- struct{}{}:
	default:
	}
}

// pass lets through one of those that wait at the gate, which the seed picks. It reports
// whether anything waited.
func (c *clock) pass() bool {
	c.mu.Lock()
	slices.SortStableFunc(c.gate,
		func(a, b arrival) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.what, b.what)) })
	if len(c.gate) == 0 {
		c.mu.Unlock()
		return false
	}
	at := c.chance.IntN(len(c.gate))
	next := c.gate[at]
	c.gate = slices.Delete(c.gate, at, at+1)
	c.mu.Unlock()
	next.then()
	return true
}

// run has the world happen until stop says so, or until a time.
func (c *clock) run(until time.Time, stop func() bool) {
	for !stop() {
		synctest.Wait() // everybody is at rest: at the gate, or waiting for the time
		if c.pass() {
			continue
		}
		next := until
		if len(c.agenda) > 0 && c.agenda[0].at.Before(until) {
			next = c.agenda[0].at
		}
		if !next.After(time.Now()) {
			if !next.Before(until) {
				return
			}
			e, _ := heap.Pop(&c.agenda).(entry)
			e.then()
			continue
		}
		t := time.NewTimer(time.Until(next))
		select {
		case <-t.C:
		case <-c.arrived:
			t.Stop()
		}
	}
}

// note adds to the digest of what happened.
func (c *clock) note(format string, args ...any) {
	c.events++
	fmt.Fprintf(c.digest, "%d ", time.Now().UnixNano())
	fmt.Fprintf(c.digest, format+"\n", args...)
	if c.trace != nil {
		fmt.Fprintf(c.trace, time.Now().UTC().Format("2 Jan 15:04:05.000000 ")+format+"\n", args...)
	}
}

func (c *clock) sum() string { return hex.EncodeToString(c.digest.Sum(nil)[:8]) }

// dice are chance that hangs on the seed. The network, the people and the faults have their
// own each, so that leaving out a fault changes no person.
type dice struct{ chance *rand.Rand }

func roll(seed, of uint64) dice { return dice{rand.New(rand.NewPCG(seed, of))} }

// within is a random time between two.
func (d dice) within(least, most time.Duration) time.Duration {
	return least + time.Duration(d.chance.Int64N(int64(most-least)+1))
}

// pick is one of some.
func pick[T any](d dice, list []T) T { return list[d.chance.IntN(len(list))] }

// sometimes is true once in so many times.
func (d dice) sometimes(in int) bool { return d.chance.IntN(in) == 0 }
