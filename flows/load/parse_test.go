package load

import (
	"io/fs"
	"testing"

	"signpost/flows/book"
)

// The lists of what is understood that ship are read without the check that other books
// get. A file that is too long, or a phrase with a slip in it, would be left out in silence.
func TestShippedHeardFilesAreRead(t *testing.T) {
	b := &builder{vals: map[string]value{}}
	for _, name := range heardFiles {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{pos: map[string]Pos{}}
		b.vals[name] = r.parse(name, data, shapeOf(name, nil))
		for _, p := range r.problems {
			t.Errorf("%s: %s", name, p.What)
		}
	}
	_, lists, mistakes := b.compile()
	for _, m := range mistakes {
		t.Errorf("%s: %s: %v", lists[m.List].File, lists[m.List].Path, m.Err)
	}
}

// Reading any file ends, and gives either pieces of the
// shape it should have or problems with a place.
func FuzzParse(f *testing.F) {
	for i := range fileNames {
		for _, s := range []string{"", "schema: 1", "a: &a [*a]", "? [x]: y", "steps: {w: {kind: menu, text: \"{\"}}",
			"services: {a: {numbers: [{number: !!float NaN}]}}",
			"%", "--- |\n x",
			"schema: 1\nsteps:\n  a:\n    kind: menu\n    choices:\n      - text: no\n        goes_to: b\n",
			"<<: {a: b}", "a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}"} {
			f.Add(i, []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, which int, data []byte) {
		name := fileNames[((which%len(fileNames))+len(fileNames))%len(fileNames)]
		r := &reader{pos: map[string]Pos{}}
		v := r.parse(name, data, shapeOf(name, nil))
		for _, p := range r.problems {
			if p.Line < 1 || p.Col < 1 || p.What == "" || p.Why == "" || p.Fix == "" || p.File != name {
				t.Errorf("a problem without a place or a fix: %+v", p)
			}
		}
		if !v.set && len(r.problems) == 0 {
			t.Error("nothing was read, and nothing said")
		}
	})
}
