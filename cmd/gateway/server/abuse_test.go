package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"signpost/config"
	"signpost/internal/handset"
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
// number and 999 once an hour, whatever they write; so does a number that pays its
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
		case !tt.full && (!strings.Contains(first, the24) || !strings.Contains(first, "999") || strings.Contains(first, "01229")):
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

// With Redis away, too, somebody from elsewhere is answered once.
func TestElsewhereWithoutRedis(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL, c.Countries = r.URL(), []int{44} })
	r.Kill()
	p := *s.phone()
	p.From = "+33612345678"
	if first, second := text(t, &p, "im in kendal"), text(t, &p, "hello"); !strings.Contains(first, the24) || strings.Contains(first, "01229") || second != "" {
		t.Errorf("answered %q, %q", first, second)
	}
}

// What an hour may cost holds against ten thousand senders and callers; near it
// answers are the shortest there are, and who has had none is always answered. The
// next hour all is as ever.
func TestSpendIsBounded(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) {
		c.RedisURL, c.SpendLimit, c.TextPrice, c.CallPrice, c.ServiceLimit = r.URL(), 1000, 5, 25, 1_000_000
	})
	p := s.phone()
	if got := text(t, p, "hello"); !strings.Contains(got, "Reply with your town") {
		t.Fatalf("at first: %q", got)
	}
	// A flood of texts from as many senders.
	const senders = 10_000
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
				case strings.Contains(got, "Reply with your town"):
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
	// 1000 pence are 200 texts, and the menu is offered until 160 are sent; as many
	// as are under way may go beyond.
	if outcomes["menu"] < 150 || outcomes["menu"] > 160+together || outcomes["number"] != senders-outcomes["menu"] {
		t.Errorf("of %d people, %v", senders, outcomes)
	}
	// Who has been answered in this hour is not again, but for leaving.
	q := numbered(s, "+4475%08d", senders-1)
	if got := text(t, q, "hello"); got != "" {
		t.Errorf("answered again: %q", got)
	}
	// Whoever was in the middle of it gets the number, then nothing; and can leave.
	if first, second := text(t, p, "2"), text(t, p, "1"); !strings.Contains(first, the24) || second != "" {
		t.Errorf("in the middle: %q, %q", first, second)
	}
	if got := text(t, p, "x"); got != "" {
		t.Errorf("leaving is answered %q", got)
	}
	for name, phone := range map[string]*handset.Phone{"a caller": s.phone(), "a withheld one": withheld(s)} {
		call, err := phone.Ring(t.Context())
		if err != nil || !call.Ended || !strings.Contains(strings.Join(call.Said, " "), "0 8 0 8") || len(call.Dialling) > 0 {
			t.Errorf("%s hears %q, %v", name, call.Said, err)
		}
	}
	if got := get(t, s.admin+"/readyz"); !strings.HasPrefix(got, "ready\n") || !strings.Contains(got, "SPEND_LIMIT is spent") {
		t.Errorf("/readyz says %q", got)
	}
}

// Near the bound a new conversation gets one short useful answer, and one under way
// goes on.
func TestNearWhatMayBeSpent(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) {
		c.RedisURL, c.SpendLimit, c.TextPrice, c.CallPrice = r.URL(), 1000, 5, 400
	})
	p, twice := s.phone(), s.phone()
	text(t, p, "hello")
	mustRing(t, s)
	mustRing(t, s) // 805 of 1000
	if got := text(t, p, "2"); !strings.Contains(got, "Who is it for?") {
		t.Errorf("a conversation under way: %q", got)
	}
	sid := handset.SID("SM")
	for body, want := range map[string]string{"hello": the24, "kendal": "01229 582386", "2": the24} {
		if got := text(t, s.phone(), body); !strings.Contains(got, want) || strings.Contains(got, "Reply with your town") {
			t.Errorf("%q is answered %q", body, got)
		}
	}
	once, err := twice.TextAs(t.Context(), sid, "kendal")
	again, err2 := twice.TextAs(t.Context(), sid, "kendal")
	if err != nil || err2 != nil || once != again {
		t.Errorf("a repeat is answered %q, not %q", again, once)
	}
	if call, err := withheld(s).Ring(t.Context()); err != nil || !call.Ended {
		t.Errorf("a withheld caller hears %q, %v", call.Said, err)
	}
	if call := mustRing(t, s); call.Ended {
		t.Errorf("another caller hears %q", call.Said)
	}
}

// One caller who rings without end is told the number; others are not.
func TestOneCallerWithoutEnd(t *testing.T) {
	s := start(t, func(c *config.Config) { c.CallerLimit = 5 })
	p := s.phone()
	menus := 0
	for range 20 {
		call, err := p.Ring(t.Context())
		if err != nil || !strings.Contains(strings.Join(call.Said, " "), "24") {
			t.Fatalf("hears %q, %v", call.Said, err)
		}
		if !call.Ended {
			menus++
		}
	}
	if menus != 5 {
		t.Errorf("%d of 20 calls were offered the menu", menus)
	}
	for range 20 { // withheld callers are many people
		if call, err := withheld(s).Ring(t.Context()); err != nil || call.Ended {
			t.Fatalf("a withheld caller hears %q, %v", call.Said, err)
		}
	}
	if call := mustRing(t, s); call.Ended {
		t.Error("another caller is told the number only")
	}
	if got := s.metric(t, `signpost_call_events_total{event="helpline_only"}`); got != 15 {
		t.Errorf("%v calls were counted", got)
	}
}

// Danger is answered with 999 whatever is spent and however many texts a sender has
// sent; then, so that two machines cannot loop, only now and then.
func TestDangerIsAnsweredPastTheLimits(t *testing.T) {
	s := start(t, func(c *config.Config) { c.SenderLimit = 4 })
	p := s.phone()
	for range 20 {
		text(t, p, "the moon is made of cheese") // over the sender's limit
	}
	answered := 0
	const sent, always = 40, 12
	for i := range sent {
		got := text(t, p, "he has a knife")
		if got == "" {
			continue
		}
		answered++
		if at := strings.Index(got, "999"); at < 0 || at > 60 {
			t.Fatalf("text %d about danger gets %q", i, got)
		}
	}
	// One more of the first kind may come back, and one of the second, while this runs.
	if answered < always || answered > always+3 {
		t.Errorf("%d of %d texts about danger were answered", answered, sent)
	}
}
