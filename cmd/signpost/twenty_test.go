package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/flows/testbook"
)

// bookDir is the book of the tests' county in a folder of its own.
func bookDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, testbook.Files()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// change replaces words in a file of a book.
func change(t testing.TB, dir, file, find, put string) {
	t.Helper()
	path := filepath.Join(dir, file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(data), find, put, 1)
	if changed == string(data) {
		t.Fatalf("%q is not in %s", find, file)
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

// checked runs the check as a manager does, on a day on which nothing is due.
func checked(dir string, more ...string) (code int, out string) {
	var b, e bytes.Buffer
	code = run(append([]string{"check", "-flows", dir, "-at", "2026-11-20 12:00"}, more...),
		strings.NewReader(""), &b, &e)
	return code, b.String() + e.String()
}

// riverton is an area of the county.
const riverton = `  riverton:
    name: Riverton
    text: Widmere or Runmoor
    say: Widmere or Runmoor
    districts: [Riverton]
    also_called: [riverton, riverton borough]
    services: [riverton_service]
`

// What managers commonly do wrong while changing a number or a sentence,
// the check refuses it or advises, names the place, and says what to do. Where
// only one thing can have been meant, -fix does it, and nothing else changes.
func TestCommonWaysToBreakABook(t *testing.T) {
	const number = "      - number: 0161 496 0002\n"
	tests := []struct {
		name, file, find, put string
		code                  int
		says, todo            string // the place and the fault; what to do
		fixes                 string // what -fix makes of the line; empty when a person must
	}{
		{"typo in a key", "services.yaml", "    label: local team\n", "    lable: local team\n",
			1, `services.yaml:8:5: error: "lable" is not known here`, `Did you mean "label"?`,
			"    label: local team\n"},
		{"capital in a key", "services.yaml", "    label: local team\n", "    Label: local team\n", 1,
			`services.yaml:8:5: error: "Label" is not known here`, `Did you mean "label"?`, "    label: local team\n"},
		{"tab indentation", "services.yaml", "    label: local team\n", "\t\tlabel: local team\n",
			1, "services.yaml:8:1: error: a tab is", "Put spaces there", "    label: local team\n"},
		{"one space too few", "services.yaml", "    label: local team\n", "   label: local team\n", 1,
			"services.yaml:8:4: error: this line begins 3 spaces in", "exactly under the lines it belongs to", ""},
		{"odd blank from a word processor", "services.yaml", "    label: local team\n",
			"\u00a0\u00a0\u00a0\u00a0label: local team\n", 1, "services.yaml:8:1: error: an odd blank",
			"Put spaces there", "    label: local team\n"},
		{"no space after the colon", "services.yaml", "    label: local team\n", "    label:local team\n", 1,
			"services.yaml:8:11: error: a space is missing after the colon", "Put a space", "    label: local team\n"},
		{"colon in the words", "areas.yaml", "    say: Warmouth\n", "    say: For you: Warmouth\n",
			1, "areas.yaml:57:10: error: these words hold a colon", `Put quotes around them: "For you: Warmouth"`,
			"    say: \"For you: Warmouth\"\n"},
		{"closing quote gone", "menus.yaml", "X leave. We never text first.\"\n", "X leave. We never text first.\n",
			1, "menus.yaml:49:11: error: a quote is opened here", `Put a " after the last word`, ""},
		{"digit missing", "services.yaml", number, "      - number: 0161 496 000\n", 1,
			`"0161 496 000" is not a telephone number`, "It has 10 digits; numbers here have 11", ""},
		{"digit too many", "services.yaml", number, "      - number: 0161 496 00026\n",
			1, `"0161 496 00026" is not a telephone number`, "It has 12 digits", ""},
		{"letter O for a nought", "services.yaml", number, "      - number: O161 496 0002\n",
			1, "holds more than digits and spaces", "The letter O is in it: write the digit 0", ""},
		{"brackets in a number", "services.yaml", number, "      - number: (0161) 496 0002\n", 1,
			"holds more than digits and spaces", "Write: number: 0161 496 0002", "      - number: 0161 496 0002\n"},
		{"number changed, example not", "services.yaml", number, "      - number: 0161 496 0094\n",
			0,
			`examples.yaml:7:9: warning: the example "They text a town and get the local number at once" has ` +
				`"0161 496 0002", which the book says nowhere any more`,
			"If the number changed, write the new one here", ""},
		{"curly quote", "services.yaml", "label: advice line", "label: team’s line",
			1, "services.yaml:187:16: error: character 5 is '’'", `Write "'" instead`, "label: team's line"},
		{"long dash", "menus.yaml", "We never text first.", "We never text first – ever.", 1, "error: character",
			`Write "-" instead`, "We never text first - ever."},
		{"renamed step", "menus.yaml", "  no_name:\n", "  anonymous_line:\n", 1, `there is no step "no_name"`,
			`Nothing leads to the step "anonymous_line": if that is its new name, write it here`, ""},
		{"deleted area", "areas.yaml", riverton, "", 1, `there is no area "riverton"`,
			"If it is gone for good, take this out, too", ""},
		{"deleted service", "services.yaml", "  listeners:\n", "  listener:\n", 1, `there is no service "listeners"`,
			`Did you mean "listener"?`, ""},
		{"service copied and not renamed", "services.yaml", "  fell_team_south:\n", "  fell_team_north:\n", 1,
			`"fell_team_north" appears here twice; first on line 6`, "give it a name of its own", ""},
		{"hours as people say them", "services.yaml", "hours: Mon-Fri 9am-6pm", "hours: 9 to 5 weekdays", 1,
			"services.yaml:56:12: error: these hours cannot be read", `Mon-Fri 9am-6pm`, ""},
		{"long dash in hours", "services.yaml", "hours: Mon-Fri 9am-6pm", "hours: Mon–Fri 9am–6pm", 1,
			"services.yaml:56:12: error: these hours cannot be read",
			`dashes or blanks of another kind: write "Mon-Fri 9am-6pm"`, "hours: Mon-Fri 9am-6pm"},
		{"British date", "services.yaml", "checked_on: never\n", "checked_on: 19/11/2026\n",
			1, `"19/11/2026" is not a date`, "2026-11-19", ""},
		{"placeholder misspelt", "menus.yaml", "or: {choices}, 0 24-hour line, X leave. We",
			"or: {choises}, 0 24-hour line, X leave. We", 1, "error: {choises} is not known", "Did you mean {choices}?",
			"or: {choices}, 0 24-hour line, X leave. We"},
		{"text too long", "menus.yaml", "Auto info line. Emergency? Call 999. Reply",
			"Auto info line for all of Fellshire and Dalshire, day and night. Emergency? Call 999. Reply",
			1, "menus.yaml:49:11: error: a text from here is 186 characters", "Shorten the words", ""},
		{"a word that gives away", "services.yaml", "    label: local team\n", "    label: domestic abuse team\n",
			1, `error: the word "abuse" is in a text`, "Say it in neutral words", ""},
		{"END as a way out", "words.yaml", "  leave: [x,", "  leave: [end, x,",
			1, `words.yaml:138:10: error: "end" belongs to the networks`, "Use another word", ""},
		{"nothing after the colon", "services.yaml", "    label: local team\n", "    label:\n", 1,
			"services.yaml:8:11: error: nothing is written here", "Write the words", ""},
		{"misspelt yes", "services.yaml", "    free: yes\n", "    free: yess\n", 1, `"yess" is not known here`,
			`Did you mean "yes"?`, "    free: yes\n"},
		{"rung, and nobody says who", "services.yaml",
			"    checked_on: never\n    unrung_because: it reaches nobody\n",
			"    checked_on: 2026-11-19\n", 0, "warning: nobody says who rang fell_team_north",
			"checked_by: a role", ""},
		{"the same line twice", "services.yaml", number, "      - number: 0161 496 0001\n",
			0, "0161 496 0001 is the number of fell_team_north too", "Ring it and ask which it is", ""},
	}
	// One slip is one mistake, but for these: so many places must be looked at.
	told := map[string]int{"a word that gives away": 2, "deleted area": 3, "deleted service": 2, "renamed step": 4,
		"service copied and not renamed": 5, "text too long": 2}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := bookDir(t)
			before := read(t, dir, tt.file)
			change(t, dir, tt.file, tt.find, tt.put)
			broken := read(t, dir, tt.file)
			code, out := checked(dir)
			if code != tt.code || !strings.Contains(out, tt.says) || !strings.Contains(out, tt.todo) {
				t.Fatalf("ended with %d and said:\n%s", code, out)
			}
			want, several := told[tt.name]
			if n := strings.Count(out, ": error: "); n != want && (several || n != tt.code) {
				t.Errorf("one slip is told as %d mistakes:\n%s", n, out)
			}
			for _, jargon := range []string{"panic", "unmarshal", "mapping values", "goroutine", "<nil>"} {
				if strings.Contains(out, jargon) {
					t.Errorf("said %q:\n%s", jargon, out)
				}
			}
			code, out = checked(dir, "-fix")
			got := read(t, dir, tt.file)
			switch {
			case tt.fixes == "" && got != broken:
				t.Errorf("-fix changed what only a person can know:\n%s", out)
			case tt.fixes == "":
			case code != 0 || !strings.Contains(out, "fixed "+tt.file):
				t.Errorf("-fix ended with %d and said:\n%s", code, out)
			case got != strings.Replace(before, tt.find, tt.fixes, 1):
				t.Errorf("-fix made something else of the file; it said:\n%s", out)
			}
		})
	}
}

func read(t testing.TB, dir, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// copied is a service that was copied and given other words.
const copied = `  moor_line:
    name: Moor Line
    label: Moor team
    numbers:
      - number: 0161 496 0096
    for: [me, someone]
    hours: unknown
    source: its leaflet
    source_date: "2024"
    checked_on: never

`

// The recipes of docs/manager.md lead, line by line, to what they say.
func TestManagerRecipes(t *testing.T) {
	says := func(dir, want string) {
		t.Helper()
		if _, out := checked(dir); !strings.Contains(out, want) {
			t.Errorf("the check does not say %q:\n%s", want, out)
		}
	}
	texts := func(dir, at, script, want string) {
		t.Helper()
		var out bytes.Buffer
		if code := run([]string{"try", "-flows", dir, "-at", at}, strings.NewReader(script), &out,
			&out); code != exitOK ||
			!strings.Contains(strings.Join(strings.Fields(strings.NewReplacer("|", " ", "\n",
				" ").Replace(out.String())), " "), want) {
			t.Errorf("%q is not answered with %q:\n%s", script, want, out.String())
		}
	}
	t.Run("add a service", func(t *testing.T) {
		dir := bookDir(t)
		change(t, dir, "services.yaml", "  fell_team_south:\n", copied+"  fell_team_south:\n")
		says(dir, "nobody has ever rung the number of moor_line")
		change(t, dir, "services.yaml", "    source_date: \"2024\"\n    checked_on: never\n",
			"    source_date: \"2024\"\n    checked_on: 2026-11-19\n    checked_by: service manager\n")
		says(dir, `nobody is ever given the service "moor_line"`)
		change(t, dir, "areas.yaml", "services: [fell_team_north]", "services: [moor_line, fell_team_north]")
		says(dir, `"0161 496 0001" is missing`) // an example that goes another way now
		change(t, dir, "areas.yaml", "services: [moor_line, fell_team_north]", "services: [fell_team_north]")
		change(t, dir, "areas.yaml", "services: [dalshire_east_hub]", "services: [dalshire_east_hub, moor_line]")
		if code, out := checked(dir); code != exitOK {
			t.Errorf("it is not clean:\n%s", out)
		}
		change(t, dir, "services.yaml", "    if_no_answer: fellshire_support\n    source: made up for tests",
			"    source: made up for tests")
		says(dir, "nobody takes over from it")
		texts(bookDir(t), "2026-11-20 14:00", "penwick\n:record Penwick has its number\n",
			`we: ["0161 496 0001", "0808 157 0010"]`)
	})
	t.Run("add a town", func(t *testing.T) {
		dir := bookDir(t)
		texts(dir, "2026-11-20 14:00", "the zyzzyx estate\n", "Auto info line.")
		change(t, dir, "areas.yaml", "also_called: [west fells,", "also_called: [zyzzyx estate, west fells,")
		texts(dir, "2026-11-20 14:00", "the zyzzyx estate\n", "0161 496 0003")
		change(t, dir, "areas.yaml", "also_called: [riverton,", "also_called: [kendrow, riverton,")
		says(dir, "Look at a map")
	})
	t.Run("bank holidays and single days", func(t *testing.T) {
		dir := bookDir(t)
		texts(dir, "2026-12-28 14:00", "kendrow\n1\n", "closed now: Mon-Fri 9am-6pm")
		change(t, dir, "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    exceptions:\n      2026-11-23: closed\n    hours: Mon-Fri 9am-6pm #")
		texts(dir, "2026-11-23 14:00", "kendrow\n1\n", "closed now: Mon-Fri 9am-6pm")
		change(t, dir, "services.yaml", "2026-11-23: closed", "2025-12-24: closed")
		says(dir, "all the days that differ for fellshire_support are past")
	})
}
