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
	"signpost/internal/admit"
	"signpost/internal/counters"
	"signpost/internal/webhook"
)

// maxTurns ends a call that would go on for ever.
const maxTurns = 60

// Handler answers the events of calls.
type Handler struct {
	Book      func() *flows.Book // the book in use
	Admission *admit.Calls
	Positions Positions
	BaseURL   string // scheme and host that the provider calls
	CallerID  string // shown to services when the number that was called cannot be
	Silent    *SilentCallLimiter
	Now       func() time.Time
	Log       *slog.Logger
	Count     func(Event)
	// AddCount adds to the day's counts, once for each phone: who is its keyed hash of the day.
	AddCount func(who string, k counters.Kind)
}

// Paths of the webhooks that follow the first.
const (
	StatusPath = "/voice/status" // a call or a leg has ended
	KeyPath    = "/voice/key"    // a key, or silence
	LegPath    = "/voice/leg"    // the end of a leg
	// AcceptPath asks the person who answers to accept the call. It has no position: it is
	// about no caller.
	AcceptPath = "/voice/accept"
	// AcceptedPath is given their key.
	AcceptedPath = "/voice/accepted"
)

// Start answers an incoming call.
func (h *Handler) Start(c webhook.Call) webhook.CallReply {
	if c.Probe {
		h.Count(Probed)
		h = h.uncounted()
	}
	first := h.Admission.FirstTime(c)
	switch h.Admission.Admit(admit.Call{From: c.Caller, Free: c.Free, Repeat: !first}) {
	case admit.MaintenanceCall:
		h.Count(InMaintenance)
		b := h.Book()
		return hangUpAfter(b, h.BaseURL, b.MaintenanceSpeech())
	case admit.Helpline:
		h.Count(OverLimit)
		h.AddCount(h.who(c), counters.Kind{Channel: counters.Call, Outcome: counters.Limited})
		return h.offerHelpline(c)
	}
	h.Count(Started)
	if h.callerID(c) == "" {
		h.Count(NoCallerID)
	}
	h.AddCount(h.who(c), counters.Kind{Channel: counters.Call, Outcome: counters.Begun})
	return h.step(c, position{typed: startTyped(h.Now())}, flows.Rang())
}

// uncounted returns a handler that answers alike and counts nothing.
func (h *Handler) uncounted() *Handler {
	u := *h
	u.Count, u.AddCount = func(Event) {}, func(string, counters.Kind) {}
	return &u
}

// Key answers a key press or a silence.
func (h *Handler) Key(c webhook.Call) webhook.CallReply {
	if c.Probe {
		h = h.uncounted()
	}
	pos, ok := h.Positions.open(c, h.Book())
	if !ok {
		return h.restart(c)
	}
	in := keyed(h.Now(), &pos, c.Keys)
	if h.silenceConnects(c, pos) {
		h.Count(SilentCall)
		in = flows.SilenceConnects()
	}
	if pos.helplineOnly() && c.Keys != "" {
		pos.state = h.Book().AnyKeyConnects(pos.state)
	}
	return h.step(c, pos, in)
}

// silenceConnects reports whether a caller who pressed nothing is connected, as the line agreed.
// A webhook that is sent again takes none of what the line takes in an hour.
func (h *Handler) silenceConnects(c webhook.Call, pos position) bool {
	perHour := h.Book().Silent.PerHour
	if c.Keys != "" || perHour <= 0 || !pos.state.LastSilence() {
		return false
	}
	first := h.Admission.FirstTime(c)
	return !first || h.Silent.take(perHour)
}

// Leg answers the end of a leg.
func (h *Handler) Leg(c webhook.Call) webhook.CallReply {
	if c.Probe {
		h = h.uncounted()
	}
	first := h.Admission.FirstTime(c)
	if first {
		h.Admission.LegEnded(c.Caller, c.Leg.Duration)
	}
	pos, ok := h.Positions.open(c, h.Book())
	k := counters.Kind{Channel: counters.Call}
	var by flows.AnsweredBy
	if svc := h.Book().Called(h.Now(), pos.state); ok && svc != nil {
		k.Service, by = svc.ID, svc.AnsweredBy
	}
	k.Outcome = LegOutcome(c, h.Book().PersonAfter, by)
	h.Count(legEvent(k.Outcome))
	if ok && first { // three that nobody answered have a line called no more
		h.AddCount(h.who(c), k)
	}
	switch {
	case k.Outcome == counters.Answered || c.CallerGone:
		return webhook.CallReply{webhook.Hangup{}} // even without a position: the talk is over
	case !ok:
		return h.restart(c)
	}
	return h.step(c, pos, flows.LegEnded(engineLeg(c.Leg, k.Outcome)))
}

// Ended notes that a call has ended. Legs have reports of their own, and are charged by
// [Handler.Leg].
func (h *Handler) Ended(c webhook.Call) {
	if !c.CallerGone || c.Outbound {
		return
	}
	if h.Admission.FirstTime(c) {
		h.Admission.Ended(c.Caller, c.Duration)
	}
}

// Accept asks the person who answers to accept the call.
func (h *Handler) Accept(webhook.Call) webhook.CallReply {
	b := h.Book()
	words := speak(b, h.BaseURL, []flows.Utterance{{Words: b.Messages.Accept.Say}}, false)
	key := webhook.Gather{URL: h.BaseURL + AcceptedPath, Prompt: words, Seconds: acceptSeconds, Silence: true}
	return webhook.CallReply{key, webhook.Hangup{}}
}

// Accepted connects the caller if the key was pressed: no instructions connect the two.
// Otherwise it hangs up on the person who answered, and the next line is called.
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
	if h.Admission.LacksBook() { // the call began with another book
		h.Count(OverLimit)
		return Fallback(book)
	}
	if pos.taken() >= maxTurns {
		h.Count(TooLong)
		return Fallback(book)
	}
	rang := flows.Rang()
	if h.callerID(c) == "" { // nobody can be connected: numbers are said instead
		in, rang = in.WithoutTransfer(), rang.WithoutTransfer()
	}
	next, reply, err := book.Step(h.Now(), pos.state, in)
	if err != nil { // the book has changed during the call
		next, reply, err = book.Step(h.Now(), flows.State{}, rang)
	}
	if err != nil {
		h.Log.Error("a call was answered with the fallback", "err", err)
		return Fallback(book)
	}
	h.countStep(c, pos.state, next, reply, c.Keys == string(flows.KeyLeave))
	return h.reply(c, book, reply, position{next, pos.turns + 1, pos.typed})
}

// callerID is what services are shown: the number that was called, or the one that is set;
// empty when neither is a UK number that may be shown. It is never the caller's own.
func (h *Handler) callerID(c webhook.Call) string {
	if webhook.Presentable(c.Line) {
		return c.Line
	}
	return h.CallerID
}

// countStep adds a step to the day's counts.
func (h *Handler) countStep(c webhook.Call, before, after flows.State, reply flows.Reply, left bool) {
	k := counters.Kind{Channel: counters.Call}
	switch {
	case reply.Ended && left:
		k.Outcome = counters.Left
	case reply.Emergency:
		k.Outcome = counters.Emergency
	case len(reply.Shows) > 0 && reply.Act == flows.Listen && flows.Moved(before, after):
		k.Area, k.Service, k.Outcome = after.Area, reply.Shows[0], counters.Given
	default:
		return
	}
	h.AddCount(h.who(c), k)
}

// who names a caller for the day's counts. A withheld caller is named by the call.
func (h *Handler) who(c webhook.Call) string {
	if c.Caller.Kind == webhook.Withheld {
		return h.Positions.Keys.Hash("counted call", c.ID)
	}
	return h.Positions.Keys.Hash("counted caller", h.Now().UTC().Format(time.DateOnly), c.Caller.Raw.Reveal(), c.Line)
}
