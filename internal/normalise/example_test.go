package normalise_test

import (
	"fmt"

	"signpost/internal/normalise"
)

// Case, accents, apostrophes and signs make no difference.
func ExampleText() {
	fmt.Println(normalise.Text("  He's   in CREWE!! "))
	// Output: hes in crewe
}
