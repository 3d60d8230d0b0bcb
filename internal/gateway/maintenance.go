package gateway

import (
	"context"
	"time"
)

// maintenanceEvery is how often a gateway asks whether the menus are out of use.
const maintenanceEvery = time.Second

// watchMaintenance keeps in mind until when the menus are out of use. With the store
// away what was last known holds until that moment.
func (g *Gateway) watchMaintenance(ctx context.Context) {
	tick := time.NewTicker(maintenanceEvery)
	defer tick.Stop()
	for {
		op, cancel := context.WithTimeout(ctx, pingTimeout)
		until, err := g.store.Maintenance(op)
		cancel()
		if err == nil && g.resting.Swap(until.Unix()) != until.Unix() {
			if until.IsZero() {
				g.log.Info("maintenance is off: the menus are in use")
			} else {
				g.log.Warn("maintenance is on: everybody gets the 24-hour number; signpost maintenance off ends it")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// isResting reports whether the menus are out of use.
func (g *Gateway) isResting() bool { return time.Now().Unix() < g.resting.Load() }
