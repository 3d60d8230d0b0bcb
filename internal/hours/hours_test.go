package hours_test

import (
	"errors"
	"testing"
	"time"

	"signpost/internal/hours"
)

func TestAt(t *testing.T) {
	const local = "2006-01-02 15:04"
	tests := []struct {
		hours, at string
		want      hours.Status
	}{
		{"24 hours", "2026-12-25 03:00", hours.Open},
		{"unknown", "2026-11-20 12:00", hours.Unknown},
		{"Mon-Fri 9am-6pm", "2026-11-20 09:00", hours.Open},
		{"Mon-Fri 9am-6pm", "2026-11-20 17:59", hours.Open},
		{"Mon-Fri 9am-6pm", "2026-11-20 18:00", hours.Closed},
		{"Mon-Fri 9am-6pm", "2026-11-21 12:00", hours.Closed},
		{"Thu-Sun 4pm-midnight", "2026-11-22 23:59", hours.Open},
		{"Thu-Sun 4pm-midnight", "2026-11-23 00:00", hours.Closed},
		{"every day 8am-8pm, Sat 8.30pm-21:15", "2026-11-21 21:14", hours.Open},
		{"Fri-Mon noon-1.30pm", "2026-11-23 13:29", hours.Open},
		{"Fri-Mon noon-1.30pm", "2026-11-24 13:00", hours.Closed},
		// The clocks change at 1am UTC on these Sundays.
		{"Sun 9am-5pm", "2026-03-29 09:00", hours.Open},
		{"Sun 9am-5pm", "2026-10-25 08:59", hours.Closed},
		{"Sun 9am-5pm", "2026-10-25 16:59", hours.Open},
	}
	for _, tt := range tests {
		h, err := hours.Parse(tt.hours)
		if err != nil {
			t.Fatalf("Parse(%q): %v", tt.hours, err)
		}
		at, err := time.ParseInLocation(local, tt.at, hours.London())
		if err != nil {
			t.Fatal(err)
		}
		if got := h.At(at.UTC()); got != tt.want {
			t.Errorf("%q at %s: %d, want %d", tt.hours, tt.at, got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "Mon", "9am-5pm", "Mon 9-5", "Mon 9am", "Mon 6pm-9am", "Noday 9am-5pm",
		"Mon 13pm-2pm",
		"Mon 9.5am-6pm", "Mon-Fri 9am-6pm, Tue 5pm-7pm", "Mon 25:00-26:00", "M 9am-5pm"} {
		if _, err := hours.Parse(s); !errors.Is(err, hours.ErrFormat) {
			t.Errorf("Parse(%q) = %v, want an error that shows how to write hours", s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"Mon-Fri 9am-6pm", "24 hours", "every day 8am-8pm, Sat 8.30pm-21:15", "unknown"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := hours.Parse(s)
		if err != nil {
			return
		}
		again, err := hours.Parse(h.String())
		if h.IsKnown() && (err != nil || again.String() != h.String()) {
			t.Errorf("Parse(%q) prints %q, which reads as %q, %v", s, h, again, err)
		}
	})
}

// The bank holidays of England as the government lists them.
func TestBankHolidays(t *testing.T) {
	published := map[int][]string{
		2025: {"01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"},
		2026: {"01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"},
		2027: {"01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"},
	}
	for year, days := range published {
		want := map[string]bool{}
		for _, d := range days {
			want[d] = true
		}
		for d := time.Date(year, 1, 1, 0, 0, 0, 0, hours.London()); d.Year() == year; d = d.AddDate(0, 0, 1) {
			weekend := d.Weekday() == time.Saturday ||
				d.Weekday() == time.Sunday // the day itself, where another is taken for it
			if got := hours.BankHoliday(d); got != want[d.Format("01-02")] && !(got && weekend) {
				t.Errorf("%s: %v", d.Format(time.DateOnly), got)
			}
		}
	}
}

func TestExceptions(t *testing.T) {
	h, err := hours.Parse("Mon-Fri 9am-6pm")
	if err != nil {
		t.Fatal(err)
	}
	short, err := h.Except("2026-12-24", "9am-12.30pm")
	if err != nil {
		t.Fatal(err)
	}
	short, err = short.Except("2026-12-31", "closed")
	if err != nil {
		t.Fatal(err)
	}
	extra, err := h.OnBankHolidays().Except("2026-12-26", "10am-2pm") // a Saturday
	if err != nil {
		t.Fatal(err)
	}
	always, err := hours.Always().Except("2026-12-25", "closed")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		h    hours.Hours
		at   string
		want hours.Status
	}{
		{"Christmas Day", h, "2026-12-25 12:00", hours.Closed},
		{"the day for Boxing Day", h, "2026-12-28 12:00", hours.Closed},
		{"after it", h, "2026-12-29 12:00", hours.Open}, {"short day, morning", short, "2026-12-24 12:29", hours.Open},
		{"short day, afternoon", short, "2026-12-24 12:30", hours.Closed},
		{"closed day", short, "2026-12-31 12:00", hours.Closed},
		{"the original", h, "2026-12-31 12:00", hours.Open},
		{"works on holidays", extra, "2026-12-25 12:00", hours.Open},
		{"extra Saturday", extra, "2026-12-26 13:00", hours.Open},
		{"a 24-hour line closed for a day", always, "2026-12-25 12:00", hours.Closed},
		{"a 24-hour line on a bank holiday", hours.Always(), "2026-12-25 12:00", hours.Open},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, hours.London())
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.h.At(at); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
	for _, bad := range [][2]string{{"24 December", "closed"}, {"2026-12-24", "morning"}, {"2026-12-24", "5pm-9am"}} {
		if _, err := h.Except(bad[0], bad[1]); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}
