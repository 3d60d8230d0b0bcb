// Package testbook is the flow book of the engine's tests: a county that does not exist,
// with numbers that reach nobody. Tests of how texts and calls are answered take it, and
// may name its words: nobody rewords it for callers. Tests of what is promised to callers
// take the book that ships, and hold none of its phrases. No program imports it.
package testbook

import (
	"bytes"
	"embed"
	"io/fs"
	"regexp"
	"testing"
	"testing/fstest"

	"signpost/flows"
	"signpost/flows/load"
)

//go:embed county
var county embed.FS

// Files are the files of the book, as [load.Dir] reads them.
func Files() fs.FS {
	dir, err := fs.Sub(county, "county")
	if err != nil {
		panic(err) // the name is fixed
	}
	return dir
}

// Load reads the book.
func Load(t testing.TB) *flows.Book {
	t.Helper()
	return read(t, Files())
}

// Copy is the files of the book in memory, to be changed.
func Copy() fstest.MapFS {
	out := fstest.MapFS{}
	err := fs.WalkDir(Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(Files(), name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		panic(err) // they are part of this program
	}
	return out
}

// Edited is a copy with the first find in one file replaced. It fails the test if there is
// none.
func Edited(t testing.TB, file, find, put string) fstest.MapFS {
	t.Helper()
	out := Copy()
	if f := out[file]; f == nil || !bytes.Contains(f.Data, []byte(find)) {
		t.Fatalf("%q is not in %s", find, file)
	}
	out[file].Data = bytes.Replace(out[file].Data, []byte(find), []byte(put), 1)
	return out
}

// LoadEdited reads the book with one edit, as [Edited] makes it; without a file, as it is.
func LoadEdited(t testing.TB, file, find, put string) *flows.Book {
	t.Helper()
	if file == "" {
		return Load(t)
	}
	return read(t, Edited(t, file, find, put))
}

func read(t testing.TB, files fs.FS) *flows.Book {
	t.Helper()
	src, problems := load.Dir(files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return src.Book
}

var (
	ownHours = regexp.MustCompile(`(?m)^    hours: \w{3}-.*\n(    (from|until): .*\n)*`)
	example  = regexp.MustCompile(`(?m)^  - name: .*\n(    .*\n|\n)*`)
	ofHours  = regexp.MustCompile(`closed now|adviser`)
)

// Steady is a copy of the book in which no service has hours or dates of its own, without the examples of
// those. A check walks a book at every moment that differs: this one at two, the book as it is at twelve.
func Steady() fstest.MapFS {
	out := Copy()
	edit := func(file string, change func([]byte) []byte) { out[file].Data = change(out[file].Data) }
	edit("services.yaml", func(text []byte) []byte { return ownHours.ReplaceAll(text, []byte("    hours: unknown\n")) })
	edit("examples.yaml", func(text []byte) []byte {
		return example.ReplaceAllFunc(text, func(one []byte) []byte {
			if ofHours.Match(one) {
				return nil
			}
			return one
		})
	})
	return out
}
