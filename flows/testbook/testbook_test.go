package testbook_test

import (
	"testing"
	"time"

	"signpost/flows/check"
	"signpost/flows/testbook"
)

// The steady book differs at few moments, and nothing is wrong with it that is not wrong with the whole one.
func TestSteady(t *testing.T) {
	day := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	src, problems := check.On(testbook.Steady(), day)
	for _, p := range problems {
		if p.Rule != "number-age" {
			t.Error(p)
		}
	}
	whole := check.Moments(testbook.Load(t))
	if few := check.Moments(src.Book); 3*len(few) > len(whole) {
		t.Errorf("%d moments of %d", len(few), len(whole))
	}
	all, _ := check.On(testbook.Files(), day)
	if left, of := len(src.Examples), len(all.Examples); left == of || 3*left < 2*of { // most need no hours
		t.Errorf("%d examples of %d are left", left, of)
	}
}
