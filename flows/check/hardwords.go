package check

import (
	"fmt"
	"strings"

	"signpost/internal/normalise"
)

// plainer is what to write instead of words that few people use.
var plainer = []struct{ hard, plain string }{
	{"accommodation", "somewhere to stay"}, {"additional", "more"}, {"advise", "tell"}, {"advocate", "adviser"},
	{"advocacy", "help"},
	{"alternatively", "or"}, {"approximately", "about"}, {"assistance", "help"}, {"commence", "start"},
	{"confidential", "private"},
	{"consultation", "talk"}, {"contact us", "ring or text"}, {"currently", "now"}, {"disclose", "tell"},
	{"enquiry", "question"}, {"ensure", "make sure"},
	{"facilitate", "help"}, {"geographical", "local"}, {"however", "but"}, {"idva", "adviser"}, {"immediately", "now"},
	{"independent", "(leave it out)"},
	{"marac", "(leave it out)"}, {"multi agency", "(leave it out)"}, {"obtain", "get"}, {"operative", "person"},
	{"outreach", "help near you"},
	{"practitioner", "worker"}, {"prior to", "before"}, {"professional", "trained"}, {"provide", "give"},
	{"provision", "help"}, {"purchase", "buy"},
	{"receive", "get"}, {"referral", "passing on"}, {"refer", "pass on"}, {"regarding", "about"},
	{"request", "ask for"}, {"require", "need"},
	{"residential", "(leave it out)"}, {"signpost", "point"}, {"specialist", "trained"}, {"subsequently", "then"},
	{"sufficient", "enough"},
	{"terminate", "end"}, {"utilise", "use"}, {"vulnerable", "(leave it out)"},
}

var hardWords = rule{
	name: "hard-word", doc: "no word is used that many people do not use", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if !w.english() {
				continue
			}
			padded := " " + normalise.Text(w.words) + " "
			for _, h := range plainer {
				if strings.Contains(padded, " "+h.hard+" ") || strings.Contains(padded, " "+h.hard+"s ") {
					p.report(p.posIn(w, h.hard), fmt.Sprintf("%q is a hard word", h.hard),
						"Somebody frightened, or new to the language, stumbles over it.", "Say: "+h.plain+".")
				}
			}
		}
	},
}
