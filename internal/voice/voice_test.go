package voice_test

import (
	"slices"
	"testing"

	"signpost/internal/voice"
)

func TestLanguages(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"Polly.Amy", []string{"en-GB"}}, {"Polly.Amy-Neural", []string{"en-GB"}},
		{"Polly.Aditi", []string{"en-IN", "hi-IN"}},
		{"Polly.Geraint", []string{"en-GB-WLS"}}, {"Polly.Gwyneth", []string{"cy-GB"}},
		{"Polly.Ola-Neural", []string{"pl-PL"}},
		{"Google.uk-UA-Wavenet-A", []string{"uk-UA"}}, {"Google.en-GB-Neural2-O", []string{"en-GB"}},
		// No voice, or none that follows our marks.
		{"Polly.Ola", nil}, {"Amy", nil}, {"alice", nil}, {"man", nil}, {"", nil}, {"Polly.Amy-Generative", nil},
		{"Google.en-GB-Chirp3-HD-Kore", nil}, {"Google.en-GB-Standard-Z", nil},
	} {
		if got := voice.Languages(tt.name); !slices.Equal(got, tt.want) {
			t.Errorf("%s speaks %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The table can be read both ways, and every language has a voice.
func TestTable(t *testing.T) {
	names := voice.Names()
	for _, l := range voice.All() {
		of := voice.For(l)
		if len(of) == 0 {
			t.Errorf("nobody speaks %s", l)
		}
		for _, n := range of {
			if !slices.Contains(voice.Languages(n), l) || !slices.Contains(names, n) {
				t.Errorf("%s speaks %s one way only", n, l)
			}
		}
	}
	if got := voice.For("en-GB"); len(got) != 3+4+21 || got[0] != "Polly.Amy" {
		t.Errorf("en-GB: %v", got)
	}
	if voice.For("English") != nil {
		t.Error("English is the name of a language")
	}
}
