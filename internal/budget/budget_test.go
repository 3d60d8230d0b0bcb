package budget_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/internal/budget"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

func meter(t *testing.T, k budget.Keeper, now func() time.Time) *budget.Meter {
	t.Helper()
	return &budget.Meter{Keeper: k, Limit: budget.Pence(1000), Now: now, Log: slog.New(slog.DiscardHandler)}
}

type away struct{}

func (away) ShareSpend(context.Context, time.Time, string, map[string]int) (map[string]int, error) {
	return nil, errors.New("away")
}

// Each kind has its share, and what is beyond is the reserve's.
func TestLevels(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 59, 0, 0, time.UTC)
	m := meter(t, away{}, func() time.Time { return now })
	for _, step := range []struct {
		pence float64
		want  budget.Level
	}{{0, budget.Plenty}, {279.9, budget.Plenty}, {0.1, budget.Near}, {69.9, budget.Near}, {0.1, budget.Spent},
		{500, budget.Spent}} {
		m.Spend(budget.TextsHome, budget.Pence(step.pence))
		m.Exchange(t.Context()) // the store is unreachable: nothing is lost by it
		if got := m.Level(budget.TextsHome); got != step.want {
			t.Errorf("after %v: %v, want %v", m.Total().Pounds(), got, step.want)
		}
	}
	for _, k := range budget.Kinds() {
		if k != budget.TextsHome && m.Level(k) != budget.Plenty {
			t.Errorf("texts from this country use up the share of %v", k)
		}
	}
	if got := m.Reserve(); got != budget.Pence(500) {
		t.Errorf("the reserve has cost %v", got.Pounds())
	}
	if got := m.FullestShare(); got != 850.0/350 {
		t.Errorf("the fullest share is at %v", got)
	}
	now = now.Add(time.Minute) // a new hour
	if m.Level(budget.TextsHome) != budget.Plenty || m.Total() != 0 || m.Reserve() != 0 {
		t.Errorf("in a new hour %v is spent", m.Total().Pounds())
	}
	m.Limit = 0
	m.Spend(budget.TextsHome, budget.Pence(1e9))
	if m.Level(budget.TextsHome) != budget.Plenty || m.Reserve() != 0 || m.FullestShare() != 0 {
		t.Error("no limit is a limit")
	}
}

// Chance moves where a level begins, by the hour, within bounds: never past the share.
func TestChanceMovesLevels(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, row := range []struct{ chance, plenty, near, last, spent float64 }{
		{0, 244.9, 245, 332.4, 332.5},
		{0.5, 279.9, 280, 341.2, 341.3},
		{0.999999, 314.9, 315, 349.9, 350},
	} {
		var asked []time.Time
		m := meter(t, away{}, func() time.Time { return now })
		m.Chance = func(hour time.Time) float64 {
			asked = append(asked, hour)
			return row.chance
		}
		for _, step := range []struct {
			pence float64
			want  budget.Level
		}{{row.plenty, budget.Plenty}, {row.near, budget.Near}, {row.last, budget.Near}, {row.spent, budget.Spent}} {
			m.Spend(budget.TextsHome, budget.Pence(step.pence)-m.Of(budget.TextsHome))
			if got := m.Level(budget.TextsHome); got != step.want {
				t.Errorf("with chance at %v, %v pence are %v, want %v", row.chance, step.pence, got, step.want)
			}
		}
		now = now.Add(59 * time.Minute)
		m.Level(budget.TextsHome)
		now = now.Add(time.Minute)
		m.Level(budget.TextsHome)
		if first, last := asked[0], asked[len(asked)-1]; !first.Equal(asked[len(asked)-2]) ||
			!last.Equal(first.Add(time.Hour)) {
			t.Errorf("chance is asked for the hours %v", asked)
		}
	}
}

// The shares are of the whole limit, and each kind has one.
func TestShares(t *testing.T) {
	all := 0
	for _, k := range budget.Kinds() {
		if k.Share() <= 0 || k.String() == "" || k.Label() == "" {
			t.Errorf("%v has a share of %d", k, k.Share())
		}
		all += k.Share()
	}
	if all != 100 {
		t.Errorf("the shares are %d of 100", all)
	}
}

// Three processes that spend at once come to the same sum, and each learns of it.
func TestProcessesAddUp(t *testing.T) {
	r := testkit.StartRedis(t)
	now := time.Now()
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	var meters []*budget.Meter
	for range 3 {
		s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, Keys: keys, Wait: patience})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		meters = append(meters, meter(t, s, func() time.Time { return now }))
	}
	var all sync.WaitGroup
	for _, m := range meters {
		all.Go(func() {
			for i := range 100 {
				m.Spend(budget.Kinds()[i%2], budget.Pence(1))
				m.Exchange(t.Context())
			}
		})
	}
	all.Wait()
	addUp := func(when string) {
		t.Helper()
		for i, m := range meters {
			// After the first round each has told, and learns in the second. On a busy machine Redis may
			// be too late for one.
			for end := time.Now().Add(patience); m.Total() != budget.Pence(300); testkit.Pause() {
				if time.Now().After(end) {
					t.Fatalf("%s process %d takes it that they have spent %v, want £3", when, i, m.Total().Pounds())
				}
				for _, other := range meters {
					other.Exchange(t.Context())
				}
			}
		}
	}
	addUp("at first")
	r.Do(t, "FLUSHALL") // nothing of it is lost
	for range 2 {
		for _, m := range meters {
			m.Exchange(t.Context())
		}
	}
	addUp("after Redis was emptied")
}

// patience is how long a test waits for what should come soon: machines are busy.
const patience = 2 * time.Minute

// What is stored of an hour's cost says nothing: it is sealed, of one length, other bytes each
// time, and written whether anything was spent or not.
func TestStoredSpendSaysNothing(t *testing.T) {
	r := testkit.StartRedis(t)
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, Keys: keys, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	now := time.Now()
	m := meter(t, s, func() time.Time { return now })
	lengths, values := map[int]bool{}, map[string]bool{}
	const tells = 6
	for i := range tells {
		if i%2 == 0 { // every other time somebody is answered
			m.Spend(budget.CallsWithheld, budget.Pence(2*float64(i)))
			m.Spend(budget.TextsElsewhere, budget.Pence(1e6))
		}
		for end := time.Now().Add(patience); len(values) == i; { // on a busy machine Redis may be too late
			m.Exchange(t.Context())
			stored := r.Do(t, "HVALS", "spent:"+now.UTC().Format("2006-01-02T15"))
			if len(stored) > 1 || time.Now().After(end) {
				t.Fatalf("tell %d leaves %d values of one process, %d different ones so far", i, len(stored),
					len(values))
			}
			for _, one := range stored {
				lengths[len(one)], values[one] = true, true
			}
		}
	}
	if len(lengths) != 1 || len(values) != tells {
		t.Errorf("%d tells are of %d lengths, and %d different values", tells, len(lengths), len(values))
	}
	if dump := r.Dump(t); strings.Contains(dump, "calls") || strings.Contains(dump, "texts") {
		t.Errorf("Redis holds what was spent on: %s", dump)
	}
}
