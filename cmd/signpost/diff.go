package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/load"
)

const diffHelp = `signpost diff [-path flows/book] OLD [NEW]

What people will notice when one flow book takes the place of another, as what
they do and what they get before and after. OLD and NEW are folders, or revisions
of git (a branch, a tag, HEAD~1) in which the book is at -path. Without NEW it is
the book at -path as it is now. Ends with 0 when nobody notices anything, 1 when
somebody does.

  signpost diff HEAD
  signpost diff last-month flows/book

`

// gitTime bounds one question to git.
const gitTime = 10 * time.Second

func diff(args []string, s streams) int {
	fl := newFlags("diff", diffHelp, s)
	path := fl.String("path", "flows/book", "the `folder` of the book in a git revision")
	most := fl.Int("n", 50, "how `many` changes to show, at most")
	if code, done := parseWords(fl, args, s); done {
		return code
	}
	if fl.NArg() < 1 || fl.NArg() > 2 || *most < 1 {
		fmt.Fprint(s.err, "signpost diff: give an old book and a new one; see signpost diff -h\n")
		return exitMisuse
	}
	names := []string{fl.Arg(0), *path}
	if fl.NArg() == 2 {
		names[1] = fl.Arg(1)
	}
	var books [2]*flows.Book
	for i, name := range names {
		b, code, err := bookNamed(name, *path)
		if err != nil {
			fmt.Fprintf(s.err, "signpost diff: %v\n", err)
			return code
		}
		books[i] = b
	}
	unrung := changes.Unrung(books[0], books[1])
	for _, svc := range unrung {
		fmt.Fprintf(s.out,
			"%s has a new number that nobody has test-called: checked_on is still %s, the day of the old one.\n"+
				"Ring the new number and write the day, or write checked_on: never. "+
				"Until somebody rings it, texts must give the\n24-hour number, too.\n\n",
			svc.Name, svc.CheckedOn.Format("2 January 2006"))
	}
	found := changes.Between(books[0], books[1])
	if len(found) == 0 && len(unrung) == 0 {
		fmt.Fprintln(s.out, "Nobody will notice anything.")
		return exitOK
	}
	for i, c := range found[:min(len(found), *most)] {
		what := "A text"
		if c.Call {
			what = "A call"
		}
		fmt.Fprintf(s.out, "%d. %s, %s\n", i+1, what, c.When())
		for _, t := range c.They {
			if t == "" {
				t = "(an empty text)"
			}
			fmt.Fprintf(s.out, "   they:   %s\n", t)
		}
		fmt.Fprintf(s.out, "   before: %s\n   after:  %s\n\n", c.Before, c.After)
	}
	if more := len(found) - *most; more > 0 {
		fmt.Fprintf(s.out, "... and %d more; -n %d shows all.\n\n", more, len(found))
	}
	fmt.Fprintf(s.out, "%d answers change. Each is shown once, from where it is first met.\n", len(found))
	return exitProblems
}

// bookNamed reads a book from a folder or, when there is none of that name, from
// a git revision.
func bookNamed(name, path string) (*flows.Book, int, error) {
	var fsys fs.FS
	if st, err := os.Stat(name); err == nil && st.IsDir() {
		fsys = os.DirFS(name)
	} else {
		dir, err := checkout(name, path)
		if err != nil {
			return nil, exitMisuse, err
		}
		defer os.RemoveAll(dir)
		fsys = os.DirFS(dir)
	}
	src, problems := load.Dir(fsys)
	if len(problems) > 0 {
		return nil, exitProblems, fmt.Errorf("the book of %q has mistakes, the first at %s", name, problems[0])
	}
	return src.Book, exitOK, nil
}

// checkout puts a book as it was at a git revision into a folder of its own.
func checkout(revision, path string) (string, error) {
	if strings.HasPrefix(revision, "-") {
		return "", fmt.Errorf("%q is neither a folder nor a git revision", revision)
	}
	dir, err := os.MkdirTemp("", "signpost-diff-")
	if err != nil {
		return "", fmt.Errorf("make a folder for %q: %w", revision, err)
	}
	if err := unpack(revision, path, dir); err != nil {
		why := fmt.Errorf("%q is neither a folder nor a git revision with a book in %s", revision, path)
		return "", errors.Join(why, os.RemoveAll(dir))
	}
	return dir, nil
}

// maxBook bounds what is taken out of git, in bytes: a book with its recordings.
const maxBook = 256 << 20

// unpack puts what belongs to a book at a git revision into a folder.
func unpack(revision, path, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), gitTime)
	defer cancel()
	packed,
		err := exec.CommandContext(ctx, "git", "archive", "--format=tar",
		revision+":./"+filepath.ToSlash(path)).Output()
	if err != nil {
		return fmt.Errorf("read the revision: %w", err)
	}
	for files := tar.NewReader(io.LimitReader(bytes.NewReader(packed), maxBook)); ; {
		f, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the revision: %w", err)
		}
		if f.Typeflag != tar.TypeReg || !load.Belongs(f.Name) {
			continue
		}
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
		data, err := io.ReadAll(files)
		if err != nil {
			return fmt.Errorf("read %s: %w", f.Name, err)
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
}
