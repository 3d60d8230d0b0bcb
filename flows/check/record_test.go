package check_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/hours"
)

// When any conversation is recorded, the example checks clean in the book it was
// recorded in, and fails once an answer changes.
func TestRecordedExamples(t *testing.T) {
	b := testbook.Load(t)
	base := files()
	unrecorded, _ := load.Dir(base)
	before := len(unrecorded.Examples)
	at := time.Date(2026, 12, 28, 14, 0, 0, 0, hours.London()) // a bank holiday
	rng := rand.New(rand.NewPCG(3, 4))
	texts := slices.DeleteFunc(check.TextInputs(b), func(text string) bool { return text == "" })
	keys := []string{"1", "2", "3", "4", "5", "9", "0", "#", "silence"}
	legs := []string{"no answer", "engaged", "failed", "answered"}
	var all strings.Builder
	for n := range 40 {
		call := n%2 == 1
		var they []string
		if call {
			they = []string{"rings"}
		}
		for range 1 + rng.IntN(6) {
			if !call {
				they = append(they, texts[rng.IntN(len(texts))])
				continue
			}
			if text, err := check.Record(b, "x", at, true, they); err != nil {
				t.Fatal(err)
			} else if last := text[strings.LastIndex(text, "they:"):]; strings.Contains(last, "ends: yes") {
				break
			} else if strings.Contains(last, "connects_to") {
				they = append(they, legs[rng.IntN(len(legs))])
			} else {
				they = append(they, keys[rng.IntN(len(keys))])
			}
		}
		text, err := check.Record(b, `Recorded: "`+they[0]+`"`, at, call, they)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("\n" + text)
	}
	base["examples.yaml"] = &fstest.MapFile{Data: append(base["examples.yaml"].Data, all.String()...)}
	src, problems := check.Dir(base)
	for _, p := range problems {
		t.Error(p)
	}
	const recorded = 40
	if len(src.Examples) != before+recorded {
		t.Errorf("%d examples", len(src.Examples))
	}
	base["services.yaml"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(base["services.yaml"].Data),
		"0808 157 0010", "0808 157 0011"))}
	base["examples.yaml"] = &fstest.MapFile{Data: []byte("schema: 1\nexamples:\n" + all.String())}
	failed := false
	if _, problems = check.Dir(base); len(problems) > 0 {
		for _, p := range problems {
			failed = failed || strings.HasPrefix(p.Rule, "example") && strings.Contains(p.What, "Recorded")
		}
	}
	if !failed {
		t.Error("a changed number is not noticed by any recorded example")
	}
	if _, err := check.Record(b, "x", at, false, []string{""}); err == nil {
		t.Error("a text with no words is recorded")
	}
	if _, err := check.Record(b, "x", at, true, []string{"sings"}); err == nil {
		t.Error("what nobody can do is recorded")
	}
}
