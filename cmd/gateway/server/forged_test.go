package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// Nothing but the provider's own requests gets in, and nothing that does not
// leaves a trace.
func TestForgeries(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p := s.phone()
	form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {p.From}, "To": {p.To}, "Body": {"kendal"},
		"AccountSid": {account}}
	good := twilio.Sign(privacy.Hide(token), base+"/sms", form)
	const kind = "application/x-www-form-urlencoded"
	other := url.Values{}
	for k, v := range form {
		other[k] = v
	}
	other.Set("AccountSid", "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
	tests := []struct{ name, method, path, kind, body, signature string }{
		{"unsigned", "POST", "/sms", kind, form.Encode(), ""},
		{"signed with nothing", "POST", "/sms", kind, form.Encode(), twilio.Sign(privacy.Hide(""), base+"/sms", form)},
		{"signed with another token", "POST", "/sms", kind, form.Encode(),
			twilio.Sign(privacy.Hide("x"), base+"/sms", form)},
		{"signed for another path", "POST", "/voice", kind, form.Encode(), good},
		{"signed for another query", "POST", "/sms?a=b", kind, form.Encode(), good},
		{"changed after signing", "POST", "/sms", kind, strings.Replace(form.Encode(), "kendal", "crewe", 1), good},
		{"one field more", "POST", "/sms", kind, form.Encode() + "&x=y", good},
		{"another account", "POST", "/sms", kind, other.Encode(), twilio.Sign(privacy.Hide(token), base+"/sms", other)},
		{"GET", "GET", "/sms?" + form.Encode(), kind, "", good},
		{"JSON", "POST", "/sms?bodySHA256=00", "application/json", "{}", good},
		{"no type", "POST", "/sms", "", form.Encode(), good},
		{"too large", "POST", "/sms", kind, form.Encode() + "&x=" + strings.Repeat("y", twilio.MaxBody), good},
		{"not a form", "POST", "/sms", kind, "%zz;=", good},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequest(tt.method, s.url+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if tt.kind != "" {
				req.Header.Set("Content-Type", tt.kind)
			}
			req.Header.Set(twilio.SignatureHeader, tt.signature)
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if b, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusForbidden || len(b) > 0 {
				t.Errorf("answered %d %q, want 403 and nothing", resp.StatusCode, b)
			}
		})
	}
	for line := range strings.Lines(r.Dump(t)) {
		if line = strings.TrimSpace(line); line != "" && !byItself(line) {
			t.Errorf("a forgery left a trace: %s", line)
		}
	}
}

// Long webhooks that come together, their lengths told or not, each over a connection
// of its own that ends with it, are all answered: what wipes the buffers of one never
// touches another.
func TestLongWebhooks(t *testing.T) {
	s := start(t, nil)
	var all sync.WaitGroup
	for i := range 96 {
		p := s.phone()
		all.Go(func() {
			form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {p.From}, "To": {p.To},
				"AccountSid": {account}, "Body": {strings.Repeat("hello ", 1+90*i)}}
			var body io.Reader = strings.NewReader(form.Encode())
			if i%8 == 0 {
				body = io.NopCloser(body)
			}
			req, err := http.NewRequest(http.MethodPost, s.url+"/sms", body)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(twilio.SignatureHeader, twilio.Sign(privacy.Hide(token), base+"/sms", form))
			req.Close = true
			resp, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if b, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || !bytes.Contains(b, []byte("<Body>")) {
				t.Errorf("%d bytes were answered %d", len(form.Encode()), resp.StatusCode)
			}
		})
	}
	all.Wait()
}

// A cookie that is not ours, another conversation's, or old, opens nothing.
func TestStrangeCookies(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p, q := s.phone(), s.phone()
	p.Jar, q.Jar = map[string]string{}, map[string]string{}
	q.From = "+447400999888"
	text(t, p, "hello")
	text(t, p, "2")
	mine := ""
	for _, c := range p.Jar {
		mine = c
	}
	if len(mine) < 20 || strings.ContainsAny(mine, " ;,") || len(mine) > 300 {
		t.Fatalf("the cookie is %q", mine)
	}
	r.Kill()
	for name, c := range map[string]string{"another conversation's": mine, "cut": mine[:len(mine)-3],
		"rubbish": "c=AAAA", "huge": "c=" + strings.Repeat("A", 5000), "none": ""} {
		q.Jar = map[string]string{q.From + " " + q.To: c}
		if got := text(t, q, "4"); !strings.Contains(got, "0808 2000 247") ||
			strings.Contains(got, testbook.Offers("more", 1)) {
			t.Errorf("%s: answered %q", name, got)
		}
	}
}

// A number set up with the wrong path still answers: a text as a text, a call
// as a call.
func TestWrongPaths(t *testing.T) {
	s := start(t, nil)
	p := s.phone()
	textForm := func() url.Values {
		return url.Values{"MessageSid": {handset.SID("SM")}, "From": {s.phone().From}, "To": {ourLine},
			"Body": {"kendal"}}
	}
	callForm := func() url.Values {
		return url.Values{"CallSid": {handset.SID("CA")}, "From": {p.From}, "To": {ourLine}, "CallStatus": {"ringing"}}
	}
	report := url.Values{"MessageSid": {handset.SID("SM")}, "MessageStatus": {"delivered"}, "From": {ourLine},
		"To": {p.From}}
	for _, tt := range []struct {
		name, path string
		form       url.Values
		want       string
	}{
		{"a text at the calls' path", "/voice", textForm(), "01229 582386"},
		{"a call at the texts' path", "/sms", callForm(), testbook.OpensCall("county")},
		{"a text nowhere", "/incoming", textForm(), "0808 2000 247"}, {"a call nowhere", "/", callForm(), "0 8 0 8"},
		{"a text at a path of calls", "/voice/old", textForm(), "0808 2000 247"},
		{"a report nowhere", "/reports", report, ""}, {"a report as if it were a text", "/sms", report, ""},
	} {
		status, body, err := p.Post(t.Context(), tt.path, tt.form)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v", tt.name, status, err)
		}
		doc, err := twilio.ParseDocument(body)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Words(); !strings.Contains(got, tt.want) || tt.want == "" && len(doc.Children) > 0 {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
