package preview_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A conversation on the page becomes an example in the book, once it was looked at.
func TestKeepAsExample(t *testing.T) {
	dir, base, s := serve(t)
	before := read(t, dir, "examples.yaml")
	texts := url.Values{"name": {"Kendrow gives its number"}, "channel": {"text"}, "they": {"hello", "kendrow"},
		"at": {"2026-12-25T03:00"}}
	_, page := post(t, base+"/example", texts)
	for _, want := range []string{"In examples.yaml", "Kendrow gives its number", "0161 496 0002", "2026-12-25 03:00",
		"Nobody will notice anything", "Save it"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%s", want, page)
		}
	}
	if read(t, dir, "examples.yaml") != before {
		t.Error("looking changed the file")
	}
	texts.Set("seen", field(t, page, "seen"))
	if status, page := post(t, base+"/example/save", texts); status != http.StatusOK ||
		!strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	if got := read(t, dir, "examples.yaml"); !strings.HasPrefix(got, before) ||
		!strings.Contains(got,
			"  - name: \"Kendrow gives its number\"\n"+
				"    at: \"2026-12-25 03:00\"\n"+
				"    texts:\n"+
				"      - they: \"hello\"\n") {
		t.Errorf("the file ends\n%s", got[len(got)-600:])
	}
	if v := s.Verdict(); v.Errors() != 0 || len(v.Source.Examples) == 0 ||
		v.Source.Examples[len(v.Source.Examples)-1].Name != "Kendrow gives its number" {
		t.Errorf("the check says %s", v.Line())
	}
	if status, _ := post(t, base+"/example/save", texts); status != http.StatusConflict {
		t.Errorf("it is saved twice: %d", status)
	}
	call := url.Values{"name": {"No answer leads on"}, "channel": {"call"},
		"they": {"rings", "1", "3", "1", "no answer"}, "at": {"2026-11-18T14:00"}}
	if _, page := post(t, base+"/example", call); !strings.Contains(page, "connects_to: fell_team_south") ||
		!strings.Contains(page, "Save it") {
		t.Errorf("a call:\n%s", page)
	}
	for name, tt := range map[string]struct {
		field, says string
		values      []string
	}{
		"nothing done":   {"they", "Text or ring first", nil},
		"no name":        {"name", "Give the example a name", []string{" "}},
		"no moment":      {"at", "That is not a date and a time", []string{"yesterday"}},
		"nobody's key":   {"they", "nobody can do that", []string{"rings", "dances"}},
		"an endless one": {"they", "Text or ring first, in a few turns", make([]string, 41)},
		"a long text":    {"they", "too long to keep", []string{strings.Repeat("x", 1601)}},
	} {
		form := url.Values{"name": {"n"}, "channel": {"call"}, "they": {"rings"}, "at": {""}}
		form[tt.field] = tt.values
		if _, page := post(t, base+"/example", form); !strings.Contains(page, tt.says) ||
			strings.Contains(page, "Save it") {
			t.Errorf("%s:\n%s", name, page)
		}
	}
}
