package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"signpost/internal/eraser"
	"signpost/internal/store"
	"signpost/internal/trace"
	"signpost/internal/version"
	"signpost/internal/webhook"
	"signpost/ivr"
)

// newTracer returns a tracer, nil when no collector is configured.
func (g *Gateway) newTracer() *trace.Tracer {
	if g.cfg.Collector == "" {
		return nil
	}
	headers := map[string]string{}
	for name, v := range g.cfg.CollectorHeaders {
		headers[name] = v.Reveal()
	}
	return trace.New(trace.Options{
		Collector: g.cfg.Collector, Headers: headers, Ratio: g.cfg.TraceRatio, Version: version.Revision(),
		Endpoints: Endpoints(),
	})
}

// traced records the public endpoints as spans; without a collector it changes nothing.
func (g *Gateway) traced(public http.Handler) http.Handler {
	if g.tracer == nil {
		return public
	}
	all := g.tracer.Handler(public)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || strings.HasPrefix(r.URL.Path, ivr.AudioPath) {
			public.ServeHTTP(w, r) // a recording is no webhook
			return
		}
		all.ServeHTTP(w, r)
	})
}

// timedStore records the store's round trips as spans.
type timedStore struct {
	*store.Store
	tracer *trace.Tracer
}

func (s timedStore) Recall(ctx context.Context, key store.SessionKey, earlier ...store.SessionKey) (seen store.Session,
	err error) {
	err = s.tracer.Do(ctx, trace.Recall, func(ctx context.Context) error {
		seen, err = s.Store.Recall(ctx, key, earlier...)
		return err
	})
	return seen, err
}

func (s timedStore) Commit(
	ctx context.Context, key store.SessionKey, from store.Session, mark store.Mark, next []byte, keepTTL bool,
) (now store.Session, done bool, err error) {
	err = s.tracer.Do(ctx, trace.Commit, func(ctx context.Context) error {
		now, done, err = s.Store.Commit(ctx, key, from, mark, next, keepTTL)
		return err
	})
	return now, done, err
}

func (s timedStore) Take(ctx context.Context, kind, sender string, n int, period time.Duration) (ok bool,
	wait time.Duration, err error) {
	err = s.tracer.Do(ctx, trace.Limit, func(ctx context.Context) error {
		ok, wait, err = s.Store.Take(ctx, kind, sender, n, period)
		return err
	})
	return ok, wait, err
}

// timedRecords records each request to erase as a span.
type timedRecords struct {
	eraser.Records
	tracer *trace.Tracer
}

func (r timedRecords) Erase(id webhook.RecordID) error {
	return r.tracer.Do(context.Background(), trace.Erase, func(context.Context) error { return r.Records.Erase(id) })
}

func (r timedRecords) Redact(id webhook.RecordID) error {
	return r.tracer.Do(context.Background(), trace.Erase, func(context.Context) error { return r.Records.Redact(id) })
}
