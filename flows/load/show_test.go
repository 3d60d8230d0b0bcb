package load_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"signpost/flows/load"
)

// A mistake is shown where it stands, under the right letter, also in a long
// line, after letters of several bytes, and without control characters.
func TestShow(t *testing.T) {
	long := strings.Repeat("word ", 60)
	files := fstest.MapFS{"words.yaml": &fstest.MapFile{Data: []byte("schema: 1\n\nétat: \x1b[31mred\n" + long +
		"HERE " + long + "\n")}}
	src, _ := load.Dir(files)
	for _, tt := range []struct {
		name      string
		line, col int
		under     string // the letter the caret stands under; empty: no line is shown
		shows     string
	}{
		{"the beginning", 1, 1, "s", "schema: 1"},
		{"after a letter of two bytes", 3, 8, " ", "état:  [31mred"},
		{"far along", 4, 1 + len(long), "H", "HERE"},
		{"the end of a line", 1, 10, "", "schema: 1"},
		{"beyond the line", 1, 40, "", ""}, {"beyond the file", 99, 1, "", ""}, {"an empty line", 2, 1, "", ""},
		{"nowhere", 0, 0, "", ""},
	} {
		shown := src.Show(load.Problem{Pos: load.Pos{File: "words.yaml", Line: tt.line, Col: tt.col}, Rule: "r",
			What: "what", Why: "why", Fix: "fix"})
		lines := strings.Split(shown, "\n")
		if strings.Contains(shown, "\x1b") {
			t.Errorf("%s: a control character is printed", tt.name)
		}
		if tt.shows == "" {
			if len(lines) != 4 {
				t.Errorf("%s: a line is shown:\n%s", tt.name, shown)
			}
			continue
		}
		if len(lines) != 6 || !strings.Contains(lines[1], tt.shows) || len([]rune(lines[1])) > 130 {
			t.Fatalf("%s:\n%s", tt.name, shown)
		}
		if at := len([]rune(strings.Split(lines[2], "^")[0])); tt.under != "" &&
			string([]rune(lines[1])[at]) != tt.under {
			t.Errorf("%s: the caret is under %q:\n%s", tt.name, string([]rune(lines[1])[at]), shown)
		}
	}
	if got := (src.Show(load.Problem{Pos: load.Pos{File: "no.yaml", Line: 1, Col: 1}})); strings.Contains(got, "|") {
		t.Errorf("a line of no file: %s", got)
	}
}
