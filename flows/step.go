package flows

import (
	"fmt"
	"strings"
	"time"
)

// Limits on turns without progress.
const (
	// maxIdle replies without progress are given to the same text in a row; after that it is
	// answered only if that makes progress. Machines that answer machines stop here. Somebody
	// who tells a story writes another text each time.
	maxIdle = 8
	// After missesToHelpline answers not understood in a row we give the 24-hour line;
	// missesToEnd end a call.
	missesToHelpline = 2
	missesToEnd      = 4
	// After silencesToOffer silences in a row any key connects the caller to a person;
	// silencesToEnd end the call.
	silencesToOffer = 2
	silencesToEnd   = 3
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
	// noTransfer means that nobody can be connected on this call.
	noTransfer bool
	// placeName is what a place in doubt is called, in a text that gives its number.
	placeName string
	// talkTo is the line that an answer to danger names before the 24-hour line.
	talkTo *Service
	// notAnswering is the line that does not answer, in a text that gives the 24-hour number
	// before it.
	notAnswering *Service
	// localLast puts the local number behind the 24-hour number: nobody answers it.
	localLast bool
	facts     facts // how long the facts about a line may be
}

// enter enters a step.
func (t turn) enter(s State, id string) State {
	step := t.StepNamed(id)
	keeps := step.FromArea || step.AreaToo || id == t.helplineStep(s) && t.remembersArea(s)
	s.Step, s.At, s.Ask, s.AskNames, s.Unnamed, s.Spelt = id, 0, [4]string{}, [4]string{}, false, false
	s.Misses, s.Silences, s.Line, s.Stay, s.HelplineAt, s.HelplineIs = 0, 0, 0, false, 0, 0
	if !keeps {
		s.Area = ""
	}
	if step.Need != 0 {
		s.Need = step.Need
	}
	if step.For != nil {
		s.Who = *step.For
	}
	if step.Kind == KindServices {
		s.HelplineAt, s.HelplineIs = t.helplinePlace(s)
		if chain := t.chainIn(s); t.call || len(chain) > 0 && chain[0].Paused(t.now) {
			s.At = t.firstOpen(s)
		}
	}
	return s
}

// firstOpen is the first service of the chain that is not closed now: callers
// are not offered a closed line.
func (t turn) firstOpen(s State) uint8 {
	for i, svc := range t.chainIn(s) {
		if !t.closed(svc) {
			return uint8(i)
		}
	}
	return 0
}

// back enters the step that offered this one, or the start. From a question about the
// area it goes to the menu behind the question.
func (t turn) back(s State) State {
	if len(s.asking()) > 0 {
		return t.enter(s, s.Step)
	}
	if s.Who == Behaviour { // nothing leads out of this branch but leaving
		return t.enter(s, t.People[Behaviour].Ask)
	}
	if s.Area != "" && t.remembersArea(s) && (s.Step == t.helplineStep(s) || t.StepNamed(s.Step).AreaToo) {
		return t.showServices(s, s.Area)
	}
	if t.StepNamed(s.Step).Need == NeedAll { // the line for a need is left behind
		s.Need = NeedNothing
	}
	p := t.parentOf(node{t.call, s.Step, s.Area, s.Who})
	s.Who = p.who
	return t.enter(s, p.step)
}

// remembersArea reports that the area stays known at the 24-hour line: back gives the local number, and so does the
// answer to danger. It is not kept for somebody who did not say whether they are harmed. Everywhere else has no local
// number, and a call has the local line as its next.
func (t turn) remembersArea(s State) bool {
	return !t.call && s.Who != Behaviour && s.Step != t.Either && s.Area != t.elsewhere()
}

// showServices enters the services step for an area.
func (t turn) showServices(s State, areaID string) State {
	s.Area = areaID
	return t.enter(s, t.People[s.Who].Place)
}

// outcome is the result of an answer.
type outcome struct {
	next  State
	dial  bool  // put the caller through
	aside *Step // tell this, and stay where we are
	// wording is what is said in place of the step's own words.
	wording []Wording
	// complaint is the service that somebody says did not help.
	complaint string
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
		s.At, s.Line = uint8(t.nextAt(s)), 0
		s.Misses, s.Silences = 0, 0
		return outcome{next: s}, true
	case c.Area != "":
		return outcome{next: t.showServices(s, c.Area)}, true
	case s.Step == t.Either && s.Area != "" && c.To == t.People[Me].Ask: // the town is known
		return outcome{next: t.showServices(s, s.Area)}, true
	}
	return t.goTo(s, c.To), true
}

// goTo enters a step. A say-step is spoken, and the conversation stays where it is.
func (t turn) goTo(s State, id string) outcome {
	if step := t.StepNamed(id); step.Kind == KindSay {
		return outcome{next: s, aside: step}
	}
	for _, r := range t.People {
		if r.Helpline == id { // each person has their own 24-hour line
			id = t.helplineStep(s)
			break
		}
	}
	if who := t.StepNamed(id).For; who != nil && *who == Behaviour {
		return outcome{next: t.enterFor(s, Behaviour, id)}
	}
	return outcome{next: t.enter(s, id)}
}

// helplineStep is the step that 0 opens.
func (t turn) helplineStep(s State) string {
	if s.Who != Behaviour && s.Need == NeedAll && t.HelplineForAll != "" {
		return t.HelplineForAll
	}
	return t.People[s.Who].Helpline
}

// helpline is the 24-hour service that 0 gives, and whose number is given next to doubtful ones.
func (t turn) helpline(s State) *Service {
	return t.alwaysOpen(t.now, t.helplineStep(s), s)
}

// nextAt is the position of the next number of the chain, -1 when there is
// none. A call passes over lines that are closed now.
func (t turn) nextAt(s State) int {
	if t.call {
		return t.nextOpenAt(s)
	}
	return t.next(s, func(svc *Service) bool { return !svc.Paused(t.now) })
}

// nextOpenAt is nextAt without the lines that are closed now: somebody whom a number did not help needs one that may
// be answered.
func (t turn) nextOpenAt(s State) int {
	return t.next(s, func(svc *Service) bool { return !t.closed(svc) })
}

func (t turn) next(s State, wanted func(*Service) bool) int {
	chain := t.chainIn(s)
	for i := int(s.At) + 1; i < len(chain); i++ {
		if wanted(chain[i]) {
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
		svc := t.service(s)
		return svc != nil && t.connectable(svc)
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

// chainIn is the chain of where a conversation is. Nobody may change it.
func (t turn) chainIn(s State) []*Service {
	if t.cache != nil {
		return t.cache.chain(t, s)
	}
	return t.chaining(s)
}

func (t turn) chaining(s State) []*Service {
	chain := t.Chain(t.now, t.StepNamed(s.Step), s.Area, s.Who)
	return t.withHelpline(t.withoutWomens(chain, s), s)
}

// connectable reports a service that a caller can be connected to now.
func (t turn) connectable(svc *Service) bool { return svc.Connect && !t.noTransfer && !t.closed(svc) }

// service is the service a services step is at; nil at other steps.
func (t turn) service(s State) *Service {
	if t.StepNamed(s.Step).Kind != KindServices {
		return nil
	}
	chain := t.chainIn(s)
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
	for i, svc := range t.chainIn(s) {
		if i >= from && t.connectable(svc) {
			return i
		}
	}
	return -1
}

// Called is the service that a call is being connected to, or whose number was said; nil
// when the book has changed.
func (b *Book) Called(now time.Time, s State) *Service {
	if b.StepNamed(s.Step) == nil {
		return nil
	}
	return turn{Book: b.In(s.Lang), now: now, call: true}.service(s)
}

// Moved reports whether a step led anywhere.
func Moved(a, b State) bool {
	return a.Step != b.Step || a.Area != b.Area || a.At != b.At || a.Who != b.Who || a.Ask != b.Ask
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
