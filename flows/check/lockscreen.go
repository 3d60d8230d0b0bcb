package check

import (
	"fmt"
	"strings"
)

// lockScreen is how much of a text a locked phone shows, in letters.
const shownLocked = 40

var lockScreen = rule{
	name: "lock-screen", doc: "what a locked phone shows of the first text is harmless and calm", severity: advice,
	run: func(p *pass) {
		s := p.book.StepNamed(p.book.TextStart)
		if s == nil {
			return
		}
		begins := []rune(s.Text)
		begins = begins[:min(len(begins), shownLocked)]
		shown := strings.ReplaceAll(string(begins), "999", "") // may be the one thing somebody has to read
		if i := strings.IndexAny(shown, "0123456789!"); i >= 0 {
			p.report(p.Pos("menus.yaml", "steps."+s.ID+".text"),
				fmt.Sprintf("the first %d letters hold %q: %q", shownLocked, shown[i], string(begins)),
				"They show on a locked phone, to anybody who looks at it. A number or a call for attention makes "+
					"people ask.",
				"Begin with a few calm words that could be about anything.")
		}
	},
}
