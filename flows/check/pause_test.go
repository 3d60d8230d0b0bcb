package check_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/internal/hours"
)

// A paused service is passed over and said so, by text and by call, the book
// stays clean meanwhile, and the service comes back by itself.
func TestPause(t *testing.T) {
	book := files()
	services := strings.Replace(string(book["services.yaml"].Data), "      - number: 0161 496 0002\n",
		"      - number: 0161 496 0002\n    paused_until: \"2027-01-05\"\n", 1)
	book["services.yaml"] = &fstest.MapFile{Data: []byte(services)}
	src, mistakes := check.Mistakes(book, time.Time{})
	for _, p := range mistakes {
		t.Error(p)
	}
	at := func(s string) time.Time {
		m, err := time.ParseInLocation(check.MomentForm, s, hours.London())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, tt := range []struct{ at, text, say, rung string }{
		{"2027-01-04 14:00", "Emergency: 999. 0306 999 0005: Fellshire line (local team closed to 5 Jan)",
			"the local team is closed until 5 January.", "fellshire_support"},
		{"2027-01-04 20:00", "Emergency: 999. 0808 157 0011: support line (local team closed to 5 Jan)",
			"the local team is closed until 5 January.", "everyday_support"},
		{"2027-01-05 00:00", "Emergency: 999. 0161 496 0002: local team", "Or the local team", "day_and_night"},
	} {
		_, r, err := src.Book.Step(at(tt.at), flows.State{}, flows.TextInput("kendrow"))
		if err != nil || !strings.HasPrefix(r.Text, tt.text) {
			t.Errorf("%s: texted %q, %v", tt.at, r.Text, err)
		}
		var s flows.State
		var reply flows.Reply
		said := ""
		for _, in := range []flows.Input{flows.Rang(), flows.Pressed('1'), flows.Pressed('3'), flows.Pressed('1')} {
			if s, reply, err = src.Book.Step(at(tt.at), s, in); err != nil {
				t.Fatal(err)
			}
			said += flows.Spoken(reply.Speech)
		}
		if !strings.Contains(said, tt.say) || reply.Dial == nil || reply.Dial.ID != tt.rung {
			t.Errorf("%s: rang %+v after %q", tt.at, reply.Dial, said)
		}
	}
}
