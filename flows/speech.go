package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Speech is timed by rule of thumb, which a test compares with espeak-ng at its own pace
// (175 words a minute); digits said one by one take longer.
const (
	secondsPerWord  = 0.32
	secondsPerDigit = 0.31
	secondsPerGroup = 0.31 // the pause after a group of digits
	secondsPerStop  = 0.2
)

// RingSeconds is how long a line rings when the book does not say.
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

// Spoken is the utterances as one line of plain words, for transcripts. A number
// that the next sentence follows ends its own.
func Spoken(said []Utterance) string {
	var b strings.Builder
	for i, u := range said {
		words := strings.TrimSpace(u.Words)
		if i > 0 {
			if first, _ := utf8.DecodeRuneInString(words); said[i-1].Number != "" && unicode.IsUpper(first) {
				b.WriteByte('.')
			}
			b.WriteByte(' ')
		}
		b.WriteString(words + u.Number)
	}
	return b.String()
}
