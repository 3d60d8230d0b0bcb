package server

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"signpost/internal/eraser"
	"signpost/internal/webhook"
	"signpost/ivr"
	"signpost/sms"
)

func value(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

// A count of people appears within a day, spread over it, and none is lost; a fault or a
// refusal appears at once.
func TestCountsOfPeopleAppearLater(t *testing.T) {
	m := newMetrics()
	const people = 2000
	for range people {
		m.webhook(TextPath, webhook.Answered)
	}
	answered := m.webhooks.WithLabelValues(TextPath, string(webhook.Answered))
	if value(t, answered) != 0 {
		t.Error("people appear at once")
	}
	largest, before := 0.0, 0.0
	for range laterSteps {
		m.delayed.step()
		now := value(t, answered)
		largest, before = max(largest, now-before), now
	}
	if before != people || largest > people/10 {
		t.Errorf("of %d people %.0f appear in a day, %.0f of them together", people, before, largest)
	}
	for _, prompt := range []struct {
		what string
		do   func()
		c    prometheus.Counter
	}{
		{"a refusal", func() { m.webhook(TextPath, webhook.Refused) }, m.webhooks.WithLabelValues(TextPath, "refused")},
		{"a panic", func() { m.webhook(CallPath, webhook.Panicked) }, m.webhooks.WithLabelValues(CallPath, "panicked")},
		{"a text without Redis", func() { m.text(sms.Degraded) }, m.texts.WithLabelValues("degraded")},
		{"a lost position", func() { m.call(ivr.Restarted) }, m.calls.WithLabelValues("restarted")},
		{"a reply that a network blocks",
			func() { m.delivery(webhook.Delivery{Final: true, Code: "30007", Blocked: true}) },
			m.deliveries.WithLabelValues("undelivered", "30007")},
		{"credentials refused", func() { m.erase(eraser.Credentials) },
			m.erasures.WithLabelValues("credentials_refused")},
	} {
		if prompt.do(); value(t, prompt.c) != 1 {
			t.Errorf("%s does not appear at once", prompt.what)
		}
	}
}

// A record that waits to be erased is shown only when it is late, and no hour of it
// exactly.
func TestErasingTellsNoMoment(t *testing.T) {
	for _, tt := range []struct{ is, shown eraser.Status }{
		{eraser.Status{}, eraser.Status{}},
		{eraser.Status{Waiting: 1, Oldest: 59 * time.Minute}, eraser.Status{}},
		{eraser.Status{Waiting: 1, Oldest: 61 * time.Minute}, eraser.Status{Waiting: 10, Oldest: time.Hour}},
		{eraser.Status{Waiting: 11, Oldest: 25*time.Hour + time.Second},
			eraser.Status{Waiting: 20, Oldest: 25 * time.Hour}},
	} {
		if got := lateOnly(tt.is); got != tt.shown {
			t.Errorf("%+v is shown as %+v, want %+v", tt.is, got, tt.shown)
		}
	}
}

// Somebody who reads the metrics spends until what is shown moves, and then all but a penny of
// a step more: so the next person would move it. Chance keeps them from seeing her.
func TestWhoSpendsSeesNobodyArrive(t *testing.T) {
	const tries, mine, hers, step = 2000, 0.05, 0.10, 5.0
	seen := 0
	for range tries {
		now, b, spent := time.Now(), &blurred{step: step}, 0.0
		first := b.of(spent, now)
		for b.of(spent, now) == first {
			spent += mine
		}
		was := b.of(spent, now)
		for end := spent + step - hers/2; spent+mine < end && b.of(spent+mine, now) == was; {
			spent += mine
		}
		if b.of(spent, now) != was {
			continue // it moved for the attacker
		}
		if b.of(spent+hers, now) != was {
			seen++
		}
	}
	if seen > tries/10 {
		t.Errorf("%d of %d people are seen to arrive", seen, tries)
	}
	b, now := &blurred{step: step}, time.Now()
	if b.of(0, now) != 0 || b.of(1000, now) != 1000 || b.of(0, now) != 0 {
		t.Error("a flood, or the end of its hour, is not shown at once")
	}
	if b.of(5, now.Add(laterStep)) != 5 {
		t.Error("a quarter of an hour later it is not looked at again")
	}
}
