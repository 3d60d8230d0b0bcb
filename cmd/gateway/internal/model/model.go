// Package model knows what the engine would do with the texts of one person, if each came
// once and in some order. Tests of the gateway hold its answers against it. [Conversation]
// is its main type. It knows nothing of stores, cookies or processes.
package model

import (
	"slices"
	"time"

	"signpost/flows"
)

// Conversation is a model of one person's text conversation: every state it may be
// in, by what was written and answered so far. It knows nothing of stores, cookies
// or processes; only what the engine would do if every text came once and in some
// order.
type Conversation struct {
	Book *flows.Book

	may   []string // encoded states; empty: none has begun
	older []string // states it was in before
}

// Exchange is a text and what it was answered.
type Exchange struct{ Text, Answer string }

// Licence is what an answer may be, other than what the conversation's state asks for.
type Licence struct {
	// Brief allows the short answer without a conversation.
	Brief bool
	// Forgets allows that the conversation was forgotten.
	Forgets bool
	// Loses allows that its latest steps were: that it is where it was before.
	Loses bool
	// Limited allows the helpline text (the 24-hour number and 999), or silence.
	Limited bool
}

// Explain reports whether the answers to texts that were under way together are
// those of some order of them, at the minute of from or of to, and learns from
// them where the conversation may be now.
func (c *Conversation) Explain(together []Exchange, from, to time.Time, l Licence) bool {
	if c.may == nil {
		c.may = []string{""}
	}
	begin := c.may
	if l.Forgets {
		begin = append(slices.Clone(begin), "")
	}
	if l.Loses {
		begin = append(slices.Clone(begin), c.older...)
	}
	var ends []string
	for _, at := range minutes(from, to) {
		for _, s := range begin {
			ends = append(ends, c.orders(s, together, at, l)...)
		}
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	if len(ends) == 0 {
		return false
	}
	c.older = append(c.older, c.may...)
	slices.Sort(c.older)
	c.older = slices.Compact(c.older)
	c.may = ends
	return true
}

// minutes are the moments that something between two moments was counted at.
func minutes(from, to time.Time) []time.Time {
	a, b := from.Truncate(time.Minute), to.Truncate(time.Minute)
	if a.Equal(b) {
		return []time.Time{a}
	}
	return []time.Time{a, b}
}

// orders are the states in which some order of texts, each answered as it was,
// ends.
func (c *Conversation) orders(state string, left []Exchange, at time.Time, l Licence) (ends []string) {
	if len(left) == 0 {
		return []string{state}
	}
	for i, x := range left {
		rest := slices.Delete(slices.Clone(left), i, i+1)
		for _, next := range c.after(state, x, at, l) {
			ends = append(ends, c.orders(next, rest, at, l)...)
		}
	}
	return ends
}

// after returns the states that one text may move a conversation to, given the answer
// that it got.
func (c *Conversation) after(state string, x Exchange, at time.Time, l Licence) (next []string) {
	s := flows.State{}
	if state != "" {
		s, _ = c.Book.Decode([]byte(state)) // the model's own
	}
	step := func(s flows.State) (string, flows.Reply) {
		after, reply, err := c.Book.Step(at, s, flows.TextInput(x.Text))
		if err != nil || reply.Ended {
			return "", reply
		}
		return string(after.Encode()), reply
	}
	to, reply := step(s)
	if reply.Text == x.Answer {
		next = append(next, to)
	}
	if l.Brief || l.Limited {
		_, first := step(flows.State{})
		direct := first.Ended || len(first.Shows) > 0 || first.Emergency
		if direct && first.Text == x.Answer || !direct && c.Book.FallbackText() == x.Answer {
			next = append(next, state)
		}
	}
	if reply.Exhausted {
		// Somebody who harms gets what is for them in place of the 24-hour number.
		if to, anew := step(s.Revived()); anew.Text == x.Answer && (len(anew.Shows) > 0 || s.Who == flows.Behaviour) {
			next = append(next, to)
		}
	}
	little := x.Answer == "" || x.Answer == c.Book.FallbackText()
	// A sender gets so many answers to danger in an hour, and the helpline text now and then
	// once too much of a conversation has moved nothing.
	if little && (l.Limited || reply.Emergency || reply.Exhausted) {
		next = append(next, state)
	}
	return next
}
