// Package budget reckons what answering costs and keeps it within what an operator
// will spend in an hour.
//
// Nobody waits for it: what a process spends it knows at once, and every second it
// tells the others through the store, which adds up. With the store away each
// process goes by what it knows. So an hour may cost as much more as all of them
// spend in a second, and the shortest answers that are never refused.
package budget

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Money is an amount in tenths of a penny.
type Money int64

// Pence is an amount given in pence.
func Pence(p float64) Money { return Money(p*10 + 0.5) }

// Pounds is the amount in pounds.
func (m Money) Pounds() float64 { return float64(m) / 1000 }

// Level is how much of the hour's money is left.
type Level uint8

// Levels.
const (
	Plenty Level = iota
	Near         // four fifths are spent: the shortest useful answer
	Spent        // nothing is left but the answers that are never refused
)

func (l Level) String() string { return [...]string{"plenty", "near", "spent"}[l] }

// Keeper adds up what all processes spend.
type Keeper interface {
	AddSpend(ctx context.Context, hour time.Time, amount int64) (total int64, err error)
}

// Meter reckons one process's view of the hour. Its methods are safe for
// concurrent use.
type Meter struct {
	Keeper Keeper
	Limit  Money // for an hour by the clock; nought is no limit
	Now    func() time.Time
	Log    *slog.Logger

	mu     sync.Mutex
	hour   time.Time
	total  Money // of everybody, as it was last told
	untold Money // ours since then
}

// The times of telling.
const (
	tellEvery = time.Second
	tellTime  = time.Second
)

// turn begins a new hour when it is one. What was not told of the last is let go.
func (m *Meter) turn() {
	if hour := m.Now().UTC().Truncate(time.Hour); !hour.Equal(m.hour) {
		m.hour, m.total, m.untold = hour, 0, 0
	}
}

// Spend reckons something spent.
func (m *Meter) Spend(x Money) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn()
	m.untold += x
}

// Total is what the hour has cost, as far as this process knows.
func (m *Meter) Total() Money {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn()
	return m.total + m.untold
}

// Level tells how much is left.
func (m *Meter) Level() Level {
	if m.Limit <= 0 {
		return Plenty
	}
	switch total := m.Total(); {
	case total >= m.Limit:
		return Spent
	case total >= m.Limit-m.Limit/5:
		return Near
	}
	return Plenty
}

// Tell tells the others what was spent, if anything was, and learns what they did.
func (m *Meter) Tell(ctx context.Context) {
	m.mu.Lock()
	m.turn()
	hour, mine := m.hour, m.untold
	m.mu.Unlock()
	if mine == 0 {
		return
	}
	op, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	total, err := m.Keeper.AddSpend(op, hour, int64(mine))
	if err != nil {
		m.Log.Debug("what was spent could not be told; each gateway goes by its own", "err", err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if hour.Equal(m.hour) {
		m.total, m.untold = Money(total), m.untold-mine
	}
}

// Run tells every second until ctx ends, and once more then. It says in the log
// when the hour's money runs out.
func (m *Meter) Run(ctx context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	last := Plenty
	for {
		select {
		case <-ctx.Done():
			m.Tell(context.WithoutCancel(ctx))
			return
		case <-tick.C:
		}
		m.Tell(ctx)
		now := m.Level()
		switch {
		case now == last:
		case now == Near:
			m.Log.Warn("four fifths of SPEND_LIMIT are spent in this hour: answers are the shortest there are")
		case now == Spent:
			m.Log.Error("SPEND_LIMIT is spent in this hour: everybody still gets the 24-hour number once, and no more")
		}
		last = now
	}
}
