package flows

import (
	"fmt"
	"strings"
	"time"

	"signpost/internal/plain"
)

// Bounds of the engine's patience.
const (
	// maxIdle replies that move nothing are given in one conversation; after
	// that only an answer that moves it is answered. Machines that answer
	// machines stop here; a real choice never does.
	maxIdle = 8
	// missesToZero answers not understood in a row lead to the 24-hour line,
	// missesToEnd end a call.
	missesToZero = 2
	missesToEnd  = 4
	// quietToEnd silences in a row end a call.
	quietToEnd = 2
)

// Step moves a conversation by one input. It fails only with [ErrNoSuchStep].
func (b *Book) Step(now time.Time, s State, in Input) (State, Reply, error) {
	if s.Step != "" && b.StepNamed(s.Step) == nil {
		return State{}, Reply{}, fmt.Errorf("step from a state of another book: %w", ErrNoSuchStep)
	}
	if int(s.Lang) > len(b.Languages) {
		return State{}, Reply{}, fmt.Errorf("step in a language of another book: %w", ErrNoSuchStep)
	}
	n, r := b.stepIn(now, s, in)
	return n, r, nil
}

// turn is one step being worked out.
type turn struct {
	*Book
	now  time.Time
	call bool
}

// enter leads to a step.
func (t turn) enter(s State, id string) State {
	step := t.StepNamed(id)
	s.Step, s.At, s.Ask = id, 0, [4]string{}
	s.Misses, s.Quiet = 0, 0
	if !step.FromArea {
		s.Area = ""
	}
	if step.For != nil {
		s.Who = *step.For
	}
	if step.Kind == KindServices {
		var buf [chainRoom]*Service
		if chain := t.chainIn(buf[:0], s); t.call || len(chain) > 0 && chain[0].Paused(t.now) {
			s.At = t.firstOpen(s)
		}
	}
	return s
}

// firstOpen is the first service of the chain that is not closed now: callers
// are not offered a closed line.
func (t turn) firstOpen(s State) uint8 {
	var buf [chainRoom]*Service
	for i, svc := range t.chainIn(buf[:0], s) {
		if !t.closed(svc) {
			return uint8(i)
		}
	}
	return 0
}

// back leads to the step that offered this one, or to the start. From a
// question about the area it leads to the menu behind the question.
func (t turn) back(s State) State {
	if len(s.asking()) > 0 {
		return t.enter(s, s.Step)
	}
	p := t.parentOf(place{t.call, s.Step, s.Area, s.Who})
	s.Who = p.who
	return t.enter(s, p.step)
}

// settle leads to the person's services for an area.
func (t turn) settle(s State, areaID string) State {
	s.Area = areaID
	return t.enter(s, t.People[s.Who].Place)
}

// outcome is what an answer leads to.
type outcome struct {
	next  State
	dial  bool  // put the caller through
	aside *Step // tell this, and stay where we are
}

// choose does what a choice says. ok is false when it is not on offer now.
func (t turn) choose(s State, c *Choice) (o outcome, ok bool) {
	switch {
	case !t.offered(s, c):
		return outcome{}, false
	case c.Does == ActConnect:
		s.Misses = 0
		return outcome{next: s, dial: true}, true
	case c.Does == ActNext:
		s.At = uint8(t.nextAt(s))
		s.Misses, s.Quiet = 0, 0
		return outcome{next: s}, true
	case c.Area != "":
		return outcome{next: t.settle(s, c.Area)}, true
	}
	return t.lead(s, c.To), true
}

// lead leads to a step, or tells one that only tells something.
func (t turn) lead(s State, id string) outcome {
	if step := t.StepNamed(id); step.Kind == KindSay {
		return outcome{next: s, aside: step}
	}
	for _, r := range t.People {
		if r.Zero == id { // each person has their own 24-hour line
			id = t.People[s.Who].Zero
			break
		}
	}
	return outcome{next: t.enter(s, id)}
}

// nextAt is the position of the next number of the chain, -1 when there is
// none. A call passes over lines that are closed now.
func (t turn) nextAt(s State) int {
	var buf [chainRoom]*Service
	chain := t.chainIn(buf[:0], s)
	for i := int(s.At) + 1; i < len(chain); i++ {
		if !chain[i].Paused(t.now) && !(t.call && t.closed(chain[i])) {
			return i
		}
	}
	return -1
}

// offered reports whether a choice is on offer on this channel, now.
func (t turn) offered(s State, c *Choice) bool {
	if t.key(c) == 0 {
		return false
	}
	switch c.Does {
	case ActConnect:
		return t.dialable(s, int(s.At)) >= 0
	case ActNext:
		return t.nextAt(s) >= 0
	}
	return true
}

func (t turn) key(c *Choice) int {
	if t.call {
		return c.CallKey
	}
	return c.TextKey
}

// chainIn is the chain of where a conversation is, put into buf.
func (t turn) chainIn(buf []*Service, s State) []*Service {
	return t.appendChain(buf, t.now, t.StepNamed(s.Step), s.Area, s.Who)
}

// service is the service a services step is at; nil at other steps.
func (t turn) service(s State) *Service {
	if t.StepNamed(s.Step).Kind != KindServices {
		return nil
	}
	var buf [chainRoom]*Service
	chain := t.chainIn(buf[:0], s)
	if len(chain) == 0 {
		return nil
	}
	return chain[min(int(s.At), len(chain)-1)]
}

// dialable is the position of the first service, from a position on, that a
// caller can be put through to now; -1 when there is none.
func (t turn) dialable(s State, from int) int {
	if t.StepNamed(s.Step).Kind != KindServices {
		return -1
	}
	var buf [chainRoom]*Service
	for i, svc := range t.chainIn(buf[:0], s) {
		if i >= from && svc.Connect && !t.closed(svc) {
			return i
		}
	}
	return -1
}

// Moved reports whether a step led anywhere.
func Moved(a, b State) bool {
	return a.Step != b.Step || a.Area != b.Area || a.At != b.At || a.Who != b.Who || a.Ask != b.Ask
}

// stepText answers one text message.
func (b *Book) stepText(now time.Time, s State, in Input) (State, Reply) {
	t := turn{b, now, false}
	fresh := s.Step == ""
	w := plain.Text(in.text)
	if oneOf(carrierStop, w) || oneOf(b.Words.Leave, w) {
		return State{}, Reply{Ended: true}
	}
	if fresh {
		s = t.enter(State{}, b.TextStart)
	}
	polite := b.polite(w) || tapback(in.text)
	switch {
	case polite && fresh:
		return State{}, Reply{Ended: true}
	case polite && b.StepNamed(s.Step).Kind != KindMenu:
		return s, Reply{Rest: true} // the number has been given: nothing more to say
	case polite:
		return t.idle(s, t.show(s))
	case oneOf(b.Words.Emergency, w):
		return t.idle(s, Reply{Text: b.Messages.Emergency.Text, Emergency: true})
	}
	o, understood := t.answer(s, fresh, in, w)
	switch {
	case understood && o.aside != nil:
		return t.idle(o.next, Reply{Text: t.text(s, o.aside.Text), Tells: o.aside.ID})
	case understood && (fresh || Moved(s, o.next)):
		return o.next, t.show(o.next)
	case understood:
		return t.idle(o.next, t.show(o.next))
	case fresh:
		return s, t.show(s)
	}
	return t.missText(s)
}

// polite reports a text of thanks and the like and nothing else, kisses
// included: "ok thank you so much xx".
func (b *Book) polite(w string) bool {
	thanks := false
	for rest := w; rest != ""; {
		said := ""
		for _, p := range b.Words.Polite {
			if len(p) > len(said) && begins(rest, p) {
				said = p
			}
		}
		switch word, _, _ := strings.Cut(rest, " "); {
		case said != "":
			thanks = true
		case strings.Trim(word, "x") == "":
			said = word
		default:
			return false
		}
		rest = strings.TrimPrefix(rest[len(said):], " ")
	}
	return thanks
}

// begins reports a text that begins with whole words.
func begins(text, words string) bool {
	return strings.HasPrefix(text, words) && (len(text) == len(words) || text[len(words)] == ' ')
}

// answer works out what a text means where we are.
func (t turn) answer(s State, fresh bool, in Input, w string) (o outcome, understood bool) {
	n, isDigit := plain.Digit(w)
	if d, rest, ok := plain.LeadingDigit(w); ok && t.polite(rest) { // "2 thanks"
		n, isDigit = d, true
	}
	switch {
	case isDigit && n == 0, oneOf(t.Words.Zero, w):
		return outcome{next: t.enter(s, t.People[s.Who].Zero)}, true
	case fresh && isDigit:
		// A number answers a question; this conversation has asked none. The
		// one that did has expired, and the phone may have changed hands.
		return outcome{next: s}, true
	case isDigit && n == 9, oneOf(t.Words.Back, w):
		return outcome{next: t.back(s)}, true
	case w == "#", oneOf(t.Words.Repeat, w), w == "yes" && !fresh:
		return outcome{next: s}, true
	case oneOf(carrierStart, w), oneOf(t.Words.Start, w):
		return outcome{next: t.enter(State{Idle: s.Idle}, t.TextStart)}, true
	}
	if o, ok := t.answerAsked(s, w, n, isDigit); ok {
		return o, true
	}
	if o, ok := t.answerChoice(s, w, n, isDigit); ok || isDigit {
		return o, ok
	}
	for i := range t.Words.Shortcuts {
		if oneOf(t.Words.Shortcuts[i].Words, w) {
			return t.lead(s, t.Words.Shortcuts[i].To), true
		}
	}
	return t.answerPlace(s, in)
}

// answerAsked answers the question which area it is.
func (t turn) answerAsked(s State, w string, n int, isDigit bool) (outcome, bool) {
	for i, a := range s.asking() {
		if isDigit && n == i+1 || !isDigit && t.namesChoice(w, i+1, t.Area(a).plain, nil) {
			return outcome{next: t.settle(s, a)}, true
		}
	}
	return outcome{}, false
}

func (t turn) answerChoice(s State, w string, n int, isDigit bool) (outcome, bool) {
	if len(s.asking()) > 0 {
		return outcome{}, false
	}
	step := t.StepNamed(s.Step)
	for i := range step.Choices {
		c := &step.Choices[i]
		k := t.key(c)
		if k == 0 || !(isDigit && n == k || t.namesChoice(w, k, c.plain, c.Words)) {
			continue
		}
		if o, ok := t.choose(s, c); ok {
			return o, true
		}
	}
	return outcome{}, false
}

// namesChoice reports whether a plain text is a choice's words, or its number
// and its words together.
func (t turn) namesChoice(w string, key int, label string, words []string) bool {
	if w == "" {
		return false
	}
	if w == label || oneOf(words, w) {
		return true
	}
	n, rest, ok := plain.LeadingDigit(w)
	return ok && n == key && (rest == label || oneOf(words, rest))
}

func (t turn) answerPlace(s State, in Input) (outcome, bool) {
	var buf [MaxAreas]string
	found := in.places(t.finder)
	areas, ask := t.areasIn(buf[:0], found.Where), found.Ask
	if found.Where == 0 || len(areas) == 0 {
		return outcome{}, false
	}
	place := t.StepNamed(t.People[s.Who].Place)
	certain := len(areas) == 1 && (!ask || areas[0] == t.elsewhere())
	if certain || !place.FromArea { // no need to ask what changes nothing
		return outcome{next: t.settle(s, areas[0])}, true
	}
	return outcome{next: t.which(s, areas)}, true
}

// elsewhere is the book's last area: everywhere that no other area covers.
func (t turn) elsewhere() string { return t.Areas[len(t.Areas)-1].ID }

// which asks in which area somebody is. One area in doubt is offered with
// "somewhere else"; more than fit in a question are asked from the top.
func (t turn) which(s State, areas []string) State {
	if len(areas) == 1 {
		areas = append(areas, t.elsewhere())
	}
	n := t.enter(s, t.People[s.Who].Ask)
	if len(areas) <= len(n.Ask) {
		copy(n.Ask[:], areas)
	}
	return n
}

// missText answers a text that was not understood.
func (t turn) missText(s State) (State, Reply) {
	misses := min(s.Misses+1, missesToZero)
	zero := t.People[s.Who].Zero
	reply := Reply{}
	next := s
	if misses < missesToZero {
		reply.Text = t.text(s, t.Messages.NotUnderstood.Text)
	} else {
		if s.Step != zero {
			next = t.enter(s, zero)
		}
		next.Ask = [4]string{}
		reply = t.show(next)
	}
	next.Misses = misses
	if s.Idle >= maxIdle {
		return s, Reply{Rest: true}
	}
	return t.idle(next, reply)
}

// idle gives a reply that moves nothing, until there have been enough of them.
func (t turn) idle(s State, r Reply) (State, Reply) {
	if s.Idle >= maxIdle {
		return s, Reply{Rest: true}
	}
	s.Idle++
	return s, r
}

// show tells a text conversation where it is.
func (t turn) show(s State) Reply {
	if len(s.asking()) > 0 {
		return Reply{Text: t.text(s, t.Messages.Which.Text)}
	}
	step := t.StepNamed(s.Step)
	words := step.Text
	if words == "" && step.Kind == KindServices {
		words = t.Messages.Number.Text
	}
	r := Reply{Text: t.text(s, words)}
	if svc := t.service(s); svc != nil {
		r.Shows = svc.itself
		if b := t.beside(s, svc); b != nil {
			r.Shows = []string{svc.ID, b.ID}
		}
	}
	return r
}
