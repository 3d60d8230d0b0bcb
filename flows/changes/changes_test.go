package changes_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/changes"
	"signpost/flows/load"
)

// edited is the shipped book with one edit.
func edited(t *testing.T, file, find, put string) *flows.Book {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range load.Files() {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if name == file {
			if !strings.Contains(string(data), find) {
				t.Fatalf("%q is not in %s", find, file)
			}
			data = []byte(strings.Replace(string(data), find, put, 1))
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	src, problems := load.Dir(files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return src.Book
}

// Each kind of edit shows as what people will notice, from where they first
// notice it, and nothing else does.
func TestBetween(t *testing.T) {
	same := edited(t, "", "", "")
	tests := []struct {
		name, file, find, put string
		they                  string // how the first change is come to; empty: nobody notices anything
		call                  bool
		before, after         string
	}{
		{"nothing", "", "", "", "", false, "", ""},
		{"a comment", "services.yaml", "schema: 1", "# hello\nschema: 1", "", false, "", ""},
		{"a number", "services.yaml", "01925 243359", "01925 243360", "warrington borough", false, "01925 243359: Warrington", "01925 243360: Warrington"},
		{"a word of the greeting", "menus.yaml", "Reply with your town, or: {choices}, 0", "Text us your town, or: {choices}, 0", "", false, "Reply with your town", "Text us your town"},
		{"a prompt", "menus.yaml", "Local information line.", "Local advice line.", "rings", true, "Local information line.", "Local advice line."},
		{"the way out", "words.yaml", "leave: [x, bye,", "leave: [x, ciao, bye,", "ciao", false, "Auto info line.", "(silence)"},
		{"another word for a choice", "menus.yaml", "words: [report]", "words: [report, tell]", "", false, "Sorry, not clear.", "101: for what is not urgent"},
		{"another place", "areas.yaml", "also_called: [halton, halton borough]", "also_called: [halton, halton borough, zedtown]", "zedtown", false, "Auto info line.", "0300 111 1247"},
		{"what is rung", "services.yaml", "      - number: 01925 243359\n", "      - number: 01925 243359\n        then_press: \"3\"\n", "rings 1 2 4 1", true, "(rings 01925 243359)", "(rings 01925 243359 then 3)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := changes.Between(same, edited(t, tt.file, tt.find, tt.put))
			if tt.before == "" {
				if len(found) > 0 {
					t.Errorf("%d changes where nobody notices any: %+v", len(found), found[0])
				}
				return
			}
			for _, c := range found {
				if c.Call == tt.call && strings.Contains(c.Before, tt.before) && strings.Contains(c.After, tt.after) && (tt.they == "" || strings.Join(c.They, " ") == tt.they) {
					return
				}
			}
			t.Errorf("not among %d changes; the first: %+v", len(found), append(found, changes.Change{})[0])
		})
	}
}

// A change says whether it is there at any hour.
func TestWhen(t *testing.T) {
	same := edited(t, "", "", "")
	if found := changes.Between(same, edited(t, "services.yaml", "01925 243359", "01925 243360")); len(found) == 0 || found[0].When() != "at any hour" {
		t.Errorf("a number changes %q", found[0].When())
	}
	found := changes.Between(same, edited(t, "services.yaml", "hours: Mon-Fri 9am-6pm", "hours: Mon-Fri 9am-5pm"))
	if len(found) == 0 || !strings.HasPrefix(found[0].When(), "on ") {
		t.Errorf("hours change %+v", found)
	}
}

// A number that became another while the day it was rung stayed is told of; one
// that is only printed otherwise, or was rung since, or never, is not.
func TestUnrung(t *testing.T) {
	const (
		never = "    checked_on: never\n"
		rung  = "    checked_on: 2026-11-01\n    checked_by: manager\n"
		first = "      - number: 01228 633640\n"
	)
	with := func(checked, number string) *flows.Book {
		data, err := fs.ReadFile(book.Files, "services.yaml")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(strings.Replace(string(data), never, checked, 1), first, number, 1)
		return edited(t, "services.yaml", string(data), text)
	}
	for name, tt := range map[string]struct {
		checked, number string
		want            bool
	}{
		"another number":    {rung, "      - number: 01228 633641\n", true},
		"another key":       {rung, first + "        then_press: \"2\"\n", true},
		"one more line":     {rung, first + "      - number: 01228 633641\n", true},
		"printed otherwise": {rung, "      - number: 0122 8633 640\n", false},
		"nothing":           {rung, first, false},
		"never rung":        {never, "      - number: 01228 633641\n", false},
		"rung since":        {strings.Replace(rung, "11-01", "11-19", 1), "      - number: 01228 633641\n", false},
		"rung before":       {strings.Replace(rung, "11-01", "10-01", 1), "      - number: 01228 633641\n", true},
	} {
		found := changes.Unrung(with(rung, first), with(tt.checked, tt.number))
		if (len(found) == 1 && found[0].ID == "letgo_north") != tt.want || len(found) > 1 {
			t.Errorf("%s: %v", name, found)
		}
	}
}
