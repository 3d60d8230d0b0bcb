package check

import (
	"fmt"
	"regexp"
	"slices"

	"signpost/internal/normalise"
)

var between = regexp.MustCompile(` or |, `)

var areaTowns = rule{
	name: "area-towns", doc: "the towns that stand for an area are understood as that area", severity: advice,
	walks: true,
	run: func(p *pass) {
		for i, a := range p.book.Areas {
			if i == len(p.book.Areas)-1 {
				continue // everywhere else is no town
			}
			for _, town := range between.Split(a.Text, -1) {
				if areas, _, _ := p.book.Find(normalise.Text(town)); !slices.Contains(areas, a.ID) {
					p.report(p.Pos("areas.yaml", "areas."+a.ID+".text"),
						fmt.Sprintf("anybody who writes %q is not understood as being in %s", town, a.ID),
						"They were told to write it.", "Look at the spelling, or add it to also_called.")
				}
			}
		}
	},
}
