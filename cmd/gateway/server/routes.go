package server

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"

	"signpost/flows"
	"signpost/internal/admit"
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

// livePath is asked by a platform that routes only to machines that serve. It says nothing
// but yes or no; [Gateway.readyz] says more, and not to everybody.
const livePath = "/live"

// live answers 200 while requests should come here, and 503 while the server is stopping.
func (g *Gateway) live(w http.ResponseWriter, _ *http.Request) {
	if g.stopping.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// unknownEndpoint is what webhooks at any other path are counted as.
const unknownEndpoint = "unknown"

// Endpoints returns the paths of all webhooks.
func Endpoints() []string {
	return []string{TextPath, TextStatusPath, CallPath, ivr.KeyPath, ivr.LegPath, ivr.AcceptPath, ivr.AcceptedPath,
		ivr.StatusPath}
}

// routes wires each endpoint: guard, typed value, channel, reply.
func (g *Gateway) routes() http.Handler {
	guard := twilio.NewGuard(g.cfg.PublicURL, g.cfg.AccountSID, g.cfg.Tokens, g.log, g.countWebhook,
		g.cfg.WebhookKeys...)
	texts, calls := g.textChannel(), g.callChannel()
	text := func(ctx context.Context, w webhook.Webhook) webhook.Response {
		w.Message.Probe, w.Message.Free = g.isProbe(w), w.To == webhook.ProbeLine
		reply := texts.Answer(ctx, w.Message)
		return webhook.Response{Document: twilio.TextDocument(reply.Text, g.cfg.PublicURL+TextStatusPath),
			Cookie: reply.Cookie, Probe: w.Message.Probe}
	}
	call := func(answer func(webhook.Call) webhook.CallReply) webhook.Handler {
		return func(_ context.Context, w webhook.Webhook) webhook.Response {
			w.Call.Probe, w.Call.Free = g.isProbe(w), w.To == webhook.ProbeLine
			return webhook.Response{Document: twilio.CallDocument(answer(w.Call)), Probe: w.Call.Probe}
		}
	}
	silent := func(webhook.Webhook) []byte { return noReply() }
	ended := func(ctx context.Context, w webhook.Webhook) webhook.Response {
		if w.Kind == webhook.KindCall {
			calls.Ended(w.Call)
		}
		return g.takeReport(ctx, w)
	}
	first := byKind(text, call(calls.Start), g.takeReport)
	paths := pathMux{webhooks: map[string]http.Handler{}, audio: ivr.AudioHandler(g.recording),
		live: http.HandlerFunc(g.live)}
	wrap := func(endpoint string, safe webhook.Safe, handler webhook.Handler) http.Handler {
		return guard.Wrap(endpoint, safe, g.noteRecords(handler))
	}
	for endpoint, e := range map[string]struct {
		safe    webhook.Safe
		handler webhook.Handler
	}{
		TextPath:         {g.safe, first},
		TextStatusPath:   {silent, g.takeReport},
		CallPath:         {g.safe, first},
		ivr.KeyPath:      {g.safe, call(calls.Key)},
		ivr.LegPath:      {g.safe, call(calls.Leg)},
		ivr.AcceptPath:   {silent, call(calls.Accept)},
		ivr.AcceptedPath: {silent, call(calls.Accepted)},
		ivr.StatusPath:   {silent, ended},
	} {
		paths.webhooks[endpoint] = wrap(endpoint, e.safe, e.handler)
	}
	// A genuine webhook to another path comes from a number that is set up wrongly. The
	// person still gets the 24-hour number.
	paths.unknown = wrap(unknownEndpoint, g.safe, func(_ context.Context, w webhook.Webhook) webhook.Response {
		return webhook.Response{Document: g.safe(w)}
	})
	return paths
}

// takeReport counts what became of a reply. A report needs no reply but must get an answer.
func (g *Gateway) takeReport(ctx context.Context, w webhook.Webhook) webhook.Response {
	probe := g.isProbe(w)
	if w.To == webhook.ProbeLine && w.Message.ID != "" {
		_ = g.store.NoteCheck(ctx, w.Message.ID) // who sent it says what is missing
	}
	if !probe {
		g.countDelivery(w.Delivery)
	}
	return webhook.Response{Document: noReply(), Probe: probe}
}

// pathMux chooses the endpoint of a path. The standard library's mux redirects an odd path,
// like //sms: the provider would follow without the form, and the person would get nothing.
type pathMux struct {
	webhooks             map[string]http.Handler
	audio, live, unknown http.Handler
}

func (p pathMux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tidy := path.Clean("/" + r.URL.Path)
	h, ok := p.webhooks[strings.ToLower(tidy)]
	switch {
	case ok:
	case tidy == livePath && r.Method == http.MethodGet:
		h = p.live
	case strings.HasPrefix(tidy, ivr.AudioPath) && r.Method != http.MethodPost: // a webhook gets an answer there, too
		h = p.audio
	default:
		h = p.unknown
	}
	h.ServeHTTP(w, r)
}

func (g *Gateway) textChannel() *sms.Handler {
	var sessions interface {
		sms.Sessions
		admit.Rate
	} = g.store
	if g.tracer != nil {
		sessions = timedStore{g.store, g.tracer}
	}
	return &sms.Handler{
		Book: g.Book, Sessions: sessions,
		Identity: sms.Identity{Keys: g.keys, SessionTTL: g.cfg.SessionTTL, Now: g.clock},
		Admission: &admit.Texts{
			Limits: admit.NewLimits(admit.Options{
				Rate: sessions, HomeLimit: g.cfg.SenderLimit, ElsewhereLimit: g.cfg.ForeignSenderLimit,
				ServiceLimit: g.cfg.ServiceLimit, Now: g.clock,
			}),
			Meter: g.meter, Price: budget.Pence(g.cfg.TextPence), Countries: g.cfg.Countries,
			Maintenance: g.inMaintenance, NoBook: g.noBook,
		},
		Now: g.clock, Log: g.log, Count: g.countText, AddCount: g.addCount, Lines: g.cfg.Lines,
	}
}

func (g *Gateway) callChannel() *ivr.Handler {
	return &ivr.Handler{
		Book: func() *flows.Book { return g.Book(0) },
		Admission: &admit.Calls{
			Keys: g.keys, Meter: g.meter, Minute: budget.Pence(g.cfg.MinutePence), CallerLimit: g.cfg.CallerLimit,
			Maintenance: g.inMaintenance, NoBook: g.noBook, Now: g.clock,
		},
		Positions: ivr.Positions{Keys: g.keys, Now: g.clock},
		BaseURL:   g.cfg.PublicURL, CallerID: g.callerID(),
		Silent: &ivr.SilentCallLimiter{Now: g.clock},
		Now:    g.clock, Log: g.log, Count: g.metrics.call, AddCount: g.addCount,
	}
}

// callerID is what services are shown when the line called is no telephone number: one of
// our own, never the caller's.
func (g *Gateway) callerID() string {
	if g.cfg.CallerID != "" {
		return g.cfg.CallerID
	}
	for _, line := range g.cfg.Lines {
		if webhook.Presentable(line) {
			return line
		}
	}
	return ""
}

// noReply is the document that sends nothing.
func noReply() []byte { return twilio.TextDocument("", "") }

// safe is the answer when all else fails: the 24-hour number and 999 for a call, and for a
// text that may be answered; nothing for a report.
func (g *Gateway) safe(w webhook.Webhook) []byte {
	s := g.books.Load()
	switch {
	case w.Kind == webhook.KindCall:
		return s.safeCall
	case w.Kind == webhook.KindText && w.From.CanText():
		return s.safeText
	}
	return noReply()
}

// isProbe reports a webhook that no person is behind: of signpost probe, of signpost doctor,
// of linecheck, or of the operator's own phones.
func (g *Gateway) isProbe(w webhook.Webhook) (probe bool) {
	if w.To == webhook.ProbeLine {
		return true
	}
	if len(g.cfg.TestPhones) > 0 {
		privacy.Forget(func() {
			probe = slices.Contains(g.cfg.TestPhones, w.From.E164.Reveal()) ||
				slices.Contains(g.cfg.TestPhones, w.To)
		})
	}
	return probe
}

// byKind answers a text as a text and a call as a call, even if a number was set up with
// the other's path.
func byKind(text, call, report webhook.Handler) webhook.Handler {
	return func(ctx context.Context, w webhook.Webhook) webhook.Response {
		switch w.Kind {
		case webhook.KindReport:
			return report(ctx, w)
		case webhook.KindCall:
			return call(ctx, w)
		}
		return text(ctx, w)
	}
}
