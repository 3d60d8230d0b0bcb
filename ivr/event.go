package ivr

import "signpost/internal/counters"

// Event is what happened in a call, for the counters.
type Event string

// Events of a call.
const (
	Started       Event = "started"
	Probed        Event = "probe" // no person rings
	InMaintenance Event = "maintenance"
	OverLimit     Event = "helpline_only" // over a limit: the 24-hour number alone
	Restarted     Event = "restarted"     // its position was lost, or had expired
	TooLong       Event = "too_long"
	SilentCall    Event = "silent_connected" // connected without a key, as the line agreed
	NoCallerID    Event = "no_caller_id"     // a number was said, since no caller id could be shown
)

// legEvent is the event of a leg that ended.
func legEvent(o counters.Outcome) Event { return Event("leg_" + string(o)) }

// Events lists them all.
func Events() []Event {
	all := []Event{Started, Probed, InMaintenance, OverLimit, Restarted, TooLong, SilentCall, NoCallerID}
	for _, o := range counters.LegOutcomes() {
		all = append(all, legEvent(o))
	}
	return all
}
