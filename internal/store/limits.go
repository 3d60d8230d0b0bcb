package store

import (
	"context"
	"fmt"
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
}

func newLimits(rdb redis.UniversalClient, o Options) limits {
	per := func(n int, d time.Duration) redis_rate.Limit { return redis_rate.Limit{Rate: n, Burst: n, Period: d} }
	return limits{
		rate: redis_rate.NewLimiter(rdb), sender: per(o.SenderLimit, limitPeriod), service: per(o.ServiceLimit, servicePeriod), notice: per(1, limitPeriod),
		// A changed limit must not judge by what an old one has counted.
		suffix: fmt.Sprintf(":%d:%d", o.SenderLimit, o.ServiceLimit),
	}
}

// Allow spends one text of the sender's and of the service's allowance. Over
// either, notice tells whether the sender has not yet been given the 24-hour
// number in this hour because of it. With the store away everybody is allowed.
func (s *Store) Allow(ctx context.Context, sender string) (ok, notice bool, err error) {
	l := s.limits
	mine, err := l.rate.Allow(ctx, "sender:{"+sender+"}"+l.suffix, l.sender)
	if err != nil {
		return true, false, fmt.Errorf("check the sender's limit: %w", bare(err))
	}
	if mine.Allowed > 0 {
		all, err := l.rate.Allow(ctx, "service"+l.suffix, l.service)
		if err != nil {
			return true, false, fmt.Errorf("check the service's limit: %w", bare(err))
		}
		if all.Allowed > 0 {
			return true, false, nil
		}
	}
	first, err := l.rate.Allow(ctx, "notice:{"+sender+"}", l.notice)
	if err != nil {
		return false, true, fmt.Errorf("check the notice: %w", bare(err))
	}
	return false, first.Allowed > 0, nil
}
