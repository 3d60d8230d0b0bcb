package flows_test

import (
	"os"
	"strings"
	"testing"

	"signpost/flows"
)

// Three hundred sentences in which people say where they are, each with every one of the best-known
// towns, keep the town: its number is in the answer, or the answer asks about it. No other number is.
func TestSentencesKeepTheTown(t *testing.T) {
	b := shipped(t)
	data, err := os.ReadFile("testdata/understanding/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]string{} // of the first service of an area
	for _, a := range b.Areas {
		if !among([]string{a.ID}, "elsewhere") && len(a.Services) > 0 && len(b.Service(a.Services[0]).Lines) > 0 && b.Service(a.Services[0]).For[flows.Me] {
			numbers[a.ID] = b.Service(a.Services[0]).Lines[0].Printed
		}
	}
	var kept share
	for _, frame := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var here share
		for _, town := range bestKnown[:27] {
			may, _, _ := b.Find(town)
			if len(may) != 1 {
				continue
			}
			a := answer(t, b, strings.ReplaceAll(frame, "%s", town))
			for id, number := range numbers {
				if id != may[0] && number != numbers[may[0]] && strings.Contains(a.Text, number) {
					t.Errorf("%q, %s: the number of %s", frame, town, id)
				}
			}
			is := a.keeps(b, may[0]) || strings.Contains(a.Text, numbers[may[0]])
			here, kept = here.with(is), kept.with(is)
		}
		if here.percent() < 80 {
			t.Errorf("%q keeps %d of %d towns", frame, here.good, here.all)
		}
	}
	t.Logf("%d of %d towns are kept", kept.good, kept.all)
	if kept.percent() < 99 {
		t.Errorf("only %d of %d towns are kept", kept.good, kept.all)
	}
}
