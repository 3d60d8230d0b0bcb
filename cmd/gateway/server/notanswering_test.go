package server_test

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

const (
	localLine  = "+441614960001"
	zeroLine   = "+448082000247"
	countyKeys = "11" // for the local line
)

// connect presses the keys to be put through to a line.
func connect(t *testing.T, c *handset.Call, keys string) {
	t.Helper()
	for _, k := range []byte(keys) {
		if err := c.Press(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
}

// through rings for the local line and is put through. It gives the line that is rung first,
// and the call.
func (s *running) through(t *testing.T, ends ...string) (first string) {
	t.Helper()
	c := mustRing(t, s)
	connect(t, c, countyKeys)
	if len(c.Dialling) != 1 {
		t.Fatalf("nothing is rung after %q", c.Said)
	}
	first = c.Dialling[0].E164
	for _, end := range ends {
		if err := c.LegEnds(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	return first
}

// machine rings for the local line, where a machine does not accept the call.
func (s *running) machine(t *testing.T) {
	t.Helper()
	c := mustRing(t, s)
	connect(t, c, countyKeys)
	for len(c.Dialling) == 1 && c.Dialling[0].E164 != localLine {
		if err := c.LegEnds(t.Context(), "no-answer"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.LegEndsAs(t.Context(), url.Values{"DialCallStatus": {"completed"},
		"DialBridged": {"false"}}); err != nil {
		t.Fatal(err)
	}
}

// A line that nobody answers three times in a row is named on /readyz and counted in the
// metrics. Callers then get the 24-hour line before it, by call and by text, from this
// gateway and from one that starts beside it. An answer or a test call ends that.
func TestLineNotAnswering(t *testing.T) {
	t.Parallel()
	r, dir := testkit.StartRedis(t), t.TempDir()
	write := func(checked string) {
		data, err := os.ReadFile("testdata/county/services.yaml")
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte("checked_on: never"), []byte("checked_on: "+checked),
			1) // of the first service
		half := filepath.Join(t.TempDir(), "services.yaml")
		if err := os.WriteFile(half, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(half, filepath.Join(dir, "services.yaml")); err != nil { // whole at once
			t.Fatal(err)
		}
	}
	putCounty(t, dir, countyAsks)
	write("2026-11-02")
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	secret := privacy.NewSecret()
	gateway := func() *running {
		s := start(t, func(c *config.Config) { c.RedisURL, c.FlowsDir, c.Secrets = r.URL(), dir, [][]byte{secret} })
		s.SetClock(clock)
		return s
	}
	is := func(s *running, when string, quiet bool) {
		t.Helper()
		first, order, count := localLine, []string{countyNumber, the24}, 0.0
		if quiet {
			first, order, count = zeroLine, []string{the24, countyNumber}, 1
		}
		if got := s.through(t); got != first {
			t.Errorf("%s: %s is rung first", when, got)
		}
		p := s.phone()
		p.From = "+447400999999"
		said := text(t, p, "preston")
		text(t, p, "x")
		if a, b := strings.Index(said, order[0]), strings.Index(said, order[1]); a < 0 || b < a {
			t.Errorf("%s: the text is %q", when, said)
		}
		ready := get(t, s.admin+"/readyz")
		if strings.Contains(ready,
			"degraded: line-not-answering: nobody answers A service (preston_service)") != quiet {
			t.Errorf("%s: /readyz says %q", when, ready)
		}
		if got := s.metric(t, "signpost_lines_not_answering"); got != count {
			t.Errorf("%s: the metric is %v", when, got)
		}
	}
	s := gateway()
	s.through(t, "completed")
	s.through(t, "no-answer")
	s.through(t, "busy")
	is(s, "after one, and one that was engaged", false)
	s.through(t, "no-answer")
	is(s, "after two", false)
	s.through(t, "failed")
	is(s, "after three", true)
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready,
		"a person last answered on 18 November 2026. Ring it") {
		t.Errorf("/readyz says %q", ready)
	}
	s.through(t, "no-answer", "completed") // the 24-hour line does not answer once, then the local line does
	is(s, "after an answer", false)
	p := s.phone()
	p.From = "+447400888888"
	text(t, p, "preston")
	text(t, p, "they didnt answer")
	for range 3 {
		s.through(t, "no-answer")
	}
	is(s, "after three more", true)
	s.machine(t)
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready,
		"; a machine has answered; people wrote that it did not help. Ring it") {
		t.Errorf("/readyz says %q", ready)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)

	now = now.AddDate(0, 0, 2)
	s = gateway()
	awaitReady(t, s, "preston_service", true) // it reads what the other one saw
	is(s, "at another gateway", true)
	write("2026-11-17")
	s.log.await(t, "a flow book is in use", 2)
	is(s, "after a test call before the last attempt", true)
	write("2026-11-18")
	s.log.await(t, "a flow book is in use", 3)
	is(s, "after a test call on the day of the last attempt", false)
}
