package flows_test

import (
	"strings"
	"testing"

	"signpost/flows"
)

// Whose place is answered: that of the one whom it is about. The writer's own does not replace it, and what only
// steers by a place, or is somebody else's in the same area, does not replace the place that is known.
func TestWhosePlace(t *testing.T) {
	b := shipped(t)
	for _, tt := range []struct{ texts, area string }{ // an area, "?" and two areas that are asked about, or nothing
		{"my sister lives in crewe im in carlisle", "?cheshire_east cumbria_north"},
		{"my sister lives in crewe im in carlisle|1", "cheshire_east"},
		{"my husband hits me im in kendal my mum lives in crewe", "cumbria_south"},
		{"my ex lives in crewe im in kendal", "cumbria_south"},
		{"he lives in crewe im in kendal", "cumbria_south"},
		{"im in kendal my daughter is in macclesfield and her husband is controlling her", "cheshire_east"},
		{"its my friend she lives in kendal, i live in crewe. what number does she ring", "cumbria_south"},
		{"im a social worker based in carlisle, client lives in barrow", "cumbria_south"},
		{"im in kendal but my mum is in chester and dads hitting her", "cheshire_west"},
		{"hes got a knife im in kendal my mum is in crewe", "cumbria_south"},

		{"worried about my neighbour|she lives in crewe|i live in barrow", "cheshire_east"},
		{"worried about my sister|she lives in nantwich|i work in kendal", "cheshire_east"},
		{"worried about my sister|she lives in nantwich|im the landlord in manchester", "cheshire_east"},
		{"im a midwife worried about a patient|she lives in dalton|hospital is in lancaster", "cumbria_south"},
		{"worried about my friend|kendal|she moved to crewe", "cheshire_east"},
		{"worried about my friend|kendal|carlisle", "cumbria_north"},
		{"worried about my friend|kendal|shes with me in crewe", "cheshire_east"},

		{"my friend lives in kendal", "cumbria_south"},
		{"friend in trouble|she lives in northwich|i live in kendal", "cheshire_west"},
		{"my friend is in danger|she's in whitehaven|but i am in crewe", "cumbria_west"},
		{"my sister has taken an overdose|she lives in kendal", "cumbria_south"},
		{"my nephew has bruises|he lives in widnes|hes 4", "halton"},
		{"my mum is being hit by my stepdad|im not there i live in leeds|shes in runcorn", "halton"},
		{"my husband hits me|he lives in crewe", ""},
		{"my wife hits me|she lives in crewe", ""},
		{"hes got a knife|he lives in crewe", ""},
		{"crewe|my mum lives in barrow", "cheshire_east"},

		{"frodsham|is that halton", "cheshire_west"}, {"cockermouth|is carlisle the same", "cumbria_west"},
		{"warrington|do you cover manchester", "warrington"}, {"alston|is it in northumberland", "cumbria_north"},
		{"wigton|nearest town is carlisle", "cumbria_west"}, {"middlewich|winsford is 10 mins", "cheshire_east"},
		{"crewe|court is at chester on monday", "cheshire_east"},
		{"penrith|he found me in keswick yesterday", "cumbria_north"},
		{"is that crewe", "cheshire_east"}, {"penrith|im near crewe", "cheshire_east"},

		{"penrith|he works in carlisle", "cumbria_north"}, {"handforth|he lives in wilmslow", "cheshire_east"},
		{"crewe|he lives in crewe", ""}, {"crewe|i dont live in crewe", ""},

		{"broughton|near chester", "?cumbria_south wales cheshire_west"}, {"broughton|im in chester", "cheshire_west"},

		{"moving from warrington to crewe next week", "warrington"}, {"im from chester but at uni in carlisle", "cumbria_north"},
	} {
		var s flows.State
		for _, text := range strings.Split(tt.texts, "|") {
			var err error
			if s, _, err = b.Step(wednesday, s, flows.TextInput(text)); err != nil {
				t.Fatal(err)
			}
			if s, err = b.Decode(s.Encode()); err != nil && s.Step != "" {
				t.Fatal(err)
			}
		}
		got := s.Area
		if s.Ask[0] != "" {
			got = strings.TrimSpace("?" + strings.Join(s.Ask[:], " "))
		}
		if got != tt.area {
			t.Errorf("%q leads to %q, want %q", tt.texts, got, tt.area)
		}
	}
}
