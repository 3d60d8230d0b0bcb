package check

import (
	"fmt"
	"slices"
	"time"

	"signpost/flows"
	"signpost/flows/routes"
	"signpost/internal/hours"
)

// How long the way to a first number may be.
const (
	maxTextsByPlace = 2
	maxTextsByMenus = 5
	maxKeys         = 3
	maxTalk         = 25 // seconds of talk until the number is heard
	offerTalk       = 2  // more, for each language that the greeting offers
)

var routeLength = rule{
	name: "route-length", doc: "the way to a first number is short", severity: advice, walks: true,
	run: func(p *pass) {
		told := map[string]bool{}
		day, night := dayAndNight(p.walked().Moments)
		for _, r := range append(routes.Find(p.book, day), routes.Find(p.book, night)...) {
			limit := map[routes.Way]int{routes.ByPlace: maxTextsByPlace, routes.ByMenus: maxTextsByMenus,
				routes.ByNeed: maxTextsByPlace, routes.ByCall: maxKeys}[r.Way]
			if !r.First || r.Did() <= limit && r.Seconds() <= maxTalk+offerTalk*float64(len(p.book.Languages)) {
				continue
			}
			at := p.Pos("menus.yaml", "people."+flows.PersonNames[r.Who])
			if key := fmt.Sprint(r.Way, r.Who, r.Service); !told[key] {
				told[key] = true
				p.report(at, fmt.Sprintf("the way to %s takes %s (%s)", r.Service, r.Cost(), r.Way),
					"Somebody with seconds to spare does not get there.",
					"Lead to it sooner: fewer menus, or a shortcut. signpost routes shows the whole way.")
			}
		}
	},
}

// dayAndNight are a moment of office hours and another: lines of unknown hours are offered
// otherwise then. Both are the same when the book has no such line.
func dayAndNight(moments []time.Time) (day, night time.Time) {
	day, night = moments[0], moments[0]
	for _, m := range slices.Backward(moments) {
		if hours.Office(m) {
			day = m
		} else {
			night = m
		}
	}
	return day, night
}
