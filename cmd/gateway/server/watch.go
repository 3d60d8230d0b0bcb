package server

import (
	"context"
	"io/fs"
	"os"
	"time"

	"signpost/flows/load"
)

// watchEvery is how often the flow book's folder is polled. A change is read once two polls
// agree, so that half a save is seldom read: a good book is in use about a second after it
// was saved.
const watchEvery = 400 * time.Millisecond

// watchBook reloads the flow book when its files change.
func (g *Gateway) watchBook(ctx context.Context) {
	if g.cfg.FlowsDir == "" {
		return
	}
	dir := os.DirFS(g.cfg.FlowsDir)
	files := load.NewWatcher(dir)
	last := g.fromFiles
	seen := last
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := files.Fingerprint(time.Now())
		switch {
		case now == last:
			seen = last
		case now != seen:
			seen = now // poll once more
		default:
			if g.reload(dir, now) {
				last = now
			}
		}
	}
}

// unchanged reports that the files still have a fingerprint: while a folder is being
// replaced, some files may be old and some new.
func unchanged(dir fs.FS, fingerprint uint64) bool { return load.Fingerprint(dir) == fingerprint }
