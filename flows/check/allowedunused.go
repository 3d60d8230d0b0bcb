package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"signpost/internal/normalise"
)

var allowedUnused = rule{
	name: "allowed-unused", doc: "a watch-word is allowed only where it is", severity: advice,
	run: func(p *pass) {
		for _, path := range slices.Sorted(maps.Keys(p.Allowed)) {
			said := ""
			for _, w := range p.wordings() {
				if w.allowedBy == path && w.text {
					said += " " + normalise.Text(w.words) + " "
				}
			}
			file := "menus.yaml"
			if strings.HasPrefix(path, "services.") {
				file = "services.yaml"
			}
			for i, word := range p.Allowed[path] {
				if !strings.Contains(said, " "+normalise.Text(word)) {
					p.report(p.Pos(file, fmt.Sprintf("%s.allowed_words.%d", path, i)),
						fmt.Sprintf("%q is allowed here and is not used here", word),
						"Anybody who writes it in later is not warned.", "Take it out of allowed_words.")
				}
			}
		}
	},
}
