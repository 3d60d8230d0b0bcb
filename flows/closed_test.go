package flows_test

import (
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/testbook"
	"signpost/internal/hours"
)

// A caller whose local line is closed hears the number that helps now first, and that the
// local line is closed, with its number and hours, where the words have {closed}. Without it
// they hear that before. The closed line is not called either way.
func TestClosedLineIsTold(t *testing.T) {
	weekly, err := hours.Parse("Mon-Fri 9am-5pm")
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		words func(string) string
		first string // the number that is said first
	}{
		{"before", func(w string) string { return w }, "0161 496 0001"},
		{"after", func(w string) string { return strings.Replace(w, "{also}", "{closed} {also}", 1) }, "0808 157 0011"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := testbook.Load(t).As(func(s *flows.Service) {
				if s.ID == "fell_team_north" {
					s.Hours = weekly
				}
			})
			b.Messages.Number.Say, b.Messages.NumberLater.Say = tt.words(b.Messages.Number.Say),
				tt.words(b.Messages.NumberLater.Say)
			var s flows.State
			var r flows.Reply
			for _, in := range []flows.Input{flows.Rang(), flows.Pressed('1'), flows.Pressed('1')} {
				if s, r, err = b.Step(night, s, in); err != nil {
					t.Fatal(err)
				}
			}
			for _, u := range r.Speech {
				if u.Number != "" {
					if u.Number != tt.first {
						t.Errorf("%q is said first: %q", u.Number, flows.Spoken(r.Speech))
					}
					break
				}
			}
			if said := flows.Spoken(r.Speech); !strings.Contains(said, "is closed now") ||
				!strings.Contains(said, "0161 496 0001") ||
				!strings.Contains(said, "Monday to Friday, 9 a m to 5 p m") {
				t.Errorf("the closed line is not told of: %q", said)
			}
			if _, r, err = b.Step(night, s, flows.Pressed('1')); err != nil || r.Dial == nil ||
				r.Dial.ID == "fell_team_north" {
				t.Errorf("dialled %+v, %v", r.Dial, err)
			}
		})
	}
}

// A line whose hours nobody knows is closed on a single day. A text and a call say so, and
// leave no gap where its hours would be.
func TestSingleDayOfUnknownHours(t *testing.T) {
	for _, tt := range []struct{ times, text string }{
		{"closed", "(closed now, may show"},
		{"9am-noon", "(closed now, may show"},
		{"7pm-9pm", "(closed now, opens today 7pm, may show"},
		{"noon-9pm", "(open noon-9pm, may show"},
	} {
		single, err := hours.Hours{}.Except("2026-11-21", tt.times)
		if err != nil {
			t.Fatal(err)
		}
		b := testbook.Load(t).As(func(s *flows.Service) {
			if s.ID == "fell_team_north" {
				s.Hours = single
			}
		})
		day := time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
		_, r, err := b.Step(day, flows.State{}, flows.TextInput("north fells"))
		if err != nil || !strings.Contains(r.Text, tt.text) {
			t.Errorf("%s: the text is %q (%v), without %q", tt.times, r.Text, err, tt.text)
		}
		var s flows.State
		for _, in := range []flows.Input{flows.Rang(), flows.Pressed('1'), flows.Pressed('1')} {
			if s, r, err = b.Step(day, s, in); err != nil {
				t.Fatal(err)
			}
		}
		if said := flows.Spoken(r.Speech); strings.Contains(said, "hours are") ||
			strings.Contains(said, "is closed now") != (tt.times != "noon-9pm") {
			t.Errorf("%s: the call says %q", tt.times, said)
		}
	}
}
