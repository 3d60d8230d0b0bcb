package changes

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"signpost/flows"
)

// Group is the changes that have one cause, as far as the answers tell. Each change is in
// one group, and each group has one or more.
type Group struct {
	// Cause is for people: "LetGo South, in place of LetGo North". It is empty if only words
	// differ that are about no service. Then they are the same in all its changes.
	Cause   string
	Changes []Change
	Words   []Replaced // the words that differ, each once, the most frequent first
}

// Groups puts changes together by their cause. Both they and the groups keep their order.
func Groups(before, after *flows.Book, all []Change) (out []*Group) {
	causes := causes{before: before, after: after, was: numbersOf(before), is: numbersOf(after),
		differ: differing(before, after)}
	at := map[string]*Group{}
	times := map[*Group]map[Replaced]int{}
	for _, c := range all {
		cause := causes.of(c)
		_, _, words := Compare(c.Before, c.After)
		words = bare(words)
		if len(words) == 0 { // only its blanks or marks differ
			words = []Replaced{{c.Before, c.After}}
		}
		key := cause
		if cause == "" {
			key = fmt.Sprintf("%q", words)
		}
		g := at[key]
		if g == nil {
			g = &Group{Cause: cause}
			at[key], times[g] = g, map[Replaced]int{}
			out = append(out, g)
		}
		g.Changes = append(g.Changes, c)
		for _, w := range words {
			if times[g][w]++; times[g][w] == 1 {
				g.Words = append(g.Words, w)
			}
		}
	}
	for _, g := range out {
		slices.SortStableFunc(g.Words, func(a, b Replaced) int { return times[g][b] - times[g][a] })
	}
	return out
}

// bare takes away the marks around words: the same words are cut with a full stop or a comma
// before them.
func bare(words []Replaced) (out []Replaced) {
	for _, w := range words {
		w.Cut, w.Put = strings.Trim(w.Cut, marks+" "), strings.Trim(w.Put, marks+" ")
		if w.Cut != w.Put && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// causes finds why answers change.
type causes struct {
	before, after *flows.Book
	was, is       []printed
	differ        map[string]bool // the services that differ, by id
}

// printed is a number as the answers have it, and the service that it is of.
type printed struct {
	number  string
	service *flows.Service
}

// numbersOf lists the numbers of a book, the longest first: one may be a part of another.
func numbersOf(b *flows.Book) (out []printed) {
	for i := range b.Services {
		s := &b.Services[i]
		for _, l := range s.Lines {
			out = append(out, printed{l.Printed, s})
		}
	}
	slices.SortStableFunc(out, func(a, b printed) int { return len(b.number) - len(a.number) })
	return out
}

// differing are the services of which anything differs.
func differing(before, after *flows.Book) map[string]bool {
	out := map[string]bool{}
	for i := range after.Services {
		s := &after.Services[i]
		if was := before.Service(s.ID); was == nil || !reflect.DeepEqual(*was, *s) {
			out[s.ID] = true
		}
	}
	return out
}

// of says why an answer changes; nothing if only words differ that are about no service.
func (k causes) of(c Change) string {
	switch {
	case c.After == Silence:
		return "No answer any more"
	case c.Before == Silence:
		return "An answer where there was none"
	}
	was, is := given(k.was, c.Before), given(k.is, c.After)
	var parts []string
	if emergency(c.Before, was) && !emergency(c.After, is) {
		parts = append(parts, "999 is not named any more")
	}
	other := otherLines(was, is)
	if c.Old.Language != c.New.Language {
		if other != "" {
			other = "other lines than before"
		}
		parts = append(parts, fmt.Sprintf("In %s, not in %s", language(k.after, c.New), language(k.before, c.Old)),
			other)
	} else {
		parts = append(parts, other, acts(c.Old.Act, c.New.Act))
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	if len(parts) > 0 {
		words := strings.Join(parts, "; ")
		first, size := utf8.DecodeRuneInString(words)
		return string(unicode.ToUpper(first)) + words[size:]
	}
	return k.facts(is)
}

// facts says which services of an answer have another number, or other words about them.
func (k causes) facts(is []*flows.Service) string {
	var numbers, words []string
	for _, s := range is {
		if old := k.before.Service(s.ID); old != nil && !slices.Equal(old.Lines, s.Lines) {
			numbers = append(numbers, s.Name)
		} else if k.differ[s.ID] {
			words = append(words, s.Name)
		}
	}
	switch {
	case len(numbers) > 0:
		return "Another number of " + and(numbers)
	case len(words) > 0:
		return "Other words about " + and(words)
	}
	return ""
}

// otherLines says which services are given that were not, and the other way round: all that
// are gone, and the first that is new. Those that come after it differ from area to area.
func otherLines(was, is []*flows.Service) string {
	gone, come := less(was, is), less(is, was)
	switch {
	case len(gone) > 0 && len(come) > 0:
		return fmt.Sprintf("%s, in place of %s", come[0].Name, names(gone))
	case len(gone) > 0:
		return names(gone) + ": not given any more"
	case len(come) > 0:
		return come[0].Name + ": given, too"
	case len(is) > 0 && is[0].ID != was[0].ID:
		return is[0].Name + ": comes first now"
	}
	return ""
}

// acts says what a call does in place of something else.
func acts(was, is flows.Act) string {
	switch {
	case was == is:
		return ""
	case is == flows.Dial:
		return "a line is rung now"
	case is == flows.HangUp:
		return "the call ends here now"
	}
	return "the call goes on now"
}

// language is what the language of an answer is called.
func language(b *flows.Book, o Outcome) string {
	for i := range b.Languages {
		if b.Languages[i].ID == o.Language {
			return b.Languages[i].Name
		}
	}
	return "English"
}

// emergency reports that an answer names the emergency number.
func emergency(answer string, given []*flows.Service) bool {
	return strings.Contains(answer, "999") || strings.Contains(answer, "9 9 9") ||
		slices.ContainsFunc(given, (*flows.Service).Emergency)
}

// given are the services whose numbers are in an answer, in order, each once.
func given(numbers []printed, answer string) (out []*flows.Service) {
	type found struct {
		at int
		s  *flows.Service
	}
	var all []found
	for _, n := range numbers {
		for from := 0; ; {
			i := strings.Index(answer[from:], n.number)
			if i < 0 {
				break
			}
			i, from = from+i, from+i+len(n.number)
			if !digitAt(answer, i-1) && !digitAt(answer, from) {
				all = append(all, found{i, n.service})
				answer = answer[:i] + strings.Repeat("#", len(n.number)) +
					answer[from:] // no shorter number is found in it
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	for _, f := range all {
		if !slices.Contains(out, f.s) {
			out = append(out, f.s)
		}
	}
	return out
}

func digitAt(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}

// less are the services of a that are not in b, without 999.
func less(a, b []*flows.Service) []*flows.Service {
	return slices.DeleteFunc(slices.Clone(a), func(s *flows.Service) bool {
		return s.Emergency() || slices.ContainsFunc(b, func(o *flows.Service) bool { return o.ID == s.ID })
	})
}

func names(services []*flows.Service) string {
	var out []string
	for _, s := range services {
		out = append(out, s.Name)
	}
	slices.Sort(out)
	return and(out)
}

func and(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
