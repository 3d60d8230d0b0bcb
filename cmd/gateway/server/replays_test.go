package server_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

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
	says(t, "she", she, exchange{"hello", townAsked}, exchange{"2", "Who is it for"})
	sid := handset.SID("SM")
	whole := url.Values{"AccountSid": {account}, "From": {she.From}, "MessageSid": {sid}, "To": {she.To}, "Body": {"9"}}
	divided := url.Values{"AccountSid": {account}, "From": {she.From + "MessageSid" + sid}, "To": {she.To}, "Body": {"9"}}
	again := url.Values{"AccountSid": {account}, "From": {she.From}, "MessageSid" + sid: {""}, "To": {she.To}, "Body": {"9"}}
	signed := http.Header{}
	twilio.Signer{Token: she.Token}.Sign(signed, base+"/sms", whole)
	for range 5 {
		for _, form := range []url.Values{divided, again} {
			status, body := send(t, s, "/sms", form, signed)
			if status != http.StatusOK || strings.Contains(body, "town") && !strings.Contains(body, the24) {
				t.Errorf("a divided webhook is answered %d %s", status, body)
			}
		}
	}
	says(t, "she", she, exchange{"4", "1 for a man"})
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
	resp, err := http.DefaultClient.Do(req)
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
		"/voice":        {"CallStatus": {"ringing"}},
		"/voice/leg":    {"CallStatus": {"in-progress"}, "DialCallSid": {leg}, "DialCallStatus": {"completed"}, "DialBridged": {"true"}, "DialCallDuration": {"3600"}},
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
