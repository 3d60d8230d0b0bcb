package spell_test

import (
	"math"
	"slices"
	"testing"

	"signpost/internal/spell"
)

func TestIndex(t *testing.T) {
	words := []string{"knife", "suicide", "carlisle", "whicham", "chester le street", "fone", "stephen"}
	x := spell.NewIndex(len(words))
	for i, w := range words {
		x.Add(w, int32(i), 5)
	}
	for typed, want := range map[string]string{
		"nife": "knife", "suiside": "suicide", "karlisle": "carlisle", "carlsile": "carlisle", "whicahm": "whicham",
		"acrlisle": "carlisle",
		"harlisle": "carlisle", "arlisle": "carlisle", "xcarlisle": "carlisle", "fonee": "fone", "stehpen": "stephen",
		"carpet": "", "": "", "fine": "",
	} {
		hits := x.Find(nil, typed, true, 7)
		got := ""
		if len(hits) > 0 {
			got = words[hits[0].ID]
		}
		if got != want || len(hits) > 1 {
			t.Errorf("%q is %q of %v, want %q", typed, got, hits, want)
		}
	}
	if hits := x.Find(nil, "carlsile", false, 7); len(hits) > 0 {
		t.Errorf("a slip is found by sound: %v", hits)
	}
	if hits := x.Find(nil, "karlisle", false, 7); !slices.Equal(hits, []spell.Hit{{ID: 2}}) {
		t.Errorf("a word is not found by its sound: %v", hits)
	}
}

func TestDistance(t *testing.T) {
	const most = 9
	for _, tt := range []struct {
		a, b string
		want float32
	}{{"kendal", "kendal", 0}, {"kendal", "kendel", 0.55}, {"kendal", "kendall", 0.3}, {"kednal", "kendal", 0.9},
		{"kendl", "kendal", 0.7}, {"kndal", "kendal", 0.5}, {"kenal", "kendal", 0.9}, {"kendal", "kemdal", 0.7},
		{"kendal", "xendal", 1}, {"", "kend", 3.2}} {
		if got := spell.Distance(tt.a, tt.b, most); math.Abs(float64(got-tt.want)) > 1e-5 {
			t.Errorf("%q and %q are %v apart, want %v", tt.a, tt.b, got, tt.want)
		}
		if !spell.MayBeNear(spell.Mask(tt.a), spell.Mask(tt.b), tt.want) {
			t.Errorf("%q and %q are thought to be further apart", tt.a, tt.b)
		}
	}
	if got := spell.Distance("carlisle", "warrington", 1); got != 99 {
		t.Errorf("words that are far apart are %v apart", got)
	}
}
