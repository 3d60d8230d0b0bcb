package voice_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/internal/voice"
)

func TestPieces(t *testing.T) {
	table := []voice.Respelling{{"Ellesmere", "Elzmere"}, {"Ellesmere Port", "Elzmere Port"}, {"Widnes", "Widniss"}}
	for _, tt := range []struct {
		words string
		want  []voice.Piece
		said  string
	}{
		{"", nil, ""},
		{"For Chester, press 1.", []voice.Piece{{Words: "For Chester, press 1."}}, "For Chester, press 1."},
		{"For Widnes, press 1.", []voice.Piece{{Words: "For "}, {"Widnes,", "Widniss,"}, {Words: " press 1."}},
			"For Widniss, press 1."},
		{"Ellesmere Port or Ellesmere", []voice.Piece{{"Ellesmere Port", "Elzmere Port"}, {Words: " or "},
			{"Ellesmere", "Elzmere"}}, "Elzmere Port or Elzmere"},
		{"Widnes's", []voice.Piece{{"Widnes", "Widniss"}, {Words: "'s"}}, "Widniss's"},
		{"Widneston, PreWidnes, widnes, éWidnes", []voice.Piece{{Words: "Widneston, PreWidnes, widnes, éWidnes"}},
			"Widneston, PreWidnes, widnes, éWidnes"},
	} {
		got := voice.Pieces(tt.words, table)
		if !slices.Equal(got, tt.want) || voice.Respelt(tt.words, table) != tt.said {
			t.Errorf("%q: %q, %q", tt.words, got, voice.Respelt(tt.words, table))
		}
	}
	if !voice.Says("In Widnes.", "Widnes") || voice.Says("In Widneston", "Widnes") {
		t.Error("a name is not found as whole words")
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("For Widnes, press 1", "Widnes", "Widniss")
	f.Add("\xffé", "é", "e")
	f.Fuzz(func(t *testing.T, words, name, said string) {
		if name == "" || said == "" {
			return
		}
		var b strings.Builder
		for _, p := range voice.Pieces(words, []voice.Respelling{{name, said}}) {
			if p.Words == "" {
				t.Error("a piece is empty")
			}
			b.WriteString(p.Words)
		}
		if b.String() != words {
			t.Errorf("%q became %q", words, b.String())
		}
	})
}
