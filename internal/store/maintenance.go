package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// maintenanceKey exists while the menus are out of use; it holds until when, and goes
// by itself then.
const maintenanceKey = "maintenance"

// MaxMaintenance is how long the menus may be out of use at a time.
const MaxMaintenance = 24 * time.Hour

// SetMaintenance puts the menus out of use until a moment; one that has passed puts
// them back.
func (s *Store) SetMaintenance(ctx context.Context, until time.Time) error {
	left := time.Until(until)
	err := s.rdb.Del(ctx, maintenanceKey).Err()
	if err == nil && left > 0 {
		err = s.rdb.Set(ctx, maintenanceKey, until.Unix(), min(left, MaxMaintenance)).Err()
	}
	if err != nil {
		return fmt.Errorf("turn maintenance on or off: %w", bare(err))
	}
	return nil
}

// Maintenance gives until when the menus are out of use; the zero time when they are
// in use.
func (s *Store) Maintenance(ctx context.Context) (time.Time, error) {
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
