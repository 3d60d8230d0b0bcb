package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
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
	lines := []string{"ready", "book: none", g.erasingLine()}
	if !g.helplineOnly() {
		lines[1] = fmt.Sprintf("book: %08x", g.books.Load().current.Version)
	}
	write(w, http.StatusOK, strings.Join(append(lines, g.problemLines(ctx)...), "\n"))
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body + "\n"))
}
