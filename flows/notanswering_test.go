package flows_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/flows"
)

// afternoon is a weekday on which every known line is open.
var afternoon = time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)

func down(ids ...string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// text sends texts to a book, one after the other, and gives the last answer.
func text(t *testing.T, b *flows.Book, texts ...string) (flows.State, flows.Reply) {
	t.Helper()
	var s flows.State
	var r flows.Reply
	for _, in := range texts {
		var err error
		if s, r, err = b.Step(afternoon, s, flows.TextInput(in)); err != nil {
			t.Fatal(err)
		}
	}
	return s, r
}

// In a text, the 24-hour number comes before that of a line that does not answer, and 999
// before both.
func TestNotAnsweringByText(t *testing.T) {
	b := shipped(t)
	for _, tt := range []struct {
		name  string
		down  []string
		texts []string
		order []string // these numbers, in this order
	}{
		{"a line that answers", nil, []string{"kendal"}, []string{"999", "01229 582386", "0808 2000 247"}},
		{"a line that does not", []string{"letgo_south"}, []string{"kendal"},
			[]string{"999", "0808 2000 247", "01229 582386"}},
		{"two numbers", []string{"letgo_west"}, []string{"workington"},
			[]string{"999", "0808 2000 247", "01900 842991", "01900 842992"}},
		{"the next line", []string{"victim_support_cumbria"}, []string{"kendal", "1"},
			[]string{"999", "0808 2000 247", "0300 303 0157"}},
		{"the 24-hour line itself", []string{"national_helpline"}, []string{"0"},
			[]string{"999", "0808 1689 111", "0808 2000 247"}},
		{"every 24-hour line", []string{"national_helpline", "victim_support"}, []string{"0"},
			[]string{"999", "0808 2000 247"}},
		{"a line for a need", []string{"mens_advice_line"}, []string{"im a man in kendal"},
			[]string{"999", "0808 1689 111", "0808 801 0327"}},
		{"the local line beside one for a need", []string{"letgo_south"}, []string{"im a man in kendal"},
			[]string{"999", "0808 801 0327", "0808 1689 111", "01229 582386"}},
		{"danger", []string{"letgo_south"}, []string{"hes going to kill me kendal"},
			[]string{"999", "0808 2000 247", "01229 582386"}},
		{"own behaviour", []string{"respect"}, []string{"i hit my wife"}, []string{"999", "116 123", "0808 802 4040"}},
	} {
		s, r := text(t, b.WithNotAnswering(down(tt.down...)), tt.texts...)
		at := 0
		for _, number := range tt.order {
			i := strings.Index(r.Text[at:], number)
			if i < 0 {
				t.Errorf("%s: %q is not where it should be in %q", tt.name, number, r.Text)
				break
			}
			at += i + len(number)
		}
		if len(r.Text) > 160 {
			t.Errorf("%s: %d letters: %q", tt.name, len(r.Text), r.Text)
		}
		if got, err := b.Decode(s.Encode()); err != nil || got != s {
			t.Errorf("%s: the state does not fit the book: %v", tt.name, err)
		}
	}
}

// ring presses keys on a call until it is put through, and then lets every line ring out.
// It gives the lines that were rung.
func ring(t *testing.T, b *flows.Book, keys string, after func() *flows.Book) (rung []string) {
	t.Helper()
	s, r, err := b.Step(afternoon, flows.State{}, flows.Rang())
	for i := 0; i < len(keys) && err == nil; i++ {
		s, r, err = b.Step(afternoon, s, flows.Pressed(keys[i]))
	}
	for err == nil && r.Act == flows.Dial && len(rung) < 20 {
		if got := b.Called(afternoon, s); got != nil {
			rung = append(rung, got.ID)
		}
		if after != nil {
			b = after()
		}
		if got := b.Called(afternoon, s); got != r.Dial && (got == nil || got.ID != r.Dial.ID) {
			t.Errorf("%s is rung, and another is taken for it", r.Dial.ID)
		}
		if got, err := b.Decode(s.Encode()); err != nil || got != s {
			t.Errorf("%+v does not fit the book: %+v, %v", s, got, err)
		}
		s, r, err = b.Step(afternoon, s, flows.LegEnded(flows.LegNoAnswer))
	}
	if err != nil {
		t.Fatal(err)
	}
	return rung
}

// On a call, the 24-hour line is tried before a line that does not answer, which comes
// second.
func TestNotAnsweringByCall(t *testing.T) {
	b := shipped(t)
	usual := ring(t, b, "131", nil)
	if len(usual) < 4 || usual[0] != "letgo_south" {
		t.Fatalf("a call for South Cumbria rings %q", usual)
	}
	for _, tt := range []struct {
		name string
		down []string
		want []string // those that are rung first
	}{
		{"the local line", []string{"letgo_south"}, []string{"national_helpline", "letgo_south",
			"victim_support_cumbria"}},
		{"the second line", []string{"victim_support_cumbria"},
			[]string{"letgo_south", "national_helpline", "victim_support_cumbria"}},
		{"the 24-hour line", []string{"national_helpline"}, usual},
		{"the local and the 24-hour line", []string{"letgo_south", "national_helpline"},
			[]string{"victim_support", "letgo_south", "victim_support_cumbria"}},
		{"a line of elsewhere", []string{"respect"}, usual},
	} {
		got := ring(t, b.WithNotAnswering(down(tt.down...)), "131", nil)
		if len(got) < len(tt.want) || !slices.Equal(got[:len(tt.want)], tt.want) {
			t.Errorf("%s: rings %q", tt.name, got)
		}
		if slices.Sort(got); len(slices.Compact(slices.Clone(got))) != len(usual) {
			t.Errorf("%s: of %q, %q are rung", tt.name, usual, got)
		}
	}
	// What is found out in the middle of a call does not ring a line twice, nor pass one over.
	some := []map[string]bool{nil, down("letgo_south"), down("letgo_south", "victim_support_cumbria"),
		down("national_helpline"), down("national_helpline", "victim_support"),
		down("letgo_south", "national_helpline"), down("letgo_south", "national_helpline", "victim_support")}
	for _, keys := range []string{"131", "0"} {
		for _, before := range some {
			for _, after := range some {
				got := ring(t, b.WithNotAnswering(before), keys, func() *flows.Book { return b.WithNotAnswering(after) })
				want := ring(t, b.WithNotAnswering(before), keys, nil)
				if !slices.Equal(got, want) {
					t.Errorf("keys %s with %v, then %v: rings %q, not %q", keys, slices.Collect(maps.Keys(before)),
						slices.Collect(maps.Keys(after)), got, want)
				}
			}
		}
	}
	b = b.WithNotAnswering(down("letgo_south"))
	s, _, _ := b.Step(afternoon, flows.State{}, flows.Rang())
	var r flows.Reply
	for _, k := range []byte("13") {
		s, r, _ = b.Step(afternoon, s, flows.Pressed(k))
	}
	said := flows.Spoken(r.Speech)
	doubt, helpline := strings.Index(said, b.Messages.NotAnswering.Say), strings.Index(said, "0808 2000 247")
	first, _, _ := strings.Cut(b.Messages.NumberLater.Say, "{")
	if !strings.HasPrefix(said, first) || doubt < 0 || helpline < 0 {
		t.Errorf("the caller hears %q", said)
	}
}

// The book it is made from is not changed, and the copy keeps its version.
func TestWithNotAnsweringCopies(t *testing.T) {
	b := shipped(t)
	c := b.WithNotAnswering(down("letgo_south", "no_such_service"))
	if b.Service("letgo_south").NotAnswering || !c.Service("letgo_south").NotAnswering || c.Version != b.Version {
		t.Error("the copy is not one")
	}
	if c = c.WithNotAnswering(nil); c.Service("letgo_south").NotAnswering {
		t.Error("a line that answers again is not taken to")
	}
}
