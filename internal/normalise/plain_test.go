package normalise_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"signpost/internal/normalise"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"Kendal":                       "kendal",
		"  I'm  in KENDAL!! ":          "im in kendal",
		"don\u2019t know":              "dont know",
		"\uff11\uff0e":                 "1",
		"1\ufe0f\u20e3":                "1",
		"St. Bees \U0001f64f":          "st bees",
		"Ca\u0300fe\u0301":             "cafe",
		"Barrow-in-Furness":            "barrow in furness",
		"Cheshire West & Chester":      "cheshire west and chester",
		"Cheshire West &Chester":       "cheshire west and chester",
		"e/port":                       "e port",
		"*":                            "*",
		" ## ":                         "#",
		"*\ufe0f\u20e3":                "*",
		"**kendal**":                   "kendal",
		"":                             "",
		"\U0001f600":                   "",
		"\u0661":                       "1",
		"a\xffb":                       "a b",
		"CW10\u00a09QN":                "cw10 9qn",
		"wha\u200bven":                 "whaven",
		"o\u2019clock \u201cone\u201d": "oclock one",
	} {
		if got := normalise.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

// Text is a normal form: doing it again changes nothing, and it never grows a
// message out of bounds or breaks a character.
func FuzzText(f *testing.F) {
	for _, s := range []string{"Kendal", "\uff11", "1\ufe0f\u20e3", "*", "a\xff", "\u00df\u017f\ufb03", "\u0130"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := normalise.Text(s)
		if twice := normalise.Text(once); twice != once {
			t.Errorf("Text(%q) = %q, and again %q", s, once, twice)
		}
		if !utf8.ValidString(once) {
			t.Errorf("Text(%q) is not valid UTF-8", s)
		}
	})
}

// One sign can fold into many: the result is bounded like the message.
func TestTextIsBounded(t *testing.T) {
	for _, s := range []string{strings.Repeat("\ufdfa", 5000), strings.Repeat("x", 100_000),
		strings.Repeat("&", 6000)} {
		if n := len(normalise.Text(s)); n > normalise.MaxInput {
			t.Errorf("%d bytes", n)
		}
	}
}
