package flows

import (
	"strings"

	"signpost/internal/normalise"
)

// Known is yes, no, or unknown.
type Known uint8

// The answers to a question about a line.
const (
	Unknown Known = iota // nobody has said
	Yes
	No
)

// KnownNames are the names the flow book uses.
var KnownNames = [...]string{"", "yes", "no"}

// AnsweredBy is who or what answers a line.
type AnsweredBy uint8

// The kinds of answers that lines give.
const (
	AnsweredByUnknown   AnsweredBy = iota // nobody has said
	AnsweredByPerson                      // a person, directly
	AnsweredByMenu                        // a recorded menu that wants a key
	AnsweredByQueue                       // a recording, until a person is free
	AnsweredByVoicemail                   // a machine that takes messages: never a person
)

// AnsweredByNames are the names the flow book uses.
var AnsweredByNames = [...]string{"", "person", "menu", "queue", "voicemail"}

// Takes is whom a service's line takes.
type Takes struct {
	Men          Known
	ThirdParties Known // people worried about somebody else
	Relay        Known // calls by Relay UK
	Interpreters Known // callers who need an interpreter
}

// MaxFirstWords is how long the first words of a line may be, in letters.
const MaxFirstWords = 100

// Serves reports a service that is for a person, and whose line takes them.
func (s *Service) Serves(who Person) bool {
	return s.For[who] && (who != Someone || s.Takes.ThirdParties != No)
}

// takesMen reports whether a state may be given a service: [NeedAll] is also set for LGBT+
// people, of whom we do not keep more than that. They are given lines for everybody.
func (s *Service) takesMen(of State) bool { return of.Need != NeedAll || s.Takes.Men != No }

// takes reports whether a state's need is met by a service's line.
func (s *Service) takes(of State) bool {
	return s.takesMen(of) && (of.Need != NeedDeaf || s.Takes.Relay != No)
}

// withoutWomens leaves out of a chain what takes no men, where that matters. Somebody is always
// left: the 24-hour line.
func (t turn) withoutWomens(chain []*Service, s State) []*Service {
	if s.Need != NeedAll {
		return chain
	}
	some := chain[:0]
	for _, svc := range chain {
		if svc.takesMen(s) {
			some = append(some, svc)
		}
	}
	if len(some) > 0 {
		return some
	}
	if helpline := t.helpline(s); helpline != nil {
		return append(some, helpline)
	}
	return some
}

// shortWord is how many letters a word of a name has, at most, that names nothing by itself.
const shortWord = 3

// NamesItself reports whether the first words heard on a service's line hold a word of its
// name or one of the watch words: somebody who listens learns what it is.
func (s *Service) NamesItself(watch []string) bool {
	if s.FirstWords == "" {
		return false
	}
	heard := " " + normalise.Text(s.FirstWords) + " "
	for _, w := range strings.Fields(normalise.Text(s.Name)) {
		if len(w) > shortWord && strings.Contains(heard, " "+w+" ") {
			return true
		}
	}
	for _, w := range watch {
		if w != "" && strings.Contains(heard, " "+w) {
			return true
		}
	}
	return false
}

// theyAnswer adds what a caller hears before they are put through to a line whose first
// words name it: somebody may be beside them.
func (t turn) theyAnswer(said []Utterance, s State, svc *Service) []Utterance {
	if t.Messages.TheyAnswer.Say == "" || !svc.NamesItself(t.Watch) {
		return said
	}
	return t.speakOf(said, s, svc, t.Messages.TheyAnswer.Say)
}
