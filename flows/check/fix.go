package check

import (
	"io/fs"
	"time"

	"signpost/flows/load"
)

// mostRounds bounds fixing: what one edit brings to light the next may fix.
const mostRounds = 50

// FixedBook is a book with every edit made that can only have been meant.
type FixedBook struct {
	Files map[string][]byte // those that are edited, as they would be
	Fixed []load.Problem    // what was fixed in them
	// Source and Left are the book as it would be, and what is found in it: see [On].
	Source *load.Source
	Left   []load.Problem
}

// Fix makes every edit that can only have been meant, until there are none. Nothing is
// written.
func Fix(fsys fs.FS, now time.Time) (m FixedBook) {
	m.Files = map[string][]byte{}
	o := load.Overlay{FS: fsys, Files: m.Files}
	for range mostRounds {
		m.Source, m.Left = On(o, now)
		made := 0
		for _, name := range load.Files() {
			data, n := load.Fix(name, m.Source.File(name), m.Left)
			if n == 0 {
				continue
			}
			for _, p := range m.Left {
				if p.File == name && p.Edit != (load.Edit{}) {
					m.Fixed = append(m.Fixed, p)
				}
			}
			m.Files[name] = data
			made += n
		}
		if made == 0 {
			return m
		}
	}
	m.Source, m.Left = On(o, now)
	return m
}
