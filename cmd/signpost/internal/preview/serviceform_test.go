package preview_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Saves are undone one after the other, from the newest, whichever page made them; not
// when somebody changed the file since.
func TestUndo(t *testing.T) {
	dir, base, s := serve(t)
	first := read(t, dir, "services.yaml")
	save := func(path string, form url.Values) {
		t.Helper()
		_, page := post(t, base+path, form)
		form.Set("seen", field(t, page, "seen"))
		if status, page := post(t, base+path+"/save", form); status != http.StatusOK ||
			!strings.Contains(page, "Undo the last save") {
			t.Fatalf("%s: %d\n%s", path, status, page)
		}
	}
	save("/directory/fell_team_north", url.Values{"paused_until": {"2026-12-05"}})
	second := read(t, dir, "services.yaml")
	save("/directory/fell_team_west", url.Values{"label": {"west team"}})
	examples := read(t, dir, "examples.yaml")
	save("/example", url.Values{"name": {"Kendrow"}, "channel": {"text"}, "they": {"kendrow"},
		"at": {"2026-11-20T14:00"}})
	for _, want := range []string{examples, second, first} {
		if status, page := post(t, base+"/undo", nil); status != http.StatusOK {
			t.Fatalf("%d\n%s", status, page)
		}
		if got := read(t, dir, "services.yaml"); want != examples && got != want || want == examples &&
			read(t, dir, "examples.yaml") != want {
			t.Error("the files are not as they were")
		}
	}
	if status, page := post(t, base+"/undo", nil); status != http.StatusConflict ||
		!strings.Contains(page, "nothing to undo") {
		t.Errorf("%d\n%s", status, page)
	}
	save("/directory/fell_team_north", url.Values{"label": {"north team"}})
	change(t, dir, "services.yaml", "north team", "other team")
	s.Look()
	if status, page := post(t, base+"/undo", nil); status != http.StatusConflict ||
		!strings.Contains(page, "changed since") || !strings.Contains(read(t, dir, "services.yaml"), "other team") {
		t.Errorf("%d\n%s", status, page)
	}
}

// What a form brings is said above the button that saves it: another service's number,
// a pause that is long. Single days and bank holidays are written as the guide has them.
func TestFormSaysWhatItBrings(t *testing.T) {
	dir, base, _ := serve(t)
	at := base + "/directory/fell_team_north"
	_, page := post(t, at, url.Values{"number0": {"0161 496 0002"}, "rung_by": {"duty manager"}})
	if warned, button := strings.Index(page, "is the number of"), strings.Index(page, "Save it"); warned < 0 ||
		button < warned {
		t.Errorf("another service's number, at %d of %d:\n%s", warned, button, page)
	}
	_, page = post(t, at, url.Values{"number0": {"+44 (0)161.4960090"}, "rung_by": {"duty manager"}})
	if !strings.Contains(page, "number: 0161 496 0090") {
		t.Errorf("a number with the prefix of the country:\n%s", page)
	}
	for _, tt := range []struct {
		form url.Values
		want string
	}{
		{url.Values{"day0": {"2026-12-24"}, "times0": {"9am-12.30pm"}, "day1": {"25/12/2026"}, "times1": {"closed"},
			"day2": {""}, "times2": {""}},
			"    exceptions:\n      2026-12-24: 9am-12.30pm\n      2026-12-25: closed\n"},
		{url.Values{"day0": {"2026-12-24"}, "times0": {"closed"}, "day1": {"2026-12-25"}, "times1": {""}},
			"    exceptions:\n      2026-12-24: closed\n"},
		{url.Values{"hours": {"Mon to Fri 9am to 5pm"}, "bank_holidays": {"open"}}, "    bank_holidays: open\n"},
		{url.Values{"paused_until": {"12/12/2026"}}, "    paused_until: 2026-12-12\n"},
		{url.Values{"paused_until": {""}},
			"    say: the local team\n" +
				"    numbers:\n" +
				"      - number: 0161 496 0001\n" +
				"    for: [me, someone]\n" +
				"    hours: Mon to Fri 9am to 5pm\n" +
				"    bank_holidays: open\n" +
				"    exceptions:"},
	} {
		_, page := post(t, at, tt.form)
		tt.form.Set("seen", field(t, page, "seen"))
		if status, page := post(t, at+"/save", tt.form); status != http.StatusOK ||
			!strings.Contains(read(t, dir, "services.yaml"), tt.want) {
			t.Errorf("%v: %d, without %q\n%s", tt.form, status, tt.want, page)
		}
	}
	for says, form := range map[string]url.Values{
		"has no other hours": {"hours": {"Mon-Fri 9am-5pm"}}, "never closed": {"paused_until": {"2026-12-12"}},
	} {
		if _, page := post(t, base+"/directory/police_999", form); !strings.Contains(page, says) ||
			strings.Contains(page, "Save it") {
			t.Errorf("%v for 999:\n%s", form, page)
		}
	}
	if _, page := get(t, base+"/"); !strings.Contains(page, `class="unsure"`) ||
		!strings.Contains(page, "numbers still to ring") {
		t.Errorf("the header says nothing of numbers that nobody rang")
	}
}

// A file that an editor of Windows saved keeps its line ends.
func TestLineEnds(t *testing.T) {
	dir, base, s := serve(t)
	text := strings.ReplaceAll(read(t, dir, "services.yaml"), "\n", "\r\n")
	if err := os.WriteFile(filepath.Join(dir, "services.yaml"), []byte("\ufeff"+text), 0o644); err != nil {
		t.Fatal(err)
	}
	s.Look()
	form := url.Values{"paused_until": {"2026-12-05"}, "label": {"north team"}}
	_, page := post(t, base+"/directory/fell_team_north", form)
	form.Set("seen", field(t, page, "seen"))
	if status, page := post(t, base+"/directory/fell_team_north/save", form); status != http.StatusOK {
		t.Fatalf("%d\n%s", status, page)
	}
	want := strings.Replace(text, "label: local team", "label: north team", 1)
	want = strings.Replace(want, "    hours: unknown\r\n", "    hours: unknown\r\n    paused_until: 2026-12-05\r\n", 1)
	if got := read(t, dir, "services.yaml"); got != "\ufeff"+want {
		t.Error("more changed than the two lines")
	}
}

// What is wrong with the form of a service is listed above the form and said beside each
// field, all at once, and what was written is still there. So it is on the way back from
// what would change.
func TestServiceFormKeepsWhatWasWritten(t *testing.T) {
	_, base, _ := serve(t)
	at := base + "/directory/fell_team_west"
	form := url.Values{"label": {"west team"}, "say": {"the west team"}, "number0": {"0161 496 0095"},
		"number1": {"0161 496 0004"}, "hours": {"mon-fry 9-5"}, "day0": {""}, "times0": {"closed"},
		"day1": {"2026-12-24"}, "times1": {"9-12"}, "takes_men": {"yes"}}
	status, page := post(t, at, form)
	for _, want := range []string{
		"There is a problem", `<a href="#rung_by">Nobody has rung the new number yet`,
		`<a href="#hours">These hours cannot be read`, `<a href="#day0">Choose the day`,
		`value="0161 496 0095"`, `value="mon-fry 9-5"`, `value="2026-12-24"`, `value="9-12"`,
		`<option value="yes" selected>`, "Telephone number 2", "Error: ",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q", want)
		}
	}
	if status != http.StatusUnprocessableEntity || strings.Contains(page, "Save it") ||
		strings.Count(page, `aria-invalid="true"`) != 3 {
		t.Errorf("%d\n%s", status, page)
	}
	form.Set("label", "")
	if _, page := post(t, at, form); !strings.Contains(page, `<a href="#label">Fill in`) ||
		!strings.Contains(page, `<a href="#hours">These hours`) || strings.Count(page, `aria-invalid="true"`) != 4 {
		t.Errorf("what is missing hides what is wrong:\n%s", page)
	}
	form = url.Values{"label": {"west team"}, "paused_until": {"2026-12-05"}}
	_, page = post(t, at, form)
	if field(t, page, "label") != "west team" || !strings.Contains(page, "Change what you wrote") {
		t.Fatalf("there is no way back with it:\n%s", page)
	}
	form.Set("again", "yes")
	if status, page := post(t, at, form); status != http.StatusOK || !strings.Contains(page, `value="west team"`) ||
		!strings.Contains(page, `value="2026-12-05"`) || strings.Contains(page, "There is a problem") {
		t.Errorf("back: %d\n%s", status, page)
	}
}
