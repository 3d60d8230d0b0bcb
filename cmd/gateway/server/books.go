package server

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/saved"
	"signpost/internal/inspect"
	"signpost/internal/twilio"
	"signpost/ivr"
)

// origin is where the book in use came from.
type origin uint8

const (
	fromProgram origin = iota // the book that ships: FLOWS_DIR is not set
	fromDir                   // FLOWS_DIR
	fromSaved                 // the copy of the last good one, in STATE_DIR
	fromNowhere               // no good book is known: only the 24-hour number and 999
)

// bookState is the book in use and the one before it, for repeats of webhooks that the one
// before answered.
type bookState struct {
	current, previous *flows.Book
	// safeText and safeCall are the answers when all else fails, rendered when the book came
	// into use.
	safeText, safeCall []byte
	from               origin
	since              time.Time // when it came into use
	reloadOK           bool      // the last attempt to read FLOWS_DIR worked
	saveFailed         bool      // the copy in STATE_DIR could not be written
	forbidden          bool      // a file of FLOWS_DIR may not be read by this user
}

func (g *Gateway) newBookState(current, previous *flows.Book, from origin) *bookState {
	return &bookState{
		current: current, previous: previous, from: from, since: g.clock(), reloadOK: true,
		safeText: twilio.TextDocument(current.FallbackText(), ""),
		safeCall: twilio.CallDocument(ivr.Fallback(current)),
	}
}

// startBook puts the first book into use: that of FLOWS_DIR, else the saved copy of the last
// good one. Without either, everybody gets the 24-hour number and 999: the book that ships
// may be for another area.
func (g *Gateway) startBook(shipped *flows.Book) {
	if g.cfg.FlowsDir == "" {
		g.books.Store(g.newBookState(shipped, nil, fromProgram))
		return
	}
	g.books.Store(g.newBookState(shipped.StandIn(), nil, fromNowhere))
	dir := os.DirFS(g.cfg.FlowsDir)
	for range 3 { // somebody may be saving just now
		g.fromFiles = load.Fingerprint(dir)
		if g.reload(dir, g.fromFiles) {
			break
		}
	}
	if g.books.Load().from == fromDir {
		return
	}
	if b, err := g.savedBook(); err == nil {
		next := g.newBookState(b, nil, fromSaved)
		next.reloadOK, next.forbidden = false, g.books.Load().forbidden
		g.books.Store(next)
		g.log.Warn("the saved copy of the last good flow book is in use", "book", b.Version)
		return
	} else if !errors.Is(err, fs.ErrNotExist) {
		g.log.Error("the saved copy of the last good flow book cannot be used", "err", err)
	}
	g.log.Error("there is no good flow book")
}

var errSavedMistakes = errors.New("the saved flow book has mistakes")

// savedBook reads the copy in STATE_DIR. It was checked before it was saved; a newer version
// of this program may know more rules, so only what would keep it from working is looked at.
func (g *Gateway) savedBook() (*flows.Book, error) {
	if g.cfg.StateDir == "" {
		return nil, fs.ErrNotExist
	}
	copied, err := saved.Load(g.cfg.StateDir)
	if err != nil {
		return nil, err
	}
	src, problems := load.Dir(copied.Files)
	if src.Broken || len(load.Errors(problems)) > 0 {
		return nil, errSavedMistakes
	}
	return src.Book, nil
}

// noBook reports that no good flow book is known.
func (g *Gateway) noBook() bool { return g.books.Load().from == fromNowhere }

// Use puts a checked book into use.
func (g *Gateway) Use(b *flows.Book) {
	old := g.books.Load()
	if b.Version == old.current.Version {
		next := *old
		next.reloadOK, next.forbidden, next.from = true, false, fromDir
		g.books.Store(&next)
		return
	}
	g.books.Store(g.newBookState(b, old.current, fromDir))
	if g.lines != nil { // not while the first book is read
		g.lines.Judge()
	}
	if old.from == fromNowhere {
		g.log.Info("a flow book is in use", "book", b.Version)
		return
	}
	g.log.Info("a flow book is in use", "book", b.Version, "changes", changes.Summary(old.current, b))
}

// reload reads a flow book and puts it into use if it has no errors. It returns false, and
// decides nothing, when the files changed while they were read.
func (g *Gateway) reload(dir fs.FS, fingerprint uint64) bool {
	copied, err := saved.Take(dir)
	if forbidden(dir) {
		g.forbid()
		return false // it is tried again: that a file may be read now changes none
	}
	if err != nil {
		g.refuse("flow-book-too-large", "", 1)
		return unchanged(dir, fingerprint)
	}
	src, problems := check.Mistakes(copied.Files, time.Time{})
	if !unchanged(dir, fingerprint) {
		return false
	}
	if len(problems) > 0 {
		g.refuse(problems[0].Rule, problems[0].Pos.String(), len(problems))
		return true
	}
	g.metrics.setReload(true)
	g.Use(src.Book)
	g.save(copied)
	return true
}

// refuse keeps the book in use, because the one in FLOWS_DIR has mistakes.
func (g *Gateway) refuse(rule, at string, count int) {
	next := *g.books.Load()
	next.reloadOK, next.forbidden = false, false
	g.books.Store(&next)
	g.metrics.setReload(false)
	g.log.Error("the flow book has mistakes and is not used", "count", count, "at", at, "rule", rule)
}

// save keeps a copy of a good book for the next start.
func (g *Gateway) save(b *saved.Book) {
	if g.cfg.StateDir == "" {
		return
	}
	err := b.Save(g.cfg.StateDir)
	next := *g.books.Load()
	next.saveFailed = err != nil
	g.books.Store(&next)
	if err != nil {
		g.log.Error("the flow book could not be saved in STATE_DIR for the next start", "err", err)
	}
}

// bookProblems names what is wrong with the flow book.
func (s *bookState) bookProblems(stateDir string) (out []inspect.Finding) {
	list, has := "signpost check -flows lists every mistake. A corrected book is in use within two seconds.",
		"has mistakes"
	if s.forbidden {
		list, has = "Let the gateway's user read FLOWS_DIR, with all in it and the folders above it: chmod -R a+rX.",
			"has files that the gateway's user may not read"
	}
	switch s.from {
	case fromSaved:
		out = append(out, inspect.Finding{Name: "book-saved-copy",
			What: "the flow book in FLOWS_DIR " + has + ", and the saved copy of the last good one is in use",
			Fix:  list})
	case fromNowhere:
		out = append(out, inspect.Finding{Name: "no-book",
			What: "there is no good flow book: everybody gets only the 24-hour number and 999", Fix: list})
	case fromDir:
		if !s.reloadOK {
			out = append(out, inspect.Finding{Name: "book-refused",
				What: "the flow book in FLOWS_DIR " + has + ", and the last good one is in use", Fix: list})
		}
		const next = "; after a restart with a broken book there would be none"
		if s.saveFailed {
			out = append(out, inspect.Finding{Name: "book-not-saved",
				What: "the flow book cannot be saved in STATE_DIR" + next,
				Fix:  "Let the gateway write to that folder, and look whether its disk is full."})
		} else if stateDir == "" {
			out = append(out, inspect.Finding{Name: "state-dir-missing", What: "STATE_DIR is not set" + next,
				Fix: "Set it to a folder that the gateway may write to, as deploy/signpost.service does.", Look: true})
		}
	case fromProgram:
	}
	return out
}

// forbid notes, once, that FLOWS_DIR may not be read.
func (g *Gateway) forbid() {
	if g.books.Load().forbidden {
		return
	}
	g.refuse("flow-book-forbidden", "", 1)
	next := *g.books.Load()
	next.forbidden = true
	g.books.Store(&next)
}

// forbidden reports that this process may not read some file of a flow book. Without it a book
// would be read as if the file were not there: with another county's postcodes, perhaps.
func forbidden(dir fs.FS) bool {
	for _, folder := range load.Folders() {
		entries, err := fs.ReadDir(dir, folder)
		if errors.Is(err, fs.ErrPermission) {
			return true
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			if !load.Belongs(name) {
				continue
			}
			f, err := dir.Open(name)
			if errors.Is(err, fs.ErrPermission) {
				return true
			}
			if err == nil {
				_ = f.Close()
			}
		}
	}
	return false
}
