package admit

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"time"
)

// Sender is who a text comes from, as far as the limits need it.
type Sender struct {
	Hash string // keyed, of the day
	Home bool   // a number of this country
	// Restricted reports a number that is not answered in full: of a country that is not
	// answered, or one that may pay its holder.
	Restricted bool
}

// The times that limits are counted over.
const (
	limitPeriod   = time.Hour
	servicePeriod = time.Minute
)

// Most people text a few times. So each process counts the first texts of a sender in an
// hour by itself, and asks the store only about senders who continue. The smaller of the
// two numbers applies.
const (
	freeTexts = 10
	freeShare = 4 // a quarter of a sender's limit
)

// Answers to danger that one sender gets: urgentTexts at once, one of which is back after
// urgentBack each; then one per pause.
const (
	urgentTexts = 12
	urgentBack  = 6 * time.Minute
	urgentPause = 2 * time.Minute
)

// Rate counts for all processes.
type Rate interface {
	// Take adds one to the count of a kind for a sender. ok is false when there have been n
	// in the period; wait is then how long until there is room for the next.
	Take(ctx context.Context, kind, sender string, n int, period time.Duration) (ok bool, wait time.Duration, err error)
}

// Kinds of what [Rate] counts.
const (
	rateSender     = "sender"
	rateNotice     = "notice"
	rateUrgent     = "urgent"
	rateUrgentMore = "urgentmore"
)

// Limits bounds how many texts of one sender are answered in full. [NewLimits] makes them;
// they are an interface so that tests can have them fail.
type Limits interface {
	// TryLocal decides from this process's counts, without the store, when it can; otherwise
	// decided is false: call Allow. It counts the text against the limit of all senders and
	// against the sender's first texts.
	TryLocal(s Sender) (allowed, decided bool)
	// Allow counts a text against the sender's limit beyond the first few. Without the store
	// each process uses its own count, and an error is returned, too.
	Allow(ctx context.Context, s Sender) (bool, error)
	// AllowUrgent reports whether a sender may get another answer to danger. Without the
	// store each process uses its own counts, and an error is returned, too.
	AllowUrgent(ctx context.Context, s Sender) (bool, error)
	// FirstNotice reports, once an hour, that a sender from elsewhere over a limit has not
	// been told the 24-hour number yet. Without the store each process uses its own memory,
	// and an error is returned, too.
	FirstNotice(ctx context.Context, s Sender) (bool, error)
	// Due reports whether an answer of the reserve may be sent to a sender now: at first, and
	// then at growing intervals. It asks this process only.
	Due(s Sender, what string) bool
}

// Options configure [NewLimits].
type Options struct {
	Rate Rate
	// HomeLimit and ElsewhereLimit are how many texts of one sender are answered in full in
	// an hour (without an ElsewhereLimit the HomeLimit is everybody's); ServiceLimit how many
	// of all together in a minute, at this process.
	HomeLimit, ElsewhereLimit, ServiceLimit int
	Now                                     func() time.Time
}

// limits are how many texts are answered in full.
type limits struct {
	Options
	over, told  *expiringSet
	first       *window // all texts of each sender in this process
	service     *window // of all together
	urgentHour  *window // answers to danger
	urgentPause *window // counted here while the store is unreachable
	reserve     reserve
}

// NewLimits returns the limits of one process.
func NewLimits(o Options) Limits {
	if o.ElsewhereLimit == 0 {
		o.ElsewhereLimit = o.HomeLimit
	}
	return &limits{
		Options: o, over: newExpiringSet(maxOver), told: newExpiringSet(maxTold), first: &window{period: limitPeriod},
		service:    &window{period: servicePeriod},
		urgentHour: &window{period: limitPeriod}, urgentPause: &window{period: urgentPause},
		reserve: reserve{seed: maphash.MakeSeed()},
	}
}

// limitOf is a sender's limit, and how many of it this process counts by itself.
func (l *limits) limitOf(s Sender) (limit, free int) {
	limit = l.ElsewhereLimit
	if s.Home {
		limit = l.HomeLimit
	}
	return limit, min(freeTexts, limit/freeShare)
}

// A sender known to be over the limit is not counted against the others, so that one
// sender cannot use up the limit of all.
func (l *limits) TryLocal(s Sender) (allowed, decided bool) {
	now := l.Now()
	if l.over.has(s.Hash, now) || l.service.count("", now) > l.ServiceLimit {
		return false, true
	}
	_, free := l.limitOf(s)
	return true, l.first.count(s.Hash, now) <= free
}

func (l *limits) Allow(ctx context.Context, s Sender) (bool, error) {
	limit, free := l.limitOf(s)
	ok, wait, err := l.Rate.Take(ctx, rateSender, s.Hash, limit-free, limitPeriod)
	if err != nil { // TryLocal has counted the text
		return l.first.of(s.Hash, l.Now()) <= limit, fmt.Errorf("check the sender's limit: %w", err)
	}
	if !ok {
		l.over.add(s.Hash, wait, l.Now())
	}
	return ok, nil
}

// AllowUrgent counts the first answers to danger in this process alone, as many as of other
// texts: a key in the store must not show that somebody wrote about danger.
func (l *limits) AllowUrgent(ctx context.Context, s Sender) (bool, error) {
	now := l.Now()
	_, free := l.limitOf(s)
	free = min(free, urgentTexts-1)
	sent := l.urgentHour.count(s.Hash, now)
	if sent <= free {
		return true, nil
	}
	for _, one := range []struct {
		kind   string
		n      int
		period time.Duration
	}{
		{rateUrgent, urgentTexts - free, time.Duration(urgentTexts-free) * urgentBack},
		{rateUrgentMore, 1, urgentPause},
	} {
		ok, _, err := l.Rate.Take(ctx, one.kind, s.Hash, one.n, one.period)
		if err != nil {
			ok := sent <= urgentTexts || l.urgentPause.count(s.Hash, now) <= 1
			return ok, fmt.Errorf("check the limit of answers to danger: %w", err)
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
}

func (l *limits) FirstNotice(ctx context.Context, s Sender) (bool, error) {
	now := l.Now()
	if l.told.has(s.Hash, now) {
		return false, nil
	}
	first, _, err := l.Rate.Take(ctx, rateNotice, s.Hash, 1, limitPeriod)
	l.told.add(s.Hash, limitPeriod, now)
	if err != nil {
		return true, fmt.Errorf("check the notice: %w", err)
	}
	return first, nil
}

func (l *limits) Due(s Sender, what string) bool { return l.reserve.due(s.Hash, what, l.Now()) }

// How many senders are held in memory: over their limit, told, counted by one window. Beyond it
// all are forgotten and counted from zero.
const (
	maxOver    = 10_000
	maxTold    = 50_000
	maxCounted = 20_000
)

// window counts, in this process, how often each name came in a period by the clock.
type window struct {
	period time.Duration
	mu     sync.Mutex
	counts periodic[string, int]
}

// count adds one to a name and returns its count.
func (w *window) count(name string, at time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	counts := w.counts.in(at.Truncate(w.period), maxCounted)
	counts[name]++
	return counts[name]
}

// of is how often a name came.
func (w *window) of(name string, at time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts.in(at.Truncate(w.period), maxCounted)[name]
}

// expiringSet holds senders, by their hashes, each until a time.
type expiringSet struct {
	most int
	mu   sync.Mutex
	at   map[string]time.Time
}

func newExpiringSet(most int) *expiringSet {
	return &expiringSet{most: most, at: map[string]time.Time{}}
}

func (e *expiringSet) has(sender string, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	until, known := e.at[sender]
	if known && !now.Before(until) {
		delete(e.at, sender)
		return false
	}
	return known
}

func (e *expiringSet) add(sender string, left time.Duration, now time.Time) {
	if left <= 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.at) >= e.most {
		clear(e.at)
	}
	e.at[sender] = now.Add(left)
}
