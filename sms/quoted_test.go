package sms

import (
	"testing"

	"signpost/flows/testbook"
)

// Danger below what a phone seems to quote is heard. What we wrote is no danger.
func TestQuotedDanger(t *testing.T) {
	b := testbook.Shipped()
	for text, want := range map[string]bool{
		"kendal\n--\nhes got a knife":                                                    true,
		"he sent me this\n> im coming to kill you tonight":                               true,
		"kendal\n> Auto info line. Emergency? Call 999. Took something? 999 or A&E now.": false,
		"1\n\nOn 20 Nov 2026, 60777 wrote:\n> Auto info line. Emergency? Call 999.":      false,
		"kendal\n--\nSent from my phone":                                                 false,
		"two\nlines":                                                                     false,
	} {
		var m message
		m.read(text, b)
		if got := urgent(b, m.heard); got != want {
			t.Errorf("%q: urgent is %v", text, got)
		}
	}
}
