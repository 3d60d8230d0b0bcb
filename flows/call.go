package flows

import (
	"strings"
	"time"

	"signpost/internal/hours"
)

// SilentCalls is what happens to callers who never press a key. They are told the number of
// the 24-hour line, unless that line has agreed in writing to take such calls: the caller
// may be somebody who cannot press, a robot, or a phone in a pocket.
type SilentCalls struct {
	PerHour  int // calls connected in an hour, at most; 0: none
	AgreedBy string
	AgreedOn time.Time
}

// stepCall answers one event of a call.
func (b *Book) stepCall(now time.Time, s State, in Input) (State, Reply) {
	t := turn{Book: b, now: now, call: true, noTransfer: in.noTransfer}
	if in.kind == inputRang || s.Step == "" {
		s = t.enter(State{}, b.CallStart)
		if in.kind == inputRang || in.kind == inputSilence {
			return s, t.prompt(s, "")
		}
	}
	switch in.kind {
	case inputSilence:
		return t.silence(s, in.connects)
	case inputLegEnded:
		return t.legEnded(s, in.leg)
	}
	anyKey, stayed := s.Silences == silencesToOffer, s.Stay
	s.Silences, s.Stay = 0, false
	if stayed && in.key == KeyHelpline {
		return t.connectHelpline(s, "", true)
	}
	if anyKey && in.key != KeyLeave {
		lead := ""
		if in.key == KeyCannotTalk || in.key == KeyBack {
			lead = t.Messages.Emergency.Say
		}
		return t.connectHelpline(s, lead, stayed)
	}
	return t.pressed(s, in.key)
}

// AnyKeyConnects is a state of a call, but each key except the one to leave has the 24-hour line
// called. The keys of people who think that this is 999 also say that it is not.
func (b *Book) AnyKeyConnects(s State) State {
	if s.Step == "" {
		s.Step = b.CallStart
	}
	s.Silences = silencesToOffer
	return s
}

// LastSilence reports that a further silence would end the call.
func (s State) LastSilence() bool { return !s.Stay && s.Silences == silencesToEnd-1 }

// silence answers one. connects means that the 24-hour line takes silent callers.
func (t turn) silence(s State, connects bool) (State, Reply) {
	if s.Stay {
		s.Stay = false
		if at, _ := t.nextLine(s); at < 0 {
			return t.endCall(s, t.Messages.GiveUp.Say)
		}
		return t.ringNext(s, t.Messages.TryNext.Say)
	}
	s.Silences++
	switch {
	case s.Silences < silencesToOffer:
		return s, t.prompt(s, t.Messages.Silence.Say)
	case s.Silences == silencesToOffer:
		return s, Reply{Act: Listen, Speech: t.speak(nil, s, t.Messages.AnyKey.Say)}
	case connects:
		return t.connectHelpline(s, "", false)
	}
	return t.endCall(s, t.Messages.GiveUp.Say)
}

// legEnded answers the end of an attempt to connect the caller.
func (t turn) legEnded(s State, leg Leg) (State, Reply) {
	s.Silences, s.Stay = 0, false
	switch leg {
	case LegTalked: // nothing is said that a third person could hear
		return State{}, Reply{Act: HangUp, Ended: true}
	case LegShort:
		s.Stay = true
		return s, Reply{Act: Listen, Speech: t.speak(nil, s, t.Messages.Stay.Say)}
	case LegBusy:
		return t.ringNext(s, t.Messages.Engaged.Say)
	case LegFailed:
		return t.ringNext(s, t.Messages.NotReached.Say)
	case LegCancelled:
		return t.ringNext(s, t.Messages.Cancelled.Say)
	}
	return t.ringNext(s, t.Messages.NoAnswer.Say)
}

func (t turn) pressed(s State, key byte) (State, Reply) {
	switch key {
	case KeyLeave:
		return t.endCall(s, t.Messages.QuickExit.Say)
	case KeyRepeat:
		r := t.prompt(s, "")
		r.Slow = true
		return s, r
	case KeyHelpline:
		return t.connectHelpline(s, "", false)
	case KeyCannotTalk:
		return t.emergency(s)
	case KeyBack:
		if !t.hasBack(s) {
			return t.emergency(s)
		}
		s = t.back(s)
		return s, t.prompt(s, "")
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
			r.SayStep = o.aside.ID
			return o.next, r
		default:
			return o.next, t.prompt(o.next, "")
		}
	}
	return t.missCall(s)
}

// emergency tells what to do on 999 to somebody who may think that we are it, and then
// where the call is. It is not a mistake, however often it is pressed.
func (t turn) emergency(s State) (State, Reply) {
	r := t.prompt(s, t.Messages.Emergency.Say)
	r.Emergency = true
	return s, r
}

// hasBack reports that something lies behind a step of a call.
func (t turn) hasBack(s State) bool {
	return s.Step != t.CallStart && (s.Who != Behaviour || Moved(s, t.back(s)))
}

// missCall answers a key that means nothing here.
func (t turn) missCall(s State) (State, Reply) {
	s.Misses++
	switch {
	case s.Misses >= missesToEnd:
		return t.endCall(s, t.Messages.GiveUp.Say)
	case s.Misses == missesToHelpline:
		misses := s.Misses
		s = t.enter(s, t.helplineStep(s))
		s.Misses = misses
		return s, t.prompt(s, "") // the first miss was told that the key does nothing
	}
	return s, t.prompt(s, t.Messages.NotUnderstood.Say)
}

// connectHelpline connects the caller to a person at any hour: to the 24-hour line of whom the call
// is for. If only the caller can dial that one, they are connected to their own line
// while that is open, and otherwise told the number. They are told it, too, if their own line was called just now.
func (t turn) connectHelpline(s State, lead string, called bool) (State, Reply) {
	helpline := t.enter(s, t.helplineStep(s))
	if t.dialable(helpline, int(helpline.At)) >= 0 {
		return t.ring(helpline, int(helpline.At), lead)
	}
	own := t.enter(s, t.People[s.Who].Place)
	if svc := t.service(own); !called && svc != nil && t.connectable(svc) {
		return t.ring(own, int(own.At), lead)
	}
	return helpline, t.prompt(helpline, lead)
}

// nextLine is the next line to call: a position in the chain, and the line of the service
// there. The position is -1 if none is left.
func (t turn) nextLine(s State) (at, line int) {
	if svc := t.service(s); svc != nil && t.connectable(svc) && int(s.Line) < min(len(svc.Lines)-1, lineMask) {
		return int(s.At), int(s.Line) + 1
	}
	return t.dialable(s, int(s.At)+1), 0
}

// ringNext calls the next line. The lines of one service are called one after another:
// together, a machine on one would cut off the others. (Twilio, TwiML Number: the first
// that picks up is connected, and the others are cancelled.)
func (t turn) ringNext(s State, lead string) (State, Reply) {
	if at, line := t.nextLine(s); line > 0 {
		return t.dialLine(s, at, line, t.speak(nil, s, lead))
	}
	return t.ring(s, int(s.At)+1, lead)
}

// ring calls the first service, from a position of the chain on, that is not closed. If no
// line is left, the caller is given the 24-hour number.
func (t turn) ring(s State, from int, lead string) (State, Reply) {
	said := t.speak(nil, s, lead)
	at := t.dialable(s, from)
	if at < 0 {
		if from == 0 || t.StepNamed(s.Step).Kind != KindServices {
			return s, t.prompt(s, lead) // nothing here can be called: say the number
		}
		return t.endCall(s, t.Messages.Nobody.Say)
	}
	chain := t.chainIn(s)
	for i := from; i < at; i++ {
		if t.closed(chain[i]) {
			said = t.speakOf(said, s, chain[i], t.closedWords(chain[i]))
		}
	}
	return t.dialLine(s, at, 0, said)
}

// dialLine calls one line of the service at a position of the chain, after some words.
func (t turn) dialLine(s State, at, line int, said []Utterance) (State, Reply) {
	s.At, s.Line, s.Stay, s.Silences = uint8(at), uint8(line), false, 0
	svc := t.service(s)
	said = t.theyAnswer(said, s, svc)
	said = t.speak(said, s, t.Messages.Connecting.Say)
	return s, Reply{Act: Dial, Speech: said, Dial: svc, DialLine: line, Shows: svc.itself}
}

// closedWords says why a line is skipped: it is paused or closed.
func (t turn) closedWords(svc *Service) string {
	if svc.Paused(t.now) {
		return t.Messages.BackOn.Say
	}
	if svc.Hours.Spoken() == "" { // closed on a single day, and nobody knows the other days
		return withoutSentence(t.Messages.Closed.Say, "{hours}")
	}
	return t.Messages.Closed.Say
}

// withoutSentence are words without the sentence that has a placeholder, if others are left.
func withoutSentence(words, field string) string {
	before, after, found := strings.Cut(words, field)
	from := strings.LastIndex(before, ". ") + 1
	if _, after, _ = strings.Cut(after, "."); !found || from == 0 && after == "" {
		return words
	}
	return before[:from] + after
}

// mayNotAnswer reports a line whose hours nobody knows, outside those that most keep.
func (t turn) mayNotAnswer(svc *Service) bool {
	return svc.Hours.At(t.now) == hours.Unknown && !hours.Office(t.now)
}

// endCall says last words, slowly when they hold a number, and hangs up.
func (t turn) endCall(s State, words string) (State, Reply) {
	r := Reply{Act: HangUp, Ended: true}
	r.Speech = t.speak(nil, s, words)
	if helpline := t.helpline(s); helpline != nil && uses(words, "{zero}") {
		r.Shows, r.Slow = helpline.itself, true
	}
	return State{}, r
}

// prompt says where the call is, after leading words if there are any, and listens.
func (t turn) prompt(s State, lead string) Reply {
	if t.cache != nil {
		return t.cache.prompt(t, s, lead)
	}
	return t.prompting(s, lead)
}

func (t turn) prompting(s State, lead string) Reply {
	r := Reply{Act: Listen}
	if lead != "" {
		r.Speech = t.speak(nil, s, lead)
	}
	step, svc := t.StepNamed(s.Step), t.service(s)
	if svc == nil || step.Say != "" {
		r.Speech = t.speak(r.Speech, s, step.Say)
	} else {
		r.Speech = t.numberWords(r.Speech, s, svc, &r)
	}
	if svc != nil && len(r.Shows) == 0 {
		r.Shows = svc.itself
	}
	return r
}

// numberWords says the number of a service, before the one that may not answer now. That of a
// closed line before it is said where the words have {closed}: a number that helps now comes
// first. Without {closed} it is said before them.
func (t turn) numberWords(said []Utterance, s State, svc *Service, r *Reply) []Utterance {
	words, about := t.Messages.Number.Say, svc
	if behind := t.behindHelpline(s); behind != nil {
		r.Shows = []string{svc.ID, behind.ID}
		words, about = t.Messages.NumberLater.Say, behind
	}
	if chain := t.chainIn(s); s.At > 0 && int(t.firstOpen(s)) == int(s.At) && t.closed(chain[0]) {
		before, after, ok := strings.Cut(words, "{closed}")
		if !ok {
			before, after = "", words
		}
		apart := uses(words, "{connect}")
		said = t.speakPart(said, s, about, before, apart)
		said = t.speakOf(said, s, chain[0], t.closedWords(chain[0]))
		return t.speakPart(said, s, about, after, apart)
	}
	return t.speakOf(said, s, about, words)
}
