package flows_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"signpost/flows"
)

// Plain sentences of danger, of despair and of own behaviour mean the same in any company: behind a
// greeting, before a question, beside a town. A word of the company must not hide them.
func TestInCompany(t *testing.T) {
	b := shipped(t)
	sentences := map[string][]string{}
	data, err := os.ReadFile("testdata/understanding/company.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if kind, text, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			sentences[kind] = append(sentences[kind], text)
		}
	}
	for _, test := range []struct {
		kind string
		good func(answered) bool
		most int // that may fail
	}{
		// "No call the police" may ask for the opposite.
		{"danger", func(a answered) bool { return a.Emergency }, 2},
		{"despair", func(a answered) bool { return strings.Contains(a.Text, "116 123") || a.Emergency }, 1},
		// Own behaviour is heard, or asked about: no service for people who are harmed is shown. A child gets their line.
		{"behaviour", func(a answered) bool {
			return a.Emergency || a.Child ||
				slices.Contains([]flows.CaseKind{flows.CaseBehaviour, flows.CaseEither, flows.CaseDespair}, a.Kind)
		}, 0},
	} {
		all, failed := 0, 0
		for _, beside := range sentences["beside"] {
			for _, sentence := range sentences[test.kind] {
				text := strings.ReplaceAll(beside, "%s", sentence)
				all++
				if a := answer(t, b, text); !test.good(a) {
					failed++
					t.Logf("%s: %q gets %q", test.kind, text, a.Text)
				}
			}
		}
		t.Logf("%s: %d of %d fail", test.kind, failed, all)
		if failed > test.most || all < 1000 {
			t.Errorf("%s: %d of %d fail, at most %d may", test.kind, failed, all, test.most)
		}
	}
}

// A greeting, thanks, a kiss, capitals and signs change nothing: no danger is lost, and no place becomes another.
func TestCourtesiesChangeNothing(t *testing.T) {
	b := shipped(t)
	changes := map[string]func(string) string{
		"hello": func(s string) string { return "Hello " + s }, "hi": func(s string) string { return "hi " + s },
		"sorry": func(s string) string { return "sorry " + s }, "kiss": func(s string) string { return s + " x" },
		"please":    func(s string) string { return s + " please" },
		"thanks":    func(s string) string { return s + " thanks" },
		"signature": func(s string) string { return s + "\n\nSent from my Galaxy" },
		"capitals":  strings.ToUpper, "dots": func(s string) string { return s + "..." },
		"emoji": func(s string) string { return s + " 😢" },
		"shorthand": strings.NewReplacer(" to ", " 2 ", " for ", " 4 ", " you ", " u ", " are ", " r ", " your ",
			" ur ").Replace,
		"apostrophe": func(s string) string { return strings.ReplaceAll(s, "'", "’") },
	}
	urgent := func(a answered) bool { return a.Emergency || a.Kind == flows.CaseDespair }
	tried, lost, unplaced := 0, 0, 0
	for _, file := range []string{"danger.csv", "tenth.csv", "places.csv"} {
		for _, r := range rowsOf(t, file) {
			if r.judging {
				continue
			}
			plain := answer(t, b, r.text)
			for name, change := range changes {
				a := answer(t, b, change(r.text))
				tried++
				if urgent(plain) && !urgent(a) {
					lost++
					t.Logf("%s: %q is no longer urgent", name, r.text)
				}
				if plain.Area != "" && a.Area != "" && a.Area != plain.Area {
					t.Errorf("%s: %q is in %s, and was in %s", name, r.text, a.Area, plain.Area)
				}
				if plain.Area != "" && a.Area == "" {
					unplaced++
				}
			}
		}
	}
	t.Logf("%d of %d are no longer urgent, %d have no place any more", lost, tried, unplaced)
	if lost > 1 || unplaced > 70 || tried < 10_000 { // "goodbye thanks" leaves
		t.Errorf("%d of %d are no longer urgent, and %d have no place any more", lost, tried, unplaced)
	}
}

// Who asks for something is never met with silence, whichever courtesy it comes with.
func TestWhoAsksIsAnswered(t *testing.T) {
	b := shipped(t)
	courtesies := []string{"", "thanks", "thank you", "ok", "okay", "hi", "hello", "hiya", "good morning",
		"good evening",
		"sorry", "sorry to bother you", "please", "cheers", "bye", "x", "lol", "yes", "no", "ta", "great", "take care"}
	asks := []string{"i need help", "help", "help me", "please help", "can you help me", "need a number",
		"i need a number",
		"can you send me a number", "i want help", "what do i do", "who can i ring", "im in kendal", "he hits me"}
	for _, courtesy := range courtesies {
		for _, ask := range asks {
			for _, text := range []string{courtesy + " " + ask, ask + " " + courtesy, courtesy + ". " + ask + " x"} {
				if a := answer(t, b, text); a.Text == "" {
					t.Errorf("%q gets silence", text)
				}
			}
		}
	}
	for _, greeting := range []string{"hi", "hi x", "hello", "hello x", "hiya xx", "good morning", "morning",
		"good evening x",
		"hello good afternoon", "hi there", "hello?", "how are you", "sorry to bother you", "its probably nothing"} {
		if a := answer(t, b, greeting); a.Text == "" {
			t.Errorf("%q gets silence", greeting)
		}
	}
	for _, end := range []string{"x", "bye", "bye x", "thanks", "thanks x", "ok thanks", "thanks for your help",
		"thank you for the number", "take care x", "stop"} {
		if a := answer(t, b, end); a.Text != "" {
			t.Errorf("%q gets %q", end, a.Text)
		}
	}
}
