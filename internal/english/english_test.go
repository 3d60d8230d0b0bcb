package english_test

import (
	"testing"

	"signpost/internal/english"
)

func TestKnown(t *testing.T) {
	n := 0
	for w := range english.Each {
		if n++; !english.Known(w) {
			t.Fatalf("%q is in the list and is not found", w)
		}
	}
	if n < 50_000 {
		t.Errorf("only %d words", n)
	}
	for _, w := range []string{"", "a", "zzz", "kendal", "nife", "zyzzyvax"} {
		if english.Known(w) {
			t.Errorf("%q is taken for an ordinary word", w)
		}
	}
}
