package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/inspect"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

// Each line of /readyz that tells of a problem has its name first and a remedy last, and none
// is there twice.
func wellSaid(t *testing.T, ready string) {
	t.Helper()
	shape := regexp.MustCompile(`^(degraded|note): ([a-z-]+): (.+)\. ([A-Z].+[.?]|redis-cli .+\.|signpost .+\.)$`)
	var seen []string
	for line := range strings.Lines(ready) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "ready") || strings.HasPrefix(line, "book: ") ||
			strings.HasPrefix(line, "erasing: ") {
			continue
		}
		m := shape.FindStringSubmatch(line)
		if m == nil || !slices.Contains(inspect.Names(), m[2]) {
			t.Errorf("/readyz says %q, without a name or a remedy", line)
			continue
		}
		if slices.Contains(seen, m[2]+m[3]) {
			t.Errorf("/readyz says %q twice", line)
		}
		seen = append(seen, m[2]+m[3])
	}
}

// What goes wrong while a gateway runs is named by /readyz, by a metric and, in plain words,
// by the manager's page. It goes when it is over.
func TestProblemsAreNamed(t *testing.T) {
	t.Parallel()
	r := testkit.StartRedis(t)
	dir, state := t.TempDir(), t.TempDir()
	putCounty(t, dir, countyAsks)
	s := start(t, func(c *config.Config) {
		c.RedisURL, c.FlowsDir, c.StateDir, c.SpendLimitPence, c.TextPence, c.MinutePence = r.URL(), dir, state, 5000, 5, 2
	})
	menus := filepath.Join(dir, "menus.yaml")
	good, err := os.ReadFile(menus)
	if err != nil {
		t.Fatal(err)
	}
	named := func(name string, on bool) string {
		t.Helper()
		awaitReady(t, s, ": "+name+": ", on)
		wellSaid(t, get(t, s.admin+"/readyz"))
		want := fmt.Sprintf("signpost_problem{problem=%q} 1\n", name)
		for end := time.Now().Add(patience); strings.Contains(get(t, s.admin+"/metrics"), want) != on; testkit.Pause() {
			if time.Now().After(end) {
				t.Fatalf("the metrics do not say that %s is %v", name, on)
			}
		}
		return get(t, s.admin+"/status")
	}
	says := func(page string, want ...string) {
		t.Helper()
		for _, one := range want {
			if !strings.Contains(page, one) {
				t.Errorf("the manager's page does not say %q:\n%s", one, page)
			}
		}
	}
	if page := get(t, s.admin+"/status"); !strings.Contains(page, "Yes. No problem is known.") {
		t.Errorf("the page of a gateway that is well says\n%s", page)
	}
	if err := os.WriteFile(menus, []byte("steps: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	says(named("book-refused", true), "Yes. Somebody should look at this:", "saved last has mistakes")
	if err := os.WriteFile(menus, good, 0o600); err != nil {
		t.Fatal(err)
	}
	named("book-refused", false)

	report(t, s, "failed", "30003") // of one phone
	if ready := get(t, s.admin+"/readyz"); strings.Contains(ready, "replies-blocked") {
		t.Errorf("a phone that is off is said to be a network that blocks: %s", ready)
	}
	report(t, s, "failed", "30007")
	says(named("replies-blocked", true), "Perhaps not everybody.", "network blocked a reply")
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "error 30007") {
		t.Errorf("/readyz does not say which error: %s", ready)
	}
	p := s.phone()
	p.Token = privacy.Hide(strings.Repeat("f", 32))
	if _, err := p.Text(t.Context(), "hello"); err == nil {
		t.Error("a forged text is answered")
	}
	says(named("webhooks-refused", true), "was refused in the last half hour")

	r.Do(t, "SET", "maintenance", fmt.Sprint(time.Now().Add(time.Hour).Unix()))
	says(named("maintenance", true), "menus are switched off")
	r.Do(t, "SET", "maintenance", fmt.Sprint(time.Now().Unix())) // as the command says that it is off
	named("maintenance", false)

	r.Do(t, "REPLICAOF", "127.0.0.1", "1")
	says(named("store-read-only", true), "Conversations are not remembered.")
	r.Do(t, "REPLICAOF", "NO", "ONE")
	named("store-read-only", false)
	r.Kill()
	says(named("store-unreachable", true), "Conversations are not remembered.")
}

// Without Redis set, and without a folder for the last good book, /readyz says what would be
// lost.
func TestWhatWouldBeLostIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	ready := get(t, s.admin+"/readyz")
	wellSaid(t, ready)
	for _, want := range []string{"note: store-embedded: ", "note: state-dir-missing: "} {
		if !strings.Contains(ready, want) {
			t.Errorf("/readyz does not say %q: %s", want, ready)
		}
	}
}

// Texts and calls from the operator's own phones move neither the counts of people nor the
// manager's page, for any key; and they are charged like anybody's.
func TestOwnTestsDoNotCount(t *testing.T) {
	r, secret, kept := storeBeside(t)
	s, clock := startAt(t, func(c *config.Config) {
		c.RedisURL, c.Secrets, c.TestPhones, c.SpendLimitPence, c.TextPence, c.MinutePence = r.URL(), [][]byte{secret},
			[]string{"+447400900998", "+447400900999"}, 1000, 100, 100
	})
	for _, from := range []string{"+447400900998", "+447400900999"} {
		p := s.phone()
		p.From = from
		for range 5 {
			text(t, p, "hello")
			text(t, p, "kendal")
			text(t, p, "x")
		}
		c, err := p.Ring(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if c.Gather == nil {
				break
			}
			if err := c.Press(t.Context(), '1'); err != nil {
				t.Fatal(err)
			}
		}
	}
	m := get(t, s.admin+"/metrics")
	for _, line := range []string{`signpost_call_events_total{event="started"} 0`,
		`signpost_call_events_total{event="probe"} 2`, `signpost_texts_total{outcome="probe"} 30`} {
		if !strings.Contains(m, line+"\n") {
			t.Errorf("the metrics do not say %s", line)
		}
	}
	if strings.Contains(m, "signpost_spend_current_hour_pounds 0\n") {
		t.Error("the tests cost nothing: somebody who forges such a number could spend without end")
	}
	s.stop() // stores the counts
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)
	counts, err := kept.Counts(t.Context(), clock.day())
	if err != nil || len(counts) != 0 {
		t.Errorf("the day's counts hold %v, %v", counts, err)
	}
}

// A phone of nobody's list that texts ten times counts once, and moves a figure of the
// manager's page by one at most.
func TestOnePhoneCountsOnce(t *testing.T) {
	r, secret, kept := storeBeside(t)
	s, clock := startAt(t, func(c *config.Config) { c.RedisURL, c.Secrets = r.URL(), [][]byte{secret} })
	p := s.phone()
	for range 10 {
		text(t, p, "hello")
		text(t, p, "x")
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)
	counts, err := kept.Counts(t.Context(), clock.day())
	if err != nil || counts["text|||begun"] != 1 {
		t.Errorf("ten texts of one phone count as %v, %v", counts, err)
	}
}

// A share that is nearly spent has texts answered in short. Calls notice nothing until all of
// theirs is spent, and nobody is told otherwise.
func TestNearlySpent(t *testing.T) {
	s := start(t, func(c *config.Config) { c.SpendLimitPence, c.TextPence, c.MinutePence = 2000, 325, 275 })
	mustRing(t, s)
	mustRing(t, s) // 550 of 600 pence
	ready, page := get(t, s.admin+"/readyz"), get(t, s.admin+"/status")
	if !strings.Contains(ready, "degraded: calls-share-nearly-spent: ") || strings.Contains(ready, "shortest") ||
		!strings.Contains(page, "Callers notice nothing yet.") || strings.Contains(page, "shorter") {
		t.Errorf("with calls /readyz says %s, and the page %s", ready, page)
	}
	text(t, s.phone(), "hello")
	text(t, s.phone(), "hello") // 650 of 700 pence
	ready, page = get(t, s.admin+"/readyz"), get(t, s.admin+"/status")
	if !strings.Contains(ready, "degraded: share-nearly-spent: ") || !strings.Contains(ready, "shortest") ||
		!strings.Contains(page, "A first text gets a short answer.") {
		t.Errorf("with texts /readyz says %s, and the page %s", ready, page)
	}
	if call := mustRing(t, s); only24(t, call) {
		t.Error("a caller is not offered the menu")
	}
}
