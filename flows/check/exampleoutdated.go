package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/hours"
)

var exampleOutdated = rule{
	name: "example-outdated", doc: "the examples have the numbers, words and hours that the book has now",
	severity: advice, walks: true,
	run: func(p *pass) {
		if p.noNight() {
			return
		}
		reported := map[string]bool{}
		for _, e := range p.Examples {
			for _, turn := range e.Turns {
				for _, want := range turn.We {
					if !reported[want] && p.nowhere(want) {
						reported[want] = true
						p.report(turn.Pos, fmt.Sprintf("the example %q has %q, which the book says nowhere any more",
							e.Name, want),
							"The example no longer shows that callers get it.", staleFix(want))
					}
				}
			}
			if s := p.outdatedHours(e); s != nil {
				what, fix := fmt.Sprintf("the example %q is of a time at which %s had other hours", e.Name, s.ID),
					"Give it a time under at that fits the hours of now, or take the example out."
				if e.At == "" {
					what, fix = fmt.Sprintf("the example %q is from before %s was open 24 hours", e.Name, s.ID),
						"If the hours were meant to change, change what it expects, too."
				}
				p.report(e.Pos, what, "It no longer shows what callers get.", fix)
			}
			if words := p.outdatedTimes(e); words != "" {
				p.report(e.Pos, fmt.Sprintf("the example %q has the times %q, which callers do not get there now",
					e.Name, words),
					"The example no longer shows which hours callers get.",
					"If the hours were meant to change, write the new ones here, too.")
			}
		}
	},
}

// staleFix says what to do about words that only an example has.
func staleFix(want string) string {
	if numberLike.MatchString(want) {
		return "If the number changed, write the new one here. If it did not, look for a wrong digit in services.yaml."
	}
	return "If the words were meant to change, change them here, too."
}

// offersChoices finds the choices of a menu, like "1 Carlisle or Penrith".
var offersChoices = regexp.MustCompile(`(^|, )[0-9] \pL`)

// nowhere reports words that no answer and no wording of the book holds: a number or
// a wording that was changed, and not a conversation that goes wrong. Choices are left
// out, since their words are put together.
func (p *pass) nowhere(want string) bool {
	if offersChoices.MatchString(want) {
		return false
	}
	if known, ok := p.stale[want]; ok {
		return known
	}
	if p.stale == nil {
		p.stale = map[string]bool{}
	}
	p.stale[want] = !p.saysAnywhere(want)
	return p.stale[want]
}

func (p *pass) saysAnywhere(words string) bool {
	for _, w := range p.wordings() {
		if strings.Contains(w.words, words) {
			return true
		}
	}
	for _, w := range p.Wordings {
		if strings.Contains(w.Words, words) {
			return true
		}
	}
	p.walked()
	for i := range p.answers {
		if strings.Contains(p.answers[i].Reply.Text, words) ||
			strings.Contains(flows.Spoken(p.answers[i].Reply.Speech), words) {
			return true
		}
	}
	return false
}

// states are the book as an example may find it. One without a time runs as if
// nothing were paused or closed. One with a time keeps to the hours, and comes out
// right when it does so with the pauses or without them: a pause ends by itself.
// Either may come out right before or after somebody has rung the numbers.
func (p *pass) states(e load.Example) []*flows.Book {
	if p.open == nil {
		p.open = p.book.As(func(s *flows.Service) { openNow(s) })
		p.openUnrung = p.open.As(unrung)
		p.unpaused = p.book.As(unpaused)
		p.unpausedUnrung = p.unpaused.As(unrung)
	}
	if e.At == "" {
		return []*flows.Book{p.open, p.openUnrung}
	}
	return []*flows.Book{p.book, p.unpaused, p.unpausedUnrung}
}

func unpaused(s *flows.Service) { s.PausedUntil = time.Time{} }

func unrung(s *flows.Service) {
	if s.UnrungBecause != "" || !s.CheckedOn.IsZero() {
		s.CheckedOn = time.Time{}
	}
}

func openNow(s *flows.Service) {
	unpaused(s)
	if s.Hours.IsKnown() {
		s.Hours = s.Hours.Forced(hours.Open)
	}
}

// passes reports an example that comes out as it says.
func (p *pass) passes(book *flows.Book, e load.Example) bool {
	good := true
	p.play(book, e, func(turn load.Turn, reply flows.Reply) bool {
		good = mismatch(turn, saidIn(e, reply), reply, p.nowhere) == ""
		return good
	}, func(load.Pos, string, string, string) { good = false })
	return good
}

// outdatedHours is the service because of whose hours an example comes out differently. One
// with a time is right when that service alone is open, closed, or of unknown hours. One
// without a time, where nothing is closed, is right when that service is not open 24 hours.
// Either may be right when nobody knows the hours of any line but the 24-hour ones behind 0.
func (p *pass) outdatedHours(e load.Example) *flows.Service {
	if known, ok := p.outdated[e.Pos]; ok {
		return known
	}
	if p.outdated == nil {
		p.outdated = map[load.Pos]*flows.Service{}
	}
	p.outdated[e.Pos] = p.findOutdated(e)
	return p.outdated[e.Pos]
}

func (p *pass) findOutdated(e load.Example) *flows.Service {
	if p.rightSometimes(e) {
		return nil
	}
	return p.otherHours(e)
}

// otherHours is the service that must have other hours for an example to come out right; nil
// when there is none.
func (p *pass) otherHours(e load.Example) *flows.Service {
	base := p.states(e)[0]
	if e.At != "" {
		base = p.unpaused
	}
	right := func(change func(*flows.Service)) bool {
		as := base.As(change)
		return p.passes(as, e) || p.passes(as.As(unrung), e)
	}
	for i := range p.book.Services {
		s := &p.book.Services[i]
		for _, other := range hoursBefore(e, s) {
			if right(func(one *flows.Service) {
				if one.ID == s.ID {
					one.Hours = other
				}
			}) {
				return s
			}
		}
	}
	var first *flows.Service
	behind := p.helplineServices()
	if right(func(one *flows.Service) {
		if len(hoursBefore(e, one)) > 0 && !behind[one.ID] {
			if one.Hours = (hours.Hours{}); first == nil {
				first = p.book.Service(one.ID)
			}
		}
	}) {
		return first
	}
	return nil
}

// hoursBefore are the hours that a service may have had when an example was written.
func hoursBefore(e load.Example, s *flows.Service) []hours.Hours {
	switch {
	case e.At == "" && s.Hours.IsAlways():
		return []hours.Hours{{}}
	case e.At == "" || !s.Hours.IsKnown() && len(s.Hours.Exceptions()) == 0:
		return nil
	}
	return []hours.Hours{s.Hours.Forced(hours.Open), s.Hours.Forced(hours.Closed), {}}
}

// helplineServices are the services of the steps that 0 opens.
func (p *pass) helplineServices() map[string]bool {
	behind := map[string]bool{}
	steps := []string{p.book.HelplineForAll}
	for _, person := range p.book.People {
		steps = append(steps, person.Helpline)
	}
	for _, id := range steps {
		if step := p.book.StepNamed(id); step != nil {
			for _, service := range step.Services {
				behind[service] = true
			}
		}
	}
	return behind
}

// rightSometimes reports an example that comes out right in one of its states.
func (p *pass) rightSometimes(e load.Example) bool {
	for _, book := range p.states(e) {
		if p.passes(book, e) {
			return true
		}
	}
	return false
}

// timesInWords are hours in an answer: days, times and the words around them, as a text
// writes them ("open Mon-Fri 9am-5pm", "closed now, opens Mon 9am") and as a call says
// them ("Monday to Friday, 9 a m to 5 p m").
var timesInWords = func() *regexp.Regexp {
	const (
		day = `(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?|today|` +
			`\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`
		clock = `\d{1,2}(?:[.: ]\d\d)? ?[ap] ?m\b|noon|midnight`
		piece = `(?:` + clock + `|\b(?:` + day + `)\b)`
		whole = piece + `(?:(?:-| to | and |,? |\. )` + piece + `)*`
	)
	return regexp.MustCompile(`(?:\b(?:open|closed now|opens)\b[,:]? ?)*` + whole + `|\b24 hours\b`)
}()

// outdatedTimes are the times in the words of an example that comes out as it says but
// for them. The rest of its words, its numbers and who is rung are compared as ever.
func (p *pass) outdatedTimes(e load.Example) (words string) {
	if known, ok := p.otherTimes[e.Pos]; ok {
		return known
	}
	if p.otherTimes == nil {
		p.otherTimes = map[load.Pos]string{}
	}
	p.otherTimes[e.Pos] = p.findOutdatedTimes(e)
	return p.otherTimes[e.Pos]
}

func (p *pass) findOutdatedTimes(e load.Example) (words string) {
	without := e
	without.Turns = slices.Clone(e.Turns)
	for i, turn := range e.Turns {
		var left []string
		for _, want := range turn.We {
			if times := timesInWords.FindString(want); times != "" && words == "" {
				words = strings.Trim(times, ",:. ")
			}
			for _, piece := range timesInWords.Split(want, -1) {
				if piece = strings.Trim(piece, ",:. "); piece != "" {
					left = append(left, piece)
				}
			}
		}
		if len(left) == 0 && len(turn.We) > 0 {
			left = []string{""} // something must be said
		}
		without.Turns[i].We = left
	}
	if words == "" || p.rightSometimes(e) || p.outdatedHours(e) != nil {
		return ""
	}
	if p.rightSometimes(without) || e.At != "" && p.otherHours(without) != nil {
		return words
	}
	return ""
}
