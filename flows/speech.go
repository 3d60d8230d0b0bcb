package flows

import "strings"

// Speech is timed by rule of thumb, checked against a synthesiser at 160 words
// a minute by a test of the call channel; digits said one by one take longer.
const (
	secondsPerWord  = 0.35
	secondsPerDigit = 0.45
	secondsPerGroup = 0.35 // the pause after a group of digits
	secondsPerStop  = 0.25
)

// RingSeconds is how long a line rings when the book does not say. The provider
// adds about five.
const RingSeconds = 20

// Seconds is about how long the utterances take to say.
func Seconds(said []Utterance) float64 {
	total := 0.0
	for _, u := range said {
		total += float64(len(strings.Fields(u.Words))) * secondsPerWord
		total += float64(strings.Count(u.Words, ".")+strings.Count(u.Words, ",")) * secondsPerStop
		for _, group := range strings.Fields(u.Number) {
			total += float64(len(group))*secondsPerDigit + secondsPerGroup
		}
	}
	return total
}

// Spoken is the utterances as one line of plain words, for transcripts.
func Spoken(said []Utterance) string {
	var parts []string
	for _, u := range said {
		parts = append(parts, strings.TrimSpace(u.Words+u.Number))
	}
	return strings.Join(parts, " ")
}
