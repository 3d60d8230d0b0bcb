package check

import (
	"fmt"
	"slices"
	"strings"
)

// mustWatch is what no list of watch-words is without.
var mustWatch = []string{"abuse", "violence", "domestic", "victim", "refuge", "police", "perpetrator", "rape",
	"survivor"}

var watchList = rule{
	name: "watch-list", doc: "the watch list holds the words that give most away", severity: advice,
	run: func(p *pass) {
		var missing []string
		for _, w := range mustWatch {
			if !slices.Contains(p.book.Watch, w) {
				missing = append(missing, w)
			}
		}
		if len(missing) > 0 && p.Has("words.yaml", "watch_words") {
			p.report(p.Pos("words.yaml", "watch_words"),
				fmt.Sprintf("the watch list is without: %s", strings.Join(missing, ", ")),
				"A text with one of them would go out, and somebody could read it over a shoulder.",
				"Put them back. Where one must be, allow it there with allowed_words and because.")
		}
	},
}
