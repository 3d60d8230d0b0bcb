package load

import (
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
	"signpost/internal/plain"
)

// languagesFile is the one file that a book may be without.
const languagesFile = "languages.yaml"

// Translation is a language as it is written in its file.
type Translation struct {
	ID         string
	AnyLetters bool
	Texts      []Wording // in order
	Watch      []string  // its own watch-words
}

// Wording is one piece of writing at its path ("steps.welcome.text").
type Wording struct{ Path, Words string }

// slot is a wording of a book that can be put into other words.
type slot struct {
	path string
	now  string
	set  func(string)
}

// slots are all wordings of a book.
func (b *builder) slots(of *flows.Book) (out []slot) {
	add := func(path string, at ...*string) {
		if *at[0] != "" {
			out = append(out, slot{path, *at[0], func(words string) {
				for _, a := range at {
					*a = words
				}
			}})
		}
	}
	for i := range of.Services {
		s, at := &of.Services[i], "services."+of.Services[i].ID
		if s.NotOffered != "" {
			continue
		}
		add(at+".label", &s.Label)
		add(at+".say", &s.Say)
		add(at+".mention_text", &s.MentionText)
		add(at+".mention_say", &s.MentionSay)
	}
	for i := range of.Areas {
		add("areas."+of.Areas[i].ID+".text", &of.Areas[i].Text)
		add("areas."+of.Areas[i].ID+".say", &of.Areas[i].Say)
	}
	shared := map[string][]*string{} // the choices of every services step
	var order []string
	for i := range of.Steps {
		s, at := &of.Steps[i], "steps."+of.Steps[i].ID
		add(at+".text", &s.Text)
		add(at+".say", &s.Say)
		own := b.vals["menus.yaml"].at("steps").at(s.ID).at("choices").set
		for k := range s.Choices {
			c := &s.Choices[k]
			for channel, words := range map[string]*string{"text": &c.Text, "say": &c.Say} {
				path := fmt.Sprintf("choices.%d.%s", k, channel)
				if own {
					add(at+"."+path, words)
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
		add("service_"+path, shared[path]...)
	}
	m := &of.Messages
	for _, w := range []struct {
		path string
		*flows.Wording
	}{
		{"messages.not_understood", &m.NotUnderstood}, {"messages.silence", &m.Silence}, {"messages.give_up", &m.GiveUp}, {"messages.emergency", &m.Emergency},
		{"messages.which", &m.Which}, {"messages.fallback", &m.Fallback}, {"messages.quick_exit", &m.QuickExit}, {"messages.connecting", &m.Connecting},
		{"messages.try_next", &m.TryNext}, {"messages.closed", &m.Closed}, {"messages.nobody", &m.Nobody}, {"messages.number", &m.Number}, {"messages.back_on", &m.BackOn}, {"messages.maintenance", &m.Maintenance},
		{"phrases.hours_unknown", &m.HoursUnknown}, {"phrases.hours_open", &m.HoursOpen}, {"phrases.hours_closed", &m.HoursClosed}, {"phrases.free", &m.Free},
		{"phrases.may_show", &m.MayShow}, {"phrases.then_press", &m.ThenPress}, {"phrases.or", &m.Or}, {"phrases.beside", &m.Beside},
	} {
		add(w.path+".text", &w.Text)
		add(w.path+".say", &w.Say)
	}
	add("phrases.call_choice.say", &m.CallChoice)
	return out
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
	b.count(len(all.keys), flows.MaxLanguages, "languages", all.pos)
	keys := map[byte]string{}
	for _, id := range all.keys {
		v := all.at(id)
		if !v.set {
			continue
		}
		of := book.Clone()
		of.Voice = flows.Voice{Name: v.at("voice").at("name").text, Language: v.at("voice").at("language").text}
		l := flows.Language{ID: id, Name: v.at("name").text, Words: plainAll(v.at("words").texts()), Offer: v.at("offer_say").text, AnyLetters: v.at("letters").text == "any", Book: of}
		if k := v.at("key"); k.text != "" {
			l.Key = k.text[0]
			if other, taken := keys[l.Key]; taken {
				b.problem(k.pos, "language-key", fmt.Sprintf("the key %c is the key of %s already", l.Key, other), "Callers would get the other language.", "Give each language a key of its own: 6, 7 or 8.")
			}
			keys[l.Key] = id
		}
		b.date(v.at("signed_off_on"))
		b.translate(v.at("texts"), of)
		b.understoodIn(v.at("understood"), &of.Words)
		for i := range of.Steps { // what was recorded is in the book's own language
			of.Steps[i].Audio = ""
		}
		of.Finish()
		t := Translation{ID: id, AnyLetters: l.AnyLetters, Watch: plainAll(v.at("watch_words").texts())}
		for _, path := range v.at("texts").keys {
			t.Texts = append(t.Texts, Wording{path, v.at("texts").at(path).text})
		}
		b.src.Translations = append(b.src.Translations, t)
		book.Languages = append(book.Languages, l)
	}
}

// translate puts a language's words in the place of the book's own.
func (b *builder) translate(texts value, of *flows.Book) {
	known := map[string]bool{}
	var missing, paths []string
	for _, s := range b.slots(of) {
		known[s.path] = true
		paths = append(paths, s.path)
		words := texts.at(s.path)
		if words.text == "" {
			if !words.set {
				missing = append(missing, s.path)
			}
			continue
		}
		if want, got := holds(s.now), holds(words.text); !slices.Equal(want, got) {
			b.problem(words.pos, "translation-placeholder", fmt.Sprintf("the words hold %s; in the book's own language they hold %s", list(got), list(want)),
				"Somebody would miss what stands there: a number, perhaps.", "Put the same names in curly brackets into both.")
		}
		s.set(words.text)
	}
	if len(missing) > 0 {
		const few = 5
		what := strings.Join(missing[:min(few, len(missing))], ", ")
		if len(missing) > few {
			what += fmt.Sprintf(" and %d more", len(missing)-few)
		}
		b.problem(texts.pos, "missing-translation", fmt.Sprintf("%d wordings are not in this language: %s", len(missing), what),
			"Somebody who reads only this language meets another one in the middle, perhaps where the number is.", "Add a line for each under texts, like "+missing[0]+": ...")
	}
	for _, path := range texts.keys {
		if !known[path] {
			b.problem(texts.at(path).pos, "unknown-translation", fmt.Sprintf("the book has no words at %q", path), "These words are never read or heard.", DidYouMean(path, paths))
		}
	}
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
	for name, at := range map[string]*[]string{"leave": &w.Leave, "back": &w.Back, "repeat": &w.Repeat, "zero": &w.Zero, "emergency": &w.Emergency, "polite": &w.Polite, "start": &w.Start} {
		*at = append(slices.Clone(*at), plainAll(v.at(name).texts())...)
	}
}

func plainAll(words []string) (out []string) {
	for _, w := range words {
		out = append(out, plain.Text(w))
	}
	return out
}

// languagesShape is the shape of the languages' file.
func languagesShape() *shape {
	var understood []field
	for _, w := range wordNames {
		understood = append(understood, may(w.name, w.doc, listOf(text())))
	}
	return object(schemaField,
		may("own_words", "what people write to come back to the book's own language", listOf(text())),
		need("languages", "the other languages, by a short name for each, like pl", mapOf(object(
			need("name", "what the language calls itself", text()),
			need("words", "what people write to have it", listOf(text())),
			may("key", "what callers press to have it, at any time", one("6", "7", "8")),
			may("offer_say", "what the greeting of a call says of it, in it", text()),
			need("voice", "the voice it is spoken with, in the provider's names", object(need("name", "like Polly.Ola", text()), need("language", "like pl-PL", text()))),
			may("letters", "any when its texts need other letters than plain texts hold; they take up to three segments then", one("plain", "any")),
			need("signed_off_by", "the role of the person who speaks it and has read every word", text()),
			need("signed_off_on", "the day they did, like 2026-01-31", text()),
			may("understood", "words of it that mean the same everywhere", object(understood...)),
			may("watch_words", "words of it that must never appear in a text", listOf(text())),
			need("texts", "every wording, by where it stands in the other files", &shape{kind: isMap, elem: text(), anyKey: true})))))
}
