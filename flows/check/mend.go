package check

import (
	"io/fs"
	"time"

	"signpost/flows/load"
)

// mostRounds bounds mending: what one edit brings to light the next may mend.
const mostRounds = 50

// Mend makes every edit that can only have been meant, until there are none, and
// gives the files as they would be with what was mended in them. Nothing is written.
func Mend(fsys fs.FS, now time.Time) (files map[string][]byte, mended []load.Problem) {
	o := load.Overlay{FS: fsys, Files: map[string][]byte{}}
	for range mostRounds {
		src, problems := On(o, now)
		made := 0
		for _, name := range load.Files() {
			data, n := load.Mend(name, src.File(name), problems)
			if n == 0 {
				continue
			}
			for _, p := range problems {
				if p.File == name && p.Edit != (load.Edit{}) {
					mended = append(mended, p)
				}
			}
			o.Files[name] = data
			made += n
		}
		if made == 0 {
			break
		}
	}
	return o.Files, mended
}
