package check_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
)

var inBraces = regexp.MustCompile(`\{[a-z_]+\}`)

// strange puts words into a language that nobody speaks, as long as they were.
func strange(words string) string {
	swap := strings.NewReplacer("e", "u", "a", "i", "o", "e", "u", "a")
	out, last := "", 0
	for _, at := range inBraces.FindAllStringIndex(words, -1) {
		out += swap.Replace(words[last:at[0]]) + words[at[0]:at[1]]
		last = at[1]
	}
	return out + swap.Replace(words[last:])
}

// first is a language that nobody speaks, up to its texts.
const first = `schema: 1
own_words: [english]
languages:
  xx:
    name: Strange
    words: [strange, po strangu]
    key: "8"
    offer_say: Strangu, 8.
    voice: {name: Polly.Ola-Neural, language: pl-PL}
    signed_off_by: the tests
    signed_off_on: "2026-11-20"
    understood:
      leave: [odejdz]
    texts:
`

// withLanguage is the tests' county with a language that nobody speaks; some paths
// may be said in other words, or left out with "".
func withLanguage(t testing.TB, other map[string]string) fstest.MapFS {
	t.Helper()
	base := files()
	src, _ := load.Dir(base)
	var b strings.Builder
	b.WriteString(first)
	for _, w := range src.Wordings {
		words, set := other[w.Path]
		if !set {
			words = strange(w.Words)
		}
		if words != "" {
			fmt.Fprintf(&b, "      %s: %s\n", w.Path, strconv.Quote(words))
		}
	}
	base["languages.yaml"] = &fstest.MapFile{Data: []byte(b.String() + other["MORE"])}
	return base
}

// A whole language checks clean, and a conversation is held in it, by text and by
// call, on every way; the same key, and a word, lead back.
func TestLanguage(t *testing.T) {
	src, problems := check.Dir(withLanguage(t, nil))
	for _, p := range problems {
		if p.Rule == "transcript" && strings.Contains(p.What, "Strangu, 8.") {
			continue // a kept conversation has the greeting without the new language
		}
		t.Error(p)
	}
	b := src.Book
	now := check.Moments(b)[0]
	var s flows.State
	say := func(in flows.Input) flows.Reply {
		t.Helper()
		next, reply, err := b.Step(now, s, in)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := b.Decode(next.Encode()); err != nil || again != next {
			t.Fatalf("%+v is remembered as %+v, %v", next, again, err)
		}
		s = next
		return reply
	}
	for _, turn := range []struct{ they, we string }{
		{"strange", strange("Auto info line.")},
		{"kendrow", strange("Emergency: 999. ") + "0161 496 0002: " + strange("local team")},
		{"2", strange("0800 and 0808 calls are free")},
		{"english", "Emergency: 999. 0161 496 0002: local team"},
		{"po strangu", strange("Emergency: 999. ") + "0161 496 0002: " + strange("local team")},
		{"9", strange("Which part?")}, {"odejdz", ""},
	} {
		if got := say(flows.TextInput(turn.they)).Text; !strings.HasPrefix(got, turn.we) || turn.we == "" && got != "" {
			t.Errorf("%q is answered %q", turn.they, got)
		}
	}
	if s != (flows.State{}) {
		t.Errorf("after leaving: %+v", s)
	}
	greeting := say(flows.Rang())
	last := greeting.Speech[len(greeting.Speech)-1]
	if last.Words != "Strangu, 8." || last.Lang != 1 || greeting.Speech[0].Lang != 0 {
		t.Errorf("the greeting is %+v", greeting.Speech)
	}
	for _, turn := range []struct {
		key  byte
		lang uint8
		we   string
	}{{'8', 1, strange("Info line.")}, {'1', 1, strange("Carnmoor or Penwick")},
		{'3', 1, strange("The 24 hour line is open")}, {'8', 0, "The 24 hour line is open"},
		{'8', 1, strange("The 24 hour line is open")}, {'1', 1, strange("Connecting you to")}} {
		reply := say(flows.Pressed(turn.key))
		if got := flows.Spoken(reply.Speech); !strings.HasPrefix(got, turn.we) || reply.Speech[0].Lang != turn.lang {
			t.Errorf("%c is answered in %d: %q", turn.key, reply.Speech[0].Lang, got)
		}
	}
	if got := flows.Spoken(say(flows.LegEnded(flows.LegNoAnswer)).Speech); !strings.HasPrefix(got,
		strange("There was no answer")) {
		t.Errorf("nobody answers: %q", got)
	}

	// The walk goes through it, and everything can be reached in it.
	reached := map[uint8]map[string]bool{0: {}, 1: {}}
	w := check.WalkBriefly(b, func(e *check.Edge) {
		if e.Reply.Text == "" && !e.Reply.Ended && !e.Reply.KeepsExpiry && !e.From.Call {
			t.Errorf("silence from %+v", e.From.State)
		}
	})
	for _, n := range w.Nodes {
		reached[n.State.Lang][n.State.Step] = true
	}
	stays := 0 // steps that a conversation can be at
	for i := range b.Steps {
		if b.Steps[i].Kind != flows.KindSay {
			stays++
		}
	}
	if len(reached[1]) < stays || len(reached[0]) != len(reached[1])+1 { // but for the beginning
		t.Errorf("%d steps are reached in it, %d in the book's own", len(reached[1]), len(reached[0]))
	}
}

// What is wrong with a language is told where it stands.
func TestLanguageMistakes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		other map[string]string
		rule  string
		says  string
	}{
		{"a wording left out", map[string]string{"steps.where.text": ""}, "missing-translation", "steps.where.text"},
		{"a number lost", map[string]string{"messages.give_up.say": "Koniec."}, "translation-placeholder", "{zero}"},
		{"a path misspelt", map[string]string{"MORE": "      steps.were.text: \"x\"\n"}, "unknown-translation",
			`"steps.where.text"`},
		{"too long", map[string]string{"steps.welcome.text": strings.Repeat("bardzo ", 20) + "{choices} 999 X 0"},
			"segments", "characters"},
		{"a letter plain texts do not hold", map[string]string{"steps.bills.text": "Proszę"}, "alphabet", "'ę'"},
		{"a watch-word of its own", map[string]string{"steps.bills.text": "przemoc",
			"MORE": "    watch_words: [przemoc]\n"}, "watch-word", "przemoc"},
		{"a key of two", map[string]string{"MORE": second}, "language-key", "xx already"},
		{"a word of two", map[string]string{"MORE": second}, "clash", "asks for xx too"},
		{"a network's word for a language",
			map[string]string{"MORE": strings.Replace(second, "[strange]", "[start]", 1)}, "carrier-word", "start"},
		{"a network's word to leave", map[string]string{"MORE": strings.Replace(second, "    texts:",
			"    understood: {leave: [stop]}\n    texts:", 1)}, "carrier-word", "stop"},
		{"a date that is none", map[string]string{"MORE": strings.Replace(second, "2026-11-20", "soon", 1)},
			"date", "soon"},
	} {
		_, problems := check.OnRule(withLanguage(t, tt.other), time.Time{}, tt.rule)
		found := false
		for _, p := range problems {
			if p.Rule == tt.rule && p.File == "languages.yaml" && strings.Contains(p.What+p.Fix, tt.says) {
				found = true
			}
		}
		if !found {
			t.Errorf("%s: %q does not tell it; found %v", tt.name, tt.rule, problems)
		}
	}
}

// second is another language, all but empty.
const second = `  yy:
    name: Other
    words: [strange]
    key: "8"
    voice: {name: Polly.Ola-Neural, language: pl-PL}
    signed_off_by: the tests
    signed_off_on: "2026-11-20"
    texts: {}
`

// sign signs a translation of the shipped book, with some lines put in.
func sign(t testing.TB, id, lines string) fstest.MapFS {
	t.Helper()
	base := shippedFiles()
	head := "\n  " + id + ":\n"
	old := string(base["languages.yaml"].Data)
	if !strings.Contains(old, head) {
		t.Fatalf("there is no unsigned translation %s", id)
	}
	base["languages.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(old, head, head+lines, 1))}
	return base
}

const (
	signedBy = "    signed_off_by: the tests\n"
	signedOn = "    signed_off_on: \"2026-11-20\"\n"
	voiced   = "    voice: {name: Polly.Ola-Neural, language: pl-PL}\n    key: \"8\"\n    offer_say: Po polsku 8.\n"
)

// polski is what somebody gets who asks for Polish, first and in the middle.
func polski(t testing.TB, b *flows.Book) (s flows.State, text string) {
	t.Helper()
	now := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	for _, they := range []string{"polski", "kendal", "polski"} {
		next, reply, err := b.Step(now, s, flows.TextInput(they))
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Languages) == 0 && next.Lang != 0 {
			t.Errorf("%q leads to language %d, which nobody signed", they, next.Lang)
		}
		if they == "polski" {
			text = reply.Text
			if len(b.Languages) == 0 && !strings.HasPrefix(text, testbook.Opens("interpreter")) {
				t.Errorf("%q is answered %q", they, text)
			}
		}
		s = next
	}
	return s, text
}

// The translations that ship are whole, and nobody is served one.
func TestUnsignedIsNotServed(t *testing.T) {
	src, problems := load.Dir(shippedFiles())
	if len(problems) > 0 || len(src.UnsignedProblems) > 0 || len(src.Book.Languages) > 0 || len(src.Unsigned) == 0 {
		t.Fatalf("%d languages, %d unsigned, %v, %v", len(src.Book.Languages), len(src.Unsigned), problems,
			src.UnsignedProblems)
	}
	for _, d := range src.Unsigned {
		if len(d.Missing) > 0 || len(d.Unknown) > 0 || d.Signer == "" {
			t.Errorf("%s: %d wordings are missing (%v), %v are for nothing, to be signed by %q", d.ID, len(d.Missing),
				d.Missing, d.Unknown, d.Signer)
		}
		if d.Book.Messages.Danger.Text == src.Book.Messages.Danger.Text ||
			!strings.Contains(d.Book.Messages.Danger.Text, "999") {
			t.Errorf("%s: danger is answered %q", d.ID, d.Book.Messages.Danger.Text)
		}
		for _, s := range d.Book.Steps {
			if s.ID == d.Book.TextStart {
				locked := []rune(s.Text)[:40]
				if at := strings.IndexAny(strings.ReplaceAll(string(locked), "999", ""), "0123456789!"); at >= 0 {
					t.Errorf("%s: a locked phone shows %q", d.ID, string(locked))
				}
			}
		}
	}
	polski(t, src.Book)
	_, problems = check.On(shippedFiles(), time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	told := 0
	for _, p := range problems {
		if p.Rule == "unsigned-translation" && p.Severity == load.Warning &&
			strings.Contains(p.What, "is an unsigned translation") {
			told++
		}
	}
	if told != len(src.Unsigned) {
		t.Errorf("%d of %d unsigned translations are reported", told, len(src.Unsigned))
	}
}

// polishLabel is what a service is called in the translation that ships.
func polishLabel(t testing.TB, service string) string {
	t.Helper()
	src, _ := load.Dir(shippedFiles())
	own := src.Book.Service(service).Label
	for _, d := range src.Unsigned {
		if label := d.Book.Service(service).Label; d.ID == "pl" && label != own {
			return label
		}
	}
	t.Fatalf("%s has no Polish name", service)
	return ""
}

// No mistake in an unsigned translation keeps a book from callers.
func TestUnsignedFaults(t *testing.T) {
	base := shippedFiles()
	base["languages.yaml"] = &fstest.MapFile{Data: []byte(string(base["languages.yaml"].Data) + `
  xx:
    name: Strange
    words: [start, polski]
    key: nine
    color: red
    color: blue
    signed_off_by: the tests
    watch_words: [przemoc]
    understood: {leave: [stop]}
    texts:
      steps.welcome.text: "` + strings.Repeat("bardzo ", 30) + `{choices}"
      steps.bills.text: "Proszę, przemoc, {nonsense} 01900 842991"
      steps.were.text: "x"
      steps.where.text: ""
      messages.give_up.say: "Koniec."
      messages.which.text: [a, b]
  Y-y:
  zz: nothing
`)}
	if src, problems := load.Dir(base); len(problems) > 0 || src.Broken || len(src.Book.Languages) > 0 {
		t.Errorf("the book is broken (%v), %v", src.Broken, problems)
	}
	src, problems := check.On(base, time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	polski(t, src.Book)
	told := map[string]bool{}
	for _, p := range problems {
		if p.Severity == load.Error {
			t.Error(p)
		}
		if p.File == "languages.yaml" {
			told[p.Rule] = true
			if p.Rule == "unsigned-translation" && strings.Contains(p.What, "Strange") {
				for _, says := range []string{"signed_off_on is missing", "is an unsigned translation",
					"wordings are missing", "steps.were.text"} {
					if !strings.Contains(p.What, says) {
						t.Errorf("%q does not say %q", p.What, says)
					}
				}
			}
		}
	}
	for _, rule := range []string{"unsigned-translation", "unsigned-segments", "alphabet", "watch-word", "placeholder",
		"translation-placeholder", "number-in-words", "carrier-word", "unknown-key", "choice", "shape", "id"} {
		if !told[rule] {
			t.Errorf("%q is not reported of the unsigned translation", rule)
		}
	}
}

// A translation is served once a role and a day are written, and not before.
func TestSignedIsServed(t *testing.T) {
	for _, lines := range []string{signedBy + voiced, signedOn + voiced,
		signedBy + "    signed_off_on: \"\"\n" + voiced} {
		src, problems := load.Dir(sign(t, "pl", lines))
		if len(problems) > 0 || len(src.Book.Languages) > 0 {
			t.Errorf("signed by half (%q): %d languages, %v", lines, len(src.Book.Languages), problems)
		}
		polski(t, src.Book)
	}
	if _, problems := load.Dir(sign(t, "pl", signedBy+signedOn)); len(load.Errors(problems)) != 1 ||
		!strings.Contains(problems[0].What, `"voice" is missing`) {
		t.Errorf("signed without a voice: %v", problems)
	}
	label := polishLabel(t, "letgo_south")
	src, problems := load.Dir(sign(t, "pl", signedBy+signedOn+voiced))
	if len(problems) > 0 || len(src.Book.Languages) != 1 {
		t.Fatalf("signed: %d languages, %v", len(src.Book.Languages), problems)
	}
	for _, d := range src.Unsigned {
		if d.ID == "pl" {
			t.Error("what is signed is still unsigned")
		}
	}
	if s, text := polski(t, src.Book); s.Lang != 1 || !strings.Contains(text, label) {
		t.Errorf("signed: %q is answered in %d", text, s.Lang)
	}
	// A fault in a signed language is an error, as before.
	book := sign(t, "pl", signedBy+signedOn+voiced)
	book["languages.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(book["languages.yaml"].Data),
		"      steps.where.text:", "      steps.were.text:", 1))}
	if _, problems := load.Dir(book); len(load.Errors(problems)) != 2 {
		t.Errorf("a signed language that is not whole: %v", problems)
	}
}
