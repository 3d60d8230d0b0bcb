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
		for _, e := range p.Examples {
			p.runExample(e)
		}
	},
}

func (p *pass) runExample(e load.Example) {
	// A Wednesday afternoon, when everything with office hours is open.
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, hours.London())
	if e.At != "" {
		t, err := time.ParseInLocation("2006-01-02 15:04", e.At, hours.London())
		if err != nil {
			p.report(e.Pos, fmt.Sprintf("%q is not a moment", e.At), "The example cannot be run.", `Write it like "2026-11-20 14:00".`)
			return
		}
		now = t
	}
	var s flows.State
	var transcript strings.Builder
	for _, turn := range e.Turns {
		in, ok := exampleInput(e.Call, turn.They)
		if !ok {
			p.report(turn.Pos, fmt.Sprintf("%q is nothing a caller can do", turn.They), "The example cannot be run.", `Write "rings", one key, "silence", "answered", "no answer", "engaged" or "failed".`)
			return
		}
		next, reply, err := p.book.Step(now, s, in)
		if err != nil {
			p.report(turn.Pos, "the example cannot be followed: "+err.Error(), "Somebody would be left without an answer.", "Put back the last book that worked.")
			return
		}
		s = next
		said := reply.Text
		if e.Call {
			said = flows.Spoken(reply.Speech)
		}
		fmt.Fprintf(&transcript, "\n      they: %s\n      we:   %s", turn.They, said)
		if reply.Dial != nil {
			fmt.Fprintf(&transcript, " (ringing %s)", reply.Dial.ID)
		}
		if wrong := mismatch(turn, said, reply); wrong != "" {
			p.report(turn.Pos, fmt.Sprintf("the example %q comes out differently: %s. The conversation was:%s", e.Name, wrong, transcript.String()),
				"Either callers now get something else than was meant, or the example is out of date.", "Mend whichever is wrong.")
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
