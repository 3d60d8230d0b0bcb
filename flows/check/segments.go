package check

import (
	"fmt"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/gsm7"
)

var segments = rule{
	name: "segments", doc: "every text that can ever be sent fits its segments, however the placeholders fill",
	walks: true,
	run: func(p *pass) {
		p.walked()
		worst := map[load.Pos]string{}
		labels := map[load.Pos]*flows.Service{} // whose label is what makes a text long
		for i := range p.answers {
			text, limit := p.answers[i].Reply.Text, 1
			at := p.answers[i].At()
			if s := p.book.StepNamed(at); s != nil {
				limit = s.Segments
			}
			lang := p.answers[i].lang()
			if lang > 0 && p.book.Languages[lang-1].AnyLetters {
				limit = max(limit, oddSegments)
			}
			if text == "" || gsm7.Segments(text) <= limit {
				continue
			}
			if _, _, odd := gsm7.FirstOutside(text); odd && (lang == 0 || !p.book.Languages[lang-1].AnyLetters) {
				continue // that letter makes it long, and another rule reports it
			}
			pos := p.stepPos(&p.answers[i], "text")
			if svc := p.longLabel(text); svc != nil {
				pos = p.Pos("services.yaml", "services."+svc.ID+".label")
				labels[pos] = svc
			}
			if len(text) > len(worst[pos]) {
				worst[pos] = text
			}
		}
		for pos, text := range worst {
			fix := "Shorten the words, the label, or the choices."
			if svc := labels[pos]; svc != nil {
				fix = fmt.Sprintf("Shorten the label by %d letters: it has %d.", gsm7.Length(text)-gsm7.SingleGSM7,
					len(svc.Label))
			}
			p.report(pos, fmt.Sprintf("a text from here is %d characters: %q", gsm7.Length(text), text),
				fmt.Sprintf("More than %d go out as several messages, which can arrive apart and in the wrong order.",
					gsm7.SingleGSM7), fix)
		}
	},
}

// fairLabel is how many letters every text has room for in a label.
const fairLabel = 22

// longLabel is the service whose label makes a text too long: with one of fair length
// it would fit.
func (p *pass) longLabel(text string) *flows.Service {
	for i := range p.book.Services {
		s := &p.book.Services[i]
		if over := len(s.Label) - fairLabel; over > 0 && strings.Contains(text, s.Label) &&
			gsm7.Length(text)-over <= gsm7.SingleGSM7 {
			return s
		}
	}
	return nil
}
