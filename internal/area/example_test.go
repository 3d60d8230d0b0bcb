package area_test

import (
	"fmt"

	"signpost/internal/area"
)

// A misspelt town is a candidate, with what the slip costs.
func ExampleFinder_Candidates() {
	finder := area.Shipped().Finder(nil)
	for _, c := range finder.Candidates(area.TextOf([]string{"im", "near", "kendel"})) {
		fmt.Println(c.Name, c.Cost > 0)
	}
	// Output: kendal true
}
