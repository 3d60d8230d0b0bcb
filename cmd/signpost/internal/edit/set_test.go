package edit_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/linediff"
)

func county(t testing.TB) (fstest.MapFS, *load.Source) {
	t.Helper()
	files := testbook.Copy()
	src, problems := load.Dir(files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return files, src
}

// A change is made where a person would make it, and no other letter moves.
func TestSet(t *testing.T) {
	const at = "services.fell_team_north."
	tests := []struct {
		name    string
		changes []edit.Change
		want    string // as a diff
	}{
		{"a number", []edit.Change{{Path: at + "numbers.0.number", Words: "01228 600000"}},
			"-      - number: 0161 496 0001\n+      - number: 01228 600000\n"},
		{"words that need quotes", []edit.Change{{Path: at + "label", Words: "team: one"}},
			"-    label: local team\n+    label: \"team: one\"\n"},
		{"words with quotes and backslashes", []edit.Change{{Path: at + "label", Words: `a "b" \c`}},
			"-    label: local team\n+    label: \"a \\\"b\\\" \\\\c\"\n"},
		{"words with a comment after them",
			[]edit.Change{{Path: "services.fellshire_support.hours", Words: "24 hours"}},
			"-    hours: Mon-Fri 9am-6pm # as they print them\n+    hours: 24 hours # as they print them\n"},
		{"words that had quotes", []edit.Change{{Path: "services.advisers.until", Words: "2027-09-11"}},
			"-    until: \"2026-09-11\" # twelve months; change this line if it is extended\n" +
				"+    until: \"2027-09-11\" # twelve months; change this line if it is extended\n"},
		{"rung today", []edit.Change{{Path: at + "checked_on", Words: "2026-11-20"},
			{Path: at + "checked_by", Words: "duty manager", After: "checked_on"}, {Path: at + "unrung_because"}},
			"-    checked_on: never\n" +
				"-    unrung_because: it reaches nobody\n" +
				"+    checked_on: 2026-11-20\n" +
				"+    checked_by: duty manager\n"},
		{"nothing to take out", []edit.Change{{Path: at + "paused_until"}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, src := county(t)
			old := string(files["services.yaml"].Data)
			got, err := edit.Set(src, "services.yaml", tt.changes)
			if err != nil {
				t.Fatal(err)
			}
			diff := ""
			for _, l := range linediff.Lines(old, string(got), 0) {
				diff += string(l.Sign) + l.Text + "\n"
			}
			if diff != tt.want {
				t.Errorf("changed:\n%swant:\n%s", diff, tt.want)
			}
		})
	}
}

// What cannot be changed without guessing is left to a person.
func TestSetRefuses(t *testing.T) {
	files, _ := county(t)
	text := strings.Replace(string(files["services.yaml"].Data), "    label: local team\n",
		"    label: >\n      local team\n", 1)
	text = strings.Replace(text, "      - number: 0161 496 0001\n", "      - {number: 0161 496 0001}\n", 1)
	files["services.yaml"] = &fstest.MapFile{Data: []byte(text)}
	src, _ := load.Dir(files)
	for _, c := range []edit.Change{
		{Path: "services.fell_team_north.label", Words: "team"},
		{Path: "services.fell_team_north.numbers.0.number", Words: "01228 600000"},
		{Path: "services.fell_team_north.for", Words: "me"},
		{Path: "services.fell_team_north.label", Words: "two\nlines"},
		{Path: "services.fell_team_north.checked_by", Words: "me", After: "nothing"},
		{Path: "services.fell_team_north.numbers.0.number"},
	} {
		if got, err := edit.Set(src, "services.yaml", []edit.Change{c}); err == nil {
			t.Errorf("%+v was made: %v", c, linediff.Lines(text, string(got), 0))
		}
	}
}

// Any words that are written are read again as they were given, and nothing
// else is read differently.
func FuzzSet(f *testing.F) {
	for _, w := range []string{"local team", "a: b", "#x", `"`, "'", "- x", "{a}", "no", "0808", "~", "a #b", "&x",
		"é", "\\n", " x "} {
		f.Add(w)
	}
	files, src := county(f)
	f.Fuzz(func(t *testing.T, words string) {
		got, err := edit.Set(src, "services.yaml",
			[]edit.Change{{Path: "services.fell_team_north.about", Words: words, After: "source"},
				{Path: "services.fell_team_north.say", Words: words}})
		if err != nil || strings.TrimSpace(words) == "" {
			return
		}
		changed := fstest.MapFS{}
		for name, file := range files {
			changed[name] = file
		}
		changed["services.yaml"] = &fstest.MapFile{Data: got}
		again, problems := load.Dir(changed)
		s, was := again.Book.Service("fell_team_north"), src.Book.Service("fell_team_north")
		if s == nil || s.Say != words || s.About != words {
			t.Fatalf("%q is read as %+v, %v", words, s, problems)
		}
		if s.Label != was.Label || s.Lines[0] != was.Lines[0] || s.Source != was.Source {
			t.Errorf("%q changes other things: %+v", words, s)
		}
	})
}

// One more entry stands at the end of its list, written as the others are, and no
// other letter moves.
func TestAppend(t *testing.T) {
	lists := "schema: 1\n" +
		"heard:\n\n" +
		"  danger:\n" +
		"    phrases:\n" +
		"      - \"one\" # why\n" +
		"      - two\n" +
		"      # the last\n" +
		"    unless: []\n" +
		"    match: [a, \"b, c]\", # of 2025\n" +
		"      d,]\n\n" +
		"  injury:\n    phrases:\n      - \"three\"\n    match:\n      - \"" + strings.Repeat("x", 150) +
		"\"\n\n  despair:\n    phrases: [\n      \"" + strings.Repeat("y", 150) + "\"]\n    match: [z]"
	files, _ := county(t)
	files["heard_danger.yaml"] = &fstest.MapFile{Data: []byte(lists)}
	src, _ := load.Dir(files)
	tests := []struct {
		name, words, want string // as a diff
		path, after       string
	}{
		{"a line", "three \"ones\"", "+      - \"three \\\"ones\\\"\"\n", "heard.danger.phrases", ""},
		{"the first between brackets", "he is here", "-    unless: []\n+    unless: [he is here]\n",
			"heard.danger.unless", ""},
		{"after a comma", "e, f", "-      d,]\n+      d, \"e, f\"]\n", "heard.danger.match", ""},
		{"a list that is not there", "null", "+    no_match: [\"null\"]\n", "heard.danger.no_match", "match"},
		{"one that is not there, behind lines", "g", "+    unless: [g]\n", "heard.injury.unless", "phrases"},
		{"a long line", "h/i",
			"-      \"" + strings.Repeat("y", 150) + "\"]\n+      \"" + strings.Repeat("y", 150) +
				"\",\n+      \"h/i\"]\n", "heard.despair.phrases", ""},
		{"behind the end of the file", "j", "+    no_match: [j]\n", "heard.despair.no_match", "match"},
		{"nowhere", "k", "", "heard.taken.match", "phrases"},
		{"a line break", "k\nl", "", "heard.danger.match", ""},
		{"nothing", " ", "", "heard.danger.match", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := edit.Append(src, "heard_danger.yaml",
				edit.Entry{Path: tt.path, Words: tt.words, After: tt.after})
			if (err != nil) != (tt.want == "") {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			diff := ""
			for _, l := range linediff.Lines(lists, string(got), 0) {
				diff += string(l.Sign) + l.Text + "\n"
			}
			if diff != tt.want {
				t.Errorf("changed:\n%swant:\n%s", diff, tt.want)
			}
			files["heard_danger.yaml"] = &fstest.MapFile{Data: got}
			if again, problems := load.Dir(files); again.Broken || len(problems) > 0 {
				t.Errorf("it cannot be read: %v", problems)
			}
		})
	}
}

// All that stands under a name is written anew, a line to each; lines that stay keep
// their comments.
func TestSetUnder(t *testing.T) {
	const at = "services.fell_team_north.exceptions"
	files, src := county(t)
	step := func(under ...edit.Named) string {
		t.Helper()
		got, err := edit.Set(src, "services.yaml",
			[]edit.Change{{Path: at, After: "hours", Under: append([]edit.Named{}, under...)}})
		if err != nil {
			t.Fatal(err)
		}
		diff := ""
		for _, l := range linediff.Lines(string(files["services.yaml"].Data), string(got), 0) {
			diff += string(l.Sign) + l.Text + "\n"
		}
		files["services.yaml"] = &fstest.MapFile{Data: got}
		src, _ = load.Dir(files)
		return diff
	}
	eve, day := edit.Named{Name: "2026-12-24", Words: "9am-12.30pm"}, edit.Named{Name: "2026-12-25", Words: "closed"}
	if got := step(eve, day); got != "+    exceptions:\n+      2026-12-24: 9am-12.30pm\n+      2026-12-25: closed\n" {
		t.Errorf("put in:\n%s", got)
	}
	files["services.yaml"].Data = []byte(strings.Replace(string(files["services.yaml"].Data), "2026-12-25: closed",
		"2026-12-25: closed # all of it", 1))
	src, _ = load.Dir(files)
	if got := step(edit.Named{Name: "2026-12-24", Words: "closed"},
		day); got != "-      2026-12-24: 9am-12.30pm\n+      2026-12-24: closed\n" {
		t.Errorf("changed:\n%s", got)
	}
	if got := step(); got != "-    exceptions:\n-      2026-12-24: closed\n-      2026-12-25: closed # all of it\n" {
		t.Errorf("taken out:\n%s", got)
	}
	files["services.yaml"].Data = []byte(strings.Replace(string(files["services.yaml"].Data), "    hours: unknown\n",
		"    hours: unknown\n    exceptions: {2026-12-25: closed}\n", 1))
	src, _ = load.Dir(files)
	if _, err := edit.Set(src, "services.yaml",
		[]edit.Change{{Path: at, After: "hours", Under: []edit.Named{eve}}}); err == nil ||
		!strings.Contains(err.Error(), "by hand") {
		t.Errorf("in brackets: %v", err)
	}
}
