package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// The work list of records to erase at the provider. A Redis job library (asynq) was
// considered: it stores each worker's host name, error texts and finished jobs, polls several
// times a second, and cannot tell the age of the oldest job. Two sorted sets, and a
// key for a pause, are enough.
const (
	dueKey   = "erase:{list}:due"   // when each record is to be tried next, in Unix ms
	sinceKey = "erase:{list}:since" // when each postponed record was due first
	pauseKey = "erase:{list}:pause" // exists while all gateways pause
)

// Erasure is one record on the work list.
type Erasure struct {
	ID    string    // the provider's id of a message or call
	Since time.Time // when it was due first
}

// forward makes records on the list due earlier, unless they are leased.
var forward = redis.NewScript(`
for i = 2, #ARGV, 2 do
  local now = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i]) or 0)
  if tonumber(ARGV[i+1]) < now and now > tonumber(ARGV[1]) then redis.call('ZADD', KEYS[1], ARGV[i+1], ARGV[i]) end
end
return #ARGV
`)

// Enqueue puts records on the work list, by id, each with the time of its first try. A record
// that is due before leased may be leased, and keeps its time. The whole list expires if
// nothing is put on it for as long as keep.
func (s *Store) Enqueue(ctx context.Context, due map[string]time.Time, leased time.Time, keep time.Duration) error {
	if len(due) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(due))
	at := make([]redis.Z, 0, len(due))
	for _, id := range ids {
		at = append(at, redis.Z{Score: float64(due[id].UnixMilli()), Member: id})
	}
	p := s.rdb.Pipeline()
	added := p.ZAddNX(ctx, dueKey, at...)
	p.PExpire(ctx, dueKey, keep)
	if _, err := p.Exec(ctx); err != nil {
		return fmt.Errorf("put records on the list to erase: %w", bare(err))
	}
	if int(added.Val()) == len(due) {
		return nil
	}
	args := []any{leased.UnixMilli()}
	for _, id := range ids {
		args = append(args, id, due[id].UnixMilli())
	}
	if err := forward.Run(ctx, s.rdb, []string{dueKey}, args...).Err(); err != nil {
		return fmt.Errorf("bring records on the list to erase forward: %w", bare(err))
	}
	return nil
}

var errUnexpectedLease = errors.New("take a record to erase: unexpected reply from script")

var lease = redis.NewScript(`
local pause = redis.call('PTTL', KEYS[3])
if pause > 0 then return {'', '0', tostring(pause)} end
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if #next == 0 then return {'', '0', '-1'} end
local wait = tonumber(next[2]) - tonumber(ARGV[1])
if wait > 0 then return {'', '0', string.format('%.0f', wait)} end
redis.call('ZADD', KEYS[1], ARGV[2], next[1])
return {next[1], redis.call('ZSCORE', KEYS[2], next[1]) or next[2], '0'}
`)

// Lease takes the record that is due first and keeps it from other processes for held; then
// it is due again. When nothing is due, ok is false and wait is the time until the next, or
// negative when the list is empty.
func (s *Store) Lease(ctx context.Context, now time.Time, held time.Duration) (e Erasure, wait time.Duration, ok bool,
	err error) {
	keys := []string{dueKey, sinceKey, pauseKey}
	res, err := lease.Run(ctx, s.rdb, keys, now.UnixMilli(), now.Add(held).UnixMilli()).StringSlice()
	if err != nil {
		return e, 0, false, fmt.Errorf("take a record to erase: %w", bare(err))
	}
	if len(res) != 3 {
		return e, 0, false, errUnexpectedLease
	}
	ms, err := strconv.ParseInt(res[2], 10, 64)
	if err != nil {
		return e, 0, false, errUnexpectedLease
	}
	if res[0] == "" {
		return e, time.Duration(ms) * time.Millisecond, false, nil
	}
	since, err := strconv.ParseFloat(res[1], 64)
	if err != nil {
		return e, 0, false, errUnexpectedLease
	}
	return Erasure{res[0], time.UnixMilli(int64(since))}, 0, true, nil
}

// Erased removes a record from the list.
func (s *Store) Erased(ctx context.Context, id string) error {
	p := s.rdb.Pipeline()
	p.ZRem(ctx, dueKey, id)
	p.ZRem(ctx, sinceKey, id)
	if _, err := p.Exec(ctx); err != nil {
		return fmt.Errorf("take a record off the list: %w", bare(err))
	}
	return nil
}

var postpone = redis.NewScript(`
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[2], 'NX', ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
`)

// Postpone sets when a record is tried again, if it is still on the list, and stores for as
// long as keep when it was due first.
func (s *Store) Postpone(ctx context.Context, e Erasure, until time.Time, keep time.Duration) error {
	err := postpone.Run(ctx, s.rdb, []string{dueKey, sinceKey},
		e.ID, until.UnixMilli(), e.Since.UnixMilli(), keep.Milliseconds()).Err()
	if err != nil {
		return fmt.Errorf("postpone a record: %w", bare(err))
	}
	return nil
}

// Pause stops leases of all processes for a while.
func (s *Store) Pause(ctx context.Context, d time.Duration) error {
	if err := s.rdb.Set(ctx, pauseKey, 1, d).Err(); err != nil {
		return fmt.Errorf("pause erasing: %w", bare(err))
	}
	return nil
}

// Backlog returns how many records wait to be erased, and when the oldest was due first: in
// the future, if none is due yet.
func (s *Store) Backlog(ctx context.Context) (waiting int, oldest time.Time, err error) {
	p := s.rdb.Pipeline()
	count, next, first := p.ZCard(ctx, dueKey), p.ZRangeWithScores(ctx, dueKey, 0, 0),
		p.ZRangeWithScores(ctx, sinceKey, 0, 0)
	if _, err := p.Exec(ctx); err != nil {
		return 0, oldest, fmt.Errorf("look at the list to erase: %w", bare(err))
	}
	for _, z := range append(next.Val(), first.Val()...) {
		if t := time.UnixMilli(int64(z.Score)); oldest.IsZero() || t.Before(oldest) {
			oldest = t
		}
	}
	return int(count.Val()), oldest, nil
}
