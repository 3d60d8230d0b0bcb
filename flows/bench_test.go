package flows_test

import (
	"testing"
	"time"

	"signpost/flows"
)

func BenchmarkStep(b *testing.B) {
	book := shipped(b)
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)
	for _, bench := range []struct {
		name string
		in   flows.Input
	}{{"greeting", flows.Heard("hello")}, {"place", flows.Heard("im in kendal")}, {"call", flows.Rang()}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := book.Step(now, flows.State{}, bench.in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A step asks for little memory: the answer's words, and little else.
func TestStepAsksForLittleMemory(t *testing.T) {
	book := shipped(t)
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)
	menu, _, err := book.Step(now, flows.State{}, flows.Heard("hello"))
	if err != nil {
		t.Fatal(err)
	}
	const most = 3 // allocations
	for _, tt := range []struct {
		name string
		from flows.State
		in   flows.Input
	}{{"a first text", flows.State{}, flows.Heard("hello")}, {"a place", flows.State{}, flows.Heard("im in kendal")}, {"a choice", menu, flows.Heard("2")},
		{"a call", flows.State{}, flows.Rang()}, {"a key", flows.State{Step: "who"}, flows.Pressed('1')}, {"a number", flows.State{Step: "cumbria"}, flows.Pressed('3')}} {
		if n := testing.AllocsPerRun(200, func() { _, _, _ = book.Step(now, tt.from, tt.in) }); n > most {
			t.Errorf("%s asks for memory %v times", tt.name, n)
		}
	}
}
