package twilio_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
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

//go:embed testdata/signatures_shared.json
var sharedVectors []byte

const sharedSecret = "c2lnbnBvc3Qtc2hhcmVkLWtleS1mb3ItdGVzdHM="

var (
	oneKey = twilio.SharedKey{Name: "webhooks_sharedkey_one", Secret: privacy.Hide(sharedSecret)}
	twoKey = twilio.SharedKey{Name: "webhooks_sharedkey_two", Secret: privacy.Hide("another-secret-another-secret")}
)

// request is a webhook as the provider sends it: by POST with a form, or by GET with all
// in the query.
func request(get bool, target, settings, signature string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if !get {
		r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if settings != "" {
		r.Header.Set(twilio.SettingsHeader, settings)
	}
	r.Header.Set(twilio.SignatureHeader, signature)
	return r
}

// guarded answers a request with a guard of these secrets; it returns the status and the
// text that was read.
func guarded(public string, tokens []privacy.Private, keys []twilio.SharedKey, r *http.Request) (status int,
	text string) {
	g := twilio.NewGuard(public, account, tokens, slog.New(slog.DiscardHandler),
		func(string, webhook.Outcome) {}, keys...)
	w := httptest.NewRecorder()
	g.Wrap("x", safe, func(ctx context.Context, w webhook.Webhook) webhook.Response {
		text = strings.Clone(w.Message.Text.Reveal())
		return answered(ctx, w)
	}).ServeHTTP(w, r)
	return w.Code, text
}

// What the provider's own SDK signs with a shared key, or as a GET, holds here, and what
// we sign is the same.
func TestSharedKeysOfTheProvidersSDK(t *testing.T) {
	var cases []struct {
		Name, Base, Target, Settings, Signature string
		Get                                     bool
		Form                                    map[string]string
	}
	if err := json.Unmarshal(sharedVectors, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 40 {
		t.Fatalf("only %d vectors", len(cases))
	}
	tokens, keys := []privacy.Private{privacy.Hide("old"), privacy.Hide(token)}, []twilio.SharedKey{twoKey, oneKey}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			form := url.Values{}
			for k, v := range c.Form {
				form.Set(k, v)
			}
			signer := twilio.Signer{Token: privacy.Hide(token)}
			if c.Settings != "" {
				signer.Key = oneKey
			}
			ours := http.Header{}
			signedForm := form
			if c.Get {
				signedForm = nil
			}
			signer.Sign(ours, c.Base+c.Target, signedForm)
			if got := ours.Get(twilio.SignatureHeader); got != c.Signature ||
				ours.Get(twilio.SettingsHeader) != c.Settings {
				t.Errorf("we sign %s %s, the SDK %s %s", ours.Get(twilio.SettingsHeader), got, c.Settings, c.Signature)
			}
			if status, got := guarded(c.Base, tokens, keys,
				request(c.Get, c.Target, c.Settings, c.Signature, form)); status != http.StatusOK ||
				got != c.Form["Body"] {
				t.Fatalf("answered %d, read %q", status, got)
			}
			for name, r := range map[string]*http.Request{
				"a changed signature": request(c.Get, c.Target, c.Settings, "x"+c.Signature, form),
				"another query":       request(c.Get, c.Target+"&b=c", c.Settings, c.Signature, form),
				"as a GET, or a POST": request(!c.Get, c.Target, c.Settings, c.Signature, form),
				"a header, or none": request(c.Get, c.Target,
					map[bool]string{true: "key=webhooks_sharedkey_one,algorithm=HMAC_SHA256"}[c.Settings == ""],
					c.Signature, form),
				"signed by another key": request(c.Get, c.Target, "key=webhooks_sharedkey_two,algorithm=HMAC_SHA256",
					c.Signature, form),
				"a key that nobody has": request(c.Get, c.Target, "key=webhooks_sharedkey_six,algorithm=HMAC_SHA256",
					c.Signature, form),
				"a weaker algorithm": request(c.Get, c.Target, "key=webhooks_sharedkey_one,algorithm=HMAC_SHA1",
					c.Signature, form),
				"no algorithm":           request(c.Get, c.Target, "key=webhooks_sharedkey_one", c.Signature, form),
				"an algorithm of no key": request(c.Get, c.Target, "algorithm=HMAC_SHA256", c.Signature, form),
				"an unknown algorithm": request(c.Get, c.Target, "key=webhooks_sharedkey_one,algorithm=NONE",
					c.Signature, form),
			} {
				if status, _ := guarded(c.Base, tokens, keys, r); status != http.StatusForbidden {
					t.Errorf("%s: answered %d", name, status)
				}
			}
		})
	}
}

// While one secret replaces another, all that is signed with either is answered; what is
// not held any more is refused. The header never lowers what is configured: with shared
// keys alone, a request that the auth token signed is refused.
func TestRotationRefusesNoWebhook(t *testing.T) {
	tok := privacy.Hide(token)
	form := url.Values{"AccountSid": {account}, "Body": {"kendal"}, "From": {"+447400123456"}}
	bySigner := func(s twilio.Signer) *http.Request {
		r := request(false, "/sms", "", "", form)
		s.Sign(r.Header, base+"/sms", form)
		return r
	}
	token, one, two := twilio.Signer{Token: tok}, twilio.Signer{Key: oneKey}, twilio.Signer{Key: twoKey}
	sameName := twilio.Signer{Key: twilio.SharedKey{Name: oneKey.Name, Secret: twoKey.Secret}}
	for _, tt := range []struct {
		name    string
		tokens  []privacy.Private
		keys    []twilio.SharedKey
		taken   []twilio.Signer
		refused []twilio.Signer
	}{
		{"the auth token alone", []privacy.Private{tok}, nil, []twilio.Signer{token}, []twilio.Signer{one, two}},
		{"from the token to a key", []privacy.Private{tok}, []twilio.SharedKey{oneKey}, []twilio.Signer{token, one},
			[]twilio.Signer{two}},
		{"a key alone", nil, []twilio.SharedKey{oneKey}, []twilio.Signer{one}, []twilio.Signer{token, two}},
		{"from a key to another", nil, []twilio.SharedKey{oneKey, twoKey}, []twilio.Signer{one, two},
			[]twilio.Signer{token, sameName}},
		{"a new secret under an old name", nil, []twilio.SharedKey{oneKey, sameName.Key},
			[]twilio.Signer{one, sameName}, []twilio.Signer{token, two}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i, s := range tt.taken {
				if status, got := guarded(base, tt.tokens, tt.keys, bySigner(s)); status != http.StatusOK ||
					got != "kendal" {
					t.Errorf("signer %d is answered %d", i, status)
				}
			}
			for i, s := range tt.refused {
				if status, _ := guarded(base, tt.tokens, tt.keys, bySigner(s)); status != http.StatusForbidden {
					t.Errorf("the signer %d that should be refused is answered %d", i, status)
				}
			}
		})
	}
	if status, _ := guarded(base, nil, nil, bySigner(token)); status != http.StatusForbidden {
		t.Errorf("a guard that holds nothing answers %d", status)
	}
	two2 := request(false, "/sms", "", "", form)
	one.Sign(two2.Header, base+"/sms", form)
	two2.Header.Add(twilio.SettingsHeader, "key=x,algorithm=HMAC_SHA1")
	if status, _ := guarded(base, []privacy.Private{tok}, []twilio.SharedKey{oneKey},
		two2); status != http.StatusForbidden {
		t.Errorf("two headers are answered %d", status)
	}
}

// A secret that anybody knows must not be taken for one.
func TestEmptySharedKeysAreRefused(t *testing.T) {
	for name, k := range map[string]twilio.SharedKey{"no secret": {Name: "x"},
		"no name": {Secret: privacy.Hide("secret")}} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("a guard was made")
				}
			}()
			var log bytes.Buffer
			twilio.NewGuard(base, account, nil, slog.New(slog.NewTextHandler(&log, nil)), nil, k)
		})
	}
}
