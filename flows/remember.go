package flows

import (
	"slices"
	"time"
)

// Remembering is a copy of the book for those who go through all states at one moment: it
// remembers the texts and prompts it has put together, and the services of each step. Most steps
// of a walk lead to an answer that another step led to: without the texts, a full walk takes 1.9
// times the processor time, and a comparison of two books 1.3 times. It answers as the book does,
// and is not safe for concurrent use.
func (b *Book) Remembering(now time.Time) *Book {
	c := *b
	c.memory = &memory{now: now, texts: map[wanted]string{}, prompts: map[prompted]Reply{},
		chains: map[chained][]*Service{}}
	c.Languages = make([]Language, len(b.Languages))
	for i, l := range b.Languages {
		l.Book = l.Book.Remembering(now)
		c.Languages[i] = l
	}
	return &c
}

// memory is what a book remembers of one moment.
type memory struct {
	now     time.Time
	texts   map[wanted]string
	prompts map[prompted]Reply
	chains  map[chained][]*Service
}

// wanted is all that a text depends on besides the book and the moment.
type wanted struct {
	at       State
	wordings [3]string
	talkTo   *Service
}

// prompted is all that a prompt depends on.
type prompted struct {
	at         State
	lead       string
	noTransfer bool
}

// chained is all that a chain of services depends on.
type chained struct {
	step, area string
	who        Person
	need       Need
	zeroAt     uint8
}

// worded is what words depend on of a state: not on how often we were not understood.
func worded(s State) State {
	s.Misses, s.Quiet, s.Idle, s.Half, s.Stay, s.Line = 0, 0, 0, "", false, 0
	return s
}

// text is [turn.firstFitting], from memory where it was put together before.
func (m *memory) text(t turn, s State, wordings []Wording) string {
	of := wanted{at: worded(s), talkTo: t.talkTo}
	if !t.now.Equal(m.now) || len(wordings) > len(of.wordings) {
		return t.firstFitting(s, wordings)
	}
	for i, w := range wordings {
		of.wordings[i] = w.Text
	}
	text, ok := m.texts[of]
	if !ok {
		text = t.firstFitting(s, wordings)
		m.texts[of] = text
	}
	return text
}

// prompt is [turn.prompting], from memory where it was put together before.
func (m *memory) prompt(t turn, s State, lead string) Reply {
	if !t.now.Equal(m.now) {
		return t.prompting(s, lead)
	}
	of := prompted{worded(s), lead, t.noTransfer}
	r, ok := m.prompts[of]
	if !ok {
		r = t.prompting(s, lead)
		r.Speech = slices.Clip(r.Speech) // what is said behind it is no part of it
		m.prompts[of] = r
	}
	return r
}

// chain is [turn.chaining], from memory where it was worked out before.
func (m *memory) chain(t turn, s State) []*Service {
	if !t.now.Equal(m.now) {
		return t.chaining(s)
	}
	of := chained{s.Step, s.Area, s.Who, s.Need, s.ZeroAt}
	chain, ok := m.chains[of]
	if !ok {
		chain = t.chaining(s)
		m.chains[of] = chain
	}
	return chain
}
