package twilio_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	base    = "https://sms.example.org"
)

//go:embed testdata/signatures.json
var vectors []byte

func guard(t testing.TB, public string, log *bytes.Buffer) (*twilio.Guard, map[webhook.Outcome]int) {
	t.Helper()
	counts := map[webhook.Outcome]int{}
	return twilio.NewGuard(public, account, []privacy.Private{privacy.Hide("old"), privacy.Hide(token)},
		slog.New(slog.NewJSONHandler(log, nil)),
		func(_ string, o webhook.Outcome) { counts[o]++ }), counts
}

func post(h http.Handler, target, body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set(twilio.SignatureHeader, signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func safe(webhook.Webhook) []byte { return []byte("<Response>safe</Response>") }

// answered is a handler of no interest.
func answered(context.Context, webhook.Webhook) webhook.Response {
	return webhook.Response{Document: safe(webhook.Webhook{})}
}

// Signatures made by the provider's own SDK for another language hold here, and
// ours are the same as theirs.
func TestSignaturesOfTheProvidersSDK(t *testing.T) {
	var cases []struct {
		Name, Base, Target, Signature string
		Form                          map[string]string
	}
	if err := json.Unmarshal(vectors, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("only %d vectors", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			form := url.Values{}
			for k, v := range c.Form {
				form.Set(k, v)
			}
			if got := twilio.Sign(privacy.Hide(token), c.Base+c.Target, form); got != c.Signature {
				t.Errorf("we sign %s, the SDK %s", got, c.Signature)
			}
			var log bytes.Buffer
			g, _ := guard(t, c.Base, &log)
			got := ""
			h := g.Wrap("x", safe, func(ctx context.Context, w webhook.Webhook) webhook.Response {
				got = strings.Clone(w.Message.Text.Reveal())
				return answered(ctx, w)
			})
			if w := post(h, c.Target, form.Encode(), c.Signature); w.Code != http.StatusOK || got != c.Form["Body"] {
				t.Fatalf("answered %d, read %q", w.Code, got)
			}
			if w := post(h, c.Target, form.Encode(), "x"+c.Signature); w.Code != http.StatusForbidden {
				t.Errorf("a changed signature is answered %d", w.Code)
			}
		})
	}
}

// A panic, an empty or a vast answer is replaced by the safe one, and what
// panicked is not in the log.
func TestSafeAnswer(t *testing.T) {
	for name, h := range map[string]webhook.Handler{
		"panic": func(_ context.Context,
			w webhook.Webhook) webhook.Response {
			panic("canary " + w.Message.Text.Reveal())
		},
		"empty": func(context.Context, webhook.Webhook) webhook.Response { return webhook.Response{} },
		"vast": func(context.Context, webhook.Webhook) webhook.Response {
			return webhook.Response{Document: make([]byte, twilio.MaxDocument+1)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			g, counts := guard(t, base, &log)
			form := url.Values{"AccountSid": {account}, "Body": {"canary-7f3a"}}
			w := post(g.Wrap("sms", safe, h), "/sms", form.Encode(),
				twilio.Sign(privacy.Hide(token), base+"/sms", form))
			if w.Code != http.StatusOK || w.Body.String() != string(safe(webhook.Webhook{})) ||
				counts[webhook.Panicked] != 1 {
				t.Errorf("answered %d %s, counted %v", w.Code, w.Body, counts)
			}
			if strings.Contains(log.String(), "canary") || log.Len() == 0 {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

// watched is a body that tells how much is asked of it at once, and whether it was
// read to its end.
type watched struct {
	rest    io.Reader
	largest int
	ended   bool
}

func (w *watched) Read(p []byte) (int, error) {
	w.largest = max(w.largest, len(p))
	n, err := w.rest.Read(p)
	w.ended = w.ended || err == io.EOF
	return n, err
}

func (*watched) Close() error { return nil }

// A body is never read in pieces as large as the server's read buffer, 4096 bytes:
// the server would read them past that buffer, into our memory, and wipe that later,
// when it serves another webhook. And what is refused unread is read by us: the server
// reads it into memory that nobody wipes.
func TestBodiesAreReadThroughTheServersBuffer(t *testing.T) {
	form := url.Values{"AccountSid": {account}, "From": {"+447400123456"}, "Body": {strings.Repeat("x", 40_000)}}
	good := twilio.Sign(privacy.Hide(token), base+"/sms", form)
	for _, tt := range []struct {
		name, body string
		told       bool
		want       int
	}{
		{"of a length that is told", form.Encode(), true, http.StatusOK},
		{"of a length that is not told", form.Encode(), false, http.StatusOK},
		{"too long, and tells it", strings.Repeat("y", twilio.MaxBody+10_000), true, http.StatusForbidden},
		{"too long, and does not tell it", strings.Repeat("y", twilio.MaxBody+10_000), false, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			g, _ := guard(t, base, &log)
			body := &watched{rest: strings.NewReader(tt.body)}
			r := httptest.NewRequest(http.MethodPost, "/sms", body)
			r.ContentLength = -1
			if tt.told {
				r.ContentLength = int64(len(tt.body))
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(twilio.SignatureHeader, good)
			w := httptest.NewRecorder()
			got := ""
			g.Wrap("x", safe, func(ctx context.Context, w webhook.Webhook) webhook.Response {
				got = strings.Clone(w.Message.Text.Reveal())
				return answered(ctx, w)
			}).ServeHTTP(w, r)
			if w.Code != tt.want || w.Code == http.StatusOK && got != form.Get("Body") {
				t.Errorf("answered %d, having read %d bytes of text", w.Code, len(got))
			}
			if body.largest >= 4096 {
				t.Errorf("%d bytes were asked for at once", body.largest)
			}
			if w.Code == http.StatusForbidden && !body.ended {
				t.Error("the rest was left to the server")
			}
		})
	}
}

func TestEmptyTokenIsRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a guard with an empty token was made")
		}
	}()
	twilio.NewGuard(base, account, []privacy.Private{privacy.Hide("")}, slog.New(slog.DiscardHandler), nil)
}

func TestParseAddress(t *testing.T) {
	tests := []struct {
		addr    string
		kind    webhook.AddressKind
		canText bool
	}{
		{"+447400123456", webhook.Phone, true}, {"+447700900123", webhook.Phone, true},
		{"+353851234567", webhook.Phone, true},
		{"+12025550123", webhook.Phone, true}, {"+441228633640", webhook.Phone, false},
		{"+443003030157", webhook.Phone, false},
		{"+448082000247", webhook.Phone, false}, {" +447400123456 ", webhook.Phone, true},
		{"+266696687", webhook.Withheld, false}, {"+17378742833", webhook.Withheld, false},
		{"Anonymous", webhook.Withheld, false},
		{"", webhook.Withheld, false}, {"60777", webhook.ShortCode, false}, {"YourBank", webhook.Name, false},
		{"whatsapp:+447400123456", webhook.WhatsApp, true}, {"rcs:agent", webhook.RCS, true},
		{"messenger:1", webhook.Messenger, false},
		{"sip:+447400123456@example.org", webhook.SIP, false}, {"client:bob", webhook.Client, false},
		{"CLIENT:bob", webhook.Client, false},
	}
	for _, tt := range tests {
		if p := twilio.ParseAddress(tt.addr); p.Kind != tt.kind || p.CanText() != tt.canText {
			t.Errorf("%q is kind %d, can be texted %v", tt.addr, p.Kind, p.CanText())
		}
	}
}

// With any body, an unsigned request is refused and a signed one answered,
// and what the handler reads is what was signed.
func FuzzWebhook(f *testing.F) {
	f.Add("From=%2B447400123456&Body=kendal&AccountSid="+account, "/sms?a=b")
	f.Add("Body=a&Body=b&AccountSid="+account, "/sms")
	f.Add("%zz", "/")
	f.Fuzz(func(t *testing.T, body, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") ||
			strings.ContainsAny(target, " \r\n\t#") || len(body) > twilio.MaxBody {
			return // no request line can hold it
		}
		for _, c := range target {
			if c < '!' || c > '~' {
				return
			}
		}
		var log bytes.Buffer
		g, _ := guard(t, base, &log)
		got := ""
		h := g.Wrap("x", safe, func(ctx context.Context, w webhook.Webhook) webhook.Response {
			got = strings.Clone(w.Message.Text.Reveal())
			return answered(ctx, w)
		})
		if w := post(h, target, body, "AAAA"); w.Code != http.StatusForbidden || w.Body.Len() > 0 {
			t.Errorf("unsigned: %d", w.Code)
		}
		form, err := url.ParseQuery(body)
		if err != nil || form.Get("AccountSid") != account {
			return
		}
		if w := post(h, target, body, twilio.Sign(privacy.Hide(token), base+u.RequestURI(),
			form)); w.Code != http.StatusOK || got != form.Get("Body") {
			t.Errorf("signed: %d, read %q", w.Code, got)
		}
	})
}
