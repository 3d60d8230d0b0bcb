package server_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/hours"
	"signpost/internal/testkit"
)

// the24 is in every answer of last resort.
const the24 = "0808 2000 247"

func withheld(s *running) *handset.Phone {
	p := *s.phone()
	p.From = "+266696687" // as the provider writes it
	return &p
}

func numbered(s *running, format string, n int) *handset.Phone {
	p := *s.phone()
	p.From = fmt.Sprintf(format, n)
	return &p
}

// testClock is the gateway's clock, set by a test.
type testClock struct{ at atomic.Int64 }

// startAt runs a gateway whose clock stays at ten past ten of today, until a test moves it. Senders
// have other names after midnight, which a test does not reach.
func startAt(t *testing.T, change func(*config.Config)) (*running, *testClock) {
	t.Helper()
	c := &testClock{}
	c.at.Store(time.Now().Truncate(24 * time.Hour).Add(10*time.Hour + 10*time.Minute).UnixNano())
	return startWith(t, change,
		func(g *server.Gateway) { g.SetClock(func() time.Time { return time.Unix(0, c.at.Load()) }) }), c
}

func (c *testClock) add(d time.Duration) { c.at.Add(int64(d)) }

// day is the day that the clock shows.
func (c *testClock) day() time.Time { return hours.Day(time.Unix(0, c.at.Load())) }

// metric is one line's value.
func (s *running) metric(t *testing.T, line string) (v float64) {
	t.Helper()
	for l := range strings.Lines(get(t, s.admin+"/metrics")) {
		if rest, ok := strings.CutPrefix(l, line+" "); ok {
			fmt.Sscan(rest, &v)
		}
	}
	return v
}

// Somebody whose number is of a country that is not answered gets the 24-hour
// number and 999 once an hour, for any text; so does a number that pays its
// holder.
func TestElsewhere(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL, c.Countries = r.URL(), []int{44, 353} })
	for _, tt := range []struct {
		from string
		full bool
	}{
		{"+447400123456", true}, {"+353861234567", true}, {"+447911123456", true}, // Guernsey has the same code
		{"+33612345678", false}, {"+12025550123", false}, {"+8613912345678", false}, {"+447012345678", false},
		{"whatsapp:+447400123457", true}, {"whatsapp:+33612345679", false}, {"whatsapp:nonsense", false},
	} {
		p := *s.phone()
		p.From = tt.from
		first, second := text(t, &p, "im in kendal"), text(t, &p, "barrow")
		switch {
		case tt.full && (!strings.Contains(first, "01229 582386") || second == ""):
			t.Errorf("%s is answered %q, %q", tt.from, first, second)
		case !tt.full && (!strings.Contains(first, the24) || !strings.Contains(first, "999") ||
			strings.Contains(first, "01229")):
			t.Errorf("%s is answered %q", tt.from, first)
		case !tt.full && second != "":
			t.Errorf("%s is answered again: %q", tt.from, second)
		}
	}
	p := *s.phone()
	p.From = "+33611111111"
	if got := text(t, &p, "STOP"); got != "" {
		t.Errorf("STOP from elsewhere is answered %q", got)
	}
}

// With Redis unreachable, too, somebody from elsewhere is answered once.
func TestElsewhereWithoutRedis(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL, c.Countries = r.URL(), []int{44} })
	r.Kill()
	p := *s.phone()
	p.From = "+33612345678"
	if first, second := text(t, &p, "im in kendal"), text(t, &p, "hello"); !strings.Contains(first, the24) ||
		strings.Contains(first, "01229") || second != "" {
		t.Errorf("answered %q, %q", first, second)
	}
}

// What an hour may cost holds against two thousand senders; the menu is for those within it,
// and nobody is left without an answer. The next hour all is as ever.
func TestSpendIsBounded(t *testing.T) {
	r := testkit.StartRedis(t)
	s, clock := startAt(t, func(c *config.Config) {
		c.RedisURL, c.SpendLimitPence, c.TextPence, c.ServiceLimit = r.URL(), 3000, 5, 1_000_000 // 210 texts
	})
	p := s.phone()
	if got := text(t, p, "hello"); !strings.Contains(got, townAsked) {
		t.Fatalf("at first: %q", got)
	}
	// A flood of texts from as many senders.
	const senders = 2_000
	var all sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	const together = 16
	for w := range together {
		all.Go(func() {
			for i := w; i < senders; i += together {
				got, err := numbered(s, "+4475%08d", i).Text(t.Context(), "hello")
				mu.Lock()
				switch {
				case err != nil:
					outcomes["failed"]++
				case strings.Contains(got, townAsked):
					outcomes["menu"]++
				case strings.Contains(got, the24) && strings.Contains(got, "999"):
					outcomes["number"]++
				default:
					outcomes["nothing"]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	// The menu is offered until 147 to 189 texts are sent, chance decides; as many as are under
	// way may go beyond.
	if outcomes["menu"] < 137 || outcomes["menu"] > 189+together || outcomes["number"] != senders-outcomes["menu"] {
		t.Errorf("of %d people, %v", senders, outcomes)
	}
	// Somebody in the middle of it gets the helpline text, a number for each place, and 999;
	// and can leave.
	for _, step := range []struct{ body, want string }{
		{"2", the24}, {"kendal", "01229 582386"}, {"999", "999"}, {"penrith", "01228 633640"}, {"x", ""},
	} {
		if got := text(t, p, step.body); !strings.Contains(got, step.want) || step.want == "" && got != "" {
			t.Errorf("in the middle, %q is answered %q", step.body, got)
		}
	}
	if call := mustRing(t, s); call.Ended {
		t.Errorf("texts have used up the share of calls: %q", call.Said)
	}
	if got := get(t, s.admin+"/readyz"); !strings.HasPrefix(got, "ready\n") ||
		!strings.Contains(got, "the share of SPEND_LIMIT for texts from this country is spent") {
		t.Errorf("/readyz says %q", got)
	}
	if got := s.metric(t, "signpost_spend_reserve_pounds"); got < 80 { // about 1,800 texts
		t.Errorf("the reserve has cost %v pounds", got)
	}
	clock.add(time.Hour)
	if got := text(t, s.phone(), "hello"); !strings.Contains(got, townAsked) {
		t.Errorf("in the next hour: %q", got)
	}
}

// Near the bound a new conversation gets one short useful answer, and one under way
// goes on.
func TestNearWhatMayBeSpent(t *testing.T) {
	r := testkit.StartRedis(t)
	s, _ := startAt(t, func(c *config.Config) {
		c.RedisURL, c.SpendLimitPence, c.TextPence = r.URL(), 3000, 485
	})
	p, twice := s.phone(), s.phone()
	text(t, p, "hello")
	text(t, s.phone(), "hello") // 970 of 1050
	sid := handset.SID("SM")
	once, err := twice.TextAs(t.Context(), sid, "kendal") // 1455: spent
	again, err2 := twice.TextAs(t.Context(), sid, "kendal")
	if err != nil || err2 != nil || once != again || !strings.Contains(once, "01229 582386") {
		t.Errorf("a repeat is answered %q, not %q", again, once)
	}
	for body, want := range map[string]string{"hello": the24, "kendal": "01229 582386", "2": the24} {
		if got := text(t, s.phone(), body); !strings.Contains(got, want) || strings.Contains(got, townAsked) {
			t.Errorf("%q is answered %q", body, got)
		}
	}
}

// One caller who rings without end is told the number, and put through at the press of a key;
// others are offered the menu.
func TestOneCallerWithoutEnd(t *testing.T) {
	s, _ := startAt(t, func(c *config.Config) { c.CallerLimit = 5 })
	p := s.phone()
	menus := 0
	for range 20 {
		call, err := p.Ring(t.Context())
		if err != nil || !strings.Contains(strings.Join(call.Said, " "), "9 9 9") {
			t.Fatalf("hears %q, %v", call.Said, err)
		}
		if !only24(t, call) {
			menus++
		}
	}
	if menus != 5 {
		t.Errorf("%d of 20 calls were offered the menu", menus)
	}
	for range 20 { // withheld callers are many people
		if call, err := withheld(s).Ring(t.Context()); err != nil || only24(t, call) {
			t.Fatalf("a withheld caller hears %q, %v", call.Said, err)
		}
	}
	if call := mustRing(t, s); only24(t, call) {
		t.Error("another caller is told the number only")
	}
	if got := s.metric(t, `signpost_call_events_total{event="helpline_only"}`); got != 0 {
		t.Errorf("%v calls appear at once: somebody who forges a person's calls would see that person's own", got)
	}
}

// only24 reports a call that is offered the 24-hour line and no menu. It presses a key to see
// that the line is dialled.
func only24(t *testing.T, call *handset.Call) bool {
	t.Helper()
	said := strings.Join(call.Said, " ")
	if strings.Contains(said, testbook.OpensCall("county")) {
		return false
	}
	if !strings.Contains(said, "0 8 0 8") || !strings.Contains(said, "9 9 9") {
		t.Errorf("hears %q", said)
	}
	if err := call.Press(t.Context(), '5'); err != nil || len(call.Dialling) == 0 ||
		call.Dialling[0].E164 != "+448082000247" {
		t.Errorf("a key gets %q, %+v, %v", call.Said, call.Dialling, err)
	}
	return true
}

// Danger is answered with 999, no matter what is spent and how many texts a sender has
// sent; then, so that two machines cannot loop, only now and then, with the helpline text
// between.
func TestDangerIsAnsweredPastTheLimits(t *testing.T) {
	s, clock := startAt(t, func(c *config.Config) { c.SenderLimit = 4 })
	p := s.phone()
	for range 20 {
		text(t, p, "the moon is made of cheese") // over the sender's limit
	}
	clock.add(16 * time.Minute) // the next line is due
	answered, lines := 0, 0
	const sent, always = 40, 12
	for i := range sent {
		got := text(t, p, "he has a knife")
		switch at := strings.Index(got, "999"); {
		case got == "":
		case strings.HasPrefix(got, the24):
			lines++
		case at < 0 || at > 60:
			t.Fatalf("text %d about danger gets %q", i, got)
		default:
			answered++
		}
	}
	// One more of the first kind may come back, and one of the second, while this runs.
	if answered < always || answered > always+3 || lines != 1 {
		t.Errorf("%d of %d texts about danger were answered, and %d with the helpline text", answered, sent, lines)
	}
}
