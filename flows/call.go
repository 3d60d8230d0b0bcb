package flows

import "time"

// stepCall answers one event of a call.
func (b *Book) stepCall(now time.Time, s State, in Input) (State, Reply) {
	t := turn{Book: b, now: now, call: true}
	if in.kind == rang || s.Step == "" {
		s = t.enter(State{}, b.CallStart)
		if in.kind == rang || in.kind == silent {
			return s, t.prompt(s)
		}
	}
	switch in.kind {
	case silent:
		s.Quiet++
		if s.Quiet >= quietToEnd {
			return t.end(s, b.Messages.GiveUp.Say)
		}
		return s, t.prompt(s, b.Messages.Silence.Say)
	case legEnded:
		if in.leg == LegTalked {
			// Nothing is said that a third person could hear.
			return State{}, Reply{Act: HangUp, Ended: true}
		}
		return t.ring(s, int(s.At)+1, b.Messages.TryNext.Say)
	}
	s.Quiet = 0
	return t.pressed(s, in.key)
}

func (t turn) pressed(s State, key byte) (State, Reply) {
	switch key {
	case KeyLeave:
		return t.end(s, t.Messages.QuickExit.Say)
	case KeyRepeat:
		r := t.prompt(s)
		r.Slow = true
		return s, r
	case KeyHelpline:
		s = t.enter(s, t.zeroStep(s))
		return t.ring(s, int(s.At), "")
	case KeyBack:
		s = t.back(s)
		return s, t.prompt(s)
	}
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		c := &step.Choices[i]
		if c.CallKey == 0 || key != byte('0'+c.CallKey) {
			continue
		}
		o, ok := t.choose(s, c)
		switch {
		case !ok:
		case o.dial:
			return t.ring(o.next, int(o.next.At), "")
		case o.aside != nil:
			r := t.prompt(o.next, o.aside.Say)
			r.Tells = o.aside.ID
			return o.next, r
		default:
			return o.next, t.prompt(o.next)
		}
	}
	return t.missCall(s, key)
}

// missCall answers a key that means nothing here. Somebody who presses 55 here
// may have meant to press it on 999: the key 5 is told what to do.
func (t turn) missCall(s State, key byte) (State, Reply) {
	s.Misses++
	lead := t.Messages.NotUnderstood.Say
	if key == KeyCannotTalk {
		lead = t.Messages.Emergency.Say
	}
	switch {
	case s.Misses >= missesToEnd:
		return t.end(s, t.Messages.GiveUp.Say)
	case s.Misses == missesToZero:
		misses := s.Misses
		s = t.enter(s, t.zeroStep(s))
		s.Misses = misses
	}
	return s, t.prompt(s, lead)
}

// ring puts the caller through to the first service, from a position of the
// chain on, that is not closed. With nobody left to ring, the caller is given
// the 24-hour number.
func (t turn) ring(s State, from int, lead string) (State, Reply) {
	r := Reply{Act: Dial}
	r.Speech = t.speak(r.Speech, s, lead)
	at := t.dialable(s, from)
	if at < 0 {
		if from == 0 || t.StepNamed(s.Step).Kind != KindServices {
			return s, t.prompt(s, lead) // nothing here can be rung: say the number
		}
		return t.end(s, t.Messages.Nobody.Say)
	}
	var buf [chainRoom]*Service
	chain := t.chainIn(buf[:0], s)
	for i := from; i < at; i++ {
		if t.closed(chain[i]) {
			r.Speech = t.speakOf(r.Speech, s, chain[i], t.closedWords(chain[i]))
		}
	}
	s.At = uint8(at)
	r.Speech = t.speak(r.Speech, s, t.Messages.Connecting.Say)
	r.Dial = chain[at]
	r.Shows = chain[at].itself
	return s, r
}

// closedWords says why a line is passed over.
func (t turn) closedWords(svc *Service) string {
	if svc.Paused(t.now) {
		return t.Messages.BackOn.Say
	}
	return t.Messages.Closed.Say
}

// end says last words and hangs up.
func (t turn) end(s State, words string) (State, Reply) {
	r := Reply{Act: HangUp, Ended: true}
	r.Speech = t.speak(nil, s, words)
	if zero := t.zeroLine(s); zero != nil && uses(words, "{zero}") {
		r.Shows = zero.itself
	}
	return State{}, r
}

// prompt says where the call is, after any leading words, and listens.
func (t turn) prompt(s State, lead ...string) Reply {
	r := Reply{Act: Listen}
	for _, l := range lead {
		r.Speech = t.speak(r.Speech, s, l)
	}
	step := t.StepNamed(s.Step)
	words := step.Say
	if words == "" && step.Kind == KindServices {
		words = t.Messages.Number.Say
	}
	svc := t.service(s)
	if svc != nil && s.At > 0 {
		var buf [chainRoom]*Service
		chain := t.chainIn(buf[:0], s)
		if first := chain[0]; t.closed(first) && int(t.firstOpen(s)) == int(s.At) {
			r.Speech = t.speakOf(r.Speech, s, first, t.closedWords(first))
		}
	}
	if step.Audio != "" {
		r.Speech = append(r.Speech, Utterance{Words: Spoken(t.speak(nil, s, words)), Audio: step.Audio})
	} else {
		r.Speech = t.speak(r.Speech, s, words)
	}
	if svc != nil {
		r.Shows = svc.itself
	}
	return r
}
