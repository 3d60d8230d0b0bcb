package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"signpost/internal/hours"
)

// KeepCounts is how many months the counts of a quarter are kept after it ends.
// A quarter goes as a whole: a report on part of one would tell what was on the
// days that went.
const KeepCounts = 13

// PutCounts replaces what one process has counted on a day, given as its midnight. All of
// it is one sealed value of a fixed length, with chance in it: it says nothing of what was
// counted, or whether anything was.
func (s *Store) PutCounts(ctx context.Context, day time.Time, process string, counts map[string]int) error {
	plain, err := padded(counts, countsUnit)
	if err != nil {
		return err
	}
	p := s.rdb.TxPipeline()
	key := countKey(day)
	p.HSet(ctx, key, process, s.keys.Seal(countPurpose, key, forEver, plain))
	p.ExpireAt(ctx, key, hours.Quarter(day).AddDate(0, 3+KeepCounts, 0))
	if _, err := p.Exec(ctx); err != nil {
		return fmt.Errorf("store the day's counts: %w", bare(err))
	}
	return nil
}

const countPurpose = "counts of a day"

// countsUnit is what the length of stored counts is a multiple of, in bytes.
const countsUnit = 4096

// padded writes counts with chance before them, so that the same counts are other bytes
// each time, and nothing after them, so that few and many take the same room: a multiple of
// unit.
func padded(counts map[string]int, unit int) ([]byte, error) {
	written, err := json.Marshal(counts)
	if err != nil {
		return nil, fmt.Errorf("write counts: %w", err)
	}
	const chance = 16
	b := make([]byte, chance, unit)
	_, _ = rand.Read(b) // never fails
	b = binary.BigEndian.AppendUint32(b, uint32(len(written)))
	b = append(b, written...)
	return append(b, make([]byte, (unit-len(b)%unit)%unit)...), nil
}

// unpadded reads what padded wrote.
func unpadded(b []byte) (counts map[string]int, err error) {
	const head = 16 + 4
	if len(b) < head || len(b) < head+int(binary.BigEndian.Uint32(b[head-4:])) {
		return nil, errBadCounts
	}
	if err := json.Unmarshal(b[head:head+int(binary.BigEndian.Uint32(b[head-4:]))], &counts); err != nil {
		return nil, errBadCounts
	}
	return counts, nil
}

var (
	errBadCounts = errors.New("read the counts of a day: they are damaged")
	// ErrOtherKey means that counts were sealed with a PRIVACY_KEY that was not given.
	ErrOtherKey = errors.New("read the counts of a day: they are sealed with another PRIVACY_KEY")
)

// Counts gives the counts of a day, of all processes; none is an empty map. The error is
// [ErrOtherKey] when the store has not the key they were sealed with.
func (s *Store) Counts(ctx context.Context, day time.Time) (map[string]int, error) {
	key := countKey(day)
	fields, err := s.rdb.HGetAll(ctx, key).Result()
	if err != nil {
		return nil, fmt.Errorf("read the counts of a day: %w", bare(err))
	}
	out := map[string]int{}
	for _, sealed := range fields {
		plain, _, err := s.keys.OpenUntil(countPurpose, key, sealed)
		if err != nil {
			return nil, ErrOtherKey
		}
		counts, err := unpadded(plain)
		if err != nil {
			return nil, err
		}
		for f, n := range counts {
			out[f] += n
		}
	}
	return out, nil
}

// Counted reports that some process has stored counts of a day, if only that there were none.
func (s *Store) Counted(ctx context.Context, day time.Time) (bool, error) {
	n, err := s.rdb.Exists(ctx, countKey(day)).Result()
	if err != nil {
		return false, fmt.Errorf("look for the counts of a day: %w", bare(err))
	}
	return n > 0, nil
}

// replaceCounts puts one value in another's place, unless its process has stored more.
var replaceCounts = redis.NewScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1
`)

// ResealCounts seals all counts with the newest key, while several are given: an older one
// can then be taken away without losing what it sealed.
func (s *Store) ResealCounts(ctx context.Context, today time.Time) error {
	if s.keys.Keys() < 2 {
		return nil
	}
	for day := hours.Quarter(today).AddDate(0, -3-KeepCounts, 0); !day.After(today); day = day.AddDate(0, 0, 1) {
		key := countKey(day)
		fields, err := s.rdb.HGetAll(ctx, key).Result()
		if err != nil {
			return fmt.Errorf("seal the counts with the newest key: %w", bare(err))
		}
		for process, sealed := range fields {
			plain, _, err := s.keys.OpenUntil(countPurpose, key, sealed)
			if err != nil {
				continue // of a key that is lost
			}
			again := s.keys.Seal(countPurpose, key, forEver, plain)
			if again == sealed {
				continue
			}
			if err := replaceCounts.Run(ctx, s.rdb, []string{key}, process, sealed, again).Err(); err != nil {
				return fmt.Errorf("seal the counts with the newest key: %w", bare(err))
			}
		}
	}
	return nil
}

func countKey(day time.Time) string { return "counts:" + day.Format(time.DateOnly) }
