package flows

import "signpost/flows/hear"

// urgent answers somebody in danger, or who wants to die: 999 first, then how to use
// it, then somebody to talk to. No limit on unproductive turns applies.
func (t turn) urgent(s State, c *Case, before Urgency) (State, Reply) {
	if c.Someone && s.Who == Me {
		s.Area = "" // what was known is the writer's place
	}
	area := t.areaAfter(s, &c.Place)
	if (c.Someone || c.Place.About) && c.Place.Theirs != "" {
		area = c.Place.Theirs // "my sister in crewe is being hit. im in kendal"
	}
	if s.Who != Behaviour {
		s = t.inArea(s, area)
	}
	if s.Who != Behaviour {
		s = t.inDanger(s, c)
		t.talkTo = t.needLine(s)
	}
	s.Misses, s.Urgent = 0, urgencyOf(c)
	r := Reply{Text: t.urgentText(s), Emergency: true}
	if c.Kind == CaseDanger && (before == UrgentTaken || before == UrgentDoctor) { // they still need a doctor
		s.Urgent = before
	}
	return s, r
}

// lasts reports an urgency that a place does not end: to know where somebody is makes nothing else urgent less.
func lasts(u Urgency) bool { return u == UrgentDespair || u == UrgentTaken || u == UrgentDoctor }

// givesPlace reports a text that gets the number of a place.
func (t turn) givesPlace(c *Case, next State) bool {
	step := t.StepNamed(next.Step)
	return next.Area != "" && next.At == 0 && step.Kind == KindServices && (step.FromArea || c.Kind == CasePlace)
}

// asksPlace reports a text that gets a question about the place.
func (t turn) asksPlace(c *Case, next State) bool {
	return t.StepNamed(next.Step).Kind == KindMenu &&
		(c.Kind == CasePlace || c.Kind == CaseDenied || c.Kind == CaseAnswer && c.Digit != 0 && c.Digit != 9)
}

// stillUrgent gives the answer to despair, or about a doctor, once more, with the number of the place.
func (t turn) stillUrgent(s, next State, urgent Urgency) (State, Reply) {
	next.Urgent = urgent
	r := t.urgentAgain(next)
	if !Moved(s, next) {
		return t.replyWithoutProgress(next, r)
	}
	return next, r
}

// inArea is the state with another area known. The line for a need stays, if it is the one that was given.
func (t turn) inArea(s State, area string) State {
	step := t.StepNamed(s.Step)
	stays := step.AreaToo && s.At == 0
	passed := step.AreaToo && s.At != 0
	switch {
	case area != "" && !stays && (passed || area != s.Area):
		return t.showServices(s, area)
	case area == "" && step.FromArea: // the number no longer applies
		return t.enter(s, t.People[s.Who].Ask)
	}
	s.Area = area
	return s
}

func urgencyOf(c *Case) Urgency {
	switch {
	case c.Kind == CaseDespair && c.Taken:
		return UrgentTaken
	case c.Kind == CaseDespair:
		return UrgentDespair
	case c.Doctor:
		return UrgentDoctor
	}
	return UrgentDanger
}

// urgentText is the answer to danger or despair: the first wording that fits one segment.
func (t turn) urgentText(s State) string {
	m := &t.Messages
	var list []Wording
	switch {
	case s.Who == Behaviour:
		list = []Wording{t.urgentBehaviour(s)}
	case s.Urgent == UrgentTaken:
		list = []Wording{m.Taken, m.TakenShort}
	case s.Urgent == UrgentDespair:
		list = []Wording{m.Despair, m.DespairShort}
	case s.Need == NeedDeaf && s.Urgent == UrgentDoctor:
		list = []Wording{m.DoctorDeaf}
	case s.Need == NeedDeaf:
		list = []Wording{m.DangerDeaf}
	case s.Urgent == UrgentDoctor:
		list = []Wording{m.Doctor, m.DoctorShort}
	default:
		list = []Wording{m.Danger, m.DangerShort}
	}
	text := t.fit(s, list...)
	if t.talkTo != nil && !fits(text) {
		t.talkTo = nil
		text = t.fit(s, list...)
	}
	return text
}

// urgentBehaviour is the answer to danger or despair for somebody who harms: always one number, and how to start again.
func (t turn) urgentBehaviour(s State) Wording {
	m := &t.Messages
	switch {
	case s.Urgent == UrgentTaken:
		return m.BehaviourTaken
	case s.Urgent == UrgentDespair:
		return m.BehaviourDespair
	case s.Need == NeedDeaf:
		return m.BehaviourDeaf
	case s.Urgent == UrgentDoctor:
		return m.BehaviourDoctor
	}
	return m.BehaviourDanger
}

// urgentAgain is the last answer to danger or despair once more.
func (t turn) urgentAgain(s State) Reply {
	t.talkTo = t.needLine(s)
	return Reply{Text: t.urgentText(s)}
}

// inDanger remembers what else a text about danger or despair says: that it is about somebody
// else who is in danger, or what somebody needs.
func (t turn) inDanger(s State, c *Case) State {
	if c.Someone && c.Kind == CaseDanger {
		s.Who = Someone
		if s.Area != "" {
			return t.showServices(s, s.Area)
		}
		return t.enterFor(s, Someone, t.People[Someone].Ask)
	}
	if to, ok := t.Needs[c.What]; ok && needBeside(c.What) {
		at := s.Area
		s = t.goTo(s, to).next
		s.Area = at
	}
	return s
}

// needBeside reports a need whose line is given beside the answer to danger or despair.
func needBeside(k hear.Kind) bool { return dangerNeed(k) || k == hear.TextOnly || k == hear.Deaf }

// needLine is the line for a need, at a step that is for one.
func (t turn) needLine(s State) *Service {
	if step := t.StepNamed(s.Step); !step.AreaToo || s.At != 0 {
		return nil
	}
	if svc := t.service(s); svc != nil && !svc.NotAnswering {
		return svc
	}
	return nil
}
