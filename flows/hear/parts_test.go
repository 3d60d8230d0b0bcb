package hear_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/flows/hear"
)

// acting is an ear that weighs who does what to whom.
func acting(t *testing.T) *hear.Ear {
	t.Helper()
	sign := func(text string) hear.Sign {
		s, ok := hear.ParseSign(text)
		if !ok {
			t.Fatalf("%q is no sign", text)
		}
		return s
	}
	ear, mistakes := hear.Compile(hear.Spec{
		Lists: []hear.List{{Kind: hear.Deaf, Phrases: []string{"deaf"}},
			{Kind: hear.Hurt, Phrases: []string{"hurts me"}},
			{Kind: hear.Older, Phrases: []string{"i am now more than eighty"}},
			{Kind: hear.Taken, Phrases: []string{"took pills"}}},
		Sorts: map[string][]string{"strike": {"slap", "hit"}, "ifirst": {"i", "ive"}, "me": {"me", "my"},
			"she": {"she", "her"}, "wife": {"wife", "gf"}},
		Parts: map[string][]string{"i": {"ifirst"}, hear.PartMe: {"me"}, hear.PartThey: {"she", "wife"},
			"harm": {"strike"}},
		Scales: []hear.Scale{
			{Kind: hear.MaybeBehaviour, Enough: 1, Adds: map[hear.Sign]float32{sign("@^-harm-they"): 1,
				sign("@i-harm-they"): 1}},
			{Kind: hear.Hurt, Enough: 1, Adds: map[hear.Sign]float32{sign("@they-harm-me"): 1}},
			{Kind: hear.Man, Enough: 1, Adds: map[hear.Sign]float32{sign("football"): 1.2}},
			{Kind: hear.Ordinary, Enough: 1, Adds: map[hear.Sign]float32{sign("football"): 2, sign("tea"): 1}},
		},
	})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return ear
}

// Who does what to whom is weighed without the words between, and without whose somebody is.
func TestWhoDoesWhatToWhom(t *testing.T) {
	ear := acting(t)
	for text, want := range map[string][2]bool{ // harms, is harmed
		"slapped my gf again":           {true, false},
		"today i really hit the wife":   {true, false},
		"she slapped me again":          {false, true},
		"my wife then hit me":           {false, true},
		"slapped me again today":        {false, false},
		"the weather is fine again":     {false, false},
		"hit her, her, her and my wife": {true, false}, // a part said twice in a row is one
	} {
		if r := ear.Hear(text, nil); r.Has(hear.MaybeBehaviour) != want[0] || r.Has(hear.Hurt) != want[1] {
			t.Errorf("%q: harms %v, is harmed %v", text, r.Has(hear.MaybeBehaviour), r.Has(hear.Hurt))
		}
	}
	var signs []string
	r := ear.Hear("my wife hit me", nil)
	ear.EachSign(ear.Stems(r), 0, func(s hear.Sign, _, _ int) {
		if s.OfParts() {
			signs = append(signs, s.String())
		}
	})
	want := []string{"@^-they", "@^-they-harm", "@^-they-harm-me", "@they-harm", "@they-harm-me", "@harm-me"}
	if !slices.Equal(signs, want) {
		t.Errorf("parts are %s", strings.Join(signs, " "))
	}
}

// Words of everyday life deny a short phrase and what is only weighed, never a long
// phrase, one of somebody who is harmed, or what is urgent.
func TestEverydayLife(t *testing.T) {
	ear := acting(t)
	for _, test := range []struct {
		text string
		kind hear.Kind
		want bool
	}{
		{"football for deaf dogs", hear.Deaf, false},
		{"tea for deaf dogs", hear.Deaf, true}, // too little speaks of everyday life
		{"im deaf please help", hear.Deaf, true},
		{"football on the green", hear.Man, false},
		{"football i am now more than eighty", hear.Older, true},
		{"football, he hurts me", hear.Hurt, true},
		{"football i took pills", hear.Taken, true},
	} {
		if r := ear.Hear(test.text, nil); r.Has(test.kind) != test.want || r.Sure(test.kind) && !test.want {
			t.Errorf("%q: %v is %v", test.text, test.kind, r.Has(test.kind))
		}
	}
}
