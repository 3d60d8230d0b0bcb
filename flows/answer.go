package flows

import (
	"slices"

	"signpost/flows/hear"
)

// answer works out what a case means where we are.
func (t turn) answer(s State, fresh bool, c *Case) (o outcome, understood bool) {
	if s.Who == Behaviour {
		return t.answerBehaviour(s, c)
	}
	if c.Label != "" && !fresh {
		if o, ok := t.answerLabel(s, c.Label); ok {
			return o, true
		}
	}
	asking := s.asking()
	if a := t.halfOf(s, c); a != "" {
		return outcome{next: t.showServices(s, a)}, true
	}
	switch c.Kind {
	case CaseBehaviour:
		return outcome{next: t.enterFor(s, Behaviour, t.People[Behaviour].Ask)}, true
	case CaseEither:
		if s.Who == Someone { // it is about them: "shes not answering her phone"
			return t.answerSomeone(s, c)
		}
		return t.askEither(s, c), true
	case CaseAnswer:
		return t.answerDigit(s, fresh, int(c.Digit))
	case CaseHelpline:
		return outcome{next: t.enter(s, t.helplineStep(s))}, true
	case CaseBack:
		return outcome{next: t.back(s)}, true
	case CaseRepeat:
		return outcome{next: s}, true
	case CaseStart:
		return outcome{next: t.enter(State{Idle: s.Idle, Said: s.Said, Lang: s.Lang, Need: s.Need}, t.TextStart)}, true
	case CaseYes:
		if len(asking) == 2 && asking[1] == t.elsewhere() { // only one place is offered
			return outcome{next: t.showServices(s, asking[0])}, true
		}
		return outcome{next: s}, !fresh
	case CaseNo, CaseNeither:
		return t.answerNo(s, c)
	case CaseNotSure:
		return outcome{next: t.enter(s, t.helplineStep(s))}, true
	case CaseShortcut:
		if c.Step == t.People[s.Who].Ask && s.Area != "" { // "its for me": the place is known
			return t.known(s), true
		}
		return t.goTo(s, c.Step), true
	case CaseComplaint:
		return t.answerComplaint(s, c, fresh)
	case CaseNeed:
		return t.answerNeed(s, c)
	case CaseSomeone:
		return t.answerSomeone(s, c)
	case CasePlace:
		return t.answerPlace(s, c)
	case CaseQuestion:
		return t.answerQuestion(s, c)
	case CaseDenied:
		return t.answerDenied(s, c)
	}
	return outcome{}, false
}

// askEither asks a writer with words of harm both ways which it is.
func (t turn) askEither(s State, c *Case) outcome {
	area := t.areaAfter(s, &c.Place)
	s = t.enter(s, t.Either)
	s.Area = area // for the choice of what they do: no town is asked for twice
	return outcome{next: s}
}

// invitingQuestions are the questions whose answer invites a town. On the branch of somebody who harms none is
// answered.
var invitingQuestions = []hear.Kind{hear.AskWho, hear.AskHuman, hear.AskCall, hear.AskHours}

// answerBehaviour answers on the branch of somebody who harms: they get only what is for
// them until they leave.
func (t turn) answerBehaviour(s State, c *Case) (outcome, bool) {
	own := t.People[Behaviour]
	switch c.Kind {
	case CaseHelpline, CaseNotSure:
		return outcome{next: t.enter(s, own.Helpline)}, true
	case CaseAnswer:
		if c.Digit == 0 {
			return outcome{next: t.enter(s, own.Helpline)}, true
		}
		if o, ok := t.answerDigit(s, false, int(c.Digit)); ok && c.Digit != 9 {
			return o, true
		}
		if c.Digit != 9 {
			return outcome{next: s}, true
		}
	case CaseQuestion:
		o, ok := t.answerQuestion(s, c)
		if o.aside != nil && slices.Contains(invitingQuestions, c.What) {
			about := *o.aside
			about.Text = t.Messages.BehaviourAsks.Text
			o.aside = &about
		}
		return o, ok
	case CaseComplaint:
		return outcome{next: t.enter(s, own.Helpline)}, true
	}
	if c.Label != "" {
		if o, ok := t.answerLabel(s, c.Label); ok {
			return o, true
		}
	}
	switch c.Kind {
	case CaseUnclear, CaseYes, CaseRepeat:
		return outcome{next: s}, true
	}
	return outcome{next: t.enter(s, own.Ask)}, true
}

// answerDigit answers a menu by its number.
func (t turn) answerDigit(s State, fresh bool, n int) (outcome, bool) {
	switch {
	case n == 0:
		return outcome{next: t.enter(s, t.helplineStep(s))}, true
	case fresh:
		// A number answers a question; this conversation has asked none. The
		// one that did has expired, and the phone may have changed hands.
		return outcome{next: s}, true
	case n == 9:
		return outcome{next: t.back(s)}, true
	}
	if asking := s.asking(); len(asking) > 0 {
		if n <= len(asking) {
			return outcome{next: t.showServices(s, asking[n-1])}, true
		}
		return outcome{}, false
	}
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		if c := &step.Choices[i]; t.key(c) == n {
			if o, ok := t.choose(s, c); ok {
				return o, true
			}
		}
	}
	return outcome{}, false
}

// answerLabel answers a menu by the words of a choice, or its number and its words.
func (t turn) answerLabel(s State, w string) (outcome, bool) {
	if asking := s.asking(); len(asking) > 0 {
		named := ""
		for i, a := range asking {
			if t.namesChoice(w, i+1, t.Area(a).plain, t.wordsFor(a)) {
				if named != "" { // "west" of both counties
					return outcome{}, false
				}
				named = a
			}
		}
		if named == "" {
			return outcome{}, false
		}
		return outcome{next: t.showServices(s, named)}, true
	}
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		c := &step.Choices[i]
		if k := t.key(c); k != 0 && t.namesChoice(w, k, c.plain, c.Words) {
			if o, ok := t.choose(s, c); ok {
				return o, true
			}
		}
	}
	return outcome{}, false
}

// namesChoice reports whether a plain text is a choice's words, or its number
// and its words together.
func (t turn) namesChoice(w string, key int, label string, words []string) bool {
	if w == label || slices.Contains(words, w) {
		return w != ""
	}
	n, rest, ok := t.leadingNumber(w)
	return ok && n == key && (rest == label || slices.Contains(words, rest))
}

// answerNo answers somebody who does not want what was offered or given.
func (t turn) answerNo(s State, c *Case) (outcome, bool) {
	step := t.StepNamed(s.Step)
	switch {
	case len(s.asking()) > 0:
		return outcome{next: t.showServices(s, t.elsewhere())}, true
	case step.Kind == KindServices && step.FromArea:
		return outcome{next: t.enter(s, t.People[s.Who].Ask)}, true
	case c.Kind == CaseNo && step.Kind == KindServices && s.Area != "": // keep the line, and forget the place
		s.Area = ""
		return outcome{next: s}, true
	case c.Kind == CaseNeither, step.Kind == KindServices:
		return outcome{next: t.enter(s, t.helplineStep(s))}, true
	}
	return outcome{}, false
}

// answerComplaint gives the next number to somebody whom the last did not help, and
// says why.
func (t turn) answerComplaint(s State, c *Case, fresh bool) (outcome, bool) {
	step := t.StepNamed(s.Step)
	if step.Kind != KindServices {
		if c.What == hear.Another || !fresh {
			return outcome{next: t.enter(s, t.helplineStep(s))}, true
		}
		return outcome{}, false
	}
	if local := t.localService(s); step.AreaToo && s.At == 0 && local != nil && c.Place.any() {
		next := s // the number beside the line for their need did not help: the line stays
		next.Area = ""
		return outcome{next: next, complaint: local.ID, wording: t.needWordings(next)}, true
	}
	reason := t.Messages.Reason[max(0, slices.Index(complaints, c.What))]
	about := ""
	if svc := t.service(s); svc != nil && c.What != hear.Another {
		about = svc.ID
		if first := t.helplineBefore(s, svc); first != nil {
			about = first.ID
		}
	}
	if at := t.nextOpenAt(s); at >= 0 {
		s.At = uint8(at)
		s.Misses = 0
		return outcome{next: s, complaint: about, wording: []Wording{{Text: reason.Text + t.Messages.Instead.Text},
			t.Messages.Instead, t.Messages.NumberShort}}, true
	}
	next := t.enter(s, t.helplineStep(s))
	return outcome{next: next, complaint: about, wording: []Wording{{Text: reason.Text + t.Messages.Last.Text},
		t.Messages.Last}}, true
}

// answerNeed gives the line for what somebody needs, with the local number where a
// place is known. A need without a line of its own gets the 24-hour line, or the local
// number with it.
func (t turn) answerNeed(s State, c *Case) (outcome, bool) {
	to, ok := t.Needs[c.What]
	if !ok {
		if c.Place.any() {
			return t.answerPlace(s, c)
		}
		return outcome{}, false
	}
	if c.What == hear.Deaf {
		s.Need = NeedDeaf
	}
	a := t.areaAfter(s, &c.Place)
	if a == "" && !c.Place.any() && (c.What == hear.Child || c.What == hear.ChildConcern) {
		a = c.Place.Theirs // "my dad hits my mum in kendal": a child lives where they do
	}
	switch says := t.StepNamed(to).Kind == KindSay; {
	case !says && to == t.People[s.Who].Helpline && s.At == 0 &&
		(t.StepNamed(s.Step).AreaToo && a != "" || t.keepsLine(s.Step)):
		s.Area = a // the line for a need stays, with the local number
		return outcome{next: s}, true
	case !says && to == t.People[s.Who].Helpline && a != "": // it comes with the local number
		return outcome{next: t.showServices(s, a)}, true
	case says: // in one text with the local number
		s = t.inArea(s, a)
	default:
		s.Area = a
	}
	return t.goTo(s, to), true
}

// answerQuestion answers a question to us, and stays where we are.
func (t turn) answerQuestion(s State, c *Case) (outcome, bool) {
	to, ok := t.Needs[c.What]
	if !ok {
		return outcome{}, false
	}
	return t.goTo(s, to), true
}

// enterFor enters a step of another person.
func (t turn) enterFor(s State, who Person, step string) State {
	s.Who = who
	if who == Behaviour {
		s.Area = ""
		if s.Need != NeedDeaf {
			s.Need = NeedNothing
		}
	}
	return t.enter(s, step)
}
