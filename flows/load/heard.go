package load

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"signpost/flows/book"
	"signpost/flows/hear"
)

// The files that say what is understood in a text. A book that has none of them
// uses those that ship.
const heardWordsFile = "heard_words.yaml"

var heardFiles = []string{heardWordsFile, "heard_danger.yaml", "heard_people.yaml", "heard_ideas.yaml", "heard_answers.yaml", "heard_places.yaml", "heard_languages.yaml"}

// HeardFile reports a file that says what is understood in a text.
func HeardFile(name string) bool { return slices.Contains(heardFiles, name) }

// HeardList is what is listened for of one kind, with its examples.
type HeardList struct {
	File, Path string // where it is written
	Kind       hear.Kind
	Language   string // empty: the book's own
	List       hear.List
	Match      []string // texts that must be understood so
	NoMatch    []string // look-alikes that must not be
}

// heardLists are the lists of one file, in order.
func heardLists(file string, v value) (out []HeardList) {
	add := func(language, at string, lists value) {
		for _, name := range lists.keys {
			kind, ok := hear.KindNamed(name)
			l := lists.at(name)
			if !ok || !l.set {
				continue
			}
			out = append(out, HeardList{file, at + "." + name, kind, language,
				hear.List{Kind: kind, Phrases: l.at("phrases").texts(), Unless: l.at("unless").texts()}, l.at("match").texts(), l.at("no_match").texts()})
		}
	}
	add("", "heard", v.at("heard"))
	for _, lang := range v.at("languages").keys {
		add(lang, "languages."+lang, v.at("languages").at(lang))
	}
	return out
}

// shippedEar is the ear of the lists that ship. It takes a while to compile, and
// most books use it as it is.
var shippedEar = sync.OnceValue(func() *hear.Ear {
	b := &builder{reader: reader{pos: map[string]Pos{}}, vals: map[string]value{}}
	for _, name := range heardFiles {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			return &hear.Ear{} // the shipped files are tested
		}
		b.vals[name] = b.parse(name, data, shapeOf(name, nil))
	}
	ear, _, _ := b.compile()
	return ear
})

// compile makes the ear of the files that were read.
func (b *builder) compile() (*hear.Ear, []HeardList, []hear.Mistake) {
	var all []HeardList
	for _, name := range heardFiles[1:] {
		all = append(all, heardLists(name, b.vals[name])...)
	}
	lists := make([]hear.List, len(all))
	for i := range all {
		lists[i] = all[i].List
	}
	words := map[string][]string{}
	file := b.vals[heardWordsFile]
	for _, name := range file.at("words").keys {
		words[name] = file.at("words").at(name).texts()
	}
	ear, mistakes := hear.Compile(lists, words, file.at("glue").texts())
	return ear, all, mistakes
}

// shippedHeard reports a file of lists that is as it ships.
func shippedHeard(name string, data []byte) bool {
	if !HeardFile(name) {
		return false
	}
	shipped, err := fs.ReadFile(book.Files, name)
	return err == nil && bytes.Equal(data, shipped)
}

// heard reads what is understood in a text.
func (b *builder) heard() {
	changed := false
	for _, name := range heardFiles {
		own, err := fs.ReadFile(b.fsys, name)
		changed = changed || !errors.Is(err, fs.ErrNotExist) && !shippedHeard(name, own)
	}
	if !changed {
		b.src.Book.Ear = shippedEar()
		return
	}
	for _, name := range heardFiles { // what a book leaves out is as shipped
		if _, ok := b.vals[name]; ok {
			continue
		}
		data, err := fs.ReadFile(book.Files, name)
		if err == nil {
			b.vals[name] = b.parse(name, data, shapeOf(name, nil))
		}
	}
	ear, lists, mistakes := b.compile()
	for _, m := range mistakes {
		l := lists[m.List]
		side := "phrases"
		if m.Unless {
			side = "unless"
		}
		pos := b.vals[l.File].at(strings.Split(l.Path, ".")[0])
		for _, step := range strings.Split(l.Path, ".")[1:] {
			pos = pos.at(step)
		}
		at := pos.at(side)
		where := at.pos
		if m.Phrase < len(at.list) {
			where = at.list[m.Phrase].pos
		}
		b.problem(where, "phrase", fmt.Sprintf("the phrase cannot be read: %v", m.Err),
			"Somebody who writes this would not be understood.", "Write plain words. How phrases are written is said at the top of heard_words.yaml.")
	}
	b.src.Book.Ear, b.src.Heard = ear, lists
}

// heardShape is the shape of a file of lists.
func heardShape(file string) *shape {
	list := object(
		need("phrases", "what people write, in plain words", listOf(text())),
		may("unless", "look-alikes: a phrase that shares words with one is not meant", listOf(text())),
		may("match", "texts that must be understood so", listOf(text())),
		may("no_match", "look-alikes that must not be", listOf(text())))
	var kinds []field
	for _, name := range hear.Kinds() {
		kinds = append(kinds, may(name, "see heard_words.yaml", list))
	}
	switch file {
	case heardWordsFile:
		return object(schemaField,
			need("words", "lists of words that phrases name in curly brackets", &shape{kind: isMap, elem: listOf(text())}),
			need("glue", "short words that people run together with others", listOf(text())))
	case "heard_languages.yaml":
		return object(schemaField, need("languages", "lists in other languages, by a short name for each, like pl", mapOf(object(kinds...))))
	}
	return object(schemaField, need("heard", "the lists, by what they say", object(kinds...)))
}
