package flows

import (
	"strconv"
	"strings"
)

// speak expands a wording for a call and adds it to what is said.
func (t turn) speak(said []Utterance, s State, words string) []Utterance {
	return t.speakOf(said, s, t.subject(s), words)
}

// numberMark is put before and after a number while a prompt is put together.
// No wording can hold it.
const numberMark = "\x00"

func (t turn) speakOf(said []Utterance, s State, svc *Service, words string) []Utterance {
	return t.speakPart(said, s, svc, words, uses(words, "{connect}"))
}

// speakPart is speakOf for a part of a wording. connect means that the whole of it says apart
// how to be put through.
func (t turn) speakPart(said []Utterance, s State, svc *Service, words string, connect bool) []Utterance {
	tidy := func(literal string) string { return strings.TrimLeft(literal, "., ") }
	b := expandTidily(make([]byte, 0, usualLength), words, tidy, func(b []byte, placeholder string) []byte {
		return t.sayField(b, s, svc, placeholder, connect)
	})
	text := string(b) // every utterance is a piece of it
	if said == nil {
		said = make([]Utterance, 0, 1+strings.Count(text, numberMark))
	}
	for number := false; text != ""; number = !number {
		part, rest, _ := strings.Cut(text, numberMark)
		if number {
			said = append(said, Utterance{Number: part})
		} else if part = strings.Trim(strings.TrimLeft(part, ".,"), " "); part != "" {
			said = append(said, Utterance{Words: part})
		}
		text = rest
	}
	return said
}

// sayField adds the value of a placeholder on a call. apart means that being put
// through is said apart from the other choices.
func (t turn) sayField(b []byte, s State, svc *Service, field string, apart bool) []byte {
	switch field {
	case "choices":
		return t.callChoices(b, s, func(c *Choice) bool { return c.Does != ActConnect || !apart })
	case "connect":
		return t.callChoices(b, s, func(c *Choice) bool { return c.Does == ActConnect })
	case "label":
		return append(b, svc.Say...)
	case "first_words":
		return append(b, strings.TrimRight(svc.FirstWords, ".")...)
	case "hours":
		return append(b, svc.Hours.Spoken()...)
	case "doubt":
		if svc.NotAnswering {
			return append(b, t.Messages.NotAnswering.Say...)
		}
		return append(b, t.Messages.HoursUnknown.Say...)
	case "back":
		if t.hasBack(s) {
			return append(b, t.Messages.BackKey.Say...)
		}
	case "date":
		return svc.PausedUntil.AppendFormat(b, "2 January")
	case "also":
		for _, a := range t.alsoOpen(s) {
			b = append(b, a.MentionSay...)
		}
	case "numbers", "zero":
		of := svc
		if helpline := t.helpline(s); field == "zero" && helpline != nil {
			of = helpline // the 24-hour line, wherever we are
		}
		for i, l := range of.Lines {
			if i > 0 {
				b = append(b, t.Messages.Or.Say...)
			}
			b = append(append(append(b, numberMark...), l.Printed...), numberMark...)
			if l.Keys != "" {
				b = filled(b, t.Messages.ThenPress.Say, l.Keys)
			}
		}
	}
	return b
}

// callChoices says each choice before its key: "Carlisle press 1, Kendal 2".
func (t turn) callChoices(b []byte, s State, wanted func(*Choice) bool) []byte {
	n := 0
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		c := &step.Choices[i]
		if !wanted(c) || !t.offered(s, c) {
			continue
		}
		words := t.Messages.CallChoice.Say
		if n > 0 {
			b = append(b, ", "...)
			words = t.Messages.CallChoiceNext.Say
		}
		n++
		b = expand(b, words, func(b []byte, placeholder string) []byte {
			switch placeholder {
			case "label":
				return append(b, c.Say...)
			case "key":
				return strconv.AppendInt(b, int64(c.CallKey), 10)
			}
			return b
		})
	}
	return b
}
