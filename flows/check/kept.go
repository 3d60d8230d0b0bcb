package check

import (
	"reflect"
	"slices"

	"signpost/flows"
	"signpost/flows/load"
)

// KeptChange is a conversation of the examples that is another in a changed book: it goes
// another way, it is kept in other words, it is new, or it is gone.
type KeptChange struct {
	Altered
	New, Gone bool
	// Open means that the examples of the changed book do not say yet that it goes like
	// this: somebody must accept it first.
	Open bool
}

// Kept lists the conversations that a changed book alters, with what the book before it kept
// of them, in the order of the examples. It looks at books that can be read.
func Kept(old, src *load.Source) (out []KeptChange) {
	open := AlteredBy(old.Book, src)
	was, is := &pass{Source: old, book: old.Book}, &pass{Source: src, book: src.Book}
	for n, e := range src.Examples {
		c := KeptChange{Altered: Altered{Name: e.Name, Call: e.Call, n: n}}
		before := slices.IndexFunc(old.Examples,
			func(o load.Example) bool { return o.Name == e.Name && o.Call == e.Call })
		at := slices.IndexFunc(open, func(a Altered) bool { return a.n == n })
		switch {
		case at >= 0:
			c.Altered, c.Open = open[at], true
		case before < 0:
			c.New, c.Turns = true, is.turnsOf(e, true)
		case keptAlike(old.Examples[before], e):
			continue
		default:
			c.Turns = beforeAndAfter(was.turnsOf(old.Examples[before], false), is.turnsOf(e, true))
		}
		out = append(out, c)
	}
	for _, e := range old.Examples {
		if !slices.ContainsFunc(src.Examples,
			func(n load.Example) bool { return n.Name == e.Name && n.Call == e.Call }) {
			out = append(out, KeptChange{Altered: Altered{Name: e.Name, Call: e.Call, Turns: was.turnsOf(e, false)},
				Gone: true})
		}
	}
	return out
}

// keptAlike reports that two books keep the same of a conversation.
func keptAlike(a, b load.Example) bool {
	plain := func(e load.Example) load.Example {
		e.Pos, e.Turns = load.Pos{}, slices.Clone(e.Turns)
		for i := range e.Turns {
			e.Turns[i].Pos = load.Pos{}
		}
		return e
	}
	return reflect.DeepEqual(plain(a), plain(b))
}

// turnsOf is a conversation as it goes, as what is after or before a change. What was kept
// whole is shown as it was kept.
func (p *pass) turnsOf(e load.Example, after bool) (out []AlteredTurn) {
	p.play(p.states(e)[0], e, func(turn load.Turn, reply flows.Reply) bool {
		said := told(e, reply)
		if turn.All != "" && reply.Dial == nil {
			said = turn.All
		}
		t := AlteredTurn{They: turn.They, Before: said}
		if after {
			t.Before, t.After = "", said
		}
		out = append(out, t)
		return true
	}, func(load.Pos, string, string, string) {})
	return out
}

// beforeAndAfter puts two ways of the same conversation beside each other.
func beforeAndAfter(before, after []AlteredTurn) (out []AlteredTurn) {
	for i := range max(len(before), len(after)) {
		var t AlteredTurn
		if i < len(before) {
			t = before[i]
		}
		if i < len(after) {
			t.They, t.After = after[i].They, after[i].After
		}
		out = append(out, t)
	}
	return out
}
