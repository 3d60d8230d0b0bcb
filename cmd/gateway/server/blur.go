package server

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"math/big"
	"sync"
	"time"

	"signpost/internal/eraser"
)

// Steps of gauges that would otherwise move with every person.
const (
	lateAfter = time.Hour // a record that waits for less is not shown
	spendStep = 5         // pounds
	shareStep = 0.1       // of a share of SPEND_LIMIT
)

// blurred is what is shown of an amount that moves with every person. Somebody could spend all
// but a penny of a step themselves, and see the next person move it. So the amount is looked
// at once in a quarter of an hour, and sooner only when it has risen by one to three steps,
// chance decides how many; and it is rounded up or down by chance.
type blurred struct {
	step float64

	mu                  sync.Mutex
	at                  time.Time
	seen, shown, sooner float64
}

// of returns what is shown of an amount.
func (b *blurred) of(amount float64, now time.Time) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at.IsZero() || now.Sub(b.at) >= laterStep || amount < b.seen || amount >= b.sooner {
		b.at, b.seen = now, amount
		b.shown = math.Floor(amount/b.step+chance()) * b.step
		b.sooner = amount + b.step*(1+2*chance())
	}
	return b.shown
}

// hourly is a number from 0 up to, and not including, 1 for each hour. Every gateway with the
// same key has the same one, and nobody without the key can tell it.
func (g *Gateway) hourly(hour time.Time) float64 {
	sum := g.keys.Sum(0, "hourly chance", hour.Format(time.RFC3339))
	return float64(binary.BigEndian.Uint32(sum[:4])) / (1 << 32)
}

// chance is a random number from 0 up to, and not including, 1.
func chance() float64 {
	const parts = 1 << 53
	n, err := rand.Int(rand.Reader, big.NewInt(parts))
	if err != nil {
		return 0 // never: crypto/rand ends the program instead
	}
	return float64(n.Int64()) / parts
}

// lateOnly is the state of erasing as it is shown: nothing until a record is an hour late,
// then in whole hours and tens.
func lateOnly(s eraser.Status) eraser.Status {
	s.Oldest = s.Oldest.Truncate(lateAfter)
	if s.Oldest == 0 {
		s.Waiting = 0
	}
	const tens = 10
	s.Waiting = (s.Waiting + tens - 1) / tens * tens
	return s
}
