package load

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"signpost/flows"
	"signpost/internal/normalise"
)

// languagesFile is the one file that a book may be without.
const languagesFile = "languages.yaml"

// Translation is a language as it is written in its file, signed or not.
type Translation struct {
	ID         string
	Unsigned   bool // nobody has signed it
	AnyLetters bool
	Texts      []Wording // in order
	Watch      []string  // its own watch-words
}

// UnsignedTranslation is a language that nobody has signed: it is checked, shown to those who look
// after the book, and never served.
type UnsignedTranslation struct {
	flows.Language        // its Book is in its words, as far as there are any
	Signer         string // the role of who must read every word and sign
	Words          int    // how many wordings the book has
	Missing        []Wording
	Unknown        []string // paths at which the book says nothing
	from, to       Pos      // its place in the file; to is behind it
}

// InUnsigned reports a place in a language that nobody has signed.
func (s *Source) InUnsigned(at Pos) bool {
	return slices.ContainsFunc(s.Unsigned, func(d UnsignedTranslation) bool {
		return at.File == languagesFile && !before(at, d.from) && before(at, d.to)
	})
}

func before(a, b Pos) bool { return a.Line < b.Line || a.Line == b.Line && a.Col < b.Col }

// extent returns where a language begins in its file, and what comes behind it.
func (s *Source) extent(id string) (from, to Pos) {
	at := languagesFile + ":languages." + id
	from, to = s.pos[at+"#name"], Pos{languagesFile, math.MaxInt, 1}
	for path, pos := range s.pos {
		if strings.HasPrefix(path, languagesFile+":") && strings.HasSuffix(path, "#name") &&
			!strings.HasPrefix(path, at+".") && before(from, pos) && before(pos, to) {
			to = pos
		}
	}
	return from, to
}

// signed reports a language that somebody has signed: their role and the day are
// written.
func signed(n *yaml.Node) bool {
	written := map[string]bool{}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		v := n.Content[i+1]
		written[n.Content[i].Value] = v.Kind == yaml.ScalarNode && v.Tag != "!!null" && strings.TrimSpace(v.Value) != ""
	}
	return written[signedBy] && written[signedOn]
}

const signedBy, signedOn = "signed_off_by", "signed_off_on"

// Wording is one piece of writing at its path ("steps.welcome.text").
type Wording struct{ Path, Words string }

// slot is a wording of a book that can be put into other words.
type slot struct {
	path string
	now  string
	set  func(string)
}

// slots are places in a book that hold a wording.
type slots []slot

func (all *slots) add(path string, at ...*string) {
	if *at[0] != "" {
		*all = append(*all, slot{path, *at[0], func(words string) {
			for _, a := range at {
				*a = words
			}
		}})
	}
}

// slots are those of a whole book.
func (b *builder) slots(of *flows.Book) (all slots) {
	for i := range of.Services {
		s, at := &of.Services[i], "services."+of.Services[i].ID
		if s.NotOffered != "" {
			continue
		}
		all.add(at+".label", &s.Label)
		all.add(at+".say", &s.Say)
		all.add(at+".mention_text", &s.MentionText)
		all.add(at+".mention_say", &s.MentionSay)
	}
	for i := range of.Areas {
		all.add("areas."+of.Areas[i].ID+".text", &of.Areas[i].Text)
		all.add("areas."+of.Areas[i].ID+".say", &of.Areas[i].Say)
	}
	b.stepSlots(of, &all)
	messageSlots(&of.Messages, &all)
	return all
}

// stepSlots adds the wordings of the steps. Choices that services steps share have one wording.
func (b *builder) stepSlots(of *flows.Book, all *slots) {
	shared := map[string][]*string{}
	var order []string
	for i := range of.Steps {
		s, at := &of.Steps[i], "steps."+of.Steps[i].ID
		all.add(at+".text", &s.Text)
		all.add(at+".say", &s.Say)
		own := b.vals["menus.yaml"].at("steps").at(s.ID).at("choices").set
		for k := range s.Choices {
			c := &s.Choices[k]
			for channel, words := range map[string]*string{"text": &c.Text, "say": &c.Say} {
				path := fmt.Sprintf("choices.%d.%s", k, channel)
				if own {
					all.add(at+"."+path, words)
					continue
				}
				if shared[path] == nil {
					order = append(order, path)
				}
				shared[path] = append(shared[path], words)
			}
		}
	}
	slices.Sort(order)
	for _, path := range order {
		all.add("service_"+path, shared[path]...)
	}
}

// messageSlots adds the wordings of the messages.
func messageSlots(m *flows.Messages, all *slots) {
	for _, w := range m.Each() {
		if w.Wording == &m.Accept || w.Wording == &m.Static { // to who answers a line; to somebody whose language nobody knows
			continue
		}
		all.add(w.Path+".text", &w.Text)
		all.add(w.Path+".say", &w.Say)
	}
}

// languages makes the book in each of its languages. It is called when everything
// else is read.
func (b *builder) languages(file value) {
	book := b.src.Book
	for _, s := range b.slots(book) {
		b.src.Wordings = append(b.src.Wordings, Wording{s.path, s.now})
	}
	book.OwnWords = plainAll(file.at("own_words").texts())
	all := file.at("languages")
	keys := map[byte]string{}
	for _, id := range all.keys {
		v := all.at(id)
		if !v.set {
			continue
		}
		b.inUnsigned = v.unsigned
		b.language(id, v, keys)
		b.inUnsigned = false
	}
	b.count(len(book.Languages), flows.MaxLanguages, "languages that are signed", all.pos)
}

// languageKeys are the keys a language may have, as people write them.
var languageKeys = strings.Join(strings.Split(flows.LanguageKeys, ""), ", ")

// stepWithKey returns the first step that has a choice with a key on calls, or nothing.
func stepWithKey(b *flows.Book, key byte) string {
	for i := range b.Steps {
		if slices.ContainsFunc(b.Steps[i].Choices,
			func(c flows.Choice) bool { return c.CallKey != 0 && byte('0'+c.CallKey) == key }) {
			return b.Steps[i].ID
		}
	}
	return ""
}

// language makes the book in one language. keys are those of the languages before.
func (b *builder) language(id string, v value, keys map[byte]string) {
	of := b.src.Book.Clone()
	of.Voice = flows.Voice{Name: v.at("voice").at("name").text, Language: v.at("voice").at("language").text}
	l := flows.Language{ID: id, Name: v.at("name").text, Words: plainAll(v.at("words").texts()),
		Offer: v.at("offer_say").text, AnyLetters: v.at("letters").text == "any", Book: of}
	of.Pronunciations = b.pronunciations(v.at("pronunciations"))
	if k := v.at("key"); k.text != "" {
		l.Key = k.text[0]
		if other, taken := keys[l.Key]; taken {
			b.problem(k.pos, "language-key", fmt.Sprintf("the key %c is the key of %s already", l.Key, other),
				"Callers would get the other language.", "Give each language a key of its own: "+languageKeys+".")
		}
		if step := stepWithKey(of, l.Key); step != "" {
			b.problem(k.pos, "language-key", fmt.Sprintf("the key %c is the key of a choice of %s already", l.Key,
				step), "Callers would get the language, and never the choice.",
				"Give the language another key: "+languageKeys+".")
		}
		if !v.unsigned {
			keys[l.Key] = id
		}
	}
	if !v.unsigned && !v.at("voice").set {
		b.shapeProblem(v.pos, "missing-key", `"voice" is missing here, and the language is signed`,
			"Add a line: voice: {name: ..., language: ...}  (the voice it is spoken with, in the provider's names)")
	}
	if on := v.at(signedOn); on.text != "" {
		b.date(on)
	}
	missing, unknown := b.translate(v.at("texts"), of)
	if !v.unsigned {
		b.incomplete(v.at("texts"), missing, unknown)
	}
	b.understoodIn(v.at("understood"), &of.Words)
	of.Finish()
	t := Translation{ID: id, Unsigned: v.unsigned, AnyLetters: l.AnyLetters,
		Watch: plainAll(v.at("watch_words").texts())}
	for _, path := range v.at("texts").keys {
		t.Texts = append(t.Texts, Wording{path, v.at("texts").at(path).text})
	}
	b.src.Translations = append(b.src.Translations, t)
	if !v.unsigned {
		b.src.Book.Languages = append(b.src.Book.Languages, l)
		return
	}
	if l.Name == "" {
		l.Name = id
	}
	d := UnsignedTranslation{Language: l, Signer: v.at("to_be_signed_by").text, Words: len(b.src.Wordings),
		Missing: missing, Unknown: unknown}
	d.from, d.to = b.src.extent(id)
	b.src.Unsigned = append(b.src.Unsigned, d)
}

// translate puts a language's words in the place of the book's own. It gives the
// wordings that are missing and the paths at which the book says nothing.
func (b *builder) translate(texts value, of *flows.Book) (missing []Wording, unknown []string) {
	known := map[string]bool{}
	for _, s := range b.slots(of) {
		known[s.path] = true
		words := texts.at(s.path)
		if words.text == "" {
			if !words.set || b.inUnsigned {
				missing = append(missing, Wording{s.path, s.now})
			}
			continue
		}
		if want, got := holds(s.now), holds(words.text); !slices.Equal(want, got) {
			b.problem(words.pos, "translation-placeholder",
				fmt.Sprintf("the words hold %s; in the book's own language they hold %s", list(got), list(want)),
				"Somebody would miss what is there: a number, perhaps.",
				"Put the same names in curly brackets into both.")
		}
		s.set(words.text)
	}
	for _, path := range texts.keys {
		if !known[path] {
			unknown = append(unknown, path)
		}
	}
	return missing, unknown
}

// incomplete reports the wordings that a signed language lacks, and those that nothing uses.
func (b *builder) incomplete(texts value, missing []Wording, unknown []string) {
	if len(missing) > 0 {
		b.problem(texts.pos, "missing-translation", fmt.Sprintf("%d wordings are not in this language: %s",
			len(missing), Few(paths(missing))),
			"Somebody who reads only this language meets another one in the middle, perhaps where the number is.",
			"Add a line for each under texts, like "+missing[0].Path+": ...")
	}
	var known []string
	for _, w := range b.src.Wordings {
		known = append(known, w.Path)
	}
	for _, path := range unknown {
		b.problem(texts.at(path).pos, "unknown-translation", fmt.Sprintf("the book has no words at %q", path),
			"These words are never read or heard.", DidYouMean(path, known))
	}
}

func paths(of []Wording) (out []string) {
	for _, w := range of {
		out = append(out, w.Path)
	}
	return out
}

// Few lists the first names of many, and how many more there are.
func Few(names []string) string {
	const few = 5
	what := strings.Join(names[:min(few, len(names))], ", ")
	if len(names) > few {
		what += fmt.Sprintf(" and %d more", len(names)-few)
	}
	return what
}

// holds are the placeholders of a wording, in the alphabet's order.
func holds(words string) (names []string) {
	for _, name := range flows.Placeholders {
		if strings.Contains(words, "{"+name+"}") {
			names = append(names, "{"+name+"}")
		}
	}
	slices.Sort(names)
	return names
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// understoodIn adds a language's words to those that are understood everywhere.
func (b *builder) understoodIn(v value, w *flows.Words) {
	for name, at := range map[string]*[]string{"leave": &w.Leave, "back": &w.Back, "repeat": &w.Repeat,
		"zero":      &w.Helpline,
		"emergency": &w.Emergency, "polite": &w.Polite, "start": &w.Start} {
		*at = append(slices.Clone(*at), plainAll(v.at(name).texts())...)
	}
}

func plainAll(words []string) (out []string) {
	for _, w := range words {
		out = append(out, normalise.Text(w))
	}
	return out
}

// languagesShape is the shape of the languages' file.
func languagesShape() *shape {
	var understood []field
	for _, w := range wordNames {
		understood = append(understood, may(w.name, w.doc, listOf(text())))
	}
	language := object(
		need("name", "what the language calls itself", text()),
		need("words", "what people write to have it, once it is signed", listOf(text())),
		may("key", "what callers press to have it, at any time", one(strings.Split(flows.LanguageKeys, "")...)),
		may("offer_say", "what the greeting of a call says of it, in it", text()),
		may("voice", "the voice it is spoken with, in the provider's names; a signed language needs one",
			object(need("name", "like Polly.Ola-Neural", text()), need("language", "like pl-PL", text()))),
		may("letters",
			"any when its texts need other letters than plain texts hold; they take up to three segments then",
			one("plain", "any")),
		may("to_be_signed_by", "of an unsigned translation: the role of the person who must read every word and sign",
			text()),
		may(signedBy,
			"the role of the person who speaks it and has read every word; without it nobody is served the language",
			text()),
		may(signedOn, "the day they did, like 2026-01-31; without it nobody is served the language", text()),
		may("understood", "words of it that mean the same everywhere", object(understood...)),
		may("watch_words", "words of it that must never appear in a text", listOf(text())),
		may("pronunciations", pronunciationsDoc, &shape{kind: isMap, elem: text(), anyKey: true}),
		need("texts", "every wording, by where it is in the other files",
			&shape{kind: isMap, elem: text(), anyKey: true}))
	language.unsigned = func(n *yaml.Node) bool { return !signed(n) }
	return object(schemaField,
		may("own_words", "what people write to come back to the book's own language", listOf(text())),
		need("languages", "the other languages, by a short name for each, like pl", mapOf(language)))
}
