package changes_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows/changes"
	"signpost/flows/load"
	"signpost/internal/hours"
)

// The same files are checked once a day. A change of anything that a book is read from is
// checked again.
func TestKeptChecks(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, hours.London())
	book := func(name, data string) fstest.MapFS {
		files := fstest.MapFS{"words.yaml": {Data: []byte("schema: 1\n")}, "audio/hello.wav": {Data: []byte("RIFF")}}
		if name != "" {
			files[name] = &fstest.MapFile{Data: []byte(data)}
		}
		return files
	}
	overlay := func(data string) load.Overlay {
		return load.Overlay{FS: book("", ""), Files: map[string][]byte{"audio/new.wav": []byte(data)}}
	}
	var kept changes.Kept
	first, _ := kept.On(book("", ""), noon)
	recorded, _ := kept.On(overlay("RIFF"), noon)
	if first == recorded {
		t.Error("a recording that is put in its place changes nothing")
	}
	for _, tt := range []struct {
		name string
		now  time.Time
		fs   fstest.MapFS
		same bool
	}{
		{"nothing changed", noon, book("", ""), true},
		{"an hour later", noon.Add(time.Hour), book("", ""), true},
		{"a day later", noon.AddDate(0, 0, 1), book("", ""), false},
		{"another text", noon, book("words.yaml", "schema: 2\n"), false},
		{"a new file", noon, book("menus.yaml", ""), false},
		{"a copy of a file", noon, book("words (1).yaml", ""), false},
		{"another recording of the same length", noon, book("audio/hello.wav", "RIFE"), false},
		{"a file that no book has", noon, book("notes.md", "x"), true},
	} {
		if got, _ := kept.On(tt.fs, tt.now); (got == first) != tt.same {
			t.Errorf("%s: the same result: %v", tt.name, got == first)
		}
	}
	if got, _ := kept.On(overlay("RIFF"), noon); got != recorded {
		t.Error("the same recording is checked again")
	}
	if got, _ := kept.On(overlay("RIFE"), noon); got == recorded {
		t.Error("another recording is not checked")
	}
}

// Only the newest results are kept, and those that are asked for again.
func TestKeptIsBounded(t *testing.T) {
	var kept changes.Kept
	at := func(i int) *load.Source {
		src, _ := kept.On(fstest.MapFS{"words.yaml": {Data: fmt.Appendf(nil, "schema: %d\n", i)}}, time.Time{})
		return src
	}
	first, second := at(0), at(1)
	for i := 2; i < 20; i++ {
		at(i)
		if at(0) != first {
			t.Fatalf("a result that is asked for again and again is gone after %d others", i)
		}
	}
	if at(1) == second {
		t.Error("nothing is ever dropped")
	}
}

// Two who ask for the same at once get one result.
func TestKeptIsShared(t *testing.T) {
	var kept changes.Kept
	var all sync.Map
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			src, _ := kept.On(fstest.MapFS{}, time.Time{})
			all.Store(src, true)
		})
	}
	asking.Wait()
	n := 0
	all.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d results", n)
	}
}

// A comparison that is kept is the same as a new one, even after a caller changed the list.
func TestKeptComparisons(t *testing.T) {
	var kept changes.Kept
	one := compare(t, anotherNumber)
	before, after, want := one.before, one.after, one.found
	if len(want) == 0 {
		t.Fatal("nothing changes")
	}
	for range 2 {
		got := kept.Between(before, after)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d changes, want %d", len(got), len(want))
		}
		clear(got)
	}
	if got := kept.Between(after, before); reflect.DeepEqual(got, want) {
		t.Error("the other way round is the same")
	}
}
