package admit

import (
	"context"
	"errors"
	"slices"

	"signpost/internal/budget"
	"signpost/internal/gsm7"
	"signpost/internal/webhook"
)

// Texts decides how fully a text is answered, and charges the budget for the reply.
type Texts struct {
	Limits Limits
	Meter  *budget.Meter
	Price  budget.Money // of a segment sent
	// Countries are the calling codes that are answered in full; empty is all. Others, and
	// revenue-share numbers, get the 24-hour number once an hour.
	Countries   []int
	Maintenance func() bool // reports that the menus are switched off
	// NoBook reports that no flow book can be used: everybody gets the 24-hour number
	// and 999, danger too. Nil is never.
	NoBook func() bool
}

// Sender is who a text comes from; hash names them.
func (t *Texts) Sender(hash string, from webhook.Address) Sender {
	restricted := from.RevenueShare || len(t.Countries) > 0 && !slices.Contains(t.Countries, from.Country)
	return Sender{Hash: hash, Home: from.Country == webhook.HomeCode && !restricted, Restricted: restricted}
}

// Charge adds the cost of a reply to the budget.
func (t *Texts) Charge(s Sender, text string) {
	t.Meter.Spend(textKind(s), t.Price*budget.Money(gsm7.Segments(text)))
}

func textKind(s Sender) budget.Kind {
	if s.Home {
		return budget.TextsHome
	}
	return budget.TextsElsewhere
}

// Way is how a text is answered.
type Way uint8

// Ways.
const (
	Full         Way = iota // the conversation takes a step
	Brief                   // a first text: its number, or the helpline text, but no menu
	HelplineText            // the 24-hour number and 999
	Silent                  // nothing
	Maintenance             // that the menus are switched off, and the 24-hour number
	Revived                 // a step, as if less of the conversation had moved nothing
)

// Decision is what the limits say of a text.
type Decision struct {
	// Err is set when the limits could not be checked. The decision is valid anyway.
	Err error

	texts       *Texts
	sender      Sender
	full        bool // within the limits
	brief       bool // the budget is nearly spent
	maintenance bool // the menus are switched off
	noBook      bool // no flow book can be used
	firstNotice bool // a sender from elsewhere may be told the 24-hour number
	urgent      bool // the text is about danger: no other limit applies
	overUrgent  bool // the sender has had enough answers to danger
}

var errPanicked = errors.New("panic recovered")

// Decide decides about a text, and counts it. So it must not be asked about a text that was
// answered before: anybody who sends one again would use up its sender's limit, and everybody's.
func (t *Texts) Decide(ctx context.Context, s Sender, urgent bool) (d Decision) {
	local, decided := t.local(s)
	local.urgent = urgent
	if decided && !urgent {
		return local
	}
	// After a panic the sender is still answered. The value of the panic may be private.
	d = local
	d.full, d.Err = true, errPanicked
	defer func() { _ = recover() }()
	d = t.remote(ctx, local)
	return d
}

// local decides without the store when it can.
func (t *Texts) local(s Sender) (d Decision, decided bool) {
	level := t.Meter.Level(textKind(s))
	d = Decision{texts: t, sender: s, brief: level == budget.Near, noBook: t.NoBook != nil && t.NoBook()}
	d.maintenance = d.noBook || t.Maintenance()
	if s.Restricted || level == budget.Spent {
		return d, s.Home // whose reserve is in this process
	}
	d.full, decided = t.Limits.TryLocal(s)
	return d, decided && (d.full || s.Home)
}

// remote completes a decision with the store. A sender from elsewhere who was told nothing
// in this hour is told the 24-hour number even if the budget is spent, unless the number is
// restricted.
func (t *Texts) remote(ctx context.Context, d Decision) Decision {
	if d.urgent {
		ok, err := t.Limits.AllowUrgent(ctx, d.sender)
		d.overUrgent, d.Err = !ok, err
		return d
	}
	if d.full {
		d.full, d.Err = t.Limits.Allow(ctx, d.sender)
	}
	if d.full || d.sender.Home || d.sender.Restricted && t.Meter.Level(textKind(d.sender)) == budget.Spent {
		return d
	}
	var err error
	d.firstNotice, err = t.Limits.FirstNotice(ctx, d.sender)
	d.Err = errors.Join(d.Err, err)
	return d
}

// Step is what a step of the conversation would answer to a text.
type Step struct {
	InConversation bool   // it is under way already
	Leaves         bool   // the text ends it: leaving is never limited
	Number         string // the services whose numbers the answer gives, or a question for the place; empty for none
	// Exhausted reports that the conversation would say nothing, because too much of it has
	// moved nothing. Number is then what it would give otherwise.
	Exhausted bool
	// Own reports that the sender writes about their own behaviour.
	Own bool
	// Quiet reports a silence on purpose: somebody else may read the phone, or nothing is asked.
	Quiet bool
	// Urgent reports the answer to danger or despair, perhaps to a text that says nothing of it.
	Urgent bool
}

// Way is how a text is answered. It counts what it sends from the reserve: ask once. Somebody
// who writes about their own behaviour gets the answer that is for them in place of the 24-hour
// number, which is for the people harmed.
func (d Decision) Way(ctx context.Context, step Step) Way {
	way := d.way(ctx, step)
	if step.Own && !d.noBook && (way == HelplineText || way == Maintenance) {
		if step.Exhausted {
			return Revived
		}
		return Full
	}
	return way
}

func (d Decision) way(ctx context.Context, step Step) Way {
	switch {
	case d.urgent && d.overUrgent:
		return d.helplineText()
	case d.urgent && d.noBook: // the text of maintenance is then one with 999 first
		return Maintenance
	case d.urgent && step.Exhausted: // words that weigh for despair, and that say nothing new there
		return Revived
	case d.urgent:
		return Full
	case step.Quiet: // it sends nothing, so no limit applies
		return Full
	case step.Urgent && !d.noBook && (!d.full || d.maintenance): // the answer to danger comes again
		if d.allowUrgent(ctx) {
			return Full
		}
		return d.helplineText()
	case d.full && d.maintenance && !step.Leaves:
		return Maintenance
	case d.full && d.brief && !step.InConversation:
		return Brief
	case step.Leaves:
		return Full
	case d.full && !step.Exhausted:
		return Full
	case !d.sender.Home && d.firstNotice:
		return HelplineText
	case d.hasReserve() && !d.maintenance && step.Number != "" && d.texts.Limits.Due(d.sender, step.Number):
		if step.Exhausted {
			return Revived
		}
		return Full
	}
	return d.helplineText()
}

// allowUrgent counts another answer to danger or despair. Without the store this process's counts decide; after a
// panic the sender is still answered.
func (d Decision) allowUrgent(ctx context.Context) (ok bool) {
	ok = true
	defer func() { _ = recover() }()
	ok, _ = d.texts.Limits.AllowUrgent(ctx, d.sender)
	return ok
}

// hasReserve reports a sender of this country, or one from elsewhere within the limits: their conversation may have
// nothing to say.
func (d Decision) hasReserve() bool { return d.sender.Home || d.full }

// helplineText is the helpline text, at growing intervals.
func (d Decision) helplineText() Way {
	if d.hasReserve() && d.texts.Limits.Due(d.sender, "") {
		return HelplineText
	}
	return Silent
}
