package sms_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/testbook"
	"signpost/internal/admit"
	"signpost/internal/budget"
	"signpost/internal/counters"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
	"signpost/sms"
)

const (
	line     = "+441632960000"
	mobile   = "+447400123456"
	helpline = "0808 157 0010"
)

// channel is a handler under test, with a store on a real Redis and faults that a test may
// switch on.
type channel struct {
	*sms.Handler
	redis       *testkit.Redis
	meter       *budget.Meter
	now         time.Time
	maintenance bool
	limits      *faultyLimits
	counts      map[sms.Outcome]int
	tallies     []counters.Kind

	texts   int
	cookies map[string]string // by sender, as the provider stores them
}

// faultyLimits are the real limits until a fault is set.
type faultyLimits struct {
	admit.Limits
	over, panics atomic.Bool
}

func (l *faultyLimits) TryLocal(s admit.Sender) (allowed, decided bool) {
	switch {
	case l.panics.Load():
		return true, false // ask Allow, which panics
	case l.over.Load():
		return false, true
	}
	return l.Limits.TryLocal(s)
}

func (l *faultyLimits) Allow(ctx context.Context, s admit.Sender) (bool, error) {
	if l.panics.Load() {
		panic("a fault")
	}
	return l.Limits.Allow(ctx, s)
}

func (l *faultyLimits) AllowUrgent(ctx context.Context, s admit.Sender) (bool, error) {
	if l.panics.Load() {
		panic("a fault")
	}
	return l.Limits.AllowUrgent(ctx, s)
}

func open(t testing.TB, r *testkit.Redis, keys *privacy.Keyring) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{
		URL: r.URL(), SessionTTL: 15 * time.Minute, Keys: keys, Wait: 2 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newChannel(t testing.TB, r *testkit.Redis, b *flows.Book) *channel {
	t.Helper()
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, r, keys)
	c := &channel{redis: r, now: time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC), counts: map[sms.Outcome]int{},
		cookies: map[string]string{}}
	clock := func() time.Time { return c.now }
	c.limits = &faultyLimits{Limits: admit.NewLimits(admit.Options{Rate: s, HomeLimit: 1000, ServiceLimit: 100_000,
		Now: clock})}
	c.meter = &budget.Meter{Keeper: s, Limit: 1000, Now: clock, Log: slog.New(slog.DiscardHandler)}
	c.Handler = &sms.Handler{
		Book: func(uint32) *flows.Book { return b }, Sessions: s,
		Identity: sms.Identity{Keys: keys, SessionTTL: 15 * time.Minute, Now: clock},
		Admission: &admit.Texts{
			Limits: c.limits, Meter: c.meter, Price: 5, Countries: []int{44, 353},
			Maintenance: func() bool { return c.maintenance },
		},
		Now: clock, Log: slog.New(slog.DiscardHandler), Count: func(o sms.Outcome) { c.counts[o]++ },
		AddCount: func(_ string, k counters.Kind) { c.tallies = append(c.tallies, k) },
	}
	return c
}

// message is the next text of a sender, with the cookie that the provider stores.
func (c *channel) message(from, text string) webhook.Message {
	c.texts++
	return webhook.Message{
		ID: fmt.Sprint("message ", c.texts), From: twilio.ParseAddress(from), Line: line, Text: privacy.Hide(text),
		Cookie: c.cookies[from],
	}
}

// send has a message answered, and stores its cookie as the provider does.
func (c *channel) send(t testing.TB, m webhook.Message) string {
	t.Helper()
	r := c.Answer(t.Context(), m)
	if r.Cookie != "" {
		c.cookies[m.From.Raw.Reveal()] = r.Cookie
	}
	return r.Text
}

func (c *channel) text(t testing.TB, from, text string) string {
	t.Helper()
	return c.send(t, c.message(from, text))
}

// spend spends so many tenths of every share.
func (c *channel) spend(tenths budget.Money) {
	for _, k := range budget.Kinds() {
		c.meter.Spend(k, c.meter.LimitOf(k)*tenths/10)
	}
}

// stored is what Redis holds of conversations: the limits are asked before a repeat is
// known to be one.
func (c *channel) stored(t testing.TB) string {
	t.Helper()
	var kept strings.Builder
	for l := range strings.Lines(c.redis.Dump(t)) {
		if !strings.HasPrefix(l, "rate:") {
			kept.WriteString(l)
		}
	}
	return kept.String()
}

// Each situation is answered as decided, with every fault.
func TestAnswer(t *testing.T) {
	const (
		town, menu, north = "Reply with your town", "1 for a man", "0161 496 0001"
		silence           = ""
	)
	b := testbook.Load(t)
	faults := []struct {
		name string
		set  func(c *channel)
	}{
		{"all well", func(*channel) {}},
		{"the limits panic", func(c *channel) { c.limits.panics.Store(true) }},
		{"over the limit", func(c *channel) { c.limits.over.Store(true) }},
		{"the budget is nearly spent", func(c *channel) { c.spend(9) }},
		{"the budget is spent", func(c *channel) { c.spend(10) }},
		{"maintenance", func(c *channel) { c.maintenance = true }},
		{"Redis is gone", func(c *channel) { c.redis.Kill() }}, // the last: it is gone for good
	}
	always := func(want string) []string { return slices.Repeat([]string{want}, len(faults)) }
	tests := []struct {
		situation, from string
		before          []string // texts while all is well
		text            string
		want            []string // in the order of faults
	}{
		{"a place out of the blue", mobile, nil, "penwick",
			[]string{north, north, north, north, north, helpline, north}},
		{"a greeting", mobile, nil, "hello", []string{town, town, helpline, helpline, helpline, helpline, helpline}},
		{"nothing", mobile, nil, "", []string{town, town, helpline, helpline, helpline, helpline, helpline}},
		{"a choice in a menu", mobile, []string{"hello", "2"}, "4",
			[]string{menu, menu, helpline, menu, helpline, helpline, menu}},
		{"a quoted reply", mobile, []string{"hello", "2"}, "4\n> Who is it for?",
			[]string{menu, menu, helpline, menu, helpline, helpline, menu}},
		{"leaving", mobile, []string{"hello"}, "x", always(silence)},
		{"thanks out of the blue", mobile, nil, "thank you so much", always(silence)},
		{"danger", mobile, nil, "he is going to kill me", always("999")},
		{"danger in the middle of a menu", mobile, []string{"hello", "2"}, "he is going to kill me", always("999")},
		{"a foreign mobile that is answered", "+353851234567", nil, "penwick",
			[]string{north, north, helpline, north, helpline, helpline, north}},
		{"a foreign mobile that is not", "+33612345678", nil, "penwick",
			[]string{helpline, helpline, helpline, helpline, silence, helpline, helpline}},
		{"it, again", "+33612345678", []string{"hello"}, "penwick", always(silence)},
		{"it, leaving", "+33612345678", nil, "x", always(silence)},
		{"a number that earns from our texts", "+447012345678", nil, "hello",
			[]string{helpline, helpline, helpline, helpline, silence, helpline, helpline}},
		{"a landline", "+441614960001", nil, "penwick", always(silence)},
		{"a short code", "60777", nil, "penwick", always(silence)},
		{"ourselves", line, nil, "penwick", always(silence)},
	}
	for _, tt := range tests {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			r := testkit.StartRedis(t)
			for i, fault := range faults {
				c := newChannel(t, r, b)
				for _, text := range tt.before {
					c.text(t, tt.from, text)
				}
				fault.set(c)
				got := c.text(t, tt.from, tt.text)
				if !strings.Contains(got, tt.want[i]) || tt.want[i] == silence && got != "" {
					t.Errorf("%s: answered %q, want %q", fault.name, got, tt.want[i])
				}
			}
		})
	}
}

// The same message gets the same reply and cookie, moves nothing and costs nothing,
// after anything that has happened since.
func TestRepeat(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	for _, text := range []string{"hello", "2", "4", "xyzzy", "9", "x", "hello"} {
		m := c.message(mobile, text)
		first, spent := c.Answer(t.Context(), m), c.meter.Total()
		c.cookies[mobile] = first.Cookie
		c.limits.over.Store(true)
		c.maintenance = true
		before := c.stored(t)
		if again := c.Answer(t.Context(), m); again != first {
			t.Errorf("%q again: %+v, first %+v", text, again, first)
		}
		if c.stored(t) != before || c.meter.Total() != spent {
			t.Errorf("%q again moved or cost something", text)
		}
		c.limits.over.Store(false)
		c.maintenance = false
	}
	if c.counts[sms.Repeated] != 7 || c.meter.Total() == 0 {
		t.Errorf("counted %v, cost %v", c.counts, c.meter.Total())
	}
}

// The provider names every text. One whose name somebody took out of what is signed moves
// nothing and tells nothing of the conversation; but a place, and danger, get their answer.
func TestNoID(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	c.text(t, mobile, "hello")
	c.text(t, mobile, "2")
	before := c.stored(t)
	for body, want := range map[string]string{"4": helpline, "again": helpline, "penwick": "0161 496 0001",
		"he has a knife": "999", "x": ""} {
		m := c.message(mobile, body)
		m.ID = ""
		for range 2 {
			got := c.Answer(t.Context(), m)
			if !strings.Contains(got.Text, want) || want == "" && got.Text != "" ||
				strings.Contains(got.Text, "1 for a man") {
				t.Errorf("%q without an id is answered %q", body, got.Text)
			}
			if got.Cookie != "" || c.stored(t) != before {
				t.Errorf("%q without an id moved something", body)
			}
		}
	}
	if got := c.text(t, mobile, "4"); !strings.Contains(got, "1 for a man") {
		t.Errorf("the conversation goes on with %q", got)
	}
}

// A conversation in which too much has moved nothing still gives the number it is asked for,
// then the helpline text, then nothing; each repeat gets the same, and moves nothing.
func TestExhausted(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	const number = "0161 496 0001"
	for range 9 {
		if got := c.text(t, mobile, "penwick"); !strings.Contains(got, number) {
			t.Fatalf("answered %q", got)
		}
	}
	for i, want := range []string{number, helpline, ""} {
		m := c.message(mobile, "penwick")
		first := c.Answer(t.Context(), m)
		before := c.stored(t)
		if !strings.Contains(first.Text, want) || want == "" && first.Text != "" || i == 1 &&
			strings.Contains(first.Text, number) {
			t.Errorf("text %d is answered %q, not %q", i+10, first.Text, want)
		}
		if again := c.Answer(t.Context(), m); again != first || c.stored(t) != before {
			t.Errorf("its repeat is answered %+v, not %+v", again, first)
		}
	}
	if got := c.text(t, mobile, "barnholm"); !strings.Contains(got, "0161 496 0002") {
		t.Errorf("another place is answered %q", got)
	}
	c.text(t, "+447400999888", "hello")
	c.text(t, "+447400999888", "i hit my wife")
	for range 30 {
		if got := c.text(t, "+447400999888", "penwick"); strings.Contains(got, number) {
			t.Fatalf("on the branch of somebody who harms, a place is answered %q", got)
		}
	}
}

// A text in an exhausted conversation that is tried again, because another text came at the same
// moment, gets what it got at first, and not silence.
func TestExhaustedTogether(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	for range 9 {
		c.text(t, mobile, "penwick")
	}
	sessions := &faultySessions{Sessions: c.Sessions}
	c.Sessions = sessions
	for _, want := range []string{"0161 496 0001", helpline} {
		sessions.moved = 1
		if got := c.text(t, mobile, "penwick"); !strings.Contains(got, want) {
			t.Errorf("answered %q, not %q", got, want)
		}
	}
}

// When the provider has answered an opt-out keyword we send nothing, and STOP ends the
// conversation.
func TestOptOut(t *testing.T) {
	for _, tt := range []struct {
		keyword webhook.OptOut
		next    string // the answer to the text after
	}{{webhook.OptOutStop, "Reply with your town"}, {webhook.OptOutOther, "1 for a man"}} {
		c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
		c.text(t, mobile, "hello")
		c.text(t, mobile, "2")
		m := c.message(mobile, "anything")
		m.OptOut = tt.keyword
		if got := c.send(t, m); got != "" {
			t.Errorf("%d is answered %q", tt.keyword, got)
		}
		if got := c.text(t, mobile, "4"); !strings.Contains(got, tt.next) {
			t.Errorf("after %d a choice is answered %q", tt.keyword, got)
		}
	}
}

// A cookie that is forged, cut, old or another conversation's opens nothing.
func TestStrangeCookies(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	c.text(t, mobile, "hello")
	c.text(t, mobile, "2")
	mine, began := c.cookies[mobile], c.now
	c.redis.Kill()
	for _, tt := range []struct {
		name, from, cookie string
		age                time.Duration
		opens              bool
	}{
		{"ours", mobile, mine, 0, true}, {"old", mobile, mine, time.Hour, false},
		{"another's", "+447400999888", mine, 0, false},
		{"cut", mobile, mine[:len(mine)-3], 0, false}, {"rubbish", mobile, "AAAA", 0, false},
		{"none", mobile, "", 0, false},
	} {
		m := c.message(tt.from, "4")
		m.Cookie = tt.cookie
		c.now = began.Add(tt.age)
		if got := c.Answer(t.Context(), m).Text; strings.Contains(got, "1 for a man") != tt.opens {
			t.Errorf("%s: answered %q", tt.name, got)
		}
	}
}

// faultySessions is a store that fails, or in which somebody else moves the conversation
// first, so many times.
type faultySessions struct {
	sms.Sessions
	recall, commit error
	moved          int
}

func (s *faultySessions) Recall(ctx context.Context, key store.SessionKey, earlier ...store.SessionKey) (store.Session,
	error) {
	if s.recall != nil {
		return store.Session{}, s.recall
	}
	return s.Sessions.Recall(ctx, key, earlier...)
}

func (s *faultySessions) Commit(
	ctx context.Context, key store.SessionKey, from store.Session, mark store.Mark, next []byte, keepTTL bool,
) (store.Session, bool, error) {
	if s.commit != nil {
		return store.Session{}, false, s.commit
	}
	if s.moved > 0 {
		s.moved--
		return from, false, nil
	}
	return s.Sessions.Commit(ctx, key, from, mark, next, keepTTL)
}

// Somebody whose conversation is moved by other texts all the while is answered.
func TestContended(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	c.Sessions = &faultySessions{Sessions: c.Sessions, moved: 100}
	if got := c.text(t, mobile, "penwick"); !strings.Contains(got, "0161 496 0001") || c.counts[sms.Contended] != 1 {
		t.Errorf("answered %q, counted %v", got, c.counts)
	}
}

// Two texts of one person at once are both answered, one after the other.
func TestTogether(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	c.Count, c.AddCount = func(sms.Outcome) {}, func(string, counters.Kind) {}
	c.text(t, mobile, "penwick")
	one, two := c.message(mobile, "1"), c.message(mobile, "1")
	got := make(chan string, 2)
	for _, m := range []webhook.Message{one, two} {
		go func() { got <- c.Answer(context.Background(), m).Text }()
	}
	if first, second := <-got, <-got; first == second || first == "" || second == "" {
		t.Errorf("both are answered %q", first)
	}
}

// A conversation goes on across midnight, under a name of the new day.
func TestMidnight(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	c.now = time.Date(2026, 11, 20, 23, 58, 0, 0, time.UTC)
	c.text(t, mobile, "hello")
	m := c.message(mobile, "2")
	first := c.send(t, m)
	c.cookies = map[string]string{} // the names alone must do
	c.now = c.now.Add(4 * time.Minute)
	if again := c.send(t, m); again != first {
		t.Errorf("the repeat after midnight is answered %q", again)
	}
	if got := c.text(t, mobile, "4"); !strings.Contains(got, "1 for a man") {
		t.Errorf("after midnight: %q", got)
	}
}

// A conversation whose step the book has lost starts again.
func TestBookLosesTheStep(t *testing.T) {
	b := testbook.Load(t)
	c := newChannel(t, testkit.StartRedis(t), b)
	for _, text := range []string{"hello", "2", "4"} {
		c.text(t, mobile, text)
	}
	other := *b
	other.Steps = slices.Clone(b.Steps)
	for i := range other.Steps {
		if other.Steps[i].ID != b.TextStart && other.Steps[i].ID != b.CallStart {
			other.Steps[i].ID += "_renamed"
		}
	}
	c.Book = func(uint32) *flows.Book { return &other }
	if got := c.text(t, mobile, "what"); !strings.Contains(got, "Reply with your town") {
		t.Errorf("answered %q", got)
	}
}

// The day's counts say what was given, and nothing of whom it was given to.
func TestTally(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	for _, text := range []string{"hello", "penwick", "it was engaged", "999", "x"} {
		c.text(t, mobile, text)
	}
	var got []string
	for _, k := range c.tallies {
		got = append(got, fmt.Sprint(k.Channel, " ", k.Area, " ", k.Service, " ", k.Outcome))
	}
	want := []string{"text   begun", "text fellshire_north fell_team_north given", "text  fell_team_north complained",
		"text   emergency", "text   left"}
	if !slices.Equal(got, want) {
		t.Errorf("counted %q", got)
	}
}

func TestFallback(t *testing.T) {
	if text := testbook.Load(t).FallbackText(); !strings.Contains(text, helpline) || !strings.Contains(text, "999") {
		t.Errorf("%q", text)
	}
}
