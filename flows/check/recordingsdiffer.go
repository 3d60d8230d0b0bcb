package check

import (
	"fmt"

	"signpost/flows"
)

var recordingsDiffer = rule{
	name: "recording-differs", doc: "a recording is about as long as its words take to say", severity: advice,
	run: func(p *pass) {
		for _, s := range p.book.Steps {
			rec, ok := p.book.Audio[s.Audio]
			if !ok {
				continue
			}
			words := s.Say
			for _, c := range s.Choices { // {choices} is said in full
				words += " " + c.Say + ", press 1."
			}
			const far = 2.0
			said := flows.Seconds([]flows.Utterance{{Words: words}})
			if rec.Seconds > far*said || far*rec.Seconds < said {
				p.report(p.Pos("menus.yaml", "steps."+s.ID+".audio"), fmt.Sprintf("the recording takes %.0f seconds; its words take about %.0f", rec.Seconds, said), "It may be another recording, or an old one that offers other keys.", "Listen to it beside the words under say, and make them the same.")
			}
		}
	},
}
