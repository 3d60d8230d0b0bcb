package hear_test

import (
	"slices"
	"testing"

	"signpost/flows/hear"
)

// weighing is an ear that weighs the words of a few texts.
func weighing(t *testing.T) *hear.Ear {
	t.Helper()
	adds := map[hear.Sign]float32{}
	for sign, weight := range map[string]float32{"~blade": 1, "he .. ~blade": 1, "kitchen": 0.5, "film": -3,
		"=hurt": 0.5} {
		s, ok := hear.ParseSign(sign)
		if !ok {
			t.Fatalf("%q is no sign", sign)
		}
		adds[s] = weight
	}
	ear, mistakes := hear.Compile(hear.Spec{
		Lists: []hear.List{{Kind: hear.Danger, Phrases: []string{"help me now"}, Unless: []string{"bread knife"}},
			{Kind: hear.Hurt, Phrases: []string{"hits me"}},
			{Kind: hear.Past, Phrases: []string{"years ago"}}},
		Variants: map[string][]string{"kitchen": {"kichin"}},
		Sorts:    map[string][]string{"blade": {"knife", "cleaver"}},
		Scales:   []hear.Scale{{Kind: hear.Danger, Enough: 1.9, Adds: adds}},
	})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return ear
}

// What no phrase knows is heard by the weight of its words.
func TestWeights(t *testing.T) {
	ear := weighing(t)
	for _, test := range []struct {
		name, text   string
		danger, sure bool
	}{
		{"a phrase", "help me now", true, true},
		{"words that come to enough", "he picked up a cleaver", true, false},
		{"in another form", "he has both cleavers out", true, false},
		{"in another order", "a cleaver", false, false},
		{"a variant of a word", "the cleaver, the kichin, hits me", true, false},
		{"a word that speaks against it", "he has a cleaver in the film", false, false},
		{"a look-alike", "he, bread knife", false, false},
		{"long ago", "years ago he had a knife", false, false},
		{"two words", "he knife", false, false},
		{"a word again and again", "cleaver cleaver cleaver cleaver", false, false},
	} {
		r := ear.Hear(test.text, nil)
		if r.Has(hear.Danger) != test.danger || r.Sure(hear.Danger) != test.sure {
			t.Errorf("%s: %q: danger %v, by a phrase %v", test.name, test.text, r.Has(hear.Danger), r.Sure(hear.Danger))
		}
		for _, f := range r.Facts {
			if f.From < 0 || f.To > len(r.Words) || f.From >= f.To {
				t.Errorf("%s: %q rests on words %d to %d", test.name, test.text, f.From, f.To)
			}
		}
	}
}

// A short phrase of danger does not count where the other words speak strongly against it.
func TestWordsAgainstAShortPhrase(t *testing.T) {
	film, ok := hear.ParseSign("film")
	if !ok {
		t.Fatal("no sign")
	}
	ear, mistakes := hear.Compile(hear.Spec{
		Lists: []hear.List{{Kind: hear.Danger, Phrases: []string{"gun", "has a gun in his hand"}},
			{Kind: hear.Danger, Phrases: []string{"ma bron"}, Foreign: true},
			{Kind: hear.Older, Phrases: []string{"gun"}}, {Kind: hear.Hurt, Phrases: []string{"hit me"}}},
		Scales: []hear.Scale{{Kind: hear.Danger, Enough: 1, Adds: map[hear.Sign]float32{film: -3}}},
	})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	for _, test := range []struct {
		text   string
		danger bool
	}{
		{"there is a gun", true}, {"gun", true}, {"a gun in this film", false},
		{"hit me with a gun like a film", true}, {"film he has a gun in his hand", true}, {"film on ma bron", true},
		{"gun film", true}, // too few words to be weighed
	} {
		r := ear.Hear(test.text, nil)
		if r.Has(hear.Danger) != test.danger || r.Sure(hear.Danger) != test.danger {
			t.Errorf("%q: danger %v, by a phrase %v", test.text, r.Has(hear.Danger), r.Sure(hear.Danger))
		}
		for _, f := range r.Facts {
			if f.Kind == hear.Danger && !test.danger {
				t.Errorf("%q rests on %q", test.text, f.Phrase)
			}
		}
	}
}

func TestNearly(t *testing.T) {
	ear := weighing(t)
	for _, test := range []struct {
		text   string
		margin float32
		nearly bool
	}{{"he picked up a cleaver", 0, true}, {"a cleaver is here", 0, false}, {"a cleaver is here", 1, true},
		{"nothing at all here", 1, false}, {"a cleaver", 9, false}} {
		if got := ear.Hear(test.text, nil).Nearly(hear.Danger, test.margin); got != test.nearly {
			t.Errorf("%q is within %v: %v", test.text, test.margin, got)
		}
	}
}

func TestSignsAreWrittenAsTheyAreRead(t *testing.T) {
	for _, text := range []string{"knife", "~blade", "he knife", "he .. ~blade", "^ help", "=hurt"} {
		s, ok := hear.ParseSign(text)
		if !ok || s.String() != text {
			t.Errorf("%q is read as %q", text, s)
		}
	}
	for _, text := range []string{"", "a b c", "a .. b c"} {
		if s, ok := hear.ParseSign(text); ok {
			t.Errorf("%q is read as %q", text, s)
		}
	}
}

// The weight of words says at most that somebody may be the one who harms.
func TestOwnBehaviourIsNotWeighed(t *testing.T) {
	if slices.Contains(hear.Weighable(), hear.Behaviour) {
		t.Error("own behaviour is weighed")
	}
}
