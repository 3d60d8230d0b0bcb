package sms

import (
	"context"
	"errors"
	"slices"

	"signpost/internal/budget"
	"signpost/internal/gsm7"
	"signpost/internal/store"
	"signpost/internal/webhook"
)

// Limits bounds how many texts of one sender are answered in full. A sender is a keyed
// hash.
type Limits interface {
	// TryLocal decides without Redis when it can; otherwise call Allow.
	TryLocal(sender string) (allowed, decided bool)
	Allow(ctx context.Context, sender string) (bool, error)
	// FirstNotice reports, once an hour, that the sender may be told the 24-hour number.
	FirstNotice(ctx context.Context, sender string) (bool, error)
	// AllowUrgent reports whether another answer to danger may go to a sender: the first
	// of an hour always, then one every few minutes, so that two machines cannot loop.
	AllowUrgent(ctx context.Context, sender string) (bool, error)
}

// TextAdmission decides how fully a text is answered, and charges the cost budget for the
// reply.
type TextAdmission struct {
	Limits Limits
	Meter  *budget.Meter
	Price  budget.Money // of a segment sent
	// Countries are the calling codes that are answered in full; empty is all. Others,
	// and revenue-share numbers, get the 24-hour number once an hour.
	Countries   []int
	Maintenance func() bool // reports that the menus are switched off
}

// restricted reports a sender who is not answered in full.
func (a *TextAdmission) restricted(from webhook.Address) bool {
	return from.RevenueShare || len(a.Countries) > 0 && !slices.Contains(a.Countries, from.Country)
}

// charge adds the cost of a reply to the budget.
func (a *TextAdmission) charge(text string) {
	a.Meter.Spend(a.Price * budget.Money(gsm7.Segments(text)))
}

// admission is how a text may be answered.
type admission struct {
	full        bool // within the limits
	brief       bool // the budget is nearly spent
	maintenance bool // the menus are switched off
	firstNotice bool // the sender may be told the 24-hour number
	urgent      bool // the text is about danger: no other limit applies
	overUrgent  bool // the sender has had enough answers to danger
	err         error
}

var errLimitPanicked = errors.New("a fault beside the answering: please report it")

// begin starts deciding about a text, concurrently where Redis must be asked. The function
// it returns waits for the decision.
func (a *TextAdmission) begin(ctx context.Context, m message, urgent bool) func() admission {
	local, decided := a.local(m)
	local.urgent = urgent
	if decided && !urgent {
		return func() admission { return local }
	}
	result := make(chan admission, 1)
	go func() {
		// A panic here must not end the process: the sender is answered all the same. Its
		// value may be private.
		r := admission{full: true, urgent: urgent, err: errLimitPanicked}
		defer func() { _ = recover(); result <- r }()
		r = a.remote(ctx, m, local)
	}()
	return func() admission { return <-result }
}

// local decides without Redis when it can.
func (a *TextAdmission) local(m message) (r admission, decided bool) {
	level := a.Meter.Level()
	if m.restricted || level == budget.Spent {
		return r, false
	}
	allowed, decided := a.Limits.TryLocal(m.sender)
	return admission{full: allowed, brief: level == budget.Near, maintenance: a.Maintenance()}, allowed && decided
}

// remote completes a decision with Redis. A sender who was told nothing in this hour is
// told the 24-hour number whatever it costs, unless the number is restricted.
func (a *TextAdmission) remote(ctx context.Context, m message, r admission) admission {
	if r.urgent {
		ok, err := a.Limits.AllowUrgent(ctx, m.sender)
		r.overUrgent, r.err = !ok, err
		return r
	}
	if r.full {
		r.full, r.err = a.Limits.Allow(ctx, m.sender)
	}
	if r.full || m.restricted && a.Meter.Level() == budget.Spent {
		return r
	}
	var err error
	r.firstNotice, err = a.Limits.FirstNotice(ctx, m.sender)
	r.err = errors.Join(r.err, err)
	return r
}

// kind is how a text is answered. leaves reports, when it matters, that the text ends the
// conversation: leaving is never limited.
func (r admission) kind(m message, inConversation bool, leaves func() bool) store.MarkKind {
	switch {
	case r.urgent && r.overUrgent:
		return store.Silent
	case r.urgent:
		return store.Stepped
	case m.restricted && leaves():
		return store.Silent
	case r.full && r.maintenance && !leaves():
		return store.Maintenance
	case r.full && r.brief && !inConversation:
		return store.Brief
	case r.full || leaves():
		return store.Stepped
	case r.firstNotice:
		return store.HelplineOnly
	}
	return store.Silent
}
