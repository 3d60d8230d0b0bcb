package preview_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A form shows what would change and what the check says of it, and saves just
// that, once; files that changed meanwhile are left alone.
func TestEditing(t *testing.T) {
	dir, base, _ := serve(t)
	at := base + "/directory/warmouth_service"
	form := url.Values{"label": {"Warmouth local service"}, "say": {"the Warmouth local service"},
		"number0": {"0161 496 0093"}, "hours": {"unknown"}, "paused_until": {""}, "examples": {"yes"},
		"unrung_because": {"it moved today; the board"}}
	before := read(t, dir, "services.yaml")

	status, page := post(t, at, form)
	for _, want := range []string{"-       - number: 0161 496 0009", "&#43;       - number: 0161 496 0093",
		"In examples.yaml", "Save it"} {
		if !strings.Contains(page, want) {
			t.Errorf("%d, without %q:\n%s", status, want, page)
		}
	}
	if read(t, dir, "services.yaml") != before {
		t.Error("looking changed the file")
	}
	form.Set("seen", field(t, page, "seen"))
	if status, page = post(t, at+"/save", form); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	want := strings.Replace(before, "0161 496 0009", "0161 496 0093", 1)
	warmouth := strings.Index(want, "  warmouth_service:")
	want = want[:warmouth] + strings.Replace(want[warmouth:],
		"it reaches nobody", `it moved today; the board`, 1)
	if got := read(t, dir, "services.yaml"); got != want {
		t.Error("more than the number and its reason changed, or less")
	}
	if !strings.Contains(read(t, dir, "examples.yaml"), "0161 496 0093") {
		t.Error("the examples keep the old number")
	}
	if _, got := handsetDoes(t, base, "text",
		map[string]any{"text": "warmouth"}); !strings.Contains(got["reply"].(string), "0161 496 0093") {
		t.Errorf("the phone is answered %v", got)
	}
	if status, page = post(t, at+"/save", form); status != http.StatusConflict ||
		!strings.Contains(page, "Somebody changed the files meanwhile") {
		t.Errorf("saving what was looked at before another save: %d\n%s", status, page)
	}

	_, page = post(t, at, url.Values{"label": {"Warmouth line"}})
	now := field(t, page, "seen")
	for name, tt := range map[string]struct {
		field, words, says string
	}{
		"a digit missing":       {"number0", "0161 496 009", "It has 10 digits"},
		"a word that tells":     {"label", "domestic abuse line", "Say it in neutral words"},
		"hours nobody can read": {"hours", "nine to five", "These hours cannot be read"},
		"nothing":               {"label", " ", "Fill in: What a text calls it"},
		"a line break":          {"label", "a\nb", "the words must be on one line"},
		"no change":             {"", "", "That is what the files say already"},
	} {
		f := url.Values{"label": {"Warmouth local service"}, "say": {"the Warmouth local service"},
			"number0": {"0161 496 0093"}, "hours": {"unknown"}, "paused_until": {""}}
		if tt.field != "" {
			f.Set(tt.field, tt.words)
		}
		if status, page := post(t, at, f); status != http.StatusUnprocessableEntity ||
			!strings.Contains(page, tt.says) || strings.Contains(page, "Save it") {
			t.Errorf("%s: %d\n%s", name, status, page)
		}
		f.Set("seen", now)
		if status, _ := post(t, at+"/save", f); status != http.StatusConflict {
			t.Errorf("%s is saved all the same: %d", name, status)
		}
	}
}

// field is a hidden field of a form on a page.
func field(t *testing.T, page, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="`+name+`" value="`)
	if !ok {
		t.Fatalf("the page has no field %q:\n%s", name, page)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// A slip that can have meant but one thing is fixed from the page, once what would
// change was looked at; what only a person can know is left.
func TestFixFromThePage(t *testing.T) {
	dir, base, s := serve(t)
	if _, page := get(t, base+"/"); strings.Contains(page, `action="/fix"`) {
		t.Error("there is nothing to fix, and it is offered")
	}
	before := read(t, dir, "services.yaml")
	change(t, dir, "services.yaml", "    label: advice line\n", "    lable: advice line\n")
	change(t, dir, "examples.yaml", "we: 0161 496 0009",
		"we: 0161 496 0003") // an example breaks, which is not seen yet
	s.Look()
	if _, page := get(t, base+"/checks"); !strings.Contains(page, `action="/fix"`) {
		t.Errorf("it is not offered:\n%s", page)
	}
	_, page := post(t, base+"/fix", nil)
	for _, want := range []string{"-     lable: advice line", "&#43;     label: advice line",
		"There are other mistakes", "Save it"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%s", want, page)
		}
	}
	form := url.Values{"seen": {field(t, page, "seen")}}
	if status, page := post(t, base+"/fix/save", form); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	if read(t, dir, "services.yaml") != before ||
		!strings.Contains(read(t, dir, "examples.yaml"), "they: Warmouth\n        we: 0161 496 0003") {
		t.Error("more was fixed, or less")
	}
	if status, _ := post(t, base+"/fix/save", form); status != http.StatusConflict {
		t.Errorf("it is fixed twice: %d", status)
	}
	if _, page := post(t, base+"/fix", nil); !strings.Contains(page, "That is what the files say already") {
		t.Errorf("with nothing to fix:\n%s", page)
	}
}

// What is saved is checked by itself; a book with mistakes does not take the place
// of the last good one.
func TestSaves(t *testing.T) {
	dir, base, s := serve(t)
	first := s.Verdict()
	if first.N != 1 || first.Errors() != 0 || first.Warnings() == 0 || !strings.Contains(first.Line(), "No mistakes") {
		t.Fatalf("at first: %+v", first.Line())
	}
	events, err := http.Get(base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	next := func() string {
		buf := make([]byte, 64)
		n, err := events.Body.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	if got := next(); got != "data: 1\n\n" {
		t.Errorf("told %q", got)
	}
	change(t, dir, "menus.yaml", "goes_to: fellshire\n", "goes_to: cumbira\n")
	if got := next(); got != "data: 2\n\n" {
		t.Errorf("told %q", got)
	}
	if v := s.Verdict(); v.Errors() != 1 || v.Book != first.Book {
		t.Errorf("%d mistakes, another book: %v", v.Errors(), v.Book != first.Book)
	}
	_, page := get(t, base+"/checks")
	if !strings.Contains(page, "there is no step") || !strings.Contains(page, "1 to fix") {
		t.Errorf("the checks say\n%s", page)
	}
	if _, got := handsetDoes(t, base, "text",
		map[string]any{"text": "kendrow"}); !strings.Contains(got["reply"].(string), "0161 496 0002") {
		t.Errorf("with a broken book the phone is answered %v", got)
	}
	for _, path := range []string{"/", "/routes", "/routes?at=2026-12-25T03:00", "/directory",
		"/directory/riverton_service", "/map"} {
		if status, _ := get(t, base+path); status != http.StatusOK {
			t.Errorf("with a broken book %s is %d", path, status)
		}
	}
	if status, _ := get(t, base+"/routes?at=never"); status != http.StatusBadRequest {
		t.Error("no moment is taken for one")
	}
}
