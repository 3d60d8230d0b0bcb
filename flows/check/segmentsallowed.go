package check

import "fmt"

var segmentsAllowed = rule{
	name: "segments-allowed", doc: "every text is one segment", severity: advice,
	run: func(p *pass) {
		for _, s := range p.book.Steps {
			if s.Segments > 1 {
				p.report(p.Pos("menus.yaml", "steps."+s.ID+".segments"),
					fmt.Sprintf("texts from here may take %d segments", s.Segments),
					"They can arrive apart and in the wrong order, old phones show them as several texts, and each "+
						"costs as much as one.",
					"Shorten the words and take the line out.")
			}
		}
	},
}
