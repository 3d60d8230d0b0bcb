package preview_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A number rung today is written down with the day and the role, comments kept.
func TestRungToday(t *testing.T) {
	dir, base, _ := serveWhole(t)
	before := read(t, dir, "services.yaml")
	status, page := post(t, base+"/directory/police_101/rung", url.Values{"role": {"  duty   manager "}})
	if status != http.StatusOK || !strings.Contains(page, "Did you ring 101 today") ||
		read(t, dir, "services.yaml") != before {
		t.Fatalf("it is not asked for first: %d\n%s", status, page)
	}
	if status, page = post(t, base+"/directory/police_101/save",
		url.Values{"rung_by": {field(t, page, "rung_by")},
			"seen": {field(t, page, "seen")}}); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("%d\n%s", status, page)
	}
	for _, role := range []string{"x", "Jane Smith", "Jane, manager"} {
		if _, page := post(t, base+"/directory/police_101/rung",
			url.Values{"role": {role}}); strings.Contains(page, "Yes, save it") || !strings.Contains(page,
			"like service manager") {
			t.Errorf("%q is taken for a role:\n%s", role, page)
		}
	}
	got := read(t, dir, "services.yaml")
	if !strings.Contains(got, "    checked_on: 2026-11-20\n    checked_by: duty manager\n") ||
		strings.Count(got, "#") != strings.Count(before, "#") ||
		strings.Count(got, "unrung_because:") != strings.Count(before, "unrung_because:")-1 {
		t.Error("it is not written as it should be")
	}
	if _, page := get(t, base+"/directory"); !strings.Contains(page, "20 November 2026, today, by duty manager") {
		t.Errorf("the directory does not say it:\n%s", page)
	}
	if _, page := get(t, base+"/directory"); !strings.Contains(page, "<span>ended on 11 September 2026</span>") {
		t.Errorf("the pilot that ended is to be rung:\n%s", page)
	}
	if status, _ := post(t, base+"/directory/police_101/rung",
		url.Values{"role": {" "}}); status != http.StatusUnprocessableEntity {
		t.Errorf("rung by nobody: %d", status)
	}
	if status, _ := post(t, base+"/directory/none/rung", url.Values{"role": {"x"}}); status != http.StatusNotFound {
		t.Errorf("nothing rung: %d", status)
	}
	if _, page := post(t, base+"/undo", nil); !strings.Contains(page, "Undone") ||
		read(t, dir, "services.yaml") != before {
		t.Errorf("it cannot be undone:\n%s", page)
	}
}

// A number that becomes another was rung by nobody: the form asks who rang it, or
// why it must go out before that, and writes which.
func TestAnotherNumberWasRungByNobody(t *testing.T) {
	dir, base, s := serveWhole(t)
	for _, file := range []string{"services.yaml", "examples.yaml"} { // another number ends with 101, too
		text := strings.ReplaceAll(read(t, dir, file), "0306 999 0006", "0306 999 5101")
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const never = "    checked_on: never\n    unrung_because: it reaches nobody\n"
	change(t, dir, "services.yaml", never,
		"    checked_on: 2026-11-01\n    checked_by: manager\n    review_by: 2026-12-24\n")
	s.Look()
	at := base + "/directory/fell_team_north"
	number := func(more ...string) url.Values {
		form := url.Values{"number0": {"0161 496 0091"}, "examples": {"yes"}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return form
	}
	if _, page := post(t, at, number()); !strings.Contains(page, "Nobody has rung the new number yet") ||
		strings.Contains(page, "Save it") {
		t.Errorf("a number that nobody rang:\n%s", page)
	}
	if _, page := post(t, at, url.Values{"number0": {"016 1496 0001"}}); strings.Contains(page, "Nobody has rung") ||
		strings.Contains(page, "-     checked_on") {
		t.Errorf("the same number, printed otherwise:\n%s", page)
	}
	// On a server the 24-hour number is given beside it again, and a text says so.
	_, page := post(t, at, number("unrung_because", "their line moved tonight; the board"))
	for _, want := range []string{"-     checked_on: 2026-11-01", "-     checked_by: manager", "-     review_by",
		"&#43;     checked_on: never", "&#43;     unrung_because: their line moved tonight; the board",
		"answers change.",
		"0161 496 0091: local team (hours not known, may show on bills). Free, any time: 0808 157 0010"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%s", want, page)
		}
	}
	_, page = post(t, at, number("rung_by", " duty  manager "))
	form := number("rung_by", "duty manager", "seen", field(t, page, "seen"))
	if status, page := post(t, at+"/save", form); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	if got := read(t, dir,
		"services.yaml"); !strings.Contains(got,
		"    checked_on: 2026-11-20\n    checked_by: duty manager\n\n  fell_team_south:") || !strings.Contains(got,
		"0161 496 0091") {
		_, north, _ := strings.Cut(got, "  fell_team_north:")
		t.Errorf("it is not written as it should be:\n%.1500s", north)
	}
	// A short number is not looked for inside of others.
	if _, page := post(t, base+"/directory/police_101",
		url.Values{"number0": {"105"}, "examples": {"yes"},
			"unrung_because": {"it moved; the board"}}); !strings.Contains(page, "In examples.yaml") ||
		strings.Contains(page, "5105") {
		t.Errorf("101 becomes 105 in other numbers, too:\n%s", page)
	}
	if _, page := post(t, at, url.Values{"rung_by": {strings.Repeat("manager ", 9)}}); !strings.Contains(page,
		"at most 60 letters") {
		t.Errorf("a long role:\n%s", page)
	}
	if _, page := post(t, base+"/directory/police_999/rung", url.Values{"role": {"manager"}}); !strings.Contains(page,
		"The emergency number is not rung to try it") {
		t.Errorf("999 is rung:\n%s", page)
	}
}
