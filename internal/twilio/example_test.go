package twilio_test

import (
	"fmt"

	"signpost/internal/twilio"
)

// A reply without a status URL is one message.
func ExampleTextDocument() {
	fmt.Printf("%s\n", twilio.TextDocument("Call 999 & wait.", ""))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response><Message><Body>Call 999 &amp; wait.</Body></Message></Response>
}
