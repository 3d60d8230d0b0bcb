package gateway

import (
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"time"

	"signpost/flows/load"
)

// watchEvery is how soon a changed flow book is noticed. The files are read
// whole each time: editors replace files in many ways, and a network folder
// tells nobody.
const watchEvery = 2 * time.Second

// watch reloads the flow book when its files change.
func (g *Gateway) watch(ctx context.Context) {
	if g.cfg.FlowsDir == "" {
		return
	}
	dir := os.DirFS(g.cfg.FlowsDir)
	last := fingerprint(dir)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if now := fingerprint(dir); now != last {
				last = now
				g.reload(dir)
			}
		}
	}
}

func fingerprint(dir fs.FS) uint64 {
	h := fnv.New64a()
	for _, name := range load.Files() {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			h.Write([]byte("missing"))
		}
		h.Write(data)
		h.Write([]byte{0})
	}
	recordings, _ := fs.Glob(dir, "audio/*.wav") // the pattern is well formed
	for _, name := range recordings {
		if st, err := fs.Stat(dir, name); err == nil {
			fmt.Fprintln(h, name, st.Size(), st.ModTime().UnixNano())
		}
	}
	return h.Sum64()
}
