package ivr

import (
	"strconv"
	"sync"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/spend"
	"signpost/internal/webhook"
)

// Callers counts, in this process alone, how often each caller rings in an hour by
// the clock: by keyed hashes, which are others every hour.
type Callers struct {
	Limit int // nought is none

	mu    sync.Mutex
	hour  time.Time
	calls map[[16]byte]int // by keyed hashes
}

// maxCallers bounds the callers remembered. Beyond it all are counted anew.
const maxCallers = 20_000

// ring counts a call, and reports whether it is within the limit.
func (c *Callers) ring(hour time.Time, caller [16]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !hour.Equal(c.hour) || len(c.calls) >= maxCallers {
		c.hour, c.calls = hour, map[[16]byte]int{}
	}
	c.calls[caller]++
	return c.Limit == 0 || c.calls[caller] <= c.Limit
}

// affords reports whether a call is offered the menu. Withheld callers cannot be
// told from one another, so that the last fifth of what may be spent is kept for
// those who can.
func (h *Handler) affords(r webhook.Request) bool {
	level := h.Meter.Level()
	if level == spend.Spent {
		return false
	}
	hour := h.Now().UTC().Truncate(time.Hour)
	name := strconv.FormatInt(hour.Unix(), 10)
	withheld, caller := false, [16]byte{}
	privacy.Forget(func() {
		from := webhook.ParseParty(r.Get("From"))
		if withheld = from.Kind == webhook.Withheld; !withheld {
			caller = h.Keys.Sum(0, "caller", name, from.Addr.Reveal())
		}
	})
	if withheld {
		return level == spend.Plenty
	}
	return h.Callers.ring(hour, caller)
}
