package flows_test

import (
	"slices"
	"testing"

	"signpost/flows/book"
	"signpost/flows/hear"
	"signpost/flows/load"
)

// The texts beside the lists that ship are understood as the lists say, with the weight of words,
// too. A check of a book does this for the lists of its own.
func TestShippedExamples(t *testing.T) {
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	texts := 0
	for _, l := range src.HeardLists() {
		says := func(text string) bool {
			texts++
			return slices.ContainsFunc(src.Book.Hear(text).Facts, func(f hear.Fact) bool { return f.Kind == l.Kind })
		}
		for _, text := range l.Match {
			if !says(text) {
				t.Errorf("%s: %q is not understood as %s", l.File, text, l.Kind)
			}
		}
		for _, text := range l.NoMatch {
			if says(text) {
				t.Errorf("%s: %q is understood as %s", l.File, text, l.Kind)
			}
		}
	}
	if texts < 1000 {
		t.Errorf("only %d texts were tried", texts)
	}
}
