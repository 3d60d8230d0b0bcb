package flows

import (
	"slices"
	"time"

	"signpost/flows/hear"
	"signpost/internal/area"
	"signpost/internal/hours"
	"signpost/internal/normalise"
)

// Finish indexes a book whose parts are all set. The loader calls it once.
func (b *Book) Finish() {
	b.services, b.areas, b.steps = map[string]int{}, map[string]int{}, map[string]int{}
	for i := range b.Services {
		b.services[b.Services[i].ID] = i
		b.Services[i].itself = []string{b.Services[i].ID}
	}
	for i := range b.Steps {
		b.steps[b.Steps[i].ID] = i
		for k := range b.Steps[i].Choices {
			c := &b.Steps[i].Choices[k]
			c.plain = normalise.Text(c.Text)
		}
	}
	b.labels = map[string]bool{}
	for i := range b.Steps {
		for k := range b.Steps[i].Choices {
			c := &b.Steps[i].Choices[k]
			for _, w := range append([]string{c.plain}, c.Words...) {
				if w != "" {
					b.labels[w] = true
				}
			}
		}
	}
	var names []area.Name
	for i := range b.Areas {
		a := &b.Areas[i]
		b.areas[a.ID] = i
		a.plain = normalise.Text(a.Text)
		b.labels[a.plain] = true
		for _, n := range a.Names {
			names = append(names, area.Name{Name: n, Where: a.Districts})
		}
	}
	b.makeChains()
	b.finder = b.gazetteer().Finder(names)
	b.parents = map[node]parent{}
	b.findParents(node{false, b.TextStart, "", Me})
	b.findParents(node{true, b.CallStart, "", Me})
}

// makeChains works out which services every step and area gives, in order.
func (b *Book) makeChains() {
	for i := range b.Areas {
		b.Areas[i].chain = b.follow(b.Areas[i].Services)
	}
	for i := range b.Steps {
		step := &b.Steps[i]
		step.chain = b.follow(step.Services)
		if step.AreaToo {
			step.withArea = map[string][]*Service{}
			for k := range b.Areas {
				step.withArea[b.Areas[k].ID] = b.follow(slices.Concat(step.Services, b.Areas[k].Services))
			}
		}
	}
}

// node is somewhere a conversation can be; parent is the step that offers it,
// which is where back leads.
type node struct {
	call bool
	step string
	area string
	who  Person
}

type parent struct {
	step string
	who  Person
}

// findParents follows every choice from a start, nearest first.
func (b *Book) findParents(start node) {
	for queue := []node{start}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		step := b.StepNamed(p.step)
		if step == nil {
			continue
		}
		for i := range step.Choices {
			c := &step.Choices[i]
			if p.call && c.CallKey == 0 || !p.call && c.TextKey == 0 || c.Does != ActGo {
				continue
			}
			child := node{p.call, c.To, c.Area, p.who}
			if c.Area != "" {
				child.step = b.People[p.who].Place
			}
			to := b.StepNamed(child.step)
			if to == nil || to.Kind == KindSay {
				continue
			}
			if to.For != nil {
				child.who = *to.For
			}
			if !to.FromArea {
				child.area = ""
			}
			if _, seen := b.parents[child]; !seen && child != start {
				b.parents[child] = parent{p.step, p.who}
				queue = append(queue, child)
			}
		}
	}
}

// parentOf is where back leads from p: the start, when nothing offers it.
func (b *Book) parentOf(p node) parent {
	if up, ok := b.parents[p]; ok {
		return up
	}
	if p.call {
		return parent{b.CallStart, Me}
	}
	return parent{b.TextStart, Me}
}

// Service finds a service by id; nil when the book has none.
func (b *Book) Service(id string) *Service {
	if i, ok := b.services[id]; ok {
		return &b.Services[i]
	}
	return nil
}

// Area finds an area by id; nil when the book has none.
func (b *Book) Area(id string) *Area {
	if i, ok := b.areas[id]; ok {
		return &b.Areas[i]
	}
	return nil
}

// wordsFor are the words of the menus' choices of an area: "south".
func (b *Book) wordsFor(areaID string) (words []string) {
	for i := range b.Steps {
		for _, c := range b.Steps[i].Choices {
			if c.Area == areaID {
				words = append(words, c.Words...)
			}
		}
	}
	return words
}

// StepNamed finds a step by id; nil when the book has none.
func (b *Book) StepNamed(id string) *Step {
	if i, ok := b.steps[id]; ok {
		return &b.Steps[i]
	}
	return nil
}

func (b *Book) gazetteer() *area.Gazetteer {
	if b.Gazetteer == nil {
		return area.Shipped()
	}
	return b.Gazetteer
}

// Places finds places by the gazetteer alone, without the book's own names.
func (b *Book) Places() *area.Finder { return b.gazetteer().Finder(nil) }

// Districts names the districts of a set.
func (b *Book) Districts(s area.Set) string { return b.gazetteer().Describe(s) }

// Find says which areas a text may mean, in the book's order, and why. More
// than one, or ask, means that it must be asked.
func (b *Book) Find(text string) (areas []string, ask bool, found hear.Where) {
	found = b.Hear(text).Answer
	return b.areasIn(nil, found.Set), found.Ask, found
}

// AreaGiven is the area whose services a conversation is given; empty at the 24-hour line, which is for everybody.
func (b *Book) AreaGiven(s State) string {
	if step := b.StepNamed(s.Step); step == nil || !step.FromArea && !step.AreaToo {
		return ""
	}
	return s.Area
}

// areasIn adds the areas that have one of the districts, in the book's order.
func (b *Book) areasIn(areas []string, where area.Set) []string {
	for i := range b.Areas {
		if b.Areas[i].Districts&where != 0 {
			areas = append(areas, b.Areas[i].ID)
		}
	}
	return areas
}

// Chain is the services a step gives, in order: those it lists or those of the
// area, then the service that takes over from each, without repeats, without services
// that do not exist that day or are not for this person.
func (b *Book) Chain(now time.Time, step *Step, areaID string, who Person) []*Service {
	all := step.chain
	if a := b.Area(areaID); a != nil {
		switch {
		case step.FromArea:
			all = a.chain
		case step.AreaToo:
			all = step.withArea[areaID]
		}
	}
	const usual = 8 // with room for the 24-hour line, which a call may add; small pieces cost the most to wipe
	chain := make([]*Service, 0, max(len(all)+1, usual))
	for _, s := range all {
		if s.Serves(who) && s.Exists(now) {
			chain = append(chain, s)
		}
	}
	return chain
}

// follow is the services of a list, then the services that take over from each.
func (b *Book) follow(first []string) (chain []*Service) {
	add := func(id string) *Service {
		s := b.Service(id)
		if s == nil || slices.Contains(chain, s) {
			return nil
		}
		chain = append(chain, s)
		return s
	}
	for _, id := range first {
		add(id)
	}
	for _, id := range first {
		for s := b.Service(id); s != nil; s = add(s.IfNoAnswer) {
			continue
		}
	}
	return chain
}

// alwaysOpen is the 24-hour service of a step for a state: the first that takes the person,
// answers, and is neither paused nor closed for the day; else the first that takes them, else
// the first, since somebody must always be given a number.
func (b *Book) alwaysOpen(now time.Time, id string, of State) *Service {
	if b.cache != nil {
		return b.cache.alwaysOpen(b, now, id, of)
	}
	return b.findAlwaysOpen(now, id, of)
}

func (b *Book) findAlwaysOpen(now time.Time, id string, of State) *Service {
	step := b.StepNamed(id)
	if step == nil {
		return nil
	}
	var best *Service
	bestRank := -1
	for _, s := range b.Chain(now, step, "", of.Who) {
		if !s.Hours.IsAlways() {
			continue
		}
		rank := 0
		for _, good := range []bool{s.takes(of), !s.Paused(now) && s.Hours.At(now) != hours.Closed, !s.NotAnswering} {
			rank <<= 1
			if good {
				rank++
			}
		}
		if rank > bestRank {
			best, bestRank = s, rank
		}
	}
	return best
}

// Helpline is the 24-hour service that 0 gives in a state, for tools and fallbacks; nil only
// in a book that would not load.
func (b *Book) Helpline(now time.Time, s State) *Service {
	return turn{Book: b, now: now}.helpline(s)
}
