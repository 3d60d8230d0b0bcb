package server_test

import (
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// storeBeside is a Redis, a PRIVACY_KEY for a gateway, and a store that reads what it keeps.
func storeBeside(t *testing.T) (*testkit.Redis, []byte, *store.Store) {
	t.Helper()
	r, secret := testkit.StartRedis(t), privacy.NewSecret()
	keys, err := privacy.NewKeyring(secret)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(store.Options{URL: r.URL(), Keys: keys, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	return r, secret, kept
}

// The manager's page says how the line does, and shows no count under twenty.
func TestStatusPage(t *testing.T) {
	r, secret, kept := storeBeside(t)
	day := hours.Day(time.Now()).AddDate(0, 0, -1)
	if err := kept.PutCounts(t.Context(), day, "a test", map[string]int{
		"text|||begun": 31, "call|||begun": 12, "call||letgo_south|no_answer": 22, "call||letgo_south|answered": 21,
		"call||letgo_north|no_answer": 19,
	}); err != nil {
		t.Fatal(err)
	}
	s := start(t, func(c *config.Config) { c.RedisURL, c.Secrets = r.URL(), [][]byte{secret} })
	text(t, s.phone(), "hello")
	page := get(t, s.admin+"/status")
	for _, want := range []string{"<p>20 or more</p>", "<li>LetGo South: many calls were not answered.</li>",
		"The book that comes with the program, since the start on", "which nobody has rung",
		"Yes. No problem is known."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "LetGo North:") || strings.Contains(page, ">19<") {
		t.Errorf("the page shows a count under twenty:\n%s", page)
	}
	r.Do(t, "DEL", "counts:"+day.Format(time.DateOnly))
	if page := get(t, s.admin+"/status"); !strings.Contains(page, "<p>Fewer than 20</p>") ||
		!strings.Contains(page, "No service missed 20 calls or more.") {
		t.Errorf("the page of a quiet day says\n%s", page)
	}
	r.Kill()
	if page := get(t, s.admin+"/status"); !strings.Contains(page, "The counts cannot be read now") ||
		!strings.Contains(page, "Conversations are not remembered.") || !strings.Contains(page, "store-unreachable") {
		t.Errorf("with Redis unreachable the page says\n%s", page)
	}
}
