package check

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
)

// wording is one piece of writing in the book.
type wording struct {
	file, path string
	words      string
	text       bool   // goes into texts
	allowedBy  string // whose allowed_words hold here
	// Of a translation: of what, and into which language.
	of          string
	translation *load.Translation
}

// english reports a wording in the book's own language.
func (w wording) english() bool { return w.translation == nil }

// meant is the path of the wording itself, or of what it translates.
func (w wording) meant() string {
	if w.of != "" {
		return w.of
	}
	return w.path
}

// wordings lists everything the book writes or says, in order.
func (p *pass) wordings() []wording {
	var out []wording
	add := func(file, path, words string, text bool, allowedBy string) {
		if words != "" {
			out = append(out, wording{file: file, path: path, words: words, text: text, allowedBy: allowedBy})
		}
	}
	for _, s := range p.book.Services {
		at := "services." + s.ID
		add("services.yaml", at+".label", s.Label, true, at)
		add("services.yaml", at+".say", s.Say, false, at)
		add("services.yaml", at+".mention_text", s.MentionText, true, at)
		add("services.yaml", at+".mention_say", s.MentionSay, false, at)
	}
	for _, a := range p.book.Areas {
		add("areas.yaml", "areas."+a.ID+".text", a.Text, true, "")
		add("areas.yaml", "areas."+a.ID+".say", a.Say, false, "")
	}
	for _, s := range p.book.Steps {
		at := "steps." + s.ID
		add("menus.yaml", at+".text", s.Text, true, at)
		add("menus.yaml", at+".say", s.Say, false, at)
		choices := at + ".choices"
		if p.Pos("menus.yaml", choices) == p.Pos("menus.yaml", at) {
			choices = "service_choices"
		}
		for i, c := range s.Choices {
			add("menus.yaml", fmt.Sprintf("%s.%d.text", choices, i), c.Text, true, at)
			add("menus.yaml", fmt.Sprintf("%s.%d.say", choices, i), c.Say, false, at)
		}
	}
	for _, m := range p.book.Messages.Each() {
		add("words.yaml", m.Path+".text", m.Text, true, "")
		add("words.yaml", m.Path+".say", m.Say, false, "")
	}
	for i := range p.Translations {
		t := &p.Translations[i]
		for _, w := range t.Texts {
			add("languages.yaml", "languages."+t.ID+".texts."+w.Path, w.Words, !strings.HasSuffix(w.Path, "say"),
				allower(w.Path))
			if n := len(out) - 1; n >= 0 && w.Words != "" {
				out[n].of, out[n].translation = w.Path, t
			}
		}
	}
	return out
}

// allower is whose allowed_words hold for a path: the service's or the step's.
func allower(path string) string {
	parts := strings.SplitN(path, ".", 3)
	if len(parts) == 3 && (parts[0] == "services" || parts[0] == "steps") {
		return parts[0] + "." + parts[1]
	}
	return ""
}

func (p *pass) posOf(w wording) load.Pos { return p.Pos(w.file, w.path) }

// posIn is where some of a wording's words are, in any capitals; where the wording
// begins, if they are not written there as they are read.
func (p *pass) posIn(w wording, some string) load.Pos {
	pos := p.posOf(w)
	data := p.File(pos.File)
	line, _, _ := bytes.Cut(data[min(p.Offset(pos), len(data)):], []byte("\n"))
	if i := strings.Index(strings.ToLower(string(line)), strings.ToLower(some)); i >= 0 && some != "" &&
		len(strings.ToLower(string(line))) == len(line) {
		pos.Col += i
	}
	return pos
}

var placeholders = rule{
	name: "placeholder", doc: "curly brackets hold only names from the closed list",
	run: func(p *pass) {
		for _, w := range p.wordings() {
			for _, name := range braces(w.words) {
				if name == "" {
					p.report(p.posOf(w), "a curly bracket is not closed, or holds nothing",
						"People would read or hear the bracket itself.",
						"Write a name in it, like {choices}, or take it out.")
				} else if !slices.Contains(flows.Placeholders, name) {
					fix, near := "Use one of: {"+strings.Join(flows.Placeholders, "}, {")+"}.",
						load.Slip(name, flows.Placeholders)
					if near != "" {
						fix = fmt.Sprintf("Did you mean {%s}?", near)
					}
					p.report(p.posIn(w, "{"+name+"}"), fmt.Sprintf("{%s} is not known", name),
						"People would miss what should be there.", fix)
					if near != "" {
						p.fix("{"+name+"}", "{"+near+"}")
					}
				}
			}
		}
	},
}

// braces lists the contents of curly brackets; "" for a bracket without its pair.
func braces(words string) []string {
	var out []string
	for {
		i := strings.IndexAny(words, "{}")
		if i < 0 {
			return out
		}
		end := strings.IndexByte(words[i:], '}')
		if words[i] == '}' || end < 0 {
			return append(out, "")
		}
		out = append(out, words[i+1:i+end])
		words = words[i+end+1:]
	}
}
