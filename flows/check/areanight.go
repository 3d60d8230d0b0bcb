package check

import "signpost/flows"

var areaNight = rule{
	name: "area-night", doc: "every area has, for everybody, a line that is open all night", walks: true,
	run: func(p *pass) {
		for _, now := range p.walked().Moments {
			for i := range p.book.Steps {
				step := &p.book.Steps[i]
				for who := range flows.PersonNames {
					if !step.FromArea || !p.walk.At(step.ID, flows.Person(who)) {
						continue
					}
					for _, a := range p.book.Areas {
						if chain := p.book.Chain(now, step, a.ID, flows.Person(who)); !always(chain) {
							p.deadChain(now, chain, p.Pos("areas.yaml", "areas."+a.ID+".services"), flows.Person(who))
						}
					}
				}
			}
		}
	},
}

func always(chain []*flows.Service) bool {
	for _, s := range chain {
		if s.Hours.IsAlways() {
			return true
		}
	}
	return false
}
