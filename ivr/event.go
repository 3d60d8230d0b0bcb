package ivr

import "signpost/internal/counters"

// Event is what happened in a call, for the counters.
type Event string

// Events of a call.
const (
	Started       Event = "started"
	InMaintenance Event = "maintenance"
	HelplineOnly  Event = "helpline_only" // over a limit: the 24-hour number alone
	Restarted     Event = "restarted"     // its position was lost, or had expired
	TooLong       Event = "too_long"
)

// legEvent is the event of a leg that ended.
func legEvent(o counters.Outcome) Event { return Event("leg_" + string(o)) }

// Events lists them all.
func Events() []Event {
	all := []Event{Started, InMaintenance, HelplineOnly, Restarted, TooLong}
	for _, o := range []counters.Outcome{counters.Answered, counters.NoAnswer, counters.Engaged, counters.Failed} {
		all = append(all, legEvent(o))
	}
	return all
}
