// Package saved keeps a copy of the last good flow book on disk, with a checksum. A gateway
// that restarts while the folder of its book holds mistakes, or is gone, goes on with that
// copy. It never falls back to the book of another area.
package saved

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"signpost/flows/load"
)

// Name is the file's name in the folder that the gateway may write to.
const Name = "last-good-book"

// maxBook is the largest copy, in bytes. Recordings are most of it.
const maxBook = 64 << 20

// header begins the file; the checksum of the rest follows.
const header = "signpost flow book, sha256 "

var (
	// ErrDamaged means that a copy does not fit its checksum.
	ErrDamaged = errors.New("the saved flow book is damaged")
	// ErrTooLarge means that a book is larger than any that is kept.
	ErrTooLarge = errors.New("the flow book is larger than 64 MB")
)

// Book is a copy of a book's files, taken at one moment.
type Book struct {
	// Files are the files, as they were.
	Files   fs.FS
	archive []byte
}

// Take copies the files of a book from its folder into memory. A file that is missing is
// left out: checking the copy reports it.
func Take(dir fs.FS) (*Book, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	size := 0
	for _, folder := range load.Folders() {
		entries, err := fs.ReadDir(dir, folder)
		if err != nil {
			continue // a book need not have it
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			if !load.Belongs(name) {
				continue
			}
			data, err := fs.ReadFile(dir, name)
			if err != nil {
				continue
			}
			if size += len(data); size > maxBook {
				return nil, ErrTooLarge
			}
			w, err := z.Create(name)
			if err == nil {
				_, err = w.Write(data)
			}
			if err != nil {
				return nil, fmt.Errorf("copy the flow book: %w", err)
			}
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("copy the flow book: %w", err)
	}
	return Open(b.Bytes())
}

// Archive is the copy in one piece, for [Open]. The same files always give the same bytes.
func (b *Book) Archive() []byte { return bytes.Clone(b.archive) }

// Open reads what [Book.Archive] gave. It fails when that is no archive, or when its files
// are larger than any book.
func Open(archive []byte) (*Book, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("open a flow book: %w", err)
	}
	var size uint64
	for _, f := range z.File {
		if size += f.UncompressedSize64; size > maxBook || f.UncompressedSize64 > maxBook {
			return nil, ErrTooLarge
		}
	}
	return &Book{Files: z, archive: archive}, nil
}

// Save writes the copy to a folder. The old copy is replaced at once, or stays whole.
func (b *Book) Save(dir string) error {
	data := []byte(header + Sum(b.archive) + "\n")
	data = append(data, b.archive...)
	file := filepath.Join(dir, Name)
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := Replace(file, data); err != nil {
		return fmt.Errorf("save the flow book: %w", err)
	}
	return nil
}

// Load reads the copy that [Book.Save] wrote. The error wraps [fs.ErrNotExist] when there is
// none, and [ErrDamaged] when it is not as it was written.
func Load(dir string) (*Book, error) {
	data, err := os.ReadFile(filepath.Join(dir, Name))
	if err != nil {
		return nil, fmt.Errorf("read the saved flow book: %w", err)
	}
	first, archive, found := strings.Cut(string(data), "\n")
	want, ok := strings.CutPrefix(first, header)
	if !found || !ok || len(data) > maxBook || want != Sum([]byte(archive)) {
		return nil, ErrDamaged
	}
	b, err := Open([]byte(archive))
	if err != nil {
		return nil, ErrDamaged
	}
	return b, nil
}

// Modes of a book's folders and files: a gateway that runs as another user reads them, and
// nobody else may change them. The umask of the user who copies them does not count.
const (
	folderMode = 0o755
	fileMode   = 0o644
)

// CopyTo writes the book's files into a folder, which it makes.
func (b *Book) CopyTo(dir string) error {
	if err := os.CopyFS(dir, b.Files); err != nil {
		return fmt.Errorf("copy the flow book: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("set the modes of the flow book: %w", err)
	}
	defer func() { _ = root.Close() }() // its folder stays
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return root.Chmod(name, folderMode)
		}
		return root.Chmod(name, fileMode)
	})
	if err != nil {
		return fmt.Errorf("set the modes of the flow book: %w", err)
	}
	return nil
}

// Sum is the checksum of a book in one piece.
func Sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// Replace writes a file so that a reader finds the old content or the new one, never half
// of it, even after a power cut.
func Replace(file string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it has another name when all went well
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	return err
}
