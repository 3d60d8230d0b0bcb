package server

import (
	"context"
	"net/http"

	"signpost/flows"
	"signpost/internal/budget"
	"signpost/internal/privacy"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
	"signpost/ivr"
	"signpost/sms"
)

// Paths of the webhooks that an operator sets at the provider.
const (
	TextPath       = "/sms"
	TextStatusPath = "/sms/status"
	CallPath       = "/voice"
)

// unknownEndpoint is what webhooks at any other path are counted as.
const unknownEndpoint = "unknown"

// Endpoints returns the paths of all webhooks.
func Endpoints() []string {
	return []string{TextPath, TextStatusPath, CallPath, ivr.KeyPath, ivr.LegPath, ivr.AcceptPath, ivr.AcceptedPath, ivr.StatusPath}
}

// routes wires each endpoint: guard, typed value, channel, reply.
func (g *Gateway) routes(keys *privacy.Keyring) http.Handler {
	guard := twilio.NewGuard(g.cfg.PublicURL, g.cfg.AccountSID, g.cfg.Tokens, g.log, g.metrics.webhook)
	texts, calls := g.textChannel(keys), g.callChannel(keys)
	text := func(ctx context.Context, w twilio.Webhook) twilio.Response {
		reply := texts.Answer(ctx, w.Message)
		return twilio.Response{Document: twilio.TextDocument(reply.Text, g.cfg.PublicURL+TextStatusPath), Cookie: reply.Cookie}
	}
	call := func(answer func(webhook.Call) webhook.CallReply) twilio.Handler {
		return func(_ context.Context, w twilio.Webhook) twilio.Response {
			return twilio.Response{Document: twilio.CallDocument(answer(w.Call))}
		}
	}
	// A status report needs no reply but must get an answer.
	silent := func(twilio.Webhook) []byte { return noReply() }
	status := func(context.Context, twilio.Webhook) twilio.Response { return twilio.Response{Document: noReply()} }
	first := byKind(text, call(calls.Start), status)
	mux := http.NewServeMux()
	handle := func(path, endpoint string, safe twilio.Safe, handler twilio.Handler) {
		mux.Handle(path, guard.Wrap(endpoint, safe, g.noteRecords(handler)))
	}
	for path, e := range map[string]struct {
		safe    twilio.Safe
		handler twilio.Handler
	}{
		TextPath:         {g.safe, first},
		TextStatusPath:   {silent, status},
		CallPath:         {g.safe, first},
		ivr.KeyPath:      {g.safe, call(calls.Key)},
		ivr.LegPath:      {g.safe, call(calls.Leg)},
		ivr.AcceptPath:   {silent, call(calls.Accept)},
		ivr.AcceptedPath: {silent, call(calls.Accepted)},
		ivr.StatusPath:   {silent, status},
	} {
		handle(path, path, e.safe, e.handler)
	}
	// A genuine webhook to another path comes from a number that is set up wrongly. The
	// person still gets the 24-hour number.
	handle("/", unknownEndpoint, g.safe, func(_ context.Context, w twilio.Webhook) twilio.Response {
		return twilio.Response{Document: g.safe(w)}
	})
	mux.Handle(ivr.AudioPath, ivr.AudioHandler(g.recording))
	return mux
}

func (g *Gateway) textChannel(keys *privacy.Keyring) *sms.Handler {
	var sessions interface {
		sms.Sessions
		sms.Limits
	} = g.store
	if g.tracer != nil {
		sessions = timedStore{g.store, g.tracer}
	}
	return &sms.Handler{
		Book: g.Book, Sessions: sessions,
		Identity: sms.Identity{Keys: keys, SessionTTL: g.cfg.SessionTTL, Now: g.clock},
		Admission: &sms.TextAdmission{
			Limits: sessions, Meter: g.meter, Price: budget.Pence(g.cfg.TextPrice), Countries: g.cfg.Countries, Maintenance: g.inMaintenance,
		},
		Now: g.clock, Log: g.log, Count: g.metrics.text, Tally: g.tally.Add,
	}
}

func (g *Gateway) callChannel(keys *privacy.Keyring) *ivr.Handler {
	return &ivr.Handler{
		Book: func() *flows.Book { return g.Book(0) },
		Admission: &ivr.CallAdmission{
			Keys: keys, Meter: g.meter, Price: budget.Pence(g.cfg.CallPrice), CallerLimit: g.cfg.CallerLimit,
			Maintenance: g.inMaintenance, Now: g.clock,
		},
		Positions: ivr.Positions{Keys: keys, Now: g.clock},
		BaseURL:   g.cfg.PublicURL, CallerID: g.cfg.CallerID,
		Now: g.clock, Log: g.log, Count: g.metrics.call, Tally: g.tally.Add,
	}
}

// noReply is the document that sends nothing.
func noReply() []byte { return twilio.TextDocument("", "") }

// safe is the answer when all else fails: the 24-hour number and 999 for a call, and for a
// text that may be answered; nothing for a report.
func (g *Gateway) safe(w twilio.Webhook) []byte {
	s := g.books.Load()
	switch {
	case w.Kind == twilio.Call:
		return s.safeCall
	case w.Kind == twilio.Text && w.Message.From.CanText():
		return s.safeText
	}
	return noReply()
}

// byKind answers a text as a text and a call as a call, whichever of the two paths a
// number was set up with.
func byKind(text, call, report twilio.Handler) twilio.Handler {
	return func(ctx context.Context, w twilio.Webhook) twilio.Response {
		switch w.Kind {
		case twilio.Report:
			return report(ctx, w)
		case twilio.Call:
			return call(ctx, w)
		}
		return text(ctx, w)
	}
}
