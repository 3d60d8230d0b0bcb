package hear_test

import (
	"fmt"

	"signpost/flows/hear"
)

// An ear hears the phrases that it was made of, in any sentence, with slips.
func ExampleCompile() {
	ear, mistakes := hear.Compile(hear.Spec{Lists: []hear.List{
		{Kind: hear.Danger, Phrases: []string{"[has/got] a knife"}, Unless: []string{"knife and fork"}},
	}})
	fmt.Println(len(mistakes))
	for _, text := range []string{"hes got a kinfe", "he has a knife and fork"} {
		fmt.Println(ear.Hear(text, nil).Has(hear.Danger))
	}
	// Output:
	// 0
	// true
	// false
}
