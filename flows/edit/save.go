// Package edit changes single facts in the files of a flow book, as a careful
// person would: every comment, blank line and order stays.
package edit

import (
	"errors"
	"fmt"
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
	tmp, err := os.CreateTemp(filepath.Dir(real), ".signpost-*")
	if err != nil {
		return fmt.Errorf("write beside %s: %w", filepath.Base(path), errors.Unwrap(err))
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(st.Mode().Perm()), tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), real)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", filepath.Base(path), err), os.Remove(tmp.Name()))
	}
	return nil
}
