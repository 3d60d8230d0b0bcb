package flows

import (
	"slices"
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

// whosePlace settles whose place a text names: the writer's, or that of the one it is about.
func (t turn) whosePlace(s State, c *Case) (State, *Case) {
	if s.Who == Someone && c.Place.NotTheirs != 0 { // it is about their place
		about := *c
		about.Place.NotDistricts |= about.Place.NotTheirs
		c = &about
	}
	switch {
	case t.keepsPlace(s, &c.Place):
		c = withoutPlace(c)
	case t.theirs(s, c):
		c = atTheirs(c)
		if !t.keepsLine(s.Step) { // a child is still the writer
			s.Who = Someone
		}
	}
	return s, c
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

// thanked answers thanks and small talk: in silence once a number has been given. After something taken, "no im ok" gets
// that answer again.
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

// keepsPlace reports a place that says nothing about the one that is known. One to steer by does not: "is that crewe",
// "nearest town is crewe". Nor does the writer's own, if it is about somebody else.
func (t turn) keepsPlace(s State, p *PlaceCase) bool {
	known := s.Area != "" && len(s.asking()) == 0 && p.any() && p.Theirs == "" && !p.Changed
	return known && (p.Hint && s.Area != t.elsewhere() || p.Own && s.Who == Someone)
}

// theirs reports the place of somebody else, where it is about them. Where no place is known, that of somebody who may
// need help is better than none. His never is: he may be the one who harms.
func (t turn) theirs(s State, c *Case) bool {
	if c.Place.Theirs == "" || s.Who == Behaviour || c.Kind != CasePlace && c.Kind != CaseDenied {
		return false
	}
	known := s.Area != "" && s.Area != t.elsewhere()
	byPartner := s.Step == t.Needs[hear.Man] || s.Step == t.Needs[hear.LGBT] // "she" may be the one who harms
	return s.Who == Someone || s.Step == t.Needs[hear.ChildConcern] ||
		(c.Kind == CaseDenied || c.Place.Hint) && c.Place.MayNeed && !known && !byPartner
}

// answerDenied asks for the place again where the one that was offered or known is denied.
func (t turn) answerDenied(s State, c *Case) (outcome, bool) {
	switch known := t.Area(s.Area); {
	case len(s.asking()) > 0:
	case known == nil || !slices.Contains(filled4(&c.Place.Denied), s.Area) || anotherPlace(s, &c.Place):
		return outcome{}, false
	case s.Who == Someone && c.Place.NotDistricts&known.Districts == 0: // "she lives in grange": more about them
		return outcome{next: s}, true
	}
	return outcome{next: t.enter(s, t.People[s.Who].Ask)}, true
}

// denies reports a text that says that the writer is not at the place that is known.
func denies(s State, known *Area, p *PlaceCase) bool {
	return known != nil && p.NotDistricts&known.Districts != 0 && !anotherPlace(s, p)
}

// anotherPlace reports a text that denies other places than the one that was named: one service is for both.
func anotherPlace(s State, p *PlaceCase) bool {
	named := s.AskNames[0] != "" && p.DeniedNames[0] != ""
	return len(s.asking()) == 0 && named && !slices.Contains(p.DeniedNames[:], s.AskNames[0])
}

// askEither asks a writer with words of harm both ways which it is.
func (t turn) askEither(s State, c *Case) outcome {
	area := t.areaAfter(s, &c.Place)
	s = t.enter(s, t.Either)
	s.Area = area // for the choice of what they do: no town is asked for twice
	return outcome{next: s}
}

// answerSomeone answers a text about somebody else: where they are decides.
func (t turn) answerSomeone(s State, c *Case) (outcome, bool) {
	if s.Who != Someone {
		s.Who, s.Area = Someone, "" // what was known was the writer's place
	}
	if c.Place.Theirs != "" {
		return outcome{next: t.showServices(s, c.Place.Theirs)}, true
	}
	if c.Place.any() {
		return t.answerPlace(s, c)
	}
	if t.areaAfter(s, &c.Place) != "" { // more about them: they are still there
		return t.known(s), true
	}
	return outcome{next: t.enterFor(s, Someone, t.People[Someone].Ask)}, true
}

// invitingQuestions are the questions whose answer invites a town. On the branch of somebody who harms none is
// answered.
var invitingQuestions = []hear.Kind{hear.AskWho, hear.AskHuman, hear.AskCall, hear.AskHours}

// known gives the number again of the place that is known, or of the line with it beside.
func (t turn) known(s State) outcome {
	if step := t.StepNamed(s.Step); step.FromArea || step.AreaToo {
		return outcome{next: s}
	}
	return outcome{next: t.showServices(s, s.Area)}
}

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

func (t turn) answerPlace(s State, c *Case) (outcome, bool) {
	if t.saysNothingNew(s, &c.Place) {
		if s.Step == t.helplineStep(s) { // they are back at the local number
			s = t.showServices(s, s.Area)
		}
		return outcome{next: s}, true
	}
	place := t.StepNamed(t.People[s.Who].Place)
	areas := c.Place.areas()
	if one := c.Place.one(t.elsewhere()); s.Step == t.Needs[hear.Child] && c.Place.any() &&
		(one == "" || one == t.elsewhere()) { // a child's line answers everywhere, and needs no town
		s.Area = ""
		return outcome{next: t.enter(s, s.Step)}, true
	}
	if a := c.Place.one(t.elsewhere()); a != "" {
		if t.steersBy(s, &c.Place, a) {
			s.Ask[len(s.asking())] = a
			return outcome{next: s}, true
		}
		if s.At == 0 && a != t.elsewhere() && t.keepsLine(s.Step) {
			s.Area = a
			return outcome{next: s}, true
		}
		s = t.showServices(s, a)
		if name := c.Place.Names[0]; a != t.elsewhere() && t.gazetteer().HasName(name) {
			s.AskNames[0] = name // denying another place denies nothing: see anotherPlace
		}
		return outcome{next: s}, true
	}
	if a := onlyCommon(s.asking(), areas); a != "" { // it settles what was asked
		return outcome{next: t.showServices(s, a)}, true
	}
	if !place.FromArea && len(areas) > 0 { // no need to ask what changes nothing
		return outcome{next: t.showServices(s, areas[0])}, true
	}
	if c.Place.any() {
		return outcome{next: t.askArea(s, &c.Place)}, true
	}
	return outcome{}, false
}

// steersBy reports a town in answer to "which place?", where that asks about one name: "bowness", then "the carlisle
// one". It may say which, so it is another choice. Four do not fit one text in every language.
func (t turn) steersBy(s State, p *PlaceCase, a string) bool {
	const two = 2
	asking := s.asking()
	return len(asking) == two && asking[1] != t.elsewhere() && s.AskNames == [4]string{} && !p.Said &&
		!slices.Contains(asking, a)
}

// saysNothingNew reports a place that says nothing against the area whose number was given: "is that barrow or kendal",
// "bowness" after Windermere.
func (t turn) saysNothingNew(s State, p *PlaceCase) bool {
	known := t.Area(s.Area)
	return known != nil && s.Area != t.elsewhere() && t.StepNamed(s.Step).Kind == KindServices && p.Vague != NotVague &&
		!p.Changed && !denies(s, known, p) && p.Districts&known.Districts != 0
}

// areaAfter is the area that is known after a text: the one that it names for certain, or the one that was known if
// the text says nothing against it. It is empty if the text names another place, or denies the one that was known.
func (t turn) areaAfter(s State, p *PlaceCase) string {
	certain, known := p.one(t.elsewhere()), t.Area(s.Area)
	switch {
	case t.saysNothingNew(s, p):
		return s.Area
	case certain != "":
		return certain
	case p.any(), denies(s, known, p):
		return ""
	}
	return s.Area
}

// keepsLine reports the line of somebody who cannot use a local number alone: a child, an adult
// who is worried about one, or who cannot speak.
func (t turn) keepsLine(step string) bool {
	return t.StepNamed(step).AreaToo && slices.ContainsFunc(
		[]hear.Kind{hear.Child, hear.ChildConcern, hear.Deaf, hear.TextOnly},
		func(k hear.Kind) bool { return t.Needs[k] == step })
}

// onlyCommon is the one area that two lists share; empty when they share none or
// several.
func onlyCommon(a, b []string) (common string) {
	for _, x := range a {
		if slices.Contains(b, x) {
			if common != "" {
				return ""
			}
			common = x
		}
	}
	return common
}

// elsewhere is the book's last area: everywhere that no other area covers.
func (t turn) elsewhere() string { return t.Areas[len(t.Areas)-1].ID }

// askArea asks somebody for their area. It offers one area in doubt with "somewhere else".
// If more are in doubt than fit in a question, it asks from the top.
func (t turn) askArea(s State, p *PlaceCase) State {
	n := t.enter(s, t.People[s.Who].Ask)
	areas, names := p.Areas, p.Names
	switch len(p.areas()) {
	case 0:
		return n
	case 1:
		areas[1] = t.elsewhere()
	}
	n.Ask, n.AskNames, n.Spelt = areas, names, p.Spelt && areas[1] == t.elsewhere() && areas[2] == "" && !p.Unnamed
	if p.Unnamed {
		n.AskNames = [4]string{}
		n.Unnamed = true
	}
	return n
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
