package check

import "fmt"

// maxLabel is how long a service's label may be, in letters: texts have to fit with it.
const maxLabel = 25

var labelLength = rule{
	name: "label-length", doc: "labels are short", severity: advice,
	run: func(p *pass) {
		for _, s := range p.given() {
			if n := len([]rune(s.Label)); n > maxLabel {
				p.report(p.Pos("services.yaml", "services."+s.ID+".label"),
					fmt.Sprintf("the label is %d letters long; at most %d read well", n, maxLabel),
					"It takes the room that the number and 999 need in a text.",
					"Use two or three plain words, like local team.")
			}
		}
	},
}
