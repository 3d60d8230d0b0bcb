package check

import (
	"fmt"

	"signpost/flows"
	"signpost/flows/load"
)

// How long a call may talk before it listens, in seconds.
const (
	maxGreetingSeconds = 9 // the first thing a caller hears, with its choices
	maxMenuSeconds     = 12
	maxServiceSeconds  = 45
)

var prompts = rule{
	name: "prompt-length", doc: "no prompt of a call is too long to hold in mind", walks: true,
	run: func(p *pass) {
		p.walked()
		worst := map[load.Pos]float64{}
		limits := map[load.Pos]int{}
		for i := range p.answers {
			e := &p.answers[i]
			if len(e.Reply.Speech) == 0 || e.Reply.Act != flows.Listen || e.Reply.Ended || e.Reply.Emergency ||
				e.Reply.SayStep != "" || e.To.State.Misses > 0 || e.To.State.Silences > 0 {
				continue // with an apology before it, the prompt itself is timed elsewhere
			}
			step, limit := e.At(), maxMenuSeconds
			switch s := p.book.StepNamed(step); {
			case step == p.book.CallStart:
				limit = maxGreetingSeconds
			case s != nil && s.Kind == flows.KindServices:
				limit = maxServiceSeconds
			}
			pos := p.stepPos(e, "say")
			if sec := flows.Seconds(inOneLanguage(e.Reply.Speech)); sec > float64(limit) && sec > worst[pos] {
				worst[pos], limits[pos] = sec, limit
			}
		}
		for pos, sec := range worst {
			p.report(pos, fmt.Sprintf("this takes about %.0f seconds to say; at most %d", sec, limits[pos]),
				"People forget the first choices before they hear the last, and may have only seconds.",
				"Shorten the words, or move choices to a step of their own.")
		}
	},
}

// inOneLanguage is what is said without the offers of other languages, which the greeting
// ends with.
func inOneLanguage(said []flows.Utterance) []flows.Utterance {
	for i := range said {
		if said[i].Lang != said[0].Lang {
			return said[:i]
		}
	}
	return said
}
