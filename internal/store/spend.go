package store

import (
	"context"
	"fmt"
	"time"

	"signpost/internal/privacy"
)

const (
	spendPurpose = "cost of an hour"
	// spendUnit is the length of what a process has spent, in bytes: more than all kinds take.
	spendUnit = 512
	// spendTTL is from the beginning of the hour.
	spendTTL = 2 * time.Hour
)

func spendKey(hour time.Time) string { return "spent:" + hour.UTC().Format("2006-01-02T15") }

// ShareSpend replaces what one process has spent in an hour, in tenths of a penny by kind, and
// returns what the others have. It is written sealed, with chance in it and at one length: who
// reads Redis, or watches it, learns neither what was spent nor whether anything was.
func (s *Store) ShareSpend(ctx context.Context, hour time.Time, process string,
	mine map[string]int) (others map[string]int, err error) {
	plain, err := padded(mine, spendUnit)
	if err != nil {
		return nil, err
	}
	key := spendKey(hour)
	p := s.rdb.TxPipeline()
	p.HSet(ctx, key, process, s.keys.Seal(spendPurpose, key, forEver, plain))
	p.ExpireAt(ctx, key,
		hour.Truncate(time.Hour).Add(spendTTL)) // so that its end does not tell when it was last written
	all := p.HGetAll(ctx, key)
	if _, err := p.Exec(ctx); err != nil {
		return nil, fmt.Errorf("share what the hour has cost: %w", bare(err))
	}
	fields := all.Val()
	delete(fields, process)
	return SpendIn(s.keys, hour, fields), nil
}

// SpendIn adds up what processes have spent in an hour, as it is stored. What was sealed with
// a key that is not known is left out.
func SpendIn(keys *privacy.Keyring, hour time.Time, fields map[string]string) map[string]int {
	out := map[string]int{}
	for _, sealed := range fields {
		plain, _, err := keys.OpenUntil(spendPurpose, spendKey(hour), sealed)
		if err != nil {
			continue
		}
		amounts, err := unpadded(plain)
		if err != nil {
			continue
		}
		for kind, n := range amounts {
			out[kind] += n
		}
	}
	return out
}
