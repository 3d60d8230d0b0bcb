package load_test

import (
	"bytes"
	"testing"
	"time"

	"signpost/flows/load"
	"signpost/flows/testbook"
)

// A watcher of a folder sees every change: at once if the size or the time of a file
// changed, and within two seconds if neither did.
func TestWatcher(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(data []byte) []byte
		time   time.Duration // by which the file's own time moves
		atOnce bool
	}{
		{"a longer file", func(data []byte) []byte { return append(data, "# new\n"...) }, 0, true},
		{"a newer file", func(data []byte) []byte { return bytes.Replace(data, []byte("a"), []byte("b"), 1) },
			time.Nanosecond, true},
		{"a file of the same size and time",
			func(data []byte) []byte { return bytes.Replace(data, []byte("a"), []byte("b"), 1) }, 0, false},
	} {
		files := testbook.Copy()
		now := time.Date(2026, 11, 3, 14, 0, 0, 0, time.UTC)
		w := load.NewWatcher(files)
		before := w.Fingerprint(now)
		if w.Fingerprint(now) != before || load.Fingerprint(files) != before {
			t.Errorf("%s: nothing changed, and the fingerprint did", c.name)
		}
		file := files["words.yaml"]
		file.Data = c.change(bytes.Clone(file.Data))
		file.ModTime = file.ModTime.Add(c.time)
		if changed := w.Fingerprint(now) != before; changed != c.atOnce {
			t.Errorf("%s: seen at once: %v", c.name, changed)
		}
		now = now.Add(2 * time.Second)
		if changed := w.Fingerprint(now); changed == before || changed != load.Fingerprint(files) {
			t.Errorf("%s: not seen after two seconds", c.name)
		}
	}
}
