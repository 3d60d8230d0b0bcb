package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// Turned on at a Redis, maintenance has every gateway on it give everybody the
// 24-hour number; people can leave; it ends by itself and then they go on where they
// were.
func TestMaintenance(t *testing.T) {
	t.Parallel()
	r := testkit.StartRedis(t)
	one := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	two := start(t, func(c *config.Config) { c.RedisURL, c.Secrets = r.URL(), one.secrets })
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p, leaving := one.phone(), one.phone()
	text(t, p, "hello")
	text(t, leaving, "hello")
	if err := s.SetMaintenance(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, changed, _ := strings.Cut(testbook.Shipped().Messages.Maintenance.Text, "}")
	spoken := testbook.Shipped().Messages.Maintenance.Say
	changing := strings.Trim(spoken[strings.LastIndex(spoken, "}")+1:], ". ")
	one.log.await(t, "maintenance is on", 1)
	two.log.await(t, "maintenance is on", 1)
	for _, to := range []*running{one, two} {
		p.Handler = proxy{to.url}
		if got := text(t, p, "2"); !strings.Contains(got, the24) || !strings.Contains(got, "999") ||
			!strings.HasSuffix(got, changed) {
			t.Errorf("a text is answered %q", got)
		}
		call := mustRing(t, to)
		if said := strings.Join(call.Said, " "); !call.Ended || !strings.Contains(said, "0 8 0 8 2 0 0 0 2 4 7") ||
			!strings.Contains(said, changing) {
			t.Errorf("a call hears %q", said)
		}
		if got := get(t, to.admin+"/readyz"); !strings.Contains(got, "maintenance is on") {
			t.Errorf("/readyz says %q", got)
		}
	}
	if got := text(t, leaving, "x"); got != "" {
		t.Errorf("leaving is answered %q", got)
	}
	r.Hang() // what is known holds, Redis or not
	if got := text(t, one.phone(), "kendal"); !strings.Contains(got, the24) || strings.Contains(got, "01229") {
		t.Errorf("with Redis unreachable a text is answered %q", got)
	}
	r.Wake()
	soon := time.Now().Add(2 * time.Second)
	if err := s.SetMaintenance(t.Context(), soon); err != nil {
		t.Fatal(err)
	}
	one.log.await(t, "maintenance is off", 1) // by itself, once they have passed
	if got := text(t, p, "2"); !strings.Contains(got, whoAsked) {
		t.Errorf("afterwards the conversation says %q", got)
	}
	if resp, err := http.Get(one.admin + "/readyz"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("/readyz: %v", err)
	}
}

// An empty restart of Redis does not end maintenance, and gateways that start afterwards learn of
// it. The operator ends it as ever, for a gateway that cannot reach Redis at that moment, too.
func TestMaintenanceOutlivesRedis(t *testing.T) {
	t.Parallel()
	r := testkit.StartRedis(t)
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.SetMaintenance(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	one := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	one.log.await(t, "maintenance is on", 1)
	r.Kill()
	r.Restart(t)
	for end := time.Now().Add(patience); len(r.Do(t, "KEYS", "maintenance")) == 0; testkit.Pause() {
		if got := text(t, one.phone(), "kendal"); strings.Contains(got, "01229") || time.Now().After(end) {
			t.Fatalf("after an empty restart of Redis a text is answered %q", got)
		}
	}
	two := start(t, func(c *config.Config) { c.RedisURL, c.Secrets = r.URL(), one.secrets })
	two.log.await(t, "maintenance is on", 1)
	if err := s.SetMaintenance(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, to := range []*running{one, two} {
		to.log.await(t, "maintenance is off", 1)
		if got := text(t, to.phone(), "kendal"); !strings.Contains(got, "01229") {
			t.Errorf("afterwards a text is answered %q", got)
		}
	}
	if until, err := s.Maintenance(t.Context()); err != nil || !until.IsZero() {
		t.Errorf("it is off, and Redis says until %v, %v", until, err)
	}
}
