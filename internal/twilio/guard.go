package twilio

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// MaxBody is the largest webhook body read, in bytes. The provider's largest, a
// text of 1,600 characters with ten media items, is under 20 kB.
const MaxBody = 64 << 10

const (
	cookieName       = "c"
	maxCookie        = 512 // bytes
	cookieAttributes = "; Path=/; Max-Age=14400; HttpOnly; Secure"
)

// Guard lets only the provider's requests through. Everything else gets 403 with an empty
// body and has no effect. A genuine webhook always gets 200 and TwiML: any other answer
// leaves the person with nothing, and their words in the provider's debugger for thirty
// days. There is no switch that turns the signature check off.
type Guard struct {
	bases        []string // the public URL, with its default port and without
	account      string
	accountField string     // the field of our account, as it would be in an address
	tokens       []verifier // of auth tokens
	keys         []verifier // of shared keys
	log          *slog.Logger
	count        func(endpoint string, o webhook.Outcome)
}

// NewGuard returns a guard for the public URL (scheme and host, as the provider signs
// it), our account, and every auth token and shared key that may sign at present. Without
// a token, a request that names no key is refused. It panics on an empty secret: anybody
// could sign with it.
func NewGuard(
	publicURL, account string, tokens []privacy.Private, log *slog.Logger,
	count func(endpoint string, o webhook.Outcome),
	keys ...SharedKey,
) *Guard {
	g := &Guard{bases: []string{publicURL, withOtherPort(publicURL)}, account: account,
		accountField: fieldAccount + account,
		log:          log, count: count}
	for _, t := range tokens {
		if t.Reveal() == "" {
			panic("twilio: an empty auth token would let anybody sign")
		}
		g.tokens = append(g.tokens, tokenVerifier(t))
	}
	for _, k := range keys {
		if k.Name == "" || k.Secret.Reveal() == "" {
			panic("twilio: a shared key without a name or a secret would let anybody sign")
		}
		g.keys = append(g.keys, keyVerifier(k))
	}
	return g
}

// Wrap guards one endpoint. safe answers when the handler panics.
func (g *Guard) Wrap(endpoint string, safe webhook.Safe, next webhook.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var f form
		ok := false
		buf := newScratch()
		defer buf.wipe()
		uri := target(r)
		privacy.Forget(func() { f, ok = g.verify(buf, r, uri) })
		if !ok {
			if buf.ours {
				g.count(endpoint, webhook.Mismatched)
			} else {
				g.count(endpoint, webhook.Refused)
			}
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusForbidden)
			_ = http.NewResponseController(w).Flush() // the refusal does not wait for the rest of the body
			buf.drain(r.Body)
			return
		}
		cookie := ""
		if c, err := r.Cookie(cookieName); err == nil && len(c.Value) <= maxCookie {
			cookie = c.Value
		}
		from := sent{f, r.URL.RawQuery, cookie, r.Header.Get(SignatureHeader), buf.ambiguous}
		resp, outcome := g.answer(r.Context(), endpoint, safe, next, from)
		g.count(endpoint, outcome)
		h := w.Header()
		if resp.Cookie != "" {
			h.Set("Set-Cookie", cookieName+"="+resp.Cookie+cookieAttributes)
		}
		h.Set("Content-Type", contentType)
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write(resp.Document) // a peer that has gone needs no answer
	})
}

// sent is what came with a genuine request.
type sent struct {
	form          form
	query, cookie string
	signature     string
	ambiguous     bool // see [form.ambiguousFields]
}

// answer converts the webhook and runs the handler. A panic may hold what a person
// wrote, so it is dropped: only that it happened is logged.
func (g *Guard) answer(ctx context.Context, endpoint string, safe webhook.Safe, next webhook.Handler,
	from sent) (resp webhook.Response,
	o webhook.Outcome) {
	w := webhook.Webhook{Kind: kindOf(from.form)} // enough for a safe answer if converting fails
	defer func() {
		if recover() != nil {
			g.log.Error("panic recovered", "endpoint", endpoint)
			resp, o = webhook.Response{Document: safe(w)}, webhook.Panicked
		}
	}()
	privacy.Forget(func() { w = read(from) })
	if !from.ambiguous { // else it must not move anything
		w.Records = records(from.form)
	}
	resp = next(ctx, w)
	if n := len(resp.Document); n == 0 || n > MaxDocument {
		g.log.Error("an answer of the wrong size was replaced by the fallback", "endpoint", endpoint)
		return webhook.Response{Document: safe(w), Cookie: resp.Cookie}, webhook.Panicked
	}
	if resp.Probe {
		return resp, webhook.Probed
	}
	return resp, webhook.Answered
}

// target returns the path and query of a request as they came: they are signed so.
func target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI() // a proxy has sent the whole URL
}

// takeFields reads the fields of a request into the scratch. A number that is set up with
// GET has them in its query: its people are answered, too, and the doctor says to change
// it to POST.
func takeFields(buf *scratch, r *http.Request) error {
	switch r.Method {
	case http.MethodGet:
		return buf.takeQuery(r)
	case http.MethodPost:
		if isForm(r.Header.Get("Content-Type")) && r.Header.Get("Content-Encoding") == "" {
			return buf.take(r)
		}
	}
	return errNotWebhook
}

var errNotWebhook = errors.New("the request is not of a webhook's kind")

// verify reads a request and checks who signed it. Nothing is used before the signature
// holds.
func (g *Guard) verify(buf *scratch, r *http.Request, uri string) (form, bool) {
	if takeFields(buf, r) != nil {
		return form{}, false
	}
	f, err := buf.parse()
	if err != nil {
		return form{}, false
	}
	posted := f
	if r.Method == http.MethodGet {
		posted = form{} // the URL holds them already
	}
	if strings.Contains(uri, g.accountField) { // fields of a text, sent as part of the address
		return form{}, false
	}
	signature := r.Header.Get(SignatureHeader)
	buf.ours = signature != "" && f.get(fieldAccount) == g.account
	key, named := keyOf(r.Header)
	secrets := g.tokens
	if named {
		secrets = g.keys
	}
	for _, base := range g.bases {
		buf.buildMessage(base, uri, posted)
		held := false
		for _, v := range secrets { // all of them: the time tells nothing
			held = v.matches(buf, signature) && v.key == key || held
		}
		if held {
			buf.ambiguous = posted.ambiguousFields(buf.message)
			return f, f.get(fieldAccount) == g.account
		}
	}
	return form{}, false
}

// isForm reports the content type of webhooks.
func isForm(contentType string) bool {
	const form = "application/x-www-form-urlencoded"
	if contentType == form {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == form
}
