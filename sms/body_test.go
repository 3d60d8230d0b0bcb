package sms

import (
	"testing"
)

func TestBody(t *testing.T) {
	for in, want := range map[string]string{
		"kendal":                                    "kendal",
		"kendal\n> Local info line":                 "kendal",
		"> Which is nearest?\n2":                    "2",
		"1\n\nOn 20 Nov 2026, 60777 wrote:\nkendal": "1",
		"1\n--\nSent from my phone":                 "1",
		"> only a quote":                            "> only a quote",
		"two\nlines":                                "two\nlines",
		"a2VuZGFsICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICA=": "kendal" +
			"                                            ",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": "" +
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"a2VuZGFs": "a2VuZGFs",
		"":         "",
	} {
		if got := cleanBody(in); got != want {
			t.Errorf("Body(%q) = %q, want %q", in, got, want)
		}
	}
}
