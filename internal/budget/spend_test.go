package budget_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"signpost/internal/budget"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

func meter(t *testing.T, k budget.Keeper, now func() time.Time) *budget.Meter {
	t.Helper()
	return &budget.Meter{Keeper: k, Limit: budget.Pence(1000), Now: now, Log: slog.New(slog.DiscardHandler)}
}

type away struct{}

func (away) AddSpend(context.Context, time.Time, int64) (int64, error) {
	return 0, errors.New("away")
}

func TestLevels(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 59, 0, 0, time.UTC)
	m := meter(t, away{}, func() time.Time { return now })
	for _, step := range []struct {
		pence float64
		want  budget.Level
	}{{0, budget.Plenty}, {799.9, budget.Plenty}, {0.1, budget.Near}, {199.9, budget.Near}, {0.1, budget.Spent}, {500, budget.Spent}} {
		m.Spend(budget.Pence(step.pence))
		m.Tell(t.Context()) // the store is away: nothing is lost by it
		if got := m.Level(); got != step.want {
			t.Errorf("after %v: %v, want %v", m.Total().Pounds(), got, step.want)
		}
	}
	now = now.Add(time.Minute) // a new hour
	if m.Level() != budget.Plenty || m.Total() != 0 {
		t.Errorf("in a new hour %v is spent", m.Total().Pounds())
	}
	m.Limit = 0
	m.Spend(budget.Pence(1e9))
	if m.Level() != budget.Plenty {
		t.Error("no limit is a limit")
	}
}

// Three processes that spend at once come to the same sum, and each learns of it.
func TestProcessesAddUp(t *testing.T) {
	r := testkit.StartRedis(t)
	now := time.Now()
	var meters []*budget.Meter
	for range 3 {
		s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, SenderLimit: 5, ServiceLimit: 50})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		meters = append(meters, meter(t, s, func() time.Time { return now }))
	}
	var all sync.WaitGroup
	for _, m := range meters {
		all.Go(func() {
			for range 100 {
				m.Spend(budget.Pence(1))
				m.Tell(t.Context())
			}
		})
	}
	all.Wait()
	for _, m := range meters {
		m.Spend(budget.Pence(1))
		m.Tell(t.Context())
	}
	if got := meters[2].Total(); got != budget.Pence(303) {
		t.Errorf("they have spent %v, want £3.03", got.Pounds())
	}
}
