package flows

import (
	"slices"

	"signpost/flows/hear"
)

// askAgain asks a question again of somebody who asks for that, or for help. The second time they get the
// 24-hour line. Somebody who answers "which is it?" with "I am hurt" has answered it.
func (t turn) askAgain(s State, c *Case) (State, Reply) {
	if s.Step == t.Either && c.What == hear.Hurt {
		next := t.enter(s, t.People[Me].Ask)
		if s.Area != "" {
			next = t.showServices(s, s.Area)
		}
		return next, t.show(next)
	}
	if s.Misses > 0 || c.Pleads && len(s.asking()) == 0 && s.Step != t.Either {
		return t.missText(s, c)
	}
	s.Misses = 1
	return t.replyWithoutProgress(s, t.show(s))
}

// surelyEither is the weight of words, above enough, from which they count as much as a phrase of somebody who
// harms. Nine of the labelled later texts (later.csv) weigh as much. Six are of somebody who harms.
const surelyEither = 1.5

// surelyDespair is the weight of words, above enough, that says despair in a later text, too. 78 of the labelled later
// texts weigh enough for despair. 12 of them mean it, and 11 of those weigh as much as this. So do 19 others.
// surelyDespairPlace is the same beside a place: none of the labelled texts that name one means it, and most
// weigh less.
const (
	surelyDespair      = 1.2
	surelyDespairPlace = 2.5
)

// surelyNeeds are the weights of words, above enough, from which a guessed need counts in a later text, too: for older
// people any. Other needs with a line of their own need a phrase there: 58 of the labelled later texts weigh enough for
// honour, a man or LGBT+, and three say it.
var surelyNeeds = map[hear.Kind]float32{hear.Child: 1, hear.TextOnly: 1, hear.Sexual: 1.5, hear.ChildConcern: 1,
	hear.Older: 0}

// guessed reports a case that no phrase says, only the weight of words.
func guessed(r *hear.Reading, c *Case) bool {
	switch c.Kind {
	case CaseNeed:
		surely, ok := surelyNeeds[c.What]
		return !r.Sure(c.What) && (!ok || r.Over(c.What) < surely)
	case CaseDespair:
		least := float32(surelyDespair)
		if c.Place.any() {
			least = surelyDespairPlace
		}
		return !r.Set().Any(hear.Danger, hear.Taken) && !r.Sure(hear.Despair) && r.Over(hear.Despair) < least
	case CaseSomeone:
		return !r.Sure(hear.Other)
	case CaseEither:
		return !r.Sure(hear.Behaviour) && !r.Sure(hear.MaybeBehaviour) && r.Over(hear.MaybeBehaviour) < surelyEither
	case CaseBehaviour:
		return !r.Sure(hear.Behaviour) && !r.Sure(hear.MaybeBehaviour)
	}
	return false
}

// meant is what a text means at this point of a conversation. Most texts mean the same everywhere.
func (t turn) meant(s State, fresh bool, urgent Urgency, c *Case) *Case {
	if !fresh {
		c = t.forChild(s, c)
	}
	if !fresh && s.Who == Me && c.Kind == CaseAnswer && childsAge(c.Digit) {
		age := *c
		age.Kind, age.What, age.Digit = CaseNeed, hear.Child, -1
		c = &age
	}
	if s.Who == Behaviour && c.Kind == CaseBehaviour && c.Doctor { // they have the advice line
		hurt := *c
		hurt.Kind = CaseDanger
		c = &hurt
	}
	if s.Who == Behaviour && urgent != NotUrgent && !t.endsUrgentBehaviour(s, c) {
		again := *c
		again.Kind, again.What = CaseRepeat, 0
		return &again
	}
	leads := c.Kind == CaseBehaviour || c.Kind == CaseShortcut // perhaps to the branch of somebody who harms
	if !fresh && s.Who != Behaviour {
		c = t.corrects(s, urgent, t.complainsOfPlace(s, c))
	}
	if fresh || s.Who == Behaviour || urgent == NotUrgent && !c.Guess && !leads {
		return c
	}
	now := t.inConversation(s, urgent, *c)
	return &now
}

// endsUrgentBehaviour reports a text of somebody who harms that asks for more than the answer to danger or despair once
// more: a number of the menu, or a question. A place, a need or another person changes nothing there.
func (t turn) endsUrgentBehaviour(s State, c *Case) bool {
	switch c.Kind {
	case CaseDanger, CaseDespair, CaseSilent, CaseThanks, CaseHelpline, CaseQuestion:
		return true
	case CaseAnswer:
		_, offered := t.answerDigit(s, false, int(c.Digit))
		return offered && c.Digit != 9
	}
	return false
}

// saysChild reports a text of a child who needs the line for children.
func saysChild(c *Case) bool {
	return c.Child && c.What == hear.Child || c.Kind == CaseAnswer && childsAge(c.Digit)
}

// complainsOfPlace is what a complaint that names a place means where the number of that place was given: "crewe didnt
// answer" is a complaint then. Elsewhere it asks for the number of the place.
func (t turn) complainsOfPlace(s State, c *Case) *Case {
	if c.Kind != CasePlace || c.What == 0 || s.Area == "" || t.StepNamed(s.Step).Kind != KindServices ||
		c.Place.one(t.elsewhere()) != s.Area && !t.saysNothingNew(s, &c.Place) {
		return c
	}
	complaint := *c
	complaint.Kind = CaseComplaint
	return &complaint
}

// corrects is what another choice means after the number of a place: "no the third". The choices are gone, and may have
// been others: we go back and ask.
func (t turn) corrects(s State, urgent Urgency, c *Case) *Case {
	if c.Kind != CaseAnswer || !c.Place.Changed || c.Digit < 1 || c.Digit == 9 || urgent != NotUrgent ||
		s.At != 0 || !t.StepNamed(s.Step).FromArea {
		return c
	}
	back := *c
	back.Kind, back.Digit = CaseBack, -1
	return &back
}

// childsAge reports a number that is on no menu, and that is how old a child is who writes: "he touches me", then "13".
func childsAge(n int8) bool { return n >= 10 && n < 18 }

// inConversation is what a text means to somebody who has had an answer. The weights were fitted on first texts: people
// answer, doubt and ask in other words. So what they alone say does not lead away from a number, or from the
// answer to danger, and makes us ask nothing. Somebody in danger who says who they are is still in danger.
func (t turn) inConversation(s State, urgent Urgency, c Case) Case {
	inDanger := urgent == UrgentDanger || urgent == UrgentDoctor
	if urgent != NotUrgent && t.staysUrgent(s, &c) {
		if c.Place.Changed && c.Kind == CaseNo && t.Area(s.Area) != nil {
			c.Place.NotDistricts |= t.Area(s.Area).Districts // "wrong town"
		}
		c.Kind, c.What = CaseRepeat, 0
		return c
	}
	if c.Kind == CaseShortcut && urgent != NotUrgent {
		if k, ok := t.needOf(c.Step); ok {
			c = Case{Kind: CaseNeed, What: k, Digit: c.Digit} // "im a man" is also the way to a menu's choice
		}
	}
	if urgent == UrgentTaken && t.tellsMore(&c) {
		return stillTaken(c)
	}
	if c.Kind == CaseNeed && urgent != NotUrgent && !c.Place.any() {
		switch {
		case lineless(c.What):
			c.Kind, c.What = CaseRepeat, 0 // "nie wiem co robic", "nowhere to go"
			return c
		case inDanger && c.Guess:
			c.Kind, c.What, c.Doctor = CaseDanger, hear.Danger, urgent == UrgentDoctor
			return c
		case inDanger && needBeside(c.What): // "cant talk": that says how to call 999
			c.Kind, c.Doctor = CaseDanger, urgent == UrgentDoctor
			return c
		case urgent == UrgentDespair && !c.Guess && needBeside(c.What):
			c.Kind = CaseDespair
			return c
		}
	}
	if c.Kind == CaseBehaviour && c.Guess {
		c.Kind, c.Guess = CaseEither, false
	}
	if t.leadsToBehaviour(&c) && s.Who == Me && (urgent != NotUrgent || t.StepNamed(s.Step).Kind == KindServices) {
		c.Kind = CaseEither // they got an answer for people who are harmed
	}
	if c.Guess {
		return t.guessInConversation(s, urgent, c)
	}
	return c
}

// staysUrgent reports a text that says nothing new to somebody who had the answer to danger or despair. That answer
// asks nothing, so "yes" and "no" answer nothing; "9" may be the start of 999. A new greeting waits for help.
// What rang engaged may be 999. The words of a menu would show a menu without 999.
func (t turn) staysUrgent(s State, c *Case) bool {
	asked := len(s.asking()) > 0
	switch c.Kind {
	case CaseStart, CaseComplaint:
		return true
	case CaseYes, CaseNo, CaseNeither, CaseBack:
		return !asked
	case CaseAnswer:
		return !asked && c.Digit == 9
	case CaseShortcut:
		return !t.leadsToBehaviour(c) && (t.StepNamed(c.Step).Kind == KindMenu || c.Step == t.People[s.Who].Helpline)
	}
	return false
}

// tellsMore reports a text that does not end the answer to something taken: what the writer needs, or that they want
// to talk to somebody. A place does not end it, either: see [lasts].
func (t turn) tellsMore(c *Case) bool {
	switch c.Kind {
	case CaseNeed, CaseHelpline, CaseNotSure:
		return true
	case CaseAnswer:
		return c.Digit == 0
	}
	return false
}

// leadsToBehaviour reports a text that begins the branch of somebody who harms.
func (t turn) leadsToBehaviour(c *Case) bool {
	return c.Kind == CaseBehaviour || c.Kind == CaseShortcut && c.Step == t.People[Behaviour].Ask
}

// stillTaken is what a need means to somebody who has taken something: that answer again. Somebody who cannot hear or
// speak is told how to call 999.
func stillTaken(c Case) Case {
	if c.What == hear.Deaf || c.What == hear.TextOnly {
		c.Kind, c.Doctor = CaseDanger, true
		return c
	}
	c.Kind, c.What, c.Taken, c.Guess = CaseDespair, 0, true, false
	return c
}

// guessInConversation is what a text means that only the weight of words explains.
func (t turn) guessInConversation(s State, urgent Urgency, c Case) Case {
	place, theirs := c.Place.any(), c.Place.Theirs != ""
	numbered := urgent != NotUrgent || t.StepNamed(s.Step).Kind == KindServices
	switch c.Kind {
	case CaseDespair:
		if urgent == UrgentDespair || urgent == UrgentTaken {
			return c // it was said before
		}
	case CaseEither:
		if s.Who == Someone || s.Step == t.Either { // it is about them; they were asked that
			return c
		}
	case CaseNeed:
		if s.Who == Someone && theirs {
			return *atTheirs(&c)
		}
	}
	known := t.Area(s.Area)
	switch open := c.Kind != CaseSomeone; {
	case denies(s, known, &c.Place):
		c.Kind, c.What = CaseDenied, 0
	case open && place:
		c.Kind, c.What = CasePlace, 0
	case numbered && !place && !theirs:
		c.Kind, c.What = CaseRepeat, 0
	case open && !lineless(c.What):
		c.Kind, c.What, c.Sentence = CaseUnclear, 0, true
	}
	return c
}

// needOf is which of the needs of somebody in danger a step answers, if it is for one of them alone.
func (t turn) needOf(step string) (need hear.Kind, ok bool) {
	for _, k := range dangerNeeds {
		if t.Needs[k] == step {
			if ok {
				return 0, false
			}
			need, ok = k, true
		}
	}
	return need, ok && step != t.People[Me].Helpline
}

// lineless reports a need that the 24-hour line answers. It does not lead away from an answer to danger or despair.
func lineless(k hear.Kind) bool {
	return k == hear.Interpreter || slices.Contains(everybodysNeeds, k)
}

// missText answers a text that was not understood. Silence is for machines: somebody who tells their story in short
// texts keeps the number that they were given, however many there are.
func (t turn) missText(s State, c *Case) (State, Reply) {
	if s.Urgent != NotUrgent { // that answer has the 24-hour number, too
		return t.replyWithoutProgress(s, t.urgentAgain(s))
	}
	s.Misses = min(s.Misses+1, missesToHelpline)
	again := s.Misses == missesToHelpline
	switch step := t.StepNamed(s.Step); {
	case step.FromArea || step.AreaToo || s.Step == t.helplineStep(s):
		// As no number of its own: a machine would get it again and again.
		return t.replyWithoutProgress(s, Reply{Text: t.show(s).Text})
	case again:
		s = t.enter(s, t.helplineStep(s))
		s.Misses = missesToHelpline
		return t.replyWithoutProgress(s, t.show(s))
	case step.Kind == KindServices, s.Area != "": // nobody is asked for a town that is known
		return t.replyWithoutProgress(s, Reply{Text: t.show(s).Text})
	}
	if question := t.showQuestion(s); len(s.asking()) > 0 && len(question.Shows) > 0 { // it has a number
		return t.replyWithoutProgress(s, Reply{Text: question.Text})
	}
	words := t.Messages.NotUnderstood
	if (c.Sentence || c.Pleads) && len(s.asking()) == 0 && s.Step != t.Either {
		words = t.Messages.Told
	}
	return t.replyWithoutProgress(s, Reply{Text: t.fit(s, words, t.Messages.NotUnderstoodShort)})
}

// hears remembers which text it is: what another text before it moved nothing does not count.
func (s State) hears(c *Case) State {
	if c.Said != s.Said {
		s.Said, s.Idle = c.Said, 0
	}
	return s
}

// replyWithoutProgress replies without moving. After maxIdle such replies to the same text it stays silent, so
// that two machines cannot loop.
func (t turn) replyWithoutProgress(s State, r Reply) (State, Reply) {
	if s.Idle >= maxIdle {
		return s, Reply{KeepsExpiry: true, Exhausted: true}
	}
	s.Idle++
	return s, r
}
