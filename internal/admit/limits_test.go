package admit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"signpost/internal/admit"
	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// sends writes one text after the other and lists the answers.
func (w *world) sends(from webhook.Address, bodies ...string) string {
	var got []string
	for _, b := range bodies {
		got = append(got, w.text(from, from.Raw.Reveal(), b))
	}
	return strings.Join(got, ", ")
}

// repeat is a text, so many times.
func repeat(n int, body string) []string {
	return strings.Split(strings.Repeat(body+"\n", n-1)+body, "\n")
}

// No matter what is spent and how many texts came in her name, these are answered.
func TestReserve(t *testing.T) {
	c := defaults(t)
	for _, tt := range []struct {
		name   string
		before func(w *world)
	}{
		{"121 forged texts", func(w *world) { w.sends(hers, repeat(121, hello)...) }},
		{"121 forged texts, each of another place", func(w *world) {
			for i := range 121 {
				w.sends(hers, fmt.Sprint("place ", i))
			}
		}},
		{"everything is spent", func(w *world) {
			for i := range 2000 {
				w.text(home(i), fmt.Sprint(i), hello)
			}
		}},
		{"more texts than one gateway answers in a minute", func(w *world) {
			w.meter.Limit = 0
			for i := range 1300 {
				w.text(home(i), fmt.Sprint(i), hello)
			}
		}},
	} {
		w := newWorld(c, keyring(t), time.Date(2026, 11, 20, 14, 10, 0, 0, time.UTC), nil)
		tt.before(w)
		if got := w.sends(hers, place, danger, "another place"); got != place+", "+danger+", another place" {
			t.Errorf("%s: answered %s", tt.name, got)
		}
		if got := w.sends(hers, danger, help, help); got != strings.Join(repeat(3, danger), ", ") {
			t.Errorf("%s: help after danger is answered %s", tt.name, got)
		}
		w.now = w.now.Add(16 * time.Minute)
		if got := w.sends(hers, hello, place, danger); got != theLine+", "+place+", "+danger &&
			got != theMenu+", "+place+", "+danger {
			t.Errorf("%s, a little later: answered %s", tt.name, got)
		}
	}
}

// A text about danger or despair is answered where the conversation would say nothing. The limit of such texts
// holds there, too.
func TestUrgentWhereNothingIsSaid(t *testing.T) {
	w := newWorld(defaults(t), keyring(t), time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), nil)
	ways := map[admit.Way]int{}
	for range 40 {
		d := w.texts.Decide(t.Context(), w.texts.Sender("her", hers), true)
		ways[d.Way(t.Context(), admit.Step{InConversation: true, Exhausted: true})]++
	}
	if again := w.texts.Decide(t.Context(), w.texts.Sender("her", hers), false); again.Way(t.Context(),
		admit.Step{InConversation: true, Urgent: true}) != admit.Full {
		t.Error("within the limits that answer does not come again")
	}
	if ways[admit.Revived] != 13 || ways[admit.HelplineText] != 1 || ways[admit.Silent] != 26 {
		t.Errorf("answered %v", ways)
	}
}

// A flood does not fill a phone: in an hour of one text a second, the helpline text comes at
// growing intervals, a number too, and danger first twelve times and then every two minutes.
func TestFloodIsThinnedOut(t *testing.T) {
	c := defaults(t)
	for _, tt := range []struct {
		body, answer string
		most         int // of the answer, with those within the limits
	}{{hello, theLine, 7}, {place, place, 8 + 7 + 30}, {danger, danger, 60}, {help, danger, 8}} {
		w := newWorld(c, keyring(t), time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), nil)
		if tt.body == help {
			w.sends(hers, append(repeat(31, hello), danger)...)
		}
		var at []int
		for i := range 3600 {
			w.now = w.now.Add(time.Second)
			if i == 3599 {
				break // the next hour
			}
			if w.sends(hers, tt.body) == tt.answer {
				at = append(at, i)
			}
		}
		if len(at) > tt.most || len(at) < 5 {
			t.Errorf("an hour of %q gets %d answers, at seconds %v", tt.body, len(at), at)
		}
		if tt.body != hello {
			continue
		}
		for i := 1; i < len(at); i++ {
			if wait := at[i] - at[i-1]; wait < 59<<(i-1) && wait < 959 {
				t.Errorf("the helpline text comes at seconds %v", at)
			}
		}
	}
}

// Numbers from elsewhere, and those that pay their holder, have what they had: no reserve but
// for danger.
func TestElsewhereHasNoReserve(t *testing.T) {
	c := defaults(t)
	c.Countries = []int{44, 353}
	irish := webhook.Address{Kind: webhook.Phone, Country: 353, Raw: privacy.Hide("+353861234567")}
	w := newWorld(c, keyring(t), time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), nil)
	share := w.meter.Limit
	w.meter.Limit = 0
	for i := range c.ForeignSenderLimit {
		if got := w.sends(irish, fmt.Sprint("place ", i)); got == nothing {
			t.Fatalf("text %d of one that is answered gets nothing", i+1)
		}
	}
	if got := w.sends(irish, place, place, danger); got != theLine+", , "+danger {
		t.Errorf("past its limit it gets %q", got)
	}
	for _, from := range []webhook.Address{elsewhe, premium} {
		if got := w.sends(from, place, place, danger); got != theLine+", , "+danger {
			t.Errorf("a restricted number gets %q", got)
		}
	}
	w.meter.Limit = share
	for i := range 200 { // their share is spent
		w.text(elsewhe, fmt.Sprint(i), hello)
	}
	if got := w.sends(webhook.Address{Kind: webhook.Phone, Country: 34, Raw: privacy.Hide("+34612345678")},
		hello); got != nothing {
		t.Errorf("past their share a restricted number gets %q", got)
	}
	if got := w.sends(hers, hello, place); got != theMenu+", "+place {
		t.Errorf("texts from abroad took her %q", got)
	}
}

// failing is a store that does not answer.
type failing struct{}

func (failing) Take(context.Context, string, string, int, time.Duration) (bool, time.Duration, error) {
	return false, 0, errors.New("away")
}

// Without the store a sender is answered in full as often as with it, by this process's count. Past
// that the reserve is theirs, and others are answered as ever.
func TestLimitWithoutTheStore(t *testing.T) {
	c := defaults(t)
	w := newWorld(c, keyring(t), time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), nil)
	w.texts.Limits = admit.NewLimits(admit.Options{Rate: failing{}, HomeLimit: 5, ServiceLimit: 1000,
		Now: func() time.Time { return w.now }})
	full := 0
	for range 100 {
		if w.sends(hers, hello) == theMenu {
			full++
		}
	}
	if full != 5 {
		t.Errorf("%d of 100 texts are answered in full", full)
	}
	if got := w.sends(hers, place, danger); got != place+", "+danger {
		t.Errorf("past the limit: %s", got)
	}
	if got := w.sends(home(1), hello); got != theMenu {
		t.Errorf("another sender gets %s", got)
	}
	w.now = w.now.Add(time.Hour)
	if got := w.sends(hers, hello); got != theMenu {
		t.Errorf("in the next hour she gets %s", got)
	}
}

// Without the store numbers are given, danger is answered, and the error is told.
func TestWithoutTheStore(t *testing.T) {
	c := defaults(t)
	at := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	w := newWorld(c, keyring(t), at, nil)
	w.texts.Limits = admit.NewLimits(admit.Options{Rate: failing{}, HomeLimit: 5, ServiceLimit: 100,
		Now: func() time.Time { return w.now }})
	for i := range 20 {
		if got := w.sends(hers, fmt.Sprint("place ", i), danger); got == ", " {
			t.Fatalf("text %d gets nothing", i)
		}
	}
	if d := w.texts.Decide(t.Context(), w.texts.Sender(hers.Raw.Reveal(), hers), false); d.Err == nil {
		t.Error("no error is told")
	}
	dangers := 0
	for range 40 {
		if w.sends(hers, danger) == danger {
			dangers++
		}
	}
	if dangers > 1 {
		t.Errorf("%d more answers to danger", dangers)
	}
}

// A sender from elsewhere who is answered in full gets the reserve where too much of a conversation has moved
// nothing, as anybody does.
func TestElsewhereWhereNothingIsSaid(t *testing.T) {
	c := defaults(t)
	c.Countries = []int{44, 353}
	irish := webhook.Address{Kind: webhook.Phone, Country: 353, Raw: privacy.Hide("+353861234567")}
	w := newWorld(c, keyring(t), time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), nil)
	ways := map[admit.Way]int{}
	for i := range 60 {
		w.now = w.now.Add(time.Second)
		d := w.texts.Decide(t.Context(), w.texts.Sender("irish", irish), false)
		ways[d.Way(t.Context(), admit.Step{InConversation: true, Exhausted: true, Number: []string{"", place}[i%2]})]++
	}
	if ways[admit.HelplineText] != 1 || ways[admit.Revived] != 1 || ways[admit.Silent] != 58 {
		t.Errorf("answered %v", ways)
	}
}
