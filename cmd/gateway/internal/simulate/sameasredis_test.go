package simulate

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// The Redis of the worlds answers as a real one does: both are asked the same, at random.
func TestSameAsRedis(t *testing.T) {
	truth := testkit.StartRedis(t)
	m := miniredis.NewMiniRedis()
	t.Cleanup(m.Close)
	keys, err := privacy.NewKeyring(make([]byte, privacy.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	open := func(url string, dial func(context.Context, string, string) (net.Conn, error)) *store.Store {
		s, err := store.Open(store.Options{URL: url, Dial: dial, SessionTTL: 15 * time.Minute, Keys: keys,
			Wait: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	one := open(truth.URL(), nil)
	other := open("redis://x:6379", func(context.Context, string, string) (net.Conn, error) { return m.Dial() })
	d, ctx := roll(1, 9), t.Context()
	held := map[*store.Store]map[string]store.Session{one: {}, other: {}}
	now := time.Now().Truncate(time.Second)
	for i := range 3000 {
		name, msg := fmt.Sprintf("conv%d", d.chance.IntN(4)), fmt.Sprintf("msg%d", d.chance.IntN(6))
		key := store.SessionKey{Conv: name, Msg: msg}
		id := fmt.Sprintf("SM%032x", d.chance.IntN(8))
		state := []byte(fmt.Sprintf("state %d", d.chance.IntN(3)))[:d.chance.IntN(2)*7]
		at := now.Add(time.Duration(d.chance.IntN(100)-50) * time.Second)
		keep, what := d.sometimes(2), d.chance.IntN(9)
		ask := func(s *store.Store) string {
			switch what {
			case 0:
				got, err := s.Recall(ctx, key, store.SessionKey{Conv: name + "before", Msg: msg})
				held[s][name] = got
				return fmt.Sprintf("%q %v %v", got.State, got.Repeat, err)
			case 1, 2:
				mark := store.Mark{Kind: store.Stepped, Minute: 7, Book: 9, Before: held[s][name].State}
				got, done, err := s.Commit(ctx, key, held[s][name], mark, state, keep)
				return fmt.Sprintf("%q %v %v %v", got.State, got.Repeat, done, err)
			case 3:
				return fmt.Sprint(s.Enqueue(ctx, map[string]time.Time{id: at}, now, time.Hour))
			case 4:
				e, _, ok, err := s.Lease(ctx, at, time.Minute)
				return fmt.Sprint(e, ok, err)
			case 5:
				return fmt.Sprint(s.Erased(ctx, id))
			case 6:
				err := s.Postpone(ctx, store.Erasure{ID: id, Since: now}, at, time.Hour)
				n, oldest, err2 := s.Backlog(ctx)
				return fmt.Sprint(err, n, oldest, err2)
			case 7:
				sums, err := s.ShareSpend(ctx, now, name, map[string]int{name: i})
				return fmt.Sprint(sums, err)
			}
			_, err := s.KeepLines(ctx, now, []string{name}, func(_ string, l store.Line) store.Line {
				l.Noted, l.Unanswered = now, l.Unanswered+1
				return l
			})
			lines, err2 := s.Lines(ctx, []string{name})
			return fmt.Sprint(err, slices.Sorted(maps.Keys(lines)), lines[name].Unanswered, err2)
		}
		if a, b := ask(one), ask(other); a != b {
			t.Fatalf("question %d (%d): a real Redis answers\n%s\nand the one of the worlds\n%s", i, what, a, b)
		}
	}
}
