// Package webhook is the guard in front of every endpoint: method, type, size,
// signature, our own account; then the handler, whose panic is caught. It also
// tells who is calling, and signs requests for tools as the provider does.
//
// A request that is not the provider's gets 403 with an empty body and touches
// nothing. A genuine one always gets 200 and TwiML, because every other answer
// leaves the person with nothing and their words in the provider's debugger for
// thirty days. There is no switch that turns the signature check off.
package webhook

import (
	"context"
	"log/slog"
	"mime"
	"net/http"
	"net/url"

	"signpost/internal/privacy"
	"signpost/internal/twiml"
)

// MaxBody is the largest webhook body read, in bytes. The provider's largest, a
// text of 1,600 characters with ten media items, is under 20 kB.
const MaxBody = 64 << 10

// SignatureHeader carries the provider's signature.
const SignatureHeader = "X-Twilio-Signature"

// Request is a webhook that has passed the guard.
type Request struct {
	Form Form // the body's fields; never the query's
	// Query is the query as it was sent.
	Query string
	// Cookie is what an earlier answer asked the provider to keep for this
	// conversation, if it gave it back. The signature does not cover it.
	Cookie string
	jar    *string
}

// Keep asks the provider to give something back with the conversation's next
// webhook, in the place of what it kept before. It must be sealed: the provider keeps it, and
// anybody could send another.
func (r Request) Keep(sealed string) {
	if r.jar != nil {
		*r.jar = sealed
	}
}

// The cookie: its name, how large one is read, and how long the provider keeps it,
// in seconds.
const (
	cookieName       = "c"
	maxCookie        = 512 // bytes
	cookieAttributes = "; Path=/; Max-Age=14400; HttpOnly; Secure"
)

// Get gives the value of a field.
func (r Request) Get(name string) string { return r.Form.Get(name) }

// Param gives the first value of a name in the query.
func (r Request) Param(name string) string {
	q, _ := url.ParseQuery(r.Query) // what cannot be read is not there
	return q.Get(name)
}

// Handler answers a genuine webhook with a TwiML document. What it makes of a
// person's number or words it makes inside [privacy.Forget].
type Handler func(ctx context.Context, r Request) []byte

// Outcome is what became of a request, for the counters.
type Outcome string

// Outcomes of a request.
const (
	Answered Outcome = "answered"
	Refused  Outcome = "refused"
	Panicked Outcome = "panicked"
)

// Guard lets only the provider's requests through.
type Guard struct {
	bases   []string // the public URL, and with its port written in the other way
	account string
	tokens  []verifier
	log     *slog.Logger
	count   func(endpoint string, o Outcome)
}

// NewGuard makes a guard for the URL the provider calls (scheme and host, as it
// is signed), our account, and every token that may sign at present. It panics
// on an empty token: with an empty key anybody could sign.
func NewGuard(publicURL, account string, tokens []privacy.Private, log *slog.Logger, count func(endpoint string, o Outcome)) *Guard {
	g := &Guard{bases: []string{publicURL, withOtherPort(publicURL)}, account: account, log: log, count: count}
	for _, t := range tokens {
		if t.Reveal() == "" {
			panic("webhook: an empty auth token would let anybody sign")
		}
		g.tokens = append(g.tokens, newVerifier(t.Reveal()))
	}
	return g
}

// Safe is the answer of last resort to a genuine webhook. It must be made before
// anything went wrong: what broke the handler could break it too.
type Safe func(r Request) []byte

// Wrap guards one endpoint. safe is what is sent when the handler panics.
func (g *Guard) Wrap(endpoint string, safe Safe, next Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req Request
		ok := false
		read := newScratch()
		defer read.wipe()
		uri := r.URL.RequestURI()
		privacy.Forget(func() { req, ok = g.genuine(read, r, uri) })
		if !ok {
			g.count(endpoint, Refused)
			w.Header().Set("Connection", "close") // a stranger, or a request cut short
			w.WriteHeader(http.StatusForbidden)
			_ = http.NewResponseController(w).Flush() // the answer does not wait for the rest of what a stranger sends
			read.drain(r.Body)
			return
		}
		keep := ""
		req.jar = &keep
		if len(r.Header["Cookie"]) > 0 {
			if c, err := r.Cookie(cookieName); err == nil && len(c.Value) <= maxCookie {
				req.Cookie = c.Value
			}
		}
		doc, outcome := g.answer(r.Context(), endpoint, safe, next, req)
		if keep != "" {
			w.Header()["Set-Cookie"] = []string{cookieName + "=" + keep + cookieAttributes}
		}
		g.count(endpoint, outcome)
		h := w.Header()
		h["Content-Type"], h["Cache-Control"] = asMarkup, notKept
		_, _ = w.Write(doc) // a peer that has gone needs no answer
	})
}

// Headers of every answer, made once.
var (
	asMarkup = []string{twiml.ContentType}
	notKept  = []string{"no-store"}
)

// answer runs the handler and catches its panic. What panicked may hold what a
// person wrote, so it is dropped: only that it happened is logged.
func (g *Guard) answer(ctx context.Context, endpoint string, safe Safe, next Handler, req Request) (doc []byte, o Outcome) {
	defer func() {
		if recover() != nil {
			g.log.Error("a panic was answered with the safe reply", "endpoint", endpoint)
			doc, o = safe(req), Panicked
		}
	}()
	doc = next(ctx, req)
	if len(doc) == 0 || len(doc) > twiml.MaxSize {
		g.log.Error("an answer of the wrong size was replaced by the safe reply", "endpoint", endpoint)
		return safe(req), Panicked
	}
	return doc, Answered
}

// plausible reports a request that has the form of a webhook.
func plausible(r *http.Request) bool {
	return r.Method == http.MethodPost && isForm(r.Header.Get("Content-Type")) && r.Header.Get("Content-Encoding") == ""
}

// genuine reads and checks a request. Nothing of it is used before the
// signature holds.
func (g *Guard) genuine(read *scratch, r *http.Request, uri string) (Request, bool) {
	if !plausible(r) || read.take(r) != nil {
		return Request{}, false
	}
	form, err := read.parse()
	if err != nil {
		return Request{}, false
	}
	signature := r.Header.Get(SignatureHeader)
	held := false
	for _, base := range g.bases {
		read.sign(base, uri, form)
		for _, t := range g.tokens {
			held = t.holds(read, signature) || held
		}
		if held {
			break
		}
	}
	if !held || form.Get("AccountSid") != g.account {
		return Request{}, false
	}
	return Request{Form: form, Query: r.URL.RawQuery}, true
}

// isForm reports the one type of content that webhooks have.
func isForm(contentType string) bool {
	const form = "application/x-www-form-urlencoded"
	if contentType == form {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == form
}
