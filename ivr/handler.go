// Package ivr is the call channel: it turns the events of a call into inputs for the flow
// engine, and the engine's replies into instructions for the call.
//
// Nothing is stored for a call. Its position is in the follow-up URL, as a sealed token
// that expires and fits this call only. There is no way here to record anyone, or to call
// anyone back.
package ivr

import (
	"log/slog"
	"time"

	"signpost/flows"
	"signpost/internal/counters"
	"signpost/internal/webhook"
)

// maxTurns ends a call that would go on for ever.
const maxTurns = 60

// Handler answers the events of calls.
type Handler struct {
	Book      func() *flows.Book // the book in force
	Admission *CallAdmission
	Positions Positions
	BaseURL   string // scheme and host that the provider calls
	CallerID  string // shown to services when the line called cannot be
	Now       func() time.Time
	Log       *slog.Logger
	Count     func(Event)
	Tally     func(counters.Kind) // adds to the day's counts
}

// Paths of the webhooks that follow the first.
const (
	StatusPath = "/voice/status" // a call or a leg has ended
	KeyPath    = "/voice/key"    // a key, or silence
	LegPath    = "/voice/leg"    // the end of a leg
	// AcceptPath and AcceptedPath ask whoever answers to accept the call. They have no
	// position: they are about no caller.
	AcceptPath, AcceptedPath = "/voice/accept", "/voice/accepted"
)

// Start answers an incoming call.
func (h *Handler) Start(c webhook.Call) webhook.CallReply {
	switch h.Admission.admit(c.Caller) {
	case offerMaintenance:
		h.Count(InMaintenance)
		b := h.Book()
		return hangUpAfter(b, b.MaintenanceSpeech())
	case offerHelpline:
		h.Count(HelplineOnly)
		h.Tally(counters.Kind{Channel: counters.Call, Outcome: counters.Limited})
		return Fallback(h.Book())
	}
	h.Count(Started)
	h.Tally(counters.Kind{Channel: counters.Call, Outcome: counters.Begun})
	return h.step(c, position{}, flows.Rang())
}

// Key answers a key press or a silence.
func (h *Handler) Key(c webhook.Call) webhook.CallReply {
	pos, ok := h.Positions.open(c, h.Book())
	if !ok {
		return h.restart(c)
	}
	in := flows.Silence()
	if c.Keys != "" {
		in = flows.Pressed(c.Keys[0])
	}
	return h.step(c, pos, in)
}

// Leg answers the end of a leg.
func (h *Handler) Leg(c webhook.Call) webhook.CallReply {
	leg := engineLeg(c.Leg)
	h.Count(legEvent(legOutcomes[leg]))
	pos, ok := h.Positions.open(c, h.Book())
	if ok {
		h.Tally(counters.Kind{Channel: counters.Call, Service: h.dialled(pos.state), Outcome: legOutcomes[leg]})
	}
	switch {
	case leg == flows.LegTalked:
		return webhook.CallReply{webhook.Hangup{}} // even without a position: the talk is over
	case !ok:
		return h.restart(c)
	}
	return h.step(c, pos, flows.LegEnded(leg))
}

// Accept asks whoever answers to accept the call.
func (h *Handler) Accept(webhook.Call) webhook.CallReply {
	b := h.Book()
	words := speak(b, h.BaseURL, []flows.Utterance{{Words: b.Messages.Accept.Say}}, false)
	key := webhook.Gather{URL: h.BaseURL + AcceptedPath, Prompt: words, Seconds: acceptSeconds, Silence: true}
	return webhook.CallReply{key, webhook.Hangup{}}
}

// Accepted connects the caller if the key was pressed: no instructions connect the two.
// Otherwise it hangs up on whoever answered, and the next line is called.
func (h *Handler) Accepted(c webhook.Call) webhook.CallReply {
	if c.Keys == "1" {
		return nil
	}
	return webhook.CallReply{webhook.Hangup{}}
}

// restart begins a call again whose position is lost.
func (h *Handler) restart(c webhook.Call) webhook.CallReply {
	h.Count(Restarted)
	return h.step(c, position{}, flows.Rang())
}

// step moves the call and returns the reply.
func (h *Handler) step(c webhook.Call, pos position, in flows.Input) webhook.CallReply {
	book := h.Book()
	if pos.turns >= maxTurns {
		h.Count(TooLong)
		return Fallback(book)
	}
	next, reply, err := book.Step(h.Now(), pos.state, in)
	if err != nil { // the book has changed during the call
		next, reply, err = book.Step(h.Now(), flows.State{}, flows.Rang())
	}
	if err != nil {
		h.Log.Error("a call was answered with the safe words", "err", err)
		return Fallback(book)
	}
	h.tallyStep(pos.state, next, reply, in)
	return h.reply(c, book, reply, position{next, pos.turns + 1})
}

// engineLeg converts the end of a leg. A leg that was answered but not connected was
// answered by a machine, or by somebody who did not accept the call.
func engineLeg(end webhook.LegEnd) flows.Leg {
	switch end.Status {
	case webhook.LegAnswered:
		if end.Bridged {
			return flows.LegTalked
		}
		return flows.LegNoAnswer
	case webhook.LegNoAnswer:
		return flows.LegNoAnswer
	case webhook.LegBusy:
		return flows.LegBusy
	}
	return flows.LegFailed
}

// legOutcomes are what the ends of a leg are counted as.
var legOutcomes = [...]counters.Outcome{
	flows.LegTalked: counters.Answered, flows.LegNoAnswer: counters.NoAnswer, flows.LegBusy: counters.Engaged, flows.LegFailed: counters.Failed,
}

// dialled is the id of the service that was called, empty when the book has changed.
func (h *Handler) dialled(s flows.State) string {
	b := h.Book()
	step := b.StepNamed(s.Step)
	if step == nil {
		return ""
	}
	if chain := b.Chain(h.Now(), step, s.Area, s.Who); int(s.At) < len(chain) {
		return chain[s.At].ID
	}
	return ""
}

// tallyStep adds a step to the day's counts.
func (h *Handler) tallyStep(before, after flows.State, reply flows.Reply, in flows.Input) {
	k := counters.Kind{Channel: counters.Call}
	switch {
	case reply.Ended && in == flows.Pressed(flows.KeyLeave):
		k.Outcome = counters.Left
	case in == flows.Pressed(flows.KeyCannotTalk):
		k.Outcome = counters.Emergency
	case len(reply.Shows) > 0 && reply.Act == flows.Listen && flows.Moved(before, after):
		k.Area, k.Service, k.Outcome = after.Area, reply.Shows[0], counters.Given
	default:
		return
	}
	h.Tally(k)
}
