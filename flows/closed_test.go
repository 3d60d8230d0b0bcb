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
			b.Messages.Number.Say, b.Messages.NumberLater.Say = tt.words(b.Messages.Number.Say), tt.words(b.Messages.NumberLater.Say)
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
			if said := flows.Spoken(r.Speech); !strings.Contains(said, "is closed now") || !strings.Contains(said, "0161 496 0001") || !strings.Contains(said, "Monday to Friday, 9 a m to 5 p m") {
				t.Errorf("the closed line is not told of: %q", said)
			}
			if _, r, err = b.Step(night, s, flows.Pressed('1')); err != nil || r.Dial == nil || r.Dial.ID == "fell_team_north" {
				t.Errorf("dialled %+v, %v", r.Dial, err)
			}
		})
	}
}
