package flows

import (
	"slices"

	"signpost/flows/hear"
)

// childLine is the need whose line somebody is at, if it is for a child, or for an adult who is worried about one.
func (t turn) childLine(s State) (hear.Kind, bool) {
	for _, k := range []hear.Kind{hear.Child, hear.ChildConcern} {
		if t.Needs[k] == s.Step {
			return k, true
		}
	}
	return 0, false
}

// forChild is what a text means at the line for a child, or for an adult who is worried about one. A child stays a
// child: more of the story gets no answer for adults. An adult who says how old the child is, or that it
// is about somebody else, is still worried about a child.
func (t turn) forChild(s State, c *Case) *Case {
	line, at := t.childLine(s)
	if !at {
		return c
	}
	stays := *c
	switch {
	case c.Kind == CaseDanger && (c.Someone || t.forAdults(line, c)):
		stays.What, stays.Someone = line, false
		if s.Area == "" && !c.Place.any() && c.Place.Theirs != "" {
			stays.Place.Areas[0] = c.Place.Theirs // a child lives where they do
		}
	case t.moreOfTheStory(s, line, c):
		stays.Kind, stays.What, stays.Someone, stays.Guess, stays.Digit = CaseNeed, line, false, false, -1
	default:
		return c
	}
	return &stays
}

// moreOfTheStory reports a text that leads an adult to another answer, and nobody at the line for a child.
func (t turn) moreOfTheStory(s State, line hear.Kind, c *Case) bool {
	switch c.Kind {
	case CaseSomeone:
		return true
	case CaseShortcut:
		return c.Step == t.People[Someone].Ask
	case CaseNeed:
		return t.forAdults(line, c)
	case CaseEither, CaseBehaviour: // "i hit my brother back"
		return line == hear.Child
	case CaseAnswer: // "4", of a child: no choice of the menu
		return c.Digit > 0 && c.Digit != 9 && !slices.ContainsFunc(t.StepNamed(s.Step).Choices,
			func(choice Choice) bool { return t.key(&choice) == int(c.Digit) })
	}
	return false
}

// forAdults reports a need that an adult's line answers, and a child's does, too. What an adult worried about a child
// says of somebody else is about the child.
func (t turn) forAdults(line hear.Kind, c *Case) bool {
	switch c.What {
	case hear.Sexual:
		return line == hear.Child || c.Someone
	case hear.LGBT, hear.Man, hear.ChildConcern, hear.Homeless, hear.Tracked, hear.Stalked, hear.Visa:
		return line == hear.Child
	}
	return false
}
