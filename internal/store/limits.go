package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

// The times that limits are counted over.
const (
	limitPeriod   = time.Hour
	servicePeriod = time.Minute
)

// limits are how many texts are answered. A caller is never refused.
type limits struct {
	rate            *redis_rate.Limiter
	sender, service redis_rate.Limit
	notice          redis_rate.Limit
	suffix          string
	over, told      *memory
}

func newLimits(rdb redis.UniversalClient, o Options) limits {
	per := func(n int, d time.Duration) redis_rate.Limit { return redis_rate.Limit{Rate: n, Burst: n, Period: d} }
	return limits{
		rate: redis_rate.NewLimiter(rdb), sender: per(o.SenderLimit, limitPeriod), service: per(o.ServiceLimit, servicePeriod), notice: per(1, limitPeriod),
		// A changed limit must not judge by what an old one has counted.
		suffix: fmt.Sprintf(":%d:%d", o.SenderLimit, o.ServiceLimit),
		over:   newMemory(maxOver), told: newMemory(maxTold),
	}
}

// Allow spends one text of the sender's and of the service's allowance, asked side
// by side. With the store away everybody is allowed.
//
// A sender known to be over is not counted against the service again, so that one
// of them cannot use up what is there for all.
func (s *Store) Allow(ctx context.Context, sender string) (bool, error) {
	l := s.limits
	if l.over.is(sender) {
		return false, nil
	}
	type result struct {
		allowed bool
		err     error
	}
	service := make(chan result, 1)
	go func() {
		// A fault here must not end the process. What panicked is not looked at.
		defer func() {
			if recover() != nil {
				service <- result{true, errors.New("check the service's limit: a fault of ours")}
			}
		}()
		all, err := l.rate.Allow(ctx, "service"+l.suffix, l.service)
		if err != nil {
			service <- result{true, fmt.Errorf("check the service's limit: %w", bare(err))}
			return
		}
		service <- result{all.Allowed > 0, nil}
	}()
	mine, err := l.rate.Allow(ctx, "sender:{"+sender+"}"+l.suffix, l.sender)
	all := <-service
	switch {
	case err != nil:
		return true, fmt.Errorf("check the sender's limit: %w", bare(err))
	case mine.Allowed == 0:
		l.over.until(sender, mine.RetryAfter)
		return false, nil
	}
	return all.allowed, all.err
}

// First reports whether a sender who is not to be answered in full has not yet been
// given the 24-hour number in this hour because of it: once it is true, then false.
// With the store away each process goes by what it remembers itself.
func (s *Store) First(ctx context.Context, sender string) (bool, error) {
	l := s.limits
	if l.told.is(sender) {
		return false, nil
	}
	first, err := l.rate.Allow(ctx, "notice:{"+sender+"}", l.notice)
	l.told.until(sender, limitPeriod)
	if err != nil {
		return true, fmt.Errorf("check the notice: %w", bare(err))
	}
	return first.Allowed > 0, nil
}

// How many senders are remembered in memory: to be over their limit, and to have
// been told. Beyond that all are forgotten and counted anew.
const (
	maxOver = 10_000
	maxTold = 50_000
)

// memory is some senders, by their hashes, until a time each.
type memory struct {
	most int
	mu   sync.Mutex
	at   map[string]time.Time
}

func newMemory(most int) *memory { return &memory{most: most, at: map[string]time.Time{}} }

func (o *memory) is(sender string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	until, known := o.at[sender]
	if known && !time.Now().Before(until) {
		delete(o.at, sender)
		return false
	}
	return known
}

func (o *memory) until(sender string, left time.Duration) {
	if left <= 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.at) >= o.most {
		clear(o.at)
	}
	o.at[sender] = time.Now().Add(left)
}
