package flows_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/flows"
)

// follows checks conversations: after each, given as texts divided by "|", the last answer holds the numbers of some
// services and not those of others. A name that is no service is a part of the answer.
type follows struct {
	texts      string
	has, never []string
}

func checkFollows(t *testing.T, b *flows.Book, list []follows) {
	t.Helper()
	for _, tt := range list {
		var s flows.State
		var r flows.Reply
		for text := range strings.SplitSeq(tt.texts, "|") {
			var err error
			if s, r, err = b.Step(wednesday, s, flows.TextInput(text)); err != nil {
				t.Fatal(err)
			}
		}
		holds := func(what string) bool {
			if svc := b.Service(what); svc != nil {
				what = svc.Lines[0].Printed
			}
			return strings.Contains(r.Text, what)
		}
		if slices.ContainsFunc(tt.has, func(w string) bool { return !holds(w) }) || slices.ContainsFunc(tt.never, holds) {
			t.Errorf("%q ends with %q, and not with %q, or with %q", tt.texts, r.Text, tt.has, tt.never)
		}
	}
}

// A child stays a child, and an adult who is worried about one keeps that line.
func TestChildStaysAChild(t *testing.T) {
	child, worried := []string{"childline"}, []string{"nspcc"}
	checkFollows(t, shipped(t), []follows{
		{"i am 12|my sister is 4 and dad hits her", child, []string{"town"}},
		{"i am 12|my sister is 4 and dad hits her|kendal", []string{"childline", "letgo_south"}, nil},
		{"im 12|my friend at school gets hit by her mum|we are 12", child, nil},
		{"i am 11|my mum and dad fight|he hit her with a chair", []string{"childline", "999"}, nil},
		{"im in year 8|my brother does stuff to me", child, []string{"sexual_violence_line"}},
		{"im in year 8|my brother does stuff to me|crewe", []string{"childline", "cheshire_east_hub"}, nil},
		{"im 13|he comes in my room|widnes", []string{"childline", "halton_service"}, []string{"sexual_violence_line"}},
		{"im 12|my girlfriend hits me", child, []string{"mens_advice_line"}},
		{"im 12|i hit my brother", child, []string{"respect"}},
		{"im 12|nowhere to go", child, []string{"national_helpline"}},
		{"im 12|leeds", child, []string{"national_helpline"}},
		{"im 12|newton", child, []string{"Which place"}},
		{"im 12|it was monday|he was drunk|we had tea", child, nil},
		{"i think my partner is grooming my daughter|12", worried, []string{"childline"}},
		{"i think my partner is grooming my daughter|4|7", worried, nil},
		{"im a mum my daughter told me her stepdad touches her|shes 9|hes my husband", worried, nil},
		{"is my child being abused|she wets the bed|since new bf", worried, nil},
		{"my nephew has bruises|it was monday|hes 4", worried, nil},
		{"my nephew has bruises|crewe|hes 4|her husband hits her", []string{"nspcc", "cheshire_east_hub"}, nil},
		{"my nephew has bruises|im 12", child, nil}, // it is the child who writes
		{"my nephew has bruises|asdfgh|asdfgh", []string{"nspcc", "national_helpline"}, nil},
	})
}
