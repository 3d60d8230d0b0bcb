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
	const number = "letgo_south"
	m, step := b.Messages, func(id string) []flows.Wording { return []flows.Wording{{Text: b.StepNamed(id).Text}} }
	// named are the texts of the book. Any other expectation is a service, whose number is in the text, or words.
	named := map[string][]flows.Wording{
		"told":        {m.Told},
		"unclear":     {m.NotUnderstood, m.NotUnderstoodShort},
		"danger":      {m.Danger, m.DangerShort},
		"doctor":      {m.Doctor, m.DoctorShort},
		"taken":       {m.Taken, m.TakenShort},
		"deaf":        {m.DangerDeaf},
		"despair":     {m.Despair, m.DespairShort},
		"their town?": step(b.People[flows.Someone].Ask),
		"start?":      step(b.TextStart),
		"where?":      {m.Which},
		"town?":       step(b.People[flows.Me].Ask),
		"which?":      step(b.Either),
		"interpreter": step(b.Needs[hear.Interpreter]),
	}
	holds := func(text, what string) bool {
		wordings, ok := named[what]
		if svc := b.Service(what); svc != nil {
			return strings.Contains(text, svc.Lines[0].Printed)
		}
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
		{"hi|hes bipolar|crewe", "cheshire_east_hub", "told"},
		{"hi|hes bipolar|everyone adores him", "national_helpline", "unclear"},
		{"kendal|they wont laugh will they", number, "karma_nirvana"},
		{"kendal|do they make boys too", number, "nspcc"},
		{"kendal|can i bring my dog", number, "told"},
		{"kendal|im 15", "childline", "told"},
		{"kendal|he raped me", "sexual_violence_line", "danger"},
		{"hi|I see. Then I had better say Congleton.", "cheshire_east_hub", "which?"},
		{"hi|i keep losing my temper with her", "respect", "told"},
		{"hi|i hit her but she hits me", "which?", "told"},
		{"i hit her but she hits me|never hit them. i grew up with it", "which?", "told"},
		{"i hit her but she hits me|is it my fault he hits me", "town?", "which?"},
		{"i hit her but she hits me|everyone adores him", "national_helpline", "told"},
		// Danger stays danger.
		{"he is hitting me|i am 74 and he has always had a temper", "danger", "01"},
		{"he is hitting me|kendal", number, "danger"},
		{"kendal|he is hitting me|quick", "danger", "24 hours"},
		{"kendal|he is hitting me|quick", number, "24 hours"},
		{"kendal|i want to die|my life i mean", "samaritans", "24 hours"},
		{"he is hitting me|im a man", "danger", "national_helpline"},
		{"he is hitting me|for men", "mens_advice_line", "national_helpline"},
		{"he is hitting me|under 19", "childline", "national_helpline"},
		{"kendal|for men", "mens_advice_line", "danger"},
		{"help he has a knife|nie wiem co robic", "danger", "interpreter"},
		{"i want to die|помогите мне пожалуйста", "samaritans", "interpreter"},
		{"he is hitting me|nowhere to go", "danger", "unclear"},
		{"kendal|nie wiem co robic", "interpreter", "danger"},
		{"he hit me at asda|hes in the next aisle now", "danger", "told"},
		{"ive been to a&e|hes in the waiting room", "danger", "told"},
		// Danger and despair end with something else, not with a word that says nothing new.
		{"hes got a knife im in kendal|help", number, "start?"},
		{"hes got a knife im in kendal|hello??", number, "start?"},
		{"he strangled me in kendal|help|he is hitting me", number, "start?"},
		{"ive taken all my tablets|help", "taken", "start?"},
		{"i want to die|hi", "despair", "start?"},
		{"hes got a knife im in kendal|no", number, "town?"},
		{"hes got a knife im in kendal|no|he is hitting me", number, "town?"},
		{"hes got a knife|yes", "danger", "start?"},
		{"i want to die im in kendal|no", "despair", "town?"},
		{"hes got a knife im in kendal|wrong town", "danger", number},
		{"hes got a knife im in kendal|9", "danger", "start?"},
		{"hes got a knife im in kendal|they hung up on me", "danger", "victim_support_cumbria"},
		{"hes got a knife im in kendal|number doesnt work|help me", "danger", "victim_support_cumbria"},
		{"ive taken pills|no answer|asdf", "taken", "unclear"},
		{"hes got a knife|he is reading this|please help me", "danger", "start?"},
		{"hes got a knife im in kendal|friend", "danger", "their town?"},
		{"hes got a knife|dont know", "danger", "24 hours"},
		{"ive taken all my tablets|im in kendal", "samaritans", "24 hours"},
		{"ive taken all my tablets|im in kendal|asdf", number, "unclear"},
		{"ive taken pills|0", "taken", "24 hours"},
		{"ive taken all my tablets|he is coming|asdf", "taken", "unclear"},
		{"he strangled me in kendal|he has a knife|asdf", "doctor", "unclear"},
		{"im deaf he strangled me", "A&E", "55"},
		{"im deaf|hello?|he is hitting me", "deaf", "danger"},
		{"my husband is deaf and he hits me|hes got a knife", "danger", "deaf"},
		{"hes got a knife im in kendal|are you the police", "999", "24 hours"},
		// One word does not lead to the branch of somebody who harms from a number, or from the answer to danger.
		{"kendal|how i act", "which?", "respect"},
		{"hes got a knife|how i act", "which?", "respect"},
		{"kendal|respect", number, "respect"},
		{"how i act", "respect", "which?"},
		{"i hit my wife|1|1", "samaritans", "1 next"},
		// More about somebody else: they are still where they were.
		{"worried about my friend in kendal|her husband hits her", number, "their town?"},
		{"worried about my friend in kendal|she wont leave him|hes got a knife to her", number, "their town?"},
		{"worried about my friend|my husband hits me", "town?", "their town?"},
		{"worried about my friend in kendal or carlisle", "their town?", number},
		{"worried about my friend not in kendal in carlisle", "letgo_north", number},
		{"worried about my friend who moved from kendal to carlisle", "letgo_north", number},
		{"worried about my friend in carlisle|shes not in carlisle", "their town?", "letgo_north"},
		{"kendal|he moved from kendal to carlisle", "town?", "letgo_north"},
		{"worried about my friend|kendal or carlisle", "where?", number},
		{"worried about my friend in kendal|no its me", "town?", "their town?"},
		{"im 15 and my dad hits my mum in kendal", number, "told"},
		// Back leads to the local number. Who is given a line for everybody stays given it.
		{"kendal|he raped me|9", number, "start?"},
		{"im a man my wife hits me|kendal|9|kendal|0", "victim_support", "start?"},
		// An unclear text does not forget the place.
		{"kendal|0|asdf|hes got a knife", number, "unclear"},
		{"kendal|asdf|asdf|hes got a knife", number, "unclear"},
		// A choice with words around it.
		{"i hit her but she hits me|1 i think", "town?", "unclear"},
		{"i hit her but she hits me|no wait 2", "respect", "unclear"},
		{"i hit her but she hits me|2 i said 2", "respect", "unclear"},
		{"kendal|9 9", number, "start?"},
		// A bare age.
		{"he touches me|13", "childline", "unclear"},
		{"he is hitting me|15", "childline", "unclear"},
		{"13", "start?", "childline"},
		// A few words that might be despair are not, in a conversation.
		{"hi|going to my nans", "told", "samaritans"},
		{"hi|warrington i think its nothing tho", "warrington_service", "samaritans"},
		{"kendal|i cant go on", "samaritans", "told"},
		{"i want to die|going to my nans", "samaritans", "told"},
		{"hi|ellesmere port. is there not one in whitby", "cheshire_west_service", "samaritans"},
		{"hi|grange over sands and i want to die", "samaritans", "told"},
		// The local number is not lost with the 24-hour line.
		{"kendal|0|hes here", number, "unclear"},
		{"kendal|0|9", number, "unclear"},
		{"kendal|ive nowhere to sleep tonight", number, "unclear"},
		// Somebody who took something hears of A&E again.
		{"i took all my tablets|im 15", "taken", "childline"},
		{"i took all my tablets|under 19", "taken", "childline"},
		{"i took all my tablets|im deaf", "A&E", "taken"},
		// Somebody who said that they are harmed is asked before they are taken for one who harms.
		{"he is hitting me|i shove him too i am the abuser", "which?", "respect"},
		{"im a man my wife hits me|i hit my wife", "which?", "respect"},
		{"he is hitting me|kendal|i am the abuser", "which?", "respect"},
		{"he is hitting me|is it free|i am the abuser", "which?", "respect"},
		{"i cant speak he will hear|i am the abuser", "which?", "respect"},
		{"i want to die|i am the abuser", "which?", "respect"},
		{"im a man my wife hits me|i hit my wife|2", "respect", "which?"},
		{"its me thats the problem", "which?", "respect"},
		// Danger stays danger, however often a text is not understood.
		{"im bleeding|alot|badly|qwxyz", "danger", "unclear"},
		// Somebody who did not say which they are has no local number behind the 24-hour line. A man has.
		{"i hit her but she hits me. kendal|0|9", "start?", number},
		{"im a man my wife hits me in kendal|0|9", number, "start?"},
		// What is only guessed at is no need.
		{"hi|they will all know by now", "told", "karma_nirvana"},
		{"hi|she takes money out my purse", "told", "mens_advice_line"},
		// What a text of ours said is no place of theirs, nor is one that they cannot get to.
		{"whitehaven|why does it say carlisle", "letgo_west", "01228"},
		{"windermere|i cant get to kendal", number, "town?"},
		{"hi|carlisle. no kendal", number, "where?"},
		{"hi|used to live there but now im in kendal", number, "24 hours"},
		{"kendal|0|kendal i said", number, "24 hours"},
		// A writer who corrects the place is asked again. A place near the known one is no new question.
		{"chester|no i mean upton", "where?", "cheshire_west_service"},
		{"chester|not chester, upton", "2 Widnes", "cheshire_west_service"},
		{"kendal|kendal to carlisle", "2 Carlisle", number},
		{"kendal|moved to burton", "2 ", number},
		{"help in cumbria|south", number, "unclear"},
		{"cheshire|east", "cheshire_east_hub", "unclear"},
		{"kendal|the number u gave is for carlise i think? i sed egremont", "letgo_west", "letgo_north"},
		// Somebody else.
		{"can you help my daughter|shes 24 in widnes shes got a black eye says it was the cupboard", "halton_service",
			"mens_advice_line"},
		{"my mum is hit|Congleton is where she lives. I am in Kent.", "cheshire_east_hub", "told"},
		// A need without a place asks for the town, and leads to its number.
		{"im a man my wife hits me", m.NumberTown.Text[strings.LastIndex(m.NumberTown.Text, "}")+1:], "told"},
		{"im a man my wife hits me|kendal", number, "told"},
		{"he raped me|carlisle", "letgo_north", "told"},
		{"i cant speak he will hear|kendal", "shout", "told"},
		{"im 12 my dad hits me|crewe", "childline", "told"},
		{"im 12 my dad hits me", "childline", m.NumberTown.Text[strings.LastIndex(m.NumberTown.Text, "}")+1:]},
		{"he is hitting me|text only", "shout", "national_helpline"},
		// Who only sounds as if they came out of it.
		{"hi|no fight left in me", "samaritans", "told"},
		{"hi|ready to give up", "samaritans", "told"},
		{"kendal|ive got a rope in the garage", "samaritans", "told"},
		{"hi|barrow tonight will be my last", "samaritans", "told"},
		{"hi|kendal i just want to be with my nan in heaven", "samaritans", "told"},
		{"i want to die|im not suicidal but whats the point", "samaritans", "told"},
		{"kendal|im an adult and my dad hits me", number, "town?"},
		{"im 14 my dad hits me|im not a kid", "childline", "national_helpline"},
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
