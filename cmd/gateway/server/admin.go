package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"signpost/internal/inspect"
)

// pingTimeout is how long a readiness check waits for the store.
const pingTimeout = 500 * time.Millisecond

func (g *Gateway) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, "alive") })
	mux.Handle("GET /readyz", g.rememberAsking(http.HandlerFunc(g.readyz)))
	mux.HandleFunc("GET /status", g.status)
	mux.Handle("GET /metrics", g.rememberAsking(g.metrics.handler()))
	return mux
}

// unwatchedAfter is for how long nobody may ask before that is a problem: a watch timer asks
// every minute or two, Prometheus more often.
const unwatchedAfter = 30 * time.Minute

// Asks are the User-Agents of our own commands that ask, and tell nobody what they hear.
const (
	AsksDoctor = "signpost-doctor"
	AsksFollow = "signpost-follow"
)

// lastAsked remembers when somebody last asked what is wrong: else nobody hears of it.
type lastAsked struct{ last atomic.Pointer[time.Time] }

func (w *lastAsked) set(now time.Time) { w.last.Store(&now) }

// rememberAsking notes who asks a page, once it has answered: a watch that begins again hears of
// the gap.
func (g *Gateway) rememberAsking(page http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		page.ServeHTTP(rw, r)
		if agent := r.UserAgent(); agent != AsksDoctor && agent != AsksFollow {
			g.lastAsked.set(g.clock())
		}
	})
}

func (w *lastAsked) findings(now time.Time) []inspect.Finding {
	if now.Sub(*w.last.Load()) < unwatchedAfter {
		return nil
	}
	return []inspect.Finding{{Name: "unwatched",
		What: "nothing has asked for /readyz or /metrics for half an hour: nobody hears of problems",
		Fix:  "Start the watch timer or Prometheus: see docs/runbooks.md, SignpostGone."}}
}

// readyz is 200 while people are answered, and names the book in use and what is degraded:
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
	lines := []string{"ready", "book: none", g.erasingLine()}
	if !g.noBook() {
		lines[1] = fmt.Sprintf("book: %08x", g.books.Load().current.Version)
	}
	write(w, http.StatusOK, strings.Join(append(lines, g.problemLines(ctx)...), "\n"))
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body + "\n"))
}
