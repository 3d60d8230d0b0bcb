package area_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/internal/area"
)

func folder(files ...string) fstest.MapFS {
	dir := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		dir[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return dir
}

const lancashire = "# a comment\na E07000123 Preston\nb E07000118,E07000126 Chorley and Leyland\nc - Lancaster\n"

// Another part of the country has districts, postcodes and places of its own, and
// nothing of ours.
func TestAnotherGazetteer(t *testing.T) {
	g, err := area.Read(folder(area.DistrictsFile, lancashire, area.PostcodesFile, "PR1 a\nPR7 b\nLL11 W\n",
		area.PlacesFile, "a+ preston\nbE? charnock\n"))
	if err != nil {
		t.Fatal(err)
	}
	f := g.Finder([]area.Name{{Name: "morecambe", Where: setOf("c")}})
	for text, want := range map[string]string{
		"PR1 2AB": "Preston", "im in pr7": "Chorley and Leyland", "preston": "Preston",
		"charnock": "Chorley and Leyland; elsewhere in England", "near Morecambe": "Lancaster", "LL11 1AA": "Wales",
		"kendal": "", "CW10 9QN": "", "morecombe": "Lancaster",
	} {
		if got := g.Describe(only(f, text).Where); got != want {
			t.Errorf("%q is in %q, want %q", text, got, want)
		}
	}
	if d, ok := g.District(" chorley AND leyland "); !ok || g.Name(d) != "Chorley and Leyland" {
		t.Error("a district is not found by its name")
	}
	if _, ok := g.District("Kendal"); ok || len(g.Names()) != 3+6 {
		t.Errorf("it has the districts %q", g.Names())
	}
}

// A table that cannot be read is refused with the line that is wrong.
func TestGazetteersThatCannotBeRead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		file  string
		line  int
		says  string
	}{
		{"no districts", nil, area.DistrictsFile, 0, "not exist"},
		{"empty", []string{area.DistrictsFile, "# nothing\n"}, area.DistrictsFile, 1, "names no district"},
		{"a letter left out", []string{area.DistrictsFile, "a - One\nc - Two\n"}, area.DistrictsFile, 2, "must be b"},
		{"no name", []string{area.DistrictsFile, "a E07000123\n"}, area.DistrictsFile, 1, "give a letter"},
		{"no code", []string{area.DistrictsFile, "a E7 Preston\n"}, area.DistrictsFile, 1, "E07000123"},
		{"twice", []string{area.DistrictsFile, "a - One\nb - one\n"}, area.DistrictsFile, 2, "two districts"},
		{"the name of a nation", []string{area.DistrictsFile, "a - Wales\n"}, area.DistrictsFile, 1, "two districts"},
		{"too many", []string{area.DistrictsFile, many(27)}, area.DistrictsFile, 27, "at most"},
		{"a postcode of no district", []string{area.DistrictsFile, lancashire, area.PostcodesFile, "PR1 a\nPR2 d\n"},
			area.PostcodesFile, 2, "not a district column"},
		{"a place of no district", []string{area.DistrictsFile, lancashire, area.PlacesFile, "j warrington\n"},
			area.PlacesFile, 1, "not a place"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := area.Read(folder(tt.files...))
			var m *area.Mistake
			if !errors.As(err, &m) || m.File != tt.file || m.Line != tt.line ||
				!strings.Contains(err.Error(), tt.says) {
				t.Errorf("said %v", err)
			}
		})
	}
	if _, err := area.Read(folder(area.DistrictsFile, many(26))); err != nil {
		t.Errorf("26 districts: %v", err)
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(string("abcdefghijklmnopqrstuvwxyzE"[i]) + " - District " + strings.Repeat("x", i+1) + "\n")
	}
	return b.String()
}

// Reading any table ends in a gazetteer that can be asked, or in the
// line that is wrong.
func FuzzGazetteer(f *testing.F) {
	f.Add(lancashire, "PR1 a\nPR1 2 ab a:AA,AB b:ZZ\n", "a+ preston\nbE?! the boot\n")
	f.Add("a - \xff", "PR1", "")
	f.Fuzz(func(t *testing.T, districts, postcodes, places string) {
		g, err := area.Read(folder(area.DistrictsFile, districts, area.PostcodesFile, postcodes,
			area.PlacesFile, places))
		var m *area.Mistake
		if err != nil {
			if !errors.As(err, &m) || m.File == "" {
				t.Errorf("an error without its place: %v", err)
			}
			return
		}
		finder := g.Finder(nil)
		for _, text := range []string{"preston", "PR1 2AA", "im in pr1", "prestn", "the boot"} {
			for _, c := range candidates(finder, text) {
				if strings.Contains(g.Describe(c.Where), "unknown") {
					t.Errorf("%q is in %s", text, g.Describe(c.Where))
				}
			}
		}
	})
}
