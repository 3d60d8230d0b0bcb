package check_test

import (
	"math"
	"testing"

	"signpost/flows/check"
)

// Syllables are counted as a dictionary has them, for words our texts use.
func TestSyllables(t *testing.T) {
	for word, want := range map[string]int{
		"emergency": 4, "listen": 2, "asked": 1, "mobile": 2, "telephone": 3, "places": 2, "wanted": 2, "people": 2,
		"landline": 2, "the": 1,
		"local": 2, "information": 4, "message": 2, "worried": 2, "bills": 1, "safe": 1, "free": 1, "please": 1,
		"hour": 1, "line": 1, "choices": 2, "table": 2, "lines": 1, "messages": 3,
	} {
		if got := check.Syllables(word); got != want {
			t.Errorf("%s has %d syllables, counted %d", word, want, got)
		}
	}
}

// The formula is the published one: reckoned here by hand from its words,
// sentences and syllables.
func TestReadingAge(t *testing.T) {
	for _, tt := range []struct {
		text                        string
		words, sentences, syllables float64
	}{
		{"The cat sat on the mat. It was a warm day and the sun was high.", 16, 2, 16},
		{"Call the {label} on {numbers}. They answer at any hour of the day and night.", 13, 2, 15},
		{"Telephone information about emergency messages, telephone information about emergency messages, telephone " +
			"information",
			12, 1, 39},
	} {
		want := math.Max(0, 0.39*tt.words/tt.sentences+11.8*tt.syllables/tt.words-15.59) + 5
		if got, ok := check.ReadingAge(tt.text); !ok || math.Abs(got-want) > 0.01 {
			t.Errorf("%q: %.2f, %v; by hand %.2f", tt.text, got, ok, want)
		}
	}
	if _, ok := check.ReadingAge("Too short to say."); ok {
		t.Error("a few words are scored")
	}
}
