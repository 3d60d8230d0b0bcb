package server

import (
	"context"
	"sync"
	"time"

	"signpost/internal/counters"
	"signpost/internal/hours"
	"signpost/internal/inspect"
	"signpost/internal/webhook"
	"signpost/sms"
)

// Limits of ordinary traffic, as in deploy/alerts.yaml.
const (
	leastLost    = 3  // replies that did not arrive in a day, and up to as many more
	lostPart     = 5  // more than one in so many is too much
	mostLimited  = 10 // texts beyond a limit in an hour, and up to half as many more
	highReserve  = 50 // pounds
	quietDays    = 2
	trafficSlots = 24 // hours
)

// traffic remembers, by the hour of the last day, what an operator must hear of.
type traffic struct {
	mu    sync.Mutex
	at    int64 // the hour of slots[0], since 1970
	slots [trafficSlots]struct{ arrived, lost, limited int }
	// undelivered is worked out when a reply does not arrive, and when an hour ends: never
	// when one arrives, which would show that a person wrote.
	undelivered bool
	quiet       bool
	// More texts beyond a limit than floodAbove are a flood in this hour, and tooManyLost lost
	// replies are too many. Chance decides both: who causes all but one of them would see the
	// next person's.
	floodAbove, tooManyLost int
	flood                   bool // the hour before was one
}

// rollHour begins the hour of now. The lock must be held.
func (t *traffic) rollHour(now time.Time) {
	hour := now.Unix() / int64(time.Hour/time.Second)
	gone := hour - t.at
	if gone <= 0 {
		return
	}
	gone = min(gone, trafficSlots)
	copy(t.slots[gone:], t.slots[:trafficSlots-gone])
	clear(t.slots[:gone])
	t.at = hour
	t.flood = t.slots[1].limited > t.floodAbove
	t.floodAbove = mostLimited + int(chance()*mostLimited/2)
	t.tooManyLost = leastLost + int(chance()*leastLost)
	t.judge()
}

func (t *traffic) judge() {
	arrived, lost := 0, 0
	for _, s := range t.slots {
		arrived, lost = arrived+s.arrived, lost+s.lost
	}
	tooMany := t.tooManyLost
	if t.undelivered {
		tooMany = leastLost // another hour's chance does not end it
	}
	t.undelivered = lost >= tooMany && lost*lostPart > arrived+lost
}

// delivery notes what became of a reply.
func (t *traffic) delivery(d webhook.Delivery, now time.Time) {
	if !d.Final {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rollHour(now)
	if d.Delivered {
		t.slots[0].arrived++
		return
	}
	t.slots[0].lost++
	t.judge()
}

// text notes a text that was answered by the reserve.
func (t *traffic) text(o sms.Outcome, now time.Time) {
	if o != sms.Limited {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rollHour(now)
	t.slots[0].limited++
}

// findings names what is not ordinary.
func (t *traffic) findings(now time.Time) (out []inspect.Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rollHour(now)
	if t.flood || t.slots[0].limited > t.floodAbove {
		out = append(out, inspect.Finding{Name: "flood", What: "more texts come than are answered in full",
			Fix: "See docs/runbooks.md, SignpostFlood."})
	}
	if t.undelivered {
		out = append(out, inspect.Finding{Name: "replies-undelivered",
			What: "more than a fifth of the replies of the last day that were reported on did not arrive",
			Fix:  "See docs/runbooks.md, SignpostUndelivered."})
	}
	if t.quiet {
		out = append(out, inspect.Finding{Name: "quiet", What: "nobody texted or rang on the last two days",
			Fix: "Text and ring the number yourself. See docs/runbooks.md, SignpostQuiet."})
	}
	return out
}

// countText counts what became of a text.
func (g *Gateway) countText(o sms.Outcome) {
	g.metrics.text(o)
	g.traffic.text(o, g.clock())
}

// lookAtCounts looks in the counts of the last days whether anybody texted or rang. A day
// that no gateway counted says nothing. It is by whole days, so it does not show when
// somebody came.
func (g *Gateway) lookAtCounts(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	quiet := true
	for back := 1; back <= quietDays && quiet; back++ {
		day := hours.Day(g.clock()).AddDate(0, 0, -back)
		counted, err := g.store.Counted(ctx, day)
		if err != nil {
			return // that Redis is unreachable is said elsewhere
		}
		counts, err := g.store.Counts(ctx, day)
		if err != nil {
			g.health.set("counts", []inspect.Finding{{Name: "counts-unreadable",
				What: "the counts in Redis cannot be read with this PRIVACY_KEY: the report would lack them",
				Fix: "Add the key they were made with behind the new one, with a comma between. If it is lost, " +
					"signpost restore puts back what was saved."}})
			return
		}
		quiet = counted && !begun(counts)
	}
	g.health.set("counts", nil)
	g.traffic.mu.Lock()
	defer g.traffic.mu.Unlock()
	g.traffic.quiet = quiet
}

// begun reports that somebody texted or rang.
func begun(counts map[string]int) bool {
	for field, n := range counts {
		if k, ok := counters.ParseField(field); ok && k.Outcome == counters.Begun && n > 0 {
			return true
		}
	}
	return false
}
