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
	mux.Handle("GET /metrics", g.metrics.handler())
	return mux
}

// readyz is 200 while people are answered, and names what is degraded: a gateway without
// Redis still gives every place its number, so it must stay in service. While it drains it
// is 503, so that a load balancer sends webhooks elsewhere.
func (g *Gateway) readyz(w http.ResponseWriter, r *http.Request) {
	if g.stopping.Load() {
		write(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	var degraded []string
	if g.store.Ping(ctx) != nil {
		degraded = append(degraded, "degraded: the store does not answer; texts are answered without their conversation")
	}
	s := g.books.Load()
	if !s.reloadOK {
		degraded = append(degraded, "degraded: the flow book in FLOWS_DIR has mistakes; run signpost check")
	}
	if g.cfg.FlowsDir != "" && !s.fromDir {
		degraded = append(degraded, "degraded: no book in FLOWS_DIR has ever been good; the one that ships is in force")
	}
	if says := g.persistenceWarning.Load(); says != nil {
		degraded = append(degraded, "note: "+*says)
	}
	if g.inMaintenance() {
		degraded = append(degraded, "degraded: maintenance is on; everybody gets the 24-hour number")
	}
	switch g.meter.Level() {
	case budget.Near:
		degraded = append(degraded, "degraded: four fifths of SPEND_LIMIT are spent in this hour; answers are the shortest there are")
	case budget.Spent:
		degraded = append(degraded, "degraded: SPEND_LIMIT is spent in this hour; people get the 24-hour number once")
	}
	degraded = append(degraded, g.erasing()...)
	write(w, http.StatusOK, strings.Join(append([]string{"ready"}, degraded...), "\n"))
}

// tooOld is how long a record may wait to be erased before erasing is called degraded. Some
// networks never report that a text arrived, so a day is not unusual.
const tooOld = 24 * time.Hour

// erasing returns the state of erasing: the count and the age, then what is wrong.
func (g *Gateway) erasing() []string {
	s := g.eraser.Status()
	lines := []string{fmt.Sprintf("erasing: %d records wait at the provider, the oldest for %v", s.Waiting, s.Oldest.Round(time.Second))}
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
