package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/config"
	"signpost/flows/load"
	"signpost/internal/area"
)

// A changed flow book is used when it has no mistakes. A broken one is not, and a conversation
// goes on through both.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	edit := func(name, find, put string) {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), find) {
			t.Fatalf("%q is not in %s", find, name)
		}
		// Whole at once: a file that is half written would be refused, too.
		half := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(half, []byte(strings.ReplaceAll(string(data), find, put)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(half, path); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	const changed, refused = "a flow book is in use", "the flow book has mistakes"
	inForce := strings.Count(s.log.String(), changed)
	p, call := s.phone(), mustRing(t, s)
	text(t, p, "hello")
	text(t, p, "2")
	edit("menus.yaml", countyAsks, "For whom?")
	s.log.await(t, changed, inForce+1)
	q := s.phone()
	text(t, q, "hello")
	if got := text(t, q, "2"); !strings.HasPrefix(got, "For whom?") {
		t.Errorf("the new words are not in force: %q", got)
	}
	if got := text(t, p, "1"); !strings.Contains(got, "1 Preston") {
		t.Errorf("a conversation did not go on in the new book: %q", got)
	}
	if err := call.Press(t.Context(), '1'); err != nil ||
		!strings.Contains(squash(strings.Join(call.Said, "")), squash(countyNumber)) {
		t.Errorf("a call did not go on in the new book: %q, %v", call.Said, err)
	}
	edit("services.yaml", countyNumber, "0161 496 00")
	s.log.await(t, refused, 1)
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "mistakes") {
		t.Errorf("/readyz says %q", ready)
	}
	if got := text(t, s.phone(), "preston"); !strings.Contains(got, countyNumber) {
		t.Errorf("the broken book is in force: %q", got)
	}
	if m := get(t, s.admin+"/metrics"); !strings.Contains(m, "signpost_flow_book_last_reload_success 0") {
		t.Error("the metrics do not show the failed reload")
	}
	edit("services.yaml", `"0161 496 00"`, `"`+countyNumber+`"`)
	// The step a conversation is at goes away: it starts again, kindly.
	gone := s.phone()
	text(t, gone, "hello")
	text(t, gone, "2")
	text(t, gone, "4")
	edit("menus.yaml", "  more:\n", "  many_lines:\n")
	edit("menus.yaml", "goes_to: more\n", "goes_to: many_lines\n")
	s.log.await(t, changed, inForce+2)
	if ready := get(t, s.admin+"/readyz"); strings.Contains(ready, "mistakes") {
		t.Errorf("/readyz says %q", ready)
	}
	if got := text(t, gone, "what"); !strings.Contains(got, countyAsksPlace) {
		t.Errorf("after its step is gone a conversation gets %q", got)
	}
}

// A book's own tables are part of it: a new postcode is known as soon as they are
// saved, and one that cannot be read leaves the last good book in force.
func TestReloadOfTables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(dir, os.DirFS("testdata/county")); err != nil { // as signpost new makes it
		t.Fatal(err)
	}
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	const changed, refused = "a flow book is in use", "the flow book has mistakes"
	inForce := strings.Count(s.log.String(), changed)
	if got := text(t, s.phone(), "PR1 2HE"); !strings.Contains(got, countyAsksPlace) {
		t.Errorf("a postcode of no table gets %q", got)
	}
	put("area/"+area.PostcodesFile, "PR1 a\n")
	s.log.await(t, changed, inForce+1)
	if got := text(t, s.phone(), "PR1 2HE"); !strings.Contains(got, countyNumber) {
		t.Errorf("a postcode of the new table gets %q", got)
	}
	put("area/"+area.PostcodesFile, "PR1 z\n")
	s.log.await(t, refused, 1)
	if got := text(t, s.phone(), "PR1 2HE"); !strings.Contains(got, countyNumber) {
		t.Errorf("with a table that cannot be read a postcode gets %q", got)
	}
}

// In any way a book is saved, and in any order the files come and go, callers are
// answered from a whole book all the while, a conversation goes on, and the new
// book is in force at the end. A book that is refused is told of in one line.
func TestReloadSurvivesEveryWayOfSaving(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const changed, refused = "a flow book is in use", "the flow book has mistakes"
	menus := func(dir string) string { return filepath.Join(dir, "menus.yaml") }
	// A mounted configuration: files are links into a folder that is swapped whole.
	mounted := func(dir string) {
		must(os.Mkdir(filepath.Join(dir, "..v1"), 0o700))
		putCounty(t, filepath.Join(dir, "..v1"), countyAsks)
		must(os.Symlink("..v1", filepath.Join(dir, "..data")))
		for _, name := range append(load.Files(), "area") {
			must(os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)))
		}
	}
	tests := []struct {
		name string
		make func(dir string)
		// broken makes a book that must be refused; nil when there is no such moment.
		broken, save func(dir string)
	}{
		{"written in two halves", nil, func(dir string) {
			data, err := os.ReadFile(menus(dir))
			must(err)
			must(os.Truncate(menus(dir), int64(len(data)/2)))
		}, func(dir string) { putCounty(t, dir, "For whom?") }},
		{"emptied, then written", nil, func(dir string) { must(os.Truncate(menus(dir), 0)) },
			func(dir string) { putCounty(t, dir, "For whom?") }},
		{"replaced by a rename", nil, nil, func(dir string) {
			other := t.TempDir()
			putCounty(t, other, "For whom?")
			must(os.Rename(menus(other), menus(dir)))
		}},
		{"renamed away and back", nil, func(dir string) { must(os.Rename(menus(dir), menus(dir)+"~")) },
			func(dir string) { putCounty(t, dir, "For whom?") }},
		{"deleted and put back", nil, func(dir string) { must(os.Remove(menus(dir))) },
			func(dir string) { putCounty(t, dir, "For whom?") }},
		{"the whole folder deleted and made anew", nil, func(dir string) { must(os.RemoveAll(dir)) }, func(dir string) {
			must(os.Mkdir(dir, 0o700))
			putCounty(t, dir, "For whom?")
		}},
		{"a link swapped, as a mounted configuration is", mounted, nil, func(dir string) {
			must(os.Mkdir(filepath.Join(dir, "..v2"), 0o700))
			putCounty(t, filepath.Join(dir, "..v2"), "For whom?")
			must(os.Symlink("..v2", filepath.Join(dir, "..new")))
			must(os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
			must(os.RemoveAll(filepath.Join(dir, "..v1")))
		}},
		{"a link that leads nowhere for a while", mounted,
			func(dir string) {
				must(os.Rename(filepath.Join(dir, "..v1"), filepath.Join(dir, "..v2")))
			}, func(dir string) {
				putCounty(t, filepath.Join(dir, "..v2"), "For whom?")
				must(os.Symlink("..v2", filepath.Join(dir, "..new")))
				must(os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "book")
			must(os.Mkdir(dir, 0o700))
			if tt.make != nil {
				tt.make(dir)
			} else {
				putCounty(t, dir, countyAsks)
			}
			s := start(t, func(c *config.Config) { c.FlowsDir = dir })
			inForce := strings.Count(s.log.String(), changed)
			p := s.phone()
			text(t, p, "hello")
			if tt.broken != nil {
				tt.broken(dir)
				s.log.await(t, refused, 1)
				if n := strings.Count(s.log.String(), refused); n != 1 {
					t.Errorf("the refusal is told in %d lines", n)
				}
				if got := text(t, s.phone(), "preston"); !strings.Contains(got, countyNumber) {
					t.Errorf("meanwhile somebody is answered %q", got)
				}
			}
			tt.save(dir)
			s.log.await(t, changed, inForce+1)
			if got := text(t, p, "2"); !strings.HasPrefix(got, "For whom?") {
				t.Errorf("the conversation goes on with %q", got)
			}
			if m := get(t, s.admin+"/metrics"); !strings.Contains(m, "signpost_flow_book_last_reload_success 1") {
				t.Error("the metrics do not show the good reload")
			}
		})
	}
}
