package check

import (
	"fmt"
	"regexp"
)

// The provider's names of voices and languages. (Twilio, TwiML <Say>.)
var (
	voiceName    = regexp.MustCompile(`^(?:man|woman|alice|Polly\.[A-Z][a-z]+(?:-Neural|-Generative)?|Google\.[a-z]{2,3}-[A-Z]{2}-[A-Za-z0-9-]+)$`)
	languageName = regexp.MustCompile(`^[a-z]{2,3}-[A-Z]{2}$`)
)

var voiceNames = rule{
	name: "voice", doc: "the voice and its language are named as the provider names them", severity: advice,
	run: func(p *pass) {
		v := p.book.Voice
		if v.Name != "" && !voiceName.MatchString(v.Name) {
			p.report(p.Pos("menus.yaml", "voice.name"), fmt.Sprintf("%q is not one of the provider's voices", v.Name), "Callers might hear another voice, or none.", "Write it like Polly.Amy, as in the provider's list of voices.")
		}
		if v.Language != "" && !languageName.MatchString(v.Language) {
			p.report(p.Pos("menus.yaml", "voice.language"), fmt.Sprintf("%q is not the name of a language", v.Language), "Words might be read as if they were of another language.", "Write it like en-GB.")
		}
	},
}
