package server

import (
	"context"
	"crypto/rand"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"signpost/internal/eraser"
	"signpost/internal/webhook"
	"signpost/ivr"
	"signpost/sms"
)

// How late a count of people appears in a metric: at a random quarter of an hour of the
// 24 hours after it. So the metrics do not show when a person arrives.
const (
	laterStep  = 15 * time.Minute
	laterSteps = 96
)

// delayedCounters adds to metrics at a random moment of the next day. What a process has not added
// when it stops is lost.
type delayedCounters struct {
	mu    sync.Mutex
	at    int
	slots [laterSteps + 1]map[prometheus.Counter]float64
}

// add has a counter rise by one within a day.
func (l *delayedCounters) add(c prometheus.Counter) {
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
func (l *delayedCounters) step() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = (l.at + 1) % len(l.slots)
	for c, n := range l.slots[l.at] {
		c.Add(n)
	}
	l.slots[l.at] = nil
}

func (l *delayedCounters) run(ctx context.Context) {
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
	promptWebhooks = []webhook.Outcome{webhook.Refused, webhook.Mismatched, webhook.Panicked, webhook.Probed}
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
	m.delayed.add(c)
}

func (m *metrics) webhook(endpoint string, o webhook.Outcome) {
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
