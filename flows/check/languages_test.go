package check_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
)

var inBraces = regexp.MustCompile(`\{[a-z]+\}`)

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

// withLanguage is the shipped book with a language that nobody speaks; some paths
// may be said in other words, or left out with "".
func withLanguage(t testing.TB, other map[string]string) fstest.MapFS {
	t.Helper()
	base := files(t)
	src, _ := load.Dir(base)
	var b strings.Builder
	b.WriteString("schema: 1\nown_words: [english]\nlanguages:\n  xx:\n    name: Strange\n    words: [strange, po strangu]\n    key: \"8\"\n    offer_say: Strangu, 8.\n    voice: {name: Polly.Ola, language: pl-PL}\n    signed_off_by: the tests\n    signed_off_on: \"2026-11-20\"\n    understood:\n      leave: [odejdz]\n    texts:\n")
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
		{"strange", strange("Local info line. Reply with your town")}, {"kendal", "01229 582386: " + strange("local team")}, {"2", strange("0800 and 0808 calls are free")},
		{"english", "01229 582386: local team"}, {"po strangu", "01229 582386: " + strange("local team")}, {"9", strange("Which is nearest?")}, {"odejdz", ""},
	} {
		if got := say(flows.Heard(turn.they)).Text; !strings.HasPrefix(got, turn.we) || turn.we == "" && got != "" {
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
	}{{'8', 1, strange("Local information line.")}, {'1', 1, strange("For Cumbria")}, {'1', 1, strange("For Carlisle or Penrith")}, {'3', 1, strange("To be put through now")}, {'8', 0, "To be put through now"}, {'8', 1, strange("To be put through now")}, {'1', 1, strange("Putting you through to")}} {
		reply := say(flows.Pressed(turn.key))
		if got := flows.Spoken(reply.Speech); !strings.HasPrefix(got, turn.we) || reply.Speech[0].Lang != turn.lang {
			t.Errorf("%c is answered in %d: %q", turn.key, reply.Speech[0].Lang, got)
		}
	}
	if got := flows.Spoken(say(flows.LegEnded(flows.LegNoAnswer)).Speech); !strings.HasPrefix(got, strange("There was no answer")) {
		t.Errorf("nobody answers: %q", got)
	}

	// The walk goes through it, and everything can be reached in it.
	reached := map[uint8]map[string]bool{0: {}, 1: {}}
	w := check.WalkBook(b, func(e *check.Edge) {
		if e.Reply.Text == "" && !e.Reply.Ended && !e.Reply.Rest && !e.From.Call {
			t.Errorf("silence from %+v", e.From.State)
		}
	})
	for _, n := range w.Nodes {
		reached[n.State.Lang][n.State.Step] = true
	}
	if len(reached[1]) < len(b.Steps)-1 || len(reached[0]) != len(reached[1])+1 { // but for the beginning
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
		{"a path misspelt", map[string]string{"MORE": "      steps.were.text: \"x\"\n"}, "unknown-translation", `"steps.where.text"`},
		{"too long", map[string]string{"steps.welcome.text": strings.Repeat("bardzo ", 20) + "{choices} 999 X 0"}, "segments", "characters"},
		{"a letter plain texts do not hold", map[string]string{"steps.bills.text": "Proszę"}, "alphabet", "'ę'"},
		{"a watch-word of its own", map[string]string{"steps.bills.text": "przemoc", "MORE": "    watch_words: [przemoc]\n"}, "watch-word", "przemoc"},
		{"a key of two", map[string]string{"MORE": second}, "language-key", "xx already"},
		{"a word of two", map[string]string{"MORE": second}, "clash", "asks for xx too"},
		{"a network's word for a language", map[string]string{"MORE": strings.Replace(second, "[strange]", "[start]", 1)}, "carrier-word", "start"},
		{"a network's word to leave", map[string]string{"MORE": strings.Replace(second, "    texts:", "    understood: {leave: [stop]}\n    texts:", 1)}, "carrier-word", "stop"},
		{"a date that is none", map[string]string{"MORE": strings.Replace(second, "2026-11-20", "soon", 1)}, "date", "soon"},
	} {
		_, problems := check.Dir(withLanguage(t, tt.other))
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
const second = "  yy:\n    name: Other\n    words: [strange]\n    key: \"8\"\n    voice: {name: Polly.Ola, language: pl-PL}\n    signed_off_by: the tests\n    signed_off_on: \"2026-11-20\"\n    texts: {}\n"
