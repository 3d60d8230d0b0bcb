package flows_test

import (
	"strings"
	"testing"

	"signpost/flows"
)

// A conversation after an urgent answer, and what its last answer holds and lacks. Silent means that nothing is sent.
var afterUrgent = []struct {
	texts        []string
	holds, lacks []string
	silent       bool
}{
	// Thanks never bring a question.
	{texts: []string{"hes got a knife", "ok"}, silent: true},
	{texts: []string{"i want to die", "thanks"}, silent: true},
	{texts: []string{"ive taken tablets", "ok"}, holds: []string{"999", "A&E", "116 123"}},
	{texts: []string{"i took an overdose", "no im ok"}, holds: []string{"999", "A&E", "116 123"}},
	{texts: []string{"ive taken 20 paracetamol", "im in barrow", "ok"},
		holds: []string{"A&E", "116 123", "letgo_south"}},
	// A town does not end despair, nor what a doctor must look at. It does end danger.
	{texts: []string{"i want to die", "i live in penrith"}, holds: []string{"999", "116 123", "letgo_north"}},
	{texts: []string{"i want to die", "i live in penrith", "they didnt answer"},
		holds: []string{"116 123", "letgo_north", "national_helpline"}},
	{texts: []string{"i want to end it", "cheshire", "1"}, holds: []string{"116 123", "national_helpline"}},
	{texts: []string{"he strangled me last night", "kendal"}, holds: []string{"999", "A&E", "letgo_south"}},
	{texts: []string{"he strangled me last night", "kendal", "asdfgh"}, holds: []string{"A&E", "letgo_south"}},
	{texts: []string{"hes got a knife", "kendal"}, holds: []string{"letgo_south"}, lacks: []string{"A&E", "press 55"}},
	// Somebody who harms gets the urgent answer again, and the words for what it is.
	{texts: []string{"i hit her", "shes not breathing", "asdfgh"}, holds: []string{"55", "samaritans"},
		lacks: []string{"respect"}},
	{texts: []string{"i hit her", "shes not breathing", "kendal"}, holds: []string{"55", "samaritans"},
		lacks: []string{"respect", "letgo_south"}},
	{texts: []string{"i hit her", "shes not breathing", "ok"}, silent: true},
	{texts: []string{"i hit her", "shes not breathing", "0"}, holds: []string{"samaritans"}, lacks: []string{"55"}},
	{texts: []string{"i hit my wife", "im going to hang myself", "nobody cares"}, holds: []string{"samaritans"},
		lacks: []string{"press 55", "national_helpline"}},
	{texts: []string{"i hit my wife", "ive taken pills", "ok"}, holds: []string{"A&E", "samaritans"},
		lacks: []string{"national_helpline"}},
	{texts: []string{"i hit my wife", "i grabbed her by the throat"}, holds: []string{"A&E", "samaritans"}},
	{texts: []string{"i hit my wife", "im deaf"}, holds: []string{"18001", "respect"}},
	{texts: []string{"i hit my wife", "im deaf", "she has a knife"}, holds: []string{"18000"}, lacks: []string{"press 55"}},
	{texts: []string{"im deaf and i hit my wife", "she has a knife"}, holds: []string{"18000"}, lacks: []string{"press 55"}},
	// No town is invited where none is answered.
	{texts: []string{"i hit my wife", "who are you"}, holds: []string{"999", "samaritans", "X"}, lacks: []string{"town"}},
	{texts: []string{"i hit my wife", "are you a real person"}, holds: []string{"samaritans", "X"}, lacks: []string{"town"}},
	{texts: []string{"i hit my wife", "shes not breathing", "can you ring me", "asdfgh"}, holds: []string{"55"}},
	// A child is always answered as a child.
	{texts: []string{"i pushed my mum", "im 14"}, holds: []string{"childline"}, lacks: []string{"respect"}},
	{texts: []string{"i hit my sister", "11"}, holds: []string{"childline"}},
	{texts: []string{"i hit my sister", "im 11", "kendal"}, holds: []string{"childline", "letgo_south"}},
	{texts: []string{"im 15 and i hit my mum"}, holds: []string{"childline"}, lacks: []string{"respect"}},
	{texts: []string{"i hit my wife", "my dad hit me when i was little"}, holds: []string{"respect"},
		lacks: []string{"childline"}},
}

func TestAfterUrgent(t *testing.T) {
	b := shipped(t)
	find := func(word string) string { // the number of a service, or the word
		if s := b.Service(word); s != nil {
			return s.Lines[0].Printed
		}
		return word
	}
	for _, test := range afterUrgent {
		_, replies := says(t, b, flows.State{}, test.texts...)
		got := replies[len(replies)-1].Text
		if (got == "") != test.silent {
			t.Errorf("%q: %q", test.texts, got)
		}
		for _, word := range test.holds {
			if !strings.Contains(got, find(word)) {
				t.Errorf("%q: no %s in %q", test.texts, word, got)
			}
		}
		for _, word := range test.lacks {
			if strings.Contains(got, find(word)) {
				t.Errorf("%q: %s is in %q", test.texts, word, got)
			}
		}
	}
}
