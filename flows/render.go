package flows

import (
	"strconv"
	"strings"

	"signpost/internal/hours"
)

// Placeholders is the closed list of what a wording may hold.
var Placeholders = []string{"choices", "numbers", "label", "facts", "beside", "also", "hours", "key", "date", "connect", "zero"}

func uses(words, placeholder string) bool { return strings.Contains(words, placeholder) }

// expand hands the literal parts and the placeholders of a wording, in order. A
// name that is no placeholder gives nothing; check refuses it.
func expand(words string, literal func(string), field func(string)) {
	for words != "" {
		open := strings.IndexByte(words, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(words[open:], '}')
		if end < 0 {
			break
		}
		literal(words[:open])
		field(words[open+1 : open+end])
		words = words[open+end+1:]
	}
	literal(words)
}

// closed reports a line that nobody answers now, as far as is known.
func (t turn) closed(svc *Service) bool {
	return svc.Paused(t.now) || svc.Hours.At(t.now) == hours.Closed
}

// paused is the first service of the chain when it is paused and another stands
// in for it; nil otherwise.
func (t turn) paused(s State, svc *Service) *Service {
	if chain := t.chain(s); len(chain) > 0 && chain[0] != svc && chain[0].Paused(t.now) {
		return chain[0]
	}
	return nil
}

// beside is the 24-hour service whose number must stand next to svc's: while
// svc is unchecked or overdue, closed, or of unknown hours.
func (t turn) beside(s State, svc *Service) *Service {
	if svc.Hours.IsAlways() {
		return nil
	}
	zero := t.zeroService(t.now, s.Who)
	if zero == nil || zero == svc {
		return nil
	}
	if svc.Doubtful(t.now) || svc.Paused(t.now) || svc.Hours.At(t.now) != hours.Open {
		return zero
	}
	return nil
}

// text expands a wording for a text message.
func (t turn) text(s State, words string) string {
	var b strings.Builder
	svc := t.subject(s)
	empty := false // the last placeholder gave nothing: its comma goes too
	literal := func(l string) {
		if empty {
			l = strings.TrimPrefix(strings.TrimPrefix(l, ", "), ". ")
		}
		empty = false
		b.WriteString(l)
	}
	expand(words, literal, func(field string) {
		before := b.Len()
		defer func() { empty = b.Len() == before }()
		switch field {
		case "choices":
			b.WriteString(t.textChoices(s))
		case "numbers":
			b.WriteString(t.textNumbers(svc))
		case "zero":
			if zero := t.zeroService(t.now, s.Who); zero != nil {
				b.WriteString(t.textNumbers(zero))
			}
		case "label":
			b.WriteString(svc.Label)
		case "facts":
			if p := t.paused(s, svc); p != nil && int(s.At) == int(t.firstOpen(s)) {
				b.WriteString(strings.NewReplacer("{label}", p.Label, "{date}", p.PausedUntil.Format("2 Jan")).Replace(t.Messages.BackOn.Text))
			} else {
				b.WriteString(t.textFacts(svc))
			}
		case "beside":
			if z := t.beside(s, svc); z != nil {
				b.WriteString(strings.ReplaceAll(t.Messages.Beside.Text, "{numbers}", t.textNumbers(z)))
			}
		case "also":
			for _, a := range t.also(s) {
				b.WriteString(a.MentionText)
			}
		}
	})
	return strings.TrimSpace(b.String())
}

// subject is the service the words are about: the one the step is at, else the
// 24-hour line.
func (t turn) subject(s State) *Service {
	if svc := t.service(s); svc != nil && len(s.asking()) == 0 {
		return svc
	}
	if zero := t.zeroService(t.now, s.Who); zero != nil {
		return zero
	}
	return &Service{}
}

// also lists the services a step mentions, those that are open now.
func (t turn) also(s State) []*Service {
	var open []*Service
	for _, id := range t.StepNamed(s.Step).Also {
		if svc := t.Service(id); svc != nil && svc.Exists(t.now) && svc.Hours.At(t.now) == hours.Open {
			open = append(open, svc)
		}
	}
	return open
}

func (t turn) textChoices(s State) string {
	var parts []string
	if areas := s.asking(); len(areas) > 0 {
		for i, a := range areas {
			parts = append(parts, strconv.Itoa(i+1)+" "+t.Area(a).Text)
		}
		return strings.Join(parts, ", ")
	}
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		if c := &step.Choices[i]; t.offered(s, c) {
			parts = append(parts, strconv.Itoa(c.TextKey)+" "+c.Text)
		}
	}
	return strings.Join(parts, ", ")
}

func (t turn) textNumbers(svc *Service) string {
	var parts []string
	for _, l := range svc.Lines {
		n := l.Printed
		if l.Keys != "" {
			n += strings.ReplaceAll(t.Messages.ThenPress.Text, "{key}", l.Keys)
		}
		parts = append(parts, n)
	}
	return strings.Join(parts, t.Messages.Or.Text)
}

// textFacts says when the line is answered and what a bill shows.
func (t turn) textFacts(svc *Service) string {
	bill := t.Messages.MayShow.Text
	if svc.Free {
		bill = t.Messages.Free.Text
	}
	when := t.Messages.HoursUnknown.Text
	switch svc.Hours.At(t.now) {
	case hours.Open:
		when = t.Messages.HoursOpen.Text
	case hours.Closed:
		when = t.Messages.HoursClosed.Text
	}
	return strings.ReplaceAll(when, "{hours}", svc.Hours.String()) + bill
}

// speak expands a wording for a call and adds it to what is said.
func (t turn) speak(said []Utterance, s State, words string) []Utterance {
	return t.speakOf(said, s, t.subject(s), words)
}

func (t turn) speakOf(said []Utterance, s State, svc *Service, words string) []Utterance {
	var b strings.Builder
	flush := func() {
		if w := strings.Trim(strings.TrimLeft(b.String(), ".,"), " "); w != "" {
			said = append(said, Utterance{Words: w})
		}
		b.Reset()
	}
	expand(words, func(l string) { b.WriteString(l) }, func(field string) {
		switch field {
		case "choices":
			b.WriteString(t.callChoices(s, func(c *Choice) bool { return c.Does != ActConnect || !uses(words, "{connect}") }))
		case "connect":
			b.WriteString(t.callChoices(s, func(c *Choice) bool { return c.Does == ActConnect }))
		case "label":
			b.WriteString(svc.Say)
		case "hours":
			b.WriteString(svc.Hours.String())
		case "date":
			b.WriteString(svc.PausedUntil.Format("2 January"))
		case "also":
			for _, a := range t.also(s) {
				b.WriteString(a.MentionSay)
			}
		case "numbers", "zero":
			of := svc
			if zero := t.zeroService(t.now, s.Who); field == "zero" && zero != nil {
				of = zero // the 24-hour line, wherever we are
			}
			for i, l := range of.Lines {
				if i > 0 {
					b.WriteString(t.Messages.Or.Say)
				}
				flush()
				said = append(said, Utterance{Number: l.Printed})
				if l.Keys != "" {
					b.WriteString(strings.ReplaceAll(t.Messages.ThenPress.Say, "{key}", l.Keys))
				}
			}
		}
	})
	flush()
	return said
}

// callChoices says each choice before its key: "For Carlisle, press 1."
func (t turn) callChoices(s State, wanted func(*Choice) bool) string {
	var parts []string
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		if c := &step.Choices[i]; wanted(c) && t.offered(s, c) {
			words := strings.ReplaceAll(t.Messages.CallChoice, "{key}", strconv.Itoa(c.CallKey))
			parts = append(parts, strings.ReplaceAll(words, "{label}", c.Say))
		}
	}
	return strings.Join(parts, " ")
}

// tapback reports the texts that phones send when a message is "liked": they
// quote what we wrote and ask for nothing.
func tapback(text string) bool {
	for _, p := range []string{"Liked ", "Loved ", "Disliked ", "Laughed at ", "Emphasized ", "Emphasised ", "Questioned ", "Removed a "} {
		if rest, ok := strings.CutPrefix(text, p); ok && (p == "Removed a " || strings.HasPrefix(rest, "“") || strings.HasPrefix(rest, `"`)) {
			return true
		}
	}
	if i := strings.Index(text, " to “"); i > 0 && i < 24 && strings.HasSuffix(strings.TrimSpace(text), "”") {
		return strings.HasPrefix(text, "Reacted ") || !strings.ContainsAny(text[:i], "abcdefghijklmnopqrstuvwxyz")
	}
	return false
}

// FallbackText is the text sent when something of ours is broken and nothing
// is known of the conversation.
func (b *Book) FallbackText() string { return b.lastResort().text }

// FallbackSpeech is what a call hears in the same case.
func (b *Book) FallbackSpeech() []Utterance { return b.lastResort().speech }

func (b *Book) lastResort() (r struct {
	text   string
	speech []Utterance
}) {
	t := turn{Book: b}
	s := State{Step: b.TextStart}
	r.text = t.text(s, b.Messages.Fallback.Text)
	r.speech = t.speak(nil, s, b.Messages.Fallback.Say)
	return r
}
