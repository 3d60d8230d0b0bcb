package flows_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"signpost/internal/area"
)

func mapsKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

var update = flag.Bool("update", false, "write docs/places.md anew")

// placesHead begins docs/places.md.
const placesHead = `# Places that are asked about

Anybody who texts one of these names alone is asked which area it is. There are several such places, or
the name is also an ordinary word. Every other name in the place table is certain. To settle a name, add
it to ` + "`also_called`" + ` of its area in ` + "`flows/book/areas.yaml`" + `: the flow book goes before the table.
(Made by a test: ` + "`go test ./flows -run TestPlacesDoc -update`" + `.)

"signpost hear TEXT" shows what is understood of any text, and why.

## How a place is understood

1. Candidates. A text is searched for everything that may be a place: postcodes and parts of one, names,
   and names with slips in them. A slip is a letter added, dropped, changed or swapped, a missing space,
   missing vowels ("whitehvn") or stretched letters ("carlisleee"). A misspelt name of two words goes
   before a name of one: "kirkby londsale" is not Kirkby. Where both may be meant, both are asked about.
2. Roles. The lists that begin with ` + "`place_`" + ` in ` + "`flows/book/heard_places.yaml`" + ` say whose place
   a place is. The writer is there ("im in kendal"), near it, or going there. Somebody is there ("in kendal"): the
   writer, if no other place is. The writer is not there, or has left it ("used to live in kendal"). It is
   somebody else's ("he works in kendal"). It is a person, a street or a club ("kendal road"). The longest
   phrase that speaks of a place decides. Of two as long, the more careful one does. A phrase does not
   reach over the end of a sentence, nor one that begins with the place over a comma: "lymm, he is a
   director" does not say that he is in Lymm.
3. Scores. A postcode scores most, then a town, a village, and an ordinary word ("hope") least. A role
   adds to the score. So does a place that is alone in the text or in its sentence. Typing mistakes take
   away from it, and so does an unknown word beside the name. The weights are in ` + "`flows/hear/places.go`" + `.
4. The answer. A place that is not the writer's is never used. The best place that is left is answered
   when its score is high and it lies in one area. It is asked about when its score is doubtful, when it
   lies in several areas, or when two places are as likely. Two places that agree settle each other
   ("brampton near carlisle"). A county far away settles the place before it ("barrow upon soar
   leicestershire"). A street or a shop beside a town is in that town.
5. An outward code ("CA7") is enough where at least 99 of 100 of its postcodes are in one district.

## Several areas by design (flow book)

`

// docs/places.md lists what the look-up asks about, as it is.
func TestPlacesDoc(t *testing.T) {
	b := shipped(t)
	var d strings.Builder
	d.WriteString(placesHead)
	areasOf := map[string][]string{}
	for _, a := range b.Areas {
		for _, n := range a.Names {
			areasOf[n] = append(areasOf[n], a.Name)
		}
	}
	for _, n := range slices.Sorted(mapsKeys(areasOf)) {
		if len(areasOf[n]) > 1 {
			fmt.Fprintf(&d, "- %s: %s\n", n, strings.Join(areasOf[n], "; "))
		}
	}
	d.WriteString("\n## Names in the place table\n\n")
	known := area.Shipped()
	for _, n := range known.Doubtful() {
		areas, ask, found := b.Find(n.Name)
		if found.Set != 0 && (ask || len(areas) > 1) {
			fmt.Fprintf(&d, "- %s: %s\n", n.Name, known.Describe(n.Where))
		}
	}
	const file = "../docs/places.md"
	if *update {
		if err := os.WriteFile(file, []byte(d.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != d.String() {
		t.Errorf("%s is out of date (%v); run: go test ./flows -run TestPlacesDoc -update", file, err)
	}
}
