package flows_test

import (
	"strings"
	"testing"
	"time"

	"signpost/flows"
)

// Somebody who tells a story in short texts keeps what they were given, and is never met with silence. Nothing
// asks for a town that is known.
func TestStoryInShortTexts(t *testing.T) {
	b := shipped(t)
	number := func(id string) string { return b.Service(id).Lines[0].Printed }
	invites := strings.TrimSpace(b.Messages.Town.Text)
	for _, tt := range []struct {
		texts string
		has   []string // what every text after the first number holds
	}{
		{"crewe|he never leaves marks|its when he drinks|he shouts|i cry|he is nice after|i feel bad|i feel ill|" +
			"should i ring|what do i say|he has gone out|i feel stupid|maybe its me", []string{number("cheshire_east_hub")}},
		{"im 79 and in penrith my son takes my money|he shouts|he moved in at christmas|i do not like to complain|" +
			"my late husband would be ashamed|what should i do|i feel bad|please|i need someone",
			[]string{number("hourglass"), number("letgo_north"), number("national_helpline")}},
		{"im 13 my dad hits me|i cry|nowhere to go|i feel bad|asdf|i feel ill", []string{number("childline")}},
		// A need without a line of its own.
		{"kendal|nowhere to go|he keeps ringing me|where can i go tonight", []string{number("letgo_south")}},
		{"im deaf. kendal|nowhere to go", []string{number("shout"), number("letgo_south")}},
		// A question to us, and back from it.
		{"runcorn|what time do they open|is it open now|who is this|u there?|can you ring me",
			[]string{number("halton_service")}},
		// A language.
		{"mi marido me pega carlisle|carlisle|#|0|9",
			[]string{number("letgo_north"), number("national_helpline"), "interpreter"}},
		{"im deaf. workington|#", []string{"18001 " + b.Service("letgo_west").Lines[0].Printed,
			"18001 " + b.Service("letgo_west").Lines[1].Printed}},
	} {
		var s flows.State
		for _, text := range strings.Split(tt.texts, "|") {
			next, r := says(t, b, s, text)
			s = next
			for _, has := range tt.has {
				if !strings.Contains(r[0].Text, has) {
					t.Errorf("%s: %q gets %q, without %s", tt.texts, text, r[0].Text, has)
				}
			}
			if s.Area != "" && strings.Contains(r[0].Text, invites) {
				t.Errorf("%s: %q gets %q, and the town is known", tt.texts, text, r[0].Text)
			}
		}
	}
}

// Where the language was said before the town, the local number comes with how to ask for an interpreter.
func TestLanguageIsKept(t *testing.T) {
	b := shipped(t)
	for _, first := range []string{"mi marido me pega", "can speak polish person", "pomocy maz mnie bije"} {
		s, _ := says(t, b, flows.State{}, first)
		if _, r := says(t, b, s, "crewe"); !strings.Contains(r[0].Text, "interpreter") ||
			!strings.Contains(r[0].Text, b.Service("cheshire_east_hub").Lines[0].Printed) {
			t.Errorf("%q, then the town gets %q", first, r[0].Text)
		}
	}
}

// 9 after the answer to a question leads back to what was there before it.
func TestBackFromAQuestion(t *testing.T) {
	b := shipped(t)
	for _, place := range []string{"runcorn", "hello"} {
		for _, question := range []string{"bills", "who is this", "is it free"} {
			s, given := says(t, b, flows.State{}, place)
			s, _ = says(t, b, s, question)
			if _, r := says(t, b, s, "9"); r[0].Text != given[0].Text {
				t.Errorf("%q, %q, 9 gets %q", place, question, r[0].Text)
			}
		}
	}
}

// Only the same text again, which moves nothing, ends in silence: with a time or a number that differs, it is the same.
func TestOnlyRepeatsEndInSilence(t *testing.T) {
	b := shipped(t)
	answers := func(text func(i int) string) (n int) {
		s, _ := says(t, b, flows.State{}, "kendal")
		for i := range 40 {
			next, r := says(t, b, s, text(i))
			if s = next; r[0].Text != "" {
				n++
			}
		}
		return n
	}
	words := strings.Fields("asdf qwer zxcv tyui ghjk bnm plok wsx edc rfv")
	if n := answers(func(i int) string { return words[i%len(words)] }); n != 40 {
		t.Errorf("of 40 texts that differ, %d are answered", n)
	}
	if n := answers(func(i int) string { return "qwerty " + strings.Repeat("1", 1+i%3) }); n != 8 {
		t.Errorf("of 40 texts that are the same, %d are answered", n)
	}
}

// The next number of a complaint is one that is open now.
func TestComplaintGetsAnOpenLine(t *testing.T) {
	b := shipped(t)
	closed := b.Service("victim_support_cumbria")
	for _, tt := range []struct {
		at   time.Time
		open bool
	}{{wednesday, true}, {wednesday.Add(13 * time.Hour), false}} {
		s, _, err := b.Step(tt.at, flows.State{}, flows.TextInput("carlisle"))
		if err != nil {
			t.Fatal(err)
		}
		_, r, err := b.Step(tt.at, s, flows.TextInput("nobody is picking up"))
		if err != nil || strings.Contains(r.Text, closed.Lines[0].Printed) != tt.open {
			t.Errorf("at %s a complaint gets %q, %v", tt.at, r.Text, err)
		}
	}
}
