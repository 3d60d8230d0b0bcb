package ivr

import (
	"time"

	"signpost/flows"
	"signpost/internal/counters"
	"signpost/internal/webhook"
)

// LegOutcome says how a call to a service ended, for the counts and for what we know of its
// line. least is how long a leg must have lasted to count as answered by a person: a machine's
// greeting, or a recorded menu, is commonly over or left sooner. A leg whose duration the
// provider does not report counts as short: nothing shows that anybody was there. by is who
// answers the line, as the flow book has it: voicemail is a machine, however long the leg was.
//
// Only what is certain counts against a line. A caller who hangs up while it rings shows
// nothing about it, and gets another outcome than a line that rang out.
func LegOutcome(c webhook.Call, least time.Duration, by flows.AnsweredBy) counters.Outcome {
	switch c.Leg.Status {
	case webhook.LegAnswered:
		switch {
		case c.Leg.Bridged && by == flows.AnsweredByVoicemail:
			return counters.Machine
		case c.Leg.Bridged && c.Leg.Duration >= least:
			return counters.Answered
		case c.Leg.Bridged:
			return counters.Short
		case c.CallerGone: // before anybody could take the call
			return counters.CallerLeft
		}
		return counters.Machine
	case webhook.LegBusy:
		return counters.Engaged
	case webhook.LegNoAnswer:
		if c.CallerGone {
			return counters.CallerLeft
		}
		return counters.NoAnswer
	case webhook.LegCanceled:
		if c.CallerGone {
			return counters.CallerLeft
		}
	}
	return counters.Failed
}

// engineLeg is how a leg ended, for the engine, while the caller is still there. A machine
// that was connected was heard like a person who is gone at once; one that was not
// connected was not heard at all.
func engineLeg(end webhook.LegEnd, o counters.Outcome) flows.Leg {
	switch o {
	case counters.Answered:
		return flows.LegTalked
	case counters.Short:
		return flows.LegShort
	case counters.Machine:
		if end.Bridged {
			return flows.LegShort
		}
		return flows.LegNoAnswer
	case counters.NoAnswer, counters.CallerLeft:
		return flows.LegNoAnswer
	case counters.Engaged:
		return flows.LegBusy
	}
	if end.Status == webhook.LegCanceled {
		return flows.LegCancelled
	}
	return flows.LegFailed
}
