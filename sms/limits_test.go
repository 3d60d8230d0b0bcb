package sms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/testbook"
	"signpost/internal/budget"
	"signpost/internal/testkit"
)

// Words that only weigh for despair say nothing new in a conversation. They get an answer all the same, also
// where too much of the conversation has moved nothing.
func TestWordsOfDespairAreNeverSilent(t *testing.T) {
	const danger, call = "Call 999", "999"
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

// Past the limits a place gets its number, also where another number comes first in the text, or was given before.
func TestPlaceGetsItsNumberPastTheLimits(t *testing.T) {
	const north, ask = "0161 496 0001", "Where are you?"
	plain, r := testbook.Load(t), testkit.StartRedis(t)
	quiet := plain.WithNotAnswering(map[string]bool{"fell_team_north": true})
	for _, way := range []struct {
		name string
		set  func(*channel)
	}{
		{"over the limit", func(c *channel) { c.limits.over.Store(true) }},
		{"the budget is spent", func(c *channel) { c.spend(10) }},
	} {
		for _, tt := range []struct {
			book  *flows.Book
			texts []string
			want  []string
		}{
			{plain, []string{"im deaf", "im in penwick"}, []string{"85258", north}},
			{plain, []string{"text only cant talk", "penwick"}, []string{"85258", north}},
			{plain, []string{"im 14 and my dad hits me", "penwick"}, []string{"0808 157 0015", north}},
			{quiet, []string{"0", "penwick"}, []string{"0808 157 0010", north}},
			{plain, []string{"0", "penwick"}, []string{"0808 157 0010", north}},
			{plain, []string{"penwick or barnholm", "1"}, []string{ask, north}},
			{plain, []string{"penwick or barnholm", "penwick"}, []string{ask, north}},
		} {
			for _, before := range []int{0, 1, 30} {
				c := newChannel(t, r, tt.book)
				for range before {
					c.text(t, mobile, "menu")
				}
				way.set(c)
				for i, text := range tt.texts {
					if got := c.text(t, mobile, text); !strings.Contains(got, tt.want[i]) {
						t.Errorf("%s, after %d texts: of %q, %q is answered %q", way.name, before, tt.texts, text, got)
					}
				}
			}
		}
	}
}

// The two halves of a postcode are joined there, as everywhere.
func TestHalvesOfAPostcodePastTheLimits(t *testing.T) {
	b, r := testbook.Shipped(), testkit.StartRedis(t)
	_, whole, err := b.Step(time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC), flows.State{}, flows.TextInput("CW10 9QN"))
	if err != nil || len(whole.Shows) == 0 {
		t.Fatal(whole, err)
	}
	number := b.Service(whole.Shows[0]).Lines[0].Printed
	for _, before := range []int{0, 1, 30} {
		c := newChannel(t, r, b)
		for range before {
			c.text(t, mobile, "menu")
		}
		c.limits.over.Store(true)
		c.text(t, mobile, "CW10")
		if got := c.text(t, mobile, "9QN"); !strings.Contains(got, number) {
			t.Errorf("after %d texts, the second half is answered %q", before, got)
		}
	}
}

// A question for the place comes at growing intervals there, and no machine is asked without end.
func TestQuestionForThePlacePastTheLimits(t *testing.T) {
	c := newChannel(t, testkit.StartRedis(t), testbook.Load(t))
	c.limits.over.Store(true)
	answers := 0
	for range 20 {
		for _, text := range []string{"penwick or barnholm", "xyzzy", "x", "hello"} {
			if c.text(t, mobile, text) != "" {
				answers++
			}
		}
	}
	if answers != 2 {
		t.Errorf("%d answers, not the question and the helpline text", answers)
	}
}

// A foreign phone that is answered in full is answered in an exhausted conversation, too, as one of this country is.
func TestForeignConversationThatMovesNothing(t *testing.T) {
	b, r := testbook.Load(t), testkit.StartRedis(t)
	for _, from := range []string{mobile, "+353851234567"} {
		for _, tt := range []struct {
			before []string
			text   string
			want   []string
		}{
			{slices.Repeat([]string{"penwick"}, 9), "penwick", []string{"0161 496 0001", helpline, ""}},
			{append([]string{"he has a knife"}, slices.Repeat([]string{"please help me"}, 8)...), "please help me",
				[]string{helpline, ""}},
			{slices.Repeat([]string{"xyzzy"}, 9), "xyzzy", []string{helpline, ""}},
		} {
			c := newChannel(t, r, b)
			for _, text := range tt.before {
				c.text(t, from, text)
			}
			for i, want := range tt.want {
				if got := c.text(t, from, tt.text); !strings.Contains(got, want) || want == "" && got != "" {
					t.Errorf("%s: after %q, the %d. %q is answered %q, not %q", from, tt.before, i+1, tt.text, got, want)
				}
			}
			c.now = c.now.Add(5 * time.Minute)
			if got := c.text(t, from, tt.text); got == "" {
				t.Errorf("%s: after %q, %q is not answered later, either", from, tt.before, tt.text)
			}
		}
	}
}

// A text that we meet with silence, because somebody else may read the phone or nothing is asked, gets silence in
// maintenance and past the limits, too.
func TestSilenceIsKeptPastTheLimits(t *testing.T) {
	b, r := testbook.Load(t), testkit.StartRedis(t)
	for _, way := range []struct {
		name string
		set  func(*channel)
	}{
		{"within the limits", func(*channel) {}},
		{"maintenance", func(c *channel) { c.maintenance = true }},
		{"over the limit", func(c *channel) { c.limits.over.Store(true) }},
		{"the budget is nearly spent", func(c *channel) { c.spend(9) }},
		{"the budget is spent", func(c *channel) { c.spend(10) }},
		{"all of these", func(c *channel) { c.limits.over.Store(true); c.spend(10); c.maintenance = true }},
	} {
		for _, from := range []string{mobile, "+353851234567", "+33612345678"} {
			for _, text := range []string{"he is reading this", "thank you so much"} {
				for _, before := range [][]string{nil, {"im in penwick hes got a knife"}} {
					c := newChannel(t, r, b)
					for _, text := range before {
						c.text(t, from, text)
					}
					way.set(c)
					for range 2 {
						if got := c.text(t, from, text); got != "" {
							t.Errorf("%s: after %q, %q of %s is answered %q", way.name, before, text, from, got)
						}
					}
					if got := c.text(t, from, "he has a knife"); !strings.Contains(got, "press 55") {
						t.Errorf("%s: danger after it is answered %q", way.name, got)
					}
				}
			}
		}
	}
}

// Leaving ends the conversation for everybody, and forgets the place.
func TestLeavingFromAnywhere(t *testing.T) {
	b, r := testbook.Load(t), testkit.StartRedis(t)
	for _, from := range []string{mobile, "+353851234567", "+33612345678", "+447012345678"} {
		for name, set := range map[string]func(*channel){
			"within the limits": func(*channel) {}, "maintenance": func(c *channel) { c.maintenance = true },
			"over the limit":      func(c *channel) { c.limits.over.Store(true) },
			"the budget is spent": func(c *channel) { c.spend(10) },
		} {
			for _, word := range []string{"x", "STOP"} {
				c := newChannel(t, r, b)
				set(c)
				if got := c.text(t, from, "im in penwick hes got a knife"); !strings.Contains(got, "0161 496 0001") {
					t.Fatalf("%s is answered %q", from, got)
				}
				if got := c.text(t, from, word); got != "" {
					t.Errorf("%s, %s: %q is answered %q", name, from, word, got)
				}
				if got := c.text(t, from, "hes got a knife"); !strings.Contains(got, "999") ||
					strings.Contains(got, "0161 496 0001") {
					t.Errorf("%s, %s: after %q, danger is answered %q", name, from, word, got)
				}
			}
		}
	}
}

// While the budget is nearly spent, a number is given in a conversation that goes on from there, as it does once
// the budget is spent.
func TestConversationGoesOnWhileNearlySpent(t *testing.T) {
	b, r := testbook.Load(t), testkit.StartRedis(t)
	for _, tt := range []struct{ first, next, want string }{
		{"im deaf", "he has a knife", "Relay UK"}, {"penwick", "1", "0306 999 0005"},
		{"penwick", "they didnt answer", "0306 999 0005"}, {"penwick", "he has a knife", "0161 496 0001"},
		{"im deaf", "penwick", "0161 496 0001"}, {"hello", "1", helpline}, {"penwick", "x", ""},
	} {
		for _, tenths := range []budget.Money{0, 9} {
			c := newChannel(t, r, b)
			c.spend(tenths)
			c.text(t, mobile, tt.first)
			m := c.message(mobile, tt.next)
			got := c.send(t, m)
			if !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("%d tenths are spent: after %q, %q is answered %q", tenths, tt.first, tt.next, got)
			}
			if again := c.send(t, m); again != got {
				t.Errorf("%q again is answered %q, not %q", tt.next, again, got)
			}
		}
	}
}
