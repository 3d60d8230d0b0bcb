package flows

import "strings"

// Speech is timed by rule of thumb: an ordinary British voice says about 165
// words a minute, and we space digits out. (Checked against a synthesiser by
// the call channel's tests.)
const (
	secondsPerWord  = 60.0 / 165
	secondsPerDigit = 0.45
	secondsPerGroup = 0.5 // the pause after a group of digits
	secondsPerStop  = 0.35
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
