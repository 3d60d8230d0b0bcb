package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"signpost/config"
	"signpost/internal/eraser"
	"signpost/internal/provider"
	"signpost/internal/store"
	"signpost/internal/webhook"
)

// How much later than usual a record is tried first, when nothing has said yet
// that it is final.
const (
	// laterSent: many networks never say more of a text than that it was sent.
	laterSent = 30 * time.Minute
	// laterCall: a call that is going on; its end brings it forward.
	laterCall = 30 * time.Minute
)

// Sweeping.
const (
	sweepEvery = time.Hour
	// sweepOlder is how old a record must be to have been overlooked.
	sweepOlder = time.Hour
	sweepBatch = 256
)

// newEraser makes the eraser of a gateway's store.
func (g *Gateway) newEraser() (*eraser.Eraser, error) {
	records, err := provider.New(g.cfg.APIURL, g.cfg.AccountSID, g.cfg.Tokens)
	if err != nil {
		return nil, err
	}
	var side eraser.Records = records
	if g.tracer != nil {
		side = timedRecords{records, g.tracer}
	}
	return &eraser.Eraser{List: g.store, Records: side, After: g.cfg.EraseAfter, GiveUp: g.cfg.EraseGiveUp,
		Now: time.Now, Log: g.log, Count: g.metrics.erase, Emptied: g.wipe.soon}, nil
}

// noting has the records that a webhook is about erased in time, then answers
// it. Nothing of the webhook but the ids is looked at, and each is copied: a
// piece of a body would keep the whole of it in memory.
func (g *Gateway) noting(next webhook.Handler) webhook.Handler {
	return func(ctx context.Context, r webhook.Request) []byte {
		genuine(ctx)
		g.note(r.Get("MessageSid"), laterMessage(r.Get("MessageStatus")))
		g.note(r.Get("CallSid"), laterOf(r.Get("CallStatus")))
		g.note(r.Get("DialCallSid"), 0)
		return next(ctx, r)
	}
}

func (g *Gateway) note(sid string, later time.Duration) {
	if later >= 0 && provider.Erasable(sid) {
		g.eraser.Note(strings.Clone(sid), later)
	}
}

// laterMessage is how much later a message in a state is tried, negative when
// it must not be: emptying a reply that is still on its way would empty what the
// person gets.
func laterMessage(status string) time.Duration {
	switch status {
	case "", "received", "delivered", "undelivered", "failed", "read", "canceled": // the first two are a text that came in
		return 0
	case "sent":
		return laterSent
	}
	return -1
}

func laterOf(callStatus string) time.Duration {
	switch callStatus {
	case "completed", "busy", "failed", "no-answer", "canceled":
		return 0
	}
	return laterCall
}

// sweepNowAndThen looks for what is left at the provider: a minute after the
// start, then every hour.
func (g *Gateway) sweepNowAndThen(ctx context.Context) {
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
			g.log.Error("what is left at the provider could not be looked for", "err", err)
		}
		g.metrics.sweep(err == nil)
		next.Reset(sweepEvery)
	}
}

// Sweep puts what the provider still holds of our own lines, from more than an
// hour ago, on the list to erase, and gives how much that was. It finds what a
// lost report, an emptied Redis or a crash left behind. The provider lists
// records whole, words and numbers and all: run it in a process of its own,
// which ends.
func Sweep(ctx context.Context, cfg config.Config, log *slog.Logger) (int, error) {
	redisURL := cfg.RedisURL
	if redisURL == config.Embedded {
		return 0, fmt.Errorf("a sweep fills the list of a gateway with a Redis: set REDIS_URL")
	}
	records, err := provider.New(cfg.APIURL, cfg.AccountSID, cfg.Tokens)
	if err != nil {
		return 0, err
	}
	s, err := store.Open(store.Options{URL: redisURL, SessionTTL: cfg.SessionTTL, SenderLimit: cfg.SenderLimit, ServiceLimit: cfg.ServiceLimit})
	if err != nil {
		return 0, fmt.Errorf("open the store: %w", err)
	}
	defer s.Close()
	found := 0
	for _, line := range cfg.Lines {
		now := time.Now()
		var left []string
		if err := records.Left(line, now.Add(-sweepOlder), func(sid string) { left = append(left, sid) }); err != nil {
			return found, err
		}
		found += len(left)
		for batch := range slices.Chunk(left, sweepBatch) {
			due := map[string]time.Time{}
			for _, sid := range batch {
				due[sid] = now
			}
			if err := s.Enqueue(ctx, due, now.Add(eraser.Held), cfg.EraseGiveUp+store.EraseKeep); err != nil {
				return found, err
			}
		}
	}
	log.Info("looked for records left at the provider", "count", found)
	return found, nil
}
