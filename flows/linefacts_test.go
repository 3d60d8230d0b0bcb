package flows_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/flows"
)

// like is the shipped book with some services changed.
func like(t *testing.T, change map[string]func(*flows.Service)) *flows.Book {
	t.Helper()
	b := shipped(t).Clone()
	for i := range b.Services {
		if c := change[b.Services[i].ID]; c != nil {
			c(&b.Services[i])
		}
	}
	b.Finish()
	return b
}

func noMen(s *flows.Service)     { s.Takes.Men = flows.No }
func noOthers(s *flows.Service)  { s.Takes.ThirdParties = flows.No }
func noRelay(s *flows.Service)   { s.Takes.Relay = flows.No }
func unknowing(s *flows.Service) { s.Takes = flows.Takes{} }

// Nobody is given a line that does not take them, by text or by call; unknown is not no.
func TestTakes(t *testing.T) {
	const local, localNext, helpline = "01229 582386", "0300 303 0157", "0808 2000 247"
	for _, tt := range []struct {
		name         string
		change       map[string]func(*flows.Service)
		texts        []string
		holds, never []string
	}{
		{"a man, and nobody has said", map[string]func(*flows.Service){"letgo_south": unknowing},
			[]string{"im a man in kendal"}, []string{local}, nil},
		{"a man, and a line that takes none", map[string]func(*flows.Service){"letgo_south": noMen},
			[]string{"im a man in kendal"}, []string{"0808 801 0327", localNext}, []string{local}},
		{"a man who then writes his town", map[string]func(*flows.Service){"letgo_south": noMen},
			[]string{"men", "kendal"}, []string{localNext}, []string{local}},
		{"a man in danger", map[string]func(*flows.Service){"letgo_south": noMen},
			[]string{"men", "hes going to kill me kendal"}, []string{"999"}, []string{local}},
		{"a man and his 24-hour line", map[string]func(*flows.Service){"victim_support": noMen}, []string{"men", "0"},
			[]string{helpline}, []string{"0808 1689 111"}},
		{"a woman", map[string]func(*flows.Service){"letgo_south": noMen}, []string{"kendal"}, []string{local}, nil},
		{"somebody else", map[string]func(*flows.Service){"letgo_south": noOthers}, []string{"friend", "kendal"},
			[]string{localNext}, []string{local}},
		{"somebody else in danger", map[string]func(*flows.Service){"letgo_south": noOthers},
			[]string{"my friend in kendal is being hit"}, []string{"999"}, []string{local}},
		{"the person, on the same line", map[string]func(*flows.Service){"letgo_south": noOthers}, []string{"kendal"},
			[]string{local}, nil},
		{"somebody deaf", nil, []string{"im deaf in kendal", "kendal"}, []string{"18001 " + local}, nil},
		{"somebody deaf, and no relay", map[string]func(*flows.Service){"letgo_south": noRelay},
			[]string{"im deaf in kendal", "kendal"}, []string{local, "18001 " + helpline}, []string{"18001 " + local}},
		{"somebody deaf, and a 24-hour line without relay",
			map[string]func(*flows.Service){"national_helpline": noRelay}, []string{"im deaf", "0"},
			[]string{helpline, "18001 0808 1689 111"}, []string{"18001 " + helpline}},
	} {
		_, r := text(t, like(t, tt.change), tt.texts...)
		for _, number := range tt.holds {
			if !strings.Contains(r.Text, number) {
				t.Errorf("%s: %q is not in %q", tt.name, number, r.Text)
			}
		}
		for _, number := range tt.never {
			if strings.Contains(r.Text, number) {
				t.Errorf("%s: %q is in %q", tt.name, number, r.Text)
			}
		}
		if len(r.Text) > 160 {
			t.Errorf("%s: %d letters: %q", tt.name, len(r.Text), r.Text)
		}
	}
	for _, who := range []struct {
		keys string
		svc  string
		not  func(*flows.Service)
	}{{"12131", "letgo_south", noOthers}} {
		b := like(t, map[string]func(*flows.Service){who.svc: who.not})
		if rung := ring(t, b, who.keys[1:], nil); slices.Contains(rung, who.svc) {
			t.Errorf("after %s, %q are rung", who.keys, rung)
		}
	}
	// Every line but one takes no men: that one is left.
	all := map[string]func(*flows.Service){}
	for _, s := range shipped(t).Services {
		all[s.ID] = noMen
	}
	if _, r := text(t, like(t, all), "im a man in kendal"); !strings.Contains(r.Text, "999") ||
		!strings.Contains(r.Text, "0808 1689 111") {
		t.Errorf("a man whom nobody takes is told %q", r.Text)
	}
}

// A caller is told of a greeting that names the service, before they are put through.
func TestTheyAnswer(t *testing.T) {
	for words, told := range map[string]bool{
		"": false, "Hello, how can I help?": false, "Hello, LetGo South": true, "letgo, can you hold?": true,
		"You are through to the domestic abuse team": true, // no word of its name, and words on the watch list
	} {
		b := like(t, map[string]func(*flows.Service){"letgo_south": func(s *flows.Service) { s.FirstWords = words }})
		s, r, err := b.Step(afternoon, flows.State{}, flows.Rang())
		for _, k := range []byte("131") {
			if err == nil {
				s, r, err = b.Step(afternoon, s, flows.Pressed(k))
			}
		}
		if err != nil || r.Act != flows.Dial {
			t.Fatal(err)
		}
		said := flows.Spoken(r.Speech)
		warning := strings.Replace(b.Messages.TheyAnswer.Say, "{first_words}", strings.TrimRight(words, "."), 1)
		connecting, _, _ := strings.Cut(b.Messages.Connecting.Say, "{")
		if strings.HasPrefix(said, warning) != told || !strings.Contains(said, connecting) {
			t.Errorf("%q: the caller hears %q", words, said)
		}
	}
}
