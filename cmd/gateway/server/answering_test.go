package server_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

const (
	southLine = "+441229582386"
	zeroLine  = "+448082000247"
)

// connect presses the keys to be put through to the line of South Cumbria.
func connect(t *testing.T, c *handset.Call) {
	t.Helper()
	for _, k := range []byte("131") {
		if err := c.Press(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
}

// through rings for South Cumbria and is put through. It gives the line that is rung first,
// and the call.
func (s *running) through(t *testing.T, ends ...string) (first string) {
	t.Helper()
	c := mustRing(t, s)
	connect(t, c)
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

// machine rings for South Cumbria, where a machine does not accept the call.
func (s *running) machine(t *testing.T) {
	t.Helper()
	c := mustRing(t, s)
	connect(t, c)
	for len(c.Dialling) == 1 && c.Dialling[0].E164 != southLine {
		if err := c.LegEnds(t.Context(), "no-answer"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.LegEndsAs(t.Context(), url.Values{"DialCallStatus": {"completed"}, "DialBridged": {"false"}}); err != nil {
		t.Fatal(err)
	}
}

// A line that nobody answers three times in a row is named on /readyz and counted in the
// metrics. Callers then get the 24-hour line before it, by call and by text, from this
// gateway and from one that starts beside it. An answer or a test call ends that.
func TestLineNotAnswering(t *testing.T) {
	r, dir := testkit.StartRedis(t), t.TempDir()
	write := func(checked string) {
		for _, name := range load.Files() {
			data, err := fs.ReadFile(book.Files, name)
			if err != nil {
				t.Fatal(err)
			}
			if name == "services.yaml" {
				before, after, _ := strings.Cut(string(data), "\n  letgo_south:")
				data = []byte(before + "\n  letgo_south:" + strings.Replace(after, "checked_on: never", "checked_on: "+checked, 1))
			}
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
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
		first, order, count := southLine, []string{"01229 582386", "0808 2000 247"}, 0.0
		if quiet {
			first, order, count = zeroLine, []string{"0808 2000 247", "01229 582386"}, 1
		}
		if got := s.through(t); got != first {
			t.Errorf("%s: %s is rung first", when, got)
		}
		p := s.phone()
		p.From = "+447400999999"
		said := text(t, p, "kendal")
		text(t, p, "x")
		if a, b := strings.Index(said, order[0]), strings.Index(said, order[1]); a < 0 || b < a {
			t.Errorf("%s: the text is %q", when, said)
		}
		ready := get(t, s.admin+"/readyz")
		if strings.Contains(ready, "degraded: line-not-answering: nobody answers LetGo South (letgo_south)") != quiet {
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
	is(s, "after two", false)
	s.through(t, "failed")
	is(s, "after three", true)
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "a person last answered on 18 November 2026. Ring it") {
		t.Errorf("/readyz says %q", ready)
	}
	s.through(t, "no-answer", "completed") // the 24-hour line does not answer once, then the local line does
	is(s, "after an answer", false)
	p := s.phone()
	p.From = "+447400888888"
	text(t, p, "kendal")
	text(t, p, "they didnt answer")
	for range 3 {
		s.through(t, "no-answer")
	}
	is(s, "after three more", true)
	s.machine(t)
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "; a machine has answered; people wrote that it did not help. Ring it") {
		t.Errorf("/readyz says %q", ready)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)

	now = now.AddDate(0, 0, 2)
	s = gateway()
	s.awaitReady(t, "letgo_south", true) // it reads what the other one saw
	is(s, "at another gateway", true)
	write("2026-11-17")
	s.log.await(t, "a flow book is in use", 2)
	is(s, "after a test call before the last attempt", true)
	write("2026-11-18")
	s.log.await(t, "a flow book is in use", 3)
	is(s, "after a test call on the day of the last attempt", false)
}

// awaitReady waits until /readyz says something, or no longer does.
func (s *running) awaitReady(t *testing.T, what string, want bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); strings.Contains(get(t, s.admin+"/readyz"), what) != want; {
		if time.Now().After(deadline) {
			t.Fatalf("/readyz says %q", get(t, s.admin+"/readyz"))
		}
	}
}
