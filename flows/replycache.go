package flows

import (
	"slices"
	"time"
)

// WithReplyCache is a copy of the book for a walk through all states at one moment: it keeps
// the texts and prompts it has put together, and the services of each step. Most steps
// of a walk reach an answer that another step reached: without the texts, a full walk takes 1.9
// times the processor time, and a comparison of two books 1.3 times. It answers as the book does,
// and is not safe for concurrent use.
func (b *Book) WithReplyCache(now time.Time) *Book {
	c := *b
	c.cache = &replyCache{now: now, texts: map[textKey]string{}, shown: map[textKey]Reply{},
		prompts: map[promptKey]Reply{}, chains: map[chainKey][]*Service{}, open: map[openKey]*Service{}}
	c.Languages = make([]Language, len(b.Languages))
	for i, l := range b.Languages {
		l.Book = l.Book.WithReplyCache(now)
		c.Languages[i] = l
	}
	return &c
}

// replyCache is what a book has put together at one moment.
type replyCache struct {
	now     time.Time
	keys    StateKeys
	texts   map[textKey]string
	shown   map[textKey]Reply // by a key without a line to talk to
	prompts map[promptKey]Reply
	chains  map[chainKey][]*Service
	open    map[openKey]*Service
	// The latest chain: one step asks for the same several times.
	lastOf    chainKey
	lastChain []*Service
}

// textKey is all that a text depends on, apart from the book and the moment.
type textKey struct {
	at       StateKey
	wordings [3]string
	talkTo   *Service
}

// promptKey is all that a prompt depends on.
type promptKey struct {
	at         StateKey
	lead       string
	noTransfer bool
}

// chainKey is all that a chain of services depends on.
type chainKey struct {
	step, area string
	who        Person
	need       Need
	helplineAt uint8
	helplineIs uint8
}

// openKey is all that the 24-hour service of a step depends on: what [Book.alwaysOpen] reads of a state.
type openKey struct {
	step string
	who  Person
	need Need
}

// worded is what words depend on of a state: not on how often we were not understood, but that it was more than once.
func (c *replyCache) worded(s State) StateKey {
	s = s.Position()
	s.Silences, s.Stay, s.Line = 0, false, 0
	if s.Misses < missesToHelpline {
		s.Misses = 0
	}
	return c.keys.Key(&s)
}

// text is [turn.firstFitting], from the cache where it was put together before.
func (c *replyCache) text(t turn, s State, wordings []Wording) string {
	of := textKey{at: c.worded(s), talkTo: t.talkTo}
	if !t.now.Equal(c.now) || len(wordings) > len(of.wordings) {
		return t.firstFitting(s, wordings)
	}
	for i, w := range wordings {
		of.wordings[i] = w.Text
	}
	text, ok := c.texts[of]
	if !ok {
		text = t.firstFitting(s, wordings)
		c.texts[of] = text
	}
	return text
}

// show is [turn.showing], from the cache where it was worked out before.
func (c *replyCache) show(t turn, s State, wordings []Wording) Reply {
	of := textKey{at: c.worded(s)}
	if t.call || !t.now.Equal(c.now) || len(wordings) > len(of.wordings) {
		return t.showing(s, wordings)
	}
	for i, w := range wordings {
		of.wordings[i] = w.Text
	}
	r, ok := c.shown[of]
	if !ok {
		r = t.showing(s, wordings)
		r.Shows = slices.Clip(r.Shows) // what is shown behind it is no part of it
		c.shown[of] = r
	}
	return r
}

// alwaysOpen is [Book.findAlwaysOpen], from the cache where it was found before.
func (c *replyCache) alwaysOpen(b *Book, now time.Time, id string, of State) *Service {
	if !now.Equal(c.now) {
		return b.findAlwaysOpen(now, id, of)
	}
	key := openKey{id, of.Who, of.Need}
	s, ok := c.open[key]
	if !ok {
		s = b.findAlwaysOpen(now, id, of)
		c.open[key] = s
	}
	return s
}

// prompt is [turn.prompting], from the cache where it was put together before.
func (c *replyCache) prompt(t turn, s State, lead string) Reply {
	if !t.now.Equal(c.now) {
		return t.prompting(s, lead)
	}
	of := promptKey{c.worded(s), lead, t.noTransfer}
	r, ok := c.prompts[of]
	if !ok {
		r = t.prompting(s, lead)
		r.Speech = slices.Clip(r.Speech) // what is said behind it is no part of it
		c.prompts[of] = r
	}
	return r
}

// chain is [turn.chaining], from the cache where it was worked out before.
func (c *replyCache) chain(t turn, s State) []*Service {
	if !t.now.Equal(c.now) {
		return t.chaining(s)
	}
	of := chainKey{s.Step, s.Area, s.Who, s.Need, s.HelplineAt, s.HelplineIs}
	if of == c.lastOf {
		return c.lastChain
	}
	chain, ok := c.chains[of]
	if !ok {
		chain = t.chaining(s)
		c.chains[of] = chain
	}
	c.lastOf, c.lastChain = of, chain
	return chain
}
