package server

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"signpost/flows"
	"signpost/internal/counters"
	"signpost/internal/inspect"
)

// addCount adds to the day's counts, under the name of a phone, and to the record of a
// service's line.
func (g *Gateway) addCount(who string, k counters.Kind) {
	g.counts.Add(who, k)
	g.lines.Add(who, k)
}

// checkedOn gives the services that callers may be given, with the day each was last rung to
// try it.
func (g *Gateway) checkedOn() map[string]time.Time {
	b := g.books.Load().current
	out := make(map[string]time.Time, len(b.Services))
	for i := range b.Services {
		if s := &b.Services[i]; s.NotOffered == "" {
			out[s.ID] = s.CheckedOn
		}
	}
	return out
}

// adjustedBooks are the books in use, adjusted for the lines that do not answer: made once
// for each set of lines.
type adjustedBooks struct {
	mu   sync.Mutex
	down map[string]bool
	made map[*flows.Book]*flows.Book
}

// of gives a book as it is while some lines do not answer.
func (q *adjustedBooks) of(b *flows.Book, down map[string]bool) *flows.Book {
	if len(down) == 0 {
		return b
	}
	const most = 4 // the book in use, and the one before it; others have gone
	q.mu.Lock()
	defer q.mu.Unlock()
	if !maps.Equal(q.down, down) || len(q.made) >= most && q.made[b] == nil {
		q.down, q.made = down, map[*flows.Book]*flows.Book{}
	}
	if q.made[b] == nil {
		q.made[b] = b.WithNotAnswering(down)
	}
	return q.made[b]
}

// notAnswering names the services whose lines nobody answers, for an operator. It gives no
// numbers: a small one would tell when somebody called or wrote.
func (g *Gateway) notAnswering() (out []inspect.Finding) {
	b := g.books.Load().current
	for _, id := range slices.Sorted(maps.Keys(g.lines.Down())) {
		svc := b.Service(id)
		if svc == nil { // the book has changed meanwhile
			continue
		}
		l, last := g.lines.Known(id), "no day is known on which a person answered"
		if !l.Answered.IsZero() {
			last = "a person last answered on " + l.Answered.Format("2 January 2006")
		}
		if l.Machines > 0 {
			last += "; a machine has answered"
		}
		if l.Complaints > 0 {
			last += "; people wrote that it did not help"
		}
		out = append(out, inspect.Finding{
			Name: "line-not-answering",
			What: fmt.Sprintf("nobody answers %s (%s), at the last three attempts or more; %s", svc.Name, id, last),
			Fix:  "Ring it, and write the day under checked_on.",
		})
	}
	return out
}
