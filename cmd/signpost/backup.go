package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"signpost/config"
	"signpost/flows/saved"
	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
)

const backupHelp = `signpost backup [-flows DIR] -out FILE

Saves the counts that signpost report reads, and the flow book in DIR, in one file.
It reads REDIS_URL and PRIVACY_KEY. signpost restore puts both back.

The file holds how often each number was given on each day, and nothing about a
person. Counts under twenty are in it, which the report hides: keep it where only you can
read it. Conversations are not saved: they last minutes.

  signpost backup -flows /srv/signpost/book -out signpost.backup

`

const restoreHelp = `signpost restore [-to DIR [-replace]] FILE

Puts back what signpost backup saved: the counts, into the Redis of REDIS_URL, and with
-to the flow book, as signpost install does. A day that has counts already is left as
it is, so that nothing is counted twice.

  signpost restore -to /srv/signpost/book signpost.backup

`

const (
	// keptDays is more than the days whose counts are kept: a quarter and 13 months.
	keptDays   = 500
	countsFile = "counts.json"
	bookFolder = "book"
	// restored names, in Redis, what was put back, beside the processes that count.
	restored = "restored"
	// backupTime bounds the whole command.
	backupTime = 2 * time.Minute
)

func backup(args []string, s streams) int {
	f := newFlags("backup", backupHelp, s)
	dir := f.String("flows", "", "the `folder` of the flow book; empty saves the counts alone")
	out := f.String("out", "", "the `file` to write")
	if code, done := parse(f, args, s); done {
		return code
	}
	if *out == "" {
		fmt.Fprintln(s.err, "signpost backup: -out must name the file to write")
		return exitMisuse
	}
	kept, code := keptStore("backup", s)
	if kept == nil {
		return code
	}
	defer kept.Close()
	ctx, cancel := context.WithTimeout(context.Background(), backupTime)
	defer cancel()
	counts, err := allCounts(ctx, kept, time.Now())
	var data []byte
	if err == nil {
		data, err = packBackup(counts, *dir)
	}
	if err == nil {
		err = saved.Replace(*out, data)
	}
	if err != nil {
		fmt.Fprintf(s.err, "signpost backup: %v\n", err)
		return exitProblems
	}
	fmt.Fprintf(s.out, "%s holds the counts of %d days%s.\n", *out, len(counts),
		map[bool]string{true: " and the flow book"}[*dir != ""])
	return exitOK
}

func restore(args []string, s streams) int {
	f := newFlags("restore", restoreHelp, s)
	to := f.String("to", "", "the `folder` that the gateway reads its flow book from; empty puts back the counts alone")
	replace := f.Bool("replace", false, "put back the flow book even if the one that is there is for other places")
	if code, done := parseWords(f, args, s); done {
		return code
	}
	if f.NArg() != 1 {
		fmt.Fprintln(s.err, "signpost restore: name the one file that signpost backup wrote")
		return exitMisuse
	}
	kept, code := keptStore("restore", s)
	if kept == nil {
		return code
	}
	defer kept.Close()
	ctx, cancel := context.WithTimeout(context.Background(), backupTime)
	defer cancel()
	counts, book, err := openBackup(f.Arg(0), time.Now())
	n := 0
	if err == nil && *to != "" && book == nil {
		err = errors.New("the file holds no flow book: leave out -to")
	}
	if err == nil && *to != "" {
		err = installBook(book, filepath.Clean(*to), time.Now(), *replace)
	}
	if err == nil {
		n, err = putCounts(ctx, kept, counts)
	}
	if err != nil {
		fmt.Fprintf(s.err, "signpost restore: %v\n", err)
		return exitProblems
	}
	fmt.Fprintf(s.out, "The counts of %d days are back%s. %d days had counts and were left as they are.\n", n,
		map[bool]string{true: ", and the flow book"}[*to != ""], len(counts)-n)
	return exitOK
}

// keptStore opens the Redis of REDIS_URL, with PRIVACY_KEY.
func keptStore(command string, s streams) (*store.Store, int) {
	url, err := config.RedisFromEnvironment()
	if err != nil {
		fmt.Fprintf(s.err, "signpost %s: %v\n", command, err)
		return nil, exitMisuse
	}
	secrets, err := config.SecretsFromEnvironment()
	if err != nil {
		fmt.Fprintf(s.err, "signpost %s: %v\n", command, err)
		return nil, exitMisuse
	}
	keys, err := privacy.NewKeyring(secrets...)
	if err == nil {
		var kept *store.Store
		if kept, err = store.Open(store.Options{URL: url, Keys: keys}); err == nil {
			return kept, exitOK
		}
	}
	fmt.Fprintf(s.err, "signpost %s: %v\n", command, err)
	return nil, exitProblems
}

// allCounts reads the counts of every day that has some, by date.
func allCounts(ctx context.Context, kept *store.Store, now time.Time) (map[string]map[string]int, error) {
	out := map[string]map[string]int{}
	today := hours.Day(now)
	for back := range keptDays {
		day := today.AddDate(0, 0, -back)
		counts, err := kept.Counts(ctx, day)
		if err != nil {
			return nil, err
		}
		if len(counts) > 0 {
			out[day.Format(time.DateOnly)] = counts
		}
	}
	return out, nil
}

// putCounts adds the counts of the days that have none, and returns how many.
func putCounts(ctx context.Context, kept *store.Store, counts map[string]map[string]int) (n int, err error) {
	for date, fields := range counts {
		day, err := time.ParseInLocation(time.DateOnly, date, hours.London())
		if err != nil {
			return n, errors.New("the file holds a day that is none")
		}
		now, err := kept.Counts(ctx, day)
		if err != nil {
			return n, err
		}
		if len(now) > 0 || len(fields) == 0 {
			continue
		}
		if err := kept.PutCounts(ctx, day, restored, fields); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func packBackup(counts map[string]map[string]int, dir string) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	data, err := json.MarshalIndent(counts, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the counts: %w", err)
	}
	add := func(name string, data []byte) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return nil
	}
	if err := add(countsFile, data); err != nil {
		return nil, err
	}
	if dir != "" {
		book, err := saved.Take(os.DirFS(dir))
		if err != nil {
			return nil, err
		}
		err = fs.WalkDir(book.Files, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(book.Files, name)
			if err != nil {
				return err
			}
			return add(bookFolder+"/"+name, data)
		})
		if err != nil {
			return nil, fmt.Errorf("save the flow book: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write the file: %w", err)
	}
	return b.Bytes(), nil
}
