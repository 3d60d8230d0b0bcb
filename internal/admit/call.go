package admit

import (
	"strconv"
	"sync"
	"time"

	"signpost/internal/budget"
	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// Calls decides what a caller is offered, and charges the budget for the minutes of calls. It
// is safe for concurrent use.
type Calls struct {
	Keys        *privacy.Keyring
	Meter       *budget.Meter
	Minute      budget.Money // price of a minute of a call, or of a leg to a service
	CallerLimit int          // calls of one caller in an hour by the clock; 0 is no limit
	Maintenance func() bool  // reports that the menus are switched off
	// NoBook reports that no flow book can be used: callers hear the 24-hour number, at
	// every step. Nil is never.
	NoBook func() bool
	Now    func() time.Time

	mu    sync.Mutex
	calls periodic[[16]byte, int] // of an hour, in this process; callers are keyed hashes, others every hour
	// Webhooks seen in this hour, and in the one before it, by keyed hashes.
	seenIn time.Time
	seen   [2]map[[16]byte]struct{}
}

// maxCallers limits the callers that are counted. Beyond it all counts start again at zero.
const maxCallers = 20_000

// maxSeen limits the webhooks of an hour that are remembered. Beyond it the oldest are forgotten.
const maxSeen = 50_000

// Offer is what a caller is offered.
type Offer uint8

// Offers.
const (
	Menu            Offer = iota
	Helpline              // the 24-hour number and 999, and the 24-hour line is dialled
	MaintenanceCall       // that the menus are switched off, and the 24-hour number
)

// LacksBook reports that no flow book can be used.
func (c *Calls) LacksBook() bool { return c.NoBook != nil && c.NoBook() }

// FirstTime remembers a webhook, and reports that it was not seen in this hour or the one before
// it. Ask once for each webhook. What is sent again, by the provider or by somebody who has
// copied it, must not be charged or counted again.
func (c *Calls) FirstTime(call webhook.Call) bool {
	if call.Signature == "" {
		return true
	}
	var name [16]byte
	privacy.Forget(func() { name = c.Keys.Sum(0, "webhook of a call", call.Signature) })
	c.mu.Lock()
	defer c.mu.Unlock()
	if hour := c.Now().UTC().Truncate(time.Hour); !hour.Equal(c.seenIn) || len(c.seen[0]) >= maxSeen {
		c.seenIn, c.seen[1], c.seen[0] = hour, c.seen[0], map[[16]byte]struct{}{}
	}
	_, now := c.seen[0][name]
	_, before := c.seen[1][name]
	c.seen[0][name] = struct{}{}
	return !now && !before
}

// Call is a call that begins.
type Call struct {
	From   webhook.Address
	Free   bool // a probe that costs nothing
	Repeat bool // it was decided about before
}

// Admit decides what a caller is offered, and charges the first minute. A free probe costs
// nothing, and neither does a repeat, which gets what its caller would get now.
func (c *Calls) Admit(call Call) Offer {
	if c.Maintenance() || c.LacksBook() {
		return MaintenanceCall
	}
	within := c.withinLimit(call)
	affordable := c.Meter.Level(callKind(call.From)) != budget.Spent // before the minute is charged
	if !call.Free && !call.Repeat {
		c.Meter.Spend(callKind(call.From), c.Minute)
	}
	if within && affordable {
		return Menu
	}
	return Helpline
}

// Ended charges a call that has ended, but for the first minute, which is charged already.
func (c *Calls) Ended(caller webhook.Address, lasted time.Duration) {
	if n := minutes(lasted); n > 1 {
		c.Meter.Spend(callKind(caller), c.Minute*budget.Money(n-1))
	}
}

// LegEnded charges a leg that has ended.
func (c *Calls) LegEnded(caller webhook.Address, lasted time.Duration) {
	c.Meter.Spend(callKind(caller), c.Minute*budget.Money(minutes(lasted)))
}

// minutes are those that have begun: the provider charges them whole.
func minutes(d time.Duration) int64 {
	d = min(max(d, 0), webhook.LongestCall)
	return int64((d + time.Minute - 1) / time.Minute)
}

// callKind is which share of the budget pays for a call.
func callKind(caller webhook.Address) budget.Kind {
	switch {
	case caller.Kind == webhook.Withheld:
		return budget.CallsWithheld
	case caller.Kind == webhook.Phone && caller.Country == webhook.HomeCode:
		return budget.CallsHome
	}
	return budget.CallsElsewhere
}

// withinLimit counts a call that is new, and reports whether it is within the caller's limit. Withheld
// callers cannot be told apart, and have none.
func (c *Calls) withinLimit(call Call) bool {
	if call.From.Kind == webhook.Withheld {
		return true
	}
	hour := c.Now().UTC().Truncate(time.Hour)
	since := strconv.FormatInt(hour.Unix(), 10)
	var name [16]byte
	privacy.Forget(func() { name = c.Keys.Sum(0, "caller", since, call.From.Raw.Reveal()) })
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls.in(hour, maxCallers)
	if !call.Repeat {
		calls[name]++
	}
	return c.CallerLimit == 0 || calls[name] <= c.CallerLimit
}
