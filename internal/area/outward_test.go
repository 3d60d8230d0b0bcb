package area_test

import (
	"strings"
	"testing"

	"signpost/internal/area"
)

// An outward code with a word of two letters behind it is that code, and no whole postcode:
// CA14 is Workington's, CA1 4HE is in Carlisle. Nor does a postcode go on behind the end of a sentence.
func TestOutwardCodeAndWord(t *testing.T) {
	finder := area.Shipped().Finder(nil)
	prefixes, outwards := naive(t)
	tried := 0
	for _, out := range outwards {
		if setOf(prefixes[out])&setOf("abcdefghij") == 0 {
			continue
		}
		alone := only(finder, out).Where
		for _, word := range strings.Fields("he we us as at an my me is no it so") {
			for _, text := range []string{out + " " + word + " hits", "in " + out + " " + word, out + ". " + word} {
				tried++
				cutText := cut(text)
				cutText.Ends[0] = strings.Contains(text, ".")
				found := 0
				for _, c := range finder.Candidates(cutText) {
					if !c.How.Postcode() {
						continue
					}
					if found++; c.Where != alone {
						t.Errorf("%q: %s, want %s", text, where(c.Where), where(alone))
					}
				}
				if found != 1 {
					t.Errorf("%q names %d postcodes", text, found)
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d texts were tried", tried)
	}
}
