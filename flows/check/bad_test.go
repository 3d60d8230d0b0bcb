package check_test

import (
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/hours"
)

// files is the tests' county as files in memory, to break. It has no recordings yet, and a
// translation that nobody has signed.
func files() fstest.MapFS {
	out := testbook.Copy()
	for name, text := range map[string]string{"recordings.yaml": "schema: 1\nrecordings: []\n",
		"languages.yaml": unsignedLanguage} {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, f := range shippedFiles() {
		if load.HeardFile(name) { // what is understood is the same in every county
			out[name] = f
		}
	}
	return out
}

// unsignedLanguage is a translation that has hardly begun.
const unsignedLanguage = `schema: 1
own_words: [english]

languages:
  pl:
    name: Polski
    words: [polski, po polsku]
    to_be_signed_by: somebody who speaks it
    texts:
      steps.about_us.text: "Info automat dla Fellshire i Dalshire. ` +
	`Podajemy numery telefonow i nigdy nie piszemy pierwsi. Odpisz, jakie miasto, lub 0: linia 24h. X koniec."
`

// shippedFiles is the book that ships as files in memory.
func shippedFiles() fstest.MapFS {
	out := fstest.MapFS{}
	for _, name := range load.Files() {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			panic(err)
		}
		out[name] = &fstest.MapFile{Data: data}
	}
	return out
}

// withList is the shipped book for tests of one of its files. With a file of lists of what is understood,
// the other lists are empty, but for the words that phrases name: to compile all takes a while each time.
func withList(name string) fstest.MapFS {
	out := shippedFiles()
	if !load.HeardFile(name) || name == "heard_words.yaml" {
		return out
	}
	for other := range out {
		if load.HeardFile(other) && other != name && other != "heard_words.yaml" {
			out[other] = &fstest.MapFile{Data: []byte(emptyList(other))}
		}
	}
	return out
}

func emptyList(name string) string {
	switch name {
	case "heard_signs.yaml":
		return "schema: 1\nsigns: {}\n"
	case "heard_languages.yaml":
		return "schema: 1\nlanguages: {}\n"
	}
	return "schema: 1\nheard: {}\n"
}

// mistake is one thing a manager can do wrong.
type mistake struct {
	name, file, find, put string
	rule                  string
	at                    string // the mistake stands on the line that holds this
	says                  string
}

// circle is a menu whose choices lead back to it.
const circle = "CIRCLE"

// made is the tests' county with the mistake in it.
func (m mistake) made() fstest.MapFS {
	book := files()
	change := func(file, find, put string) {
		old := string(book[file].Data)
		broken := strings.Replace(old, find, put, 1)
		if broken == old {
			panic(fmt.Sprintf("%q is not in %s: the test breaks nothing", find, file))
		}
		book[file] = &fstest.MapFile{Data: []byte(broken)}
	}
	switch {
	case m.find == "GONE":
		delete(book, m.file)
	case m.put == circle:
		change(m.file, "  bills:\n",
			"  round:\n"+
				"    kind: menu\n"+
				"    say: \"Round. {choices}\"\n"+
				"    choices:\n"+
				"      - {say: Again, goes_to: round}\n\n"+
				"  bills:\n")
		change(m.file, "      - say: reporting\n        goes_to: no_name\n",
			"      - say: reporting\n        goes_to: round\n")
	case m.find == "AUDIO":
		book[m.file] = &fstest.MapFile{Data: []byte(m.put)}
		change("recordings.yaml", "recordings: []",
			recordingLines("greeting.wav", "A call for you. To take it, press 1."))
	case m.find == "RECORDINGS":
		book["audio/greeting.wav"] = &fstest.MapFile{Data: wav(2)}
		change(m.file, "recordings: []", m.put)
	case m.find == "ALL":
		book[m.file] = &fstest.MapFile{Data: []byte(m.put)}
	case m.rule == "route-length":
		change(m.file, m.find, m.put)
		change(m.file, "  bills:\n",
			"  first:\n"+
				"    kind: menu\n"+
				"    say: \"Go on. {choices}\"\n"+
				"    text: \"Go on. {choices}. 9 back, X leave.\"\n"+
				"    choices:\n"+
				"      - {text: next, say: Next, goes_to: second}\n\n"+
				"  second:\n"+
				"    kind: menu\n"+
				"    say: \"Go on. {choices}\"\n"+
				"    text: \"Go on. {choices}. 9 back, X leave.\"\n"+
				"    choices:\n"+
				"      - {text: next, say: Next, goes_to: fellshire}\n\n"+
				"  bills:\n")
	default:
		change(m.file, m.find, m.put)
	}
	return book
}

// found is the problem that tells of the mistake, where it stands.
func (m mistake) found(book fstest.MapFS, problems []load.Problem) (load.Problem, bool) {
	// Some mistakes are told where the loss is, not where the change was made.
	elsewhere := m.at == ""
	for _, p := range problems {
		if p.Rule != m.rule || !strings.Contains(p.What+p.Fix, m.says) || p.File != m.file && !elsewhere {
			continue
		}
		line := ""
		if f := book[p.File]; f != nil {
			line = strings.Split(string(f.Data)+"\n", "\n")[p.Line-1]
		}
		if elsewhere || strings.Contains(line, m.at) || line != "" && strings.Contains(m.at, strings.TrimSpace(line)) {
			return p, true
		}
	}
	return load.Problem{}, false
}

// today is the day the tests pretend it is.
var today = time.Date(2026, 11, 20, 12, 0, 0, 0, hours.London())

// mistakes holds at least one for every rule; the first of each is shown in
// docs/checks.md.
func mistakes() []mistake { return slices.Concat(firstMistakes(), moreMistakes()) }

// outcome is what a check of a book with a mistake in it comes to.
type outcome struct {
	mistake
	book     fstest.MapFS
	src      *load.Source
	problems []load.Problem
	p        load.Problem // that tells of the mistake
	ok       bool
}

// outcomes are those of all mistakes, worked out once.
var outcomes = sync.OnceValue(func() []outcome {
	out := make([]outcome, len(mistakes()))
	var wg sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, m := range mistakes() {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			book := m.made()
			o := outcome{mistake: m, book: book}
			o.src, o.problems = check.OnRule(book, today, m.rule) // all the rules would take ten minutes
			o.p, o.ok = m.found(book, o.problems)
			out[i] = o
		})
	}
	wg.Wait()
	return out
})

// Each mistake a manager can make is found where it stands, by the rule that
// looks for it, in words that name it.
func TestMistakes(t *testing.T) {
	for _, o := range outcomes() {
		t.Run(o.name, func(t *testing.T) {
			if !o.ok {
				t.Errorf("not found by %q where it is; found:", o.rule)
				for _, p := range o.problems {
					if p.Rule != "number-age" {
						t.Log(p)
					}
				}
			}
			if o.ok && (o.p.Why == "" || o.p.Fix == "") {
				t.Errorf("%s does not say why it matters and how to fix it", o.p)
			}
		})
	}
	broken := map[string]bool{}
	for _, m := range mistakes() {
		broken[m.rule] = true
	}
	for _, r := range check.Rules() {
		if !broken[r.Name] {
			t.Errorf("no test breaks the rule %q (%s)", r.Name, r.Doc)
		}
	}
}

// Several mistakes are told in one go.
func TestAllAtOnce(t *testing.T) {
	book := files()
	edit := func(file, find, put string) {
		book[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(book[file].Data), find, put, 1))}
	}
	edit("services.yaml", "0161 496 0001", "0161 496 000")
	edit("services.yaml", "label: advice line", "label: men’s line")
	edit("areas.yaml", "services: [fell_team_south]", "services: [fell_team_suoth]")
	edit("menus.yaml", "words: [report]", "words: [end]")
	edit("words.yaml", "leave: [x,", "leave: [cancel, x,")
	_, problems := check.Dir(book)
	rules := map[string]bool{}
	for _, p := range problems {
		rules[p.Rule] = true
	}
	for _, want := range []string{"number", "alphabet", "unknown-service", "carrier-word"} {
		if !rules[want] {
			t.Errorf("%s was not told with the others", want)
		}
	}
	if len(problems) < 5 {
		t.Errorf("%d problems told of 5", len(problems))
	}
}

// Whichever line is taken out of a file, every problem that is told has a place in it,
// and no two are told of the same place by the same words.
func TestEveryLineTakenOut(t *testing.T) {
	base, forms := shippedFiles(), map[string]int{}
	taken := 0
	for _, name := range load.Files() {
		lines := strings.SplitAfter(string(base[name].Data), "\n")
		for i, line := range lines {
			if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
				continue
			}
			if large := load.HeardFile(name) || name == "languages.yaml"; large && i%389 > 0 {
				continue // thousands of lines of the same form, each a while to compile
			}
			if name == "heard_signs.yaml" && i%(389*7) > 0 {
				continue // tens of thousands, made by a program
			}
			// Lines of one form, as the hours of each service: a few, and then some.
			form := name + ":" + line[:max(0, strings.Index(line, ":"))]
			const few, some = 2, 9
			if forms[form]++; forms[form] > few && forms[form]%some > 0 {
				continue
			}
			taken++
			// What is told of a list is about its own phrases and the words that they name. The other lists are
			// left out: to compile them takes a while each time.
			book := withList(name)
			book[name] = &fstest.MapFile{Data: []byte(strings.Join(slices.Delete(slices.Clone(lines), i, i+1), ""))}
			_, problems := load.Dir(book)
			told := map[string]bool{}
			for _, p := range problems {
				if p.Line < 1 || p.Col < 1 || p.What == "" || p.Fix == "" || !strings.HasSuffix(p.File, ".yaml") {
					t.Errorf("%s without line %d (%q): a problem without a place or a fix: %+v", name, i+1, line, p)
				}
				if told[p.String()] {
					t.Errorf("%s without line %d (%q): told twice: %+v", name, i+1, line, p)
				}
				told[p.String()] = true
			}
		}
	}
	if taken < 300 {
		t.Errorf("only %d lines were taken out", taken)
	}
	t.Logf("%d lines taken out", taken)
}

// Loading any file ends, and every problem is somewhere in a
// file of the book.
func FuzzLoad(f *testing.F) {
	base := shippedFiles()
	for i, name := range load.Files() {
		f.Add(i, base[name].Data)
	}
	for _, odd := range []string{"", "schema: 1", "a: &a [*a]", "? [x]: y", "steps: {w: {kind: menu, text: \"{\"}}",
		"services: {a: {numbers: [{number: !!float NaN}]}}", "%", "--- |\n x"} {
		for i := range load.Files() {
			f.Add(i, []byte(odd))
		}
	}
	f.Fuzz(func(t *testing.T, which int, data []byte) {
		names := load.Files()
		name := names[((which%len(names))+len(names))%len(names)]
		book := withList(name)
		book[name] = &fstest.MapFile{Data: data}
		src, problems := load.Dir(book)
		for _, p := range problems {
			if shown := src.Show(p); !strings.Contains(shown, p.What) {
				t.Errorf("shown as %q", shown)
			}
			if p.Line < 1 || p.Col < 1 || p.What == "" || p.Fix == "" || !strings.HasSuffix(p.File, ".yaml") {
				t.Errorf("a problem without a place or a fix: %+v", p)
			}
		}
		if src.Book == nil || len(problems) == 0 && src.Broken {
			t.Error("broken, and nothing said")
		}
	})
}
