package scaffold

import (
	"fmt"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/gsm7"
)

// shipped is the book that ships. Its words may change at any time: what depends on them is
// read here.
func shipped() *flows.Book {
	b, err := load.Shipped()
	if err != nil {
		panic(err) // the tests hold it to having no mistake
	}
	return b
}

// counties are where the choices of the book that ships lead that another county's take the
// place of.
var counties = [2]string{"cumbria", "cheshire"}

// opens is how a text begins, up to what depends on the caller.
func opens(text string) string {
	begins, _, _ := strings.Cut(text, "{")
	return strings.TrimSpace(begins)
}

// room is what the texts that offer the counties leave for the choices in their place, when
// all else stays as it ships.
func room() int {
	least := maxText
	for _, s := range shipped().Steps {
		if len(s.Choices) < len(counties) || s.Text == "" || s.Choices[0].To != counties[0] ||
			s.Choices[1].To != counties[1] {
			continue
		}
		var all []string
		for i, c := range s.Choices {
			all = append(all, fmt.Sprint(i+1, " ", c.Text))
		}
		filled := strings.Replace(s.Text, placeholder, strings.Join(all, ", "), 1)
		theirs := strings.Join(all[:len(counties)], ", ")
		least = min(least, maxText-gsm7.Length(filled)+gsm7.Length(theirs))
	}
	return least
}

// maxMenuText is what the texts with the parts in them leave for their choices: that of the
// menu, and the question of the book that ships where a name may mean several.
func maxMenuText() int {
	room := maxText
	for _, text := range []string{partsText, shipped().Messages.Which.Text} {
		room = min(room, maxText-gsm7.Length(strings.Replace(text, placeholder, "", 1)))
	}
	return room
}
