// Package check finds what is wrong with a flow book before a caller does: one
// rule per file, then a walk of every state a conversation can be in, then the
// book's own examples.
package check

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"time"

	"signpost/flows"
	"signpost/flows/load"
)

// rule is one thing a book should have right.
type rule struct {
	name, doc string
	run       func(*pass)
	severity  load.Severity
	// walks means that the rule steps the book, so it runs only on a book that loaded
	// without a problem.
	walks bool
	// timed means that the rule depends on the day. No book is refused for the day
	// alone: what was good yesterday goes on answering.
	timed bool
}

const advice = load.Warning

// rules is the one list of rules, in the order they run.
func rules() []rule {
	return []rule{
		// What keeps a book from callers.
		placeholders, alphabet, watchWords, filledWords, links, serviceNames, carrierWords, clashes, numbersInWords,
		numbersNotSaid,
		fromUntil, checkedFuture, numberAge, chains, areaNight, reachable, noWayToNumber, silences, segments,
		pressToAccept, takesNoMen, prompts, voiceNames, heardExamples, examples,
		// Advice.
		copies, checkedBy, unrungReason, reviewDate, endsSoon, pauses, exceptionsPast, neverOpen, numberTwice,
		mixedService, lineLike, quietLine, labelLength, ringingTime,
		areaTowns, overlappingPlaces, severalShort, wordIsPlace, ambiguousWords, channelsDiffer, reachableChannel,
		keysChange, keyInWords,
		wayOut, emergencyTold, lockScreen, strayPlaceholders, mentionMissing, segmentsAllowed, routeLength, routeCost,
		allowedUnused, watchList,
		doubleBlank, shouting, hardWords, longSentences, readingAge, spokenSigns, overheard, freeOnCalls,
		pronunciations, unusedRecordings, missingRecordings, staleRecordings, recordingsDiffer, recordingSound,
		exampleCoverage, exampleOutdated, transcripts, unsigned, unsignedSegments,
	}
}

// Rule is one rule, for those who list them.
type Rule struct {
	Name, Doc string
	Severity  load.Severity
	Loading   bool // it is about reading the files
	Walks     bool // it looks at conversations, once the files can be read
}

// Rules lists every rule there is.
func Rules() []Rule {
	var out []Rule
	for _, r := range load.Rules() {
		out = append(out, Rule{Name: r[0], Doc: r[1], Loading: true})
	}
	for _, r := range rules() {
		out = append(out, Rule{Name: r.name, Doc: r.doc, Severity: r.severity, Walks: r.walks})
	}
	return out
}

// pass is one run of the rules over one book.
type pass struct {
	*load.Source
	book     *flows.Book
	now      time.Time // zero: rules that depend on the day are left out
	rule     rule
	problems []load.Problem
	walk     *Walk           // made when first wanted, with:
	answers  []Edge          // every distinct answer
	shown    map[string]bool // every service whose number is given
	spoken   []Stretch       // what calls say, when first wanted
	// The rules of the examples share these results: the book in the states that examples
	// run in, and what they found out about the examples.
	open, openUnrung, unpaused, unpausedUnrung *flows.Book
	stale                                      map[string]bool
	outdated                                   map[load.Pos]*flows.Service
	otherTimes                                 map[load.Pos]string
}

func (p *pass) report(pos load.Pos, what, why, fix string) {
	severity := p.rule.severity
	if p.InUnsigned(pos) { // callers never get it
		severity = advice
	}
	p.problems = append(p.problems, load.Problem{Pos: pos, Severity: severity, Rule: p.rule.name, What: what,
		Why: why, Fix: fix})
}

// fix adds to the last reported problem the edit that fixes it: the first old after the
// problem's place becomes put. It adds none if the file writes old in another way.
func (p *pass) fix(old, put string) {
	last := &p.problems[len(p.problems)-1]
	data, from := p.File(last.File), p.Offset(last.Pos)
	const near = 2000 // bytes: a wording is no longer
	if i := bytes.Index(data[min(from, len(data)):min(from+near, len(data))], []byte(old)); i >= 0 && old != "" {
		last.Edit = load.Edit{From: from + i, To: from + i + len(old), Put: put}
	}
}

// walked walks the book once and keeps what the rules look at: one edge for
// every distinct answer there is.
func (p *pass) walked() *Walk {
	if p.walk != nil {
		return p.walk
	}
	type found struct {
		answers []Edge
		given   map[string]bool
	}
	var all []*found // one for each moment
	p.walk = walkAside(p.book, func(int) func(*Edge) {
		f := &found{given: map[string]bool{}}
		all = append(all, f)
		seen := map[string]bool{}
		var key []byte // used again: most answers were seen before
		return func(e *Edge) {
			for _, id := range e.Reply.Shows {
				f.given[id] = true
			}
			if key = e.answer(key[:0]); !seen[string(key)] {
				seen[string(key)] = true
				f.answers = append(f.answers, *e)
			}
		}
	})
	p.shown = map[string]bool{}
	seen := map[string]bool{}
	for _, f := range all {
		maps.Copy(p.shown, f.given)
		for i := range f.answers {
			if key := string(f.answers[i].answer(nil)); !seen[key] {
				seen[key] = true
				p.answers = append(p.answers, f.answers[i])
			}
		}
	}
	return p.walk
}

// lang is the language of an answer, as a state has it.
func (e *Edge) lang() uint8 {
	if e.Reply.Ended {
		return e.From.State.Lang
	}
	return e.To.State.Lang
}

// stepPos is where the words of an answer are written: in the menus, or in the language
// that it is in.
func (p *pass) stepPos(e *Edge, channel string) load.Pos {
	path := "steps." + e.At() + "." + channel
	if lang := e.lang(); lang > 0 {
		if at := "languages." + p.book.Languages[lang-1].ID + ".texts." + path; p.Has("languages.yaml", at) {
			return p.Pos("languages.yaml", at)
		}
		return p.Pos("languages.yaml", "languages."+p.book.Languages[lang-1].ID)
	}
	return p.Pos("menus.yaml", path)
}

// answer adds to b what tells answers apart: from where, on which channel, and
// every word.
func (e *Edge) answer(b []byte) []byte {
	b = append(append(b, e.At()...), '0'+e.lang())
	for _, is := range []bool{e.From.Call, e.Reply.Ended, e.Reply.KeepsExpiry} {
		if is {
			b = append(b, '1')
		} else {
			b = append(b, '0')
		}
	}
	b = append(b, e.Reply.Text...)
	for _, u := range e.Reply.Speech {
		b = append(append(append(b, '\n'), u.Words...), u.Number...)
	}
	return b
}

// Dir loads a book and runs every rule that holds on any day. The book is fit for
// callers when none of what is found is an [load.Error].
func Dir(fsys fs.FS) (*load.Source, []load.Problem) { return On(fsys, time.Time{}) }

// On is Dir for a day, with the rules that depend on it.
func On(fsys fs.FS, day time.Time) (*load.Source, []load.Problem) {
	return on(fsys, day, rules())
}

// Mistakes is On for those who only ask whether a book is fit for callers: without advice it
// takes a quarter less.
func Mistakes(fsys fs.FS, day time.Time) (*load.Source, []load.Problem) {
	src, problems := on(fsys, day, slices.DeleteFunc(rules(), func(r rule) bool { return r.severity == advice }))
	return src, load.Errors(problems)
}

func on(fsys fs.FS, day time.Time, rules []rule) (*load.Source, []load.Problem) {
	src, problems := load.Dir(fsys)
	p := &pass{Source: src, book: src.Book, now: day, problems: append(problems, src.UnsignedProblems...)}
	unread := src.Broken || len(problems) > 0
	for _, r := range rules {
		// What cannot be read rightly would come out wrong in every conversation: that
		// is told first, alone.
		if r.walks && unread || r.timed && day.IsZero() {
			continue
		}
		p.rule = r
		r.run(p)
	}
	return src, load.Sort(p.problems)
}
