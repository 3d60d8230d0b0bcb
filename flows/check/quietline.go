package check

import (
	"fmt"

	"signpost/flows"
	"signpost/internal/gsm7"
)

var quietLine = rule{
	name: "quiet-line", doc: "a text about a line that does not answer fits its segment, too", severity: advice,
	walks: true,
	run: func(p *pass) {
		quiet := map[string]bool{}
		for _, s := range p.given() {
			quiet[s.ID] = !s.Hours.IsAlways()
		}
		book := p.book.WithNotAnswering(quiet)
		p.walked()
		told := map[string]bool{}
		for i := range p.answers {
			e := &p.answers[i]
			step := p.book.StepNamed(e.To.State.Step)
			if e.From.Call || e.Reply.Ended || len(e.Reply.Shows) == 0 || step == nil ||
				step.Kind != flows.KindServices || e.lang() > 0 || told[step.ID] {
				continue
			}
			_, r, err := book.Step(p.walk.Moments[e.From.Moment], e.To.State,
				flows.CaseInput(flows.Case{Kind: flows.CaseRepeat}))
			if err == nil && gsm7.Segments(r.Text) > step.Segments {
				told[step.ID] = true
				p.report(p.stepPos(e, "text"),
					fmt.Sprintf("while nobody answers the line, a text from here is %d characters: %q",
						gsm7.Length(r.Text), r.Text),
					fmt.Sprintf("More than %d go out as several messages, which can arrive apart and in the wrong "+
						"order.",
						gsm7.SingleGSM7), "Shorten not_answering in words.yaml, the label, or the words of the step.")
			}
		}
	},
}
