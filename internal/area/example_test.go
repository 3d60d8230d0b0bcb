package area_test

import (
	"fmt"

	"signpost/internal/area"
)

// A misspelt town is a candidate, with what the slip costs.
func ExampleFinder_Candidates() {
	finder := area.Shipped().Finder(nil)
	text := area.Text{Words: []string{"im", "near", "kendel"}, Common: []bool{true, true, false},
		Linking: make([]bool, 3), Ends: make([]bool, 3)}
	for _, c := range finder.Candidates(text) {
		fmt.Println(c.Name, c.Cost > 0)
	}
	// Output: kendal true
}
