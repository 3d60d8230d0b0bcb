package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"signpost/config"
	"signpost/internal/eraser"
	"signpost/internal/inspect"
	"signpost/internal/store"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// How much later than usual the first try of a record is.
const (
	delaySent    = 30 * time.Minute // many networks never report more of a text than that it was sent
	delayCalling = 30 * time.Minute // the report of the call's end brings it forward
)

const (
	sweepEvery = time.Hour
	sweepOlder = time.Hour // the age of a record that was overlooked
	sweepBatch = 256
)

// newEraser returns the eraser of the gateway's store.
func (g *Gateway) newEraser() (*eraser.Eraser, error) {
	records, err := newRecords(g.env, g.cfg)
	if err != nil {
		return nil, err
	}
	var side eraser.Records = records
	if g.tracer != nil {
		side = timedRecords{records, g.tracer}
	}
	return &eraser.Eraser{List: g.store, Records: side, After: g.cfg.EraseAfter, GiveUp: g.cfg.EraseGiveUp,
		Now: g.clock, Log: g.log, Count: g.metrics.erase, Rand: g.env.Rand}, nil
}

// newRecords returns a client of the provider's records.
func newRecords(env Env, cfg config.Config) (*twilio.Client, error) {
	records, err := twilio.NewClient(cfg.APIURL, cfg.AccountSID, cfg.Tokens, cfg.APIKeys...)
	if err == nil && env.Dial != nil {
		records.SetDialer(env.Dial)
	}
	return records, err
}

// noteRecords puts the records of a webhook on the list to erase, then answers it.
func (g *Gateway) noteRecords(next webhook.Handler) webhook.Handler {
	return func(ctx context.Context, w webhook.Webhook) webhook.Response {
		markVerified(ctx)
		if w.To == webhook.ProbeLine {
			return next(ctx, w) // the provider holds nothing of it
		}
		for _, r := range w.Records {
			switch r.State {
			case webhook.RecordFinal:
				g.eraser.Note(r.ID, 0)
			case webhook.RecordSent:
				g.eraser.Note(r.ID, delaySent)
			case webhook.RecordCalling:
				g.eraser.Note(r.ID, delayCalling)
			case webhook.RecordSending: // to empty it would empty what the person gets
			}
		}
		return next(ctx, w)
	}
}

// sweepHourly searches for records left at the provider: a minute after the start, then
// every hour.
func (g *Gateway) sweepHourly(ctx context.Context) {
	if g.sweep == nil || len(g.cfg.Lines) == 0 {
		return
	}
	next := time.NewTimer(g.cfg.EraseAfter)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		err := g.sweep(ctx)
		if err != nil && ctx.Err() == nil {
			g.log.Error("could not look for records left at the provider", "err", err)
		}
		g.metrics.sweep(err == nil)
		var found []inspect.Finding
		if err != nil && ctx.Err() == nil {
			found = []inspect.Finding{{Name: "sweep-failed",
				What: "what is left at the provider could not be looked for: records that were overlooked stay there",
				Fix:  "Run gateway sweep, which says why. signpost doctor says whether our credentials may."}}
		}
		g.health.set("sweep", found)
		next.Reset(sweepEvery)
	}
}

// Sweep puts the provider's records of our own lines that are older than an hour on the list
// to erase, and returns their number. It finds what a lost report, an emptied Redis or a
// crash has left. The provider lists whole records, with words and numbers: run it in a
// process of its own, which ends.
func Sweep(ctx context.Context, cfg config.Config, log *slog.Logger) (int, error) {
	return SweepWithEnv(ctx, Env{}, cfg, log)
}

// SweepWithEnv is Sweep for a process that reaches what is outside in another way than the system's.
func SweepWithEnv(ctx context.Context, env Env, cfg config.Config, log *slog.Logger) (int, error) {
	redisURL := cfg.RedisURL
	if redisURL == config.Embedded {
		return 0, fmt.Errorf("a sweep fills the list of a gateway with a Redis: set REDIS_URL")
	}
	records, err := newRecords(env, cfg)
	if err != nil {
		return 0, err
	}
	s, err := store.Open(store.Options{URL: redisURL, SessionTTL: cfg.SessionTTL, Dial: env.Dial,
		Turn: env.BeforeRedis})
	if err != nil {
		return 0, fmt.Errorf("open the store: %w", err)
	}
	defer s.Close()
	found := 0
	for _, line := range cfg.Lines {
		now := time.Now()
		var left []string
		if err := records.ListRecordsBefore(line, now.Add(-sweepOlder),
			func(r webhook.RecordID) { left = append(left, string(r)) }); err != nil {
			return found, err
		}
		found += len(left)
		for batch := range slices.Chunk(left, sweepBatch) {
			due := map[string]time.Time{}
			for _, id := range batch {
				due[id] = now
			}
			if err := s.Enqueue(ctx, due, now.Add(eraser.LeaseTime), cfg.EraseGiveUp+store.EraseKeep); err != nil {
				return found, err
			}
		}
	}
	log.Info("looked for records left at the provider", "count", found)
	return found, nil
}
