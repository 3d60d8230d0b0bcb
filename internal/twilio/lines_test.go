package twilio_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

const ours = "+447400000001" // the number to check from

// accountWithLines is a double of the provider with one line of each kind.
func accountWithLines(t *testing.T) *testkit.Provider {
	t.Helper()
	p := testkit.NewProvider(t, account, token)
	p.Line(map[string]any{
		"sid": sid("PN", 1), "phone_number": line, "sms_url": base + "/sms", "sms_method": "post",
		"voice_url": base + "/voice",
	})
	p.Line(map[string]any{"sid": sid("SC", 2), "short_code": "60777", "sms_url": base + "/sms"})
	p.Line(map[string]any{
		"sid": sid("MG", 3), "friendly_name": "Local info", "inbound_request_url": base + "/sms",
		"validity_period": 600, "use_inbound_webhook_on_number": true,
	})
	p.Line(map[string]any{"sid": sid("PN", 4), "phone_number": ours, "sms_url": ""})
	p.MayRing(true, "GB", "FR")
	p.SetBalance("12.50")
	return p
}

// An operator's client reads lines and changes the URLs they call, and nothing else.
func TestOperator(t *testing.T) {
	p := accountWithLines(t)
	c, err := twilio.NewOperator(p.URL, account, []privacy.Private{privacy.Hide(token)})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := c.Lines()
	if err != nil || len(lines) != 4 {
		t.Fatalf("%v, %v", lines, err)
	}
	for _, l := range lines {
		want := map[string]twilio.LineKind{
			line: twilio.NumberLine, ours: twilio.NumberLine, "60777": twilio.ShortCodeLine,
			"Local info": twilio.ServiceLine,
		}[l.Name]
		if l.Kind != want || l.Ignored != (l.Name == "Local info") {
			t.Errorf("%+v", l)
		}
		l.Texts = twilio.Hook{URL: "https://other.example.org/sms", Method: "POST"}
		if err := c.SetWebhookURLs(l); err != nil {
			t.Errorf("%s: %v", l.Name, err)
		}
	}
	now, err := c.Lines()
	if err != nil ||
		slices.ContainsFunc(now,
			func(l twilio.AccountLine) bool { return l.Texts.URL != "https://other.example.org/sms" }) {
		t.Errorf("pointed elsewhere: %+v, %v", now, err)
	}
	if d, err := c.Dialling(); err != nil || d != (twilio.Dialling{Home: true, Special: true, Others: 1}) {
		t.Errorf("%+v, %v", d, err)
	}
	if amount, currency, err := c.Balance(); err != nil || amount != "12.50" || currency != "GBP" {
		t.Errorf("%s %s, %v", amount, currency, err)
	}
	plain := newClient(t, p.URL, token)
	if _, err := plain.Lines(); !errors.Is(err, twilio.ErrRefused) {
		t.Errorf("a gateway's client may read lines: %v", err)
	}
	if err := plain.SetWebhookURLs(now[0]); !errors.Is(err, twilio.ErrRefused) {
		t.Errorf("a gateway's client may point a line: %v", err)
	}
	for range 3 {
		p.Fail(testkit.FaultBroken)
		if _, err := c.Lines(); err == nil {
			t.Error("a broken list was taken for an empty one")
		}
	}
	if _, err := twilio.NewOperator("%", account, nil); err == nil {
		t.Error("an operator's client without an address")
	}
}

// The check of our own line texts and calls it, sees its answers, and deletes its records.
func TestOwnLine(t *testing.T) {
	p := accountWithLines(t)
	status, notes := "completed", 0
	p.Connect(testkit.Network{
		Text: func(_, _, body string) string { return "you wrote " + body },
		Call: func(_, _ string) (string, int) { return status, notes },
	})
	o, err := twilio.NewOwnLine(p.URL, account, []privacy.Private{privacy.Hide(token)}, base, ours, line)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Text(); err != nil {
		t.Fatal(err)
	}
	if ok, err := o.Answered(func(body string) bool { return strings.HasPrefix(body, "you wrote") }); err != nil ||
		!ok {
		t.Errorf("answered %v, %v", ok, err)
	}
	if ok, err := o.Answered(func(string) bool { return false }); err != nil || ok {
		t.Errorf("other words are taken for the answer: %v, %v", ok, err)
	}
	for _, tt := range []struct {
		status       string
		notes        int
		taken, heard bool
	}{{"completed", 0, true, true}, {"completed", 1, true, false}, {"busy", 0, false, false}} {
		status, notes = tt.status, tt.notes
		id, err := o.Ring()
		if err != nil {
			t.Fatal(err)
		}
		over, taken := false, false
		for deadline := time.Now().Add(2 * time.Minute); !over && time.Now().Before(deadline); testkit.Pause() {
			if over, taken, err = o.Ended(id); err != nil {
				t.Fatal(err)
			}
		}
		if heard, err := o.Heard(); err != nil || !over || taken != tt.taken || heard != tt.heard {
			t.Errorf("%+v: over %v, taken %v, heard %v, %v", tt, over, taken, heard, err)
		}
		for deadline := time.Now().Add(2 * time.Minute); ; testkit.Pause() {
			if err = o.Clear(); err == nil || !errors.Is(err, twilio.ErrNotFinal) || time.Now().After(deadline) {
				break
			}
		}
		if left := p.Left(); err != nil || len(left) > 0 {
			t.Errorf("%d records are left: %v", len(left), err)
		}
	}
	p.SetToken("another")
	if err := o.Clear(); !errors.Is(err, twilio.ErrCredentials) {
		t.Errorf("with a wrong token: %v", err)
	}
}

// It is refused, with a reason, unless both numbers are the account's own and the line
// calls us.
func TestOwnLineRefuses(t *testing.T) {
	for _, tt := range []struct{ name, from, to, public, says string }{
		{"somebody's phone", ours, "+447700900123", base, "nobody else is texted or rung"},
		{"from somebody's phone", "+447700900123", line, base, "not one of this account's numbers"},
		{"from a line that answers", line, line, base, "something answers texts"},
		{"to itself", ours, ours, base, "another than the line"},
		{"a line that calls another server", ours, line, "https://other.example.org", "does not go to PUBLIC_URL"},
	} {
		p := accountWithLines(t)
		_, err := twilio.NewOwnLine(p.URL, account, []privacy.Private{privacy.Hide(token)}, tt.public, tt.from, tt.to)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := twilio.NewOwnLine("%", account, nil, base, ours, line); err == nil {
		t.Error("no address is refused")
	}
}
