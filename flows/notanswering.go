package flows

import (
	"slices"
)

// WithNotAnswering is the book for as long as nobody answers the lines of some services,
// by their ids. It shares all but the services with b, whose version and states are its own:
// a conversation moves from one to the other at any time.
//
// On a call, the 24-hour line is tried before such a line. In a text, its number comes
// before that of such a line. A 24-hour line that does not answer gives way to another.
func (b *Book) WithNotAnswering(ids map[string]bool) *Book {
	c := *b
	c.Services, c.Areas, c.Steps = slices.Clone(b.Services), slices.Clone(b.Areas), slices.Clone(b.Steps)
	for i := range c.Services {
		c.Services[i].NotAnswering = ids[c.Services[i].ID]
	}
	c.makeChains()
	c.Languages = slices.Clone(b.Languages)
	for i := range c.Languages {
		c.Languages[i].Book = c.Languages[i].Book.WithNotAnswering(ids)
	}
	return &c
}

// helplinePlace is where the 24-hour line must be in the chain of a call, counted from 1: before the
// first line that would be called and may not answer. at is 0 where it may stay. which is
// [State.HelplineIs].
func (t turn) helplinePlace(s State) (at, which uint8) {
	if !t.call {
		return 0, 0
	}
	helpline := t.helpline(s)
	if helpline == nil || helpline.NotAnswering {
		return 0, 0
	}
	for i, svc := range t.chainIn(s) {
		switch {
		case svc == helpline || i >= maxHelplineAt:
			return 0, 0
		case (svc.NotAnswering || t.mayNotAnswer(svc)) && !t.closed(svc):
			which := slices.Index(t.helplines(s), helpline) + 1
			if which > maxHelplineIs {
				which = 0
			}
			return uint8(i + 1), uint8(which)
		}
	}
	return 0, 0
}

// helplines are the lines that the 24-hour line of a state is chosen from.
func (t turn) helplines(s State) []*Service {
	step := t.StepNamed(t.helplineStep(s))
	if step == nil {
		return nil
	}
	return t.Chain(t.now, step, "", s.Who)
}

// placedHelpline is the 24-hour line that was put into the chain of a call.
func (t turn) placedHelpline(s State) *Service {
	if s.HelplineIs == 0 {
		return t.helpline(s)
	}
	if all := t.helplines(s); int(s.HelplineIs) <= len(all) {
		return all[s.HelplineIs-1]
	}
	return t.helpline(s)
}

// withHelpline puts the 24-hour line in the place in a chain that a state has for it.
func (t turn) withHelpline(chain []*Service, s State) []*Service {
	if s.HelplineAt == 0 {
		return chain
	}
	helpline := t.placedHelpline(s)
	if helpline == nil {
		return chain
	}
	chain = slices.DeleteFunc(chain, func(svc *Service) bool { return svc == helpline })
	return slices.Insert(chain, min(int(s.HelplineAt)-1, len(chain)), helpline)
}

// behindHelpline is the line that a call is not offered first, since it may not answer: the
// one behind the 24-hour line where that was put before it. nil elsewhere.
func (t turn) behindHelpline(s State) *Service {
	if s.HelplineAt == 0 || s.At != s.HelplineAt-1 || t.StepNamed(s.Step).Kind != KindServices {
		return nil
	}
	if chain := t.chainIn(s); int(s.HelplineAt) < len(chain) {
		return chain[s.HelplineAt]
	}
	return nil
}

// helplineBefore is the 24-hour service whose number a text gives before that of a line that does
// not answer; nil when the line's own number comes first.
func (t turn) helplineBefore(s State, svc *Service) *Service {
	if t.call || svc == nil || !svc.NotAnswering || t.StepNamed(s.Step).Kind != KindServices || len(s.asking()) > 0 {
		return nil
	}
	helpline := t.helpline(s)
	if helpline == svc || helpline != nil && helpline.NotAnswering {
		return nil
	}
	return helpline
}

// notAnsweringNumbers gives the numbers of a line that does not answer.
func (t turn) notAnsweringNumbers(b []byte, s State) []byte {
	words := t.Messages.NotAnswering.Text
	if words == "" {
		words = "{label}: {numbers}. "
	}
	return expand(b, words, func(b []byte, placeholder string) []byte {
		switch placeholder {
		case "label":
			return append(b, t.notAnswering.Label...)
		case "numbers":
			return t.textNumbersFor(b, s, t.notAnswering)
		}
		return b
	})
}
