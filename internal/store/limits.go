package store

import (
	"context"
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

// Most people text a few times. So each process counts the first texts of a sender in an
// hour by itself, and asks Redis only about senders who continue. The smaller of the two
// numbers applies.
const (
	freeTexts = 10
	freeShare = 4 // a quarter of a sender's limit
)

// limits are how many texts are answered in full.
type limits struct {
	rate           *redis_rate.Limiter
	sender, notice redis_rate.Limit
	// Answers to danger: the first ones, then one at a time.
	urgentFirst, urgentMore redis_rate.Limit
	urgentHour, urgentPause *window // counted here while Redis is away
	suffix                  string
	over, told              *memory
	first                   *window // of each sender
	service                 *window // of all together
	free, most              int
}

func newLimits(rdb redis.UniversalClient, o Options) limits {
	per := func(n int, d time.Duration) redis_rate.Limit { return redis_rate.Limit{Rate: n, Burst: n, Period: d} }
	free := min(freeTexts, o.SenderLimit/freeShare)
	return limits{
		rate: redis_rate.NewLimiter(rdb), sender: per(o.SenderLimit-free, limitPeriod), notice: per(1, limitPeriod),
		urgentFirst: per(urgentTexts, limitPeriod), urgentMore: per(1, urgentPause), urgentHour: newWindow(limitPeriod), urgentPause: newWindow(urgentPause),
		suffix: fmt.Sprintf(":%d", o.SenderLimit), // a changed limit must not judge by what an old one has counted
		over:   newMemory(maxOver), told: newMemory(maxTold),
		first: newWindow(limitPeriod), service: newWindow(servicePeriod), free: free, most: o.ServiceLimit,
	}
}

// TryLocal decides from this process's counts, without Redis, when it can; otherwise
// decided is false: call Allow. It counts the text against the limit of all senders and
// against the sender's first texts.
//
// A sender known to be over the limit is not counted against the others, so that one
// sender cannot use up the limit of all.
func (s *Store) TryLocal(sender string) (allowed, decided bool) {
	l := s.limits
	if l.over.is(sender) || l.service.count("") > l.most {
		return false, true
	}
	return true, l.first.count(sender) <= l.free
}

// Allow counts a text against the sender's limit beyond the first few. Without Redis
// everybody is allowed, and an error is returned, too.
func (s *Store) Allow(ctx context.Context, sender string) (bool, error) {
	l := s.limits
	mine, err := l.rate.Allow(ctx, "sender:{"+sender+"}"+l.suffix, l.sender)
	if err != nil {
		return true, fmt.Errorf("check the sender's limit: %w", bare(err))
	}
	if mine.Allowed == 0 {
		l.over.until(sender, mine.RetryAfter)
	}
	return mine.Allowed > 0, nil
}

// Answers to danger that one sender gets: urgentTexts in an hour, then one per pause.
const (
	urgentTexts = 12
	urgentPause = 2 * time.Minute
)

// AllowUrgent reports whether a sender may get another answer to danger. Without Redis
// each process uses its own counts, and an error is returned, too.
func (s *Store) AllowUrgent(ctx context.Context, sender string) (bool, error) {
	l := s.limits
	for _, one := range []struct {
		key   string
		limit redis_rate.Limit
	}{{"urgent:{" + sender + "}", l.urgentFirst}, {"urgentmore:{" + sender + "}", l.urgentMore}} {
		got, err := l.rate.Allow(ctx, one.key, one.limit)
		if err != nil {
			ok := l.urgentHour.count(sender) <= urgentTexts || l.urgentPause.count(sender) <= 1
			return ok, fmt.Errorf("check the limit of answers to danger: %w", bare(err))
		}
		if got.Allowed > 0 {
			return true, nil
		}
	}
	return false, nil
}

// FirstNotice reports, once an hour, that a sender over a limit has not been told the
// 24-hour number yet. Without Redis each process uses its own memory, and an error is
// returned, too.
func (s *Store) FirstNotice(ctx context.Context, sender string) (bool, error) {
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

// How many senders are held in memory: over their limit, told, counted. Beyond it all are
// forgotten and counted anew.
const (
	maxOver  = 10_000
	maxTold  = 50_000
	maxFirst = 20_000
)

// window counts, in this process, how often each name came in a period by the clock.
type window struct {
	period time.Duration
	mu     sync.Mutex
	begun  time.Time
	counts map[string]int
}

func newWindow(period time.Duration) *window { return &window{period: period} }

// count adds one to a name and returns its count.
func (w *window) count(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := time.Now().Truncate(w.period); !now.Equal(w.begun) || len(w.counts) >= maxFirst {
		w.begun, w.counts = now, map[string]int{}
	}
	w.counts[name]++
	return w.counts[name]
}

// memory holds senders, by their hashes, each until a time.
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
