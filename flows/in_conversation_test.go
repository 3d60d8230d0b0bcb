package flows_test

import (
	"strings"
	"testing"

	"signpost/flows"
)

// Later texts answer, doubt and ask in other words than first texts, and the weight of words was made from those.
func TestLaterTexts(t *testing.T) {
	b := shipped(t)
	const (
		told   = "For a local number, reply with a town"
		unsure = "Which is it?"
		number = "01229 582386"
	)
	for _, tt := range []struct {
		texts      string // one after the other, divided by |
		has, never string
	}{
		{"hi|everyone adores him", told, "Sorry"},
		{"hi|every day tho. in me face", told, "Sorry"},
		{"hi|qwxyz", "Sorry, not clear", told},
		{"hi|hes bipolar|crewe", "0300 123 5101", told},
		{"hi|hes bipolar|everyone adores him", "0808 2000 247: 24-hour line", "Sorry"},
		{"kendal|they wont laugh will they", number, "0800 5999 247"},
		{"kendal|do they make boys too", number, "0808 800 5000"},
		{"kendal|can i bring my dog", number, told},
		{"kendal|im 15", "0800 1111", told},
		{"kendal|he raped me", "0808 500 2222", "55"},
		{"hi|I see. Then I had better say Congleton.", "0300 123 5101", unsure},
		{"hi|i keep losing my temper with her", "0808 802 4040", told},
		{"hi|i hit her but she hits me", unsure, told},
		{"i hit her but she hits me|never hit them. i grew up with it", unsure, told},
		{"he is hitting me|i am 74 and he has always had a temper", "0808 808 8141", "1 next"},
		{"he is hitting me|kendal", number, "press 55"},
		{"help he has a knife|nie wiem co robic", "press 55", "interpreter"},
		{"i want to die|помогите мне пожалуйста", "116 123", "interpreter"},
		{"he is hitting me|nowhere to go", "press 55", "24-hour line"},
		{"kendal|nie wiem co robic", "interpreter", "press 55"},
		{"i hit her but she hits me|is it my fault he hits me", "Reply with your town", unsure},
		{"i hit her but she hits me|everyone adores him", "0808 2000 247", told},
	} {
		var s flows.State
		var r flows.Reply
		for _, text := range strings.Split(tt.texts, "|") {
			var err error
			if s, r, err = b.Step(wednesday, s, flows.TextInput(text)); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(r.Text, tt.has) || strings.Contains(r.Text, tt.never) {
			t.Errorf("%s\n\tgets %q", tt.texts, r.Text)
		}
	}
}
