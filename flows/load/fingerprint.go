package load

import (
	"fmt"
	"hash/fnv"
	"io/fs"

	"signpost/internal/area"
)

// Fingerprint changes when anything in a book's folder does. The files are read
// whole: editors replace files in many ways, and a network folder tells nobody.
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
	for _, name := range area.Files() {
		data, err := fs.ReadFile(dir, areaDir+"/"+name)
		if err == nil {
			h.Write(data)
		}
		h.Write([]byte{0})
	}
	recordings, _ := fs.Glob(dir, "audio/*.wav") // the pattern is well formed
	for _, name := range recordings {
		if st, err := fs.Stat(dir, name); err == nil {
			fmt.Fprintln(h, name, st.Size(), st.ModTime().UnixNano())
		}
	}
	return h.Sum64()
}
