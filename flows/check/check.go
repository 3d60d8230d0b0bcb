// Package check finds what is wrong with a flow book before a caller does: one
// rule per file, then a walk of every state a conversation can be in, then the
// book's own examples.
package check

import (
	"fmt"
	"io/fs"

	"signpost/flows"
	"signpost/flows/load"
)

// rule is one thing a book must have right.
type rule struct {
	name, doc string
	run       func(*pass)
	// walks tells that the rule steps the book, so that it runs only on one that
	// leads nowhere wrong.
	walks bool
}

// rules is the one list of rules, in the order they run.
func rules() []rule {
	return []rule{
		placeholders, alphabet, watchWords, filledWords, links, serviceNames, carrierWords, clashes, numbersInWords,
		chains, reachable, silences, segments, prompts, examples,
	}
}

// Rules lists the rules by name with what each demands.
func Rules() [][2]string {
	var out [][2]string
	for _, r := range rules() {
		out = append(out, [2]string{r.name, r.doc})
	}
	return out
}

// pass is one run of the rules over one book.
type pass struct {
	*load.Source
	book     *flows.Book
	rule     string
	problems []load.Problem
	walk     *Walk           // made when first wanted, with:
	answers  []Edge          // every distinct answer
	given    map[string]bool // every service whose number is given
}

func (p *pass) report(pos load.Pos, what, why, fix string) {
	p.problems = append(p.problems, load.Problem{Pos: pos, Rule: p.rule, What: what, Why: why, Fix: fix})
}

// walked walks the book once and keeps what the rules look at: one edge for
// every distinct answer there is.
func (p *pass) walked() *Walk {
	if p.walk != nil {
		return p.walk
	}
	seen := map[string]bool{}
	p.given = map[string]bool{}
	p.walk = WalkBook(p.book, func(e *Edge) {
		for _, id := range e.Reply.Shows {
			p.given[id] = true
		}
		key := fmt.Sprint(e.At(), e.From.Call, e.Reply.Ended, e.Reply.Rest, e.Reply.Text)
		for _, u := range e.Reply.Speech {
			key += "\n" + u.Words + u.Number
		}
		if !seen[key] {
			seen[key] = true
			p.answers = append(p.answers, *e)
		}
	})
	return p.walk
}

// Dir loads a book and runs every rule. The book is fit for callers only when
// there are no problems.
func Dir(fsys fs.FS) (*load.Source, []load.Problem) {
	src, problems := load.Dir(fsys)
	p := &pass{Source: src, book: src.Book, problems: problems}
	for _, r := range rules() {
		if r.walks && src.Broken {
			continue
		}
		p.rule = r.name
		r.run(p)
	}
	return src, load.Sort(p.problems)
}
