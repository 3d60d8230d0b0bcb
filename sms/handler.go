// Package sms is the text channel: it turns a message webhook into an input for
// the flow engine, and the engine's reply into TwiML.
//
// It answers inside the webhook and never writes first. What somebody wrote is
// read, stepped on and let go: it is in no log, no key and no error.
package sms

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/privacy"
	"signpost/internal/spend"
	"signpost/internal/tally"
	"signpost/internal/twiml"
	"signpost/internal/webhook"
	"signpost/sms/gsm7"
)

// budget is how long the store may take over one text, all told. A person waits
// for the answer, and it must come within a second, store or no store.
const budget = 600 * time.Millisecond

// maxTries is how often a text is answered anew because another text of the
// same person moved the conversation meanwhile.
const maxTries = 4

// Sessions remembers conversations for minutes.
type Sessions interface {
	Recall(ctx context.Context, name flows.Name, earlier ...flows.Name) (flows.Seen, error)
	Commit(ctx context.Context, name flows.Name, from []byte, mark flows.Mark, next []byte, rest bool) (flows.Seen, bool, error)
}

// Limits bounds how many texts are answered in full, and tells who has been given
// the 24-hour number in their place.
type Limits interface {
	// Count decides at once where it can; sure tells whether it could.
	Count(sender string) (ok, sure bool)
	Allow(ctx context.Context, sender string) (ok bool, err error)
	First(ctx context.Context, sender string) (first bool, err error)
	// Urgent reports whether another answer to danger may go to a sender: the first of
	// an hour always, then one every few minutes, so that two machines cannot loop.
	Urgent(ctx context.Context, sender string) (ok bool, err error)
}

// Handler answers message webhooks.
type Handler struct {
	// Book is the book in force, or the one of that version if it is still
	// known; 0 asks for the one in force.
	Book     func(version uint32) *flows.Book
	Sessions Sessions
	Limits   Limits
	Keys     *privacy.Keyring
	// Meter reckons what answering costs; a segment sent costs Price.
	Meter *spend.Meter
	Price spend.Money
	// Countries are the calling codes of those who are answered in full; empty is
	// all. Others, and numbers that pay their holder, get the 24-hour number once an
	// hour.
	Countries []int
	// Resting tells that the menus are out of use.
	Resting func() bool
	// Remember is how long a conversation lives: so long after midnight it is
	// still looked for under the name of the day before.
	Remember  time.Duration
	StatusURL string // where the provider reports what became of a reply
	Now       func() time.Time
	Log       *slog.Logger
	Count     func(outcome string)
	Tally     func(tally.Kind) // adds to the day's counts
}

var messageSID = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)

// Answer answers one message: always with TwiML, which is silence for those who
// cannot or should not be answered by text.
func (h *Handler) Answer(ctx context.Context, r webhook.Request) []byte {
	var m message
	ok := false
	privacy.Forget(func() { m, ok = h.read(r) })
	if !ok {
		h.Count("unanswerable")
		return Silence()
	}
	// The hashes are made under Forget one by one: written out, they may be kept.
	h.name(&m, strings.TrimSpace(r.Get("From")), strings.TrimSpace(r.Get("To")), r.Get("MessageSid"))
	m.carried = h.open(m, r.Cookie)
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	if r.Get("OptOutType") != "" {
		// The provider has answered already; a second answer would be one too
		// many. Opting out ends the conversation.
		h.Count("provider answered")
		if r.Get("OptOutType") == "STOP" {
			m.text = "STOP"
			r.Keep(h.converse(ctx, m).keep)
		}
		return Silence()
	}
	o := h.converse(ctx, m)
	r.Keep(o.keep)
	if !o.again && o.text != "" {
		h.Meter.Spend(h.Price * spend.Money(gsm7.Segments(o.text)))
	}
	return h.reply(o.text)
}

// message is one text, as far as it is looked at.
type message struct {
	name    flows.Name
	earlier []flows.Name // what it may be kept under from before
	sender  string       // a keyed hash
	text    string
	carried carried // what travelled with it
	dear    bool    // from a number that is not answered in full
}

// outcome is what comes of a text: the answer, what is to travel with it, and
// whether it was given before.
type outcome struct {
	text, keep string
	again      bool
}

// read takes from a webhook what is looked at; ok is false for one that cannot
// be answered by text.
func (h *Handler) read(r webhook.Request) (m message, ok bool) {
	from, to := webhook.ParseParty(r.Get("From")), strings.TrimSpace(r.Get("To"))
	if !from.CanText() || from.Addr.Reveal() == to {
		return m, false
	}
	m.text = Body(r.Get("Body"))
	m.dear = from.Dear || len(h.Countries) > 0 && !slices.Contains(h.Countries, from.Country)
	return m, true
}

// repeats is how long after a message the provider may send it again.
const repeats = 5 * time.Minute

// name gives a message its names: hashes by the newest key for today, then by
// older keys and, soon after midnight, for yesterday. The day is part of every
// hash, so that nothing kept on one day can be joined to another.
func (h *Handler) name(m *message, from, to, sid string) {
	if !messageSID.MatchString(sid) {
		sid = ""
	}
	now := h.Now().UTC()
	days := []string{now.Format(time.DateOnly)}
	if before := now.Add(-max(h.Remember, repeats)); before.YearDay() != now.YearDay() {
		days = append(days, before.Format(time.DateOnly))
	}
	m.sender = h.Keys.Hash("sender", days[0], from)
	for d, day := range days {
		for k := range h.Keys.Keys() {
			name := flows.Name{Conv: h.Keys.HashBy(k, "conversation", day, from, to)}
			if sid != "" {
				name.Msg = h.Keys.HashBy(k, "message", sid)
			}
			if d == 0 && k == 0 {
				m.name = name
			} else {
				m.earlier = append(m.earlier, name)
			}
		}
	}
}

// Silence is the answer that sends nothing.
func Silence() []byte { return twiml.Response() }

func (h *Handler) reply(text string) []byte {
	if text == "" {
		return Silence()
	}
	return twiml.Response(twiml.Message(text, h.StatusURL))
}

// Fallback is the answer when something of ours is broken.
func Fallback(b *flows.Book) []byte { return twiml.Response(twiml.Message(b.FallbackText(), "")) }

// allowance is how a text may be answered: in full, briefly, or not but for the
// 24-hour number, if that would be the first time this hour.
type allowance struct {
	ok, brief, first, resting bool
	err                       error
	// urgent tells that the text is about danger, which no other limit holds up; over,
	// that this sender has had as many such answers as there are.
	urgent, over bool
}

// allowAtOnce works out how a text may be answered where nobody need be asked.
func (h *Handler) allowAtOnce(m message) (l allowance, sure bool) {
	level := h.Meter.Level()
	if m.dear || level == spend.Spent {
		return l, false
	}
	ok, sure := h.Limits.Count(m.sender)
	return allowance{ok: ok, brief: level == spend.Near, resting: h.Resting()}, ok && sure
}

// allow works out how a text may be answered otherwise, from what was worked out at
// once. Whoever was told nothing in this hour
// is told the 24-hour number whatever it costs, but for numbers that there is money
// in having us write to.
func (h *Handler) allow(ctx context.Context, m message, l allowance) allowance {
	if l.urgent {
		ok, err := h.Limits.Urgent(ctx, m.sender)
		l.over, l.err = !ok, err
		return l
	}
	if l.ok {
		l.ok, l.err = h.Limits.Allow(ctx, m.sender)
	}
	if l.ok || m.dear && h.Meter.Level() == spend.Spent {
		return l
	}
	var err error
	l.first, err = h.Limits.First(ctx, m.sender)
	l.err = errors.Join(l.err, err)
	return l
}

// kind is what a text is answered with, to one who has a conversation or has none.
func (l allowance) kind(m message, conversation bool, leaves func() bool) flows.MarkKind {
	switch {
	case l.urgent && l.over:
		return flows.Silent
	case l.urgent:
		return flows.Stepped
	case m.dear && leaves():
		return flows.Silent
	case l.ok && l.resting && !leaves():
		return flows.Resting
	case l.ok && l.brief && !conversation:
		return flows.Brief
	case l.ok || leaves(): // leaving is never held up
		return flows.Stepped
	case l.first:
		return flows.Noticed
	}
	return flows.Silent
}

var errFault = errors.New("a fault beside the answering: please report it")

// converse works out the answer to a text and moves its conversation, and what is
// to travel with the answer. The same message always gets the same answer and moves
// it once.
func (h *Handler) converse(ctx context.Context, m message) outcome {
	l, sure := h.allowAtOnce(m)
	l.urgent = h.urgent(m.text)
	allowed := func() allowance { return l }
	if !sure || l.urgent {
		allowed = h.beside(ctx, m, l)
	}
	seen, err := h.Sessions.Recall(ctx, m.name, m.earlier...)
	mark := flows.Mark{Kind: flows.Stepped, Minute: uint32(h.Now().Unix() / 60), Book: h.Book(0).Version}
	if err != nil {
		h.Log.Warn("the store is away: a text is answered without it", "err", err)
		return h.adrift(m, mark, allowed())
	}
	stored := seen.State
	if seen.Repeat == nil {
		l := allowed()
		if l.err != nil {
			h.Log.Warn("the limits could not be checked", "err", l.err)
		}
		mark.Before = m.from(stored)
		mark.Kind = l.kind(m, len(mark.Before) > 0, func() bool { return h.leaves(mark, m.text) })
	}
	a := answer{}
	for range maxTries {
		if seen.Repeat != nil {
			h.Count("repeat")
			a = h.render(*seen.Repeat, m.text)
			return outcome{a.text, h.carry(m, carried{state: a.next}, seen.Repeat.Minute), true}
		}
		stored = seen.State
		mark.Before = m.from(stored)
		a = h.render(mark, m.text)
		now, done, err := h.Sessions.Commit(ctx, m.name, stored, mark, a.next, a.rest)
		if err != nil {
			h.Log.Warn("a conversation was not saved", "err", err)
			h.Count("not saved")
			return outcome{a.text, h.carry(m, carried{adrift: true, before: stored, state: a.next}, mark.Minute), false}
		}
		if done {
			h.Count(a.outcome)
			for _, k := range a.kinds {
				h.Tally(k)
			}
			return outcome{a.text, h.carry(m, carried{state: a.next}, mark.Minute), false}
		}
		seen = now
		m.carried.adrift = false // the store has moved on: what is there now is newer
	}
	// So many texts at once from one person is no person; the last answer holds.
	h.Count("contended")
	return outcome{a.text, h.carry(m, carried{state: a.next}, mark.Minute), false}
}

// beside asks the limits beside the conversation, not after it; what it gives waits
// for them.
func (h *Handler) beside(ctx context.Context, m message, at allowance) func() allowance {
	limit := make(chan allowance, 1)
	go func() {
		// A fault here must not end the process: whoever writes is answered all the
		// same. What panicked is not looked at.
		l := allowance{ok: true, err: errFault, urgent: at.urgent}
		defer func() { _ = recover(); limit <- l }()
		l = h.allow(ctx, m, at)
	}()
	return func() allowance { return <-limit }
}

// from is the state a text is answered from: what the store holds, or where the
// conversation went while the store was away.
func (m message) from(stored []byte) []byte {
	if state, ok := m.carried.drifted(stored); ok {
		return state
	}
	return stored
}

// adrift answers while the store is away: from what travelled with the text, so
// that somebody in the middle of a menu notices nothing.
func (h *Handler) adrift(m message, mark flows.Mark, l allowance) outcome {
	mark.Before = m.carried.state
	mark.Kind = l.kind(m, len(mark.Before) > 0, func() bool { return h.leaves(mark, m.text) })
	if !m.carried.known && mark.Kind == flows.Stepped && !l.urgent {
		mark.Kind = flows.Brief
	}
	a := h.render(mark, m.text)
	if !m.carried.known {
		h.Count("degraded")
		return outcome{text: a.text}
	}
	h.Count("carried")
	return outcome{a.text, h.carry(m, carried{adrift: true, before: m.carried.origin(), state: a.next}, mark.Minute), false}
}

// urgent reports a text about danger, or from somebody who wants to die.
func (h *Handler) urgent(text string) (is bool) {
	book := h.Book(0)
	privacy.Forget(func() {
		kind := book.Consider(text).Kind
		is = kind == flows.CaseDanger || kind == flows.CaseDespair
	})
	return is
}

// leaves reports a text that ends the conversation.
func (h *Handler) leaves(mark flows.Mark, text string) bool {
	return h.render(mark, text).next == nil
}

// answer is what a text is answered with, and what it leaves behind.
type answer struct {
	text    string
	next    []byte // empty: the conversation is over
	rest    bool   // it keeps the lifetime it had
	outcome string
	kinds   []tally.Kind // what the day's counts make of it
}

// render is the answer a mark stands for: a pure function of the mark, the text
// and the book, so that a repeat comes out the same.
func (h *Handler) render(mark flows.Mark, text string) answer {
	book := h.Book(mark.Book)
	switch mark.Kind {
	case flows.Noticed:
		return answer{book.FallbackText(), mark.Before, true, "limited", []tally.Kind{{Channel: tally.Text, Outcome: tally.Limited}}}
	case flows.Resting:
		return answer{book.MaintenanceText(), mark.Before, true, "maintenance", nil}
	case flows.Silent:
		return answer{"", mark.Before, true, "limited", []tally.Kind{{Channel: tally.Text, Outcome: tally.Limited}}}
	}
	now := time.Unix(int64(mark.Minute)*60, 0)
	if mark.Kind == flows.Brief {
		return brief(book, now, text)
	}
	state := flows.State{}
	if len(mark.Before) > 0 {
		s, err := book.Decode(mark.Before)
		if err == nil {
			state = s
		} // else the step is gone from the book: start again, kindly
	}
	var after flows.State
	var reply flows.Reply
	privacy.Forget(func() { // here alone is what somebody wrote looked at
		var err error
		after, reply, err = book.Step(now, state, flows.Heard(text))
		if errors.Is(err, flows.ErrNoSuchStep) {
			after, reply, _ = book.Step(now, flows.State{}, flows.Heard(text))
		}
	})
	a := answer{reply.Text, nil, reply.Rest, "answered", kinds(state, after, reply)}
	if reply.Text == "" {
		a.outcome = "silence"
	}
	if !reply.Ended {
		a.next = after.Encode()
	}
	return a
}

// kinds is what the day's counts make of one step: a conversation that began, a
// number that was given, the way out, somebody who may have meant 999.
func kinds(before, after flows.State, reply flows.Reply) []tally.Kind {
	out := make([]tally.Kind, 0, 2)
	add := func(k tally.Kind) {
		k.Channel = tally.Text
		out = append(out, k)
	}
	if before.Step == "" && !reply.Ended {
		add(tally.Kind{Outcome: tally.Begun})
	}
	switch {
	case reply.Ended && before.Step != "":
		add(tally.Kind{Outcome: tally.Left})
	case reply.Emergency:
		add(tally.Kind{Outcome: tally.Emergency})
	case reply.Complaint != "":
		add(tally.Kind{Service: reply.Complaint, Outcome: tally.Complained})
	case len(reply.Shows) > 0 && flows.Moved(before, after):
		add(tally.Kind{Area: after.Area, Service: reply.Shows[0], Outcome: tally.Given})
	}
	return out
}

// brief answers without a conversation, in one text: a place still gets its number,
// and so does the way to the 24-hour line; anything else gets the 24-hour number and
// 999, since a menu whose answer would be forgotten helps nobody.
func brief(book *flows.Book, now time.Time, text string) answer {
	var after flows.State
	var reply flows.Reply
	var err error
	privacy.Forget(func() { after, reply, err = book.Step(now, flows.State{}, flows.Heard(text)) })
	if err != nil || !reply.Ended && len(reply.Shows) == 0 && !reply.Emergency {
		return answer{book.FallbackText(), nil, true, "brief", nil}
	}
	return answer{reply.Text, nil, true, "brief", kinds(flows.State{}, after, reply)}
}
