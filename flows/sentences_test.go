package flows_test

import (
	"os"
	"strings"
	"testing"

	"signpost/flows"
)

// Three hundred sentences in which people say where they are, each with every one of the best-known
// towns, keep the town: its number is in the answer, or the answer asks about it. No other number is. Nobody is
// asked which it is, what they do or how the writer acts.
func TestSentencesKeepTheTown(t *testing.T) {
	b := shipped(t)
	data, err := os.ReadFile("testdata/understanding/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]string{} // of the first service of an area
	for _, a := range b.Areas {
		if !among([]string{a.ID}, "elsewhere") && len(a.Services) > 0 && len(b.Service(a.Services[0]).Lines) > 0 &&
			b.Service(a.Services[0]).For[flows.Me] {
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
			if a.Kind == flows.CaseEither && frame != "i want to change im from %s" {
				t.Errorf("%q, %s: is asked which it is, what they do or how the writer acts", frame, town)
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

// No answer to a labelled text has the number of another place than the writer's, except that of somebody
// else whom the text is about: a wrong place may do harm.
func TestNoNumberOfAnotherPlace(t *testing.T) {
	b := shipped(t)
	numbers := map[string]string{}
	for label, area := range serviceArea {
		if at := b.Area(area); !among([]string{area}, "elsewhere") && len(at.Services) > 0 {
			numbers[label] = b.Service(at.Services[0]).Lines[0].Printed
		}
	}
	tried := 0
	for _, file := range append([]string{"danger.csv", "needs.csv", "fresh.csv", "places.csv", "blind_places.csv",
		"fifth_places.csv"}, numbered...) {
		for _, r := range rowsOf(t, file) {
			label := r.area
			if strings.Contains(file, "places") {
				label = r.kind
			}
			if numbers[label] == "" {
				continue
			}
			tried++
			a := answer(t, b, r.text)
			if a.Who == flows.Someone && a.Place.Theirs != "" { // their place is asked for
				continue
			}
			for other, number := range numbers {
				if other != label && number != numbers[label] && strings.Contains(a.Text, number) {
					t.Errorf("%s: %q is in %s and gets the number of %s", file, r.text, label, other)
				}
			}
		}
	}
	t.Logf("%d answers were looked at", tried)
	if tried < 3000 {
		t.Error("too few answers were looked at")
	}
}
