package server

import (
	"context"
	"time"
)

// maintenanceEvery is how often Redis is asked whether the menus are switched off.
const maintenanceEvery = time.Second

// watchMaintenance asks Redis until when the menus are switched off. While Redis is unreachable
// the last answer holds.
func (g *Gateway) watchMaintenance(ctx context.Context) {
	tick := time.NewTicker(maintenanceEvery)
	defer tick.Stop()
	for {
		op, cancel := context.WithTimeout(ctx, pingTimeout)
		until, err := g.store.Maintenance(op)
		cancel()
		if err == nil && g.maintenanceUntil.Swap(until.Unix()) != until.Unix() {
			if until.IsZero() {
				g.log.Info("maintenance is off")
			} else {
				g.log.Warn("maintenance is on")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// inMaintenance reports whether the menus are switched off.
func (g *Gateway) inMaintenance() bool { return g.clock().Unix() < g.maintenanceUntil.Load() }
