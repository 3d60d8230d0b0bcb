package check

import (
	"fmt"
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
			p.report(load.Pos{File: "examples.yaml", Line: 1, Col: 1}, "there are no examples", "A change that breaks a conversation would not be found before a caller finds it.", "Add the conversations that must never break.")
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

// breaches are what comes out differently, by what it is: a number that changed
// breaks many examples in the same way, and is told once.
type breaches map[string]*breach

type breach struct {
	first int      // the problem that tells of it
	more  []string // other examples
}

func (p *pass) runExample(e load.Example, all breaches) {
	var transcript strings.Builder
	p.play(e, func(turn load.Turn, reply flows.Reply) bool {
		said := reply.Text
		if e.Call {
			said = flows.Spoken(reply.Speech)
		}
		wrong := mismatch(turn, said, reply)
		transcript.WriteString(beside(turn, said, reply))
		if b := all[wrong]; wrong != "" && b != nil {
			b.more = append(b.more, fmt.Sprintf("%q, line %d", e.Name, turn.Pos.Line))
		} else if wrong != "" {
			fix := "Mend whichever is wrong."
			if numberLike.MatchString(wrong) {
				fix = "If the number was meant to change, change it here too. It is written twice so that a slip in one place is noticed."
			}
			all[wrong] = &breach{first: len(p.problems)}
			p.report(turn.Pos, fmt.Sprintf("the example %q comes out differently: %s. The conversation is:%s", e.Name, wrong, transcript.String()),
				"Either callers now get something else than was meant, or the example is out of date.", fix)
		}
		return wrong == ""
	}, p.report)
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

// play goes through an example and shows each exchange to look, until that says
// no. What keeps it from being played is told to wrong.
func (p *pass) play(e load.Example, look func(load.Turn, flows.Reply) bool, wrong func(pos load.Pos, what, why, fix string)) {
	// A Wednesday afternoon, when everything with office hours is open.
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, hours.London())
	if e.At != "" {
		t, err := time.ParseInLocation("2006-01-02 15:04", e.At, hours.London())
		if err != nil {
			wrong(e.Pos, fmt.Sprintf("%q is not a moment", e.At), "The example cannot be run.", `Write it like "2026-11-20 14:00".`)
			return
		}
		now = t
	}
	var s flows.State
	for _, turn := range e.Turns {
		in, ok := exampleInput(e.Call, turn.They)
		if !ok {
			wrong(turn.Pos, fmt.Sprintf("%q is nothing a caller can do", turn.They), "The example cannot be run.", `Write "rings", one key, "silence", "answered", "no answer", "engaged" or "failed".`)
			return
		}
		next, reply, err := p.book.Step(now, s, in)
		if err != nil {
			wrong(turn.Pos, "the example cannot be followed: "+err.Error(), "Somebody would be left without an answer.", "Put back the last book that worked.")
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
		return flows.Heard(they), true
	}
	if leg, ok := Legs[they]; ok {
		return flows.LegEnded(leg), true
	}
	switch {
	case they == "rings":
		return flows.Rang(), true
	case they == "silence":
		return flows.Silence(), true
	case len(they) == 1 && strings.Contains("0123456789*#", they):
		return flows.Pressed(they[0]), true
	}
	return flows.Input{}, false
}

func mismatch(turn load.Turn, said string, reply flows.Reply) string {
	for _, want := range turn.We {
		if !strings.Contains(said, want) {
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
