package flows_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/flows"
)

// says plays some texts, and returns the replies and the state they end in.
func says(t *testing.T, b *flows.Book, s flows.State, texts ...string) (flows.State, []flows.Reply) {
	t.Helper()
	var replies []flows.Reply
	for _, text := range texts {
		next, r, err := b.Step(wednesday, s, flows.TextInput(text))
		if err != nil {
			t.Fatal(err)
		}
		s, replies = next, append(replies, r)
	}
	return s, replies
}

const (
	northNumber = "01228 633640"
	openNumber  = "0808 2000 247"
)

// A place that may be another of the same name gets its number at once, with the towns of the area.
func TestPlaceInDoubtHasItsNumber(t *testing.T) {
	b := shipped(t)
	_, r := says(t, b, flows.State{}, "brampton", "asdfgh", "1")
	for i, reply := range r {
		if !strings.Contains(reply.Text, northNumber) || !strings.Contains(reply.Text, "999") {
			t.Errorf("reply %d: %q", i, reply.Text)
		}
	}
	if len(r[0].Shows) == 0 || r[1].Text != r[0].Text || r[2].Text == r[0].Text {
		t.Errorf("%q, %q, %q", r[0].Text, r[1].Text, r[2].Text)
	}
	for _, hidden := range []string{
		"going to brampton", // somebody may be hiding there
		"dent",              // an ordinary word
		"egremnt",           // a typing mistake may be another place
		"kendal or penrith", // two places
	} {
		_, r := says(t, b, flows.State{}, hidden)
		if strings.Contains(r[0].Text, "01") || len(r[0].Shows) > 0 {
			t.Errorf("%s gets %q", hidden, r[0].Text)
		}
	}
}

// The number stands in the text for somebody deaf, too, and comes last if the line does not answer.
func TestPlaceInDoubtForEveryCaller(t *testing.T) {
	b := shipped(t)
	_, r := says(t, b, flows.State{}, "im deaf", "brampton")
	if text := r[1].Text; !strings.Contains(text, "18001 "+northNumber) || len(text) > 160 {
		t.Errorf("%d letters: %q", len(text), text)
	}
	for i := range b.Areas[:len(b.Areas)-1] {
		s := flows.State{Step: b.People[flows.Me].Ask, Need: flows.NeedDeaf, Spelt: true,
			Ask: [4]string{b.Areas[i].ID, b.Areas[len(b.Areas)-1].ID}}
		_, r := says(t, b, s, "asdfgh")
		if !strings.Contains(r[0].Text, "999") || !strings.Contains(r[0].Text, openNumber) {
			t.Errorf("%s: %q", b.Areas[i].ID, r[0].Text)
		}
	}
	north := *b.Service("letgo_north")
	b.Service("letgo_north").NotAnswering = true
	_, r = says(t, b, flows.State{}, "brampton")
	*b.Service("letgo_north") = north
	if at := strings.Index(r[0].Text, openNumber); at < 0 || at > strings.Index(r[0].Text, northNumber) {
		t.Errorf("a line that does not answer comes first: %q", r[0].Text)
	}
}

// A book without these texts asks, and gives the 24-hour number to who goes on.
func TestPlaceInDoubtWithoutItsText(t *testing.T) {
	b := shipped(t)
	b.Messages.WhichOne = flows.Wording{}
	_, r := says(t, b, flows.State{}, "brampton", "asdfgh")
	if strings.Contains(r[0].Text, northNumber) || len(r[0].Shows) > 0 {
		t.Errorf("asked with %q, %v", r[0].Text, r[0].Shows)
	}
	if !strings.Contains(r[1].Text, openNumber) || !strings.Contains(r[1].Text, "999") {
		t.Errorf("then %q", r[1].Text)
	}
}

// A later place that fits the known area changes nothing. Any other place is answered or asked about.
func TestPlaceAfterAKnownPlace(t *testing.T) {
	b := shipped(t)
	for _, tt := range []struct {
		first, then string
		same        bool
	}{
		{"barrow", "walney really, north scale", true},
		{"warrington", "Sory latchford. by the swing bridge", true},
		{"carlisle", "brampton", true},
		{"windermere", "but i live in bowness", true},
		{"windermere", "not bowness i mean upton", false},
		{"kendal", "penrith or whitehaven", false},
		{"kendal", "penrith or barrow", true},
		{"coniston", "is it barrow or kendal for us", true},
		{"helsby", "is that runcorn or chester do us", true},
		{"gosforth", "no not newcastle!! cumbria", true},
		{"gosforth", "yes newcastle", false},
		{"whitehaven", "moved to bowness", false},
		{"whitehaven", "no i mean bowness", false},
		{"whitehaven", "not whitehaven, bowness", false},
		{"kendal", "near lancaster", false},
		{"kendal", "im in a refuge near london", false},
		{"kendal", "not kendal, somewhere else in cumbria", false},
		{"crewe", "moved, still in cheshire", false},
		{"chester", "its for my sister, upton", false},
		{"neston", "wirral or cheshire", true},
		{"liverpool", "brampton", false},
		{"liverpool", "near gretna", false},
		{"kendal", "in cheshire", false},
		{"chester", "no i mean upton", false},
		{"chester", "moved to upton", false},
	} {
		s, r := says(t, b, flows.State{}, tt.first, tt.then)
		if same := r[1].Text == r[0].Text && s.Ask == [4]string{}; same != tt.same {
			t.Errorf("%s, %s: %q, then %q", tt.first, tt.then, r[0].Text, r[1].Text)
		}
	}
}

// A village elsewhere beside a town of ours is asked about. A town of ours decides between two places with "or".
func TestPlacesTogether(t *testing.T) {
	b := shipped(t)
	for text, areas := range map[string][]string{
		"rigg, by penrith": {"scotland", "cumbria_north"}, "is it barrow or kendal": {"cumbria_south"},
		"burton or barrow": {"cumbria_south"}, "he never got over it": nil,
		"carlisle. no kendal": {"cumbria_south"}, "it says carlisle but im in kendal": {"cumbria_south"},
	} {
		c := b.Classify(text)
		got := slices.DeleteFunc(slices.Clone(c.Place.Areas[:]), func(a string) bool { return a == "" })
		slices.Sort(got)
		slices.Sort(areas)
		if !slices.Equal(got, areas) || c.Kind == flows.CaseDenied {
			t.Errorf("%q: %v, %v", text, c.Kind, got)
		}
	}
}

// An answer to danger names the number of a place that stays known, and none of a place that the writer left, or of
// somebody else's. A line for who they are stays.
func TestPlaceInDanger(t *testing.T) {
	b := shipped(t)
	const south, west, mens = "01229 582386", "01900 842991", "0808 801 0327"
	for _, tt := range []struct {
		texts      []string
		has, never string
	}{
		{[]string{"kendal", "hes outside"}, south, ""},
		{[]string{"windermere", "hes outside im at bowness"}, south, ""},
		{[]string{"whitehaven", "moved to bowness. hes outside with a knife"}, openNumber, west},
		{[]string{"kendal", "hes got a knife im in upton now"}, openNumber, south},
		{[]string{"kendal", "my sister is being strangled right now"}, openNumber, south},
		{[]string{"kendal", "im deaf and i dont live in kendal"}, "85258", south},
		{[]string{"kendal", "im a man in upton"}, mens, south},
		{[]string{"im a man my wife hits me in kendal", "wrong town", "shes outside with a knife"}, mens, south},
		{[]string{"im a man my wife hits me in windermere", "shes outside im at bowness"}, mens, ""},
		{[]string{"i cant speak he will hear", "hes outside im in kendal"}, "85258", ""},
		{[]string{"i took all my tablets", "im deaf"}, "18000", ""},
	} {
		_, r := says(t, b, flows.State{}, tt.texts...)
		last := r[len(r)-1].Text
		lost := tt.never != "" && strings.Contains(last, tt.never)
		if !strings.Contains(last, tt.has) || !strings.Contains(last, "999") || lost {
			t.Errorf("%q: %q", tt.texts, last)
		}
	}
}

// Whether a place was spelt right is kept from one text to the next.
func TestSpeltIsKept(t *testing.T) {
	b := shipped(t)
	s, _ := says(t, b, flows.State{}, "brampton")
	got, err := b.Decode(s.Encode())
	if err != nil || !s.Spelt || !got.Spelt || got.Line != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
