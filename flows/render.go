package flows

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"signpost/internal/hours"
)

// Placeholders is the closed list of what a wording may hold.
var Placeholders = []string{"choices", "numbers", "label", "facts", "beside", "also", "hours", "key", "date", "connect",
	"zero", "local", "back", "doubt", "first_words", "closed", "place", "town"}

func uses(words, placeholder string) bool { return strings.Contains(words, placeholder) }

// expand adds a wording to b. value adds what a placeholder is replaced with.
func expand(b []byte, words string, value func(b []byte, placeholder string) []byte) []byte {
	return expandTidily(b, words, func(literal string) string { return literal }, value)
}

// expandTidily is expand for wordings whose placeholders may add nothing: tidy then removes the
// punctuation that began the words behind one. A name that is no placeholder adds nothing, and
// check refuses it.
func expandTidily(b []byte, words string, tidy func(string) string,
	value func(b []byte, placeholder string) []byte) []byte {
	empty := false // the last placeholder added nothing
	for words != "" {
		literal, rest, found := strings.Cut(words, "{")
		placeholder, rest, closed := strings.Cut(rest, "}")
		if !found || !closed {
			literal, placeholder, rest = words, "", ""
		}
		if empty {
			literal = tidy(literal)
		}
		b = append(b, literal...)
		before := len(b)
		if placeholder != "" {
			b = value(b, placeholder)
		}
		empty = placeholder != "" && len(b) == before
		words = rest
	}
	return b
}

// filled adds a wording of one placeholder to b.
func filled(b []byte, words, value string) []byte {
	return expand(b, words, func(b []byte, _ string) []byte { return append(b, value...) })
}

// closed reports a line that nobody answers now, as far as is known.
func (t turn) closed(svc *Service) bool {
	return svc.Paused(t.now) || svc.Hours.At(t.now) == hours.Closed
}

// paused is the first service of the chain when it is paused and another replaces
// it; nil otherwise.
func (t turn) paused(s State, svc *Service) *Service {
	if chain := t.chainIn(s); len(chain) > 0 && chain[0] != svc && chain[0].Paused(t.now) {
		return chain[0]
	}
	return nil
}

// helplineBeside is the 24-hour service whose number is given next to svc's: while
// svc is unchecked or overdue, closed, or of unknown hours, and to somebody who was not
// understood twice.
func (t turn) helplineBeside(s State, svc *Service) *Service {
	if svc.Hours.IsAlways() && svc.takes(s) {
		return nil
	}
	helpline := t.helpline(s)
	if helpline == nil || helpline == svc {
		return nil
	}
	if s.Misses >= missesToHelpline || svc.NotAnswering || !svc.takes(s) || svc.Doubtful(t.now) || svc.Paused(t.now) ||
		svc.Hours.At(t.now) != hours.Open {
		return helpline
	}
	return nil
}

// usualLength is how long most wordings are at most once they are filled in, in bytes.
const usualLength = 512

// text expands a wording for a text message.
func (t turn) text(s State, words string) string {
	if near, ok := s.near(t.elsewhere()); ok && uses(words, "{place}") {
		t.placeName, s = t.Area(near.Area).Text, near // the name may be that of another place
	}
	svc := t.subject(s)
	if first := t.helplineBefore(s, svc); first != nil {
		svc, t.notAnswering = first, svc
	}
	if uses(words, "{local}") {
		local := t.localService(s)
		t.localLast = local != nil && local.NotAnswering
	}
	tidy := func(literal string) string { return strings.TrimPrefix(strings.TrimPrefix(literal, ", "), ". ") }
	b := expandTidily(make([]byte, 0, usualLength), words, tidy, func(b []byte, placeholder string) []byte {
		return t.textField(b, s, svc, placeholder)
	})
	return string(bytes.TrimSpace(b))
}

// textField adds the value of a placeholder in a text.
func (t turn) textField(b []byte, s State, svc *Service, field string) []byte {
	switch field {
	case "choices":
		return t.textChoices(b, s)
	case "numbers":
		return t.textNumbersFor(b, s, svc)
	case "zero":
		helpline := t.helpline(s)
		if first := t.talkTo; first != nil && first != helpline {
			b = t.textNumbersFor(b, s, first)
			hasLocal := s.Area == "" || !t.localLast && len(t.localNumber(nil, s)) > 0
			if helpline == nil || first.Hours.IsAlways() && hasLocal {
				return b
			}
			b = append(b, t.Messages.Or.Text...)
		}
		if helpline != nil {
			b = t.textNumbersFor(b, s, helpline)
		}
		if t.localLast {
			b = t.textNumbersFor(append(b, t.Messages.Or.Text...), s, t.localService(s))
		}
	case "place":
		return append(b, t.placeName...)
	case "local":
		if !t.localLast {
			return t.localNumber(b, s)
		}
	case "town":
		return t.town(b, s)
	case "label":
		return append(b, svc.Label...)
	case "facts":
		if p := t.paused(s, svc); p != nil && int(s.At) == int(t.firstOpen(s)) {
			return t.backOn(b, p)
		}
		if svc.Paused(t.now) { // nothing takes over from it
			return t.backOn(b, svc)
		}
		return t.textFacts(b, s.Lang, svc)
	case "beside":
		if t.notAnswering != nil {
			return t.notAnsweringNumbers(b, s)
		}
		if z := t.helplineBeside(s, svc); z != nil {
			return expand(b, t.Messages.Beside.Text,
				func(b []byte, _ string) []byte { return t.textNumbersFor(b, s, z) })
		}
	case "also":
		for _, a := range t.alsoOpen(s) {
			b = append(b, a.MentionText...)
		}
	}
	return b
}

// town invites a town, where none is known. Where one is, it is the local number.
func (t turn) town(b []byte, s State) []byte {
	if s.Area == "" {
		return append(b, t.Messages.Town.Text...)
	}
	local := t.localService(s)
	if local == nil {
		return b
	}
	return expand(b, t.Messages.TownKnown.Text, func(b []byte, placeholder string) []byte {
		switch {
		case placeholder == "numbers":
			return t.textNumbersFor(b, s, local)
		case placeholder == "facts" && t.facts != factsShort:
			return append(t.textFacts(append(b, " ("...), s.Lang, local), ')')
		}
		return b
	})
}

// localNumber is the number of the area's own service, with what joins it to the next
// number; nothing where there is none beside the 24-hour line.
func (t turn) localNumber(b []byte, s State) []byte {
	if svc := t.localService(s); svc != nil {
		return append(t.textNumbersFor(b, s, svc), t.Messages.Or.Text...)
	}
	return b
}

// localService is the area's own service; nil where there is none beside the 24-hour
// line, or its number is given already.
func (t turn) localService(s State) *Service {
	a := t.Area(s.Area)
	if a == nil {
		return nil
	}
	for _, svc := range a.chain {
		if svc.Serves(s.Who) && svc.takesMen(s) && svc.Exists(t.now) && !svc.Paused(t.now) {
			if svc == t.helpline(s) || svc == t.service(s) && !t.StepNamed(s.Step).FromArea {
				return nil
			}
			return svc
		}
	}
	return nil
}

// ordinals are given for places that must not be named.
var ordinals = [...]string{"the 1st place", "the 2nd place", "the 3rd place", "the 4th place"}

// offeredAs is how an area that is asked about is offered: by the place that was
// named, else by the area's own words.
func (t turn) offeredAs(s State, i int, areaID string) string {
	switch {
	case areaID == t.Areas[len(t.Areas)-1].ID && s.AskNames[i] == "":
	case s.Unnamed:
		return ordinals[i]
	case s.AskNames[i] != "":
		return titled(s.AskNames[i])
	}
	return t.Area(areaID).Text
}

// titled writes the words of a name with capitals, but for the small ones inside it.
func titled(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		switch w {
		case "in", "on", "under", "le", "the", "of", "upon", "by", "and", "cum":
			if i > 0 {
				continue
			}
		}
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// backOn says when a paused line is back.
func (t turn) backOn(b []byte, p *Service) []byte {
	return expand(b, t.Messages.BackOn.Text, func(b []byte, placeholder string) []byte {
		switch placeholder {
		case "label":
			return append(b, p.Label...)
		case "date":
			return p.PausedUntil.AppendFormat(b, "2 Jan")
		}
		return b
	})
}

// subject is the service the words are about: the one the step is at, else the
// 24-hour line.
func (t turn) subject(s State) *Service {
	if svc := t.service(s); svc != nil && len(s.asking()) == 0 {
		return svc
	}
	if helpline := t.helpline(s); helpline != nil {
		return helpline
	}
	return &Service{}
}

// alsoOpen lists the services that a step mentions and that are open now.
func (t turn) alsoOpen(s State) []*Service {
	var open []*Service
	for _, id := range t.StepNamed(s.Step).Also {
		if svc := t.Service(id); svc != nil && svc.takesMen(s) && svc.Exists(t.now) && !svc.Paused(t.now) &&
			svc.Hours.At(t.now) == hours.Open {
			open = append(open, svc)
		}
	}
	return open
}

func (t turn) textChoices(b []byte, s State) []byte {
	n := 0
	add := func(key int, words string) {
		if n > 0 {
			b = append(b, ", "...)
		}
		n++
		b = strconv.AppendInt(b, int64(key), 10)
		b = append(append(b, ' '), words...)
	}
	if areas := s.asking(); len(areas) > 0 {
		for i, a := range areas {
			add(i+1, t.offeredAs(s, i, a))
		}
		return b
	}
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		if c := &step.Choices[i]; t.offered(s, c) {
			add(c.TextKey, c.Text)
		}
	}
	return b
}

// relay is dialled before a number to reach it by Relay UK (Ofcom, General Condition
// C5): somebody deaf reads what is said. It does nothing before a number for texts.
const relay = "18001 "

func (t turn) textNumbersFor(b []byte, s State, svc *Service) []byte {
	for i, l := range svc.Lines {
		if i > 0 {
			b = append(b, t.Messages.Or.Text...)
		}
		if s.Need == NeedDeaf && !svc.TextsOnly && !svc.Emergency() && svc.Takes.Relay != No {
			b = append(b, relay...)
		}
		b = append(b, l.Printed...)
		if l.Keys != "" {
			b = filled(b, t.Messages.ThenPress.Text, l.Keys)
		}
	}
	return b
}

// facts is how long the facts about a line may be in a text.
type facts uint8

const (
	factsFull  facts = iota // "open Mon-Fri 9am-5pm, Sat 10am-1pm, free, not normally on bills"
	factsHours              // the hours of now alone: "closed now, opens Mon 9am, free, ..."
	factsShort              // without what a bill shows: "closed now, opens Mon 9am"
	factsCount
)

// textFacts says when the line is answered and what a bill shows.
func (t turn) textFacts(b []byte, lang uint8, svc *Service) []byte {
	when, said := t.Messages.HoursUnknown.Text, svc.Hours.String()
	short := t.facts != factsFull
	switch svc.Hours.At(t.now) {
	case hours.Open:
		when = t.Messages.HoursOpen.Text
		if today := svc.Hours.Today(t.now); (short || said == "") && today != "" {
			said = today
		}
	case hours.Closed:
		when = t.Messages.HoursClosed.Text
		opens := svc.Hours.Opens(t.now)
		if said == "" && !strings.HasPrefix(opens, "today ") {
			opens = "" // nothing is known but this single day
		}
		switch {
		case opens != "" && (short || said == ""):
			when, said = strings.Replace(when, ": {hours}", ", {hours}", 1), opensIn(lang, opens)
		case said == "":
			when, said = strings.Replace(when, ": {hours}", "", 1), t.Messages.HoursUnknown.Text
		}
	}
	b = filled(b, when, said)
	switch {
	case t.facts == factsShort:
		return b
	case svc.Free:
		return append(b, t.Messages.Free.Text...)
	}
	return append(b, t.Messages.MayShow.Text...)
}

// opensIn is when a line opens. Days and times are written as they are in the book, in
// every language; the English words around them are not.
func opensIn(lang uint8, opens string) string {
	if lang == 0 {
		return "opens " + opens
	}
	return strings.TrimPrefix(opens, "today ")
}

// FallbackText is the text sent when something of ours is broken and we know nothing
// about the conversation.
func (b *Book) FallbackText() string { return b.renderAlone(b.Messages.Fallback).text }

// FallbackSpeech is what a call hears in the same case.
func (b *Book) FallbackSpeech() []Utterance { return b.renderAlone(b.Messages.Fallback).speech }

// StaticText is the text for when nothing but fixed words can be used: no server can be
// reached, or no flow book can be read.
func (b *Book) StaticText() string { return b.renderAlone(b.Messages.Static).text }

// StaticSpeech is what a call hears in the same case.
func (b *Book) StaticSpeech() []Utterance { return b.renderAlone(b.Messages.Static).speech }

// StandIn returns a book for a server that has no good one of its own. It gives everybody the
// 24-hour number and 999, in this book's words, and names no other service.
func (b *Book) StandIn() *Book {
	c := b.Clone()
	c.Version = ^b.Version
	c.Messages.Fallback, c.Messages.Maintenance = b.Messages.Static, b.Messages.Static
	c.Finish()
	return c
}

// MaintenanceText is the text that everybody is sent while the menus are out of use.
func (b *Book) MaintenanceText() string { return b.renderAlone(b.Messages.Maintenance).text }

// MaintenanceSpeech is what a call hears then.
func (b *Book) MaintenanceSpeech() []Utterance { return b.renderAlone(b.Messages.Maintenance).speech }

// FallbackOffer is for a host that can only serve files: the words that offer to put
// a caller through to the 24-hour line, those before it is rung, and the line.
func (b *Book) FallbackOffer(now time.Time) (offer, connecting []Utterance, line *Service) {
	line = b.Helpline(now, State{Who: Me})
	if line == nil {
		return nil, nil, nil
	}
	t := turn{Book: b, now: now}
	s := State{Step: b.CallStart}
	words := strings.NewReplacer("{label}", line.Say, "{key}", "1").Replace(b.Messages.CallChoice.Say)
	return t.speakOf(nil, s, line, words), t.speakOf(nil, s, line, b.Messages.Connecting.Say), line
}

// renderAlone is a message outside a conversation, on either channel.
func (b *Book) renderAlone(w Wording) (r struct {
	text   string
	speech []Utterance
}) {
	t := turn{Book: b}
	s := State{Step: b.TextStart}
	r.text = t.text(s, w.Text)
	r.speech = t.speak(nil, s, w.Say)
	return r
}
