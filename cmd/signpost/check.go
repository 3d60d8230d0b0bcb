package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
)

const checkHelp = `signpost check [-flows DIR] [-format text] [-fix]

Finds every mistake in a flow book, runs its examples, and says in plain words
what each mistake would do to a caller and how to fix it. Errors keep the book
from callers; warnings are advice. Without -flows it checks the book that ships.
docs/checks.md shows every rule with an example.

  signpost check -flows flows/book
  signpost check -flows flows/book -fix    # fix obvious typing mistakes

Exit status: 0 no errors; 1 errors (with -strict: or warnings); 2 wrong usage.

`

func checkBook(args []string, s streams) int {
	fl := newFlags("check", checkHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	format := fl.String("format", "text", "how to print: text, json, sarif or github")
	fix := fl.Bool("fix", false, "fix obvious typing mistakes in the files, keeping comments and order")
	strict := fl.Bool("strict", false, "end with 1 on warnings too")
	at := fl.String("at", "", "check as if it were this `moment`, like \"2026-12-25 03:00\"")
	if code, done := parse(fl, args, s); done {
		return code
	}
	now, err := moment(*at)
	if err != nil {
		fmt.Fprintf(s.err, "signpost check: %v\n", err)
		return exitMisuse
	}
	if *fix && *dir == "" {
		fmt.Fprint(s.err,
			"signpost check: -fix needs -flows: the book that ships inside the program cannot be changed\n")
		return exitMisuse
	}
	printer, ok := check.Printers()[*format]
	if !ok {
		fmt.Fprintf(s.err, "signpost check: -format is text, json, sarif or github, not %q\n", *format)
		return exitMisuse
	}
	fsys, ok := bookFS(*dir, s)
	if !ok {
		return exitMisuse
	}
	var src *load.Source
	var problems []load.Problem
	if *fix {
		m := check.Fix(fsys, now)
		if err := writeFixed(m, *dir, s); err != nil {
			fmt.Fprintf(s.err, "signpost check: %v\n", err)
			return exitProblems
		}
		src, problems = m.Source, m.Left
	} else {
		src, problems = check.On(fsys, now)
	}
	if err := printer(s.out, src, problems, filepath.ToSlash(*dir)); err != nil {
		fmt.Fprintf(s.err, "signpost check: the findings could not be written: %v\n", err)
		return exitMisuse
	}
	if len(load.Errors(problems)) > 0 || *strict && len(problems) > 0 {
		return exitProblems
	}
	return exitOK
}

// writeFixed writes what was fixed, and says what it was.
func writeFixed(m check.FixedBook, dir string, s streams) error {
	for _, p := range m.Fixed {
		fmt.Fprintf(s.out, "fixed %s: %s\n", p.Pos, p.What)
	}
	for name, data := range m.Files {
		if err := edit.Save(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	return nil
}

// newFlags makes a command's flags with its help.
func newFlags(name, help string, s streams) *flag.FlagSet {
	fl := flag.NewFlagSet(name, flag.ContinueOnError)
	fl.SetOutput(s.err)
	fl.Usage = func() {
		fmt.Fprint(fl.Output(), help)
		fl.PrintDefaults()
	}
	return fl
}

// parse reads the flags; done reports that the command is over, with its code.
func parse(fl *flag.FlagSet, args []string, s streams) (code int, done bool) {
	if code, done = parseWords(fl, args, s); !done && fl.NArg() > 0 {
		fmt.Fprintf(s.err, "signpost %s: %q is not understood here; see signpost %s -h\n", fl.Name(),
			fl.Arg(0), fl.Name())
		return exitMisuse, true
	}
	return code, done
}

// parseWords is parse for a command that takes words as well as flags.
func parseWords(fl *flag.FlagSet, args []string, s streams) (code int, done bool) {
	for _, a := range args {
		if a == "-h" || a == "--help" || a == "-help" {
			fl.SetOutput(s.out)
		}
	}
	switch err := fl.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, true
	case err != nil:
		return exitMisuse, true
	}
	return exitOK, false
}

// goodBook reads a book for a command that needs one without mistakes in its
// parts. When there is none it says why, and src is nil.
func goodBook(command, dir string, s streams) (src *load.Source, code int) {
	fsys, ok := bookFS(dir, s)
	if !ok {
		return nil, exitMisuse
	}
	src, all := load.Dir(fsys)
	if problems := load.Errors(all); len(problems) > 0 {
		fmt.Fprintf(s.err,
			"signpost %s: the flow book has %d mistakes, the first at %s\nRun signpost check to see them all.\n",
			command, len(problems), problems[0])
		return nil, exitProblems
	}
	return src, exitOK
}

// bookFS is the flow book in a folder, or the one that ships.
func bookFS(dir string, s streams) (fs.FS, bool) {
	if dir == "" {
		return book.Files, true
	}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		fmt.Fprintf(s.err, "signpost: there is no folder %q\n", dir)
		return nil, false
	}
	return os.DirFS(dir), true
}
