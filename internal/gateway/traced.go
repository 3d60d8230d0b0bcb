package gateway

import (
	"context"
	"net/http"
	"strings"

	"signpost/flows"
	"signpost/internal/eraser"
	"signpost/internal/store"
	"signpost/internal/trace"
	"signpost/internal/version"
	"signpost/ivr"
)

// newTracer makes a tracer, if a collector is named.
func (g *Gateway) newTracer() *trace.Tracer {
	if g.cfg.Collector == "" {
		return nil
	}
	headers := map[string]string{}
	for name, v := range g.cfg.CollectorHeaders {
		headers[name] = v.Reveal()
	}
	return trace.New(trace.Options{Collector: g.cfg.Collector, Headers: headers, Ratio: g.cfg.TraceRatio, Version: version.Revision(), Endpoints: Endpoints()})
}

// traced is the public endpoints inside spans; without a collector, as they are.
func (g *Gateway) traced(public http.Handler) http.Handler {
	if g.tracer == nil {
		return public
	}
	all := g.tracer.Handler(public)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || strings.HasPrefix(r.URL.Path, ivr.AudioPath) {
			public.ServeHTTP(w, r) // a recording is not an answer
			return
		}
		all.ServeHTTP(w, r)
	})
}

// timedStore is a store whose round trips are spans.
type timedStore struct {
	*store.Store
	tracer *trace.Tracer
}

func (s timedStore) Recall(ctx context.Context, name flows.Name, earlier ...flows.Name) (seen flows.Seen, err error) {
	err = s.tracer.Do(ctx, trace.Recall, func(ctx context.Context) error {
		seen, err = s.Store.Recall(ctx, name, earlier...)
		return err
	})
	return seen, err
}

func (s timedStore) Commit(ctx context.Context, name flows.Name, from []byte, mark flows.Mark, next []byte, rest bool) (now flows.Seen, done bool, err error) {
	err = s.tracer.Do(ctx, trace.Commit, func(ctx context.Context) error {
		now, done, err = s.Store.Commit(ctx, name, from, mark, next, rest)
		return err
	})
	return now, done, err
}

func (s timedStore) Allow(ctx context.Context, sender string) (ok bool, err error) {
	err = s.tracer.Do(ctx, trace.Limit, func(ctx context.Context) error {
		ok, err = s.Store.Allow(ctx, sender)
		return err
	})
	return ok, err
}

// timedRecords is the provider's side of erasing, with each request a span.
type timedRecords struct {
	eraser.Records
	tracer *trace.Tracer
}

func (r timedRecords) Erase(sid string) error {
	return r.tracer.Do(context.Background(), trace.Erase, func(context.Context) error { return r.Records.Erase(sid) })
}

func (r timedRecords) Redact(sid string) error {
	return r.tracer.Do(context.Background(), trace.Erase, func(context.Context) error { return r.Records.Redact(sid) })
}
