package hear

import (
	"slices"
	"strings"
	"testing"
)

// Words that are run together are taken apart. A misspelt place is not.
func TestSplit(t *testing.T) {
	vocab := map[string]int32{}
	for i, w := range strings.Fields("grass mere marry port hall wood chest knife wath scared") {
		vocab[w] = int32(i)
	}
	s := newSpeller(vocab, strings.Fields("im in hes got a me help ing t on am i"))
	known := func(w string) bool { return slices.Contains([]string{"crewe", "woking", "wath", "kendal"}, w) }
	for w, want := range map[string]string{
		"imincrewe": "im in crewe", "hesgotaknife": "hes got a knife", "imscared": "im scared", "increwehelp": "in crewe help",
		"grassmere": "", "marryport": "", "hallwood": "", "chesta": "", "ington": "", "wokington": "", "watham": "", "crewe": "",
	} {
		if got := strings.Join(s.split(w, known), " "); got != want {
			t.Errorf("%q is split into %q, want %q", w, got, want)
		}
	}
}
