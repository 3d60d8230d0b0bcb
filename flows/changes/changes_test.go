package changes_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/check"
	"signpost/flows/testbook"
	"signpost/internal/hours"
)

// edit is one edit of the tests' county.
type edit struct{ file, find, put string }

// compared is the county before an edit and after it, and what people will notice.
type compared struct {
	before, after *flows.Book
	found         []changes.Change
}

// comparisons are kept: several tests look at the same edit, and nobody changes one.
var comparisons = map[edit]compared{}

func compare(t *testing.T, of edit) compared {
	t.Helper()
	c, ok := comparisons[of]
	if !ok {
		c.before, c.after = testbook.LoadEdited(t, "", "", ""), testbook.LoadEdited(t, of.file, of.find, of.put)
		c.found = changes.Between(c.before, c.after)
		comparisons[of] = c
	}
	return c
}

// anotherNumber is the edit of a number, anotherHour that of a line's hours.
var (
	anotherNumber = edit{"services.yaml", "0161 496 0009", "01925 243360"}
	anotherHour   = edit{"services.yaml", "Mon-Fri 9am-6pm # as they print them", "Mon-Fri 9am-5pm"}
)

// Each kind of edit shows as what people will notice, from where they first
// notice it, and nothing else does.
func TestBetween(t *testing.T) {
	tests := []struct {
		name, file, find, put string
		they                  string // how the first change is come to; empty: nobody notices anything
		call                  bool
		before, after         string
	}{
		{"nothing", "", "", "", "", false, "", ""},
		{"a comment", "services.yaml", "schema: 1", "# hello\nschema: 1", "", false, "", ""},
		{"a number", "services.yaml", "0161 496 0009", "01925 243360", "warmouth borough", false,
			"0161 496 0009: Warmouth", "01925 243360: Warmouth"},
		{"a word of the greeting", "menus.yaml", "Reply with your town, or: {choices}, 0",
			"Text us your town, or: {choices}, 0", "", false, "Reply with your town", "Text us your town"},
		{"a prompt", "menus.yaml", "Info line. E", "Advice line. E", "rings", true, "Info line.", "Advice line."},
		{"the way out", "words.yaml", "leave: [x, bye,", "leave: [x, ciao, bye,", "ciao", false, "Auto info line.",
			"(silence)"},
		{"another word for a choice", "menus.yaml", "words: [report]", "words: [report, tell]", "", false,
			"Sorry, not clear.", "101: for what is not urgent"},
		{"another place", "areas.yaml", "also_called: [riverton, riverton borough]",
			"also_called: [riverton, riverton borough, zedtown]", "zedtown", false, "Auto info line.", "0306 999 0008"},
		{"what is rung", "services.yaml", "      - number: 0161 496 0009\n",
			"      - number: 0161 496 0009\n        then_press: \"3\"\n", "rings 2 4 2 1", true,
			"(rings 0161 496 0009)", "(rings 0161 496 0009 then 3)"},
		{"when a key is pressed", "services.yaml", "      - number: 0161 496 0009\n",
			"      - number: 0161 496 0009\n        then_press: \"3\"\n        press_after: 4.5\n", "rings 2 4 2 1",
			true, "(rings 0161 496 0009)", "(rings 0161 496 0009 then 3 after 4.5 seconds)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := compare(t, edit{tt.file, tt.find, tt.put}).found
			if tt.before == "" {
				if len(found) > 0 {
					t.Errorf("%d changes where nobody notices any: %+v", len(found), found[0])
				}
				return
			}
			for _, c := range found {
				if c.Call == tt.call && strings.Contains(c.Before, tt.before) && strings.Contains(c.After, tt.after) &&
					(tt.they == "" || strings.Join(c.They, " ") == tt.they) {
					return
				}
			}
			t.Errorf("not among %d changes; the first: %+v", len(found), append(found, changes.Change{})[0])
		})
	}
}

// A change says whether it is there at any hour.
func TestWhen(t *testing.T) {
	if found := compare(t, anotherNumber).found; len(found) == 0 || found[0].When() != "at any hour" {
		t.Fatalf("a number changes %+v", found)
	}
	found := compare(t, anotherHour).found
	if len(found) == 0 || !strings.HasPrefix(found[0].When(), "on ") {
		t.Fatalf("hours change %+v", found)
	}
	now := check.AnyWeek().AddDate(1, 0, 0)
	if c := found[0]; len(c.Moments) == 0 || !c.Moments[0].Equal(c.At) ||
		!strings.Contains(c.Hours(now), c.At.In(hours.London()).Format("15:04")) {
		t.Errorf("the hours are %q, of %v", c.Hours(now), c.Moments)
	}
	// A moment of any week has no date. A day that is past is nothing that people will notice.
	monday, past, later := check.AnyWeek().Add(9*time.Hour), now.AddDate(0, 0, -20), now.AddDate(0, 0, 20)
	for _, tt := range []struct {
		moments []time.Time
		want    string
	}{
		{[]time.Time{monday, past, later}, "at some hours only, for example Mon 09:00; Mon 6 Dec 2027, 00:00"},
		{[]time.Time{past}, "only on days that are past"},
	} {
		if got := (changes.Change{Moments: tt.moments}).Hours(now); got != tt.want {
			t.Errorf("%v are %q, want %q", tt.moments, got, tt.want)
		}
	}
	if got := (changes.Change{At: monday}).When(); got != "on Monday at 09:00, for example" {
		t.Errorf("a moment of any week is %q", got)
	}
}

// A number that became another while the day it was rung stayed is told of; one
// that is only printed otherwise, or was rung since, or never, is not.
func TestUnrung(t *testing.T) {
	const (
		never = "    checked_on: never\n"
		rung  = "    checked_on: 2026-11-01\n    checked_by: manager\n"
		first = "      - number: 0161 496 0001\n"
	)
	with := func(checked, number string) *flows.Book {
		data, err := fs.ReadFile(testbook.Files(), "services.yaml")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(strings.Replace(string(data), never, checked, 1), first, number, 1)
		return testbook.LoadEdited(t, "services.yaml", string(data), text)
	}
	for name, tt := range map[string]struct {
		checked, number string
		want            bool
	}{
		"another number":    {rung, "      - number: 01228 633641\n", true},
		"another key":       {rung, first + "        then_press: \"2\"\n", true},
		"one more line":     {rung, first + "      - number: 01228 633641\n", true},
		"printed otherwise": {rung, "      - number: 0161 4960 001\n", false},
		"nothing":           {rung, first, false},
		"never rung":        {never, "      - number: 01228 633641\n", false},
		"rung since":        {strings.Replace(rung, "11-01", "11-19", 1), "      - number: 01228 633641\n", false},
		"rung before":       {strings.Replace(rung, "11-01", "10-01", 1), "      - number: 01228 633641\n", true},
	} {
		found := changes.Unrung(with(rung, first), with(tt.checked, tt.number))
		if (len(found) == 1 && found[0].ID == "fell_team_north") != tt.want || len(found) > 1 {
			t.Errorf("%s: %v", name, found)
		}
	}
}
