package gsm7_test

import (
	"strings"
	"testing"

	"signpost/internal/gsm7"
)

func TestSegments(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name, text string
		want       int
	}{
		{"empty", "", 1},
		{"full single", x(160), 1},
		{"one over", x(161), 2},
		{"two full parts", x(306), 2},
		{"three", x(307), 3},
		{"extension counts two", x(158) + "€", 1},
		{"extension tips over", x(159) + "€", 2},
		{"extension is not split", x(152) + "€" + x(151), 2},
		{"extension moved whole makes a third", x(152) + "€" + x(151) + "€", 3},
		{"a curly quote makes it UCS-2", x(69) + "’", 1},
		{"UCS-2 over", x(70) + "’", 2},
		{"emoji takes two units", x(68) + "\U0001f600", 1},
		{"emoji tips over", x(69) + "\U0001f600", 2},
		{"emoji is not split", x(66) + "\U0001f600" + x(66), 3},
		{"a tab is not GSM-7", "\t" + x(70), 2},
	}
	for _, tt := range tests {
		if got := gsm7.Segments(tt.text); got != tt.want {
			t.Errorf("%s: %d segments, want %d", tt.name, got, tt.want)
		}
	}
}

func TestFirstOutside(t *testing.T) {
	if r, at, ok := gsm7.FirstOutside("caf\u00e9 \u2013 here"); !ok || r != '\u2013' || at != 5 {
		t.Errorf("got %q at %d, %v", r, at, ok)
	}
	if _, _, ok := gsm7.FirstOutside("plain £5 @ 6pm: [yes] {no} ~ €\n"); ok {
		t.Error("plain GSM-7 text reported as outside")
	}
}

// Every substitute can itself be sent in GSM-7.
func TestSubstitutesArePlain(t *testing.T) {
	for r := rune(0); r < 0x3000; r++ {
		if s := gsm7.Substitute(r); s != "" {
			if gsm7.Septets(r) != 0 {
				t.Errorf("%q needs no substitute", r)
			}
			if _, _, outside := gsm7.FirstOutside(s); outside {
				t.Errorf("substitute %q for %q is outside GSM-7", s, r)
			}
		}
	}
}
