package check

import (
	"fmt"

	"signpost/flows"
	"signpost/flows/routes"
)

// maxRouteSegments is how many segments a conversation may cost before its first
// number: one for each answer on the longest way through the menus.
const maxRouteSegments = maxTextsByMenus

var routeCost = rule{
	name: "route-cost", doc: "a conversation to a first number costs few segments", severity: advice, walks: true,
	run: func(p *pass) {
		told := map[string]bool{}
		for _, r := range routes.Find(p.book, p.walked().Moments[0]) {
			key := fmt.Sprint(r.Who, r.Service)
			if n := r.Segments(); r.First && n > maxRouteSegments && !told[key] {
				told[key] = true
				p.report(p.Pos("menus.yaml", "people."+flows.PersonNames[r.Who]),
					fmt.Sprintf("the way to %s takes %d segments back, about %.0fp (%s)", r.Service, n,
						float64(n)*routes.SegmentPence, r.Way),
					"It is paid for each time, and long texts arrive in pieces.",
					"Shorten the texts on the way, or take the segments: line out. signpost routes shows them.")
			}
		}
	},
}
