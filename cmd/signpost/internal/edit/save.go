// Package edit changes single facts in the files of a flow book, as a careful
// person would: every comment, blank line and order stays.
package edit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Save puts a file in the place of another at once, so that nobody ever reads half
// of it. A link is followed: the file it leads to is replaced.
func Save(path string, data []byte) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("find %s: %w", filepath.Base(path), errors.Unwrap(err))
	}
	st, err := os.Stat(real)
	if err != nil {
		return fmt.Errorf("look at %s: %w", filepath.Base(path), errors.Unwrap(err))
	}
	return replace(real, data, st.Mode().Perm())
}

// Create is Save for a file that must not be there yet.
func Create(path string, data []byte) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("make %s: it is there already", filepath.Base(path))
	}
	const everybody = 0o644 // may read it, as they may the rest of a book
	return replace(path, data, everybody)
}

func replace(path string, data []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".signpost-*")
	if err != nil {
		return fmt.Errorf("write beside %s: %w", filepath.Base(path), errors.Unwrap(err))
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", filepath.Base(path), err), os.Remove(tmp.Name()))
	}
	return nil
}
