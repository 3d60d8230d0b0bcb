package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/hours"
)

var examples = rule{
	name: "example", doc: "the book's own examples come out as they say", walks: true,
	run: func(p *pass) {
		if len(p.Examples) == 0 {
			p.report(load.Pos{File: "examples.yaml", Line: 1, Col: 1}, "there are no examples",
				"A change that breaks a conversation would not be found before a caller finds it.",
				"Add the conversations that must never break.")
		}
		if p.noNight() {
			return // the examples go wrong for that reason
		}
		all := breaches{}
		for _, e := range p.Examples {
			p.runExample(e, all)
		}
		for _, b := range all {
			if n := len(b.more); n > 0 {
				const named = 5
				if n > named {
					b.more = append(b.more[:named], fmt.Sprintf("%d others", n-named))
				}
				p.problems[b.first].Fix += " It is the same in: " + strings.Join(b.more, ", ") + "."
			}
		}
	},
}

// noNight reports a book whose services do not end at a 24-hour line.
func (p *pass) noNight() bool {
	return slices.ContainsFunc(p.problems,
		func(o load.Problem) bool { return o.Rule == "chain" || o.Rule == "area-night" })
}

// breaches are what comes out differently, by what it is: what breaks many examples
// in the same way is reported once.
type breaches map[string]*breach

type breach struct {
	first int      // the problem that reports it
	more  []string // other examples
}

func (p *pass) runExample(e load.Example, all breaches) {
	if p.rightSometimes(e) || p.outdatedHours(e) != nil || p.outdatedTimes(e) != "" {
		return // the rule example-outdated reports the others
	}
	var transcript strings.Builder
	p.play(p.states(e)[0], e, func(turn load.Turn, reply flows.Reply) bool {
		said := saidIn(e, reply)
		wrong := mismatch(turn, said, reply, p.nowhere)
		transcript.WriteString(beside(turn, said, reply))
		if b := all[wrong]; wrong != "" && b != nil {
			b.more = append(b.more, fmt.Sprintf("%q, line %d", e.Name, turn.Pos.Line))
		} else if wrong != "" {
			all[wrong] = &breach{first: len(p.problems)}
			p.report(turn.Pos, fmt.Sprintf("the example %q comes out differently: %s. The conversation is:%s", e.Name,
				wrong, transcript.String()),
				"Either callers now get something else than was meant, or the example is out of date.",
				"Correct the one that is wrong.")
		}
		return wrong == ""
	}, p.report)
}

// saidIn is the words of a reply, on the example's channel.
func saidIn(e load.Example, reply flows.Reply) string {
	if e.Call {
		return flows.Spoken(reply.Speech)
	}
	return reply.Text
}

// beside is one exchange as it is, and beside it what the example has.
func beside(turn load.Turn, said string, reply flows.Reply) string {
	var b strings.Builder
	is := said
	switch {
	case reply.Dial != nil:
		is = strings.TrimSpace(is + " (ringing " + reply.Dial.ID + ")")
	case is == "":
		is = "(silence)"
	}
	if reply.Ended {
		is += " (it ends)"
	}
	fmt.Fprintf(&b, "\n      they:      %s\n      we:        %s", turn.They, is)
	var meant []string
	for _, w := range turn.We {
		meant = append(meant, fmt.Sprintf("%q", w))
	}
	for _, w := range turn.Never {
		meant = append(meant, fmt.Sprintf("never %q", w))
	}
	if turn.ConnectsTo != "" {
		meant = append(meant, "ringing "+turn.ConnectsTo)
	}
	if turn.Silence {
		meant = append(meant, "silence")
	}
	if turn.Ends {
		meant = append(meant, "it ends")
	}
	if len(meant) > 0 {
		fmt.Fprintf(&b, "\n      meant was: %s", strings.Join(meant, ", "))
	}
	return b.String()
}

// play goes through an example in a book and shows each exchange to look, until that says
// no. What keeps it from being played is told to wrong.
func (p *pass) play(book *flows.Book, e load.Example, look func(load.Turn, flows.Reply) bool,
	wrong func(pos load.Pos, what, why, fix string)) {
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, hours.London())
	if e.At != "" {
		t, err := time.ParseInLocation(MomentForm, e.At, hours.London())
		if err != nil {
			wrong(e.Pos, fmt.Sprintf("%q is not a moment", e.At), "The example cannot be run.",
				`Write it like "2026-11-20 14:00".`)
			return
		}
		now = t
	}
	var s flows.State
	for _, turn := range e.Turns {
		in, ok := exampleInput(e.Call, turn.They)
		if !ok {
			wrong(turn.Pos, fmt.Sprintf("%q is nothing a caller can do", turn.They), "The example cannot be run.",
				`Write "rings", one key, "silence", "answered", "short", `+
					`"no answer", "engaged", "failed" or "cancelled".`)
			return
		}
		next, reply, err := book.Step(now, s, in)
		if err != nil {
			wrong(turn.Pos, "the example cannot be followed: "+err.Error(), "Somebody would be left without an answer.",
				"Put back the last book that worked.")
			return
		}
		s = next
		if !look(turn, reply) {
			return
		}
	}
}

func exampleInput(call bool, they string) (flows.Input, bool) {
	if !call {
		return flows.TextInput(they), true
	}
	if leg, ok := Legs[they]; ok {
		return flows.LegEnded(leg), true
	}
	switch {
	case they == "rings":
		return flows.Rang(), true
	case they == "silence":
		return flows.Silence(), true
	case flows.IsKey(they):
		return flows.Pressed(they[0]), true
	}
	return flows.Input{}, false
}

// mismatch is what of a reply is not as an example has it; empty when all is. Words
// that the book says nowhere are left out.
func mismatch(turn load.Turn, said string, reply flows.Reply, nowhere func(string) bool) string {
	for _, want := range turn.We {
		if !strings.Contains(said, want) && !nowhere(want) {
			return fmt.Sprintf("%q is missing", want)
		}
	}
	for _, never := range turn.Never {
		if strings.Contains(said, never) {
			return fmt.Sprintf("%q must not be there", never)
		}
	}
	switch {
	case turn.Silence && said != "":
		return "there should be silence"
	case !turn.Silence && said == "" && len(turn.We) == 0 && !turn.Ends:
		return "nothing is said"
	case turn.ConnectsTo != "" && (reply.Dial == nil || reply.Dial.ID != turn.ConnectsTo):
		return fmt.Sprintf("%s is not rung", turn.ConnectsTo)
	case turn.ConnectsTo == "" && reply.Dial != nil:
		return fmt.Sprintf("%s is rung; say so with connects_to", reply.Dial.ID)
	case turn.Ends && !reply.Ended:
		return "the conversation goes on"
	}
	return ""
}
