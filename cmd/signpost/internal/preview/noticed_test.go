package preview_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"signpost/cmd/signpost/internal/preview"
	"signpost/flows/testbook"
)

// What was saved since the page was opened is told as what people notice, in full
// and in short, until somebody says to begin from there.
func TestNoticed(t *testing.T) {
	dir, base, s := serve(t)
	if _, page := get(t, base+"/changes"); !strings.Contains(page, "Nobody will notice anything") {
		t.Errorf("at first:\n%s", page)
	}
	const never = "    checked_on: never\n    unrung_because: it reaches nobody\n"
	change(t, dir, "services.yaml", never, "    checked_on: 2026-11-01\n    checked_by: manager\n")
	s.Look()
	if status, page := post(t, base+"/changes/begin", nil); status != http.StatusOK ||
		!strings.Contains(page, "Nobody will notice anything") {
		t.Errorf("from now on: %d\n%s", status, page)
	}
	change(t, dir, "services.yaml", "0161 496 0001", "0161 496 0091")
	change(t, dir, "examples.yaml", "0161 496 0001", "0161 496 0091")
	s.Look()
	for _, path := range []string{"/changes", "/changes/short"} {
		_, page := get(t, base+path)
		for _, want := range []string{"answers change.", "0161 496 0001: local team", "0161 496 0091: local team",
			"Fell Team North has a new number that nobody has test-called"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s without %q:\n%s", path, want, page)
			}
		}
	}
	change(t, dir, "menus.yaml", "goes_to: fellshire\n", "goes_to: cumbira\n")
	s.Look()
	if _, page := get(t, base+"/changes"); !strings.Contains(page, "The files have mistakes") ||
		!strings.Contains(page, "0161 496 0091: local team") {
		t.Errorf("with a mistake:\n%s", page)
	}
}

// Managers may edit for days and forget how it was: the preview can compare with any book.
func TestSinceAnotherBook(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, testbook.Files()); err != nil {
		t.Fatal(err)
	}
	before := testbook.Load(t)
	change(t, dir, "menus.yaml", "Who is it for?", "Who is this for?")
	s, err := preview.New(preview.Options{Dir: dir, Now: time.Now, Since: before, SinceName: "the book of last week",
		Open: line, Kept: &kept})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	if _, page := get(t, web.URL+"/changes"); !strings.Contains(page, "compared with the book of last week") ||
		!strings.Contains(page, "1 answer changes.") || !strings.Contains(page, "Who is this for?") {
		t.Errorf("it says\n%s", page)
	}
}
