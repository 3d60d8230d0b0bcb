package flows_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/hear"
	"signpost/flows/load"
	"signpost/internal/english"
	"signpost/internal/gsm7"
)

func shipped(t testing.TB) *flows.Book {
	t.Helper()
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return src.Book
}

// labelled is one message of the set that was labelled by hand before the
// look-up was tuned.
type labelled struct {
	label, text string
	tuning      bool // the half the look-up was tuned on
}

func labelledSet(t testing.TB) []labelled {
	t.Helper()
	f, err := os.Open("testdata/places.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelled
	for sc := bufio.NewScanner(f); sc.Scan(); {
		label, text, ok := strings.Cut(sc.Text(), "\t")
		if ok && !strings.HasPrefix(label, "#") {
			out = append(out, labelled{label, text, len(out)%2 == 0})
		}
	}
	return out
}

// settledSince are outward codes that were asked about when the set was labelled. At
// least 99 of 100 of their postcodes are in one district.
var settledSince = map[string]string{"ch65": "cheshire_west", "WA5": "warrington"}

// What people really type is routed right, asked about, or left alone; never
// routed wrong.
func TestLabelledMessages(t *testing.T) {
	b := shipped(t)
	type score struct{ n, right, wrong, unneeded, missed, falsePlaces, placeFree, places int }
	var half [2]score
	confusion := map[string]map[string]int{}
	for _, m := range labelledSet(t) {
		s := &half[1]
		if m.tuning {
			s = &half[0]
		}
		areas, ask, found := b.Find(m.text)
		got := "-"
		switch {
		case found.Set == 0:
		case len(areas) == 1 && (!ask || areas[0] == "elsewhere"):
			got = areas[0]
		default:
			got = "?"
		}
		kind := m.label
		if confusion[kind] == nil {
			confusion[kind] = map[string]int{}
		}
		s.n++
		if got == "scotland" {
			got = "elsewhere" // the set was labelled before Scotland was an area
		}
		if to, is := settledSince[m.text]; is && got == to {
			got = m.label
		}
		isPlace := m.label != "-" && m.label != "?" && m.label != "-?"
		if isPlace {
			s.places++
		} else if m.label == "-" {
			s.placeFree++
		}
		verdict := ""
		switch {
		case got == m.label, m.label == "-?" && (got == "-" || got == "?"):
			s.right++
			confusion[kind]["right"]++
		case isPlace && got == "?" && slices.Contains(areas, m.label):
			s.unneeded++
			verdict = "an unneeded question"
		case isPlace && got == "-", m.label == "?" && got == "-":
			s.missed++
			verdict = "not understood"
		case m.label == "-" && got == "?":
			s.falsePlaces++
			verdict = "a place where there is none"
		default:
			s.wrong++
			verdict = "WRONG"
		}
		if verdict != "" {
			confusion[kind][verdict]++
			if verdict == "WRONG" || verdict == "a place where there is none" {
				t.Errorf("%q: %s: is %s, got %s (%v, by %v)", m.text, verdict, m.label, got, areas, found.Evidence)
			} else if m.tuning {
				t.Logf("%q: %s: is %s, got %s (%v)", m.text, verdict, m.label, got, areas)
			}
		}
	}
	for i, name := range []string{"tuning half", "judging half"} {
		s := half[i]
		t.Logf("%s: %d messages, %d right, %d wrong, %d unneeded questions and %d not understood of %d places, %d "+
			"false places of %d place-free",
			name, s.n, s.right, s.wrong, s.unneeded, s.missed, s.places, s.falsePlaces, s.placeFree)
		if s.unneeded*20 > s.places {
			t.Errorf("%s: more than one question in twenty is unneeded", name)
		}
	}
	for _, label := range slices.Sorted(mapsKeys(confusion)) {
		t.Logf("%-15s %v", label, confusion[label])
	}
}

// Every question that the tables can lead to, and its repeat when the answer is
// not understood, fits one segment, offers at most four choices, and takes the
// number and the name of each.
func TestEveryQuestion(t *testing.T) {
	b := shipped(t)
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)
	texts := []string{}
	for _, file := range []string{"places", "postcodes"} {
		data, err := os.ReadFile("../internal/area/tables/" + file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			cols := strings.Fields(line)
			switch {
			case strings.HasPrefix(line, "#") || len(cols) < 2:
			case file == "places":
				texts = append(texts, strings.Join(cols[1:], " "))
			case len(cols) == 2:
				texts = append(texts, cols[0])
			default:
				texts = append(texts, cols[0]+" "+cols[1])
			}
		}
	}
	questions := map[string]bool{}
	for _, text := range texts {
		s, r, err := b.Step(now, flows.State{}, flows.TextInput(text))
		if err != nil {
			t.Fatal(err)
		}
		if s.Ask[0] == "" || questions[r.Text] {
			continue
		}
		questions[r.Text] = true
		_, again, err := b.Step(now, s, flows.TextInput("xyzzy plugh"))
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{r.Text, again.Text} {
			if gsm7.Segments(q) != 1 {
				t.Errorf("%q is asked in %d characters: %q", text, gsm7.Length(q), q)
			}
		}
		for i, a := range s.Ask {
			if a == "" {
				break
			}
			for _, answer := range []string{strconv.Itoa(i + 1), b.Area(a).Text, strings.ToUpper(b.Area(a).Text),
				strconv.Itoa(i+1) + ". " + b.Area(a).Text} {
				if got, _, err := b.Step(now, s, flows.TextInput(answer)); err != nil || got.Area != a {
					t.Errorf("%q to %q leads to %q, %v", answer, r.Text, got.Area, err)
				}
			}
		}
	}
	t.Logf("%d texts lead to %d different questions", len(texts), len(questions))
}

// contexts are ways to say where one is; %s is the place.
var contexts = []string{"%s", "im in %s", "near %s", "%s please", "help me im in %s and cant talk", "hi i live in %s x",
	"%s!!", "from %s", "we are at %s with the kids"}

// Every place in the table, in every context, as it is and with a random slip in
// it, is routed to its own area, asked about, or not understood: never routed to
// another.
func TestNeverRoutedWrong(t *testing.T) {
	b := shipped(t)
	data, err := os.ReadFile("../internal/area/tables/places.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	known := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		_, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && !strings.HasPrefix(line, "#") {
			names = append(names, name)
			known[name] = true
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, slip := range []bool{false, true} {
		right, asked, missed, wrong := 0, 0, 0, 0
		for _, name := range names {
			areas, ask, _ := b.Find(name)
			if len(areas) != 1 || ask || len(name) < 5 {
				continue
			}
			typed := name
			if slip {
				if typed = misspelt(rng, name); known[typed] {
					continue
				}
			}
			for _, c := range contexts {
				text := fmt.Sprintf(c, typed)
				got, ask, found := b.Find(text)
				switch {
				case found.Set == 0:
					missed++
				case len(got) > 1 || ask && got[0] != "elsewhere":
					asked++
				case got[0] == areas[0], areas[0] == "wales" && got[0] == "elsewhere",
					areas[0] == "elsewhere" && got[0] == "wales":
					right++ // the national lines, or Wales's: both answer the other's callers
				default:
					wrong++
					t.Errorf("%q is in %s, and routed to %s by %v", text, areas[0], got[0], found.Evidence)
				}
			}
		}
		t.Logf("slips %v: %d right, %d asked about, %d not understood, %d wrong", slip, right, asked, missed, wrong)
		if right < 10_000 {
			t.Error("too few were tried")
		}
	}
}

// misspelt drops, adds, changes or swaps one letter after the first.
func misspelt(rng *rand.Rand, s string) string {
	i, letter := 1+rng.IntN(len(s)-1), string(rune('a'+rng.IntN(26)))
	switch rng.IntN(4) {
	case 0:
		return s[:i] + s[i+1:]
	case 1:
		return s[:i] + letter + s[i:]
	case 2:
		return s[:i] + letter + s[i+1:]
	}
	if i+1 < len(s) {
		return s[:i] + string(s[i+1]) + string(s[i]) + s[i+2:]
	}
	return s
}

// wordContexts are ways to write an ordinary word; %s is the word.
var wordContexts = []string{"%s", "in %s", "the %s", "i was at the %s", "he was %s with me",
	"he keeps %s at me and i cannot sleep", "it is about the %s again",
	"im %s and scared", "my %s", "can you %s please"}

// No ordinary word of English is taken for a certain place, unless it is the name of
// one.
func TestEnglishWordsAreNoPlaces(t *testing.T) {
	b := shipped(t)
	finder := b.Places()
	named := func(w string) bool {
		where, _ := finder.Named(w)
		return where != 0
	}
	n, places := 0, 0
	for word := range english.Each {
		if named(word) {
			places++
			continue
		}
		n++
		for i, c := range wordContexts {
			if testing.Short() && (n+i)%len(wordContexts) != 0 {
				continue
			}
			text := fmt.Sprintf(c, word)
			areas, ask, found := b.Find(text)
			if found.Set != 0 &&
				(!ask || !slices.ContainsFunc(areas, func(a string) bool { return a != "elsewhere" })) &&
				!slices.ContainsFunc(found.Evidence, bookName(b)) {
				t.Errorf("%q is taken for %v by %v", text, areas, found.Evidence)
			}
		}
	}
	t.Logf("%d words; %d more are names of places", n, places)
	if n < 50_000 {
		t.Error("too few words")
	}
}

// bookName reports a name that the flow book gives to an area.
func bookName(b *flows.Book) func(hear.NamedPlace) bool {
	return func(place hear.NamedPlace) bool {
		for i := range b.Areas {
			if slices.Contains(b.Areas[i].Names, place.Name) {
				return true
			}
		}
		return false
	}
}

// bestKnown are the towns that people name most.
var bestKnown = []string{"carlisle", "penrith", "workington", "whitehaven", "barrow", "kendal", "ulverston", "keswick",
	"cockermouth", "maryport",
	"windermere", "appleby", "crewe", "macclesfield", "congleton", "nantwich", "sandbach", "wilmslow", "knutsford",
	"chester", "northwich", "winsford",
	"ellesmere port", "runcorn", "widnes", "warrington", "frodsham", "liverpool", "manchester", "preston"}

// twoPlaces are texts with two places, A and B. right is where the writer is, A or B.
// A question about both is right too.
var twoPlaces = []struct{ text, right string }{
	{"used to live in A now in B", "B"}, {"used to live in A now B", "B"}, {"not A, B", "B"}, {"not A but B", "B"},
	{"he is in A im in B", "B"},
	{"left A staying in B", "B"}, {"im in B he is in A", "B"}, {"im in B. he lives in A", "B"}, {"B not A", "B"},
	{"i work in A but live in B", "B"},
	{"live in B work in A", "B"}, {"moved from A to B", "B"}, {"my mum is in A im in B", "B"},
	{"my mums in A im B", "B"}, {"he thinks im in A im really in B", "B"},
	{"born in A live in B", "B"}, {"ran away from A to my sisters in B", "B"},
	{"im from A originally now living in B", "B"}, {"he works in A. B", "B"},
	{"he said hes going to A. im at home in B", "B"}, {"in B with the kids he has gone to A", "B"},
	{"im in B and cant go back to A", "B"},
	{"we are in B my ex is from A", "B"}, {"i fled A im hiding in B", "B"}, {"A was home, now its B", "B"},
	{"he drinks in A every night im stuck in B", "B"},
	{"his mum lives in A, we live in B", "B"}, {"A road B", "B"}, {"got out of A last week, B now", "B"},
	{"he followed me from A to B", "B"},
}

// Of two places, the one where the writer is not is never taken.
func TestTwoPlaces(t *testing.T) {
	b := shipped(t)
	right, asked, missed, wrong := 0, 0, 0, 0
	for _, f := range twoPlaces {
		bad := 0
		for _, one := range bestKnown {
			for _, other := range bestKnown {
				here, there := other, one
				if f.right == "A" {
					here, there = one, other
				}
				want, _, _ := b.Find(here)
				if not, _, _ := b.Find(there); slices.Equal(want, not) {
					continue
				}
				text := strings.NewReplacer("A", one, "B", other).Replace(f.text)
				got, ask, found := b.Find(text)
				switch {
				case found.Set == 0:
					missed++
				case len(got) > 1 || ask && got[0] != "elsewhere":
					asked++
				case got[0] == want[0]:
					right++
				default:
					wrong++
					if bad++; bad < 4 {
						t.Errorf("%q is taken for %s by %v", text, got[0], found.Evidence)
					}
				}
			}
		}
	}
	t.Logf("%d right, %d asked about, %d not understood, %d wrong", right, asked, missed, wrong)
	if right < asked+missed {
		t.Error("too few are understood")
	}
}

// A place that the writer denies is never taken.
func TestDeniedPlaces(t *testing.T) {
	b := shipped(t)
	data, err := os.ReadFile("../internal/area/tables/places.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		code, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasPrefix(line, "#") || !strings.Contains(code, "+") {
			continue
		}
		n++
		for _, c := range []string{"not in %s", "im not in %s", "not %s", "i dont live in %s", "i left %s"} {
			text := fmt.Sprintf(c, name)
			if areas, ask, found := b.Find(text); found.Set != 0 && !ask {
				t.Errorf("%q is taken for %v by %v", text, areas, found.Evidence)
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d towns", n)
	}
}

func BenchmarkHear(b *testing.B) {
	book := shipped(b)
	long := strings.Repeat("my partnr kikcs off evry nite n i carnt slep im in kendel wiv the kidz ", 8)[:500]
	for _, bench := range []struct{ name, text string }{
		{"name", "kendal"},
		{"typical", "plz help me im in whitehvn my husbnd has took my phone and i dont know wat to do"}, {"long", long},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				book.Hear(bench.text)
			}
		})
	}
}
