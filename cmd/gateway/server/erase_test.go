package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/testkit"
)

// Texts, our replies, calls and every leg they were put through by: all that
// the provider holds of them goes, on a real Redis and in the process's own
// store, and the numbers on show say so.
func TestProviderForgets(t *testing.T) {
	for _, where := range []string{"redis", "embedded"} {
		t.Run(where, func(t *testing.T) {
			double := testkit.NewProvider(t, account, token)
			s := start(t, func(c *config.Config) {
				c.APIURL, c.EraseAfter = double.URL, 50*time.Millisecond
				if where == "redis" {
					c.RedisURL = testkit.StartRedis(t).URL()
				}
			})
			p, n := s.phone(), 0
			hold := func(kind string) string {
				n++
				id := fmt.Sprintf("%s%032x", kind, n)
				double.Hold(testkit.Record{SID: id, Body: "words", From: p.From, To: p.To, NotFinal: n % 3})
				return id
			}
			post := func(path string, form url.Values) string {
				t.Helper()
				form.Set("From", p.From)
				form.Set("To", p.To)
				status, body, err := p.Post(t.Context(), path, form)
				if err != nil || status != http.StatusOK {
					t.Fatalf("%s: %d, %v", path, status, err)
				}
				return string(body)
			}
			for _, body := range []string{"kendal", "hello", "x", ""} {
				post("/sms", url.Values{"MessageSid": {hold("SM")}, "Body": {body}})
				reply := hold("SM")
				for _, status := range []string{"queued", "sent", "delivered"} {
					post("/sms/status", url.Values{"MessageSid": {reply}, "MessageStatus": {status}})
				}
			}
			post("/sms", url.Values{"MessageSid": {hold("MM")}, "Body": {""}, "NumMedia": {"1"}})
			post("/wrong", url.Values{"MessageSid": {hold("SM")}, "Body": {"a number set up wrongly"}})
			for _, end := range []string{"completed", "no-answer", "busy", "failed", "canceled"} {
				call := hold("CA")
				leg, beside := hold("CA"), hold("CA")
				doc := post("/voice", url.Values{"CallSid": {call}, "CallStatus": {"ringing"}})
				if !strings.Contains(doc, "<Gather") {
					t.Fatal(doc)
				}
				post("/voice/leg", url.Values{"CallSid": {call}, "CallStatus": {"in-progress"}, "DialCallSid": {leg},
					"DialCallStatus": {end}})
				post("/voice/status", url.Values{"CallSid": {beside}, "ParentCallSid": {call}, "CallStatus": {end}})
				post("/voice/status", url.Values{"CallSid": {call}, "CallStatus": {"completed"}})
			}
			// A reply that is still on its way is left alone: to empty it would empty
			// what the person gets.
			moving := hold("SM")
			post("/sms/status", url.Values{"MessageSid": {moving}, "MessageStatus": {"sending"}})
			double.Await(t, "an empty provider", func() bool { return len(double.Left()) == 1 })
			if left := double.Left()[0]; left.SID != moving || left.Body == "" {
				t.Errorf("left is %+v", left)
			}
			for deadline := time.Now().Add(patience); ; testkit.Pause() {
				ready, m := get(t, s.admin+"/readyz"), get(t, s.admin+"/metrics")
				if strings.Contains(ready, "erasing: no record at the provider is an hour late") &&
					strings.Contains(m, "signpost_erasures_pending 0") {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("/readyz says %q; the metrics:\n%s", ready, m)
				}
			}
		})
	}
}

// Every line that is rung reports its own end, since it has a record of its own.
func TestLegsReport(t *testing.T) {
	s := start(t, nil)
	s.SetClock(func() time.Time { return time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC) })
	c, err := s.phone().Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []byte("121") {
		if err := c.Press(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	lines := 0
	for _, n := range c.Docs[len(c.Docs)-1].Children {
		for _, num := range n.Children {
			if num.Name == "Number" {
				lines++
				if to, _ := num.Attr("statusCallback"); to != base+"/voice/status" {
					t.Errorf("a line reports to %q", to)
				}
			}
		}
	}
	if lines != 1 {
		t.Errorf("%d lines ring", lines)
	}
}

// Wrong credentials are said on /readyz and in the metrics, not only in a log.
func TestEraserInTrouble(t *testing.T) {
	double := testkit.NewProvider(t, account, "another0token")
	s := start(t, func(c *config.Config) { c.APIURL, c.EraseAfter = double.URL, 50*time.Millisecond })
	text(t, s.phone(), "kendal")
	for deadline := time.Now().Add(patience); ; testkit.Pause() {
		ready, m := get(t, s.admin+"/readyz"), get(t, s.admin+"/metrics")
		if strings.Contains(ready, "degraded: erasing-refused: ") &&
			strings.Contains(m, "signpost_erasures_blocked 1") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("/readyz says %q", ready)
		}
	}
}

// A fault of ours beside the answering (here: whenever the gateway looks for
// what is left at the provider) ends nothing else.
func TestFaultBeside(t *testing.T) {
	faults := make(chan struct{}, 100)
	s := startWith(t, func(c *config.Config) { c.EraseAfter, c.Lines = 10*time.Millisecond, []string{ourLine} },
		func(g *server.Gateway) {
			g.SetSweep(func(context.Context) error { faults <- struct{}{}; panic("a fault that quotes " + ourLine) })
		})
	for range 2 {
		<-faults
	}
	if got := text(t, s.phone(), "kendal"); !strings.Contains(got, "01229 582386") {
		t.Errorf("meanwhile a text gets %q", got)
	}
	s.log.await(t, `"panic recovered","job":"sweep"`, 2)
	if strings.Contains(s.log.String(), ourLine) {
		t.Error("the log quotes the fault")
	}
}
