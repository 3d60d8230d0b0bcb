package sms

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/counters"
	"signpost/internal/privacy"
	"signpost/internal/store"
)

// answer is what a text is answered with, and what it leaves behind.
type answer struct {
	text    string
	next    []byte // the next state; empty: the conversation is over
	keepTTL bool   // the conversation keeps its time of expiry
	outcome Outcome
	kinds   []counters.Kind // for the day's counts
	// number are the services whose numbers are given, or [whichPlace]; exhausted reports a silence
	// because too much of the conversation has moved nothing.
	number    string
	exhausted bool
	urgent    bool // the answer to danger or despair
	ended     bool // somebody leaves
}

// whichPlace is the number of a question for the place, as far as the limits know: the next text gets one.
const whichPlace = "which place"

// answer works out the answer that a mark describes. It depends on the mark, the text and the book
// only, so a repeat gets the same.
func (h *Handler) answer(mark store.Mark, text flows.Input) answer {
	book := h.Book(mark.Book)
	limited := []counters.Kind{{Channel: counters.Text, Outcome: counters.Limited}}
	now := minuteOf(mark)
	switch mark.Kind {
	case store.HelplineOnly:
		return answer{text: book.FallbackText(), next: unmoved(book, now, mark.Before, text), keepTTL: true,
			outcome: Limited, kinds: limited}
	case store.Maintenance:
		return answer{text: book.MaintenanceText(), next: unmoved(book, now, mark.Before, text), keepTTL: true,
			outcome: InMaintenance}
	case store.Silent:
		return answer{next: unmoved(book, now, mark.Before, text), keepTTL: true, outcome: Limited, kinds: limited}
	case store.Brief:
		return briefAnswer(book, now, text)
	}
	return stepAnswer(book, now, mark.Before, text)
}

func minuteOf(mark store.Mark) time.Time { return time.Unix(int64(mark.Minute)*60, 0) }

// unmoved is the state after a text that does not move the conversation: the one before. But
// the state records that somebody writes about their own behaviour, however they are answered:
// they are given no service for the people harmed. It also holds the first half of a postcode.
func unmoved(book *flows.Book, now time.Time, before []byte, text flows.Input) []byte {
	a := stepAnswer(book, now, before, text)
	if ownBehaviour(book, a.next) {
		return a.next
	}
	return withHalf(book, before, a.next)
}

// withHalf is a state with the half of a postcode that another holds.
func withHalf(book *flows.Book, before, after []byte) []byte {
	next, err := book.Decode(after)
	if err != nil {
		return before
	}
	state := flows.State{Step: book.TextStart}
	if len(before) > 0 {
		if state, err = book.Decode(before); err != nil {
			return before
		}
	}
	if state.Half == next.Half {
		return before
	}
	state.Half = next.Half
	return state.Encode()
}

// ownBehaviour reports a conversation with somebody about their own behaviour.
func ownBehaviour(book *flows.Book, state []byte) bool {
	if len(state) == 0 {
		return false
	}
	s, err := book.Decode(state)
	return err == nil && s.Who == flows.Behaviour
}

// stepAnswer takes a step of the conversation.
func stepAnswer(book *flows.Book, now time.Time, before []byte, text flows.Input) answer {
	state := flows.State{}
	if len(before) > 0 {
		if s, err := book.DecodeText(now, before); err == nil {
			state = s
		} // else the book has lost the step, and nothing else is known: start again
	}
	var after flows.State
	var reply flows.Reply
	privacy.Forget(func() { // only here is what somebody wrote read
		var err error
		after, reply, err = book.Step(now, state, text)
		if errors.Is(err, flows.ErrNoSuchStep) {
			after, reply, _ = book.Step(now, flows.State{}, text)
		}
	})
	if reply.Emergency && urgent(book, text) {
		after.Idle = 0 // what moved nothing before, perhaps in somebody's name, does not end this
	}
	a := answer{text: reply.Text, keepTTL: reply.KeepsExpiry, outcome: Answered, exhausted: reply.Exhausted,
		urgent: reply.Urgent(after), kinds: kindsToCount(book, state, after, reply)}
	a.number = strings.Join(reply.Shows, " ")
	if a.number == "" && after.Ask[0] != "" && after.Ask != state.Ask {
		a.number = whichPlace
	}
	if reply.Text == "" {
		a.outcome = Silent
	}
	if a.ended = reply.Ended; !a.ended {
		a.next = after.Encode()
	}
	return a
}

// briefAnswer answers the first text of a conversation briefly. A place still gets its number, and the
// conversation goes on from there: what comes next needs to know it. Anything else gets the 24-hour
// number and 999, since a menu needs more texts.
func briefAnswer(book *flows.Book, now time.Time, text flows.Input) answer {
	var after flows.State
	var reply flows.Reply
	var err error
	privacy.Forget(func() { after, reply, err = book.Step(now, flows.State{}, text) })
	if err != nil || !reply.Ended && len(reply.Shows) == 0 && !reply.Emergency {
		return answer{text: book.FallbackText(), keepTTL: true, outcome: Brief}
	}
	a := answer{text: reply.Text, outcome: Brief, kinds: kindsToCount(book, flows.State{}, after, reply),
		ended: reply.Ended}
	if !reply.Ended {
		a.next = after.Encode()
	}
	return a
}

// kindsToCount is what the day's counts record of a step.
func kindsToCount(book *flows.Book, before, after flows.State, reply flows.Reply) []counters.Kind {
	out := make([]counters.Kind, 0, 2)
	add := func(k counters.Kind) {
		k.Channel = counters.Text
		out = append(out, k)
	}
	if before.Step == "" && !reply.Ended {
		add(counters.Kind{Outcome: counters.Begun})
	}
	switch {
	case reply.Ended && before.Step != "":
		add(counters.Kind{Outcome: counters.Left})
	case reply.Emergency:
		add(counters.Kind{Outcome: counters.Emergency})
	case reply.Complaint != "":
		add(counters.Kind{Service: reply.Complaint, Outcome: counters.Complained})
	case before.Spelt && before.Ask[0] == after.Area: // the question gave the number
	case len(reply.Shows) > 0 && flows.Moved(before, after):
		add(counters.Kind{Area: cmp.Or(book.AreaGiven(after), after.Ask[0]), Service: reply.Shows[0],
			Outcome: counters.Given})
	}
	return out
}
