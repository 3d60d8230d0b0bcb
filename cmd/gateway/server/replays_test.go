package server_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/twilio"
)

// Somebody has copied one genuine webhook, signature and all, and sends it again without end,
// as the provider might after a fault. It uses up nothing of hers, and nothing of anybody's.

func TestReplayedTextsUseUpNothing(t *testing.T) {
	s, _ := asShipped(t)
	she := s.phone()
	says(t, "she", she, exchange{"hello", townAsked})
	sid := handset.SID("SM")
	for range 1300 { // more than SERVICE_LIMIT
		if _, err := she.TextAs(t.Context(), sid, "Barrow"); err != nil {
			t.Fatal(err)
		}
	}
	says(t, "somebody", s.phone(), exchange{"hello", townAsked})
	for range 15 {
		says(t, "she", she, exchange{"Barrow", barrowsNumber}, exchange{"x", ""})
	}
}

// What is signed are names and values one after the other, without anything between. So a copy
// can be divided into other fields under the same signature: without its id, or with the query
// of its address as a field. It moves nothing, costs nothing, and tells nothing of her.
func TestDividedWebhooks(t *testing.T) {
	s, _ := asShipped(t)
	she := s.phone()
	says(t, "she", she, exchange{"hello", townAsked}, exchange{"2", whoAsked})
	sid := handset.SID("SM")
	whole := url.Values{"AccountSid": {account}, "From": {she.From}, "MessageSid": {sid}, "To": {she.To}, "Body": {"9"}}
	divided := url.Values{"AccountSid": {account}, "From": {she.From + "MessageSid" + sid}, "To": {she.To},
		"Body": {"9"}}
	again := url.Values{"AccountSid": {account}, "From": {she.From}, "MessageSid" + sid: {""}, "To": {she.To},
		"Body": {"9"}}
	signed := http.Header{}
	twilio.Signer{Token: she.Token}.Sign(signed, base+"/sms", whole)
	for range 5 {
		for _, form := range []url.Values{divided, again} {
			status, body := send(t, s, "/sms", form, signed)
			if status != http.StatusOK || tellsOfHer(t, body) {
				t.Errorf("a divided webhook is answered %d %s", status, body)
			}
		}
	}
	says(t, "she", she, exchange{"4", testbook.Offers("more", 1)})
}

// Somebody who sees the webhooks of their own texts writes fields into one. Under its signature
// it could be divided so that another person sent it, with any id and any words, or sent by GET
// with all of it in the address. It tells nothing of her, and moves nothing.
func TestComposedWebhooks(t *testing.T) {
	s, _ := asShipped(t)
	she, attacker := s.phone(), s.phone()
	says(t, "she", she, exchange{"hello", townAsked}, exchange{"2", whoAsked})
	// whole is what the provider signs of the attacker's text; rest is what of it comes behind a mark in the text.
	whole := func(body, mark string) (signed http.Header, form url.Values, rest string) {
		sid := handset.SID("SM")
		form = url.Values{
			"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "Body": {body}, "From": {attacker.From},
			"FromCity": {""}, "FromCountry": {"GB"},
			"MessageSid": {sid}, "NumMedia": {"0"}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "SmsStatus": {"received"},
			"To": {she.To}, "ToCountry": {"GB"},
		}
		signed = http.Header{}
		twilio.Signer{Token: she.Token}.Sign(signed, base+"/sms", form)
		all := ""
		for _, name := range slices.Sorted(maps.Keys(form)) {
			all += name + form.Get(name)
		}
		_, rest, _ = strings.Cut(all, mark)
		return signed, form, rest
	}
	tells := func(how string, status int, body string) {
		if status != http.StatusForbidden && (status != http.StatusOK || tellsOfHer(t, body)) {
			t.Errorf("%s is answered %d %s", how, status, body)
		}
	}
	fresh := handset.SID("SM")
	signed, _, rest := whole("againFrom"+she.From+"MessageSid"+fresh+"To"+she.To+"ZZ", "ZZ")
	form := url.Values{"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "Body": {"again"}, "From": {she.From},
		"MessageSid": {fresh}, "To": {she.To}, "ZZ": {rest}}
	status, body := send(t, s, "/sms", form, signed)
	tells("a text with an id of its own", status, body)

	signed, form, rest = whole("againFrom"+she.From+"G", she.From+"G")
	between, _, _ := strings.Cut(rest, "FromCity")
	form.Set("Body", "again")
	form.Set("From", she.From)
	for _, name := range []string{"FromCity", "FromCountry"} {
		form.Del(name)
	}
	form.Set("G", between+"FromCityFromCountryGB")
	status, body = send(t, s, "/sms", form, signed)
	tells("a text with the id of the attacker's", status, body)

	for _, way := range []string{"/../sms?", "?", "&"} {
		query := url.Values{"AccountSid": {account}, "Body": {"again"}, "From": {she.From},
			"MessageSid": {handset.SID("SM")}, "To": {she.To}}.Encode()
		signed, form, _ = whole(way+query+"&z=", "z=")
		all := ""
		for _, name := range slices.Sorted(maps.Keys(form)) {
			all += name + form.Get(name)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/sms", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque, req.Header = "/sms"+all, signed
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		tells("a text as an address with "+way, resp.StatusCode, string(got))
	}
	says(t, "she", she, exchange{"4", testbook.Offers("more", 1)})
}

// tellsOfHer reports an answer that shows where her conversation is: the question that she was
// asked, or the one before it.
func tellsOfHer(t *testing.T, body string) bool {
	t.Helper()
	doc, err := twilio.ParseDocument([]byte(body))
	if err != nil {
		t.Fatalf("%q is no answer: %v", body, err)
	}
	return strings.Contains(doc.Words(), townAsked) || strings.Contains(doc.Words(), whoAsked)
}

// send posts a form with headers that were made before.
func send(t *testing.T, s *running, path string, form url.Values, signed http.Header) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = signed.Clone()
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
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

func TestReplayedCallsUseUpNothing(t *testing.T) {
	s, _ := asShipped(t)
	she := s.phone()
	call, leg := handset.SID("CA"), handset.SID("CA")
	for path, form := range map[string]url.Values{
		"/voice": {"CallStatus": {"ringing"}},
		"/voice/leg": {"CallStatus": {"in-progress"}, "DialCallSid": {leg}, "DialCallStatus": {"completed"},
			"DialBridged": {"true"}, "DialCallDuration": {"3600"}},
		"/voice/status": {"CallStatus": {"completed"}, "Direction": {"inbound"}, "CallDuration": {"3600"}},
	} {
		form.Set("CallSid", call)
		form.Set("From", she.From)
		form.Set("To", she.To)
		for range 100 {
			if status, _, err := she.Post(t.Context(), path, form); err != nil || status != http.StatusOK {
				t.Fatal(status, err)
			}
		}
	}
	if only24(t, hangsUp(t, she, 1)) {
		t.Error("replays took the menu from her")
	}
	if only24(t, hangsUp(t, numbered(s, "+4475%08d", 1), 1)) {
		t.Error("replays took the menu from others")
	}
}
