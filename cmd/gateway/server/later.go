package server

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"math"
	"math/big"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"signpost/internal/eraser"
	"signpost/internal/twilio"
	"signpost/ivr"
	"signpost/sms"
)

// How late a count of people appears in a metric: at a random quarter of an hour of the
// 24 hours after it. So the metrics do not show when a person arrives.
const (
	laterStep  = 15 * time.Minute
	laterSteps = 96
)

// later adds to metrics at a random moment of the next day. What a process has not added
// when it stops is lost.
type later struct {
	mu    sync.Mutex
	at    int
	slots [laterSteps + 1]map[prometheus.Counter]float64
}

// add has a counter rise by one within a day.
func (l *later) add(c prometheus.Counter) {
	n, err := rand.Int(rand.Reader, big.NewInt(laterSteps))
	if err != nil {
		return // never: crypto/rand ends the program instead
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := (l.at + 1 + int(n.Int64())) % len(l.slots)
	if l.slots[slot] == nil {
		l.slots[slot] = map[prometheus.Counter]float64{}
	}
	l.slots[slot][c]++
}

// step adds what is due now.
func (l *later) step() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = (l.at + 1) % len(l.slots)
	for c, n := range l.slots[l.at] {
		c.Add(n)
	}
	l.slots[l.at] = nil
}

func (l *later) run(ctx context.Context) {
	tick := time.NewTicker(laterStep)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.step()
		}
	}
}

// Faults and refusals appear at once: somebody must act on them. A text or call over a limit
// is not among them: somebody who forges texts in a person's name until she is over it would
// see each of hers. Neither are a leg that nobody answers, and a phone that is off. A line
// that does not answer is named at once, by signpost_lines_not_answering.
var (
	promptWebhooks = []twilio.Outcome{twilio.Refused, twilio.Mismatched, twilio.Panicked, twilio.Probed}
	promptTexts    = []sms.Outcome{sms.Probed, sms.Degraded, sms.FromCookie, sms.NotSaved}
	promptCalls    = []ivr.Event{ivr.Probed, ivr.Restarted}
	lateErasures   = []eraser.Outcome{eraser.Deleted, eraser.Gone, eraser.NotFinal}
)

// count raises a counter, at once or within a day.
func (m *metrics) count(c prometheus.Counter, prompt bool) {
	if prompt {
		c.Inc()
		return
	}
	m.later.add(c)
}

func (m *metrics) webhook(endpoint string, o twilio.Outcome) {
	m.count(m.webhooks.WithLabelValues(endpoint, string(o)), slices.Contains(promptWebhooks, o))
}

func (m *metrics) text(o sms.Outcome) {
	m.count(m.texts.WithLabelValues(string(o)), slices.Contains(promptTexts, o))
}

func (m *metrics) call(e ivr.Event) {
	m.count(m.calls.WithLabelValues(string(e)), slices.Contains(promptCalls, e))
}

func (m *metrics) erase(o eraser.Outcome) {
	m.count(m.erasures.WithLabelValues(string(o)), !slices.Contains(lateErasures, o))
}

// Steps of gauges that would otherwise move with every person.
const (
	lateAfter   = time.Hour // a record that waits for less is not shown
	spendStep   = 5         // pounds
	shareStep   = 0.1       // of a share of SPEND_LIMIT
	memoryStep  = 16 << 20  // bytes
	routineStep = 100
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

// watchProcess exports what an operator needs of the process. The library's collectors
// would show each webhook: processor time, goroutines, collections of garbage.
func (m *metrics) watchProcess() {
	gauge := func(name, help string, v func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, v))
	}
	started := float64(time.Now().Unix())
	gauge("process_start_time_seconds", "When the process began, in Unix seconds.", func() float64 { return started })
	gauge("process_resident_memory_bytes", "Memory in use, rounded up to 16 MiB.", func() float64 {
		return float64((residentMemory() + memoryStep - 1) / memoryStep * memoryStep)
	})
	gauge("go_goroutines", "Goroutines, rounded up to a hundred.", func() float64 {
		return float64((runtime.NumGoroutine() + routineStep - 1) / routineStep * routineStep)
	})
}

// residentMemory returns the memory in use, in bytes; 0 where the system does not say.
func residentMemory() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
