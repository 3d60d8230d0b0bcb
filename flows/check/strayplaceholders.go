package check

import (
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
)

// fills lists the placeholders that a wording can fill in. The others of the closed list
// are empty there.
func fills(p *pass, w wording) []string {
	if id, ok := strings.CutPrefix(w.meant(), "steps."); ok {
		id, rest, _ := strings.Cut(id, ".")
		if strings.HasPrefix(rest, "choices") {
			return nil
		}
		s := p.book.StepNamed(id)
		if s == nil {
			return flows.Placeholders
		}
		switch s.Kind {
		case flows.KindMenu:
			return []string{"choices", "zero", "also", "back"}
		case flows.KindSay:
			return []string{"zero", "local", "town"}
		}
		return []string{"numbers", "label", "facts", "beside", "choices", "connect", "also", "zero", "hours", "back"}
	}
	switch w.meant() {
	case "messages.not_understood.text", "messages.told.text", "messages.which.text":
		return []string{"choices", "zero"}
	case "messages.which_one.text":
		return []string{"place", "local", "zero"}
	case "messages.connecting.say", "messages.closed.say":
		return []string{"label", "numbers", "zero", "hours"}
	case "messages.number.text", "messages.number_short.text", "messages.number_local.text",
		"messages.number_local_short.text", "messages.number_town.text",
		"messages.instead.text", "messages.last.text":
		return []string{"numbers", "label", "facts", "beside", "choices", "connect", "also", "zero", "hours", "local",
			"back", "doubt"}
	case "messages.number.say", "messages.number_later.say":
		return []string{"numbers", "label", "choices", "connect", "also", "zero", "hours", "back", "doubt", "closed"}
	case "messages.back_on.text":
		return []string{"label", "date"}
	case "messages.back_on.say":
		return []string{"label", "date", "numbers"}
	case "phrases.hours_open.text", "phrases.hours_closed.text":
		return []string{"hours"}
	case "phrases.then_press.text", "phrases.then_press.say":
		return []string{"key"}
	case "messages.they_answer.say":
		return []string{"first_words", "label"}
	case "phrases.not_answering.text":
		return []string{"label", "numbers"}
	case "phrases.not_answering.say":
		return []string{"label"}
	case "phrases.town_known.text":
		return []string{"numbers", "facts"}
	case "phrases.beside.text":
		return []string{"numbers"}
	case "phrases.call_choice.say", "phrases.call_choice_next.say":
		return []string{"label", "key"}
	}
	if strings.HasPrefix(w.meant(), "messages.") {
		return []string{"zero", "local"}
	}
	return nil
}

var strayPlaceholders = rule{
	name: "stray-placeholder", doc: "a placeholder is used only where there is something to fill it with",
	severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			for _, name := range braces(w.words) {
				if can := fills(p, w); slices.Contains(flows.Placeholders, name) && !slices.Contains(can, name) {
					fix := "Take it out."
					if len(can) > 0 {
						fix = "Here only {" + strings.Join(can, "}, {") + "} can be filled in."
					}
					p.report(p.posIn(w, "{"+name+"}"), fmt.Sprintf("nothing fills {%s} here", name),
						"People get a hole in the sentence, or words about the wrong service.", fix)
				}
			}
		}
	},
}
