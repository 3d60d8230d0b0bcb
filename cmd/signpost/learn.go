package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"signpost/cmd/signpost/internal/learn"
	"signpost/flows"
	"signpost/flows/hear"
	"signpost/flows/load"
)

const learnHelp = `signpost learn [-flows DIR] FILE...

Fits the weights of words (heard_signs.yaml) on labelled texts, and prints the
file. It says how many texts of each kind are heard by the weights alone: fitted
on four fifths of the texts and tried on the fifth, five times.

A CSV file has the columns text and labels, with | between labels. A label is a
kind of fact, as heard_words.yaml lists them, or none. With a third column,
"judged", only the kinds there are taken to be labelled; "all" is every kind.

  signpost learn texts.csv > heard_signs.yaml

`

// falseShares are the shares of texts that the weights may take for a kind by mistake.
// A needless answer about danger or despair does little harm, a missed one much. A
// victim asked whether she is the one who harms is hurt by it. People who write
// only about harm, as most do, should hear of the service of their town, and of no other line.
var falseShares = map[hear.Kind]learn.Shares{
	hear.Danger:         {Others: 0.08, None: 0.018},
	hear.Injury:         {Others: 0.02, None: 0.01},
	hear.Despair:        {Others: 0.04, None: 0.028},
	hear.Hurt:           {Others: 0.05, None: 0.01},
	hear.MaybeBehaviour: {Others: 0.02, None: 0.01},
	hear.Other:          {Others: 0.015, None: 0.01},
	hear.Child:          {Others: 0.025, None: 0.015, Hurt: 0.008},
	hear.ChildConcern:   {Others: 0.03, None: 0.015, Hurt: 0.02},
	hear.TextOnly:       {Others: 0.025, None: 0.015, Hurt: 0.006},
	hear.Man:            {Others: 0.02, None: 0.01, Hurt: 0.008},
	hear.LGBT:           {Others: 0.025, None: 0.015, Hurt: 0.008},
	hear.Sexual:         {Others: 0.02, None: 0.01, Hurt: 0.012},
	hear.Honour:         {Others: 0.025, None: 0.015, Hurt: 0.008},
	hear.Older:          {Others: 0.025, None: 0.015, Hurt: 0.006},
	hear.Homeless:       {Others: 0.005, None: 0.005},
	hear.Stalked:        {Others: 0.01, None: 0.005},
	hear.Tracked:        {Others: 0.005, None: 0.005},
	hear.Visa:           {Others: 0.005, None: 0.005},
	hear.Ordinary:       {Others: 0.005},
}

// lowered is by how much the sum that a text must reach is lower than the shares allow. Tried on whole
// answers, not on one kind alone: words of everyday life deny only what is said in few words, a
// writer who may be the one who harms is only asked, and "partner" alone is no sign of LGBT+.
var lowered = map[hear.Kind]float32{hear.Ordinary: 1.6, hear.MaybeBehaviour: 0.6, hear.Danger: 0.3,
	hear.ChildConcern: 0.3, hear.Sexual: 0.3, hear.Older: 0.2, hear.Child: 0.1, hear.Injury: -0.4, hear.TextOnly: -0.1,
	hear.Other: -0.5, hear.LGBT: -1}

// Limits of what is learnt from, and which weights are kept.
const (
	maxLearnt      = 50_000 // texts
	fewestTexts    = 3
	learnPenalty   = 8
	smallestWeight = 0.2
)

// learnSigns prints the weights of words that suit some labelled texts.
func learnSigns(args []string, s streams) int {
	fl := newFlags("learn", learnHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	if code, done := parseWords(fl, args, s); done {
		return code
	}
	if fl.NArg() == 0 {
		fl.Usage()
		return exitMisuse
	}
	src, code := goodBook("learn", *dir, s)
	if src == nil {
		return code
	}
	texts := learntExamples(src)
	for _, name := range fl.Args() {
		more, err := readLearnt(name, src)
		if err != nil {
			fmt.Fprintf(s.err, "signpost learn: %s: %v\n", name, err)
			return exitProblems
		}
		texts = append(texts, more...)
	}
	scales, reports := learn.Fit(texts, learn.Options{Fewest: fewestTexts, Penalty: learnPenalty,
		Smallest: smallestWeight, False: falseShares, Skip: skips})
	fmt.Fprintf(s.err, "%d texts\n%-16s %6s %8s %8s %8s %8s %6s\n", len(texts), "kind", "texts", "heard %", "wrong %",
		"none %", "hurt %", "signs")
	for _, r := range reports {
		fmt.Fprintf(s.err, "%-16s %6d %8.1f %8.2f %8.2f %8.2f %6d\n", r.Kind, r.Texts, 100*r.Heard, 100*r.Wrong,
			100*r.None, 100*r.Hurt, r.Signs)
	}
	for i := range scales {
		scales[i].Enough -= lowered[scales[i].Kind]
	}
	if err := load.FormatScales(s.out, scales); err != nil {
		fmt.Fprintf(s.err, "signpost learn: write the weights: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// skips reports that a sign teaches nothing about a kind: who does what to whom shows who is
// harmed and by whom, and nothing else.
func skips(k hear.Kind, s hear.Sign) bool {
	return s.OfParts() && k != hear.Hurt && k != hear.MaybeBehaviour && k != hear.Other
}

// learnt is a text whose labels speak of every kind.
func learnt(b *flows.Book, text string) learn.Text {
	one := learn.Text{Known: ^hear.Set(0)}
	r := b.Hear(text)
	b.Ear.EachSign(b.Ear.Stems(r), r.Phrased(), func(s hear.Sign, _, _ int) { one.Signs = append(one.Signs, s) })
	return one
}

// exampleWeight is how often each example of the book counts: the check holds the book to
// every one of them.
const exampleWeight = 5

// learntExamples are the texts beside the book's own lists. Each has one kind.
func learntExamples(src *load.Source) (out []learn.Text) {
	for _, l := range src.HeardLists() {
		if l.Language != "" {
			continue
		}
		of := hear.Of(l.Kind)
		if l.Kind == hear.Behaviour {
			of |= hear.Of(hear.MaybeBehaviour)
		}
		for i, text := range append(slices.Clone(l.Match), l.NoMatch...) {
			one := learnt(src.Book, text)
			one.Known = of
			if i < len(l.Match) {
				one.Is = of
			}
			for range exampleWeight {
				out = append(out, one)
			}
		}
	}
	return out
}

// readLearnt reads a CSV file of labelled texts.
func readLearnt(name string, src *load.Source) ([]learn.Text, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.FieldsPerRecord = -1
	var out []learn.Text
	for {
		row, err := in.Read()
		line := 0
		if err == nil {
			line, _ = in.FieldPos(0)
		}
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("read the labelled texts: %w", err)
		case len(row) < 2:
			return nil, fmt.Errorf("line %d needs a text and labels", line)
		case row[0] == "text":
			continue
		case len(out) == maxLearnt:
			return nil, fmt.Errorf("there are more than %d texts", maxLearnt)
		}
		one := learnt(src.Book, row[0])
		if one.Is, err = kindsOf(row[1]); err == nil && len(row) > 2 && row[2] != "all" {
			one.Known, err = kindsOf(row[2])
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		switch everything := one.Known == ^hear.Set(0); {
		case !everything:
			one.Known &^= hear.Of(hear.Ordinary)
		case one.Is == 0:
			one.Is = hear.Of(hear.Ordinary)
		}
		out = append(out, one)
	}
}

// kindsOf reads labels. The weights say that somebody may be the one who harms, and never that they are.
func kindsOf(labels string) (set hear.Set, err error) {
	for label := range strings.SplitSeq(labels, "|") {
		k, ok := hear.KindNamed(label)
		switch {
		case label == "none":
		case !ok:
			return 0, fmt.Errorf("unknown label %q: give none, or some of %s", label,
				strings.Join(slices.Sorted(slices.Values(hear.Kinds())), ", "))
		default:
			set |= hear.Of(k)
			if k == hear.Behaviour {
				set |= hear.Of(hear.MaybeBehaviour)
			}
		}
	}
	return set, nil
}
