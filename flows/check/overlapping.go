package check

import (
	"fmt"
	"slices"
	"strings"

	"signpost/internal/area"
)

var overlappingPlaces = rule{
	name: "overlapping-places", doc: "a name that lies in several areas is among those that are asked about",
	severity: advice,
	run: func(p *pass) {
		shipped := p.book.Places()
		first := map[string]string{}
		for _, a := range p.book.Areas {
			for i, name := range a.Names {
				path := fmt.Sprintf("areas.%s.also_called.%d", a.ID, i)
				if !p.Has("areas.yaml", path) {
					break // the rest are those that are asked about
				}
				pos := p.Pos("areas.yaml", path)
				if other, taken := first[name]; taken && other != a.ID {
					p.report(pos, fmt.Sprintf("%q is a name of %s too", name, other),
						"Anybody who writes it is asked which of the two, without anybody having meant that.",
						"Take it out of one of them, or put it under several with both.")
				}
				first[name] = a.ID
				where, ask := shipped.Named(name)
				if !ask && where != 0 && where&a.Districts == 0 {
					p.report(pos, fmt.Sprintf("the list of places has %q in %s", name,
						strings.Join(p.areasOf(where), " and ")),
						"Somebody there would be given the services of another area.",
						"Look at a map. If there are two of the name, put it under several with both areas.")
				}
			}
		}
	},
}

// areasOf are the areas that have one of the districts.
func (p *pass) areasOf(where area.Set) (ids []string) {
	for _, a := range p.book.Areas {
		if a.Districts&where != 0 && !slices.Contains(ids, a.ID) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}
