package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"signpost/internal/hours"
)

// KeepCounts is how many months the counts of a quarter are kept after it ends.
// A quarter goes as a whole: a report on part of one would tell what was on the
// days that went.
const KeepCounts = 13

// AddCounts adds to the counts of a day, given as its midnight.
func (s *Store) AddCounts(ctx context.Context, day time.Time, counts map[string]int) error {
	p := s.rdb.TxPipeline()
	key := countKey(day)
	for field, n := range counts {
		p.HIncrBy(ctx, key, field, int64(n))
	}
	p.ExpireAt(ctx, key, hours.Quarter(day).AddDate(0, 3+KeepCounts, 0))
	if _, err := p.Exec(ctx); err != nil {
		return fmt.Errorf("add to the day's counts: %w", bare(err))
	}
	return nil
}

// Counts gives the counts of a day; none is an empty map.
func (s *Store) Counts(ctx context.Context, day time.Time) (map[string]int, error) {
	fields, err := s.rdb.HGetAll(ctx, countKey(day)).Result()
	if err != nil {
		return nil, fmt.Errorf("read the counts of a day: %w", bare(err))
	}
	out := make(map[string]int, len(fields))
	for f, v := range fields {
		if n, err := strconv.Atoi(v); err == nil && n > 0 {
			out[f] = n
		}
	}
	return out, nil
}

// AddSpend adds to what an hour has cost, in tenths of a penny, and gives the sum.
func (s *Store) AddSpend(ctx context.Context, hour time.Time, amount int64) (int64, error) {
	key := "spend:" + hour.Format("2006-01-02T15")
	p := s.rdb.TxPipeline()
	total := p.IncrBy(ctx, key, amount)
	p.Expire(ctx, key, spendTTL)
	if _, err := p.Exec(ctx); err != nil {
		return 0, fmt.Errorf("add to what the hour has cost: %w", bare(err))
	}
	return total.Val(), nil
}

// spendTTL outlives the hour.
const spendTTL = 2 * time.Hour

func countKey(day time.Time) string { return "count:" + day.Format(time.DateOnly) }
