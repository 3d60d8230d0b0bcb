// Package edit changes single facts in the files of a flow book, as a careful
// person would: every comment, blank line and order stays.
package edit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Save puts a file in the place of another at once, so that nobody ever reads half
// of it. A link is followed: the file that it names is replaced.
func Save(path string, data []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("find %s: %w", filepath.Base(path), errors.Unwrap(err))
	}
	st, err := os.Stat(target)
	if err != nil {
		return fmt.Errorf("look at %s: %w", filepath.Base(path), errors.Unwrap(err))
	}
	return replace(target, data, st.Mode().Perm())
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
		err = rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", filepath.Base(path), err), os.Remove(tmp.Name()))
	}
	return nil
}

// errLocked is that the file cannot be replaced now.
var errLocked = errors.New("another program may have it open, like an editor, OneDrive or Dropbox: close it there, " +
	"and save again")

// rename is os.Rename. On Windows a file that another program has open cannot be
// replaced; virus scanners and OneDrive let go of it within moments.
func rename(from, to string) error {
	const tries, pause = 10, 100 * time.Millisecond
	err := os.Rename(from, to)
	for n := 1; err != nil && runtime.GOOS == "windows" && n < tries; n++ {
		time.Sleep(pause)
		err = os.Rename(from, to)
	}
	if errors.Is(err, fs.ErrPermission) || err != nil && runtime.GOOS == "windows" {
		return fmt.Errorf("%w (%w)", errLocked, err)
	}
	return err
}
