package hours_test

import (
	"testing"
	"time"

	"signpost/internal/hours"
)

// What managers type is read, and texts say it in the book's own form.
func TestParseSpellings(t *testing.T) {
	for typed, want := range map[string]string{
		"24/7": "24 hours", "24 Hours": "24 hours", "24hrs": "24 hours", "24 hours a day, 7 days a week": "24 hours",
		"Mon to Fri 9am to 6pm":                      "Mon-Fri 9am-6pm",
		"Monday to Friday, 9am - 5pm":                "Monday-Friday 9am-5pm",
		"Mon-Fri 9:00-17:00":                         "Mon-Fri 9:00-17:00",
		"Mon-Fri 0900-1700":                          "Mon-Fri 09:00-17:00",
		"weekdays 9am-5pm":                           "Mon-Fri 9am-5pm",
		"Weekdays 9am-5pm, weekends 10am-noon":       "Mon-Fri 9am-5pm, Sat-Sun 10am-noon",
		"Mon - Fri: 9 am - 5 p.m.":                   "Mon-Fri 9am-5pm",
		"Mon, Wed and Fri 10am-2pm":                  "Mon 10am-2pm, Wed 10am-2pm, Fri 10am-2pm",
		"Mon-Fri 9am-5pm and Sat 10am-1pm":           "Mon-Fri 9am-5pm, Sat 10am-1pm",
		"daily 8am-8pm":                              "every day 8am-8pm",
		"Mon-Fri 9am-5pm; Sat 10am-1pm":              "Mon-Fri 9am-5pm, Sat 10am-1pm",
		"Mon-Fri 9am-12.30pm, 1.30pm-5pm":            "Mon-Fri 9am-12.30pm, Mon-Fri 1.30pm-5pm",
		"Mon-Fri 9am-noon and 1pm-5pm, Sat 10am-1pm": "Mon-Fri 9am-noon, Mon-Fri 1pm-5pm, Sat 10am-1pm",
		"Mon, Wed 9am-noon, 1pm-5pm":                 "Mon 9am-noon, Wed 9am-noon, Mon 1pm-5pm, Wed 1pm-5pm",
		"Mon/Wed/Fri 9am-5pm":                        "Mon 9am-5pm, Wed 9am-5pm, Fri 9am-5pm",
		"Mon Tue Wed Thu 9am-5pm":                    "Mon 9am-5pm, Tue 9am-5pm, Wed 9am-5pm, Thu 9am-5pm",
		"Monday 9am-5pm Tuesday 10am-5pm":            "Monday 9am-5pm, Tuesday 10am-5pm",
		"9am-5pm Mon-Fri":                            "Mon-Fri 9am-5pm",
		"9am to 5pm, Monday to Friday":               "Monday-Friday 9am-5pm",
		"10:00 to 16:00 Monday to Friday":            "Monday-Friday 10:00-16:00",
		"9am-5pm Mon-Fri, 10am-1pm Sat":              "Mon-Fri 9am-5pm, Sat 10am-1pm",
		"7 days 9am-10pm":                            "every day 9am-10pm",
		"8am-8pm every day":                          "every day 8am-8pm",
		"M-F 9am-5pm":                                "Mon-Fri 9am-5pm",
		"Mon-Fri 9h-17h":                             "Mon-Fri 9:00-17:00",
		"Mon-Fri 9am til 5pm":                        "Mon-Fri 9am-5pm",
		"24-7":                                       "24 hours", "24 hrs/7 days": "24 hours",
		"round the clock": "24 hours",
	} {
		h, err := hours.Parse(typed)
		if err != nil || h.String() != want {
			t.Errorf("Parse(%q) = %q, %v, want %q", typed, h, err, want)
			continue
		}
		if again, err := hours.Parse(h.String()); err != nil || again.String() != want {
			t.Errorf("%q reads again as %q, %v", h, again, err)
		}
	}
}

// What may mean two things is never guessed, and what it most likely means is offered.
func TestSuggest(t *testing.T) {
	for typed, want := range map[string]string{
		"9-5": "Mon-Fri 9am-5pm", "Mon-Fri 9-5": "Mon-Fri 9am-5pm", "weekdays": "Mon-Fri 9am-5pm",
		"9am-5pm":                 "Mon-Fri 9am-5pm",
		"monday to friday 9 to 5": "Mon-Fri 9am-5pm", "Mon-Fri 9.30-5": "Mon-Fri 9.30am-5pm",
		"Mon-Fri 9am-5":     "Mon-Fri 9am-5pm",
		"Mon-Fri 9.30-4.30": "Mon-Fri 9.30am-4.30pm", "Mon-Fri 9 til 5": "Mon-Fri 9am-5pm",
		"M-F 9-5":              "Mon-Fri 9am-5pm",
		"Mon-Fri 9-12, 1-5":    "Mon-Fri 9am-12pm, Mon-Fri 1pm-5pm",
		"Mon-Fri 9-5 Sat 10-1": "Mon-Fri 9am-5pm, Sat 10am-1pm", "9-5 Mon-Fri": "Mon-Fri 9am-5pm",
		"Mon to Fri, 9 o'clock to 5 o'clock": "Mon-Fri 9am-5pm", "Tues 10-4, Thurs 10-4": "Tue 10am-4pm, Thu 10am-4pm",
		"office hours": "Mon-Fri 9am-5pm", "Mon-Thu office hours": "Mon-Thu 9am-5pm",
		"Mon-Fri 9am-5pm (closed bank holidays)": "Mon-Fri 9am-5pm", "Mon-Fri 9-5, closed weekends": "Mon-Fri 9am-5pm",
		"Mon-Fri 9am-5pm excluding bank holidays": "Mon-Fri 9am-5pm",
		"Fri-Mon 6pm-2am":                         "Fri-Mon 6pm-midnight, Sat-Tue midnight-2am",
		"Sat 8pm-4am":                             "Sat 8pm-midnight, Sun midnight-4am",
		"6pm to 8am":                              "every day 6pm-midnight, every day midnight-8am",
		"don't know":                              "unknown", "TBC": "unknown", "?": "unknown",
		"closed": "", "by appointment": "", "9-": "",
	} {
		if _, err := hours.Parse(typed); err == nil {
			t.Errorf("Parse(%q) guessed", typed)
		}
		if got := hours.Suggest(typed); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", typed, got, want)
		}
	}
}

// A closed line says when it opens, and an open one until when.
func TestOpens(t *testing.T) {
	h, err := hours.Parse("Mon-Fri 9am-12.30pm, Mon-Fri 2pm-5pm, Sat 10am-midnight")
	if err != nil {
		t.Fatal(err)
	}
	if h, err = h.Except("2026-11-27", "closed"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ at, opens, today string }{
		{"2026-11-20 08:00", "today 9am", ""},
		{"2026-11-20 10:00", "", "9am-12.30pm"},
		{"2026-11-20 13:00", "today 2pm", ""},
		{"2026-11-20 17:00", "Sat 10am", ""},
		{"2026-11-21 23:59", "", "10am-midnight"},
		{"2026-11-22 12:00", "Mon 9am", ""},
		{"2026-11-26 18:00", "Sat 10am", ""}, // the Friday is closed
		{"2026-12-25 12:00", "Tue 9am", ""},  // bank holidays, and a weekend
		{"2026-12-27 12:00", "Tue 9am", ""},  // the Monday is one, too
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, hours.London())
		if err != nil {
			t.Fatal(err)
		}
		if opens, today := h.Opens(at), h.Today(at); opens != tt.opens || today != tt.today {
			t.Errorf("%s: opens %q, today %q, want %q and %q", tt.at, opens, today, tt.opens, tt.today)
		}
	}
	far, err := hours.Parse("Mon 9am-5pm")
	if err != nil {
		t.Fatal(err)
	}
	if far, err = far.Except("2026-11-23", "closed"); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, hours.London())
	if got := far.Opens(at); got != "30 Nov 9am" {
		t.Errorf("more than a week away: %q", got)
	}
	if got := hours.Always().Opens(at) + (hours.Hours{}).Opens(at); got != "" {
		t.Errorf("a line that is not closed opens %q", got)
	}
	if far.Forced(hours.Open).At(at) != hours.Open || hours.Always().Forced(hours.Closed).At(at) != hours.Closed ||
		!hours.Always().Forced(hours.Closed).IsAlways() {
		t.Error("hours that are forced are not what they are forced to")
	}
}
