package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"signpost/internal/budget"
)

// pingTimeout is how long a readiness check waits for the store.
const pingTimeout = 500 * time.Millisecond

func (g *Gateway) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", g.readyz)
	mux.HandleFunc("GET /status", g.status)
	mux.Handle("GET /metrics", g.metrics.handler())
	return mux
}

// readyz is 200 while people are answered, and names the book in force and what is degraded:
// a gateway without Redis still gives every place its number, so it must stay in service.
// While it drains it is 503, so that a load balancer sends webhooks elsewhere.
func (g *Gateway) readyz(w http.ResponseWriter, r *http.Request) {
	if g.stopping.Load() {
		write(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	// A follower of a desk reports the book.
	lines := []string{"ready", "book: none"}
	if !g.helplineOnly() {
		lines[1] = fmt.Sprintf("book: %08x", g.books.Load().current.Version)
	}
	write(w, http.StatusOK, strings.Join(append(lines, g.degraded(ctx)...), "\n"))
}

// degraded names what is wrong while people are still answered.
func (g *Gateway) degraded(ctx context.Context) (degraded []string) {
	if g.store.Ping(ctx) != nil {
		degraded = append(degraded, "degraded: the store does not answer; texts are answered without their conversation")
	}
	degraded = append(degraded, g.books.Load().bookProblems(g.cfg.StateDir)...)
	degraded = append(degraded, g.health.lines()...)
	if says := g.persistenceWarning.Load(); says != nil {
		degraded = append(degraded, "note: "+*says)
	}
	if g.inMaintenance() {
		degraded = append(degraded, "degraded: maintenance is on; everybody gets the 24-hour number")
	}
	for _, k := range budget.Kinds() {
		switch kind := k.Said(); g.meter.Level(k) {
		case budget.Near:
			degraded = append(degraded, "degraded: four fifths of the share of SPEND_LIMIT for "+kind+" are spent in this hour; answers are the shortest there are")
		case budget.Spent:
			degraded = append(degraded, "degraded: the share of SPEND_LIMIT for "+kind+" is spent in this hour; they are answered from the reserve")
		}
	}
	degraded = append(degraded, g.notAnswering()...)
	return append(degraded, g.erasing()...)
}

// tooOld is how long a record may wait to be erased before erasing is called degraded. Some
// networks never report that a text arrived, so a day is not unusual.
const tooOld = 24 * time.Hour

// erasing returns the state of erasing, then what is wrong. A record that waits for less
// than an hour is not shown: it would tell when somebody texted.
func (g *Gateway) erasing() []string {
	s := lateOnly(g.eraser.Status())
	lines := []string{"erasing: no record at the provider is an hour late"}
	if s.Waiting > 0 {
		lines[0] = fmt.Sprintf("erasing: up to %d records wait at the provider, the oldest for %.0f hours", s.Waiting, s.Oldest.Hours())
	}
	if !s.Known {
		lines[0] += ", as seen last: the list cannot be looked at now"
	}
	if s.Trouble != "" {
		lines = append(lines, "degraded: nothing is being erased at the provider: "+s.Trouble+"; see the log")
	}
	if s.Oldest > tooOld {
		lines = append(lines, "degraded: a record has waited more than a day to be erased at the provider")
	}
	if s.GivenUp > 0 {
		const given = "degraded: %d records could not be erased at the provider since the start: delete them in its console"
		lines = append(lines, fmt.Sprintf(given, s.GivenUp))
	}
	return lines
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body + "\n"))
}
