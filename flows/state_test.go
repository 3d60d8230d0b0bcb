package flows_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"signpost/flows"
)

// Any bytes that are remembered are a state the engine can go on from, or
// refused; and what goes on is answered.
func FuzzState(f *testing.F) {
	b := shipped(f)
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)
	inputs := []flows.Input{flows.TextInput("1"), flows.TextInput("kendal"), flows.TextInput("9"),
		flows.TextInput("xyzzy"),
		flows.Pressed('1'), flows.Pressed('2'),
		flows.Pressed('9'), flows.Silence(), flows.LegEnded(flows.LegBusy)}
	f.Add([]byte(nil), byte(0), byte(0), byte(0), byte(0))
	f.Add(flows.State{Step: "local_line", Area: "halton", At: 250}.Encode(), byte(1), byte(2), byte(3), byte(4))
	f.Fuzz(func(t *testing.T, data []byte, step, areaAt, ask, in byte) {
		s, err := b.Decode(data)
		if err != nil {
			// Most bytes are refused: put names that exist where ids would be.
			s = flows.State{Step: b.Steps[int(step)%len(b.Steps)].ID, Who: flows.Person(areaAt % 3), At: ask,
				Misses: in, Silences: step % 4, Idle: areaAt, Said: in % 32, Aside: in%2 == 0,
				Urgent: flows.Urgency(in % 3)}
			if areaAt%2 == 0 {
				s.Area = b.Areas[int(areaAt)%len(b.Areas)].ID
			}
			if ask%3 == 0 {
				s.Ask[0], s.Ask[1] = b.Areas[int(ask)%len(b.Areas)].ID, b.Areas[int(in)%len(b.Areas)].ID
			}
			if got, err := b.Decode(s.Encode()); err != nil || got != s {
				t.Fatalf("%+v is remembered as %+v, %v", s, got, err)
			}
		}
		input := inputs[int(in)%len(inputs)]
		next, reply, err := b.Step(now, s, input)
		if err != nil {
			t.Fatalf("from %+v: %v", s, err)
		}
		if !reply.Ended && b.StepNamed(next.Step) == nil {
			t.Errorf("from %+v to nowhere: %+v", s, next)
		}
		if reply.Act == flows.Dial && reply.Dial == nil {
			t.Errorf("from %+v: rings nobody", s)
		}
	})
}

// Half a postcode is kept for one text, and joined to the other half.
func TestHalvesOfAPostcode(t *testing.T) {
	b := shipped(t)
	s, _, err := b.Step(wednesday, flows.State{}, flows.TextInput("la20"))
	if err != nil || s.Half != "la20" {
		t.Fatalf("after the first half: %+v, %v", s, err)
	}
	if got, r, err := b.Step(wednesday, s, flows.TextInput("6bx")); err != nil || got.Area != "cumbria_south" ||
		got.Half != "" {
		t.Errorf("after the second: %+v, %q, %v", got, r.Text, err)
	}
	if got, _, err := b.Step(wednesday, s, flows.TextInput("thanks")); err != nil || got.Half != "" {
		t.Errorf("after another text the half is still kept: %+v, %v", got, err)
	}
}

// A conversation whose step has left the book keeps what must not be forgotten.
func TestStepHasLeftTheBook(t *testing.T) {
	b := shipped(t)
	for _, tt := range []struct{ text, next, has, never string }{
		{"i hit my wife", "kendal", "respect", "letgo_south"},
		{"im deaf", "he has a knife", "18000", "press 55"},
		{"kendal", "he has a knife", "letgo_south", "18000"},
		{"ive taken all my tablets", "asdf", "A&E", "not clear"},
		{"worried about my friend", "kendal", "letgo_south", "respect"},
		{"hi", "kendal", "letgo_south", "respect"},
	} {
		s, _, err := b.Step(wednesday, flows.State{}, flows.TextInput(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		data := s.Encode()
		copy(data[1:], "gone") // no step has this id
		if _, err := b.Decode(data); !errors.Is(err, flows.ErrNoSuchStep) {
			t.Fatalf("decoded: %v", err)
		}
		s, _ = b.DecodeText(wednesday, data)
		_, r, err := b.Step(wednesday, s, flows.TextInput(tt.next))
		if err != nil {
			t.Fatal(err)
		}
		holds := func(what string) bool {
			if svc := b.Service(what); svc != nil {
				what = svc.Lines[0].Printed
			}
			return strings.Contains(r.Text, what)
		}
		if !holds(tt.has) || holds(tt.never) {
			t.Errorf("%q, then %q gets %q", tt.text, tt.next, r.Text)
		}
	}
}
