package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// awaitReady waits until /readyz, which stays 200, says something or no longer says it.
func awaitReady(t *testing.T, s *running, what string, says bool) {
	t.Helper()
	for end := time.Now().Add(patience); ; testkit.Pause() {
		resp, err := client.Get(s.admin + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := string(body); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("/readyz answers %d, %v", resp.StatusCode, err)
		} else if strings.Contains(got, what) == says {
			return
		} else if time.Now().After(end) {
			t.Fatalf("/readyz says %q: waited for %q to be %v", got, what, says)
		}
	}
}

// nowhere is a public address on this machine at which nobody answers.
const nowhere = "https://127.0.0.1:1"

// inspected has a gateway look at its machine and its account all the while. It looks at its public
// address, too: a name server may take seconds to say that nobody has the name, or somebody may.
func inspected(c *config.Config) {
	c.InspectEvery = 20 * time.Millisecond
	if c.PublicURL == base {
		c.PublicURL = nowhere
	}
}

// A Redis that takes no writes is named by /readyz and by a metric, and people are answered.
func TestRedisWithoutWrites(t *testing.T) {
	t.Parallel()
	r := testkit.StartRedis(t)
	r.Do(t, "REPLICAOF", "127.0.0.1", "1")
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	awaitReady(t, s, "degraded: store-read-only: ", true)
	if m := get(t, s.admin+"/metrics"); !strings.Contains(m, `signpost_problem{problem="store-read-only"} 1`) ||
		!strings.Contains(m, `signpost_problem{problem="store-unreachable"} 0`) {
		t.Error("the metrics do not say it")
	}
	if got := text(t, s.phone(), "kendal"); !strings.Contains(got, "01229 582386") {
		t.Errorf("a text is answered %q", got)
	}
	r.Do(t, "REPLICAOF", "NO", "ONE")
	awaitReady(t, s, "store-read-only", false)
}

// A Redis that takes writes and runs no scripts keeps no conversation, and /readyz says so.
func TestRedisWithoutScripts(t *testing.T) {
	t.Parallel()
	r := testkit.StartRedis(t)
	r.Do(t, "ACL", "SETUSER", "gateway", "on", ">secret", "~*", "&*", "+@all", "-eval", "-evalsha", "-script")
	s := start(t, func(c *config.Config) { c.RedisURL = strings.Replace(r.URL(), "//", "//gateway:secret@", 1) })
	awaitReady(t, s, "degraded: store-denied: ", true)
	r.Do(t, "ACL", "SETUSER", "gateway", "+@all")
	awaitReady(t, s, "store-denied", false)
}

// Two gateways on one Redis with different keys are noticed; a rotation is not.
func TestOtherKeysAreNoticed(t *testing.T) {
	t.Parallel()
	r := testkit.StartRedis(t)
	noted := func(n int) {
		t.Helper()
		for end := time.Now().Add(patience); len(r.Do(t, "ZRANGE", "health:keys", "0", "-1")) < n; testkit.Pause() {
			if time.Now().After(end) {
				t.Fatalf("fewer than %d gateways note their keys", n)
			}
		}
	}
	one := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	noted(1)
	rotated := start(t, func(c *config.Config) { c.RedisURL, c.Secrets = r.URL(), append(c.Secrets, one.secrets...) })
	noted(2) // it has looked now; it looks again after a minute, when there is a third
	if got := get(t, rotated.admin+"/readyz"); strings.Contains(got, "other-keys") {
		t.Errorf("/readyz of a rotation says %q", got)
	}
	other := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	awaitReady(t, other, "degraded: other-keys: ", true)
}

// Two gateways on one Redis that have used different flow books for long are noticed, and what
// Redis does when it is full. A book that was changed just now has not reached the other yet.
func TestOtherBooksAreNoticed(t *testing.T) {
	t.Parallel()
	r := testkit.StartRedis(t, "--maxmemory-policy", "allkeys-lru")
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	one := start(t, func(c *config.Config) { inspected(c); c.RedisURL = r.URL() })
	other := start(t, func(c *config.Config) { inspected(c); c.RedisURL, c.FlowsDir = r.URL(), dir })
	awaitReady(t, other, "degraded: store-evicts: ", true)
	for end := time.Now().Add(patience); len(r.Do(t, "ZRANGE", "health:books", "0", "-1")) < 2; testkit.Pause() {
		if time.Now().After(end) {
			t.Fatal("fewer than two gateways note their books")
		}
	}
	for _, s := range []*running{one, other} {
		if got := get(t, s.admin+"/readyz"); strings.Contains(got, "other-book") {
			t.Errorf("/readyz says at once %q", got)
		}
		began := time.Now()
		const faster = 15 // they compare once a minute by their clock
		s.SetClock(func() time.Time { return began.Add(11*time.Minute + faster*time.Since(began)) })
	}
	awaitReady(t, one, "degraded: other-book: ", true)
	awaitReady(t, other, "degraded: other-book: ", true)
	wellSaid(t, get(t, one.admin+"/readyz"))
}

// What is wrong at the provider is looked for in the background, and named.
func TestProviderIsInspected(t *testing.T) {
	t.Parallel()
	double := testkit.NewProvider(t, account, token)
	double.SetBalance("2.50")
	double.SetAccount("active", "Trial")
	double.MayRing(true, "FR")
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("1", 32), "phone_number": ourLine, "sms_url": nowhere + "/sms",
		"sms_method": "POST",
		"voice_url":  nowhere + "/voice", "voice_method": "POST", "trunk_sid": "TK" + strings.Repeat("1", 32)})
	s := start(t, func(c *config.Config) {
		inspected(c)
		c.APIURL, c.Lines, c.SpendLimitPence, c.TextPence, c.MinutePence = double.URL, nil, 5000, 5, 2
	})
	for _, want := range []string{"degraded: account-trial: ", "degraded: balance-low: 2.50 GBP",
		"degraded: calls-trunk: ", "degraded: calling-home: ", "note: caller-id-missing: "} {
		awaitReady(t, s, want, true)
	}
	double.SetAccount("active", "Full")
	awaitReady(t, s, "account-trial", false)
	for _, q := range double.Requests() {
		if !strings.HasPrefix(q, "GET ") {
			t.Errorf("it asks for %s", q)
		}
	}
}

// Without the auth token the account is looked at with the API key. What a restricted key may
// not see is a note, and no refusal.
func TestProviderIsInspectedWithAnAPIKey(t *testing.T) {
	t.Parallel()
	double := testkit.NewProvider(t, account, token)
	double.SetBalance("2.50")
	double.MayRing(true, "GB")
	all := twilio.APIKey{ID: "SK" + strings.Repeat("1", 32), Secret: privacy.Hide("0123456789abcdef0123456789abcdef")}
	restricted := twilio.APIKey{ID: "SK" + strings.Repeat("2", 32),
		Secret: privacy.Hide("fedcba9876543210fedcba9876543210")}
	double.AddKey(all.ID, all.Secret.Reveal(), nil)
	double.AddKey(restricted.ID, restricted.Secret.Reveal(),
		func(_, path string) bool { return !strings.Contains(path, "PhoneNumbers") })
	with := func(k twilio.APIKey) *running {
		return start(t, func(c *config.Config) {
			c.Tokens, c.WebhookKeys, c.APIKeys = nil, []twilio.SharedKey{sharedKey}, []twilio.APIKey{k}
			inspected(c)
			c.APIURL, c.SpendLimitPence, c.TextPence, c.MinutePence = double.URL, 5000, 5, 2
		})
	}
	for key, want := range map[*twilio.APIKey][]string{&all: {"degraded: balance-low: 2.50 GBP", "degraded: no-line: "},
		&restricted: {"degraded: balance-low: 2.50 GBP", "note: lines-unreadable: "}} {
		s := with(*key)
		for _, one := range want {
			awaitReady(t, s, one, true)
		}
		if ready := get(t, s.admin+"/readyz"); strings.Contains(ready, " credentials: ") {
			t.Errorf("/readyz says %s", ready)
		}
		wellSaid(t, get(t, s.admin+"/readyz"))
	}
}

// A proxy that keeps webhooks from the gateway is named, path by path, and so is a number
// without a fallback, or without a report of calls that have ended.
func TestWayToTheGatewayIsInspected(t *testing.T) {
	t.Parallel()
	double := testkit.NewProvider(t, account, token)
	double.SetBalance("25")
	double.MayRing(true, "GB")
	var gateway atomic.Pointer[running]
	var wrong atomic.Bool
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch s := gateway.Load(); {
		case wrong.Load() && r.URL.Path == "/voice":
			http.Redirect(w, r, "/voice/", http.StatusMovedPermanently)
		case wrong.Load() && r.URL.Path == "/voice/leg":
			http.NotFound(w, r)
		case s == nil:
			w.WriteHeader(http.StatusForbidden)
		default:
			to, err := url.Parse(s.url)
			if err != nil {
				t.Error(err)
				return
			}
			httputil.NewSingleHostReverseProxy(to).ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	line := map[string]any{"sid": "PN" + strings.Repeat("1", 32), "phone_number": ourLine,
		"sms_url": front.URL + "/sms", "sms_method": "POST", "voice_url": front.URL + "/voice", "voice_method": "POST"}
	double.Line(line)
	wrong.Store(true)
	s := start(t, func(c *config.Config) {
		c.PublicURL = front.URL
		inspected(c)
		c.APIURL, c.Lines, c.SpendLimitPence, c.TextPence, c.MinutePence = double.URL, []string{ourLine}, 5000, 5, 2
	})
	gateway.Store(s)
	for _, want := range []string{"degraded: redirects: /voice of ",
		"degraded: path-unreachable: something else than this gateway answers at /voice/leg ",
		"degraded: ended-elsewhere: " + ourLine, "degraded: no-fallback: " + ourLine + " has no fallback for texts",
		"has no fallback for calls"} {
		awaitReady(t, s, want, true)
	}
	wellSaid(t, get(t, s.admin+"/readyz"))
	if page := get(t, s.admin+"/status"); !strings.Contains(page, "Perhaps not everybody.") {
		t.Errorf("the manager's page says\n%s", page)
	}
	wrong.Store(false)
	awaitReady(t, s, "redirects", false)
	awaitReady(t, s, "path-unreachable", false)
	if m := get(t, s.admin+"/metrics"); !strings.Contains(m, `outcome="mismatched"} 0`) ||
		strings.Contains(m, `outcome="mismatched"} 1`) {
		t.Error("the gateway's own requests are taken for the provider's")
	}
}

// The public address says whether to route here, and nothing else; while the gateway stops it
// says no, and people are still answered.
func TestLive(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Drain = time.Hour }) // longer than any test
	ask := func() (int, string) {
		resp, err := http.Get(s.url + "/live")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	if status, body := ask(); status != http.StatusOK || body != "" {
		t.Errorf("it says %d %q", status, body)
	}
	s.stop()
	s.done <- nil // nobody waits until it has drained
	s.log.await(t, "draining", 1)
	if status, body := ask(); status != http.StatusServiceUnavailable || body != "" {
		t.Errorf("while it stops it says %d %q", status, body)
	}
	if got := text(t, s.phone(), "kendal"); !strings.Contains(got, "01229 582386") {
		t.Errorf("while it stops a text is answered %q", got)
	}
}
