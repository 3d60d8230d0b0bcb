package main

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
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
	if code, out, errs := inTerminal("install", "-flows", from, "-to", to); code != exitOK || !strings.Contains(out, "within two seconds") {
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
	if code, _, errs := inTerminal("install", "-flows", from, "-to", to); code != exitProblems || !strings.Contains(errs, "was not installed") || versionOf(t, to) != first {
		t.Errorf("a broken book: %d, %s", code, errs)
	}
	if err := os.WriteFile(menus, []byte(strings.Replace(string(data), testbook.Opens("who"), "For whom?", 1)), 0o600); err != nil {
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
	if code, _, errs := inTerminal("install", "-flows", to+".before", "-to", to); code != exitOK || versionOf(t, to) == first {
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
	kept, err := store.Open(store.Options{URL: r.URL(), Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	day := hours.Day(time.Now())
	for back, n := range map[int]int{0: 3, 40: 12, 300: 5} {
		if err := kept.PutCounts(t.Context(), day.AddDate(0, 0, -back), "a test", map[string]int{"text|cumbria_south|letgo_south|given": n}); err != nil {
			t.Fatal(err)
		}
	}
	from, to, file := filepath.Join(t.TempDir(), "book"), filepath.Join(t.TempDir(), "book"), filepath.Join(t.TempDir(), "signpost.backup")
	if err := os.CopyFS(from, book.Files); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := inTerminal("backup", "-flows", from, "-out", file); code != exitOK || !strings.Contains(out, "3 days and the flow book") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("others can read the file: %v", err)
	}
	r.Do(t, "FLUSHALL")
	for _, want := range []string{"3 days are back, and the flow book. 0 days", "0 days are back, and the flow book. 3 days"} {
		if code, out, errs := inTerminal("restore", "-to", to, file); code != exitOK || !strings.Contains(out, want) {
			t.Errorf("%d: %s%s, want %s", code, out, errs, want)
		}
	}
	if counts, err := kept.Counts(t.Context(), day.AddDate(0, 0, -40)); err != nil || counts["text|cumbria_south|letgo_south|given"] != 12 {
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
