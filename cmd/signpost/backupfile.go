package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"signpost/flows/load"
	"signpost/internal/counters"
	"signpost/internal/hours"
)

// Limits of a file that is restored: it may have been changed, or made, by somebody else.
const (
	maxBackup      = 128 << 20 // bytes, of the file
	maxBackupFiles = 10_000    // in it; recordings are most of them
	maxBackupBook  = 64 << 20  // bytes, of the flow book
	maxCountsFile  = 32 << 20  // bytes, of the counts
	maxDayKinds    = 20_000    // counts of one day
)

var (
	errNoBackup    = errors.New("that is not a file that signpost backup wrote, or it is damaged")
	errLargeBackup = errors.New("the file holds more than a backup can: it was not written by signpost backup")
)

// openBackup reads what packBackup wrote. book is nil when there is none in it; it is
// checked when it is installed. Nothing is unpacked before all sizes and names are known
// to be those of a backup.
func openBackup(file string, now time.Time) (counts map[string]map[string]int, book fs.FS, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return nil, nil, errNoBackup
	}
	if st.Size() > maxBackup {
		return nil, nil, errLargeBackup
	}
	data, err := io.ReadAll(io.LimitReader(f, maxBackup))
	if err != nil {
		return nil, nil, fmt.Errorf("read the file: %w", err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, nil, errNoBackup
	}
	holdsBook, err := inspectBackup(z)
	if err != nil {
		return nil, nil, err
	}
	text, err := fs.ReadFile(z, countsFile)
	if err != nil || json.Unmarshal(text, &counts) != nil || !areCounts(counts, now) {
		return nil, nil, errNoBackup
	}
	if !holdsBook {
		return counts, nil, nil
	}
	if book, err = fs.Sub(z, bookFolder); err != nil {
		return nil, nil, errNoBackup
	}
	return counts, book, nil
}

// inspectBackup looks at the list of files, and reports whether a flow book is among them.
// The reader of archives gives no more of a file than its size in that list.
func inspectBackup(z *zip.Reader) (holdsBook bool, err error) {
	if len(z.File) > maxBackupFiles {
		return false, errLargeBackup
	}
	seen := map[string]bool{}
	var size uint64
	for _, f := range z.File {
		name, inBook := strings.CutPrefix(f.Name, bookFolder+"/")
		switch {
		case seen[f.Name] || !f.Mode().IsRegular() || !fs.ValidPath(f.Name):
			return false, errNoBackup
		case f.Name == countsFile:
			if f.UncompressedSize64 > maxCountsFile {
				return false, errLargeBackup
			}
		case inBook && load.Belongs(name):
			holdsBook = true
			if size += f.UncompressedSize64; f.UncompressedSize64 > maxBackupBook || size > maxBackupBook {
				return false, errLargeBackup
			}
		default:
			return false, errNoBackup
		}
		seen[f.Name] = true
	}
	return holdsBook, nil
}

// areCounts reports counts as signpost backup writes them: of days that were, none below
// zero.
func areCounts(counts map[string]map[string]int, now time.Time) bool {
	if len(counts) > keptDays {
		return false
	}
	oldest, today := hours.Day(now).AddDate(0, 0, -2*keptDays), hours.Day(now)
	for date, fields := range counts {
		day, err := time.ParseInLocation(time.DateOnly, date, hours.London())
		if err != nil || day.Before(oldest) || day.After(today) || len(fields) > maxDayKinds {
			return false
		}
		for field, n := range fields {
			if _, ok := counters.ParseField(field); !ok || n < 0 {
				return false
			}
		}
	}
	return true
}
