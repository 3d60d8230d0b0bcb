package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// maintenanceKey holds until when the menus are, or were last, out of use. It outlives that
// moment: a gateway that could not read Redis meanwhile must learn that it was ended early.
const maintenanceKey = "maintenance"

// MaxMaintenance is how long the menus may be out of use at a time.
const MaxMaintenance = 24 * time.Hour

// SetMaintenance puts the menus out of use until a moment; one that has passed puts
// them back.
func (s *Store) SetMaintenance(ctx context.Context, until time.Time) error {
	now := time.Now()
	if until.Before(now) {
		until = now
	}
	if longest := now.Add(MaxMaintenance); until.After(longest) {
		until = longest
	}
	err := s.rdb.Set(ctx, maintenanceKey, until.Unix(), MaxMaintenance).Err()
	if err != nil {
		return fmt.Errorf("turn maintenance on or off: %w", bare(err))
	}
	return nil
}

// RestoreMaintenance puts back what a Redis has lost: until when the menus are out of use. It
// changes nothing where Redis knows.
func (s *Store) RestoreMaintenance(ctx context.Context, until time.Time) error {
	err := s.rdb.SetNX(ctx, maintenanceKey, until.Unix(), MaxMaintenance).Err()
	if err != nil {
		return fmt.Errorf("restore maintenance: %w", bare(err))
	}
	return nil
}

// Maintenance gives until when the menus are out of use; the zero time when they are
// in use.
func (s *Store) Maintenance(ctx context.Context) (time.Time, error) {
	until, err := s.LastMaintenance(ctx)
	if !until.After(time.Now()) {
		return time.Time{}, err
	}
	return until, err
}

// LastMaintenance gives until when the menus are, or were last, out of use; the zero time when
// Redis does not know.
func (s *Store) LastMaintenance(ctx context.Context) (time.Time, error) {
	v, err := s.rdb.Get(ctx, maintenanceKey).Result()
	if errors.Is(err, redis.Nil) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("ask whether maintenance is on: %w", bare(err))
	}
	seconds, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return time.Time{}, errors.New("ask whether maintenance is on: the store holds no time")
	}
	return time.Unix(seconds, 0), nil
}
