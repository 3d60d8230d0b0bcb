package flows_test

import (
	"fmt"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/load"
)

// A first text that names a town gets the number of its service.
func ExampleBook_Step() {
	src, _ := load.Dir(book.Files)
	now := time.Date(2026, time.November, 18, 14, 0, 0, 0, time.UTC)
	state, reply, err := src.Book.Step(now, flows.State{}, flows.TextInput("im in kendal"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(state.Area, reply.Shows)
	// Output: cumbria_south [letgo_south national_helpline]
}

// What a text asks for does not depend on its words.
func ExampleBook_Classify() {
	src, _ := load.Dir(book.Files)
	for _, text := range []string{"hes got a knife", "he is armed!!", "in crewe"} {
		fmt.Println(src.Book.Classify(text).Kind)
	}
	// Output:
	// danger
	// danger
	// a place
}
