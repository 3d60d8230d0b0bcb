package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

func versionOf(t *testing.T, dir string) uint32 {
	t.Helper()
	src, problems := load.Dir(os.DirFS(dir))
	if len(load.Errors(problems)) > 0 {
		t.Fatal(problems[0])
	}
	return src.Book.Version
}

// A book is installed whole or not at all, and the one before it is kept.
func TestInstall(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "book"), filepath.Join(t.TempDir(), "srv", "book")
	if err := os.CopyFS(from, book.Files); err != nil {
		t.Fatal(err)
	}
	first := versionOf(t, from)
	if code, out, errs := inTerminal("install", "-flows", from, "-to", to); code != exitOK ||
		!strings.Contains(out, "within two seconds") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	if got := versionOf(t, to); got != first {
		t.Errorf("the book is %x, want %x", got, first)
	}
	menus := filepath.Join(from, "menus.yaml")
	data, err := os.ReadFile(menus)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(menus, []byte("steps: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := inTerminal("install", "-flows", from, "-to", to); code != exitProblems ||
		!strings.Contains(errs, "was not installed") || versionOf(t, to) != first {
		t.Errorf("a broken book: %d, %s", code, errs)
	}
	if err := os.WriteFile(menus, []byte(strings.Replace(string(data), testbook.Opens("who"), "For whom?", 1)),
		0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if code, _, errs := inTerminal("install", "-flows", from, "-to", to); code != exitOK {
			t.Fatalf("%d: %s", code, errs)
		}
	}
	if code, _, errs := inTerminal("install", "-to", to); code != exitOK {
		t.Fatalf("%d: %s", code, errs)
	}
	if versionOf(t, to) != first || versionOf(t, to+".before") == first {
		t.Error("the book before the last change is not kept")
	}
	if code, _, errs := inTerminal("install", "-flows", to+".before", "-to", to); code != exitOK ||
		versionOf(t, to) == first {
		t.Errorf("going back: %d, %s", code, errs)
	}
}

// What backup saves, restore puts back into an empty Redis, once.
func TestBackupAndRestore(t *testing.T) {
	r := testkit.StartRedis(t)
	secret := privacy.NewSecret()
	keys, err := privacy.NewKeyring(secret)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("REDIS_URL", r.URL())
	t.Setenv("PRIVACY_KEY", hex.EncodeToString(secret))
	kept, err := store.Open(store.Options{URL: r.URL(), Keys: keys, Wait: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	day := hours.Day(time.Now())
	for back, n := range map[int]int{0: 3, 40: 12, 300: 5} {
		if err := kept.PutCounts(t.Context(), day.AddDate(0, 0, -back), "a test",
			map[string]int{"text|cumbria_south|letgo_south|given": n}); err != nil {
			t.Fatal(err)
		}
	}
	from, to, file := filepath.Join(t.TempDir(), "book"), filepath.Join(t.TempDir(), "book"),
		filepath.Join(t.TempDir(), "signpost.backup")
	if err := os.CopyFS(from, book.Files); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := inTerminal("backup", "-flows", from, "-out", file); code != exitOK ||
		!strings.Contains(out, "3 days and the flow book") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("others can read the file: %v", err)
	}
	r.Do(t, "FLUSHALL")
	for _, want := range []string{"3 days are back, and the flow book. 0 days",
		"0 days are back, and the flow book. 3 days"} {
		if code, out, errs := inTerminal("restore", "-to", to, file); code != exitOK || !strings.Contains(out, want) {
			t.Errorf("%d: %s%s, want %s", code, out, errs, want)
		}
	}
	if counts, err := kept.Counts(t.Context(), day.AddDate(0, 0, -40)); err != nil ||
		counts["text|cumbria_south|letgo_south|given"] != 12 {
		t.Errorf("restored: %v, %v", counts, err)
	}
	if versionOf(t, to) != versionOf(t, from) {
		t.Error("the book that came back is another")
	}
	if err := os.WriteFile(file, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := inTerminal("restore", file); code != exitProblems || !strings.Contains(errs, "damaged") {
		t.Errorf("%d: %s", code, errs)
	}
}

// A file that was made to fill a disk or the memory, or to write elsewhere, is refused before
// anything is unpacked, and nothing changes.
func TestRestoreIsBounded(t *testing.T) {
	r := testkit.StartRedis(t)
	t.Setenv("REDIS_URL", r.URL())
	t.Setenv("PRIVACY_KEY", hex.EncodeToString(privacy.NewSecret()))
	const counts = `{"2026-01-02":{"text|||begun":1}}`
	type entry struct {
		name, text string
		claims     uint64 // a size other than its own
		mode       fs.FileMode
	}
	nothing := strings.Repeat("\x00", 1<<20)
	many := make([]entry, 10_001)
	for i := range many {
		many[i] = entry{name: fmt.Sprintf("book/audio/%d.wav", i)}
	}
	days := map[string]map[string]int{}
	for i := range 1000 {
		days[hours.Day(time.Now()).AddDate(0, 0, -i).Format(time.DateOnly)] = map[string]int{"text|||begun": 1}
	}
	manyDays, err := json.Marshal(days)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string][]entry{
		"a path outside": {{name: "counts.json", text: counts},
			{name: "book/../../etc/cron.d/x", text: "x"}},
		"a path from the root":      {{name: "counts.json", text: counts}, {name: "/etc/cron.d/x", text: "x"}},
		"a path with backslashes":   {{name: "counts.json", text: counts}, {name: `book\..\x`, text: "x"}},
		"a file of no book":         {{name: "counts.json", text: counts}, {name: "book/x.sh", text: "x"}},
		"a file deeper than a book": {{name: "counts.json", text: counts}, {name: "book/audio/x/y.wav", text: "x"}},
		"a symbolic link": {{name: "counts.json", text: counts},
			{name: "book/menus.yaml", text: "/etc/passwd", mode: fs.ModeSymlink | 0o777}},
		"the same file twice": {{name: "counts.json", text: counts}, {name: "counts.json", text: counts}},
		"too many files":      append([]entry{{name: "counts.json", text: counts}}, many...),
		"a recording of 65 MB": {{name: "counts.json", text: counts},
			{name: "book/audio/a.wav", text: strings.Repeat(nothing, 65)}},
		"recordings of 66 MB": {{name: "counts.json", text: counts},
			{name: "book/audio/a.wav", text: strings.Repeat(nothing, 33)},
			{name: "book/audio/b.wav", text: strings.Repeat(nothing, 33)}},
		"counts of 33 MB": {{name: "counts.json", text: strings.Repeat(nothing, 33)}},
		"a size larger than any": {{name: "counts.json", text: counts},
			{name: "book/menus.yaml", text: "x", claims: 1 << 62}},
		"a file larger than it says": {{name: "counts.json", text: strings.Repeat(" ", 1<<20) + counts, claims: 10}},
		"a count below zero":         {{name: "counts.json", text: `{"2026-01-02":{"text|||begun":-1}}`}},
		"a day that is none":         {{name: "counts.json", text: `{"2026-13-02":{"text|||begun":1}}`}},
		"a day to come":              {{name: "counts.json", text: `{"9999-01-02":{"text|||begun":1}}`}},
		"a thousand days":            {{name: "counts.json", text: string(manyDays)}},
		"no counts":                  {{name: "book/menus.yaml", text: "x"}},
	}
	for name, entries := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for _, e := range entries {
				var deflated bytes.Buffer
				d, err := flate.NewWriter(&deflated, flate.BestSpeed)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := d.Write([]byte(e.text)); err != nil || d.Close() != nil {
					t.Fatal(err)
				}
				h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte(e.text)),
					CompressedSize64: uint64(deflated.Len()), UncompressedSize64: uint64(len(e.text))}
				if e.mode != 0 {
					h.SetMode(e.mode)
				}
				if e.claims > 0 {
					h.UncompressedSize64 = e.claims
				}
				w, err := z.CreateRaw(h)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(deflated.Bytes()); err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			file, to := filepath.Join(dir, "x.backup"), filepath.Join(dir, "to", "book")
			if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, out, errs := inTerminal("restore", "-to", to, file); code != exitProblems ||
				!strings.Contains(errs, "signpost backup") {
				t.Errorf("%d: %s%s", code, out, errs)
			}
			if _, err := os.Stat(filepath.Dir(to)); !os.IsNotExist(err) {
				t.Error("something was written")
			}
		})
	}
	if keys := r.Do(t, "KEYS", "counts:*"); len(keys) > 0 {
		t.Errorf("Redis holds %q", keys)
	}
}

// A gateway that runs as another user can read a book that was installed, and no other user
// can change it, no matter what the user who installs it is set to.
func TestInstallModes(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o077} {
		was := syscall.Umask(mask)
		to := filepath.Join(t.TempDir(), "srv", "book")
		code, _, errs := inTerminal("install", "-to", to)
		syscall.Umask(was)
		if code != exitOK {
			t.Fatal(errs)
		}
		err := filepath.WalkDir(filepath.Dir(to), func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			want := fs.FileMode(0o644)
			if e.IsDir() {
				want = 0o755
			}
			if err == nil && info.Mode().Perm() != want {
				t.Errorf("with umask %o %s has the mode %o, want %o", mask, path, info.Mode().Perm(), want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// The book of another county, as in the backup of another line, replaces none by mistake.
func TestAnotherCountysBookIsNotInstalled(t *testing.T) {
	dir := t.TempDir()
	other, to := filepath.Join(dir, "other"), filepath.Join(dir, "book")
	if err := os.CopyFS(other, testbook.Copy()); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := inTerminal("install", "-to", to); code != exitOK {
		t.Fatalf("%d, %s", code, errs)
	}
	if code, _, errs := inTerminal("install", "-flows", other, "-to", to); code != exitProblems ||
		!strings.Contains(errs, "for other places") {
		t.Errorf("%d, %s", code, errs)
	}
	before, err := os.ReadFile(filepath.Join(to, "areas.yaml"))
	if err != nil || strings.Contains(string(before), "fellshire") {
		t.Errorf("the book was replaced: %v", err)
	}
	if code, _, errs := inTerminal("install", "-flows", other, "-replace", "-to", to); code != exitOK {
		t.Errorf("%d, %s", code, errs)
	}
}
