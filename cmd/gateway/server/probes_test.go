package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// report sends what the provider says of one of our replies.
func report(t *testing.T, s *running, status, code string) {
	t.Helper()
	p := s.phone()
	form := url.Values{"MessageSid": {handset.SID("SM")}, "MessageStatus": {status}, "From": {ourLine}, "To": {p.From}}
	if code != "" {
		form.Set("ErrorCode", code)
	}
	if status, _, err := p.Post(t.Context(), "/sms/status", form); err != nil || status != http.StatusOK {
		t.Fatalf("a report is answered %d, %v", status, err)
	}
}

// Replies that something keeps from everybody are counted at once, by the provider's error
// code. One that did not reach one phone is a person, and appears within a day.
func TestUndelivered(t *testing.T) {
	s := start(t, nil)
	report(t, s, "sent", "")
	report(t, s, "delivered", "")
	report(t, s, "undelivered", "30007")
	report(t, s, "failed", "30007")
	report(t, s, "undelivered", "30003")
	report(t, s, "failed", "+447400123456")
	report(t, s, "failed", "")
	m := get(t, s.admin+"/metrics")
	for _, want := range []string{
		`signpost_replies_reported_total{code="none",outcome="delivered"} 0`, // it appears within a day
		`signpost_replies_reported_total{code="30007",outcome="undelivered"} 2`,
		`signpost_replies_reported_total{code="30003",outcome="undelivered"} 0`,
		`signpost_replies_reported_total{code="other",outcome="undelivered"} 0`,
		`signpost_replies_reported_total{code="30005",outcome="undelivered"} 0`, // from the start, so the first is seen
	} {
		if !strings.Contains(m, want+"\n") {
			t.Errorf("the metrics do not say %s", want)
		}
	}
	if strings.Contains(m, "7400123456") {
		t.Error("the metrics hold a number")
	}
}

// Probes get what people get, cost nothing, and are counted as probes alone.
func TestProbesAreCountedApart(t *testing.T) {
	const checker = "+441632960001"
	r, secret, kept := storeBeside(t)
	s, clock := startAt(t, func(c *config.Config) {
		c.RedisURL, c.Secrets, c.TestPhones, c.SpendLimitPence, c.TextPence, c.MinutePence = r.URL(), [][]byte{secret},
			[]string{checker}, 5000, 5, 2
	})
	for _, p := range []*handset.Phone{
		{Handler: proxy{s.url}, Base: base, Account: account, Token: privacy.Hide(token), From: webhook.ProbeCaller,
			To: webhook.ProbeLine},
		{Handler: proxy{s.url}, Base: base, Account: account, Token: privacy.Hide(token), From: checker, To: ourLine},
	} {
		if got := text(t, p, "hello"); !strings.Contains(got, "999") {
			t.Errorf("a probe is answered %q", got)
		}
		text(t, p, "x")
		if c, err := p.Ring(t.Context()); err != nil || c.Gather == nil {
			t.Errorf("a call of a probe: %v", err)
		}
	}
	m := get(t, s.admin+"/metrics")
	for _, want := range []string{
		`signpost_webhooks_total{endpoint="/sms",outcome="probe"} 4`,
		`signpost_webhooks_total{endpoint="/sms",outcome="answered"} 0`,
		`signpost_webhooks_total{endpoint="/voice",outcome="probe"} 2`, `signpost_texts_total{outcome="probe"} 4`,
		`signpost_texts_total{outcome="answered"} 0`,
		`signpost_call_events_total{event="probe"} 2`, `signpost_call_events_total{event="started"} 0`,
		`signpost_spend_current_hour_pounds 0`,
	} {
		if !strings.Contains(m, want+"\n") {
			t.Errorf("the metrics do not say %s", want)
		}
	}
	text(t, s.phone(), "hello")
	if m := get(t, s.admin+"/metrics"); !strings.Contains(m,
		`signpost_webhooks_total{endpoint="/sms",outcome="probe"} 4`+"\n") {
		t.Error("a person is counted as a probe")
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)
	if counts, err := kept.Counts(t.Context(), clock.day()); err != nil || len(counts) != 1 ||
		counts["text|||begun"] != 1 {
		t.Errorf("the day's counts hold %v, %v", counts, err)
	}
}

// A request with our account's id and another key's signature is told from a stranger's.
func TestRefusalsAreToldApart(t *testing.T) {
	s := start(t, nil)
	p := s.phone()
	p.Token = privacy.Hide(strings.Repeat("f", 32))
	if _, err := p.Text(t.Context(), "hello"); err == nil {
		t.Error("it is answered")
	}
	stranger, err := http.PostForm(s.url+"/sms", url.Values{"Body": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	stranger.Body.Close()
	m := get(t, s.admin+"/metrics")
	for _, want := range []string{`signpost_webhooks_total{endpoint="/sms",outcome="mismatched"} 1`,
		`signpost_webhooks_total{endpoint="/sms",outcome="refused"} 1`} {
		if !strings.Contains(m, want+"\n") {
			t.Errorf("the metrics do not say %s", want)
		}
	}
}
