package server_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/config"
	"signpost/flows/saved"
	"signpost/flows/testbook"
)

// The book of a county that does not exist, as signpost new makes it: it is checked in a tenth of
// the time of the one that ships.
const (
	countyAsks      = "Who is it for?"       // the text of its step who
	countyAsksPlace = "Reply with your town" // in the text of its step welcome
	countyNumber    = "0161 496 0001"        // of preston
)

// putCounty writes that book into a folder, with other words for what it asks.
func putCounty(t *testing.T, dir, asks string) {
	t.Helper()
	from := os.DirFS("testdata/county")
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return errors.Join(err, os.MkdirAll(filepath.Join(dir, name), 0o700))
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), bytes.ReplaceAll(data, []byte(countyAsks), []byte(asks)), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// brokenBook is a folder with a book that cannot be read.
func brokenBook(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "menus.yaml"), []byte("steps: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// helplineOnly looks that nothing but the 24-hour number and 999 is given, no matter what is
// written or pressed.
func helplineOnly(t *testing.T, s *running) {
	t.Helper()
	p := s.phone()
	for _, body := range []string{"hello", "kendal", "2", "hes got a knife in kendal", "im deaf", "crewe",
		"i want to die"} {
		got := text(t, p, body)
		if !strings.Contains(got, the24) || strings.Index(got, "999") > strings.Index(got, the24) ||
			!strings.Contains(got, "999") || got != testbook.Shipped().StaticText() {
			t.Errorf("%q is answered %q", body, got)
		}
	}
	if got := text(t, p, "x"); got != "" {
		t.Errorf("leaving is answered %q", got)
	}
	call := mustRing(t, s)
	if said := strings.Join(call.Said, " "); !call.Ended || call.Gather != nil || !strings.Contains(said, "9 9 9") ||
		!strings.Contains(said, "0 8 0 8 2 0 0 0 2 4 7") {
		t.Errorf("a call hears %q", said)
	}
	if ready := get(t, s.admin+"/readyz"); !strings.HasPrefix(ready, "ready\n") ||
		!strings.Contains(ready, "degraded: no-book: there is no good flow book") {
		t.Errorf("/readyz says %q", ready)
	}
	if m := get(t, s.admin+"/metrics"); !strings.Contains(m, "signpost_no_book 1") {
		t.Error("the metrics do not say that there is no book")
	}
	if page := get(t, s.admin+"/status"); !strings.Contains(page, "some answers are shorter") ||
		!strings.Contains(page, "Not known without a flow book.") || strings.Contains(page, "LetGo") {
		t.Errorf("the manager's page says\n%s", page)
	}
}

// Without a good book, and without a saved one, everybody gets the 24-hour number and 999:
// the book that ships is for an area that may be another. A good book ends it.
func TestBrokenBookFromTheStart(t *testing.T) {
	t.Parallel()
	dir := brokenBook(t)
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	helplineOnly(t, s)
	putCounty(t, dir, countyAsks)
	s.log.await(t, "a flow book is in use", 1)
	if got := text(t, s.phone(), "preston"); !strings.Contains(got, countyNumber) {
		t.Errorf("with a good book it is answered %q", got)
	}
	if m := get(t, s.admin+"/metrics"); !strings.Contains(m, "signpost_no_book 0") {
		t.Error("the metrics still say that there is no book")
	}
}

// A call that began before the restart hears the 24-hour number too, at its next step.
func TestBrokenBookDuringACall(t *testing.T) {
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	one := start(t, func(c *config.Config) { c.FlowsDir = dir })
	call := mustRing(t, one)
	two := start(t, func(c *config.Config) { c.FlowsDir, c.Secrets = brokenBook(t), one.secrets })
	p := two.phone()
	call.Through(p)
	if err := call.Press(t.Context(), '1'); err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(call.Said, " "); !call.Ended || !strings.Contains(said, "0 8 0 8 2 0 0 0 2 4 7") ||
		!strings.Contains(said, "9 9 9") {
		t.Errorf("it hears %q", said)
	}
}

// The last good book is saved, and is in force after a restart with a broken one. A saved
// book that was damaged is not used.
func TestLastGoodBook(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	putCounty(t, dir, "For whom?")
	in := func(c *config.Config) { c.FlowsDir, c.StateDir = dir, state }
	first := start(t, in)
	if ready := get(t, first.admin+"/readyz"); !strings.HasPrefix(ready, "ready\nbook: ") ||
		strings.Count(ready, "book") > 1 || strings.Contains(ready, "STATE_DIR") {
		t.Errorf("/readyz says %q", ready)
	}
	first.stop()
	if err := <-first.done; err != nil {
		t.Fatal(err)
	}
	close(first.done)

	if err := os.WriteFile(filepath.Join(dir, "menus.yaml"), []byte("steps: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, in)
	p := again.phone()
	text(t, p, "hello")
	if got := text(t, p, "2"); !strings.HasPrefix(got, "For whom?") {
		t.Errorf("after a restart it says %q", got)
	}
	if ready := get(t, again.admin+"/readyz"); !strings.Contains(ready,
		"degraded: book-saved-copy: the flow book in FLOWS_DIR has mistakes, and the saved copy") {
		t.Errorf("/readyz says %q", ready)
	}
	if m := get(t, again.admin+"/metrics"); !strings.Contains(m, "signpost_no_book 0") ||
		!strings.Contains(m, "signpost_flow_book_last_reload_success 0") {
		t.Error("the metrics do not show it")
	}

	copied := filepath.Join(state, saved.Name)
	data, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, data[:len(data)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := start(t, in)
	helplineOnly(t, damaged)
	if !strings.Contains(damaged.log.String(), "cannot be used") {
		t.Error("the log does not say that the copy is damaged")
	}
}

// A folder that cannot be written to is named, and keeps nobody from being answered.
func TestStateDirNotWritable(t *testing.T) {
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	s := start(t, func(c *config.Config) { c.FlowsDir, c.StateDir = dir, filepath.Join(dir, "nothing") })
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "cannot be saved in STATE_DIR") {
		t.Errorf("/readyz says %q", ready)
	}
	if got := text(t, s.phone(), "preston"); !strings.Contains(got, countyNumber) {
		t.Errorf("answered %q", got)
	}
}

// A change of book logs one line: what callers will notice, by ids, without a word of theirs
// or ours.
func TestChangeIsLogged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	for _, name := range []string{"services.yaml", "examples.yaml"} { // the examples show the number, too
		file := filepath.Join(dir, name)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, bytes.ReplaceAll(data, []byte(countyNumber), []byte("0161 496 0002")),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.log.await(t, "a flow book is in use", 2)
	log := s.log.String()
	if !strings.Contains(log, "numbers changed: preston_service") || strings.Contains(log, "496 0002") {
		t.Errorf("the log says %s", log)
	}
}
