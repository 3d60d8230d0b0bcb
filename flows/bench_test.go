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
