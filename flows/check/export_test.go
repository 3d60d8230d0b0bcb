package check

import (
	"io/fs"
	"slices"
	"sync"
	"time"

	"signpost/flows"
	"signpost/flows/load"
)

// How the reading age of a wording is worked out.
var (
	ReadingAge = ageToRead
	Syllables  = syllables
)

// OnRule is [On] with one rule alone. For a rule of reading the files none is run.
func OnRule(fsys fs.FS, day time.Time, name string) (*load.Source, []load.Problem) {
	return on(fsys, day, slices.DeleteFunc(rules(), func(r rule) bool { return r.name != name }))
}

// WalkBook walks every state from the first text and the first ring of a call,
// with every kind of input, at each of the book's [Moments], and shows every
// step between them to visit, nearest first. An edge is good until visit returns. All
// cases are tried at the first moment; at the others, which differ in what is open,
// those that lead somewhere else. A check tries fewer.
func WalkBook(b *flows.Book, visit func(*Edge)) *Walk {
	w := newWalk(b)
	texts := inputsOf(b)
	for m := range w.Moments {
		how := brief
		if m == 0 {
			how = full
		}
		one := &walker{book: b.WithReplyCache(w.Moments[m]), moment: m, now: w.Moments[m], inputs: texts, how: how,
			again: true, callsOnly: !w.texts[m], visit: visit}
		one.run()
		w.add(one)
	}
	return w
}

// WalkCalls is [WalkBook] for calls alone, at the first moment.
func WalkCalls(b *flows.Book, visit func(*Edge)) {
	(&walker{book: b, now: Moments(b)[0], callsOnly: true, visit: visit}).run()
}

// WalkBriefly walks a book as a check does.
func WalkBriefly(b *flows.Book, visit func(*Edge)) *Walk { return briefly(b, false, visit) }

// Answers are those that a check comes to. again: after a miss or a silence everything is tried
// again.
func Answers(b *flows.Book, again bool) map[string]bool {
	answers := map[string]bool{}
	briefly(b, again, func(e *Edge) { answers[string(e.answer(nil))] = true })
	return answers
}

func briefly(b *flows.Book, again bool, visit func(*Edge)) *Walk {
	var mu sync.Mutex
	return walkBriefly(b, again, func(int) func(*Edge) {
		return func(e *Edge) {
			mu.Lock()
			defer mu.Unlock()
			visit(e)
		}
	})
}
