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
		{"a word of the greeting", "menus.yaml", "Local info line.", "Local help line.", "", false, "Local info line.", "Local help line."},
		{"a prompt", "menus.yaml", "Local information line.", "Local advice line.", "rings", true, "Local information line.", "Local advice line."},
		{"the way out", "words.yaml", "leave: [x, bye,", "leave: [x, ciao, bye,", "ciao", false, "Local info line.", "(silence)"},
		{"another word for a choice", "menus.yaml", "words: [report]", "words: [report, tell]", "", false, "Sorry, not clear.", "101: for what is not urgent"},
		{"another place", "areas.yaml", "also_called: [halton, halton borough]", "also_called: [halton, halton borough, zedtown]", "zedtown", false, "Local info line.", "0300 111 1247"},
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
