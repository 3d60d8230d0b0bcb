package twilio_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/twilio/twilio-go/client"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// The guard takes a request exactly when the provider's own library
// does: forms of every kind, URLs with a port and without, signatures right,
// wrong, of another URL, of another form.
func TestSignaturesAgreeWithTheProvidersLibrary(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	word := func() string {
		var b strings.Builder
		for range rng.IntN(12) {
			b.WriteRune([]rune("aZ09 +%&=?#é你\U0001f600\n\x00\"'<>")[rng.IntN(19)])
		}
		return b.String()
	}
	library := client.NewRequestValidator(token)
	taken := 0
	for _, base := range []string{"https://sms.example.org", "https://sms.example.org:443",
		"https://sms.example.org:8443", "http://127.0.0.1:8080", "http://sms.example.org"} {
		var log bytes.Buffer
		g, _ := guard(t, base, &log)
		h := g.Wrap("x", safe, answered)
		for range 400 {
			form := url.Values{"AccountSid": {account}}
			for range rng.IntN(8) {
				form.Set(word(), word())
			}
			target := "/sms"
			if rng.IntN(2) == 0 {
				target += "?t=" + url.QueryEscape(word())
			}
			signedFor := base
			switch rng.IntN(4) {
			case 0: // as the provider does for calls, and does not for texts
				u, err := url.Parse(base)
				if err != nil {
					t.Fatal(err)
				}
				u.Host = u.Hostname()
				signedFor = u.String()
			case 1:
				if !strings.Contains(strings.TrimPrefix(base, "http"), ":4") && strings.Count(base, ":") == 1 {
					signedFor += map[bool]string{true: ":443", false: ":80"}[strings.HasPrefix(base, "https")]
				}
			}
			signature := twilio.Sign(privacy.Hide(token), signedFor+target, form)
			switch rng.IntN(6) {
			case 0:
				signature = twilio.Sign(privacy.Hide("another"), signedFor+target, form)
			case 1:
				signature = signature[:len(signature)-1]
			case 2:
				form.Set("Body", word())
			}
			fields := map[string]string{}
			for k, v := range form {
				fields[k] = v[0]
			}
			want := library.Validate(base+target, fields, signature)
			w := post(h, target, form.Encode(), signature)
			if got := w.Code == http.StatusOK; got != want {
				t.Errorf("%s%s with %q signed for %s: taken %v, by the library %v", base, target, form,
					signedFor, got, want)
			}
			if want {
				taken++
			}
		}
	}
	if taken < 300 {
		t.Errorf("only %d were genuine: the test tries nothing", taken)
	}
}

// What is taken for a mobile at a glance is what the number library takes for one,
// or does not know: never a number that cannot be answered by text.
func TestMobilesAtAGlance(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		addr := fmt.Sprintf("+447%09d", rng.IntN(1_000_000_000))
		p := twilio.ParseAddress(addr)
		n, err := phonenumbers.Parse(addr, "GB")
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind != webhook.Phone || p.E164.Reveal() != phonenumbers.Format(n, phonenumbers.E164) {
			t.Fatalf("%s is taken for %v, %s", addr, p.Kind, p.E164.Reveal())
		}
		switch kind := phonenumbers.GetNumberType(n); kind {
		case phonenumbers.MOBILE, phonenumbers.UNKNOWN, phonenumbers.PERSONAL_NUMBER:
			if !p.CanText() {
				t.Errorf("%s cannot be texted", addr)
			}
		default:
			if p.CanText() {
				t.Errorf("%s is of kind %d and can be texted", addr, kind)
			}
		}
	}
}
