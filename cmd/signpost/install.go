package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/saved"
)

const installHelp = `signpost install [-flows DIR] [-replace] -to DIR

Puts a flow book where a gateway reads it (its FLOWS_DIR). It checks the book first, and
leaves everything as it is if the book has mistakes. It copies the files of the book to a
folder beside, then swaps the two folders, so that no gateway reads half of a book. The
book that was there before is kept in DIR.before: to go back, install that.

A book that lacks more than half of the areas of the one that is there is refused: it is
another county's, and callers would be given its services. With -replace it is installed.

  signpost install -flows book -to /srv/signpost/book
  signpost install -flows /srv/signpost/book.before -to /srv/signpost/book

`

func install(args []string, s streams) int {
	f := newFlags("install", installHelp, s)
	dir := f.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	to := f.String("to", "", "the `folder` that the gateway reads")
	replace := f.Bool("replace", false, "install it even if the book that is there is for other places")
	if code, done := parse(f, args, s); done {
		return code
	}
	if *to == "" {
		fmt.Fprintln(s.err, "signpost install: -to must name the folder that the gateway reads")
		return exitMisuse
	}
	files, ok := bookFS(*dir, s)
	if !ok {
		return exitMisuse
	}
	if err := installBook(files, filepath.Clean(*to), time.Now(), *replace); err != nil {
		fmt.Fprintf(s.err, "signpost install: %v\n", err)
		return exitProblems
	}
	fmt.Fprintf(s.out, "The book is in %s. A gateway with FLOWS_DIR=%s has it within two seconds.\n", *to, *to)
	return exitOK
}

// installBook copies a book beside a folder, and swaps the two.
func installBook(from fs.FS, to string, now time.Time, replace bool) error {
	b, err := saved.Take(from)
	if err != nil {
		return err
	}
	src, mistakes := check.Mistakes(b.Files, now)
	if len(mistakes) > 0 {
		return fmt.Errorf("the flow book has %d mistakes and was not installed: run signpost check", len(mistakes))
	}
	if old, _ := load.Dir(os.DirFS(to)); !replace && old.Book != nil && otherPlaces(old.Book, src.Book) {
		return errOtherPlaces
	}
	return putBook(b, to)
}

// putBook puts a book that was checked in the place of the one in a folder.
func putBook(b *saved.Book, to string) error {
	if err := readableFolder(filepath.Dir(to)); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	fresh, before := to+".new", to+".before"
	if err := os.RemoveAll(fresh); err != nil { // of a copy that was broken off
		return fmt.Errorf("clear %s: %w", fresh, err)
	}
	if err := b.CopyTo(fresh); err != nil {
		return err
	}
	if err := readable(fresh); err != nil {
		return fmt.Errorf("let the gateway's user read the copy: %w", err)
	}
	if _, err := os.Stat(to); err == nil {
		old := before + ".old" // the book before the last may be what is being installed
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("clear %s: %w", old, err)
		}
		if err := os.Rename(before, old); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("keep the book before: %w", err)
		}
		if err := os.Rename(to, before); err != nil {
			return fmt.Errorf("keep the book before: %w", err)
		}
		defer os.RemoveAll(old)
	}
	if err := os.Rename(fresh, to); err != nil {
		return fmt.Errorf("put the book in place: %w", err)
	}
	return nil
}

var errOtherPlaces = errors.New("the book that is there is for other places, and was not replaced: is this the right " +
	"file, and the right machine? -replace installs it")

// otherPlaces reports that a book lacks more than half of the areas of an older one. (Books of
// two counties may have areas around them in common.)
func otherPlaces(old, fresh *flows.Book) bool {
	kept := 0
	for i := range old.Areas {
		if slices.ContainsFunc(fresh.Areas, func(a flows.Area) bool { return a.ID == old.Areas[i].ID }) {
			kept++
		}
	}
	return kept*2 < len(old.Areas)
}

// readableFolder makes a folder, and those above it, that every user may enter. Those that are
// there already stay as they are.
func readableFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if up := filepath.Dir(dir); up != dir {
		if err := readableFolder(up); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil { // #nosec G301 -- a gateway that runs as another user reads it
		return err
	}
	return os.Chmod(dir, 0o755) // #nosec G302 -- the same; a shell may hide new files from others (umask)
}

// readable lets every user read a folder and all in it: the gateway runs as another user.
func readable(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o755) // #nosec G302 G122 -- no secret, and nobody else writes to the new copy
		}
		return os.Chmod(path, 0o644) // #nosec G302 G122 -- the same
	})
}
