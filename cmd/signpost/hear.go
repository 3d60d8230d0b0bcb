package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/hear"
)

const hearHelp = `signpost hear [-flows DIR] TEXT

Shows what is understood of a text, the words that it rests on, how every place
in it was weighed, and what a first text of this gets.

  signpost hear im in crewe he has a knife
  signpost hear -flows lancashire not in preston

`

// hearText shows what is understood of a text.
func hearText(args []string, s streams) int {
	fl := newFlags("hear", hearHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	if code, done := parseWords(fl, args, s); done {
		return code
	}
	if fl.NArg() == 0 {
		fmt.Fprintln(s.err, "signpost hear: give a text; see signpost hear -h")
		return exitMisuse
	}
	src, code := goodBook("hear", *dir, s)
	if src == nil {
		return code
	}
	if err := showHeard(s.out, src.Book, strings.Join(fl.Args(), " ")); err != nil {
		fmt.Fprintf(s.err, "signpost hear: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// showHeard prints the reading of a text, the case it is, and the answer.
func showHeard(w io.Writer, b *flows.Book, text string) error {
	r := b.Hear(text)
	fmt.Fprintf(w, "words:     %s\n", strings.Join(r.Words, " "))
	for _, f := range r.Facts {
		if f.Kind == hear.Filler || f.Place >= 0 {
			continue
		}
		fmt.Fprintf(w, "says:      %s, by %q (phrase: %s)\n", f.Kind, strings.Join(r.Words[f.From:f.To], " "),
			r.Because(f))
	}
	for _, p := range r.Places {
		fmt.Fprintf(w, "place:     %q is %s: %s, in %s; %s", strings.Join(r.Words[p.From:p.To], " "), p.Name, p.How,
			b.Districts(p.Where), p.Role)
		if p.Cue != "" {
			fmt.Fprintf(w, " (phrase: %s)", p.Cue)
		}
		fmt.Fprintf(w, "; score %.1f\n", p.Score)
	}
	if areas, ask, found := b.Find(text); found.Set != 0 {
		verdict := "certain"
		if ask || len(areas) > 1 {
			verdict = "to be asked about"
		}
		fmt.Fprintf(w, "areas:     %s: %s\n", strings.Join(areas, ", "), verdict)
	}
	c := b.Classify(text)
	fmt.Fprintf(w, "case:      %s", c.Kind)
	if c.Kind == flows.CaseNeed || c.Kind == flows.CaseQuestion || c.Kind == flows.CaseComplaint {
		fmt.Fprintf(w, " (%s)", c.What)
	}
	fmt.Fprintln(w)
	_, reply, err := b.Step(time.Now(), flows.State{}, flows.TextInput(text))
	if err != nil {
		return fmt.Errorf("answer the text: %w", err)
	}
	answer := reply.Text
	if answer == "" {
		answer = "(silence)"
	}
	fmt.Fprintf(w, "answer:    %s\n", answer)
	return nil
}
