package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"signpost/internal/twilio"
)

// undoStamp is the time in the name of an undo file; its order is the order of the names.
const undoStamp = "20060102-150405.000"

// undoPattern matches the undo files in the current folder.
const undoPattern = "provision-*.json"

// mostAtOnce is how many undo files of a line there may be in a row, a millisecond apart.
const mostAtOnce = 100

// undoName is the undo file of a line at a time.
func undoName(line string, at time.Time) string {
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\ :`, r) {
			return '-'
		}
		return r
	}, line)
	return "provision-" + safe + "-" + at.UTC().Format(undoStamp) + ".json"
}

// keepLine writes down how a line was, in a file of its own. It never replaces a file: of two
// in one millisecond, the second is called a millisecond later.
func keepLine(l twilio.AccountLine, at time.Time) (file string, err error) {
	data, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write down how it was: %w", err)
	}
	var f *os.File
	for range mostAtOnce {
		file = undoName(l.Name, at)
		if f, err = os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); !errors.Is(err, os.ErrExist) {
			break
		}
		at = at.Add(time.Millisecond)
	}
	if err != nil {
		return "", fmt.Errorf("write down how it was: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return "", fmt.Errorf("write down how it was: %w", err)
	}
	return file, nil
}

// readLine reads what keepLine wrote.
func readLine(file string) (l twilio.AccountLine, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return l, err
	}
	if json.Unmarshal(data, &l) != nil || l.SID == "" {
		return l, fmt.Errorf("%s is not a file that provision wrote", file)
	}
	return l, nil
}

// undoFiles lists the undo files of a line, or of all, newest first.
func undoFiles(line string) (files []string, err error) {
	all, err := filepath.Glob(undoPattern)
	if err != nil {
		return nil, err
	}
	for _, file := range all {
		if l, err := readLine(file); err == nil && (line == "" || l.Name == line || l.SID == line) {
			files = append(files, file)
		}
	}
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(stamp(b), stamp(a)) })
	return files, nil
}

// stamp is the time in a file's name; nothing in one of an earlier version, which is older.
func stamp(file string) string {
	name := strings.TrimSuffix(filepath.Base(file), ".json")
	if len(name) < len(undoStamp) {
		return ""
	}
	at := name[len(name)-len(undoStamp):]
	if _, err := time.Parse(undoStamp, at); err != nil {
		return ""
	}
	return at
}

// listUndo writes the changes that can be undone, newest first.
func listUndo(w io.Writer) error {
	files, err := undoFiles("")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fmt.Fprintln(w, "There is nothing to undo in this folder.")
		return nil
	}
	for _, file := range files {
		l, err := readLine(file)
		if err != nil {
			return err
		}
		when := "at an unknown time"
		if at, err := time.Parse(undoStamp, stamp(file)); err == nil {
			when = at.Format("2006-01-02 15:04:05 MST")
		}
		fmt.Fprintf(w, "%s (%s), changed %s\n  before: texts %s, calls %s\n  signpost provision -yes -undo %s\n",
			l.Name, l.Kind, when, orNowhere(l.Texts.URL), orNowhere(l.Calls.URL), file)
	}
	fmt.Fprintln(w,
		"\nsignpost provision -yes -undo LINE undoes the newest change of a line, and again the one before it.")
	return nil
}

func orNowhere(url string) string {
	if url == "" {
		return "nowhere"
	}
	return url
}

// undoFile is the file that -undo names: itself, or the newest of a line that was not undone.
func undoFile(named string) (string, error) {
	if _, err := os.Stat(named); err == nil {
		return named, nil
	}
	files, err := undoFiles(named)
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "",
			errors.New("there is no such file or directory here, and no change of such a line: signpost provision " +
				"-undo list shows what can be undone")
	}
	return files[0], nil
}

// undone puts a file aside once its change was undone, so that the next undo takes the one
// before it. Nothing is deleted.
func undone(file string) error {
	if err := os.Rename(file, file+".undone"); err != nil {
		return fmt.Errorf("put %s aside: %w", file, err)
	}
	return nil
}
