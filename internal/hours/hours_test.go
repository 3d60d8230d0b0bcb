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
	for _, s := range []string{"", "Mon", "9am-5pm", "Mon 9-5", "Mon 9am", "Mon 6pm-9am", "Noday 9am-5pm", "Mon 13pm-2pm",
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
