package sms_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"signpost/flows/testbook"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/sms"
)

// awayChannel is a channel whose store a test may take away.
func awayChannel(t *testing.T) (c *channel, away *faultySessions, says func(text, want string)) {
	c = newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	away = &faultySessions{Sessions: c.Sessions}
	c.Sessions = away
	return c, away, func(text, want string) {
		t.Helper()
		if got := c.text(t, mobile, text); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q is answered %q, not %q", text, got, want)
		}
	}
}

var errAway = errors.New("gone")

// A conversation that begins while Redis is unreachable goes on, and still does when Redis is back.
func TestBeginsWithoutRedis(t *testing.T) {
	const first, second, third = "0161 496 0001", "0306 999 0005", "0808 157 0011"
	for _, back := range []int{0, 1, 2} { // after how many texts Redis is back
		_, away, says := awayChannel(t)
		away.recall = errAway
		for i, step := range []struct{ text, want string }{{"penwick", first}, {"1", second},
			{"they didnt answer", third}} {
			if i > back {
				away.recall = nil
			}
			says(step.text, step.want)
		}
	}
}

// What somebody does without Redis counts, though an older write of theirs reaches Redis
// afterwards.
func TestLateWrite(t *testing.T) {
	const third = "0808 157 0011"
	for _, tt := range []struct {
		name   string
		before []string // texts while all is well
		late   string   // the text whose write is late
		away   []string // texts without Redis
		next   string
		want   string
	}{
		{"leaves", nil, "penwick", []string{"x"}, "1", "Reply with your town"},
		{"leaves a conversation", []string{"hello"}, "penwick", []string{"x"}, "1", "Reply with your town"},
		{"goes on", nil, "penwick", []string{"1"}, "they didnt answer", third},
		{"corrects", nil, "barnholm", []string{"penwick", "1"}, "they didnt answer", third},
	} {
		c, away, says := awayChannel(t)
		for _, text := range tt.before {
			c.text(t, mobile, text)
		}
		held := &lateSessions{Sessions: away.Sessions}
		c.Sessions = held
		c.text(t, mobile, tt.late)
		away.recall = errAway
		c.Sessions = away
		for _, text := range tt.away {
			c.text(t, mobile, text)
		}
		held.arrives(t)
		away.recall = nil
		t.Log(tt.name)
		says(tt.next, tt.want)
	}
}

// A write that reaches Redis after the person has left does not begin the conversation
// again.
func TestLateWriteAfterLeaving(t *testing.T) {
	for _, before := range [][]string{nil, {"hello"}} {
		c, away, says := awayChannel(t)
		for _, text := range before {
			c.text(t, mobile, text)
		}
		held := &lateSessions{Sessions: away.Sessions}
		c.Sessions = held
		c.text(t, mobile, "penwick")
		c.Sessions = away
		says("x", "")
		held.arrives(t)
		says("1", "Reply with your town")
		c.cookies = map[string]string{}
		says("x", "")
		says("1", "Reply with your town")
	}
}

// lateSessions holds a write back: its gateway gives up waiting for it.
type lateSessions struct {
	sms.Sessions
	write func() error
}

func (s *lateSessions) Commit(
	_ context.Context, key store.SessionKey, from store.Session, mark store.Mark, next []byte, keepTTL bool,
) (store.Session, bool, error) {
	s.write = func() error {
		_, _, err := s.Sessions.Commit(context.Background(), key, from, mark, next, keepTTL)
		return err
	}
	return store.Session{}, false, errAway
}

func (s *lateSessions) arrives(t *testing.T) {
	t.Helper()
	if err := s.write(); err != nil {
		t.Error(err)
	}
}

// Somebody who writes about their own behaviour is given no service for the people harmed,
// however their first text was answered.
func TestOwnBehaviourIsKept(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(*channel, *faultySessions)
		back func(*channel, *faultySessions)
	}{
		{"Redis is unreachable", func(_ *channel, s *faultySessions) { s.recall = errAway },
			func(_ *channel, s *faultySessions) { s.recall = nil }},
		{"Redis is emptied", func(*channel, *faultySessions) {},
			func(c *channel, _ *faultySessions) { c.redis.Do(t, "FLUSHALL") }},
		{"a write fails", func(_ *channel, s *faultySessions) { s.commit = errAway },
			func(_ *channel, s *faultySessions) { s.commit = nil }},
		{"the budget is nearly spent", func(c *channel, _ *faultySessions) { c.spend(9) },
			func(*channel, *faultySessions) {}},
		{"the budget is spent", func(c *channel, _ *faultySessions) { c.spend(10) },
			func(*channel, *faultySessions) {}},
		{"over the limit", func(c *channel, _ *faultySessions) { c.limits.over.Store(true) },
			func(c *channel, _ *faultySessions) { c.limits.over.Store(false) }},
		{"maintenance", func(c *channel, _ *faultySessions) { c.maintenance = true },
			func(c *channel, _ *faultySessions) { c.maintenance = false }},
	} {
		for _, wait := range []int{0, 1, 30} { // how many texts come before all is well again
			c, away, _ := awayChannel(t)
			says := func(text string) {
				t.Helper()
				if got := c.text(t, mobile, text); strings.Contains(got, "0161 496 0001") ||
					strings.Contains(got, helpline) {
					t.Errorf("%s: %q is answered %q, after %d", tt.name, text, got, wait)
				}
			}
			tt.set(c, away)
			says("i hit my wife")
			for range wait {
				says("penwick")
			}
			tt.back(c, away)
			for range 3 {
				says("penwick")
			}
		}
	}
}

// A conversation that somebody has left stays over, though the provider gives back a cookie of
// before: of texts that come together, the answer to an earlier one may arrive last.
func TestLeftStaysLeft(t *testing.T) {
	c, _, _ := awayChannel(t)
	c.text(t, mobile, "i hit my wife")
	before := maps.Clone(c.cookies)
	c.text(t, mobile, "x")
	c.cookies = before
	fresh, _, _ := awayChannel(t)
	if got, want := c.text(t, mobile, "hello"), fresh.text(t, mobile, "hello"); got != want {
		t.Errorf("answered %q, want %q", got, want)
	}
}

// Nor when the provider has lost the cookie, and Redis is unreachable.
func TestOwnBehaviourWithoutCookie(t *testing.T) {
	for _, lost := range []string{"penwick", "hello"} {
		c, away, _ := awayChannel(t)
		c.text(t, mobile, "i hit my wife")
		away.recall = errAway
		c.cookies = map[string]string{}
		c.text(t, mobile, lost) // nobody can know
		away.recall = nil
		if got := c.text(t, mobile, "penwick"); strings.Contains(got, "0161 496 0001") {
			t.Errorf("answered %q", got)
		}
	}
}

// However long a conversation goes on without Redis, it does when Redis is back.
func TestLongWithoutRedis(t *testing.T) {
	c, away, says := awayChannel(t)
	says("hello", "Reply with your town")
	away.recall = errAway
	for range 20 {
		c.text(t, mobile, "barnholm")
		c.text(t, mobile, "penwick")
		c.text(t, mobile, "1")
	}
	says("penwick", "0161 496 0001")
	away.recall = nil
	says("1", "0306 999 0005")
}

// A text that comes again with the cookie of its own answer gets the same answer and moves
// nothing, whether or not Redis is there and however it was answered.
func TestRepeatWithCookie(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before []string
		text   string
		set    func(*channel, *faultySessions)
	}{
		{"Redis is there", []string{"penwick"}, "1", func(*channel, *faultySessions) {}},
		{"Redis is unreachable", []string{"penwick"}, "1", func(_ *channel, s *faultySessions) { s.recall = errAway }},
		{"a first text without Redis", nil, "penwick", func(_ *channel, s *faultySessions) { s.recall = errAway }},
		{"a write fails", []string{"penwick"}, "1", func(_ *channel, s *faultySessions) { s.commit = errAway }},
		{"over the limit", []string{"penwick"}, "1", func(c *channel, _ *faultySessions) { c.limits.over.Store(true) }},
		{"maintenance", []string{"penwick"}, "1", func(c *channel, _ *faultySessions) { c.maintenance = true }},
	} {
		for _, back := range []bool{false, true} {
			c, away, _ := awayChannel(t)
			for _, text := range tt.before {
				c.text(t, mobile, text)
			}
			tt.set(c, away)
			m := c.message(mobile, tt.text)
			first := c.send(t, m)
			c.limits.over.Store(false)
			c.maintenance = false
			away.recall, away.commit = errAway, errAway
			if back {
				away.recall, away.commit = nil, nil
			}
			m.Cookie = c.cookies[mobile]
			charged := c.meter.Total()
			if again := c.send(t, m); again != first {
				t.Errorf("%s: answered %q, and again %q", tt.name, first, again)
			}
			if c.cookies[mobile] != m.Cookie || c.counts[sms.Repeated] != 1 || c.meter.Total() != charged {
				t.Errorf("%s: a repeat moved the conversation, or was charged: %v", tt.name, c.counts)
			}
		}
	}
}

// Of texts that come at once each learns which was first, though one reply of Redis is lost.
func TestReplyOfRedisIsLost(t *testing.T) {
	c, away, says := awayChannel(t)
	says("penwick", "0161 496 0001")
	cookie := c.cookies[mobile]
	lossy := &lossySessions{Sessions: away}
	c.Sessions = lossy
	for _, want := range []string{"0306 999 0005", "0808 157 0011"} { // both came before either was answered
		m := c.message(mobile, "1")
		m.Cookie, lossy.lost = cookie, false
		if got := c.send(t, m); !strings.Contains(got, want) {
			t.Errorf("answered %q, not with %s", got, want)
		}
	}
	if c.counts[sms.NotSaved]+c.counts[sms.Repeated] != 0 {
		t.Errorf("counted %v", c.counts)
	}
}

// lossySessions moves a conversation, and loses the first reply.
type lossySessions struct {
	sms.Sessions
	lost bool
}

func (s *lossySessions) Commit(
	ctx context.Context, key store.SessionKey, from store.Session, mark store.Mark, next []byte, keepTTL bool,
) (store.Session, bool, error) {
	now, done, err := s.Sessions.Commit(ctx, key, from, mark, next, keepTTL)
	if !s.lost {
		s.lost = true
		return store.Session{}, false, errAway
	}
	return now, done, err
}

// A text that comes again late takes no conversation back, though Redis goes away then.
func TestLateRepeat(t *testing.T) {
	c, away, says := awayChannel(t)
	says("hello", "Reply with your town")
	m := c.message(mobile, "penwick")
	first := c.send(t, m)
	says("1", "0306 999 0005")
	m.Cookie = c.cookies[mobile]
	if again := c.send(t, m); again != first {
		t.Errorf("answered %q, and again %q", first, again)
	}
	away.recall = errAway
	says("1", "0808 157 0011")
}

// One that comes again after later texts, while Redis is unreachable, moves nothing.
func TestLateRepeatWithoutRedis(t *testing.T) {
	for _, there := range []bool{true, false} { // when the later texts come
		c, away, says := awayChannel(t)
		says("hello", "Reply with your town")
		m := c.message(mobile, "penwick")
		c.send(t, m)
		if !there {
			away.recall = errAway
		}
		says("1", "0306 999 0005")
		away.recall = errAway
		m.Cookie = c.cookies[mobile]
		if again := c.send(t, m); !strings.Contains(again, "0161 496 0001") {
			t.Errorf("answered %q", again)
		}
		says("1", "0808 157 0011")
	}
}

// What is done while Redis is unreachable holds once it is back, unless Redis has moved on.
func TestRedisComesBack(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	away := &faultySessions{Sessions: c.Sessions}
	c.Sessions = away
	says := func(text, want string) {
		t.Helper()
		if got := c.text(t, mobile, text); !strings.Contains(got, want) {
			t.Errorf("%q is answered %q", text, got)
		}
	}
	says("hello", "Reply with your town")
	says("2", "Who is it for")
	away.recall = errors.New("gone")
	says("4", "1 for a man")
	says("3", "0808 157 0015")
	away.recall = nil
	says("9", "1 for a man")
	away.commit = errors.New("gone between the two")
	says("3", "0808 157 0015")
	away.commit = nil
	stale := c.cookies[mobile]
	says("9", "1 for a man")
	says("9", "Who is it for")
	c.cookies[mobile] = stale // Redis is newer now
	says("4", "1 for a man")
	away.recall = errors.New("gone")
	says("x", "")
	away.recall = nil
	says("1", "Reply with your town")
	if c.counts[sms.FromCookie] != 3 || c.counts[sms.NotSaved] != 1 {
		t.Errorf("counted %v", c.counts)
	}
}
