package flows_test

import (
	"testing"
	"time"

	"signpost/flows"
)

// A number holds from the day it was rung to its review, or for 90 days.
func TestDoubtful(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	never := flows.Service{}
	rung := flows.Service{CheckedOn: day("2026-01-01")}
	reviewed := flows.Service{CheckedOn: day("2026-01-01"), ReviewBy: day("2026-01-31")}
	for _, tt := range []struct {
		s    flows.Service
		at   string
		want bool
	}{
		{never, "2026-01-01", true}, {rung, "2026-01-02", false}, {rung, "2026-04-01", false},
		{rung, "2026-04-02", true},
		{reviewed, "2026-01-31", false}, {reviewed, "2026-02-01", true},
	} {
		if got := tt.s.Doubtful(day(tt.at)); got != tt.want {
			t.Errorf("rung %v, review %v: at %s %v", tt.s.CheckedOn, tt.s.ReviewBy, tt.at, got)
		}
	}
}
