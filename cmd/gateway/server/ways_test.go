package server_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// sharedKey is a key that the provider signs with.
var sharedKey = twilio.SharedKey{Name: "webhooks_sharedkey_one",
	Secret: privacy.Hide("c2lnbnBvc3Qtc2hhcmVkLWtleS1mb3ItdGVzdHM=")}

// webhookRequest is a request of the provider, by GET or POST, signed.
func webhookRequest(t *testing.T, s *running, signer twilio.Signer, get bool, path string,
	form url.Values) *http.Request {
	t.Helper()
	form.Set("AccountSid", account)
	method, body, signed := http.MethodPost, form.Encode(), form
	if get {
		method, body, signed = http.MethodGet, "", nil
		path += "?" + form.Encode()
	}
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if !get {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	signer.Sign(req.Header, base+path, signed)
	return req
}

// fetch sends a request and follows nothing.
func fetch(t *testing.T, req *http.Request) (status int, body string) {
	t.Helper()
	resp, err := (&http.Transport{}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// A person is answered however the number was set up: by GET, at an odd path, signed with
// the auth token or a shared key. Unsigned, none of it gets in.
func TestEveryWayIn(t *testing.T) {
	s := start(t, func(c *config.Config) { c.WebhookKeys = []twilio.SharedKey{sharedKey} })
	signers := map[string]twilio.Signer{"auth token": {Token: privacy.Hide(token)}, "shared key": {Key: sharedKey}}
	for _, tt := range []struct{ path, want string }{
		{"/sms", "01229 582386"}, {"//sms", "01229 582386"}, {"/sms/", "01229 582386"}, {"/./sms", "01229 582386"},
		{"/x/../sms", "01229 582386"}, {"/SMS", "01229 582386"},
		{"/voice", "01229 582386"}, // a text, at the path for calls
		{"/", "0808 2000 247"}, {"//", "0808 2000 247"}, {"/nowhere", "0808 2000 247"}, {"/%2e%2e/sms", "01229 582386"},
	} {
		for name, signer := range signers {
			for _, get := range []bool{false, true} {
				form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {s.phone().From}, "To": {"+441632960000"},
					"Body": {"kendal"}}
				status, body := fetch(t, webhookRequest(t, s, signer, get, tt.path, form))
				if status != http.StatusOK || !strings.Contains(body, tt.want) {
					t.Errorf("%s by %s, GET %v: %d %s", tt.path, name, get, status, body)
				}
				forged := twilio.Signer{Token: privacy.Hide("wrong")}
				if status, body := fetch(t, webhookRequest(t, s, forged, get, tt.path,
					form)); status != http.StatusForbidden || body != "" {
					t.Errorf("%s forged, GET %v: %d %s", tt.path, get, status, body)
				}
			}
		}
	}
}

// A call by GET is put through like any.
func TestCallsByGET(t *testing.T) {
	s := start(t, nil)
	signer := twilio.Signer{Token: privacy.Hide(token)}
	form := url.Values{"CallSid": {handset.SID("CA")}, "From": {s.phone().From}, "To": {"+441632960000"},
		"CallStatus": {"ringing"}}
	status, body := fetch(t, webhookRequest(t, s, signer, true, "/voice", form))
	doc, err := twilio.ParseDocument([]byte(body))
	if status != http.StatusOK || err != nil || !strings.Contains(body, "<Gather") {
		t.Errorf("%d, %v: %v", status, err, doc)
	}
}

// With shared keys and an API key, and no auth token, people are answered and records
// erased; what the auth token signs is refused with any header.
func TestWithoutTheMasterCredential(t *testing.T) {
	p := testkit.NewProvider(t, account, token)
	apiKey := twilio.APIKey{ID: "SK" + strings.Repeat("1", 32),
		Secret: privacy.Hide("0123456789abcdef0123456789abcdef")}
	p.AddKey(apiKey.ID, apiKey.Secret.Reveal(), func(method, path string) bool {
		return method == http.MethodDelete && (strings.Contains(path, "/Messages/") ||
			strings.Contains(path, "/Calls/"))
	})
	s := start(t, func(c *config.Config) {
		c.Tokens, c.WebhookKeys, c.APIKeys = nil, []twilio.SharedKey{sharedKey}, []twilio.APIKey{apiKey}
		c.APIURL, c.EraseAfter = p.URL, 1
	})
	sid := handset.SID("SM")
	p.Hold(testkit.Record{SID: sid})
	form := url.Values{"MessageSid": {sid}, "From": {s.phone().From}, "To": {"+441632960000"}, "Body": {"kendal"}}
	for _, header := range []string{"", "key=" + sharedKey.Name + ",algorithm=HMAC_SHA1",
		"key=,algorithm=HMAC_SHA256"} {
		req := webhookRequest(t, s, twilio.Signer{Token: privacy.Hide(token)}, false, "/sms", form)
		if header != "" {
			req.Header.Set(twilio.SettingsHeader, header)
		}
		if status, _ := fetch(t, req); status != http.StatusForbidden {
			t.Errorf("the auth token's signature with %q is answered %d", header, status)
		}
	}
	if status, body := fetch(t, webhookRequest(t, s, twilio.Signer{Key: sharedKey}, false, "/sms",
		form)); status != http.StatusOK || !strings.Contains(body, "01229 582386") {
		t.Fatalf("%d %s", status, body)
	}
	p.Await(t, "the record to be erased with the API key", func() bool { return len(p.Left()) == 0 })
}
