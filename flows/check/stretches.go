package check

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"signpost/flows"
)

// Stretch is words that a call can say between two numbers: what one recording holds.
type Stretch struct {
	Words string
	Lang  uint8  // as flows.State has it
	Step  string // where it is first said; empty for what is said outside every step
	// NumberBefore and NumberAfter report whether a number is spoken right before it, and
	// right after.
	NumberBefore, NumberAfter bool
}

// RecordingName is the name of the file that words are to be recorded in: the short name
// of their language, if it is not the book's own, their first words, and a mark that
// changes with them.
func RecordingName(spoken, language string) string {
	const most = 5
	key := flows.SpokenKey(spoken)
	hash := fnv.New32a()
	hash.Write([]byte(key))
	words := strings.Fields(key)
	name := strings.Join(words[:min(most, len(words))], "-")
	if language != "" {
		name = language + "-" + name
	}
	return fmt.Sprintf("%s-%04x.wav", name, hash.Sum32()&0xffff)
}

// Stretches lists every stretch of words that any call can say, with those of the gateway
// itself, nearest to the greeting first. What is said when something is broken is not among
// them: it is never played.
func Stretches(b *flows.Book) []Stretch {
	s := stretches{seen: map[string]bool{}}
	for m, now := range Moments(b) {
		w := &walker{book: b.WithReplyCache(now), moment: m, now: now, callsOnly: true,
			visit: func(e *Edge) { s.add(e.At(), e.Reply.Speech) }}
		w.run()
	}
	s.add("", []flows.Utterance{{Words: b.Messages.Accept.Say}})
	s.add("", b.MaintenanceSpeech())
	return s.all
}

type stretches struct {
	all  []Stretch
	seen map[string]bool
}

func (s *stretches) add(step string, said []flows.Utterance) {
	for i, u := range said {
		key := string('0'+rune(u.Lang)) + flows.SpokenKey(u.Words)
		if u.Number != "" || len(key) == 1 || s.seen[key] {
			continue
		}
		s.seen[key] = true
		s.all = append(s.all, Stretch{Words: u.Words, Lang: u.Lang, Step: step,
			NumberBefore: i > 0 && said[i-1].Number != "", NumberAfter: i+1 < len(said) && said[i+1].Number != ""})
	}
}

// find is the stretch that says some words in a language.
func find(all []Stretch, lang uint8, words string) (Stretch, bool) {
	key := flows.SpokenKey(words)
	i := slices.IndexFunc(all, func(s Stretch) bool { return s.Lang == lang && flows.SpokenKey(s.Words) == key })
	if i < 0 {
		return Stretch{}, false
	}
	return all[i], true
}
