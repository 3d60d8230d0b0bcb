package flows_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/flows"
	"signpost/flows/hear"
)

// Later texts answer, doubt and ask in other words than first texts, and the weight of words was made from those.
func TestLaterTexts(t *testing.T) {
	b := shipped(t)
	const number = "01229 582386"
	m, step := b.Messages, func(id string) []flows.Wording { return []flows.Wording{{Text: b.StepNamed(id).Text}} }
	// named are the texts of the book. Any other expectation is a number.
	named := map[string][]flows.Wording{
		"told":        {m.Told},
		"unclear":     {m.NotUnderstood, m.NotUnderstoodShort},
		"danger":      {m.Danger, m.DangerShort},
		"doctor":      {m.Doctor, m.DoctorShort},
		"taken":       {m.Taken, m.TakenShort},
		"deaf":        {m.DangerDeaf},
		"start?":      step(b.TextStart),
		"where?":      {m.Which},
		"town?":       step(b.People[flows.Me].Ask),
		"which?":      step(b.Either),
		"interpreter": step(b.Needs[hear.Interpreter]),
	}
	holds := func(text, what string) bool {
		wordings, ok := named[what]
		if !ok {
			return strings.Contains(text, what)
		}
		return slices.ContainsFunc(wordings, func(w flows.Wording) bool {
			begins, _, _ := strings.Cut(w.Text, "{")
			if begins == "" {
				t.Fatalf("%s: the wording begins with a placeholder", what)
			}
			return strings.HasPrefix(text, begins)
		})
	}
	for _, tt := range []struct {
		texts      string // one after the other, divided by |
		has, never string
	}{
		{"hi|everyone adores him", "told", "unclear"},
		{"hi|every day tho. in me face", "told", "unclear"},
		{"hi|qwxyz", "unclear", "told"},
		{"hi|is that a thing", "unclear", "24 hours"}, // "a" is no choice
		{"hi|hes bipolar|crewe", "0300 123 5101", "told"},
		{"hi|hes bipolar|everyone adores him", "0808 2000 247", "unclear"},
		{"kendal|they wont laugh will they", number, "0800 5999 247"},
		{"kendal|do they make boys too", number, "0808 800 5000"},
		{"kendal|can i bring my dog", number, "told"},
		{"kendal|im 15", "0800 1111", "told"},
		{"kendal|he raped me", "0808 500 2222", "danger"},
		{"hi|I see. Then I had better say Congleton.", "0300 123 5101", "which?"},
		{"hi|i keep losing my temper with her", "0808 802 4040", "told"},
		{"hi|i hit her but she hits me", "which?", "told"},
		{"i hit her but she hits me|never hit them. i grew up with it", "which?", "told"},
		{"i hit her but she hits me|is it my fault he hits me", "town?", "which?"},
		{"i hit her but she hits me|everyone adores him", "0808 2000 247", "told"},
		// Danger stays danger.
		{"he is hitting me|i am 74 and he has always had a temper", "danger", "01"},
		{"he is hitting me|kendal", number, "danger"},
		{"kendal|he is hitting me|quick", "danger", "24 hours"},
		{"kendal|he is hitting me|quick", number, "24 hours"},
		{"kendal|i want to die|my life i mean", "116 123", "24 hours"},
		{"he is hitting me|im a man", "danger", "0808 2000 247"},
		{"he is hitting me|for men", "0808 801 0327", "0808 2000 247"},
		{"he is hitting me|under 19", "0800 1111", "0808 2000 247"},
		{"kendal|for men", "0808 801 0327", "danger"},
		{"help he has a knife|nie wiem co robic", "danger", "interpreter"},
		{"i want to die|помогите мне пожалуйста", "116 123", "interpreter"},
		{"he is hitting me|nowhere to go", "danger", "unclear"},
		{"kendal|nie wiem co robic", "interpreter", "danger"},
		{"he hit me at asda|hes in the next aisle now", "danger", "told"},
		{"ive been to a&e|hes in the waiting room", "danger", "told"},
		// A few words that might be despair are not, in a conversation.
		{"hi|going to my nans", "told", "116 123"},
		{"hi|warrington i think its nothing tho", "01925 243359", "116 123"},
		{"kendal|I do not know how to press 1 it just beeps", number, "116 123"},
		{"kendal|i cant go on", "116 123", "told"},
		{"i want to die|going to my nans", "116 123", "told"},
		{"hi|ellesmere port. is there not one in whitby", "0300 123 7047", "116 123"},
		{"hi|grange over sands and i want to die", "116 123", "told"},
		// The local number is not lost with the 24-hour line.
		{"kendal|0|hes here", number, "unclear"},
		{"kendal|0|9", number, "unclear"},
		{"kendal|ive nowhere to sleep tonight|9", number, "unclear"},
		// Somebody who took something hears of A&E again.
		{"i took all my tablets|im 15", "taken", "0800 1111"},
		{"i took all my tablets|under 19", "taken", "0800 1111"},
		{"i took all my tablets|im deaf", "deaf", "taken"},
		// Somebody who said that they are harmed is asked before they are taken for one who harms.
		{"he is hitting me|i shove him too i am the abuser", "which?", "0808 802 4040"},
		{"im a man my wife hits me|i hit my wife", "which?", "0808 802 4040"},
		{"he is hitting me|kendal|i am the abuser", "which?", "0808 802 4040"},
		{"he is hitting me|is it free|i am the abuser", "which?", "0808 802 4040"},
		{"i cant speak he will hear|i am the abuser", "which?", "0808 802 4040"},
		{"i want to die|i am the abuser", "which?", "0808 802 4040"},
		{"im a man my wife hits me|i hit my wife|2", "0808 802 4040", "which?"},
		{"its me thats the problem", "which?", "0808 802 4040"},
		// Danger stays danger, however often a text is not understood.
		{"im bleeding|alot|badly|qwxyz", "danger", "unclear"},
		// Somebody who did not say which they are has no local number behind the 24-hour line. A man has.
		{"i hit her but she hits me. kendal|0|9", "start?", number},
		{"im a man my wife hits me in kendal|0|9", number, "start?"},
		// What is only guessed at is no need.
		{"hi|they will all know by now", "told", "0800 5999 247"},
		{"hi|she takes money out my purse", "told", "0808 801 0327"},
		// What a text of ours said is no place of theirs, nor is one that they cannot get to.
		{"whitehaven|why does it say carlisle", "01900 842991", "01228"},
		{"windermere|i cant get to kendal", number, "town?"},
		{"hi|carlisle. no kendal", number, "where?"},
		{"hi|used to live there but now im in kendal", number, "24 hours"},
		{"kendal|0|kendal i said", number, "24 hours"},
		// A writer who corrects the place is asked again. A place near the known one is no new question.
		{"chester|no i mean upton", "where?", "0300 123 7047"},
		{"chester|not chester, upton", "2 Widnes", "0300 123 7047"},
		{"kendal|kendal to carlisle", "2 Carlisle", number},
		{"kendal|moved to burton", "2 ", number},
		{"help in cumbria|south", number, "unclear"},
		{"cheshire|east", "0300 123 5101", "unclear"},
		{"kendal|the number u gave is for carlise i think? i sed egremont", "01900 842991", "01228 633640"},
		// Somebody else.
		{"can you help my daughter|shes 24 in widnes shes got a black eye says it was the cupboard", "0300 111 1247",
			"0808 801 0327"},
		{"my mum is hit|Congleton is where she lives. I am in Kent.", "0300 123 5101", "told"},
		// A need without a place asks for the town, and leads to its number.
		{"im a man my wife hits me", m.NumberTown.Text[strings.LastIndex(m.NumberTown.Text, "}")+1:], "told"},
		{"im a man my wife hits me|kendal", number, "told"},
		{"he raped me|carlisle", "01228 633640", "told"},
		{"i cant speak he will hear|kendal", "85258", "told"},
		{"im 12 my dad hits me|crewe", "0800 1111", "told"},
		{"im 12 my dad hits me", "0800 1111", m.NumberTown.Text[strings.LastIndex(m.NumberTown.Text, "}")+1:]},
		{"he is hitting me|text only", "85258", "0808 2000 247"},
		// Who only sounds as if they came out of it.
		{"hi|no fight left in me", "116 123", "told"},
		{"hi|ready to give up", "116 123", "told"},
		{"kendal|ive got a rope in the garage", "116 123", "told"},
		{"hi|barrow tonight will be my last", "116 123", "told"},
		{"hi|kendal i just want to be with my nan in heaven", "116 123", "told"},
		{"i want to die|im not suicidal but whats the point", "116 123", "told"},
		{"kendal|im an adult and my dad hits me", number, "town?"},
		{"im 14 my dad hits me|im not a kid", "0800 1111", "0808 2000 247"},
	} {
		var s flows.State
		var r flows.Reply
		for _, text := range strings.Split(tt.texts, "|") {
			var err error
			if s, r, err = b.Step(wednesday, s, flows.TextInput(text)); err != nil {
				t.Fatal(err)
			}
		}
		if !holds(r.Text, tt.has) || holds(r.Text, tt.never) {
			t.Errorf("%s\n\tgets %q", tt.texts, r.Text)
		}
	}
}
