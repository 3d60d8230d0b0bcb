package edit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/cmd/signpost/internal/edit"
)

// A file is replaced whole, keeps who may read it, and a link stays a link.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "link.yaml")
	if err := os.WriteFile(target, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.yaml", link); err != nil {
		t.Fatal(err)
	}
	if err := edit.Save(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(target)
	if err != nil || string(data) != "new" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	st, err := os.Lstat(link)
	if err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	if st, _ := os.Stat(target); st.Mode().Perm() != 0o640 {
		t.Errorf("it may now be read as %v", st.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".signpost-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := edit.Save(filepath.Join(dir, "none.yaml"), nil); err == nil ||
		!strings.Contains(err.Error(), "none.yaml") {
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
