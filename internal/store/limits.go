package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// How fast a sender is texting is one moment: when all that was let in would have come, had
// it come evenly. It is sealed, under a hash of the kind and the sender, and Redis lets it
// expire at the end of a quarter of an hour: a copy of Redis tells neither of whose danger
// or flood it is, nor when it was.

const (
	ratePurpose = "stored rate of texts"
	rateKey     = "rate"
	// takeTries is how often a count is tried again after others counted the same sender at
	// the same moment. Each time at least one of them was let in.
	takeTries = 8
)

// countOne puts a moment in the place of the one that was read, if it is still there.
var countOne = redis.NewScript(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`)

// Take adds one to the count of a kind for a sender, a keyed hash, for all gateways together.
// ok is false when there have been n in the period; wait is then how long until there is room
// for the next. All n of a period are allowed at once, and come back one at a time.
func (s *Store) Take(ctx context.Context, kind, sender string, n int, period time.Duration) (ok bool,
	wait time.Duration, err error) {
	// A changed limit must not judge by what an old one has counted.
	key := "rate:{" + s.keys.Hash(rateKey, kind, sender, strconv.Itoa(n)) + "}"
	for range takeTries {
		held, err := s.rdb.Get(ctx, key).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return false, 0, fmt.Errorf("count a text: %w", bare(err))
		}
		now := time.Now()
		even, wait := Even(s.openedRate(key, held), now, n, period)
		if wait > 0 {
			return false, wait, nil
		}
		sealed := s.keys.Seal(ratePurpose, key, forEver, binary.BigEndian.AppendUint64(nil, uint64(even.UnixMicro())))
		counted, err := countOne.Run(ctx, s.rdb, []string{key}, held, sealed, blurred(now, even).Milliseconds()).Int()
		if err != nil {
			return false, 0, fmt.Errorf("count a text: %w", bare(err))
		}
		if counted == 1 {
			return true, 0, nil
		}
	}
	return false, period / time.Duration(n), nil
}

// Even is the generic cell rate algorithm, for n in a period. even is when the last one that
// was allowed would have come if all had come evenly spaced. Even returns the same for the
// one that comes now, or how long until there is room for it.
func Even(even, now time.Time, n int, period time.Duration) (next time.Time, wait time.Duration) {
	each := period / time.Duration(n)
	if even.Before(now) {
		even = now
	}
	next = even.Add(each)
	if early := next.Add(-each * time.Duration(n)).Sub(now); early > 0 {
		return even, early
	}
	return next, 0
}

// openedRate is the moment that was sealed; zero when there is none.
func (s *Store) openedRate(key, held string) time.Time {
	data, _, err := s.keys.OpenUntil(ratePurpose, key, held)
	if err != nil || len(data) != 8 {
		return time.Time{}
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(data)))
}
