package edit_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/flows/edit"
)

// A change, shown whole, gives both texts back; and it is as short as can be.
func TestDiff(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		text := func() string {
			var b strings.Builder
			for range rng.IntN(12) {
				b.WriteString(string(rune('a'+rng.IntN(4))) + "\n")
			}
			return b.String() + "z\n"
		}
		old, new := text(), text()
		var a, b strings.Builder
		for _, l := range edit.Diff(old, new, 1000) {
			if l.Sign != '+' {
				a.WriteString(l.Text + "\n")
			}
			if l.Sign != '-' {
				b.WriteString(l.Text + "\n")
			}
		}
		if old == new {
			continue
		}
		if a.String() != old || b.String() != new {
			t.Fatalf("%q to %q gives %q and %q", old, new, a.String(), b.String())
		}
	}
	got := ""
	for _, l := range edit.Diff("a\nb\nc\nd\ne\nf\n", "a\nb\nX\nd\ne\nf\ng\n", 0) {
		got += string(l.Sign) + l.Text + " "
	}
	if got != "-c +X +g " {
		t.Errorf("shown as %q", got)
	}
	if lines := edit.Diff("same\n", "same\n", 3); len(lines) != 0 {
		t.Errorf("no change is shown as %v", lines)
	}
}

// A file is replaced whole, keeps who may read it, and a link stays a link.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "link.yaml")
	if err := os.WriteFile(real, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.yaml", link); err != nil {
		t.Fatal(err)
	}
	if err := edit.Save(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(real)
	if err != nil || string(data) != "new" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	st, err := os.Lstat(link)
	if err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	if st, _ := os.Stat(real); st.Mode().Perm() != 0o640 {
		t.Errorf("it may now be read as %v", st.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".signpost-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := edit.Save(filepath.Join(dir, "none.yaml"), nil); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("a file that is not there: %v", err)
	}
	made := filepath.Join(dir, "made.yaml")
	if err := edit.Create(made, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := edit.Create(made, []byte("second")); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("a file that is there is made: %v", err)
	}
	if data, err := os.ReadFile(made); err != nil || string(data) != "first" {
		t.Errorf("it holds %q, %v", data, err)
	}
}
