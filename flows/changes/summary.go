package changes

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"signpost/flows"
)

// maxNamed limits the names in a summary.
const maxNamed = 8

// Summary says in one line, for a log, what callers will notice when one book replaces
// another: which services, areas and steps differ, by their ids, and never by their words.
// It compares the parts of the books. [Between] compares every answer, and takes longer.
func Summary(before, after *flows.Book) string {
	var out []string
	say := func(what string, ids []string) {
		if len(ids) == 0 {
			return
		}
		slices.Sort(ids)
		shown := ids
		if len(ids) > maxNamed {
			shown = append(slices.Clone(ids[:maxNamed]), fmt.Sprintf("and %d more", len(ids)-maxNamed))
		}
		out = append(out, what+": "+strings.Join(shown, ", "))
	}
	services(before, after, say)
	was, is := index(before.Areas, func(a *flows.Area) string { return a.ID }),
		index(after.Areas, func(a *flows.Area) string { return a.ID })
	say("areas added", without(is, was))
	say("areas removed", without(was, is))
	say("areas with other services",
		both(was, is, func(a, b *flows.Area) bool { return !slices.Equal(a.Services, b.Services) }))
	say("areas with other places", both(was, is, func(a, b *flows.Area) bool {
		return a.Districts != b.Districts || !slices.Equal(a.Names, b.Names)
	}))
	steps, now := index(before.Steps, func(s *flows.Step) string { return s.ID }),
		index(after.Steps, func(s *flows.Step) string { return s.ID })
	say("steps added", without(now, steps))
	say("steps removed", without(steps, now))
	say("steps changed", both(steps, now, func(a, b *flows.Step) bool {
		return a.Text != b.Text || a.Say != b.Say || len(a.Choices) != len(b.Choices) ||
			!slices.Equal(a.Services, b.Services)
	}))
	if !reflect.DeepEqual(before.Messages, after.Messages) {
		out = append(out, "the gateway's own messages changed")
	}
	if !reflect.DeepEqual(before.Words, after.Words) {
		out = append(out, "the words that people may always write changed")
	}
	if len(before.Languages) != len(after.Languages) {
		out = append(out, fmt.Sprintf("languages: %d, before %d", len(after.Languages), len(before.Languages)))
	}
	if len(out) == 0 {
		return "no number and no wording changed"
	}
	return strings.Join(out, "; ")
}

// services says what differs about the services.
func services(before, after *flows.Book, say func(string, []string)) {
	id := func(s *flows.Service) string { return s.ID }
	was, is := index(before.Services, id), index(after.Services, id)
	say("services added", without(is, was))
	say("services removed", without(was, is))
	differ := func(what string, different func(a, b *flows.Service) bool) { say(what, both(was, is, different)) }
	differ("numbers changed", func(a, b *flows.Service) bool {
		return !slices.EqualFunc(a.Lines, b.Lines, func(a, b flows.Line) bool { return a == b })
	})
	differ("hours changed", func(a, b *flows.Service) bool { return a.Hours.String() != b.Hours.String() })
	differ("paused or resumed", func(a, b *flows.Service) bool { return !a.PausedUntil.Equal(b.PausedUntil) })
	differ("offered, or no longer offered", func(a, b *flows.Service) bool {
		return a.NotOffered != b.NotOffered || !a.From.Equal(b.From) || !a.To.Equal(b.To)
	})
	differ("newly checked", func(a, b *flows.Service) bool { return b.CheckedOn.After(a.CheckedOn) })
	differ("named differently", func(a, b *flows.Service) bool { return a.Label != b.Label || a.Say != b.Say })
}

func index[T any](list []T, id func(*T) string) map[string]*T {
	out := make(map[string]*T, len(list))
	for i := range list {
		out[id(&list[i])] = &list[i]
	}
	return out
}

// without lists the ids of a that are not in b.
func without[T any](a, b map[string]*T) (ids []string) {
	for id := range a {
		if b[id] == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// both lists the ids that are in both and differ.
func both[T any](a, b map[string]*T, differ func(a, b *T) bool) (ids []string) {
	for _, id := range slices.Collect(maps.Keys(a)) {
		if b[id] != nil && differ(a[id], b[id]) {
			ids = append(ids, id)
		}
	}
	return ids
}
