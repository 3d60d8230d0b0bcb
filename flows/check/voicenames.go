package check

import (
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/voice"
)

var voiceNames = rule{
	name: "voice",
	doc:  "every voice is one of the provider's that can say what we ask, and speaks the language it is given",
	run: func(p *pass) {
		p.voice("menus.yaml", "voice", p.book.Voice)
		for i := range p.book.Languages {
			l := &p.book.Languages[i]
			p.voice("languages.yaml", "languages."+l.ID+".voice", l.Book.Voice)
		}
		for i := range p.Unsigned {
			p.voice("languages.yaml", "languages."+p.Unsigned[i].ID+".voice", p.Unsigned[i].Book.Voice)
		}
	},
}

// voice reports what is wrong with the voice at a path.
func (p *pass) voice(file, path string, v flows.Voice) {
	const silent = "The provider would refuse to speak, and callers would hear nothing, or another voice."
	speaks, voices := voice.Languages(v.Name), voice.For(v.Language)
	if v.Name != "" && len(speaks) == 0 {
		p.report(p.Pos(file, path+".name"), fmt.Sprintf("%q is not a voice that we can use", v.Name), silent,
			voiceFix(v, voices))
		p.fix(v.Name, load.Slip(v.Name, voice.Names()))
	}
	switch {
	case v.Language == "":
	case len(voices) == 0:
		fix := load.DidYouMean(v.Language, voice.All())
		if len(speaks) > 0 {
			fix = fmt.Sprintf("%s speaks %s: write %s.", v.Name, strings.Join(speaks, " and "), speaks[0])
		}
		p.report(p.Pos(file, path+".language"), fmt.Sprintf("%q is not a language that a voice speaks", v.Language),
			silent, fix)
	case len(speaks) > 0 && !slices.Contains(speaks, v.Language):
		p.report(p.Pos(file, path+".language"), fmt.Sprintf("%s does not speak %s", v.Name, v.Language), silent,
			fmt.Sprintf("Write language: %s. For words in %s, write a voice that speaks it: %s.", speaks[0], v.Language,
				load.Few(voices)))
	}
}

// voiceFix tells what to write instead of a voice; voices are those that speak its language.
func voiceFix(v flows.Voice, voices []string) string {
	if near := load.Slip(v.Name, voice.Names()); near != "" {
		return fmt.Sprintf("Did you mean %q?", near)
	}
	// "Amy" is meant for Polly.Amy, and "Polly.Ola" for Polly.Ola-Neural.
	for _, name := range voices {
		if strings.EqualFold("Polly."+v.Name, name) || strings.EqualFold(v.Name+"-Neural", name) {
			return "Write " + name + "."
		}
	}
	why := ""
	for _, other := range []string{"-Generative", "-Chirp", "ElevenLabs."} {
		if strings.Contains(v.Name, other) {
			why = "Voices of this kind do not keep the pauses and the slow speech that a number needs. "
		}
	}
	switch v.Name {
	case "man", "woman", "alice":
		why = "The provider's oldest voices do not keep the pauses that a number needs. "
	}
	if len(voices) == 0 {
		return why + "Write one of the provider's voices, like Polly.Amy for en-GB."
	}
	return fmt.Sprintf("%sFor %s, write one of: %s.", why, v.Language, load.Few(voices))
}
