package load

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"signpost/flows/book"
	"signpost/flows/hear"
)

// The files that say what is understood in a text. A book that has none of them
// uses those that ship.
const (
	heardWordsFile = "heard_words.yaml"
	heardSignsFile = "heard_signs.yaml"
)

var heardFiles = []string{heardWordsFile, "heard_danger.yaml", "heard_people.yaml", "heard_ideas.yaml",
	"heard_answers.yaml", "heard_places.yaml", "heard_languages.yaml", heardSignsFile}

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
				hear.List{Kind: kind, Phrases: l.at("phrases").texts(), Unless: l.at("unless").texts(),
					Foreign: language != ""}, l.at("match").texts(), l.at("no_match").texts()})
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
var shippedEar = sync.OnceValues(func() (*hear.Ear, []HeardList) {
	b := &builder{vals: map[string]value{}}
	for _, name := range heardFiles {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			return &hear.Ear{}, nil // the shipped files are tested
		}
		b.vals[name] = b.parse(name, data, shapeOf(name, nil))
	}
	ear, lists, _ := b.compile()
	return ear, lists
})

// shippedLists read the files of lists that ship, once, for books that have some of their own.
var shippedLists = func() map[string]func() value {
	all := map[string]func() value{}
	for _, name := range heardFiles {
		all[name] = sync.OnceValue(func() value {
			data, err := fs.ReadFile(book.Files, name)
			if err != nil {
				return value{} // the shipped files are tested
			}
			var r reader
			return r.parse(name, data, shapeOf(name, nil))
		})
	}
	return all
}()

// HeardLists are the lists of what is understood, the book's own or those that ship.
func (s *Source) HeardLists() []HeardList {
	if s.Heard != nil {
		return s.Heard
	}
	_, lists := shippedEar()
	return lists
}

// compile makes the ear of the files that were read.
func (b *builder) compile() (*hear.Ear, []HeardList, []hear.Mistake) {
	var all []HeardList
	for _, name := range heardFiles {
		all = append(all, heardLists(name, b.vals[name])...)
	}
	lists := make([]hear.List, len(all))
	for i := range all {
		lists[i] = all[i].List
	}
	file := b.vals[heardWordsFile]
	named := func(key string) map[string][]string {
		from := file
		if !from.at(key).set { // a file of an earlier version has fewer parts
			from = shippedLists[heardWordsFile]()
		}
		words := map[string][]string{}
		for _, name := range from.at(key).keys {
			words[name] = from.at(key).at(name).texts()
		}
		return words
	}
	ear, mistakes := hear.Compile(hear.Spec{Lists: lists, Words: named("words"), Glue: file.at("glue").texts(),
		Small: named("small"), Variants: named("variants"), Sorts: named("sorts"), Parts: named("parts"),
		Scales: b.scales(b.vals[heardSignsFile].at("signs"))})
	return ear, all, mistakes
}

// scales reads what each sign of a text adds, as [FormatScales] writes it.
func (b *builder) scales(v value) (out []hear.Scale) {
	for _, name := range v.keys {
		kind, ok := hear.KindNamed(name)
		one := v.at(name)
		enough, err := strconv.ParseFloat(one.at("enough").text, 32)
		if !ok || err != nil {
			b.signProblem(one.at("enough"), fmt.Sprintf("%q is not a sum to reach", one.at("enough").text))
			continue
		}
		s := hear.Scale{Kind: kind, Enough: float32(enough),
			Adds: make(map[hear.Sign]float32, strings.Count(one.at("adds").text, signGap))}
		for line := range strings.Lines(one.at("adds").text) {
			number, words, _ := strings.Cut(strings.TrimSpace(line), " ")
			adds, err := strconv.ParseFloat(number, 32)
			if err != nil || !addEach(s.Adds, words, float32(adds)) {
				b.signProblem(one.at("adds"), fmt.Sprintf("the line %q is not a number and signs of one or two words",
					strings.TrimSpace(line)))
				break
			}
		}
		out = append(out, s)
	}
	return out
}

// addEach puts in the signs of one line, which add the same.
func addEach(to map[hear.Sign]float32, line string, adds float32) bool {
	for words := range strings.SplitSeq(line, signGap) {
		sign, ok := hear.ParseSign(words)
		if !ok {
			return false
		}
		to[sign] = adds
	}
	return true
}

func (b *builder) signProblem(at value, what string) {
	b.problem(at.pos, "phrase", what, "Texts that no phrase knows would not be understood.",
		"Make the file again with: signpost learn. To have one more text understood, add a phrase instead.")
}

// signGap separates the signs of a line, signLine is about how long a line may be, in bytes.
const signGap, signLine = ", ", 110

// FormatScales writes scales as the file of signs has them: the signs that add the same
// share a line.
func FormatScales(w io.Writer, scales []hear.Scale) error {
	var out strings.Builder
	out.WriteString(signsHead)
	for _, s := range scales {
		fmt.Fprintf(&out, "\n  %s:\n    enough: %.2f\n    adds: |", s.Kind, s.Enough)
		adds := map[hear.Sign]string{} // as it is written
		for sign, weight := range s.Adds {
			adds[sign] = strconv.FormatFloat(float64(weight), 'f', 2, 32)
		}
		signs := slices.SortedFunc(maps.Keys(s.Adds), func(a, b hear.Sign) int {
			if adds[a] != adds[b] {
				return cmp.Compare(s.Adds[b], s.Adds[a])
			}
			return cmp.Compare(a.String(), b.String())
		})
		line := 0
		for i, sign := range signs {
			words := sign.String()
			if i == 0 || adds[signs[i-1]] != adds[sign] || line+len(words) > signLine {
				words = adds[sign] + " " + words
				out.WriteString("\n      ")
				line = 0
			} else {
				out.WriteString(signGap)
			}
			out.WriteString(words)
			line += len(signGap) + len(words)
		}
		out.WriteString("\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

const signsHead = `# yaml-language-server: $schema=schema/heard_signs.schema.json
#
# WHAT IS UNDERSTOOD: the weight of words.
#
# People say the same thing in words that no list foresees. Here every word, and every
# two words near each other, add to a sum for each kind; a text whose sum reaches the
# number given is understood so. "#place" stands for a place, "#young", "#old" and
# "#number" for numbers, "^" for the beginning, ".." for up to three words between.
# "@i-harm-they" is who does what to whom: see "parts" in heard_words.yaml.
#
# This file is made by "signpost learn" from labelled texts. Do not edit it: add a
# phrase to another file instead.
schema: 1
signs:
`

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
	// A file that is as shipped was not read.
	changed := slices.ContainsFunc(heardFiles, func(name string) bool { _, ok := b.vals[name]; return ok })
	if !changed {
		b.src.Book.Ear, _ = shippedEar()
		return
	}
	for _, name := range heardFiles { // what a book leaves out is as shipped
		if _, ok := b.vals[name]; !ok {
			b.vals[name] = shippedLists[name]()
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
			"Somebody who writes this would not be understood.",
			"Write plain words. How phrases are written is said at the top of heard_words.yaml.")
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
		var small []field
		for _, name := range hear.SmallWords() {
			small = append(small, need(name, "see the file that ships", listOf(text())))
		}
		return object(schemaField,
			need("words", "lists of words that phrases name in curly brackets",
				&shape{kind: isMap, elem: listOf(text())}),
			need("glue", "short words that people run together with others", listOf(text())),
			may("small", "small words around the name of a place, by what they do", object(small...)),
			may("variants", "other ways to write a word, by the word", mapOf(listOf(text()))),
			may("sorts", "words of one sort, by a name for the sort", mapOf(listOf(text()))),
			may("parts", "who does what to whom: the sorts that play a part, by a name for the part",
				mapOf(listOf(text()))))
	case heardSignsFile:
		scale := object(need("enough", "the sum that a text must reach", text()),
			need("adds", "a number and one or two words to a line", text()))
		var scales []field
		for _, kind := range hear.Weighable() {
			scales = append(scales, may(kind.String(), "see the head of the file", scale))
		}
		return object(schemaField, need("signs", "what words add, by what they say", object(scales...)))
	case "heard_languages.yaml":
		return object(schemaField, need("languages", "lists in other languages, by a short name for each, like pl",
			mapOf(object(kinds...))))
	}
	return object(schemaField, need("heard", "the lists, by what they say", object(kinds...)))
}
