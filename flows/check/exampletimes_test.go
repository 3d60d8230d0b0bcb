package check_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/flows/check"
)

// An example that names the hours of a service is out of date when they change, and never
// a mistake: also where another service has the old hours, and the words are said still.
// A number that is wrong, too, stays a mistake.
func TestHoursInExamples(t *testing.T) {
	book := files()
	services := string(book["services.yaml"].Data)
	for service, is := range map[string]string{"fell_team_south": "Tue-Thu 10am-4.30pm",
		"fell_team_west":    "Sat 1pm-4pm",
		"dalshire_east_hub": "Mon-Fri 9am-5pm"} {
		at := strings.Index(services, "\n  "+service+":\n")
		before, after, ok := strings.Cut(services[max(at, 0):], "    hours: ")
		_, rest, _ := strings.Cut(after, "\n")
		if at < 0 || !ok {
			t.Fatalf("%s has no hours", service)
		}
		services = services[:at] + before + "    hours: " + is + "\n" + rest
	}
	book["services.yaml"] = &fstest.MapFile{Data: []byte(services)}
	tests := []struct{ name, at, they, we, rule string }{
		{"open", "", "kendrow", "[0161 496 0002, open Mon-Fri 9am-5pm]", "example-outdated"},
		{"hours alone", "", "kendrow", "open Mon-Fri 9am-5pm", "example-outdated"},
		{"hours unknown now", "", "carnmoor", "[0161 496 0001, open Mon-Fri 9am-5pm]", "example-outdated"},
		{"closed at that time", "2026-11-21 10:00", "kendrow", "[0161 496 0002, \"closed now: Mon-Fri 9am-5pm\"]",
			"example-outdated"},
		{"open at that time now", "2026-11-21 14:00", "workholm", "[0161 496 0003, \"closed now, opens Mon 9am\"]",
			"example-outdated"},
		{"as it is", "2026-11-24 14:00", "kendrow", "[0161 496 0002, open Tue-Thu 10am-4.30pm]", ""},
		{"another number, too", "", "kendrow", "[0161 496 0001, open Mon-Fri 9am-5pm]", "example"},
	}
	examples := strings.TrimRight(string(book["examples.yaml"].Data), "\n") + "\n"
	for _, tt := range tests {
		examples += fmt.Sprintf("\n  - name: Times, %s\n", tt.name)
		if tt.at != "" {
			examples += fmt.Sprintf("    at: %q\n", tt.at)
		}
		examples += fmt.Sprintf("    texts:\n      - they: %s\n        we: %s\n", tt.they, tt.we)
	}
	book["examples.yaml"] = &fstest.MapFile{Data: []byte(examples)}
	_, problems := check.On(book, today)
	for _, tt := range tests {
		var said []string
		for _, p := range problems {
			if strings.Contains(p.What, fmt.Sprintf("%q", "Times, "+tt.name)) {
				said = append(said, p.Rule)
			}
		}
		if got := strings.Join(said, " "); got != tt.rule {
			t.Errorf("%s: the check says %q, want %q: %v", tt.name, got, tt.rule, problems)
		}
	}
}

// A manager sets the hours of every line, one after the other. No example keeps the book from
// callers for that: what only an example still has is a warning.
func TestHoursOfEveryLine(t *testing.T) {
	for _, is := range []string{"24 hours", "Mon-Fri 9am-5pm", "Sat-Sun 10am-4pm", "every day 8am-8pm"} {
		book := files()
		unknown := regexp.MustCompile(`(?m)^    hours: unknown.*$`)
		services := unknown.ReplaceAllString(string(book["services.yaml"].Data), "    hours: "+is)
		book["services.yaml"] = &fstest.MapFile{Data: []byte(services)}
		_, mistakes := check.Mistakes(book, today)
		for _, p := range mistakes {
			t.Errorf("every line is open %s: %s", is, p)
		}
	}
}
