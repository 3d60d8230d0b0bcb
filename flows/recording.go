package flows

import (
	"strings"
	"unicode"
)

// Recording is words that a person has spoken.
type Recording struct {
	Data    []byte // a WAV file
	Seconds float64
}

// SpokenKey is what two ways of writing the same spoken words have in common: their letters
// and digits, without capitals.
func SpokenKey(words string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(words),
		func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }), " ")
}

// RecordingOf is the name of the recording that says exactly the words of an utterance, in
// its language. Empty: they are spoken by the voice, as numbers always are.
func (b *Book) RecordingOf(u Utterance) string {
	of := b.In(u.Lang)
	if len(of.Recorded) == 0 || u.Number != "" {
		return ""
	}
	name := of.Recorded[SpokenKey(u.Words)]
	if _, ok := b.Audio[name]; !ok {
		return ""
	}
	return name
}
