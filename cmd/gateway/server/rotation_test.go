package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

// A conversation and a call live through the rotation of PRIVACY_KEY, and so
// does the repeat of a message from before: with a new key put last, then first,
// also while old and new gateways answer side by side.
func TestRotation(t *testing.T) {
	r := testkit.StartRedis(t)
	one, two := privacy.NewSecret(), privacy.NewSecret()
	with := func(secrets ...[]byte) *running {
		return start(t, func(c *config.Config) { c.RedisURL, c.Secrets = r.URL(), secrets })
	}
	before, known, newest := with(one), with(one, two), with(two, one)
	p := before.phone()
	to := func(s *running) *handset.Phone { p.Handler = proxy{s.url}; return p }
	expect := func(s *running, body, want string) {
		t.Helper()
		if got := text(t, to(s), body); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
	expect(before, "hello", townAsked)
	expect(known, "2", whoAsked)
	expect(newest, "1", testbook.Offers("where", 1))
	expect(known, "1", testbook.Offers("cumbria", 1)) // an old gateway still answers a few
	sid := handset.SID("SM")
	first, err := to(known).TextAs(t.Context(), sid, "kendal")
	if err != nil || !strings.Contains(first, "01229 582386") {
		t.Fatalf("%q, %v", first, err)
	}
	for _, s := range []*running{newest, known, newest} {
		if again, err := to(s).TextAs(t.Context(), sid, "kendal"); err != nil || again != first {
			t.Errorf("the repeat after a rotation: %q, %v", again, err)
		}
	}
	expect(newest, "1", "0300 303 0157")
	expect(newest, "9", testbook.Opens("cumbria"))
	if n := strings.Count(r.Dump(t), "s:{"); n != 1 {
		t.Errorf("one conversation is kept %d times:\n%s", n, r.Dump(t))
	}
	c, err := to(before).Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Handler = proxy{newest.url}
	if err := c.Press(t.Context(), '1'); err != nil ||
		!strings.Contains(strings.Join(c.Said, ""), testbook.OffersCall("cumbria", 1)) {
		t.Errorf("a call did not live through the rotation: %q, %v", c.Said, err)
	}
	gone := with(two) // the old key taken away
	expect(gone, "x", "")
	if dump := r.Dump(t); strings.Contains(dump, "s:{") {
		t.Errorf("leaving forgets nothing:\n%s", dump)
	}
}

var hash = regexp.MustCompile(`\{[A-Za-z0-9_-]{22}\}`)

// A conversation goes on across midnight, and nothing that is kept on one day
// can be joined to another day, or a text to a call.
func TestNoDayJoinsAnother(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t,
		func(c *config.Config) { c.RedisURL, c.SenderLimit = r.URL(), 3 }) // so that senders are counted in Redis
	at := func(v string) {
		m, err := time.Parse(time.RFC3339, v)
		if err != nil {
			t.Fatal(err)
		}
		s.SetClock(func() time.Time { return m })
	}
	p := s.phone()
	names := func() map[string]bool {
		out := map[string]bool{}
		for line := range strings.Lines(r.Dump(t)) {
			if strings.HasPrefix(line, "line:") {
				continue // of a service, and of nobody
			}
			for _, h := range hash.FindAllString(line, -1) {
				out[h] = true
			}
		}
		return out
	}
	at("2026-11-20T23:58:00Z")
	text(t, p, "hello")
	sid := handset.SID("SM")
	first, err := p.TextAs(t.Context(), sid, "2")
	if err != nil || !strings.Contains(first, whoAsked) {
		t.Fatalf("%q, %v", first, err)
	}
	evening := names()
	if len(evening) < 2 {
		t.Fatalf("the evening's names are %v", evening)
	}
	at("2026-11-21T00:01:00Z")
	if again, err := p.TextAs(t.Context(), sid, "2"); err != nil || again != first {
		t.Errorf("the repeat after midnight: %q, %v", again, err)
	}
	if got := text(t, p, "1"); !strings.Contains(got, testbook.Offers("where", 1)) {
		t.Errorf("after midnight the conversation says %q", got)
	}
	r.Do(t, "FLUSHALL")
	at("2026-11-21T12:00:00Z")
	text(t, p, "hello")
	for h := range names() {
		if evening[h] {
			t.Errorf("%s is kept on both days", h)
		}
	}
	texts := names()
	r.Do(t, "FLUSHALL")
	c, err := p.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Press(t.Context(), '1'); err != nil {
		t.Fatal(err)
	}
	if status, _, err := p.Post(t.Context(), "/voice/status",
		url.Values{"CallSid": {handset.SID("CA")}, "CallStatus": {"completed"}}); err != nil ||
		status != http.StatusOK {
		t.Fatal(err)
	}
	for h := range names() {
		t.Errorf("a call keeps %s (texts kept %v)", h, texts)
	}
}
