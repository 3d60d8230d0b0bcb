package load

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"signpost/internal/area"
)

// Fingerprint changes when anything in a book's folder does. The files are read whole:
// editors replace files in many ways, and a network folder tells nobody.
func Fingerprint(dir fs.FS) uint64 {
	h := fnv.New64a()
	for _, name := range fileNames {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			h.Write([]byte("missing"))
		}
		h.Write(data)
		h.Write([]byte{0})
	}
	for _, c := range Copies(dir) {
		fmt.Fprintln(h, c.Name)
	}
	for _, name := range area.Files() {
		data, err := fs.ReadFile(dir, areaDir+"/"+name)
		if err == nil {
			h.Write(data)
		}
		h.Write([]byte{0})
	}
	recordings, _ := fs.Glob(dir, "audio/*.wav") // the pattern is well formed
	for _, name := range recordings {
		fmt.Fprintln(h, name, stat(dir, name))
	}
	return h.Sum64()
}

// Digest is the same for two folders only if [Dir] reads the same book from them: every file is
// read whole, recordings too, and those that an [Overlay] puts in their place.
func Digest(dir fs.FS) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, name := range entriesOf(dir) {
		if ext := path.Ext(strings.ToLower(name)); ext == ".yaml" || ext == ".yml" || ext == ".txt" { // see Copies
			fmt.Fprintf(h, "%q\n", name)
		}
	}
	names := slices.Clone(fileNames)
	for _, name := range area.Files() {
		names = append(names, areaDir+"/"+name)
	}
	recordings, _ := fs.ReadDir(dir, "audio") // a book need not have them
	for _, e := range recordings {
		names = append(names, "audio/"+e.Name())
	}
	if o, ok := dir.(Overlay); ok {
		names = slices.AppendSeq(names, maps.Keys(o.Files))
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		data, err := fs.ReadFile(dir, name)
		fmt.Fprintf(h, "%q %d %t %t\n", name, len(data), err == nil, errors.Is(err, fs.ErrNotExist))
		h.Write(data)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// wholeEvery is how long a [Watcher] goes by the sizes and times of files.
const wholeEvery = 2 * time.Second

// Watcher says whether a book's folder has changed, again and again. Reading all files takes
// milliseconds; so it reads them when a size or a time has changed, and every two seconds.
// Several goroutines may share one.
type Watcher struct {
	dir fs.FS

	mu    sync.Mutex
	stats uint64
	whole uint64
	read  time.Time
}

// NewWatcher watches a folder.
func NewWatcher(dir fs.FS) *Watcher { return &Watcher{dir: dir} }

// Fingerprint is that of the folder at a moment, which should be the present. It is at most
// two seconds old if a file changed and kept its size and its time.
func (w *Watcher) Fingerprint(now time.Time) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	// The sizes and times are those of before the reading: what changes meanwhile is read
	// again.
	stats := stats(w.dir)
	if stats != w.stats || now.Sub(w.read) >= wholeEvery {
		w.stats, w.read = stats, now
		w.whole = Fingerprint(w.dir)
	}
	return w.whole
}

// stats changes when the size or the time of a file does, or its name.
func stats(dir fs.FS) uint64 {
	h := fnv.New64a()
	for _, name := range fileNames {
		fmt.Fprintln(h, name, stat(dir, name))
	}
	for _, name := range area.Files() {
		fmt.Fprintln(h, name, stat(dir, areaDir+"/"+name))
	}
	for _, pattern := range []string{"*", "audio/*.wav"} {
		names, _ := fs.Glob(dir, pattern) // they are well formed
		for _, name := range names {
			fmt.Fprintln(h, name, stat(dir, name))
		}
	}
	return h.Sum64()
}

func stat(dir fs.FS, name string) string {
	st, err := fs.Stat(dir, name)
	if err != nil {
		return "missing"
	}
	return fmt.Sprint(st.Size(), " ", st.ModTime().UnixNano())
}
