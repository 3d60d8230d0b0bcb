package check

import (
	"fmt"

	"signpost/flows/load"
)

var checkedBy = rule{
	name: "checked-by", doc: "the person who rang a number is named by role", severity: advice,
	run: func(p *pass) {
		for _, s := range p.given() {
			if !s.CheckedOn.IsZero() && s.CheckedBy == "" {
				p.report(p.Pos("services.yaml", "services."+s.ID+".checked_on"),
					fmt.Sprintf("nobody says who rang %s", s.ID), "If it proves wrong, nobody knows whom to ask.",
					"Add a line: checked_by: a role, like service manager. Not a person's name.")
			} else if err := load.Role(s.CheckedBy); s.CheckedBy != "" && err != nil {
				p.report(p.Pos("services.yaml", "services."+s.ID+".checked_by"), "this is not a role: "+err.Error(),
					"If it proves wrong, nobody knows whom to ask; and a name must not be in a file that many read.",
					"Write, for example: checked_by: service manager")
			}
		}
	},
}
