package gsm7_test

import (
	"fmt"
	"strings"

	"signpost/internal/gsm7"
)

// A text of 160 letters is one segment. One letter more makes two.
func ExampleSegments() {
	fmt.Println(gsm7.Segments(strings.Repeat("a", 160)), gsm7.Segments(strings.Repeat("a", 161)))
	// Output: 1 2
}
