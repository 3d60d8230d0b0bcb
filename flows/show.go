package flows

import (
	"slices"
	"strings"

	"signpost/flows/hear"
	"signpost/internal/gsm7"
)

// show tells a text conversation where it is.
func (t turn) show(s State) Reply { return t.showWith(s, nil) }

// showWith is show in other words than the step's.
func (t turn) showWith(s State, wordings []Wording) Reply {
	if t.cache != nil {
		return t.cache.show(t, s, wordings)
	}
	return t.showing(s, wordings)
}

func (t turn) showing(s State, wordings []Wording) Reply {
	if len(s.asking()) > 0 {
		return t.showQuestion(s)
	}
	step := t.StepNamed(s.Step)
	if step.Kind == KindServices && len(wordings) == 0 && step.Text == "" {
		wordings = []Wording{t.Messages.Number, t.Messages.NumberShort}
		switch {
		case s.At != 0 || t.helplineBefore(s, t.service(s)) != nil:
		case s.Need == NeedLanguage && (step.FromArea || s.Step == t.helplineStep(s)):
			wordings = slices.Insert(wordings, 0, t.interpreter()...)
		case step.AreaToo && s.Who != Behaviour:
			wordings = t.needWordings(s)
		case s.Who != Behaviour && s.Step == t.helplineStep(s) && s.Area == "":
			wordings = slices.Insert(wordings, 0, t.Messages.NumberTown)
		}
	}
	r := Reply{}
	switch {
	case len(wordings) > 0:
		r.Text = t.fit(s, wordings...)
	case step.Segments > 1:
		r.Text = t.text(s, step.Text)
	default:
		r.Text = t.fit(s, Wording{Text: step.Text})
	}
	if svc := t.service(s); svc != nil {
		r.Shows = svc.itself
		if first := t.helplineBefore(s, svc); first != nil {
			r.Shows = []string{first.ID, svc.ID}
		} else if b := t.helplineBeside(s, svc); b != nil {
			r.Shows = []string{svc.ID, b.ID}
		}
		if len(wordings) > 0 {
			r.Shows = t.withLocal(r, s)
		}
	}
	return r
}

// interpreter is how to ask the local number, and the 24-hour line, for an interpreter; empty in a book that does not
// say so.
func (t turn) interpreter() []Wording {
	if step := t.StepNamed(t.Needs[hear.Interpreter]); step != nil && step.Kind == KindSay && step.Text != "" {
		return []Wording{{Text: step.Text}}
	}
	return nil
}

// aside is the answer to a question to us: without the town, or the local number, where that is too long.
func (t turn) aside(s State, step *Step) string {
	return t.fit(s, Wording{Text: step.Text}, Wording{Text: strings.ReplaceAll(step.Text, "{town}", "")})
}

// withLocal is what a reply shows, with the area's own service if its number is in the text, too.
func (t turn) withLocal(r Reply, s State) []string {
	local := t.localService(s)
	if local == nil || len(local.Lines) == 0 || slices.Contains(r.Shows, local.ID) ||
		!strings.Contains(r.Text, local.Lines[0].Printed) {
		return r.Shows
	}
	return append(slices.Clone(r.Shows), local.ID) // a service's own list is shared
}

// showQuestion asks for the place. Where one area is in doubt, it gives the number with the towns that it is for:
// somebody who does not answer has it then. What it shows is empty if it gives none.
func (t turn) showQuestion(s State) Reply {
	if near, ok := s.near(t.elsewhere()); ok && t.Messages.WhichOne.Text != "" {
		local := t.localService(near)
		if local == nil {
			return Reply{Text: t.fit(s, t.Messages.Which)}
		}
		if text := t.fit(s, t.Messages.WhichOne); fits(text) {
			return Reply{Text: text, Shows: local.itself}
		}
	}
	return Reply{Text: t.fit(s, t.Messages.Which)}
}

// needWordings are the words for the line that somebody needs: with the number of their place or, where none is
// known, with an invitation to name it.
func (t turn) needWordings(s State) []Wording {
	m := &t.Messages
	switch {
	case s.Area != "":
		return []Wording{m.NumberLocal, m.NumberLocalShort, m.NumberShort}
	case s.Step == t.Needs[hear.Child]: // local services are for grown-ups
		return []Wording{m.Number, m.NumberShort}
	}
	return []Wording{m.NumberTown, m.Number, m.NumberShort}
}

// fit is the first of some wordings that fits one segment; the shortest, if none does.
// The facts in a wording are shortened before the wording is given up.
func (t turn) fit(s State, wordings ...Wording) string {
	if t.cache != nil {
		return t.cache.text(t, s, wordings)
	}
	return t.firstFitting(s, wordings)
}

func (t turn) firstFitting(s State, wordings []Wording) string {
	best := ""
	for _, w := range wordings {
		for t.facts = factsFull; w.Text != "" && t.facts < factsCount; t.facts++ {
			text := t.text(s, w.Text)
			if fits(text) {
				return text
			}
			if best == "" || len(text) < len(best) {
				best = text
			}
			if !uses(w.Text, "{facts}") && !uses(w.Text, "{town}") {
				break
			}
		}
	}
	return best
}

// fits reports a text of one segment, or of two where its letters are not in GSM-7: half as many fit each.
func fits(text string) bool {
	switch gsm7.Segments(text) {
	case 1:
		return true
	case 2:
		_, _, outside := gsm7.FirstOutside(text)
		return outside
	}
	return false
}
