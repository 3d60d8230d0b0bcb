package load

import (
	"fmt"

	"signpost/flows"
)

// references finds every name that leads nowhere.
func (b *builder) references() {
	services, areas, menus, words := b.vals["services.yaml"], b.vals["areas.yaml"], b.vals["menus.yaml"], b.vals["words.yaml"]
	serviceIDs, areaIDs, stepIDs := services.at("services").keys, areas.at("areas").keys, menus.at("steps").keys
	check := func(v value, what string, ids []string) {
		if v.text != "" && len(ids) > 0 && !contains(ids, v.text) { // a file that cannot be read has been told of
			b.shapeProblem(v.pos, "unknown-"+what, fmt.Sprintf("there is no %s %q", what, v.text), didYouMean(v.text, ids))
		}
	}
	for _, id := range serviceIDs {
		check(services.at("services").at(id).at("if_no_answer"), "service", serviceIDs)
	}
	for _, id := range areaIDs {
		for _, s := range areas.at("areas").at(id).at("services").list {
			check(s, "service", serviceIDs)
		}
	}
	check(menus.at("text_starts_at"), "step", stepIDs)
	check(menus.at("call_starts_at"), "step", stepIDs)
	for _, p := range flows.PersonNames {
		for _, k := range []string{"asks", "place", "zero"} {
			check(menus.at("people").at(p).at(k), "step", stepIDs)
		}
	}
	choices := func(all value) {
		for _, c := range all.list {
			check(c.at("goes_to"), "step", stepIDs)
			check(c.at("area"), "area", areaIDs)
		}
	}
	choices(menus.at("service_choices"))
	for _, id := range stepIDs {
		step := menus.at("steps").at(id)
		choices(step.at("choices"))
		for _, s := range step.at("also").list {
			check(s, "service", serviceIDs)
		}
		if list := step.at("services").list; len(list) != 1 || list[0].text != "area" {
			for _, s := range list {
				check(s, "service", serviceIDs)
			}
		}
	}
	for _, s := range words.at("shortcuts").list {
		check(s.at("goes_to"), "step", stepIDs)
	}
	for _, e := range b.vals["examples.yaml"].at("examples").list {
		for _, channel := range []string{"texts", "call"} {
			for _, t := range e.at(channel).list {
				check(t.at("connects_to"), "service", serviceIDs)
			}
		}
	}
	if len(stepIDs) == 0 || len(areaIDs) == 0 || len(serviceIDs) == 0 {
		b.broken = true
	}
}
