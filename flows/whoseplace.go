package flows

import (
	"slices"

	"signpost/flows/hear"
)

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

// known gives the number again of the place that is known, or of the line with it beside.
func (t turn) known(s State) outcome {
	if step := t.StepNamed(s.Step); step.FromArea || step.AreaToo {
		return outcome{next: s}
	}
	return outcome{next: t.showServices(s, s.Area)}
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
