package linediff_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"signpost/internal/linediff"
)

// A change, shown whole, gives both texts back; and it is as short as can be.
func TestLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		text := func() string {
			var b strings.Builder
			for range rng.IntN(12) {
				b.WriteString(string(rune('a'+rng.IntN(4))) + "\n")
			}
			return b.String() + "z\n"
		}
		before, after := text(), text()
		var a, b strings.Builder
		for _, l := range linediff.Lines(before, after, 1000) {
			if l.Sign != '+' {
				a.WriteString(l.Text + "\n")
			}
			if l.Sign != '-' {
				b.WriteString(l.Text + "\n")
			}
		}
		if before == after {
			continue
		}
		if a.String() != before || b.String() != after {
			t.Fatalf("%q to %q gives %q and %q", before, after, a.String(), b.String())
		}
	}
	got := ""
	for _, l := range linediff.Lines("a\nb\nc\nd\ne\nf\n", "a\nb\nX\nd\ne\nf\ng\n", 0) {
		got += string(l.Sign) + l.Text + " "
	}
	if got != "-c +X +g " {
		t.Errorf("shown as %q", got)
	}
	if lines := linediff.Lines("same\n", "same\n", 3); len(lines) != 0 {
		t.Errorf("no change is shown as %v", lines)
	}
}

// Changes that stand far apart are told apart, each with its line.
func TestHunks(t *testing.T) {
	before := "a\nb\nc\nd\ne\nf\ng\nh\n"
	got := linediff.Hunks(before, "a\nB\nnew\nc\nd\ne\nf\ng\nH\n", 1)
	if len(got) != 2 || got[0].From != 1 || got[1].From != 8 || len(got[0].Lines) != 5 || got[1].Lines[0].Text != "g" {
		t.Errorf("%+v", got)
	}
	if near := linediff.Hunks(before, "a\nB\nc\nD\ne\nf\ng\nh\n", 1); len(near) != 1 {
		t.Errorf("changes that are together: %+v", near)
	}
	if none := linediff.Hunks(before, before, 3); len(none) != 0 {
		t.Errorf("nothing changed: %+v", none)
	}
}
