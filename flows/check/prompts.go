package check

import (
	"fmt"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
)

// How long a call may talk before it listens, in seconds.
const (
	maxGreetingSeconds = 8 // before the first choice of a call is named
	maxMenuSeconds     = 20
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
			if len(e.Reply.Speech) == 0 || e.Reply.Act != flows.Listen || e.Reply.Ended || e.To.State.Misses > 0 || e.To.State.Quiet > 0 {
				continue // with an apology before it, the prompt itself is timed elsewhere
			}
			step, limit := e.At(), maxMenuSeconds
			if s := p.book.StepNamed(step); s != nil && s.Kind == flows.KindServices {
				limit = maxServiceSeconds
			}
			pos := p.stepPos(e, "say")
			if sec := flows.Seconds(e.Reply.Speech); sec > float64(limit) && sec > worst[pos] {
				worst[pos], limits[pos] = sec, limit
			}
		}
		if start := p.book.StepNamed(p.book.CallStart); start != nil {
			greeting, _, _ := strings.Cut(start.Say, "{choices}")
			if sec := flows.Seconds([]flows.Utterance{{Words: greeting}}); sec > maxGreetingSeconds {
				pos := p.Pos("menus.yaml", "steps."+start.ID+".say")
				worst[pos], limits[pos] = sec, maxGreetingSeconds
			}
		}
		for pos, sec := range worst {
			p.report(pos, fmt.Sprintf("this takes about %.0f seconds to say; at most %d", sec, limits[pos]), "People forget the first choices before they hear the last, and may have only seconds.", "Shorten the words, or move choices to a step of their own.")
		}
	},
}
