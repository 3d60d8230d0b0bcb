package merge_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/cmd/signpost/internal/merge"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/flows/testbook"
)

// county is the tests' county, with some words replaced.
func county(t *testing.T, file string, replace ...string) fs.FS {
	t.Helper()
	files := testbook.Copy()
	text := string(files[file].Data)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("%s does not hold %q", file, replace[i])
		}
	}
	files[file].Data = []byte(strings.NewReplacer(replace...).Replace(text))
	return files
}

const (
	north = "  fell_team_north:\n"
	south = "  fell_team_south:\n"
	added = `  new_service:
    name: New
    label: new team
    say: the new team
    numbers:
      - number: 01228 000000

`
)

func TestBooks(t *testing.T) {
	const file = "services.yaml"
	was := county(t, file)
	for _, tt := range []struct {
		name             string
		published, draft []string
		holds            []string
		conflict         string // where
	}{
		{"nothing", nil, nil, nil, ""},
		{"two services", []string{"0161 496 0001", "01228 111111"}, []string{"0161 496 0002", "01229 222222"},
			[]string{"01228 111111", "01229 222222"}, ""},
		{"two facts of a service, on lines beside each other", []string{"name: Fell Team North", "name: The North"},
			[]string{"    name: Fell Team North\n    label: local team",
				"    name: Fell Team North\n    label: our team"},
			[]string{"name: The North", "label: our team"}, ""},
		{"the same change twice", []string{"0161 496 0001", "01228 111111"}, []string{"0161 496 0001", "01228 111111"},
			[]string{"01228 111111"}, ""},
		{"one number in two ways", []string{"0161 496 0001", "01228 111111"}, []string{"0161 496 0001", "01228 222222"},
			[]string{"01228 111111"}, "services, fell_team_north, numbers"},
		{"a service added and another changed", []string{south, added + south},
			[]string{"0161 496 0001", "01228 222222"}, []string{added, "01228 222222"}, ""},
		{"a service added in the draft", []string{"0161 496 0001", "01228 222222"}, []string{south, added + south},
			[]string{added + south, "01228 222222"}, ""},
		{"two services added in one place", []string{south, added + south},
			[]string{south, strings.ReplaceAll(added, "new", "other") + south},
			[]string{"new_service", "other_service"}, ""},
		{"two services added under one name", []string{south, added + south},
			[]string{south, strings.ReplaceAll(added, "000000", "999999") + south}, []string{added},
			"services, new_service"},
		{"a comment and a fact", []string{"  # --- Dalshire ---", "  # --- The other half ---"},
			[]string{"0306 999 0006", "01228 222222"}, []string{"# --- The other half ---", "01228 222222"}, ""},
		{"a service renamed and changed", []string{north, "  north:\n"}, []string{"0161 496 0001", "01228 222222"},
			[]string{"  north:\n"}, "services, fell_team_north"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			published, draft := county(t, file, tt.published...), county(t, file, tt.draft...)
			files, conflicts, err := merge.Books(was, published, draft, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := string(files[file])
			for _, want := range tt.holds {
				if !strings.Contains(got, want) {
					t.Errorf("it does not hold %q", want)
				}
			}
			if tt.conflict == "" {
				if len(conflicts) > 0 {
					t.Errorf("there are conflicts: %+v", conflicts)
				}
				return
			}
			if len(conflicts) != 1 || conflicts[0].Where != tt.conflict || conflicts[0].File != file ||
				conflicts[0].Published == conflicts[0].Draft {
				t.Fatalf("the conflicts are %+v", conflicts)
			}
			for side, want := range map[merge.Side]string{merge.Published: conflicts[0].Published,
				merge.Draft: conflicts[0].Draft} {
				files, left, err := merge.Books(was, published, draft, map[string]merge.Side{conflicts[0].ID: side})
				if err != nil || len(left) > 0 || !strings.Contains(string(files[file]), strings.Split(want, "\n")[0]) {
					t.Errorf("keeping the %s side: %v, %v", side, left, err)
				}
			}
		})
	}
}

// A book that is merged with itself stays as it is, comments and all.
func TestSame(t *testing.T) {
	for _, name := range load.Files() {
		data, err := book.Files.ReadFile(name)
		if err != nil || !strings.HasSuffix(name, ".yaml") {
			continue
		}
		before := fstest.MapFS{name: {Data: data}}
		one := fstest.MapFS{name: {Data: append([]byte("# One.\n"), data...)}}
		two := fstest.MapFS{name: {Data: append(append([]byte(nil), data...), "zz_one: 1\n"...)}}
		files, conflicts, err := merge.Books(before, one, two, nil)
		if err != nil || len(conflicts) > 0 || string(files[name]) != "# One.\n"+string(data)+"zz_one: 1\n" {
			t.Errorf("%s came out as another: %v, %v", name, conflicts, err)
		}
	}
}
