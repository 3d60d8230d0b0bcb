package flows_test

import (
	"testing"

	"signpost/flows"
)

// Anybody who is asked which of several places may answer in any of these ways.
func TestWhichPlace(t *testing.T) {
	b := shipped(t)
	for _, tt := range []struct{ first, answer, area string }{
		{"kirkby stephen or kirkby lonsdale", "stephen", "cumbria_north"},
		{"kirkby stephen or kirkby lonsdale", "lonsdale", "cumbria_south"},
		{"kirkby stephen or kirkby lonsdale", "the lonsdale one", "cumbria_south"},
		{"kirkby stephen or kirkby lonsdale", "Stephen pls", "cumbria_north"},
		{"kirkby stephen or kirkby lonsdale", "steven", "cumbria_north"},
		{"kirkby stephen or kirkby lonsdale", "londsdale", "cumbria_south"},
		{"kirkby stephen or kirkby lonsdale", "k lonsdale", "cumbria_south"},
		{"kirkby stephen or kirkby lonsdale", "kirkby", ""},
		{"kirkby stephen or kirkby lonsdale", "1", "cumbria_north"},
		{"kirkby stephen or kirkby lonsdale", "2 please", "cumbria_south"},
		{"kirkby stephen or kirkby lonsdale", "the second one", "cumbria_south"},
		{"kirkby stephen or kirkby lonsdale", "first", "cumbria_north"},
		{"kirkby stephen or kirkby lonsdale", "penrith", "cumbria_north"},
		{"kirkby stephen or kirkby lonsdale", "im in crewe actually", "cheshire_east"},
		{"kirkby stephen or kirkby lonsdale", "LA6 2AA", "cumbria_south"},
		{"kirkby stephen or kirkby lonsdale", "CA17 4QU", "cumbria_north"},
		{"kirkby stephen or kirkby lonsdale", "neither", "elsewhere"},
		{"kirkby stephen or kirkby lonsdale", "none of them", "elsewhere"},
		{"kirkby stephen or kirkby lonsdale", "dont know", "0"}, {"kirkby stephen or kirkby lonsdale", "not sure", "0"},
		{"kirkby stephen or kirkby lonsdale", "0", "0"},
		{"kirkby stephen or kirkby lonsdale", "not lonsdale", ""}, {"kirkby stephen or kirkby lonsdale", "both", "0"},
		{"kirkby stephen or kirkby lonsdale", "stephen hit me again", ""},
		{"bowness", "on solway", "cumbria_west"}, {"bowness", "solway", "cumbria_west"},
		{"bowness", "on windermere", "cumbria_south"}, {"bowness", "windermere", "cumbria_south"},
		{"bowness", "the windermere one", "cumbria_south"}, {"bowness", "kendal", "cumbria_south"},
		{"bowness", "1", "cumbria_west"}, {"bowness", "carlisle", ""}, {"bowness", "near carlisle", ""},
		{"bowness", "im in carlisle", "cumbria_north"},
		{"grange", "over sands", "cumbria_south"}, {"grange", "sands", "cumbria_south"},
		{"grange", "over sands pls", "cumbria_south"}, {"grange", "2", "cumbria_south"},
		{"kirkby", "lonsdale", "cumbria_south"}, {"kirkby", "stephen", "cumbria_north"},
		{"kirkby", "in furness", "cumbria_south"}, {"kirkby", "thore", "cumbria_north"},
		{"kirkby", "3", "elsewhere"}, {"kirkby", "liverpool", "elsewhere"}, {"kirkby", "somewhere else", "elsewhere"},
		{"barrow or great barrow", "the great barrow one", "cheshire_west"},
		{"barrow or great barrow", "barrow", "cumbria_south"},
		{"barrow or great barrow", "in furness", "cumbria_south"},
		{"ellesmere or ellesmere port", "port", "cheshire_west"},
		{"ellesmere or ellesmere port", "ellesmere", "elsewhere"},
		{"ellesmere or ellesmere port", "the port", "cheshire_west"},
		{"kendal or penrith", "kendal", "cumbria_south"}, {"kendal or penrith", "kendl", "cumbria_south"},
		{"kendal or penrith", "yes penrith", "cumbria_north"},
		{"kendal or penrith", "penrith not kendal", "cumbria_north"}, {"kendal or penrith", "not kendal", ""},
		{"kendal or penrith", "Penrith!!", "cumbria_north"},
		{"kendal or penrith", "hes in kendal", ""}, {"kendal or penrith", "im in penrith he is in kendal",
			"cumbria_north"},
	} {
		s, r, err := b.Step(wednesday, flows.State{}, flows.TextInput(tt.first))
		if err != nil || s.Ask[0] == "" {
			t.Fatalf("%q gets %q, %v", tt.first, r.Text, err)
		}
		s, r, err = b.Step(wednesday, s, flows.TextInput(tt.answer))
		if err != nil {
			t.Fatal(err)
		}
		got := s.Area
		if s.Step == b.People[s.Who].Helpline && got == "" {
			got = "0"
		}
		if got != tt.area {
			t.Errorf("%q to %q leads to %q, want %q: %q", tt.answer, tt.first, got, tt.area, r.Text)
		}
	}
}
