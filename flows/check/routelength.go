package check

import (
	"fmt"

	"signpost/flows"
	"signpost/flows/routes"
)

// How long the way to a first number may be.
const (
	maxTextsByPlace = 2
	maxTextsByMenus = 5
	maxKeys         = 4
	maxTalk         = 60 // seconds of talk until the number is heard
)

var routeLength = rule{
	name: "route-length", doc: "the way to a first number is short", severity: advice, walks: true,
	run: func(p *pass) {
		told := map[string]bool{}
		for _, r := range routes.Find(p.book, p.walked().Moments[0]) {
			limit := map[routes.Way]int{routes.ByPlace: maxTextsByPlace, routes.ByMenus: maxTextsByMenus, routes.ByNeed: maxTextsByPlace, routes.ByCall: maxKeys}[r.Way]
			if !r.First || r.Did() <= limit && r.Seconds() <= maxTalk {
				continue
			}
			at := p.Pos("menus.yaml", "people."+flows.PersonNames[r.Who])
			if key := fmt.Sprint(r.Way, r.Who, r.Service); !told[key] {
				told[key] = true
				p.report(at, fmt.Sprintf("the way to %s takes %s (%s)", r.Service, r.Cost(), r.Way), "Somebody with seconds to spare does not get there.", "Lead to it sooner: fewer menus, or a shortcut. signpost routes shows the whole way.")
			}
		}
	},
}
