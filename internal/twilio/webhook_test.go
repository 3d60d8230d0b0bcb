package twilio_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// receive posts a signed form and returns what the handler gets.
func receive(t *testing.T, target string, form url.Values, cookie string) (got webhook.Webhook,
	answer *httptest.ResponseRecorder) {
	t.Helper()
	var log bytes.Buffer
	g, _ := guard(t, base, &log)
	h := g.Wrap("x", safe, func(_ context.Context, w webhook.Webhook) webhook.Response {
		got = w
		return webhook.Response{Document: safe(w), Cookie: "sealed"}
	})
	form.Set("AccountSid", account)
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(twilio.SignatureHeader, twilio.Sign(privacy.Hide(token), base+target, form))
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d", w.Code)
	}
	return got, w
}

// A text becomes a message in our own words.
func TestMessage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change url.Values
		want   func(webhook.Message) bool
	}{
		{"as it is", nil, func(m webhook.Message) bool {
			return m.ID == sid("SM", 1) && m.From.Raw.Reveal() == "+447400123456" && m.Line == line &&
				m.Text.Reveal() == "hello" &&
				m.OptOut == webhook.OptOutNone
		}},
		{"with pictures", url.Values{"MessageSid": {sid("MM", 1)}},
			func(m webhook.Message) bool { return m.ID == sid("MM", 1) }},
		{"an id of another kind", url.Values{"MessageSid": {sid("XX", 1)}},
			func(m webhook.Message) bool { return m.ID == "" }},
		{"no id", url.Values{"MessageSid": {""}}, func(m webhook.Message) bool { return m.ID == "" }},
		{"blanks around the numbers", url.Values{"From": {" +447400123456 "}, "To": {" 60777 "}},
			func(m webhook.Message) bool {
				return m.From.Raw.Reveal() == "+447400123456" && m.Line == "60777"
			}},
		{"STOP was answered", url.Values{"OptOutType": {"STOP"}},
			func(m webhook.Message) bool { return m.OptOut == webhook.OptOutStop }},
		{"HELP was answered", url.Values{"OptOutType": {"HELP"}},
			func(m webhook.Message) bool { return m.OptOut == webhook.OptOutOther }},
	} {
		form := url.Values{"MessageSid": {sid("SM", 1)}, "From": {"+447400123456"}, "To": {line}, "Body": {"hello"}}
		for k, v := range tt.change {
			form[k] = v
		}
		if got, _ := receive(t, "/sms", form, ""); got.Kind != webhook.KindText || !tt.want(got.Message) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// What somebody calls themselves on WhatsApp does not keep them from a conversation. But with fields in
// it, or in the words, a copy could be divided so that another person wrote it: that moves nothing.
func TestNameOnWhatsApp(t *testing.T) {
	const attacker, victim = "whatsapp:+447400123456", "whatsapp:+447400999999"
	form := func(from, id, body, name string) url.Values {
		return url.Values{"AccountSid": {account}, "Body": {body}, "From": {from}, "MessageSid": {id},
			"ProfileName": {name}, "To": {line}}
	}
	mine, fresh := sid("SM", 1), sid("SM", 2)
	for _, name := range []string{"Jo", "Greetings From Leeds", "From", "FromFrom Above"} {
		if got, _ := receive(t, "/sms", form(attacker, mine, "From me", name), ""); got.Message.ID != mine ||
			len(got.Records) != 1 {
			t.Errorf("%q: the id is %q, the records are %v", name, got.Message.ID, got.Records)
		}
	}
	sender := "From" + victim + "MessageSid" + fresh
	own := "From" + attacker + "MessageSid" + mine + "ProfileName"
	for how, pair := range map[string][2]url.Values{
		"by the words": {form(attacker, mine, "again"+sender+"ProfileNamex", "Jo"),
			form(victim, fresh, "again", "x"+own+"Jo")},
		"by the name": {form(attacker, mine, "again", sender+"ProfileNameJo"),
			form(victim, fresh, "again"+own, "Jo")},
	} {
		var log bytes.Buffer
		g, _ := guard(t, base, &log)
		var got webhook.Webhook
		h := g.Wrap("x", safe, func(_ context.Context, w webhook.Webhook) webhook.Response {
			got = w
			return webhook.Response{Document: safe(w)}
		})
		signature := twilio.Sign(privacy.Hide(token), base+"/sms", pair[0])
		if w := post(h, "/sms", pair[1].Encode(), signature); w.Code != http.StatusOK {
			t.Fatalf("%s: answered %d: the forms are not of one signature", how, w.Code)
		}
		if got.Message.ID != "" || len(got.Records) > 0 {
			t.Errorf("divided %s: the id is %q, the records are %v", how, got.Message.ID, got.Records)
		}
	}
}

// An event of a call becomes one in our own words.
func TestCall(t *testing.T) {
	answered := webhook.LegEnd{Status: webhook.LegAnswered, Bridged: true}
	for _, tt := range []struct {
		name, target string
		change       url.Values
		want         func(webhook.Call) bool
	}{
		{"it rings", "/voice", nil, func(c webhook.Call) bool {
			return c.ID == sid("CA", 1) && c.Caller.Kind == webhook.Phone && c.Line == line && c.Keys == "" &&
				c.Position == "" && !c.CallerGone
		}},
		{"a withheld number", "/voice", url.Values{"From": {"anonymous"}},
			func(c webhook.Call) bool { return c.Caller.Kind == webhook.Withheld }},
		{"to no number", "/voice", url.Values{"To": {"sip:line@example.org"}},
			func(c webhook.Call) bool { return c.Line == "sip:line@example.org" }},
		{"a key", "/voice/key?t=abc&t=def", url.Values{"Digits": {" 1 "}},
			func(c webhook.Call) bool { return c.Keys == "1" && c.Position == "abc" }},
		{"a query that cannot be read", "/voice/key?t=%zz", nil, func(c webhook.Call) bool { return c.Position == "" }},
		{"talked", "/voice/leg", url.Values{"DialCallStatus": {"completed"}, "DialBridged": {"true"},
			"DialCallDuration": {"90"}},
			func(c webhook.Call) bool {
				return c.Leg == webhook.LegEnd{Status: webhook.LegAnswered, Bridged: true, Duration: 90 * time.Second}
			}},
		{"answered, in another word", "/voice/leg", url.Values{"DialCallStatus": {"answered"}},
			func(c webhook.Call) bool { return c.Leg == answered }},
		{"not connected", "/voice/leg", url.Values{"DialCallStatus": {"completed"}, "DialBridged": {"false"}},
			func(c webhook.Call) bool {
				return c.Leg == webhook.LegEnd{Status: webhook.LegAnswered}
			}},
		{"engaged", "/voice/leg", url.Values{"DialCallStatus": {"busy"}},
			func(c webhook.Call) bool { return c.Leg.Status == webhook.LegBusy }},
		{"rang out", "/voice/leg", url.Values{"DialCallStatus": {"no-answer"}},
			func(c webhook.Call) bool { return c.Leg.Status == webhook.LegNoAnswer }},
		{"cancelled", "/voice/leg", url.Values{"DialCallStatus": {"canceled"}},
			func(c webhook.Call) bool { return c.Leg.Status == webhook.LegCanceled }},
		{"failed", "/voice/leg", url.Values{"DialCallStatus": {"failed"}},
			func(c webhook.Call) bool { return c.Leg.Status == webhook.LegFailed }},
		{"the caller hung up", "/voice/leg", url.Values{"CallStatus": {"completed"}},
			func(c webhook.Call) bool { return c.CallerGone }},
	} {
		form := url.Values{"CallSid": {sid("CA", 1)}, "From": {"+447400123456"}, "To": {line},
			"CallStatus": {"in-progress"}}
		for k, v := range tt.change {
			form[k] = v
		}
		if got, _ := receive(t, tt.target, form, ""); got.Kind != webhook.KindCall || !tt.want(got.Call) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// Every record that a webhook is about is known, with what happens to it.
func TestRecords(t *testing.T) {
	message, call, leg := sid("SM", 1), sid("CA", 2), sid("CA", 3)
	is := func(id string, state webhook.RecordState) webhook.Record {
		return webhook.Record{ID: record(t, id), State: state}
	}
	for _, tt := range []struct {
		name string
		form url.Values
		kind webhook.Kind
		want []webhook.Record
	}{
		{"a text", url.Values{"MessageSid": {message}, "Body": {"x"}}, webhook.KindText,
			[]webhook.Record{is(message, webhook.RecordFinal)}},
		{"a text that has a status", url.Values{"MessageSid": {message}, "Body": {"x"}, "MessageStatus": {"received"}},
			webhook.KindText,
			[]webhook.Record{is(message, webhook.RecordFinal)}},
		{"our text, queued", url.Values{"MessageSid": {message}, "MessageStatus": {"queued"}}, webhook.KindReport,
			[]webhook.Record{is(message, webhook.RecordSending)}},
		{"our text, sent", url.Values{"MessageSid": {message}, "MessageStatus": {"sent"}}, webhook.KindReport,
			[]webhook.Record{is(message, webhook.RecordSent)}},
		{"our text, delivered", url.Values{"MessageSid": {message}, "MessageStatus": {"delivered"}}, webhook.KindReport,
			[]webhook.Record{is(message, webhook.RecordFinal)}},
		{"a call", url.Values{"CallSid": {call}, "CallStatus": {"ringing"}}, webhook.KindCall,
			[]webhook.Record{is(call, webhook.RecordCalling)}},
		{"a leg", url.Values{"CallSid": {call}, "CallStatus": {"in-progress"}, "DialCallSid": {leg}}, webhook.KindCall,
			[]webhook.Record{is(call, webhook.RecordCalling), is(leg, webhook.RecordFinal)}},
		{"a call that has ended", url.Values{"CallSid": {call}, "CallStatus": {"no-answer"}}, webhook.KindCall,
			[]webhook.Record{is(call, webhook.RecordFinal)}},
		{"ids of nothing", url.Values{"MessageSid": {"SM1"}, "CallSid": {"../x"}, "DialCallSid": {sid("RE", 1)}},
			webhook.KindText, nil},
	} {
		if got, _ := receive(t, "/x", tt.form, ""); got.Kind != tt.kind || !slices.Equal(got.Records, tt.want) {
			t.Errorf("%s: kind %d, %v", tt.name, got.Kind, got.Records)
		}
	}
}

// A cookie is set by its name and read back, unless it is far too long.
func TestCookie(t *testing.T) {
	for cookie, want := range map[string]string{
		"": "", "c=sealed": "sealed", "d=other": "", "d=other; c=sealed": "sealed",
		"c=" + strings.Repeat("A", 5000): "",
	} {
		got, answer := receive(t, "/sms", url.Values{"MessageSid": {sid("SM", 1)}}, cookie)
		if got.Message.Cookie != want {
			t.Errorf("%.20q is read as %q", cookie, got.Message.Cookie)
		}
		if set := answer.Header().Get("Set-Cookie"); set != "c=sealed; Path=/; Max-Age=14400; HttpOnly; Secure" {
			t.Errorf("set %q", set)
		}
		if h := answer.Header(); h.Get("Content-Type") != "text/xml; charset=utf-8" ||
			h.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", h)
		}
	}
}

// The zero value is no record.
func TestIDs(t *testing.T) {
	for id, want := range map[string]bool{account: true, "AC1": false, sid("SM", 1): false, "": false} {
		if twilio.IsAccountID(id) != want {
			t.Errorf("%q is an account: %v", id, !want)
		}
	}
}
