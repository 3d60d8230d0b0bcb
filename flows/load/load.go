// Package load turns the files of a flow book into a [flows.Book], and every
// mistake in them into a [Problem] with its place, what is wrong, what it would
// do to a caller, and how to fix it. It finds all of them in one go.
//
// No other package of the engine or of the gateway has a YAML library. Nothing is read as a number or as
// yes and no unless it is meant so: 0808, 101, no and on stay as written.
package load

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"signpost/flows"
	"signpost/internal/area"
)

// Source is a book together with the place of everything in its files.
type Source struct {
	// Book is what was read. It can be stepped only when Broken is false.
	Book *flows.Book
	// Broken means that pieces are missing, or that names have no entry.
	Broken   bool
	Examples []Example
	// Allowed are the watch-words an author has allowed, by the path of the step
	// or service ("steps.welcome", "services.police").
	Allowed      map[string][]string
	Several      []Several     // names that cover several areas, in order
	Translations []Translation // the languages, as they are written
	// Unsigned are the languages that nobody has signed. They are not in the Book: no
	// caller is ever served one.
	Unsigned []UnsignedTranslation
	// UnsignedProblems is what is wrong in them. It keeps no book from callers.
	UnsignedProblems []Problem
	// Heard is what is listened for, when it differs from what ships.
	Heard []HeardList
	// Wordings is everything the book says, in its own language, in order.
	Wordings []Wording
	// Recorded are the recordings that are named, in order; Unused those that are not.
	Recorded []Recorded
	Unused   []string
	// Copies are files beside those of the book that look like them and are not read.
	Copies []Copy
	pos    map[string]Pos
	files  map[string][]byte // as they were read
}

// Several is a name that covers several areas.
type Several struct {
	Name  string
	Areas []string // ids
	Pos   Pos
}

// Has reports whether a piece of the book is written out.
func (s *Source) Has(file, path string) bool {
	_, ok := s.pos[file+":"+path]
	return ok
}

// Under gives the paths of what is written out right under a piece of the book.
func (s *Source) Under(file, path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		at := file + ":" + path + "."
		for key := range s.pos {
			if name, ok := strings.CutPrefix(key, at); ok && !strings.ContainsAny(name, ".#") && !yield(path+"."+name) {
				return
			}
		}
	}
}

// Example is a conversation as it should go.
type Example struct {
	Name, At string
	Call     bool
	Turns    []Turn
	Pos      Pos
}

// Turn is one exchange of an example.
type Turn struct {
	They          string
	We, Never     []string
	All           string // the whole answer; empty: it was not kept
	ConnectsTo    string
	Silence, Ends bool
	Pos           Pos
}

// Pos is where a piece of the book is written, by its path ("steps.welcome.text").
// A piece that is not written out has the place of the nearest piece around it.
func (s *Source) Pos(file, path string) Pos {
	for p := path; ; {
		if pos, ok := s.pos[file+":"+p]; ok {
			return pos
		}
		i := len(p) - 1
		for i >= 0 && p[i] != '.' {
			i--
		}
		if i < 0 {
			return Pos{file, 1, 1}
		}
		p = p[:i]
	}
}

// Overlay is a folder with some files as they would be.
type Overlay struct {
	fs.FS
	Files map[string][]byte
}

// ReadFile reads what would be there.
func (o Overlay) ReadFile(name string) ([]byte, error) {
	if data, ok := o.Files[name]; ok {
		return data, nil
	}
	return fs.ReadFile(o.FS, name)
}

// Files are the files of a book, for programs that watch them.
func Files() []string { return append([]string(nil), fileNames...) }

// Belongs reports a file that is part of a book, by its path in the book's folder.
func Belongs(name string) bool {
	recording, _ := path.Match("audio/*.wav", name) // the pattern is well formed
	return recording || slices.Contains(fileNames, name) || path.Dir(name) == areaDir &&
		slices.Contains(area.Files(), path.Base(name))
}

// Folders are the folders with files of a book, by their path in the book's folder. A book
// need not have more than its own.
func Folders() []string { return []string{".", areaDir, "audio"} }

// optional reports a file that a book may be without.
func optional(name string) bool {
	return name == languagesFile || name == recordingsFile || HeardFile(name)
}

func requiredFiles() (names []string) {
	for _, n := range fileNames {
		if !optional(n) {
			names = append(names, n)
		}
	}
	return names
}

// Dir reads a book. It always gives a Source and every problem it found; a book
// with problems must not be put in front of callers.
func Dir(fsys fs.FS) (*Source, []Problem) {
	b := &builder{
		reader: reader{pos: map[string]Pos{}},
		src: &Source{Book: &flows.Book{}, Allowed: map[string][]string{}, pos: map[string]Pos{},
			files: map[string][]byte{}},
		vals: map[string]value{},
		fsys: fsys,
	}
	hash := fnv.New32a()
	districts := b.gazetteer(hash)
	for _, name := range fileNames {
		data, err := fs.ReadFile(fsys, name)
		if optional(name) && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if other := renamed(fsys, name); err != nil && other != "" {
			b.shapeProblem(Pos{name, 1, 1}, "missing-file",
				fmt.Sprintf("there is no file %s, but one called %s", name, other),
				fmt.Sprintf("Rename %s to %s.", other, name))
			continue
		}
		if err != nil {
			fix := "Put it back; a book needs all of " + fmt.Sprint(requiredFiles()) + "."
			if !errors.Is(err, fs.ErrNotExist) {
				fix = "Another program may hold it open: close it there. If the file is in OneDrive or Dropbox, wait " +
					"until it is on this computer."
			}
			b.shapeProblem(Pos{name, 1, 1}, "missing-file", "the file "+name+" cannot be read", fix)
			continue
		}
		fmt.Fprintf(hash, "%s %d\n", name, len(data))
		hash.Write(data)
		b.src.files[name] = data
		if shippedHeard(name, data) {
			continue // compiled already: see heard.go
		}
		b.reader.pos = map[string]Pos{}
		b.vals[name] = b.parse(name, data, shapeOf(name, districts))
		for path, pos := range b.reader.pos {
			b.src.pos[name+":"+path] = pos
		}
	}
	b.build()
	recordings, _ := fs.Glob(fsys, "audio/*.wav") // the pattern is well formed
	for _, name := range recordings {
		if base := strings.TrimPrefix(name, "audio/"); !slices.Contains(b.played, base) {
			b.src.Unused = append(b.src.Unused, base)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.src.Book.Audio)) { // a changed recording is a changed book
		io.WriteString(hash, name)
	}
	b.src.Copies = Copies(fsys)
	b.src.Book.Version = hash.Sum32()
	b.src.Broken = b.broken
	b.src.UnsignedProblems = Sort(b.unsignedProblems)
	return b.src, Sort(b.problems)
}
