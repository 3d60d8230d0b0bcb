package check

import (
	"fmt"

	"signpost/flows/load"
)

var copies = rule{
	name: "copy", doc: "no second copy of a file is beside it", severity: advice,
	run: func(p *pass) {
		for _, c := range p.Copies {
			p.report(load.Pos{File: c.Of, Line: 1, Col: 1},
				fmt.Sprintf("%q is beside %s and is not read", c.Name, c.Of),
				"OneDrive and Dropbox make such a copy when two people change a file at once: a change that was "+
					"meant for callers may be in it alone.",
				fmt.Sprintf("Compare the two. Keep what is right in %s, and delete %q.", c.Of, c.Name))
		}
	},
}
