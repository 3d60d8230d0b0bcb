// Package sms is the text channel: it steps a conversation for a message.
//
// It answers inside the webhook and never writes first. What somebody wrote is read,
// stepped on and dropped: it is in no log, no key and no error.
package sms

import (
	"context"
	"log/slog"
	"time"

	"signpost/flows"
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
		ctx context.Context, key store.SessionKey, from []byte, mark store.Mark, next []byte, keepTTL bool,
	) (now store.Session, done bool, err error)
}

// Handler answers messages.
type Handler struct {
	// Book returns the book of a version, or the one in force when that version is
	// unknown or 0.
	Book      func(version uint32) *flows.Book
	Sessions  Sessions
	Identity  Identity
	Admission *TextAdmission
	Now       func() time.Time
	Log       *slog.Logger
	Count     func(Outcome)
	Tally     func(counters.Kind) // adds to the day's counts
}

// message is one text, as far as it is used.
type message struct {
	names
	text       string
	cookie     cookie // that came with it
	restricted bool   // the sender is not answered in full
}

// Answer answers one message. It sends nothing to senders who cannot or should not be
// answered by text.
func (h *Handler) Answer(ctx context.Context, in webhook.Message) webhook.TextReply {
	if !in.From.CanText() || in.From.Raw.Reveal() == in.Line {
		h.Count(Unanswerable)
		return webhook.TextReply{}
	}
	m := message{names: h.Identity.names(in), restricted: h.Admission.restricted(in.From)}
	m.cookie = h.Identity.open(m.names, in.Cookie)
	privacy.Forget(func() { m.text = cleanBody(in.Text.Reveal()) })
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	if in.OptOut != webhook.OptOutNone {
		return h.optOut(ctx, m, in.OptOut)
	}
	reply, repeat := h.converse(ctx, m)
	if !repeat && reply.Text != "" {
		h.Admission.charge(reply.Text)
	}
	return reply
}

// optOut ends the conversation of a sender who has opted out. The provider has answered
// already, so no text is sent.
func (h *Handler) optOut(ctx context.Context, m message, keyword webhook.OptOut) webhook.TextReply {
	h.Count(ProviderAnswered)
	if keyword != webhook.OptOutStop {
		return webhook.TextReply{}
	}
	m.text = "STOP"
	reply, _ := h.converse(ctx, m)
	return webhook.TextReply{Cookie: reply.Cookie}
}

// converse answers a text and moves its conversation. The same message always gets the
// same reply, and moves it once; repeat reports that it was answered before.
func (h *Handler) converse(ctx context.Context, m message) (reply webhook.TextReply, repeat bool) {
	admission := h.Admission.begin(ctx, m, h.urgent(m.text))
	session, err := h.Sessions.Recall(ctx, m.session, m.earlier...)
	mark := store.Mark{Kind: store.Stepped, Minute: uint32(h.Now().Unix() / 60), Book: h.Book(0).Version}
	if err != nil {
		h.Log.Warn("the store is away: a text is answered without it", "err", err)
		return h.answerOffline(m, mark, admission()), false
	}
	if session.Repeat == nil {
		allowed := admission()
		if allowed.err != nil {
			h.Log.Warn("the limits could not be checked", "err", allowed.err)
		}
		mark.Before = m.cookie.current(session.State)
		mark.Kind = allowed.kind(m, len(mark.Before) > 0, func() bool { return h.leaves(mark, m.text) })
	}
	var a answer
	for range maxTries {
		if session.Repeat != nil {
			h.Count(Repeated)
			a = h.answer(*session.Repeat, m.text)
			return h.reply(m, a, cookie{state: a.next}, session.Repeat.Minute), true
		}
		stored := session.State
		mark.Before = m.cookie.current(stored)
		a = h.answer(mark, m.text)
		now, done, err := h.Sessions.Commit(ctx, m.session, stored, mark, a.next, a.keepTTL)
		if err != nil {
			h.Log.Warn("a conversation was not saved", "err", err)
			h.Count(NotSaved)
			return h.reply(m, a, cookie{offline: true, stored: stored, state: a.next}, mark.Minute), false
		}
		if done {
			h.Count(a.outcome)
			for _, k := range a.kinds {
				h.Tally(k)
			}
			return h.reply(m, a, cookie{state: a.next}, mark.Minute), false
		}
		session = now
		m.cookie.offline = false // Redis has moved on: its state is newer
	}
	h.Count(Contended) // no person sends so many texts at once; the last answer stands
	return h.reply(m, a, cookie{state: a.next}, mark.Minute), false
}

// answerOffline answers without Redis, from the cookie: somebody in the middle of a menu
// does not notice.
func (h *Handler) answerOffline(m message, mark store.Mark, allowed admission) webhook.TextReply {
	mark.Before = m.cookie.state
	mark.Kind = allowed.kind(m, len(mark.Before) > 0, func() bool { return h.leaves(mark, m.text) })
	if !m.cookie.present && mark.Kind == store.Stepped && !allowed.urgent {
		mark.Kind = store.Brief
	}
	a := h.answer(mark, m.text)
	if !m.cookie.present {
		h.Count(Degraded)
		return webhook.TextReply{Text: a.text}
	}
	h.Count(FromCookie)
	return h.reply(m, a, cookie{offline: true, stored: m.cookie.origin(), state: a.next}, mark.Minute)
}

func (h *Handler) reply(m message, a answer, next cookie, minute uint32) webhook.TextReply {
	return webhook.TextReply{Text: a.text, Cookie: h.Identity.seal(m, next, minute)}
}

// urgent reports a text about danger, or from somebody who wants to die.
func (h *Handler) urgent(text string) (urgent bool) {
	book := h.Book(0)
	privacy.Forget(func() {
		kind := book.Consider(text).Kind
		urgent = kind == flows.CaseDanger || kind == flows.CaseDespair
	})
	return urgent
}

// leaves reports a text that ends the conversation.
func (h *Handler) leaves(mark store.Mark, text string) bool {
	return len(h.answer(mark, text).next) == 0
}

// Fallback is the reply when something of ours is broken: a 24-hour number and 999.
func Fallback(b *flows.Book) webhook.TextReply { return webhook.TextReply{Text: b.FallbackText()} }
