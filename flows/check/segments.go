package check

import (
	"fmt"

	"signpost/flows/load"
	"signpost/internal/gsm7"
)

var segments = rule{
	name: "segments", doc: "every text that can ever be sent fits its segments, however the placeholders fill", walks: true,
	run: func(p *pass) {
		p.walked()
		worst := map[load.Pos]string{}
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
				continue // that letter is what makes it long, and is told of
			}
			if pos := p.stepPos(&p.answers[i], "text"); len(text) > len(worst[pos]) {
				worst[pos] = text
			}
		}
		for pos, text := range worst {
			p.report(pos, fmt.Sprintf("a text from here is %d characters: %q", gsm7.Length(text), text),
				fmt.Sprintf("More than %d go out as several messages, which can arrive apart and in the wrong order.", gsm7.SingleGSM7), "Shorten the words, the label, or the choices.")
		}
	},
}
