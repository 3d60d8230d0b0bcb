package ivr

import (
	"strconv"
	"sync"
	"time"

	"signpost/internal/budget"
	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// CallAdmission decides who is offered the menu, and charges the cost budget for them. It is
// safe for concurrent use.
type CallAdmission struct {
	Keys        *privacy.Keyring
	Meter       *budget.Meter
	Price       budget.Money // of a call, with the leg to a service
	CallerLimit int          // calls of one caller in an hour by the clock; 0 is no limit
	Maintenance func() bool  // reports that the menus are switched off
	Now         func() time.Time

	mu    sync.Mutex
	hour  time.Time
	calls map[[16]byte]int // in this process; callers are keyed hashes, others every hour
}

// maxCallers limits the callers that are counted. Beyond it all are counted anew.
const maxCallers = 20_000

// admission is what a caller is offered.
type admission uint8

const (
	offerMenu admission = iota
	offerHelpline
	offerMaintenance
)

// admit decides what a caller is offered, and charges a call that is offered the menu.
func (a *CallAdmission) admit(caller webhook.Address) admission {
	switch {
	case a.Maintenance():
		return offerMaintenance
	case !a.affordable(caller):
		return offerHelpline
	}
	a.Meter.Spend(a.Price)
	return offerMenu
}

// affordable reports whether the budget and the caller's limit allow another call.
// Withheld callers cannot be told apart, so the last fifth of the budget is kept from
// them.
func (a *CallAdmission) affordable(caller webhook.Address) bool {
	level := a.Meter.Level()
	if level == budget.Spent {
		return false
	}
	if caller.Kind == webhook.Withheld {
		return level == budget.Plenty
	}
	hour := a.Now().UTC().Truncate(time.Hour)
	var name [16]byte
	privacy.Forget(func() {
		name = a.Keys.Sum(0, "caller", strconv.FormatInt(hour.Unix(), 10), caller.Raw.Reveal())
	})
	return a.withinLimit(hour, name)
}

// withinLimit counts a call, and reports whether it is within the caller's limit.
func (a *CallAdmission) withinLimit(hour time.Time, caller [16]byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !hour.Equal(a.hour) || len(a.calls) >= maxCallers {
		a.hour, a.calls = hour, map[[16]byte]int{}
	}
	a.calls[caller]++
	return a.CallerLimit == 0 || a.calls[caller] <= a.CallerLimit
}
