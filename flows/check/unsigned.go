package check

import (
	"fmt"
	"slices"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/gsm7"
)

// languages are those that are served, then the unsigned translations.
func (p *pass) languages() []flows.Language {
	all := slices.Clone(p.book.Languages)
	for _, d := range p.Unsigned {
		all = append(all, d.Language)
	}
	return all
}

// unsigned is told only where somebody looks on a day: an unsigned translation is no fault of a book.
var unsigned = rule{
	name: "unsigned-translation", doc: "every language is whole, and signed by somebody who speaks it",
	severity: advice, timed: true,
	run: func(p *pass) {
		for _, d := range p.Unsigned {
			at := "languages." + d.ID
			what := d.Name + " is an unsigned translation"
			switch by, on := p.Has("languages.yaml", at+".signed_off_by"),
				p.Has("languages.yaml", at+".signed_off_on"); {
			case by && !on:
				what += " (signed_off_on is missing)"
			case on && !by:
				what += " (signed_off_by is missing)"
			}
			if n := len(d.Missing); n > 0 {
				var names []string
				for _, w := range d.Missing {
					names = append(names, w.Path)
				}
				what += fmt.Sprintf("; %d of %d wordings are missing: %s", n, d.Words, load.Few(names))
			}
			if n := len(d.Unknown); n > 0 {
				what += fmt.Sprintf("; %d of its lines are for nothing that the book says: %s", n, load.Few(d.Unknown))
			}
			signer := d.Signer
			if signer == "" {
				signer = "somebody who speaks it"
			}
			p.report(p.Pos("languages.yaml", at+"#name"), what,
				"It is never served: anybody who asks for it is told in English how to ask for an interpreter.",
				fmt.Sprintf("Have every word read by %s (signpost language -read %s). Then add signed_off_by, "+
					"signed_off_on and a voice.",
					signer, d.ID))
		}
	},
}

// oddSegments are those of a language whose letters plain texts do not hold.
const oddSegments = 3

// unsignedSegments puts every conversation that the book's own language can come to
// into the words of each unsigned translation.
var unsignedSegments = rule{
	name: "unsigned-segments", doc: "every text of an unsigned translation fits its segments, too", severity: advice,
	walks: true,
	run: func(p *pass) {
		if len(p.Unsigned) == 0 {
			return
		}
		p.walked()
		inputs := map[string]flows.Input{}
		all := inputsOf(p.book)
		for _, in := range slices.Concat(all.texts, all.cases, all.placed) {
			inputs[in.name] = in.Input
		}
		for _, d := range p.Unsigned {
			worst := map[load.Pos]string{}
			look := func(moment int, s flows.State, in flows.Input) {
				s.Lang = 0 // its book has no other languages
				next, reply, err := d.Book.Step(p.walk.Moments[moment], s, in)
				if err != nil || reply.Text == "" {
					return
				}
				e := Edge{From: Node{State: s}, Reply: reply, To: Node{State: next}}
				limit := 1
				if at := p.book.StepNamed(e.At()); at != nil {
					limit = at.Segments
				}
				_, _, odd := gsm7.FirstOutside(reply.Text)
				if d.AnyLetters {
					limit = max(limit, oddSegments)
				} else if odd {
					return // told by another rule
				}
				path := "languages." + d.ID
				if at := path + ".texts.steps." + e.At() + ".text"; p.Has("languages.yaml", at) {
					path = at
				}
				if pos := p.Pos("languages.yaml", path); gsm7.Segments(reply.Text) > limit &&
					len(reply.Text) > len(worst[pos]) {
					worst[pos] = reply.Text
				}
			}
			for i := range p.answers {
				e := &p.answers[i]
				in, known := inputs[e.Input]
				if e.From.Call || e.lang() != 0 || !known {
					continue
				}
				look(e.From.Moment, e.From.State, in)
				if !e.Reply.Ended {
					look(e.To.Moment, e.To.State, flows.TextInput("#"))
				}
			}
			for pos, text := range worst {
				p.report(pos, fmt.Sprintf("a text from here is %d characters: %q", gsm7.Length(text), text),
					"It would go out as several messages, which can arrive apart and in the wrong order.",
					"Shorten the words, the label, or the choices.")
			}
		}
	},
}
