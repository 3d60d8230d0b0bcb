// Package sms is the text channel: it steps a conversation for a message.
//
// It answers inside the webhook and never writes first. What somebody wrote is read,
// stepped on and dropped: it is in no log, no key and no error.
package sms

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"time"

	"signpost/flows"
	"signpost/internal/admit"
	"signpost/internal/counters"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/webhook"
)

// storeTime is how long Redis may take over one text, in total: the answer must come
// within a second.
const storeTime = 600 * time.Millisecond

// maxTries is how often a text is answered again because another text of the same person
// moved the conversation meanwhile.
const maxTries = 4

// Sessions stores conversations for minutes.
type Sessions interface {
	// Recall reads a conversation, looking under its earlier names, too.
	Recall(ctx context.Context, key store.SessionKey, earlier ...store.SessionKey) (store.Session, error)
	// Commit moves a conversation. When done is false somebody else moved it: now is what
	// is stored.
	Commit(
		ctx context.Context, key store.SessionKey, from store.Session, mark store.Mark, next []byte, keepTTL bool,
	) (now store.Session, done bool, err error)
}

// Handler answers messages.
type Handler struct {
	// Book returns the book of a version, or the one in use when that version is
	// unknown or 0.
	Book      func(version uint32) *flows.Book
	Sessions  Sessions
	Identity  Identity
	Admission *admit.Texts
	Now       func() time.Time
	Log       *slog.Logger
	Count     func(Outcome)
	// AddCount adds to the day's counts, once for each phone: who is its keyed hash of the day.
	AddCount func(who string, k counters.Kind)
	// Lines are our own numbers. A text in the name of one is forged, and two lines of ours
	// would go on answering each other.
	Lines []string
}

// message is one text, as far as it is used.
type message struct {
	names
	text   string
	heard  flows.Input // the text, for the books
	cookie cookie      // that came with it
	from   admit.Sender
}

// read takes what somebody wrote. A text is stepped on several times, and hearing it is most of
// the work, so that it is heard once: twice took a text 70 % more processor time.
//
// What a phone seems to have quoted counts, too, where it holds danger: "he sent me this", and his text below it.
func (m *message) read(text string, book *flows.Book) {
	privacy.Forget(func() {
		m.text = cleanBody(text)
		m.heard = flows.CachedTextInput(m.text)
	})
	var all string
	privacy.Forget(func() { all = withQuotes(text) })
	if all == m.text || urgent(book, m.heard) {
		return
	}
	var whole flows.Input
	privacy.Forget(func() { whole = flows.CachedTextInput(all) })
	if urgent(book, whole) {
		m.text, m.heard = all, whole
	}
}

// Answer answers one message. It sends nothing to senders who cannot or should not be
// answered by text.
func (h *Handler) Answer(ctx context.Context, in webhook.Message) webhook.TextReply {
	if in.Probe {
		h.Count(Probed)
		h = h.uncounted(in.Free)
	}
	if !in.From.CanText() || in.From.Raw.Reveal() == in.Line || !in.Probe && h.ours(in.From) {
		h.Count(Unanswerable)
		return webhook.TextReply{}
	}
	m := message{names: h.Identity.names(in)}
	m.from = h.Admission.Sender(m.sender, in.From)
	m.cookie = h.Identity.open(m.names, in.Cookie)
	m.read(in.Text.Reveal(), h.Book(0))
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	if in.OptOut != webhook.OptOutNone {
		return h.optOut(ctx, m, in.OptOut)
	}
	reply, repeat := h.converse(ctx, m)
	if !repeat && reply.Text != "" {
		h.Admission.Charge(m.from, reply.Text)
	}
	return reply
}

// ours reports that a text comes from a line of ours.
func (h *Handler) ours(from webhook.Address) (ours bool) {
	privacy.Forget(func() { ours = slices.Contains(h.Lines, from.Raw.Reveal()) })
	return ours
}

// uncounted returns a handler that answers alike and counts nothing; a free one charges
// nothing, either.
func (h *Handler) uncounted(free bool) *Handler {
	c, admission := *h, *h.Admission
	if free {
		admission.Price = 0
	}
	c.Admission, c.Count, c.AddCount = &admission, func(Outcome) {}, func(string, counters.Kind) {}
	return &c
}

// optOut ends the conversation of a sender who has opted out. The provider has answered
// already, so no text is sent.
func (h *Handler) optOut(ctx context.Context, m message, keyword webhook.OptOut) webhook.TextReply {
	h.Count(ProviderAnswered)
	if keyword != webhook.OptOutStop {
		return webhook.TextReply{}
	}
	m.read("STOP", h.Book(0))
	reply, _ := h.converse(ctx, m)
	return webhook.TextReply{Cookie: reply.Cookie}
}

// converse answers a text and moves its conversation. The same message always gets the
// same reply, and moves it once; repeat reports that it was answered before.
func (h *Handler) converse(ctx context.Context, m message) (reply webhook.TextReply, repeat bool) {
	urgent := urgent(h.Book(0), m.heard)
	if m.session.Msg == "" {
		return h.answerAlone(ctx, m, urgent), false
	}
	known, passed := m.cookie.known(m.names)
	if known != nil { // without Redis, too
		h.Count(Repeated)
		return webhook.TextReply{Text: h.answer(*known, m.heard).text,
			Cookie: h.Identity.seal(m, m.cookie, known.Minute)}, true
	}
	session, err := h.Sessions.Recall(ctx, m.session, m.earlier...)
	mark := h.newMark()
	if passed && session.Repeat == nil { // nobody knows how it was answered: change nothing
		h.Count(Repeated)
		if mark.Before = m.cookie.state; err == nil {
			mark.Before = h.current(m.cookie, session)
		}
		return webhook.TextReply{Text: h.answer(mark, m.heard).text}, true
	}
	if err != nil {
		h.Log.Warn("the store is unreachable", "err", err)
		return h.answerOffline(m, mark, ways(ctx, h.Admission.Decide(ctx, m.from, urgent)), urgent), false
	}
	var allowed admit.Decision
	if session.Repeat == nil {
		allowed = h.Admission.Decide(ctx, m.from, urgent)
		if allowed.Err != nil {
			h.Log.Warn("the limits could not be checked", "err", allowed.Err)
		}
	}
	return h.move(ctx, m, session, mark, allowed)
}

// move answers a text and moves its conversation. When another text moved the conversation
// meanwhile, it answers again from where that led.
func (h *Handler) move(ctx context.Context, m message, session store.Session, mark store.Mark,
	allowed admit.Decision) (reply webhook.TextReply, repeat bool) {
	d := decision{mark: mark, again: true}
	way := askOnce(ways(ctx, allowed))
	for range maxTries {
		if session.Repeat != nil {
			h.Count(Repeated)
			return h.repeat(m, session), true
		}
		stored := session.State
		d.mark.Before = h.current(m.cookie, session)
		if d.again {
			d = h.decide(d.mark, m.heard, way)
		} else {
			d.answer = h.answer(d.mark, m.heard)
		}
		now, done, err := h.commit(ctx, m, session, d.mark, d.answer)
		if err != nil {
			h.Log.Warn("a conversation was not saved", "err", err)
			h.Count(NotSaved)
			return h.reply(m, d.answer, d.mark, m.cookie.unsaved(stored, d.answer.next)), false
		}
		if done {
			h.Count(d.answer.outcome)
			for _, k := range d.answer.kinds {
				h.AddCount(m.session.Conv, k)
			}
			return h.reply(m, d.answer, d.mark, cookie{state: d.answer.next}), false
		}
		session = now
		m.cookie = m.cookie.moved(now.State)
	}
	h.Count(Contended) // no person sends so many texts at once; send the last answer
	return h.reply(m, d.answer, d.mark, cookie{state: d.answer.next}), false
}

// ways are how a text is answered, by what its step would answer.
func ways(ctx context.Context, d admit.Decision) func(admit.Step) admit.Way {
	return func(step admit.Step) admit.Way { return d.Way(ctx, step) }
}

// askOnce gives the same way again for the same step. [admit.Decision.Way] counts an answer as
// given: to look first and count later would give it to two texts that come at once. So a text
// that is tried again must not ask again.
func askOnce(way func(admit.Step) admit.Way) func(admit.Step) admit.Way {
	var asked *admit.Step
	var given admit.Way
	return func(step admit.Step) admit.Way {
		if asked == nil || *asked != step {
			asked, given = &step, way(step)
		}
		return given
	}
}

// newMark is the mark of a text that is answered now, by the book in use.
func (h *Handler) newMark() store.Mark {
	return store.Mark{Kind: store.Stepped, Minute: uint32(h.Now().Unix() / 60), Book: h.Book(0).Version}
}

// answerAlone answers a text that has no id, beside any conversation. The provider names every
// text; one from which somebody took the name, by dividing what is signed into other fields,
// could be sent again and again, and must not move anything.
func (h *Handler) answerAlone(ctx context.Context, m message, urgent bool) webhook.TextReply {
	d := h.decide(h.newMark(), m.heard, ways(ctx, h.Admission.Decide(ctx, m.from, urgent)))
	if d.mark.Kind == store.Stepped && !urgent {
		d.mark.Kind = store.Brief
		d.answer = h.answer(d.mark, m.heard)
	}
	h.Count(d.answer.outcome)
	return webhook.TextReply{Text: d.answer.text}
}

// current returns the state that a text is answered from: Redis's own, unless the cookie is
// newer. A conversation about somebody's own behaviour stays one, even if either is lost.
func (h *Handler) current(c cookie, session store.Session) []byte {
	book, stored := h.Book(0), session.State
	switch {
	case session.Unknown() && ownBehaviour(book, c.state): // Redis has lost it
		return c.state
	case !c.newer(stored), c.blind && len(c.state) > 0 && ownBehaviour(book, stored):
		return stored
	}
	return c.state
}

// answerOffline answers without Redis, from the cookie: somebody in the middle of a menu
// does not notice. Without a cookie one text is answered; what was answered goes on from a
// new one.
func (h *Handler) answerOffline(m message, mark store.Mark, way func(admit.Step) admit.Way,
	urgent bool) webhook.TextReply {
	mark.Before = m.cookie.state
	d := h.decide(mark, m.heard, way)
	outcome := FromCookie
	if !m.cookie.present {
		outcome = Degraded
		if d.mark.Kind == store.Stepped && !urgent {
			d.mark.Kind = store.Brief
			d.answer = h.answer(d.mark, m.heard)
		}
	}
	h.Count(outcome)
	if !m.cookie.present && len(d.answer.next) == 0 && !d.answer.ended {
		return webhook.TextReply{Text: d.answer.text} // nothing to remember
	}
	return h.reply(m, d.answer, d.mark, m.cookie.offlineCookie(d.answer.next))
}

// reply is the answer to a message, with the cookie that tells how it was answered.
func (h *Handler) reply(m message, a answer, mark store.Mark, next cookie) webhook.TextReply {
	next = next.answers(m.session.Msg, mark, m.cookie)
	return webhook.TextReply{Text: a.text, Cookie: h.Identity.seal(m, next, mark.Minute)}
}

// repeat answers a message again that Redis has a mark of. Once the conversation has moved on,
// in Redis or without it, the provider has a later cookie, and is given none.
func (h *Handler) repeat(m message, session store.Session) webhook.TextReply {
	a := h.answer(*session.Repeat, m.heard)
	if _, passed := m.cookie.known(m.names); passed || !bytes.Equal(session.State, a.next) {
		return webhook.TextReply{Text: a.text}
	}
	return h.reply(m, a, *session.Repeat, cookie{state: a.next})
}

// commit moves a conversation. When Redis gives no reply, it asks once more: if the first
// request arrived, the second finds its mark. Of texts that come at once each must learn
// which was first.
func (h *Handler) commit(ctx context.Context, m message, from store.Session, mark store.Mark,
	a answer) (now store.Session, done bool, err error) {
	now, done, err = h.Sessions.Commit(ctx, m.session, from, mark, a.next, a.keepTTL)
	if err == nil || ctx.Err() != nil {
		return now, done, err
	}
	now, done, err = h.Sessions.Commit(ctx, m.session, from, mark, a.next, a.keepTTL)
	if err == nil && now.Repeat != nil && now.Repeat.Same(mark) {
		return store.Session{}, true, nil
	}
	return now, done, err
}

// urgent reports a text about danger, or from somebody who wants to die.
func urgent(book *flows.Book, text flows.Input) (urgent bool) {
	privacy.Forget(func() {
		kind := text.Case(book).Kind
		urgent = kind == flows.CaseDanger || kind == flows.CaseDespair
	})
	return urgent
}

// decision is how a text is answered.
type decision struct {
	answer answer
	mark   store.Mark
	// again asks to decide again if another text moves the conversation meanwhile: a step of the
	// conversation would have said nothing, and may then say something.
	again bool
}

// decide works out how a text is answered, and the answer.
func (h *Handler) decide(mark store.Mark, text flows.Input, way func(admit.Step) admit.Way) decision {
	mark.Kind = store.Stepped
	stepped := h.answer(mark, text)
	step := admit.Step{
		InConversation: len(mark.Before) > 0, Leaves: len(stepped.next) == 0, Number: stepped.number,
		Exhausted: stepped.exhausted, Urgent: stepped.urgent,
		Quiet: stepped.text == "" && !stepped.exhausted && !stepped.ended,
		Own:   ownBehaviour(h.Book(mark.Book), stepped.next),
	}
	revived, anew := mark, answer{}
	if step.Exhausted {
		revived.Before = h.revive(mark)
		anew = h.answer(revived, text)
		step.Number = anew.number
	}
	chosen := way(step)
	if chosen == admit.Revived {
		return decision{anew, revived, true}
	}
	mark.Kind = markKinds[chosen]
	if mark.Kind == store.Stepped {
		return decision{stepped, mark, step.Exhausted}
	}
	return decision{h.answer(mark, text), mark, step.Exhausted}
}

// revive is the state before a text, with room for another reply without progress.
func (h *Handler) revive(mark store.Mark) []byte {
	state, err := h.Book(mark.Book).Decode(mark.Before)
	if err != nil {
		return mark.Before
	}
	return state.Revived().Encode()
}

// markKinds are what the ways of answering are stored as.
var markKinds = [...]store.MarkKind{
	admit.Full: store.Stepped, admit.Brief: store.Brief, admit.HelplineText: store.HelplineOnly,
	admit.Silent: store.Silent, admit.Maintenance: store.Maintenance,
}
