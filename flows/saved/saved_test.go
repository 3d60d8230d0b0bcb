package saved_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/flows/saved"
)

// A saved book is the book, recordings and tables included, and nothing else that lies in
// its folder.
func TestSaveAndLoad(t *testing.T) {
	files := fstest.MapFS{"notes.txt": {Data: []byte("mine")}, "audio/welcome.wav": {Data: []byte("RIFF")}}
	for _, name := range load.Files() {
		data, err := book.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	taken, err := saved.Take(files)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := saved.Load(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder gives %v", err)
	}
	if err := taken.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := saved.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := load.Dir(files)
	got, problems := load.Dir(again.Files)
	if want.Book.Version != got.Book.Version || len(problems) > 0 {
		t.Errorf("the book came back as %x, want %x: %v", got.Book.Version, want.Book.Version, problems)
	}
	if _, err := fs.Stat(again.Files, "audio/welcome.wav"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(again.Files, "notes.txt"); err == nil {
		t.Error("a file that is not part of a book was saved")
	}
	out := filepath.Join(t.TempDir(), "book")
	if err := again.CopyTo(out); err != nil {
		t.Fatal(err)
	}
	if copied, _ := load.Dir(os.DirFS(out)); copied.Book.Version != want.Book.Version {
		t.Error("the copy is another book")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

// A copy that was cut short or changed is not used, wherever it was.
func TestDamaged(t *testing.T) {
	taken, err := saved.Take(book.Files)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := taken.Save(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, saved.Name)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(at int) []byte {
		data := append([]byte(nil), whole...)
		data[at] ^= 1
		return data
	}
	for name, data := range map[string][]byte{
		"empty": nil, "cut short": whole[:len(whole)/2], "one byte less": whole[:len(whole)-1],
		"only the checksum":   whole[:90],
		"a bit of the header": spoil(3), "a bit of the checksum": spoil(40),
		"a bit in the middle": spoil(len(whole) / 2), "the last bit": spoil(len(whole) - 1),
	} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := saved.Load(dir); !errors.Is(err, saved.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
