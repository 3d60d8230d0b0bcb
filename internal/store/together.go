package store

import (
	"context"
	"errors"
	"sync"

	"github.com/redis/go-redis/v9"
)

// How trips to Redis are shared.
const (
	// maxTrips is how many trips are under way at once: enough that one which hangs
	// does not hold up everybody before the breaker has noticed.
	maxTrips = 4
	// maxTogether is how many people's questions go in one trip, maxWaiting how many
	// wait for the next.
	maxTogether = 256
	maxWaiting  = 4096
)

var errBusy = errors.New("too many wait for the store already")

// together has people who ask Redis at the same moment share a trip: a few trips are
// under way, and whoever comes meanwhile goes with the next. Somebody who comes alone
// goes alone, at once. (The library has a way of its own to do so, which it calls
// experimental, and which does not end a wait with its context.)
type together struct {
	redis.UniversalClient
	mu      sync.Mutex
	trips   int // under way
	waiting []*passenger
}

// passenger is somebody's question. What it is answered is looked at only once done is
// closed.
type passenger struct {
	ctx   context.Context
	board func(redis.Cmdable)
	done  chan struct{}
	went  bool
}

// ask asks with the next trip. refused makes an answer out of an error.
func ask[C any](ctx context.Context, t *together, question func(redis.Cmdable) C, refused func(error) C) C {
	t.mu.Lock()
	switch {
	case t.trips < maxTrips && len(t.waiting) == 0:
		t.trips++
		t.mu.Unlock()
		defer t.back()
		return question(t.UniversalClient)
	case len(t.waiting) >= maxWaiting:
		t.mu.Unlock()
		return refused(errBusy)
	}
	var answer C
	p := &passenger{ctx: ctx, board: func(c redis.Cmdable) { answer = question(c) }, done: make(chan struct{})}
	t.waiting = append(t.waiting, p)
	t.mu.Unlock()
	select {
	case <-p.done:
		if !p.went {
			return refused(errBusy)
		}
		return answer
	case <-ctx.Done():
		return refused(ctx.Err())
	}
}

// back ends a trip; if people wait, the next begins in its place.
func (t *together) back() {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), maxTogether)
	if n == 0 {
		t.trips--
		return
	}
	all := t.waiting[:n:n]
	t.waiting = append([]*passenger(nil), t.waiting[n:]...)
	go t.trip(all)
}

// trip asks everybody's questions at once. It belongs to nobody, so that nobody's
// giving up ends it for the others; and a fault in it must not end the program.
func (t *together) trip(all []*passenger) {
	defer t.back()
	defer func() {
		_ = recover() // they are answered as if Redis were away
		for _, p := range all {
			close(p.done)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), opTimeout)
	defer cancel()
	pipe := t.Pipeline()
	var aboard []*passenger
	for _, p := range all {
		if p.ctx.Err() == nil { // whoever has given up was answered without: nothing may move for them
			p.board(pipe)
			aboard = append(aboard, p)
		}
	}
	_, _ = pipe.Exec(ctx) // each has its own error
	for _, p := range aboard {
		p.went = true
	}
}

// MGet reads several keys.
func (t *together) MGet(ctx context.Context, keys ...string) *redis.SliceCmd {
	return ask(ctx, t, func(c redis.Cmdable) *redis.SliceCmd { return c.MGet(ctx, keys...) },
		func(err error) *redis.SliceCmd { return redis.NewSliceResult(nil, err) })
}

// EvalSha runs a script.
func (t *together) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	return ask(ctx, t, func(c redis.Cmdable) *redis.Cmd { return c.EvalSha(ctx, sha, keys, args...) },
		func(err error) *redis.Cmd { return redis.NewCmdResult(nil, err) })
}
