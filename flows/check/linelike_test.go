package check_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows/check"
)

// with is the shipped book with a line of its own for some services.
func with(lines map[string]string) fstest.MapFS {
	out := files()
	data := string(out["services.yaml"].Data)
	for id, line := range lines {
		head := "\n  " + id + ":\n"
		data = strings.Replace(data, head, head+"    "+line+"\n", 1)
	}
	out["services.yaml"] = &fstest.MapFile{Data: []byte(data)}
	return out
}

// The key 0 of men must lead to a line that takes them, at once or by what takes over; a line
// of which nobody has said is not refused.
func TestHelplineTakesMen(t *testing.T) {
	for _, tt := range []struct {
		lines   map[string]string
		refused bool
	}{
		{nil, false},
		{map[string]string{"everyday_support": "takes_men: no"}, false},
		{map[string]string{"everyday_support": "takes_men: no", "day_and_night": "takes_men: yes"}, false},
		{map[string]string{"everyday_support": "takes_men: no", "day_and_night": "takes_men: no"}, true},
	} {
		_, problems := check.OnRule(with(tt.lines), time.Time{}, "takes-no-men")
		found := false
		for _, p := range problems {
			found = found || p.Rule == "takes-no-men" && strings.Contains(p.What, "line_24h_all has no 24-hour line")
		}
		if found != tt.refused {
			t.Errorf("%v: %v", tt.lines, problems)
		}
	}
}

// What fits is not spoken of: a line that a person answers may ask them to press a key.
func TestLineLikeFits(t *testing.T) {
	_, problems := check.Dir(with(map[string]string{
		"fellshire_support": "press_to_accept: yes\n" +
			"    answered_by: person\n" +
			"    first_words: Victim Support, hello\n" +
			"    takes_men: yes\n" +
			"    takes_third_parties: yes\n" +
			"    takes_relay: yes\n" +
			"    takes_interpreters: yes\n" +
			"    may_be_texted: no",
		"fell_team_north": "answered_by: menu\n    takes_men: no\n    takes_relay: no",
	}))
	for _, p := range problems {
		t.Error(p)
	}
}
