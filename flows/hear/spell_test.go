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
	s := newSpeller(vocab, strings.Fields("im in hes got a me help ing t on am i"), nil)
	known := func(w string) bool { return slices.Contains([]string{"crewe", "woking", "wath", "kendal"}, w) }
	for w, want := range map[string]string{
		"imincrewe": "im in crewe", "hesgotaknife": "hes got a knife", "imscared": "im scared",
		"increwehelp": "in crewe help",
		"grassmere":   "", "marryport": "", "hallwood": "", "chesta": "", "ington": "", "wokington": "", "watham": "",
		"crewe": "",
	} {
		if got := strings.Join(s.split(w, known), " "); got != want {
			t.Errorf("%q is split into %q, want %q", w, got, want)
		}
	}
}

// A word in -ing is read without its last letter, and never taken apart.
func TestDroppedG(t *testing.T) {
	s := newSpeller(map[string]int32{"shouting": 0, "in": 1, "walk": 2, "hittin": 3, "hitting": 4}, []string{"in"}, nil)
	if got := s.read(nil, "shoutin", false); len(got) != 1 || got[0] != 0 {
		t.Errorf("shoutin is read as %v", got)
	}
	if got := s.read(nil, "hittin", false); !slices.Equal(got, []int32{3, 4}) {
		t.Errorf("hittin is read as %v, although the book has it with and without its g", got)
	}
	for _, w := range []string{"walkin", "shoutin"} {
		if got := s.split(w, func(string) bool { return false }); got != nil {
			t.Errorf("%q is split into %q", w, got)
		}
	}
	for _, w := range []string{"cabin", "goblin", "walk"} {
		if droppedG(w) {
			t.Errorf("%q is read as %qg", w, w)
		}
	}
}
