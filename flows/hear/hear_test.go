package hear_test

import (
	"strings"
	"testing"

	"signpost/flows/hear"
	"signpost/internal/area"
)

func ear(t testing.TB, lists ...hear.List) *hear.Ear {
	t.Helper()
	words := map[string][]string{"he": {"he", "hes", "my husband"}, "weapon": {"knife", "gun"}}
	e, mistakes := hear.Compile(hear.Spec{Lists: lists, Words: words, Glue: []string{"hes", "got", "a"},
		Small: map[string][]string{hear.Now: {"now", "hes"}, hear.Subject: {"i", "he"}, hear.Dated: {"it", "was"}}})
	for _, m := range mistakes {
		t.Fatal(m)
	}
	return e
}

// What a phrase matches, and what it does not.
func TestPhrases(t *testing.T) {
	tests := []struct {
		phrase, text string
		want         bool
	}{
		{"he has a knife", "help he has a knife now", true}, {"he has a knife", "he has a knives", false},
		{"{he} ... {weapon}", "my husband just got a gun", true}, {"{he} ... {weapon}", "he left. my gun", false},
		{"{he} ... {weapon}", "he went to the town hall with a knife", false}, // the gap is three words
		{"(really) scared/frightened", "frightened", true}, {"[not safe/in danger] now", "in danger now", true},
		{"[not safe/in danger] now", "in danger", false},
		{"my friend & bruises/scared", "she is my friend. she has bruises", true},
		{"my friend & bruises/scared", "scared for my freind", true},
		{"my friend & bruises/scared", "my friend is lovely", false}, {"{he} & {he}", "he", false},
		{"{he} & {he}", "he and he", true},
		{"{he} & {weapon} & outside", "outside. hes got a gun", true},
		{"{he} & {weapon} & outside", "hes got a gun", false},
		{"my friend & bruises", "my friend" + strings.Repeat(" and so on", 12) + " bruises", false}, // too far apart
		{"strangled me", "he strangeld me", true}, {"strangled me", "heee strangledddd me", true},
		{"got a knife", "hesgotaknife", true},
	}
	for _, tt := range tests {
		r := ear(t, hear.List{Kind: hear.Danger, Phrases: []string{tt.phrase}}).Hear(tt.text, nil)
		if r.Has(hear.Danger) != tt.want {
			t.Errorf("%q in %q: %v", tt.phrase, tt.text, !tt.want)
		}
	}
}

// A phrase that opens a text matches behind fillers, and behind nothing else.
func TestOpeningPhrases(t *testing.T) {
	e := ear(t, hear.List{Kind: hear.MaybeBehaviour, Phrases: []string{"^ slapped her", "^ hit her & sorry"}},
		hear.List{Kind: hear.Filler, Phrases: []string{"so/hi/well", "hello there"}})
	for text, want := range map[string]bool{
		"slapped her": true, "so slapped her": true, "hi. well, slapped her": true,
		"hello there slapped her again": true,
		"he slapped her":                false, "so he slapped her": false, "she came in. slapped her": false,
		"hit her. im so sorry": true, "he hit her. im so sorry": false,
	} {
		if got := e.Hear(text, nil).Has(hear.MaybeBehaviour); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// A look-alike takes away what rests on the same words, and nothing else.
func TestLookAlikes(t *testing.T) {
	apart := ear(t, hear.List{Kind: hear.Danger, Phrases: []string{"{he} & {weapon}"},
		Unless: []string{"film/game & {weapon}", "{weapon} drawer"}})
	for text, want := range map[string]bool{"his knife. he": true, "he likes a film with a gun": false,
		"he tidied the knife drawer": false, "he has a knife from the knife drawer": true} {
		if got := apart.Hear(text, nil).Has(hear.Danger); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	e := ear(t, hear.List{Kind: hear.Danger, Phrases: []string{"{weapon}", "he is here"},
		Unless: []string{"knife and fork"}})
	for text, want := range map[string]bool{"knife and fork": false, "a knife": true,
		"knife and fork he is here": true} {
		if got := e.Hear(text, nil).Has(hear.Danger); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// What is urgent is dropped where it was long ago.
func TestLongAgo(t *testing.T) {
	e := ear(t, hear.List{Kind: hear.Danger, Phrases: []string{"{weapon}"}},
		hear.List{Kind: hear.Past, Phrases: []string{"years ago"}})
	for text, want := range map[string]bool{"a knife years ago": false, "years ago. now he has a knife": true,
		"i left him years ago hes got a knife": true, "hes got a knife i left him years ago": true,
		"my ex hes in prison he had a knife years ago": false, "he had a knife. it was years ago": false,
		"he has a knife. i left him years ago": true, "now that was years ago he had a knife": false} {
		if got := e.Hear(text, nil).Has(hear.Danger); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// The words around a place tell whose it is.
func TestRoles(t *testing.T) {
	e := ear(t, hear.List{Kind: hear.Here, Phrases: []string{"in {place}"}},
		hear.List{Kind: hear.NotHere, Phrases: []string{"not in {place}"}},
		hear.List{Kind: hear.Theirs, Phrases: []string{"{he} in {place}"}})
	places := area.Shipped().Finder(nil)
	for text, want := range map[string]string{"im in kendal": "kendal", "not in kendal": "",
		"hes in kendal im in crewe": "crewe"} {
		var names []string
		for _, p := range e.Hear(text, places).Answer.Evidence {
			names = append(names, p.Name)
		}
		got := strings.Join(names, ",")
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A phrase that cannot be read is told, and the others go on.
func TestMistakes(t *testing.T) {
	for _, phrase := range []string{"", "(maybe)", "... knife", "knife ...", "{nobody}", "[open", "(a/b", "[a/b (c)] knife", "his) knife",
		strings.Repeat("a ", 20)} {
		_,
			mistakes := hear.Compile(hear.Spec{Lists: []hear.List{{Kind: hear.Danger,
			Phrases: []string{phrase, "knife"}}}, Words: map[string][]string{"self": {"{self}"}}})
		if len(mistakes) != 1 {
			t.Errorf("%q: %d mistakes", phrase, len(mistakes))
		}
	}
	if _, mistakes := hear.Compile(hear.Spec{Lists: []hear.List{{Kind: hear.Danger, Phrases: []string{"{self}"}}},
		Words: map[string][]string{"self": {"{self}"}}}); len(mistakes) != 1 {
		t.Errorf("a list that names itself: %v", mistakes)
	}
}

// Hearing any text ends, says the same again, and stays within the text.
func FuzzHear(f *testing.F) {
	e := ear(f, hear.List{Kind: hear.Danger, Phrases: []string{"{he} ... {weapon}", "(a) knife"}},
		hear.List{Kind: hear.Here, Phrases: []string{"in {place}"}})
	places := area.Shipped().Finder(nil)
	for _, s := range []string{"", "im in kendal he has a knife", "k e n d a l", strings.Repeat("he knife ", 300),
		"\xff🔪"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := e.Hear(s, places)
		for _, fact := range r.Facts {
			if fact.From < 0 || fact.To > len(r.Words) || fact.From >= fact.To {
				t.Errorf("%q: %+v", s, fact)
			}
		}
		if again := e.Hear(s, places); again.Set() != r.Set() {
			t.Errorf("%q: %v, then %v", s, r.Set(), again.Set())
		}
	})
}
