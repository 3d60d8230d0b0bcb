package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// writeKey is written to see whether Redis takes writes; it expires by itself.
	writeKey = "health:write"
	// On these keys the scripts that a text needs are tried out. They share a Cluster slot.
	textKey      = "health:{text}"
	textMarksKey = "health:{text}:marks"
	textRateKey  = "health:{text}:rate"
	// keysKey holds a fingerprint of the newest PRIVACY_KEY of each gateway, by when it was
	// seen last, in Unix seconds.
	keysKey = "health:keys"
	// booksKey holds, for each gateway, its flow book, when that came into use, and the program.
	booksKey  = "health:books"
	healthTTL = 5 * time.Minute
	// checkKey and an id exist while a gateway has just got a check that was sent to PUBLIC_URL.
	checkKey = "health:check:"
	checkTTL = time.Minute
)

// Why Redis cannot be used. [Store.Usable] returns errors that wrap one of them.
var (
	ErrReadOnly = errors.New("the store takes no writes: it is a replica, or its disk failed")
	ErrFull     = errors.New("the store is full and forgets nothing by itself")
	ErrDenied   = errors.New("the store refuses our password, or our commands")
)

// Usable does in Redis what a text needs, and returns an error when that does not work:
// [ErrReadOnly], [ErrFull], [ErrDenied], or that it does not answer.
func (s *Store) Usable(ctx context.Context) error {
	err := s.rdb.Set(ctx, writeKey, 1, healthTTL).Err()
	if err == nil {
		err = s.tryScripts(ctx)
	}
	if err == nil {
		return nil
	}
	var reply redis.Error
	if errors.As(err, &reply) {
		switch kind, _, _ := strings.Cut(reply.Error(), " "); kind {
		case "READONLY", "MISCONF", "NOREPLICAS":
			return ErrReadOnly
		case "NOAUTH", "WRONGPASS", "NOPERM":
			return ErrDenied
		case "OOM":
			return ErrFull
		}
		if strings.Contains(reply.Error(), deniedInScript) {
			return ErrDenied
		}
	}
	return fmt.Errorf("write to the store: %w", bare(err))
}

// deniedInScript is how Redis says that a script may not run one of its commands.
const deniedInScript = "can't run this command"

// tryScripts runs the scripts that every text needs, from the beginning: an earlier run would
// have them end before they write. Another gateway may do the same at this moment; both then
// end without an error.
func (s *Store) tryScripts(ctx context.Context) error {
	for _, key := range []string{textKey, textMarksKey, textRateKey} {
		if err := s.rdb.Del(ctx, key).Err(); err != nil {
			return err
		}
	}
	conversation, lives := []string{textKey, textMarksKey}, healthTTL.Milliseconds()
	if err := recall.Run(ctx, s.rdb, conversation, writeKey).Err(); err != nil {
		return err
	}
	err := commit.Run(ctx, s.rdb, conversation, "", "1", lives, "1", lives, writeKey, "0").Err()
	if err != nil {
		return err
	}
	return countOne.Run(ctx, s.rdb, []string{textRateKey}, "", "1", lives).Err()
}

// NoteCheck notes that a check with this id has reached a gateway on this Redis.
func (s *Store) NoteCheck(ctx context.Context, id string) error {
	if err := s.rdb.Set(ctx, checkKey+id, 1, checkTTL).Err(); err != nil {
		return fmt.Errorf("note a check: %w", bare(err))
	}
	return nil
}

// CheckSeen reports that a check with this id reached a gateway on this Redis in the last
// minute.
func (s *Store) CheckSeen(ctx context.Context, id string) (bool, error) {
	n, err := s.rdb.Exists(ctx, checkKey+id).Result()
	if err != nil {
		return false, fmt.Errorf("look for a check: %w", bare(err))
	}
	return n > 0, nil
}

// SeenKeys notes a fingerprint of this gateway's newest PRIVACY_KEY, unless it is empty, and
// returns those that other gateways noted in the last minutes.
func (s *Store) SeenKeys(ctx context.Context, own string, now time.Time) (others []string, err error) {
	return s.seen(ctx, keysKey, own, now)
}

// SeenBooks notes what this gateway uses, and returns what others noted in the last minutes,
// the latest last.
func (s *Store) SeenBooks(ctx context.Context, own string, now time.Time) (others []string, err error) {
	return s.seen(ctx, booksKey, own, now)
}

func (s *Store) seen(ctx context.Context, key, own string, now time.Time) (others []string, err error) {
	p := s.rdb.TxPipeline()
	p.ZRemRangeByScore(ctx, key, "-inf", fmt.Sprint(now.Add(-healthTTL).Unix()))
	if own != "" {
		p.ZAdd(ctx, key, redis.Z{Score: float64(now.Unix()), Member: own})
	}
	all := p.ZRange(ctx, key, 0, maxKeysSeen)
	p.Expire(ctx, key, healthTTL)
	if _, err := p.Exec(ctx); err != nil {
		return nil, fmt.Errorf("compare the gateways: %w", bare(err))
	}
	for _, k := range all.Val() {
		if k != own {
			others = append(others, k)
		}
	}
	return others, nil
}

// maxKeysSeen bounds what is read: a line has a few gateways.
const maxKeysSeen = 64
