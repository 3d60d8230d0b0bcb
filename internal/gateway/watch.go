package gateway

import (
	"context"
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
	last := load.Fingerprint(dir)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if now := load.Fingerprint(dir); now != last {
				last = now
				g.reload(dir)
			}
		}
	}
}
