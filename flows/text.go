package flows

import (
	"time"

	"signpost/flows/hear"
)

// stepText answers one text message: it reads only the case that the text is, and does not change it.
func (b *Book) stepText(now time.Time, s State, c *Case) (State, Reply) {
	t := turn{Book: b, now: now}
	if c.Kind == CaseLeave {
		return State{}, Reply{Ended: true}
	}
	fresh := s.Step == ""
	if fresh {
		s = t.enter(State{Lang: s.Lang}, b.TextStart)
	}
	half, urgent, aside := s.Half, s.Urgent, s.Aside
	// Each text clears these; what was urgent is kept where the text does not end it.
	s.Half, s.Urgent, s.Aside = "", NotUrgent, false
	s = t.remembers(s.hears(c), c)
	digit := c.Kind == CaseAnswer && len(s.asking()) > 0 // an answer to what was asked
	if joined := t.joinHalves(half, c.Half); joined != nil && !digit {
		c = joined
	} else if t.gazetteer().HasOutward(c.Half) {
		s.Half = c.Half
	}
	s, c = t.whosePlace(s, c)
	c = t.meant(s, fresh, urgent, c)
	if n, r, ok := t.atOnce(s, fresh, urgent, c); ok {
		return n, r
	}
	if aside && (c.Kind == CaseBack || c.Kind == CaseAnswer && c.Digit == 9) { // back to what the question was asked at
		return t.replyWithoutProgress(s, t.show(s))
	}
	o, understood := t.answer(s, fresh, c)
	switch {
	case understood:
		return t.replyTo(s, fresh, urgent, c, o)
	case fresh:
		return s, t.show(s)
	}
	s.Urgent = urgent
	return t.missText(s, c)
}

// remembers is the state with what a text says of who writes. A child is always answered as a child.
func (t turn) remembers(s State, c *Case) State {
	if s.Who == Behaviour && saysChild(c) {
		s = t.enter(State{Lang: s.Lang, Idle: s.Idle, Need: s.Need}, t.TextStart)
	}
	switch {
	case c.Deaf:
		s.Need = NeedDeaf
	case s.Who != Behaviour && c.Foreign && s.Need == NeedNothing:
		s.Need = NeedLanguage
	}
	return s
}

// atOnce answers a case that means the same everywhere: danger, silence, thanks, and a plea for help.
func (t turn) atOnce(s State, fresh bool, urgent Urgency, c *Case) (next State, r Reply, ok bool) {
	answered := func(next State, r Reply) (State, Reply, bool) { return next, r, true }
	switch c.Kind {
	case CaseDanger, CaseDespair:
		return answered(t.urgent(s, c, urgent))
	case CaseSilent: // somebody else may write next
		s.Urgent = urgent
		return answered(s, Reply{KeepsExpiry: true, Ended: fresh})
	case CaseThanks:
		s.Urgent = urgent
		return answered(t.thanked(s, fresh))
	case CaseRepeat:
		if urgent != NotUrgent { // "please help me"
			if s.Who != Behaviour {
				s = t.inArea(s, t.areaAfter(s, &c.Place))
			}
			s.Urgent = urgent
			return answered(t.replyWithoutProgress(s, t.urgentAgain(s)))
		}
		if s.Who == Someone && c.What == hear.Hurt { // "my husband hits me" after "worried about my friend"
			next := t.enterFor(s, Me, t.People[Me].Ask)
			return answered(next, t.show(next))
		}
		if !fresh && t.StepNamed(s.Step).Kind == KindMenu {
			return answered(t.askAgain(s, c))
		}
	}
	return s, Reply{}, false
}

// replyTo is the reply to a case that was understood.
func (t turn) replyTo(s State, fresh bool, urgent Urgency, c *Case, o outcome) (State, Reply) {
	if o.aside == nil && lasts(urgent) {
		switch {
		case t.givesPlace(c, o.next):
			return t.stillUrgent(s, o.next, urgent)
		case t.asksPlace(c, o.next):
			o.next.Urgent = urgent
		}
	}
	switch {
	case o.aside != nil:
		o.next.Urgent, o.next.Aside = urgent, true // a question to us does not end what was urgent
		return t.replyWithoutProgress(o.next, Reply{Text: t.aside(o.next, o.aside), SayStep: o.aside.ID})
	case o.wording != nil && Moved(s, o.next):
		r := t.showWith(o.next, o.wording)
		r.Complaint = o.complaint
		return t.replyWithoutProgress(o.next, r) // a machine might complain for ever
	case fresh || Moved(s, o.next):
		return o.next, t.show(o.next)
	}
	return t.replyWithoutProgress(o.next, t.showWith(o.next, o.wording))
}

// thanked answers thanks and small talk: in silence once a number has been given. After something taken, "no im ok"
// gets that answer again.
func (t turn) thanked(s State, fresh bool) (State, Reply) {
	switch {
	case fresh:
		return State{}, Reply{Ended: true}
	case s.Urgent == UrgentTaken:
		return t.replyWithoutProgress(s, t.urgentAgain(s))
	case s.Urgent != NotUrgent, t.StepNamed(s.Step).Kind != KindMenu:
		return s, Reply{KeepsExpiry: true}
	}
	return t.replyWithoutProgress(s, t.show(s))
}
