package flows_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"signpost/flows"
)

// Plain sentences of danger, of despair and of own behaviour mean the same in any company: behind a
// greeting, before a question, beside a town. A word of the company must not hide them.
func TestInCompany(t *testing.T) {
	b := shipped(t)
	sentences := map[string][]string{}
	data, err := os.ReadFile("testdata/understanding/company.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if kind, text, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			sentences[kind] = append(sentences[kind], text)
		}
	}
	for _, test := range []struct {
		kind string
		good func(answered) bool
		most int // that may fail
	}{
		// "No call the police" may ask for the opposite.
		{"danger", func(a answered) bool { return a.Emergency }, 2},
		{"despair", func(a answered) bool { return strings.Contains(a.Text, "116 123") || a.Emergency }, 1},
		// A service for people who are harmed is never shown to somebody who harms.
		{"behaviour", func(a answered) bool {
			return a.Emergency || !slices.ContainsFunc(a.Shows, func(id string) bool { return b.Service(id).For[flows.Me] })
		}, 0},
	} {
		all, failed := 0, 0
		for _, beside := range sentences["beside"] {
			for _, sentence := range sentences[test.kind] {
				text := strings.ReplaceAll(beside, "%s", sentence)
				all++
				if a := answer(t, b, text); !test.good(a) {
					failed++
					t.Logf("%s: %q gets %q", test.kind, text, a.Text)
				}
			}
		}
		t.Logf("%s: %d of %d fail", test.kind, failed, all)
		if failed > test.most || all < 1000 {
			t.Errorf("%s: %d of %d fail, at most %d may", test.kind, failed, all, test.most)
		}
	}
}
