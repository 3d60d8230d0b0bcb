package main

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
)

const recordHelp = `signpost record [-flows DIR] [add|check]

A script to read aloud: everything that a call can say between two numbers, once, with
the name to give each recording. Save each as a WAV file (8000 Hz, one channel, at most
20 seconds) in the folder audio of the flow book. Numbers are never recorded.

With add it writes the recordings that have those names into recordings.yaml, with the
words that they say. With check it listens to the files. Is each loud enough, not cut off,
and as long as its words? Is there silence around it? Is any missing, or out of date? It
ends with 1 when something is wrong.

  signpost record > script.txt
  signpost record -flows flows/book add
  signpost record -flows flows/book check

`

// record prints the script, takes recordings into the book, or checks them.
func record(args []string, s streams) int {
	fl := newFlags("record", recordHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	if code, done := parseWords(fl, args, s); done {
		return code
	}
	does := fl.Arg(0)
	if fl.NArg() > 1 || !slices.Contains([]string{"", "add", "check"}, does) || does == "add" && *dir == "" {
		fmt.Fprintln(s.err, "signpost record: give nothing, add or check, and -flows with add; see signpost record -h")
		return exitMisuse
	}
	if does == "check" {
		return checkRecordings(*dir, s)
	}
	src, code := goodBook("record", *dir, s)
	if src == nil {
		return code
	}
	if does == "add" {
		return addRecordings(*dir, src, s)
	}
	w := bufio.NewWriter(s.out)
	printScript(w, src)
	if err := w.Flush(); err != nil {
		fmt.Fprintf(s.err, "signpost record: the script could not be written: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// recordingName is the name of the file that a stretch is to be recorded in.
func recordingName(b *flows.Book, st check.Stretch) string {
	return check.RecordingName(st.Words, languageID(b, st))
}

// recordedAs is the file in which the book has a stretch; empty: none.
func recordedAs(src *load.Source, st check.Stretch) string {
	for _, r := range src.Recorded {
		if r.Language == languageID(src.Book, st) && flows.SpokenKey(r.Words) == flows.SpokenKey(st.Words) {
			return r.File
		}
	}
	return ""
}

func languageID(b *flows.Book, st check.Stretch) string {
	if st.Lang == 0 {
		return ""
	}
	return b.Languages[st.Lang-1].ID
}

func printScript(w io.Writer, src *load.Source) {
	all := check.Stretches(src.Book)
	seconds, done := 0.0, 0
	for _, st := range all {
		seconds += flows.Seconds([]flows.Utterance{{Words: st.Words}})
		if recordedAs(src, st) != "" {
			done++
		}
	}
	fmt.Fprintf(w, "To read aloud: %d pieces, about %.0f minutes of speech. %d are recorded.\n", len(all),
		seconds/60, done)
	fmt.Fprint(w,
		"\nOne person reads them all, on one day, in one quiet room, at one distance from the\n"+
			"microphone. Read slowly and evenly, as if each were the whole call. Where a number\n"+
			"follows, keep your voice up: the sentence goes on.\n")
	for i, st := range all {
		fmt.Fprintf(w, "\n%2d. %s", i+1, recordingName(src.Book, st))
		if file := recordedAs(src, st); file != "" {
			fmt.Fprintf(w, "  (recorded: %s)", file)
		}
		fmt.Fprintf(w, "\n    about %.0f seconds", max(1, flows.Seconds([]flows.Utterance{{Words: st.Words}})))
		if st.Lang > 0 {
			fmt.Fprintf(w, ", in %s", src.Book.Languages[st.Lang-1].Name)
		}
		switch {
		case st.NumberBefore && st.NumberAfter:
			fmt.Fprint(w, ", between two numbers")
		case st.NumberBefore:
			fmt.Fprint(w, ", after a number")
		case st.NumberAfter:
			fmt.Fprint(w, ", before a number")
		}
		fmt.Fprintf(w, "\n    %s\n", st.Words)
	}
}

// checkRecordings listens to the recordings of a book.
func checkRecordings(dir string, s streams) int {
	fsys, ok := bookFS(dir, s)
	if !ok {
		return exitMisuse
	}
	src, all := check.On(fsys, time.Now())
	found := slices.DeleteFunc(all, func(p load.Problem) bool { return !slices.Contains(check.RecordingRules, p.Rule) })
	for _, p := range found {
		fmt.Fprintf(s.out, "%s\n\n", src.Show(p))
	}
	if len(found) > 0 {
		fmt.Fprintf(s.out, "%d recordings are named; %d things to look at.\n", len(src.Recorded), len(found))
		return exitProblems
	}
	if len(src.Recorded) == 0 {
		fmt.Fprintln(s.out, "There are no recordings: the voice says everything.")
		return exitOK
	}
	fmt.Fprintf(s.out, "All %d recordings are good, and everything but numbers is recorded.\n", len(src.Recorded))
	return exitOK
}

// addRecordings writes the recordings that lie in the folder under the script's names into
// recordings.yaml.
func addRecordings(dir string, src *load.Source, s streams) int {
	var lines strings.Builder
	added := 0
	for _, st := range check.Stretches(src.Book) {
		name := recordingName(src.Book, st)
		if _, err := os.Stat(filepath.Join(dir, "audio", name)); err != nil || recordedAs(src, st) != "" {
			continue
		}
		fmt.Fprintf(&lines, "  - file: %s\n    say: %s\n", name, strconv.Quote(st.Words))
		if id := languageID(src.Book, st); id != "" {
			fmt.Fprintf(&lines, "    language: %s\n", id)
		}
		fmt.Fprintf(s.out, "added %s\n", name)
		added++
	}
	if added == 0 {
		fmt.Fprintln(s.out,
			"There is nothing to add: no file in the folder audio has a name from the script that is not in "+
				"recordings.yaml yet.")
		return exitOK
	}
	if err := appendRecordings(dir, lines.String()); err != nil {
		fmt.Fprintf(s.err, "signpost record: %v\n", err)
		return exitProblems
	}
	fmt.Fprintf(s.out, "%d recordings are in recordings.yaml now. Next: signpost record -flows %s check\n", added,
		filepath.ToSlash(dir))
	return exitOK
}

// appendRecordings puts lines at the end of the list of recordings.
func appendRecordings(dir, lines string) error {
	const name, none = "recordings.yaml", "\nrecordings: []"
	path := filepath.Join(dir, name)
	old, err := os.ReadFile(path)
	if err != nil { // a book may be without the file
		if old, err = fs.ReadFile(book.Files, name); err != nil {
			return fmt.Errorf("read the form of %s: %w", name, err)
		}
		return edit.Create(path, []byte(withLines(string(old), none, lines)))
	}
	return edit.Save(path, []byte(withLines(string(old), none, lines)))
}

func withLines(old, none, lines string) string {
	return strings.TrimRight(strings.Replace(old, none, "\nrecordings:", 1), "\n") + "\n" + lines
}
