package changes_test

import (
	"reflect"
	"slices"
	"testing"

	"signpost/flows/changes"
	"signpost/flows/testbook"
)

// After any edit, each change is in exactly one group, and the groups are few.
func TestGroups(t *testing.T) {
	tests := []struct {
		name, file, find, put string
		causes                []string // of the groups in their order; the words of one that has none
	}{
		{"a number", "services.yaml", "0161 496 0009", "01925 243360", []string{"Another number of Warmouth service"}},
		{"hours", "services.yaml", "Mon-Fri 9am-6pm # as they print them", "Mon-Fri 9am-5pm", nil},
		{"a pause", "services.yaml", "    hours: Mon-Fri 9am-6pm # as they print them\n",
			"    hours: Mon-Fri 9am-6pm\n    paused_until: 2030-01-15\n", nil},
		{"a label", "services.yaml", "name: Fell Team North\n    label: local team",
			"name: Fell Team North\n    label: north team", []string{"Other words about Fell Team North"}},
		{"a greeting", "menus.yaml", "Reply with your town, or: {choices}, 0", "Text us your town, or: {choices}, 0",
			[]string{"[Reply with] [Text us]"}},
		{"a way out", "words.yaml", "leave: [x, bye,", "leave: [x, ciao, bye,", []string{"No answer any more"}},
		{"a place", "areas.yaml", "also_called: [riverton, riverton borough]",
			"also_called: [riverton, riverton borough, zedtown]", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := compare(t, edit{tt.file, tt.find, tt.put})
			found := c.found
			left := slices.Clone(found)
			var causes []string
			for _, g := range changes.Groups(c.before, c.after, found) {
				cause := g.Cause
				if cause == "" {
					cause = "[" + g.Words[0].Cut + "] [" + g.Words[0].Put + "]"
				}
				if len(g.Changes) == 0 || len(g.Words) == 0 || slices.Contains(causes, cause) {
					t.Errorf("the group %q has %d changes, and differs in %q", cause, len(g.Changes), g.Words)
				}
				causes = append(causes, cause)
				for _, c := range g.Changes {
					at := slices.IndexFunc(left, func(o changes.Change) bool { return reflect.DeepEqual(o, c) })
					if at < 0 {
						t.Fatalf("in no other group, and in %q: %+v", cause, c)
					}
					left = slices.Delete(left, at, at+1)
				}
			}
			if len(found) == 0 || len(left) > 0 {
				t.Errorf("of %d changes %d are in no group, the first: %+v", len(found), len(left), left)
			}
			if tt.causes != nil && !slices.Equal(causes, tt.causes) {
				t.Errorf("the groups are %q, want %q", causes, tt.causes)
			}
			if most := max(6, len(found)/3); len(causes) > most {
				t.Errorf("%d changes are in %d groups, want %d at most: %q", len(found), len(causes), most, causes)
			}
			t.Logf("%d changes: %q", len(found), causes)
		})
	}
}

// What differs between two answers is marked, and the pieces are the answers.
func TestCompare(t *testing.T) {
	tests := []struct{ before, after, was, is string }{
		{"Ring 0808 2000 247. To talk press 1. Again, 0808 2000 247.",
			"Ring 0808 2000 248. To talk press 1. Again, 0808 2000 248.",
			"Ring [0808 2000 247]. To talk press 1. Again, [0808 2000 247].",
			"Ring [0808 2000 248]. To talk press 1. Again, [0808 2000 248]."},
		{"A team (hours not known, may show on bills). 9 back.",
			"A team (open Mon-Fri 9am-5pm, may show on bills). 9 back.",
			"A team ([hours not known], may show on bills). 9 back.",
			"A team ([open Mon-Fri 9am-5pm], may show on bills). 9 back."},
		{"To talk press 1. Another number press 2, a person 0.", "To talk press 1, a person 0.",
			"To talk press 1[. Another number press 2], a person 0.", "To talk press 1, a person 0."},
		{"Which town?", "Emergency: 999. 0808 2000 247.", "[Which town?]", "[Emergency: 999. 0808 2000 247.]"},
		{"The same", "The same", "The same", "The same"},
		{"", "Words", "", "[Words]"},
		{"Words", "", "[Words]", ""},
		{"", "", "", ""},
	}
	for _, tt := range tests {
		was, is, replaced := changes.Compare(tt.before, tt.after)
		marked := func(pieces []changes.Piece) (words, marks string) {
			for _, p := range pieces {
				words += p.Words
				if p.Differs {
					p.Words = "[" + p.Words + "]"
				}
				marks += p.Words
			}
			return words, marks
		}
		b, bm := marked(was)
		a, am := marked(is)
		if b != tt.before || a != tt.after || bm != tt.was || am != tt.is {
			t.Errorf("%q and %q are marked %q and %q, want %q and %q", tt.before, tt.after, bm, am, tt.was, tt.is)
		}
		if (len(replaced) > 0) != (tt.before != tt.after) {
			t.Errorf("between %q and %q differs %q", tt.before, tt.after, replaced)
		}
	}
}

// An answer of which only the blanks differ is a change, too.
func TestGroupOfBlanks(t *testing.T) {
	b := testbook.LoadEdited(t, "", "", "")
	groups := changes.Groups(b, b, []changes.Change{{Before: "Ring  101.", After: "Ring 101."}})
	if len(groups) != 1 || len(groups[0].Words) != 1 {
		t.Errorf("%+v", groups)
	}
}
