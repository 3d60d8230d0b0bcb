package load

import (
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
)

// ref is a name that should have an entry of its kind.
type ref struct {
	value
	kind string // service, area or step
}

// references reports every name that has no entry.
func (b *builder) references() {
	entries := map[string]value{"service": b.vals["services.yaml"].at("services"),
		"area": b.vals["areas.yaml"].at("areas"), "step": b.vals["menus.yaml"].at("steps")}
	refs := b.refs(entries)
	for _, r := range refs {
		if all := entries[r.kind]; !slices.Contains(all.keys, r.text) {
			b.shapeProblem(r.pos, "unknown-"+r.kind, fmt.Sprintf("there is no %s %q", r.kind, r.text),
				b.perhaps(r, all, refs))
		}
	}
	for _, all := range entries {
		if len(all.keys) == 0 {
			b.broken = true
		}
	}
}

// refs are the names in the files that must have an entry.
func (b *builder) refs(entries map[string]value) (all []ref) {
	areas, menus := b.vals["areas.yaml"], b.vals["menus.yaml"]
	add := func(kind string, names ...value) {
		for _, v := range names {
			if v.text != "" && len(entries[kind].keys) > 0 { // a file that cannot be read has its own problem
				all = append(all, ref{v, kind})
			}
		}
	}
	for _, id := range entries["service"].keys {
		add("service", entries["service"].at(id).at("if_no_answer"))
	}
	for _, id := range entries["area"].keys {
		add("service", entries["area"].at(id).at("services").list...)
	}
	for _, name := range areas.at("several").keys {
		add("area", areas.at("several").at(name).list...)
	}
	add("step", menus.at("text_starts_at"), menus.at("call_starts_at"), menus.at("zero_for_all"), menus.at("either"))
	for _, k := range flows.Answerable() {
		add("step", menus.at("answers").at(k.String()))
	}
	for _, p := range flows.PersonNames {
		for _, k := range []string{"asks", "place", "zero"} {
			add("step", menus.at("people").at(p).at(k))
		}
	}
	choices := func(of value) {
		for _, c := range of.list {
			add("step", c.at("goes_to"))
			add("area", c.at("area"))
		}
	}
	choices(menus.at("service_choices"))
	for _, id := range entries["step"].keys {
		step := menus.at("steps").at(id)
		choices(step.at("choices"))
		add("service", step.at("also").list...)
		for _, v := range step.at("services").list {
			if v.text != "area" {
				add("service", v)
			}
		}
	}
	for _, s := range b.vals["words.yaml"].at("shortcuts").list {
		add("step", s.at("goes_to"))
	}
	for _, e := range b.vals[examplesFile].at("examples").list {
		for _, channel := range []string{"texts", "call"} {
			for _, t := range e.at(channel).list {
				add("service", t.at("connects_to"))
			}
		}
	}
	return all
}

// perhaps says what to do about a name that has no entry. It never offers an entry
// that is merely alike: anybody who took letgo_north for letgo_south would send people to
// the wrong place.
func (b *builder) perhaps(r ref, all value, refs []ref) string {
	for _, id := range all.keys {
		if slip(r.text, id) {
			return fmt.Sprintf("Did you mean %q?", id)
		}
	}
	if twice := b.twice[r.kind+"s"]; len(twice) > 0 {
		return fmt.Sprintf("%q appears twice, and one of the two may be a copy that was meant to be this: give it "+
			"its own name.",
			twice[0])
	}
	var spare []string // no name refers to them
	for _, id := range all.keys {
		led := slices.ContainsFunc(refs, func(o ref) bool { return o.kind == r.kind && o.text == id })
		if v := all.at(id); !led && !v.at("not_offered").set && !emergency(v) {
			spare = append(spare, id)
		}
	}
	const few = 12
	switch ids := slices.Sorted(slices.Values(all.keys)); {
	case len(spare) == 1:
		return fmt.Sprintf("Nothing leads to the %s %q: if that is its new name, write it here. If it is gone for "+
			"good, take this out, too.",
			r.kind, spare[0])
	case len(ids) <= few:
		return "If it is gone for good, take this out, too. Otherwise use one of: " + strings.Join(ids, ", ") + "."
	}
	return fmt.Sprintf("Look how the %s is written where it is used. If it is gone for good, take this out, too.",
		r.kind)
}

// emergency reports whether a service is the emergency number: no name has to refer to it.
func emergency(service value) bool {
	numbers := service.at("numbers").list
	return len(numbers) == 1 &&
		(&flows.Service{Lines: []flows.Line{{Printed: numbers[0].at("number").text}}}).Emergency()
}

// slip reports a name that is another but for a letter in a word, or two that
// changed places.
func slip(a, b string) bool {
	as, bs := strings.Split(a, "_"), strings.Split(b, "_")
	if len(as) != len(bs) {
		return strings.ReplaceAll(a, "_", "") == strings.ReplaceAll(b, "_", "")
	}
	for i := range as {
		if !strings.EqualFold(as[i], bs[i]) && Distance(as[i], bs[i]) > 1 && !swapped(as[i], bs[i]) {
			return false
		}
	}
	return true
}
