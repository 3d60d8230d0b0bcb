package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"signpost/flows"
	"signpost/flows/hear"
)

// A labelled text is one that somebody has said where its writer is.
type labelledText struct {
	text  string
	areas []string // any of which is right
	kind  string
}

// Kinds of labelled text.
const (
	kindExact      = "exact"        // to be answered
	kindRightOrAsk = "right-or-ask" // answered or asked about
	kindAsk        = "ask"          // asked about
	kindNoArea     = "no-area"      // nowhere is named that is the writer's
)

// maxFitted bounds the texts that weights are fitted on: each is read some hundred
// times.
const maxFitted = 20_000

// readLabelled reads a CSV file of text, area and kind. Areas and kinds are those of the
// book; | separates areas, any of which is right.
func readLabelled(r io.Reader, b *flows.Book) ([]labelledText, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	var out []labelledText
	for {
		row, err := in.Read()
		line := 0
		if err == nil {
			line, _ = in.FieldPos(0)
		}
		switch {
		case errors.Is(err, io.EOF) && len(out) == 0:
			return nil, errors.New("it holds no text")
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("read the labelled texts: %w", err)
		case len(row) < 3:
			return nil, fmt.Errorf("line %d needs a text, an area and a kind", line)
		case row[0] == "text" && row[1] == "area":
			continue
		case len(out) == maxFitted:
			return nil, fmt.Errorf("there are more than %d texts", maxFitted)
		default:
			one := labelledText{text: row[0], kind: row[2]}
			if !slices.Contains([]string{kindExact, kindRightOrAsk, kindAsk, kindNoArea}, one.kind) {
				return nil, fmt.Errorf("line %d: unknown kind %q: give exact, right-or-ask, ask or no-area",
					line, one.kind)
			}
			for name := range strings.SplitSeq(row[1], "|") {
				if name == "" {
					continue
				}
				id, ok := areaNamed(b, name)
				if !ok {
					return nil, fmt.Errorf("line %d: the book has no area %q", line, name)
				}
				one.areas = append(one.areas, id)
			}
			out = append(out, one)
		}
	}
}

// areaNamed finds an area by its id, or by one of its services; out-of-area is the
// book's last.
func areaNamed(b *flows.Book, name string) (string, bool) {
	id := strings.ReplaceAll(name, "-", "_")
	if id == "out_of_area" {
		return b.Areas[len(b.Areas)-1].ID, true
	}
	for i := range b.Areas {
		if b.Areas[i].ID == id || slices.Contains(b.Areas[i].Services, id) {
			return b.Areas[i].ID, true
		}
	}
	return "", false
}

// fitted counts what becomes of the labelled texts.
type fitted struct{ right, needless, missed, wrong int }

// What a mistake weighs against another. A wrong number is far worse than a question.
const (
	lossWrong    = 50
	lossNeedless = 1
)

func (f fitted) loss() int { return lossWrong*f.wrong + lossNeedless*(f.needless+f.missed) }

func (f fitted) String() string {
	return fmt.Sprintf("%d right, %d needless questions, %d not understood, %d wrong", f.right, f.needless,
		f.missed, f.wrong)
}

// judgeFit reads every text as the book hears it.
func judgeFit(b *flows.Book, texts []labelledText) (f fitted) {
	last := b.Areas[len(b.Areas)-1].ID
	far := func(id string) bool { return !b.Area(id).Districts.Ours() }
	for _, t := range texts {
		areas, ask, _ := b.Find(t.text)
		got := ""
		switch {
		case len(areas) == 0:
		case !slices.ContainsFunc(areas, func(id string) bool { return !far(id) }):
			got = last
		case len(areas) == 1 && !ask:
			got = areas[0]
		}
		right := slices.ContainsFunc(t.areas, func(id string) bool { return id == got || far(id) && got == last })
		switch {
		case got != "" && (t.kind == kindNoArea || t.kind == kindAsk || !right):
			f.wrong++
		case t.kind == kindExact && len(areas) == 0:
			f.missed++
		case t.kind == kindExact && got == "":
			f.needless++
		default:
			f.right++
		}
	}
	return f
}

// fitSteps are how far a weight is moved at once.
var fitSteps = [...]float32{-1, -0.5, -0.25, 0.25, 0.5, 1}

const maxRounds = 8 // over all weights

// fitWeights moves one weight after another from those of the book, as long as the texts are read better.
func fitWeights(b *flows.Book, texts []labelledText) (best hear.Weights, was, is fitted) {
	book := *b
	judge := func() fitted {
		book.Ear = b.Ear.WithWeights(best)
		return judgeFit(&book, texts)
	}
	best = b.Ear.Weights()
	was = judge()
	is = was
	w := reflect.ValueOf(&best).Elem()
	for range maxRounds {
		moved := false
		for i := range w.NumField() {
			field := w.Field(i)
			at := float32(field.Float())
			to := at
			for _, step := range fitSteps {
				field.SetFloat(float64(at + step))
				if f := judge(); f.loss() < is.loss() {
					is, to = f, at+step
				}
			}
			field.SetFloat(float64(to))
			moved = moved || to != at
		}
		if !moved {
			break
		}
	}
	return best, was, is
}

// areasFit prints the weights of places that suit some labelled texts best.
func areasFit(file, flowsDir string, s streams) int {
	fail := func(err error) int {
		fmt.Fprintf(s.err, "signpost areas: %v\n", err)
		return exitProblems
	}
	src, code := goodBook("areas", flowsDir, s)
	if src == nil {
		return code
	}
	f, err := os.Open(file)
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	texts, err := readLabelled(f, src.Book)
	if err != nil {
		return fail(fmt.Errorf("%s: %w", file, err))
	}
	best, was, is := fitWeights(src.Book, texts)
	now, to := reflect.ValueOf(src.Book.Ear.Weights()), reflect.ValueOf(best)
	fmt.Fprintf(s.out, "%-14s %6s %6s\n", "weight", "now", "best")
	for i := range now.NumField() {
		mark := ""
		if now.Field(i).Float() != to.Field(i).Float() {
			mark = "  changes"
		}
		fmt.Fprintf(s.out, "%-14s %6.2f %6.2f%s\n", now.Type().Field(i).Name, now.Field(i).Float(),
			to.Field(i).Float(), mark)
	}
	fmt.Fprintf(s.out, "\n%d texts\nnow:  %v\nbest: %v\n", len(texts), was, is)
	return exitOK
}
