package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Facts are what an operator may have got wrong with a Redis.
type Facts struct {
	Version     string
	Latency     time.Duration // of the fastest of a few questions
	Persistence string        // as [Store.Persistence]
	Policy      string        // maxmemory-policy; empty where it cannot be asked
	MaxMemory   int64
	Clock       time.Time
}

// Facts asks Redis about itself. Where it will not say, that fact is empty.
func (s *Store) Facts(ctx context.Context) (f Facts, err error) {
	const questions = 5
	var took []time.Duration
	for range questions {
		began := time.Now()
		clock, err := s.rdb.Time(ctx).Result()
		if err != nil {
			return Facts{}, fmt.Errorf("ask the store for the time: %w", bare(err))
		}
		took = append(took, time.Since(began))
		f.Clock = clock
	}
	f.Latency = slices.Min(took) // the first makes the connection
	info, err := s.rdb.Info(ctx, "server", "memory").Result()
	if err == nil {
		for line := range strings.Lines(info) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			switch name {
			case "redis_version":
				f.Version = value
			case "maxmemory_policy":
				f.Policy = value
			case "maxmemory":
				f.MaxMemory, _ = strconv.ParseInt(value, 10, 64) // none is no limit
			}
		}
	}
	f.Persistence = s.Persistence(ctx)
	return f, nil
}
