package check

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/hours"
)

// MomentForm is how a moment is written in an example.
const MomentForm = "2006-01-02 15:04"

// Record writes a conversation as an example, to be put into examples.yaml: what
// somebody did, and of each answer the numbers in it, or how it begins. What they
// do is written as examples write it. It fails on something nobody can do.
func Record(b *flows.Book, name string, at time.Time, call bool, they []string) (string, error) {
	return record(b, name, at, call, they, false)
}

// Transcribe is Record with every answer whole, too.
func Transcribe(b *flows.Book, name string, at time.Time, call bool, they []string) (string, error) {
	return record(b, name, at, call, they, true)
}

func record(b *flows.Book, name string, at time.Time, call bool, they []string, whole bool) (string, error) {
	var out strings.Builder
	channel := "texts"
	if call {
		channel = "call"
	}
	fmt.Fprintf(&out, "  - name: %s\n    at: %q\n    %s:\n", quoted(name),
		at.In(hours.London()).Format(MomentForm), channel)
	var s flows.State
	for _, did := range they {
		in, ok := exampleInput(call, did)
		if !ok {
			return "", fmt.Errorf("record %q: nobody can do that", did)
		}
		if did == "" {
			return "", errors.New("record a text with no words: an example cannot hold one")
		}
		next, reply, err := b.Step(at, s, in)
		if err != nil {
			return "", fmt.Errorf("record a conversation: %w", err)
		}
		s = next
		fmt.Fprintf(&out, "      - they: %s\n", quoted(did))
		said := reply.Text
		if call {
			said = flows.Spoken(reply.Speech)
		}
		if parts := telling(b, said); len(parts) > 0 {
			fmt.Fprintf(&out, "        we: [%s]\n", strings.Join(parts, ", "))
		}
		if whole && said != "" {
			fmt.Fprintf(&out, "        all: %s\n", quoted(said))
		}
		if reply.Dial != nil {
			fmt.Fprintf(&out, "        connects_to: %s\n", reply.Dial.ID)
		}
		if said == "" && reply.Dial == nil {
			out.WriteString("        silence: yes\n")
		}
		if reply.Ended {
			out.WriteString("        ends: yes\n")
		}
	}
	return out.String(), nil
}

// quoted writes words so that they are read as they are.
func quoted(words string) string { return strconv.Quote(words) }

// telling is what of an answer an example should hold: every number of the
// directory in it, and if there is none, how it begins.
func telling(b *flows.Book, said string) (parts []string) {
	if said == "" {
		return nil
	}
	for i := range b.Services {
		for _, l := range b.Services[i].Lines {
			const short = 5 // digits: 999 and 101 are in every answer
			if len(l.Printed) > short && strings.Contains(said, l.Printed) {
				parts = append(parts, quoted(l.Printed))
			}
		}
	}
	if len(parts) > 0 {
		return parts
	}
	const few = 5
	words := strings.Split(said, " ")
	return []string{quoted(strings.Join(words[:min(few, len(words))], " "))}
}
