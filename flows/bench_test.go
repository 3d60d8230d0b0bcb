package flows_test

import (
	"strings"
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
	}{{"greeting", flows.TextInput("hello")}, {"place", flows.TextInput("im in kendal")}, {"call", flows.Rang()}} {
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
	menu, _, err := book.Step(now, flows.State{}, flows.TextInput("hello"))
	if err != nil {
		t.Fatal(err)
	}
	// Allocations: a text is read into words, facts and places; a call looks up lists of services.
	const mostOfText, mostOfCall = 40, 16
	for _, tt := range []struct {
		name string
		from flows.State
		in   flows.Input
		most float64
	}{{"a first text", flows.State{}, flows.TextInput("hello"), mostOfText},
		{"a place", flows.State{}, flows.TextInput("im in kendal"), mostOfText},
		{"a choice", menu, flows.TextInput("2"), mostOfText},
		{"a call", flows.State{}, flows.Rang(), mostOfCall},
		{"a key", flows.State{Step: "who"}, flows.Pressed('1'), mostOfCall},
		{"a number", flows.State{Step: "cumbria"}, flows.Pressed('3'), mostOfCall}} {
		if n := testing.AllocsPerRun(200, func() { _, _, _ = book.Step(now, tt.from, tt.in) }); n > tt.most {
			t.Errorf("%s asks for memory %v times", tt.name, n)
		}
	}
}

// A text that is stepped on again is not heard again, and gets the same reply; another book hears it anew.
func TestCachedTextInput(t *testing.T) {
	book, now := shipped(t), time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)
	in := flows.CachedTextInput("im in kendal")
	_, first, err := book.Step(now, flows.State{}, in)
	if err != nil {
		t.Fatal(err)
	}
	_, again, _ := book.Step(now, flows.State{}, in)
	if _, plain, _ := book.Step(now, flows.State{}, flows.TextInput("im in kendal")); again.Text != first.Text ||
		plain.Text != first.Text {
		t.Errorf("the replies differ: %q, %q, %q", first.Text, again.Text, plain.Text)
	}
	steps := func(in flows.Input) float64 {
		return testing.AllocsPerRun(100, func() { _, _, _ = book.Step(now, flows.State{}, in) })
	}
	if once, anew := steps(in), steps(flows.TextInput("im in kendal")); 2*once > anew {
		t.Errorf("a text that was heard asks for memory %v times, another %v times", once, anew)
	}
	if other := book.Clone(); in.Case(other).Kind != flows.CasePlace {
		t.Error("another book does not hear it")
	}
}

// However many lines a service has, every number is said, and what comes after.
func TestManyLinesAreAllSaid(t *testing.T) {
	book := shipped(t).Clone()
	many := make([]flows.Line, 9)
	for i := range many {
		many[i] = flows.Line{Printed: "01229 58238" + string(rune('0'+i)), E164: "+4412295823" + string(rune('0'+i))}
	}
	for i := range book.Services {
		book.Services[i].Lines = many
	}
	book.Finish()
	_, reply, err := book.Step(time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC), flows.State{Step: "cumbria"},
		flows.Pressed('3'))
	if err != nil {
		t.Fatal(err)
	}
	said := flows.Spoken(reply.Speech)
	for _, l := range many {
		if strings.Count(said, l.Printed) != 2 {
			t.Errorf("%s is said %d times", l.Printed, strings.Count(said, l.Printed))
		}
	}
	words := book.Messages.Number.Say
	if last := words[strings.LastIndex(words, "}")+1:]; !strings.HasSuffix(said, last) {
		t.Errorf("the last words are gone: %q", said)
	}
}
