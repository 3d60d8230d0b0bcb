package server

import (
	"context"
	"time"
)

// maintenanceEvery is how often Redis is asked whether the menus are switched off.
const maintenanceEvery = time.Second

// watchMaintenance asks Redis until when the menus are switched off. While Redis is unreachable,
// and after it has lost what it held, the last answer holds.
func (g *Gateway) watchMaintenance(ctx context.Context) {
	tick := time.NewTicker(maintenanceEvery)
	defer tick.Stop()
	said := false
	for {
		g.readMaintenance(ctx)
		if on := g.inMaintenance(); on != said {
			if said = on; on {
				g.log.Warn("maintenance is on")
			} else {
				g.log.Info("maintenance is off")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// readMaintenance asks Redis once. A Redis that does not know was started empty: it is told what
// this gateway knows, for gateways that start later.
func (g *Gateway) readMaintenance(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	until, err := g.store.LastMaintenance(ctx)
	switch {
	case err != nil:
	case !until.IsZero():
		g.maintenanceUntil.Store(until.Unix())
	case g.inMaintenance():
		// Should it fail, it is tried again at the next look.
		_ = g.store.RestoreMaintenance(ctx, time.Unix(g.maintenanceUntil.Load(), 0))
	}
}

// inMaintenance reports whether the menus are switched off.
func (g *Gateway) inMaintenance() bool { return g.clock().Unix() < g.maintenanceUntil.Load() }
