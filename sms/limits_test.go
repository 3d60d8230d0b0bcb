package sms_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/flows/testbook"
	"signpost/internal/testkit"
)

// Words that only weigh for despair say nothing new in a conversation. They get an answer all the same, also
// where too much of the conversation has moved nothing.
func TestWordsOfDespairAreNeverSilent(t *testing.T) {
	const danger, call = "press 55", "999"
	b, r := testbook.Load(t), testkit.StartRedis(t)
	for _, tt := range []struct {
		before []string
		want   string
	}{
		{append([]string{"he has a knife"}, slices.Repeat([]string{"please help me"}, 8)...), danger},
		{append([]string{"he has a knife"}, slices.Repeat([]string{"please help me"}, 30)...), danger},
		{append([]string{"penwick"}, slices.Repeat([]string{"is it free"}, 8)...), call},
		{append([]string{"penwick"}, slices.Repeat([]string{"xyzzy"}, 8)...), call},
		{slices.Repeat([]string{"xyzzy"}, 8), call},
		{[]string{"thank you"}, "116 123"},
	} {
		for _, text := range []string{"ive decided. its calmer now ive decided. thanks for being there",
			"no town matters. none of it matters", "just need someone to talk me out of it"} {
			c := newChannel(t, r, b)
			for _, before := range tt.before {
				c.text(t, mobile, before)
			}
			for i := range 3 {
				if got := c.text(t, mobile, text); !strings.Contains(got, tt.want) {
					t.Errorf("after %d texts, from %q on, %q is answered %q the %d. time", len(tt.before), tt.before[0], text,
						got, i+1)
				}
			}
		}
	}
}

// Past the limits and in maintenance, the answer to danger or despair comes again to a text that says nothing new,
// and so does the one that fits who writes.
func TestUrgentAnswerComesAgainPastTheLimits(t *testing.T) {
	b, r := testbook.Load(t), testkit.StartRedis(t)
	for _, way := range []struct {
		name string
		set  func(*channel)
	}{
		{"within the limits", func(*channel) {}},
		{"over the limit", func(c *channel) { c.limits.over.Store(true) }},
		{"the budget is spent", func(c *channel) { c.spend(10) }},
		{"maintenance", func(c *channel) { c.maintenance = true }},
		{"both", func(c *channel) { c.limits.over.Store(true); c.maintenance = true }},
	} {
		for _, from := range []string{mobile, "+33612345678"} {
			for _, tt := range []struct{ urgent, text, want string }{
				{"hes got a knife", "please help me", "press 55"}, {"hes got a knife", "xyzzy", "press 55"},
				{"ive taken all my tablets", "im deaf", "Relay UK"}, {"i want to die", "i cant do this", "116 123"},
				{"ive taken all my tablets", "im in penwick", "A&E"}, {"ive taken all my tablets", "xyzzy", "A&E"},
			} {
				c := newChannel(t, r, b)
				for range 30 { // somebody else, in this name
					c.text(t, from, "hello")
				}
				way.set(c)
				c.text(t, from, tt.urgent)
				for range 3 {
					if got := c.text(t, from, tt.text); !strings.Contains(got, tt.want) {
						t.Errorf("%s: after %q, %q of %s is answered %q", way.name, tt.urgent, tt.text, from, got)
					}
				}
			}
		}
	}
}

// That answer is held by the limit of answers to danger, so that no two machines loop.
func TestUrgentAnswerComesAgainWithinItsLimit(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	c.limits.over.Store(true)
	for _, tt := range []struct {
		from     string
		texts    []string
		answered int // at once
	}{
		{mobile, []string{"hes got a knife", "please help me"}, 13},
		{"+447400999888", []string{"please help me"}, 8}, // too much has moved nothing then
	} {
		answers := 0
		c.text(t, tt.from, "hes got a knife")
		for i := range 100 {
			if strings.Contains(c.text(t, tt.from, tt.texts[i%len(tt.texts)]), "press 55") {
				answers++
			}
		}
		if answers > tt.answered || answers < 8 {
			t.Errorf("%q gets the answer %d times", tt.texts, answers)
		}
	}
}
