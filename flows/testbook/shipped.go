package testbook

import (
	"fmt"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
)

// Shipped is the book that callers get. Tests of the whole gateway take it, and ask it for
// its words, so that they find out which step has answered, however it is worded.
func Shipped() *flows.Book {
	b, err := load.Shipped()
	if err != nil {
		panic(err)
	}
	return b
}

// Opens is how the text of a step of the shipped book begins, up to what depends on the
// caller.
func Opens(step string) string { return untilBrace(named(step).Text) }

// OpensCall is how a step of the shipped book begins on a call.
func OpensCall(step string) string { return untilBrace(named(step).Say) }

// Offers is a choice of a step of the shipped book, counted from 1, as a text offers it: "2
// Cheshire".
func Offers(step string, key int) string {
	return fmt.Sprint(key, " ", named(step).Choices[key-1].Text)
}

// OffersCall is what a call names such a choice.
func OffersCall(step string, key int) string { return named(step).Choices[key-1].Say }

func named(step string) *flows.Step {
	s := Shipped().StepNamed(step)
	if s == nil {
		panic("the shipped book has no step " + step)
	}
	return s
}

func untilBrace(words string) string {
	begins, _, _ := strings.Cut(words, "{")
	if strings.TrimSpace(begins) == "" {
		panic("nothing is known of how this begins: " + words)
	}
	return strings.TrimSpace(begins)
}
