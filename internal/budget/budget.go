// Package budget adds up what answering costs and keeps each kind of answer within its
// share of what an operator will spend in an hour.
//
// Each kind has its own share, so that using one up takes no answers from another: a flood
// of withheld calls takes nothing from texts, or from calls with a number.
//
// No answer waits for it. A process knows at once what it spends itself. Every few seconds it
// writes that to the store for the others, whether it spent anything or not, so that
// somebody who watches the store sees nobody arrive. Without the store each process uses
// what it knows. So an hour may cost more than the limit: by what the others spend in these
// seconds, and by the answers of the reserve, which are never refused (package admit says
// which they are).
package budget

import (
	"context"
	"crypto/rand"
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

// Kind is what money is spent on.
type Kind uint8

// Kinds, by whose text or call is answered.
const (
	TextsHome      Kind = iota // from numbers of this country
	TextsElsewhere             // from other countries, and numbers that pay their holder
	CallsHome                  // from numbers of this country
	CallsElsewhere             // from other countries, and over the internet
	CallsWithheld              // without a number
	kinds
)

// Calls reports whether it is calls.
func (k Kind) Calls() bool { return k == CallsHome || k == CallsElsewhere || k == CallsWithheld }

func (k Kind) String() string { return kindNames[k] }

// kindNames are also the fields that the store adds up.
var kindNames = [kinds]string{"texts_home", "texts_elsewhere", "calls_home", "calls_elsewhere", "calls_withheld"}

// Label is the name of a kind for an operator.
func (k Kind) Label() string { return kindLabels[k] }

var kindLabels = [kinds]string{
	"texts from this country", "texts from elsewhere", "calls from this country", "calls from elsewhere",
	"withheld calls",
}

// shares of the limit, in percent. What one leaves over no other gets.
var shares = [kinds]Money{TextsHome: 35, TextsElsewhere: 10, CallsHome: 30, CallsElsewhere: 5, CallsWithheld: 20}

// Kinds lists them all.
func Kinds() (all []Kind) {
	for k := range kinds {
		all = append(all, k)
	}
	return all
}

// Share is a kind's share of the limit, in percent.
func (k Kind) Share() int { return int(shares[k]) }

// Level is how much of a kind's share of the hour is left.
type Level uint8

// Levels.
const (
	Plenty Level = iota
	Near         // about four fifths are spent: texts get the shortest useful answer
	Spent        // nothing is left but the reserve
)

func (l Level) String() string { return [...]string{"plenty", "near", "spent"}[l] }

// Keeper is where processes exchange what they spend, in tenths of a penny, each kind
// by its name.
type Keeper interface {
	// ShareSpend stores what one process has spent in an hour, and returns what the others have.
	ShareSpend(ctx context.Context, hour time.Time, process string, mine map[string]int) (others map[string]int,
		err error)
}

// Meter is one process's view of what the hour has cost. Its methods are safe for
// concurrent use.
type Meter struct {
	Keeper Keeper
	Limit  Money // for an hour by the clock, of all kinds together; zero is no limit
	// Chance moves the amounts at which levels begin, by the hour: from 0 up to 1, the same in
	// every process. Somebody who spends nearly all of a share would otherwise see the next
	// person begin a level. Nil is no chance.
	Chance func(hour time.Time) float64
	Now    func() time.Time
	Log    *slog.Logger

	mu      sync.Mutex
	process string // how the others know this one
	hour    time.Time
	mine    [kinds]Money
	others  [kinds]Money // at the last exchange
}

// How often the processes exchange what they spent, and how long that may take.
const (
	exchangeEvery = 5 * time.Second
	exchangeTime  = time.Second
)

// rollHour begins a new hour when it is one. What was not exchanged of the last is dropped.
func (m *Meter) rollHour() {
	if hour := m.Now().UTC().Truncate(time.Hour); !hour.Equal(m.hour) {
		m.hour, m.mine, m.others = hour, [kinds]Money{}, [kinds]Money{}
	}
}

// Spend adds a cost.
func (m *Meter) Spend(k Kind, x Money) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rollHour()
	m.mine[k] += x
}

// Of is what a kind has cost in this hour, as far as this process knows.
func (m *Meter) Of(k Kind) Money {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rollHour()
	return m.mine[k] + m.others[k]
}

// Total is what the hour has cost, as far as this process knows.
func (m *Meter) Total() (all Money) {
	for k := range kinds {
		all += m.Of(k)
	}
	return all
}

// LimitOf is what a kind may cost in an hour; zero is no limit.
func (m *Meter) LimitOf(k Kind) Money { return m.Limit * shares[k] / 100 }

// Reserve is what the hour has cost beyond the limits: what the answers cost that are never
// refused.
func (m *Meter) Reserve() (beyond Money) {
	if m.Limit <= 0 {
		return 0
	}
	for k := range kinds {
		beyond += max(0, m.Of(k)-m.LimitOf(k))
	}
	return beyond
}

// FullestShare is the largest part of its share that a kind has used: 1 is all of it.
func (m *Meter) FullestShare() (part float64) {
	if m.Limit <= 0 {
		return 0
	}
	for k := range kinds {
		part = max(part, float64(m.Of(k))/float64(m.LimitOf(k)))
	}
	return part
}

// Level tells how much is left of a kind's share.
func (m *Meter) Level(k Kind) Level {
	if m.Limit <= 0 {
		return Plenty
	}
	near, spent := m.thresholds(m.LimitOf(k))
	switch of := m.Of(k); {
	case of >= spent:
		return Spent
	case of >= near:
		return Near
	}
	return Plenty
}

// thresholds are what a share must have cost in this hour for each level: four fifths and all of
// it; where chance decides, from seven tenths to nine tenths, and from nineteen twentieths.
func (m *Meter) thresholds(limit Money) (near, spent Money) {
	if m.Chance == nil {
		return limit - limit/5, limit
	}
	part := m.Chance(m.Now().UTC().Truncate(time.Hour))
	of := func(p float64) Money { return Money(p*float64(limit) + 0.5) }
	return of(0.7 + 0.2*part), of(0.95 + 0.05*part)
}

// Exchange stores what this process has spent in the hour, and reads what the others have.
func (m *Meter) Exchange(ctx context.Context) {
	m.mu.Lock()
	m.rollHour()
	if m.process == "" {
		m.process = rand.Text()
	}
	hour, process := m.hour, m.process
	mine := map[string]int{}
	for k, x := range m.mine {
		mine[kindNames[k]] = int(x)
	}
	m.mu.Unlock()
	op, cancel := context.WithTimeout(ctx, exchangeTime)
	defer cancel()
	others, err := m.Keeper.ShareSpend(op, hour, process, mine)
	if err != nil {
		m.Log.Debug("could not exchange what was spent", "err", err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !hour.Equal(m.hour) {
		return
	}
	for k := range kinds {
		m.others[k] = Money(others[kindNames[k]])
	}
}

// Run exchanges at a fixed rate until ctx ends, and once more then. It says in the log
// when a share of the hour's money runs out.
func (m *Meter) Run(ctx context.Context) {
	tick := time.NewTicker(exchangeEvery)
	defer tick.Stop()
	var last [kinds]Level
	alarmed := false
	for {
		select {
		case <-ctx.Done():
			m.Exchange(context.WithoutCancel(ctx))
			return
		case <-tick.C:
		}
		m.Exchange(ctx)
		for k := range kinds {
			now := m.Level(k)
			if now != last[k] {
				m.say(k, now)
			}
			last[k] = now
		}
		overReserve := m.Limit > 0 && m.Reserve() > m.Limit
		if overReserve && !alarmed {
			m.Log.Error("the reserve has cost more than SPEND_LIMIT in this hour")
		}
		alarmed = overReserve
	}
}

// say logs a level that a share has come to.
func (m *Meter) say(k Kind, l Level) {
	switch l {
	case Near:
		m.Log.Warn("about four fifths of a share of SPEND_LIMIT are spent in this hour", "share", k.String())
	case Spent:
		m.Log.Error("a share of SPEND_LIMIT is spent in this hour", "share", k.String())
	}
}
