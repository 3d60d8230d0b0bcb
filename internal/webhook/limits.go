package webhook

import "time"

// Limits of the provider that others must keep within.
const (
	// LongestCall is the longest call to a service that the provider connects. (Twilio, TwiML
	// <Dial>, timeLimit: 14,400 seconds.)
	LongestCall = 4 * time.Hour
	// KeysAfterUnit and MaxKeysAfter bound [DialLine.KeysAfter]. Each letter of a wait is half a
	// second or one, and at most 32 letters and keys are sent. (Twilio, TwiML <Number>, sendDigits.)
	KeysAfterUnit = 500 * time.Millisecond
	MaxKeysAfter  = 30 * time.Second
	// IDLength is how long the id of a text or a call is: two letters and 32 hexadecimal digits.
	// (Twilio, "What is a String Identifier (SID)?")
	IDLength = 34
)
