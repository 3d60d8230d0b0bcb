package flows_test

import (
	"strings"
	"testing"

	"signpost/flows"
	"signpost/flows/hear"
)

// What people text after they were given a number is understood for what it is.
func TestTextsAfterANumber(t *testing.T) {
	b := shipped(t)
	for _, tt := range []struct {
		text string
		kind flows.CaseKind
		what hear.Kind
	}{
		{"help me please", flows.CaseRepeat, 0},
		{"i need help", flows.CaseRepeat, 0},
		{"my husband keeps hitting me", flows.CaseRepeat, 0},
		{"im scared", flows.CaseRepeat, 0},
		{"please somebody help", flows.CaseRepeat, 0},
		{"they said they cant help me", flows.CaseComplaint, hear.Another},
		{"i tried that one already", flows.CaseComplaint, hear.Another},
		{"i rang last week they never called back", flows.CaseComplaint, hear.NoAnswer},
		{"i rang and a man answered", flows.CaseUnclear, 0},
		{"im not ready to leave", flows.CaseUnclear, 0},
		{"is it free from mobile", flows.CaseQuestion, hear.AskFree},
		{"i dont have any credit", flows.CaseQuestion, hear.AskFree},
		{"will they tell my husband", flows.CaseQuestion, hear.AskPrivate},
		{"do i have to give my name", flows.CaseQuestion, hear.AskPrivate},
		{"i just want someone to talk to", flows.CaseQuestion, hear.AskCall},
		{"brilliant thanks will ring tomorrow", flows.CaseThanks, 0},
		{"can i text them", flows.CaseNeed, hear.TextOnly},
		{"just give me a number", flows.CaseHelpline, 0},
		{"womens aid", flows.CaseHelpline, 0},
		{"do i have to say", flows.CaseNotSure, 0},
		{"why do you need my town", flows.CaseNotSure, 0},
		{"i feel like giving up", flows.CaseDespair, 0},
		{"theres no point any more", flows.CaseDespair, 0},
		{"i think i need stitches", flows.CaseDanger, 0},
	} {
		if c := b.Classify(tt.text); c.Kind != tt.kind || tt.what != 0 && c.What != tt.what {
			t.Errorf("%q is %v (%v)", tt.text, c.Kind, c.What)
		}
	}
}

// A plea for help after a number gets the number again.
func TestPleaGetsTheNumberAgain(t *testing.T) {
	b := shipped(t)
	for _, first := range []string{"kendal", "my husband hits me. crewe", "im deaf. widnes", "my wife hits me"} {
		state, given, err := b.Step(wednesday, flows.State{}, flows.TextInput(first))
		if err != nil {
			t.Fatal(err)
		}
		_, again, err := b.Step(wednesday, state, flows.TextInput("please help me"))
		if err != nil || again.Text != given.Text {
			t.Errorf("after %q a plea gets %q, %v", first, again.Text, err)
		}
	}
}

// A text that is not understood where a number was given gets it again: the line knows the answer. So do the
// next such texts, with the 24-hour number.
func TestUnclearTextGetsTheNumberAgain(t *testing.T) {
	b := shipped(t)
	state, given, err := b.Step(wednesday, flows.State{}, flows.TextInput("my husband hits me. kendal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"can i bring my dog", "police came last night and let him go", "asdfgh"} {
		next, again, err := b.Step(wednesday, state, flows.TextInput(text))
		if err != nil || again.Text != given.Text {
			t.Errorf("%q gets %q, %v", text, again.Text, err)
		}
		local, always := b.Service("letgo_south").Lines[0].Printed, b.Service("national_helpline").Lines[0].Printed
		for _, more := range []string{"he shouts", "its when he drinks", "asdfgh", "should i ring"} {
			var r flows.Reply
			if next, r, err = b.Step(wednesday, next, flows.TextInput(more)); err != nil ||
				!strings.Contains(r.Text, local) || !strings.Contains(r.Text, always) {
				t.Errorf("after %q, %q gets %q, %v", text, more, r.Text, err)
			}
		}
	}
}

// A text about somebody else is not asked which it is.
func TestFriendIsNotAskedWhichItIs(t *testing.T) {
	b := shipped(t)
	state, asked, err := b.Step(wednesday, flows.State{}, flows.TextInput("my friend needs help with her boyfriend"))
	if err != nil || state.Who != flows.Someone {
		t.Fatal(state, err)
	}
	_, got, err := b.Step(wednesday, state, flows.TextInput("shes not answering her phone since last nite"))
	if err != nil || got.Text != asked.Text {
		t.Errorf("answered %q, %v", got.Text, err)
	}
}

// Nobody is told that a text is not clear without 999 and a number that answers day and night.
func TestUnclearTextGetsANumber(t *testing.T) {
	b := shipped(t)
	for _, first := range []string{"menu", "kendal", "cumbria", "im 15", "my friend is hit", "he is hitting me",
		"i want to die", "1", "2", "i hit her but she hits me"} {
		state, _, err := b.Step(wednesday, flows.State{}, flows.TextInput("hi"))
		if err == nil {
			state, _, err = b.Step(wednesday, state, flows.TextInput(first))
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			var r flows.Reply
			if state, r, err = b.Step(wednesday, state, flows.TextInput("asdfgh")); err != nil {
				t.Fatal(err)
			}
			open := strings.Contains(r.Text, "0808 2000 247") || strings.Contains(r.Text, "open 24 hours")
			if !strings.Contains(r.Text, "999") || !open {
				t.Errorf("after %q, asdfgh gets %q", first, r.Text)
			}
		}
	}
}

// Somebody who was answered that they are in danger, or that they matter, and then asks for help or writes
// what is not understood gets that answer again. A second such text gets the 24-hour number, and any other is
// answered for what it is.
func TestUrgentAnswerAgain(t *testing.T) {
	b := shipped(t)
	text := func(s flows.State, body string) (flows.State, string) {
		t.Helper()
		s, r, err := b.Step(wednesday, s, flows.TextInput(body))
		if err != nil {
			t.Fatal(err)
		}
		return s, r.Text
	}
	for _, urgent := range []string{"he is hitting me", "i want to die", "im deaf he has a knife",
		"ive taken all my tablets", "he strangled me last night"} {
		for _, next := range []string{"please help me", "asdfgh", "i did it"} {
			at, first := text(flows.State{}, urgent)
			after, again := text(at, next)
			if again != first {
				t.Errorf("after %q, %q gets %q", urgent, next, again)
			}
			if restored, err := b.Decode(after.Encode()); err != nil || restored != after {
				t.Errorf("%+v is remembered as %+v, %v", after, restored, err)
			}
			if _, place := text(after, "crewe"); !strings.Contains(place, "0300 123 5101") {
				t.Errorf("after %q and %q, a place gets %q", urgent, next, place)
			}
			later, _ := text(after, "crewe")
			if plain := after.Urgent == flows.UrgentDanger; plain != (later.Urgent == flows.NotUrgent) {
				t.Errorf("after %q, %q and a place: remembered as %v", urgent, next, later.Urgent)
			}
		}
		at, _ := text(flows.State{}, urgent)
		at, _ = text(at, "asdfgh")
		if _, got := text(at, "qwert"); !strings.Contains(got, "0808 2000 247") {
			t.Errorf("after %q, a second unclear text gets %q", urgent, got)
		}
	}
	if at, _ := text(flows.State{}, "i hit my wife"); at.Urgent != flows.NotUrgent {
		t.Error("own behaviour is remembered as urgent")
	}
}

// Who asks for help where a town is asked for gets the question once more, and then the 24-hour line. Who is
// asked which it is, and says that they are hurt, has answered.
func TestPleaAtAQuestion(t *testing.T) {
	b := shipped(t)
	s, _, err := b.Step(wednesday, flows.State{}, flows.TextInput("hi"))
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"my husband keeps hitting me", "please help me"} {
		var r flows.Reply
		if s, r, err = b.Step(wednesday, s, flows.TextInput(text)); err != nil ||
			strings.Contains(r.Text, "0808 2000 247") != (i == 1) || !strings.Contains(r.Text, "999") {
			t.Errorf("%q gets %q, %v", text, r.Text, err)
		}
	}
	s, _, err = b.Step(wednesday, flows.State{}, flows.TextInput("im in crewe i hit her but she hits me"))
	if err != nil {
		t.Fatal(err)
	}
	if _, r, err := b.Step(wednesday, s, flows.TextInput("my husband keeps hitting me")); err != nil ||
		!strings.Contains(r.Text, "0300 123 5101") {
		t.Errorf("asked which it is, somebody who is hurt gets %q, %v", r.Text, err)
	}
}
