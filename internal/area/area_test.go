package area_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"signpost/internal/area"
	"signpost/internal/english"
	"signpost/internal/normalise"
)

// naive is the postcode table read again, by other code: a map from prefix to
// its letters.
func naive(t testing.TB) (prefixes map[string]string, outwards []string) {
	t.Helper()
	f, err := os.Open("tables/postcodes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	prefixes = map[string]string{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		cols := strings.Split(sc.Text(), " ")
		switch {
		case strings.HasPrefix(sc.Text(), "#"):
		case len(cols) == 2:
			prefixes[cols[0]] = cols[1]
			outwards = append(outwards, cols[0])
		default:
			sector := cols[0] + " " + cols[1]
			prefixes[sector] = cols[2]
			for _, group := range cols[3:] {
				letters, units, _ := strings.Cut(group, ":")
				for _, u := range strings.Split(units, ",") {
					if _, dup := prefixes[sector+u]; dup {
						t.Errorf("%s%s is twice", sector, u)
					}
					prefixes[sector+u] = letters
				}
			}
		}
	}
	return prefixes, outwards
}

// setOf makes a set of the tables' letters.
func setOf(letters string) area.Set {
	var ds []area.District
	for _, l := range letters {
		if i := strings.IndexRune("EWSNMC", l); i >= 0 {
			ds = append(ds, area.England+area.District(i))
			continue
		}
		ds = append(ds, area.District(l-'a'))
	}
	return area.Of(ds...)
}

func where(s area.Set) string { return area.Shipped().Describe(s) }

// candidates are what a text may name, if no word has a meaning of its own but the
// ordinary ones.
func candidates(f *area.Finder, text string) []area.Candidate {
	return f.Candidates(cut(text))
}

// cut gives the words of a text, and which of them are ordinary or link places to the rest.
func cut(text string) area.Text {
	var words []string
	for _, t := range normalise.Tokens(text) {
		words = append(words, t.Word)
	}
	n := len(words)
	out := area.Text{Words: words, Common: make([]bool, n), Linking: make([]bool, n), Ends: make([]bool, n)}
	for i, w := range words {
		out.Common[i] = len(w) < 3 || english.Known(w)
		out.Linking[i] = slices.Contains([]string{"in", "near", "from", "im", "and", "live"}, w)
	}
	return out
}

// only is the one candidate of a text; none when there are more or fewer.
func only(f *area.Finder, text string) area.Candidate {
	if all := candidates(f, text); len(all) == 1 {
		return all[0]
	}
	return area.Candidate{}
}

// settled are the outward codes that are in one district but for one postcode in a
// hundred, so that the code alone is enough.
var settled = map[string]string{"CA7": "c"}

// Every postcode there can be in the outward codes that touch our counties goes
// where the longest prefix says, and the prefixes agree among themselves: a unit
// is somewhere its sector may be, a sector where its outward code may be.
func TestEveryPostcode(t *testing.T) {
	const unitLetters = "ABDEFGHJLNPQRSTUWXYZ" // C I K M O V do not end postcodes
	prefixes, outwards := naive(t)
	finder := area.Shipped().Finder(nil)
	tried, listed := 0, 0
	for p, letters := range prefixes {
		out, in, sub := strings.Cut(p, " ")
		if sub && len(in) == 3 {
			listed++
			if s := setOf(prefixes[out+" "+in[:1]]); s&setOf(letters) == 0 {
				t.Errorf("%s is in %s, its sector in %s", p, where(setOf(letters)), where(s))
			}
		} else if sub && setOf(prefixes[out])&setOf(letters) == 0 {
			t.Errorf("%s is in %s, its outward code in %s", p, where(setOf(letters)), where(setOf(prefixes[out])))
		}
	}
	ours := setOf("abcdefghij")
	for _, out := range outwards {
		if setOf(prefixes[out])&ours == 0 {
			continue
		}
		for digit := '0'; digit <= '9'; digit++ {
			sector := out + " " + string(digit)
			for _, a := range unitLetters {
				for _, b := range unitLetters {
					code := sector + string(a) + string(b)
					want, ok := prefixes[code]
					if !ok {
						if want, ok = prefixes[sector]; !ok {
							want = prefixes[out]
						}
					}
					tried++
					if got := only(finder, code).Where; got != setOf(want) {
						t.Fatalf("%s: %s, want %s", code, where(got), where(setOf(want)))
					}
				}
			}
		}
	}
	t.Logf("%d postcodes tried, %d of them listed one by one", tried, listed)
	if tried < 400_000 || listed < 17_000 {
		t.Error("too few postcodes: the table is not whole")
	}
	for _, out := range outwards { // an outward code alone, anywhere in the country
		got := only(finder, "postcode "+out).Where
		whole := setOf(prefixes[out])
		if got == whole {
			continue
		}
		if got.Len() != 1 || got&whole == 0 || !nearlyAll(prefixes, out, got) {
			t.Errorf("%s alone: %s, want %s", out, where(got), where(whole))
		}
	}
	for out, want := range settled {
		if got := only(finder, out).Where; got != setOf(want) {
			t.Errorf("%s alone: %s, want %s", out, where(got), where(setOf(want)))
		}
	}
}

// nearlyAll reports an outward code of which at most one postcode in a hundred is
// elsewhere. A sector that is not split counts as 120 postcodes.
func nearlyAll(prefixes map[string]string, out string, in area.Set) bool {
	all, others := 0, 0
	split := map[string]bool{}
	for p := range prefixes {
		if strings.HasPrefix(p, out+" ") && len(p) == len(out)+4 {
			split[p[:len(out)+2]] = true
		}
	}
	for p, letters := range prefixes {
		n := 0
		switch {
		case !strings.HasPrefix(p, out+" "), split[p]:
			continue
		case len(p) == len(out)+4:
			n = 1
		default:
			n = 120
		}
		all += n
		if setOf(letters) != in {
			others += n
		}
	}
	return others*100 <= all
}

func TestPostcodesAsTyped(t *testing.T) {
	finder := area.Shipped().Finder(nil)
	tests := []struct {
		text string
		want string
		how  area.How
	}{
		{"cw109qn", "g", area.Unit}, {"CW10 9QN.", "g", area.Unit}, {"cw1o 9qn", "g", area.Unit},
		{"c w 1 0 9 q n", "", area.Nothing},
		{"im at CW10 9QN with my kids", "g", area.Unit}, {"postcode: CW10-9QN", "g", area.Unit},
		{"ＣＷ１０ ９ＱＮ", "g", area.Unit},
		{"LA22 OEA", "f", area.Sector}, {"ca14", "cd", area.Outward}, {"ca15", "c", area.Outward},
		{"i live ca 14", "cd", area.Outward}, {"CA-15", "c", area.Outward}, {"cw 10 9 qn", "g", area.Unit},
		{"ca 14 he hits me", "cd", area.Outward}, {"ab 12", "", area.Nothing},
		{"CA1 3", "a", area.Sector}, {"CA13", "c", area.Outward},
		{"ca1 2 kids", "a", area.Outward}, {"i am in la9 and he is here", "f", area.Outward},
		{"CH48", "E", area.Outward},
		{"M1 1AA", "E", area.Outward}, {"m1", "E", area.Outward}, {"m8 can you help", "", area.Nothing},
		{"on the m6 near me", "", area.Nothing},
		{"l8r", "", area.Nothing}, {"me2", "", area.Nothing}, {"ZZ9 9ZZ", "", area.Nothing},
		{"crosby5", "", area.Nothing}, {"CA77 1AA", "", area.Nothing},
		{"G1 1AA", "S", area.Outward}, {"BT1 1AA", "N", area.Outward}, {"IM1 1AA", "M", area.Outward},
		{"JE2 3AB", "C", area.Outward}, {"LL11 1AA", "W", area.Outward},
	}
	for _, tt := range tests {
		var got area.Candidate
		for _, c := range candidates(finder, tt.text) {
			if c.How.Postcode() {
				got = c
			}
		}
		if tt.want == "" {
			if got.Where != 0 {
				t.Errorf("%q: %s (%v)", tt.text, where(got.Where), got.How)
			}
			continue
		}
		if got.Where != setOf(tt.want) || tt.how == area.Unit && got.How != tt.how {
			t.Errorf("%q: %s (%v), want %s (%v)", tt.text, where(got.Where), got.How, where(setOf(tt.want)), tt.how)
		}
	}
}

// Names are found as they stand, and with slips. How sure a name is depends on the
// words around it, which package hear weighs.
func TestNames(t *testing.T) {
	finder := area.Shipped().Finder([]area.Name{{Name: "The Lakes", Where: setOf("bf")},
		{Name: "halton", Where: setOf("i")}})
	for _, tt := range []struct {
		text, want string
		ask        bool
	}{
		{"kendal", "f", false}, {"Barrow in Furness", "e", false}, {"st bees", "d", false}, {"saint bees", "d", false},
		{"e port", "h", false}, {"macc", "g", false},
		{"whitehvn", "d", false}, {"white haven", "d", false}, {"kendel", "f", false}, {"carlisleee", "a", false},
		{"chesta", "h", false}, {"war rington", "j", false},
		{"grass mere", "f", false}, {"kirkby londsale", "f", false}, {"ellesmere prot", "h", false},
		{"nantwidge", "g", true},
		{"bootle", "dE", true}, {"hale village", "i", false}, {"dent", "f", true}, {"the lakes", "bf", false},
		{"halton", "i", false}, {"liverpool", "E", false},
		{"carling", "", false}, {"denton holm", "a", false}, {"australia", "E", false},
	} {
		if got := only(finder, tt.text); got.Where != setOf(tt.want) || got.Ask != tt.ask {
			t.Errorf("%q: %s, ask %v (%v %q); want %s, ask %v", tt.text, where(got.Where), got.Ask, got.How, got.Name,
				where(setOf(tt.want)), tt.ask)
		}
	}
	if where, ask := finder.Named("kendal"); where != setOf("f") || ask {
		t.Errorf("kendal is in %v, ask %v", where, ask)
	}
}

// Looking at any text ends, and gives candidates in order that do not share
// words.
func FuzzCandidates(f *testing.F) {
	for _, s := range []string{"kendal", "CW10 9QN", "im in e port", "from leeds to kendal", "\xff",
		strings.Repeat("in kendal ", 300), "a b c d e f g", "kirkby londsale grass mere"} {
		f.Add(s)
	}
	finder := area.Shipped().Finder([]area.Name{{Name: "the lakes", Where: setOf("b")}})
	f.Fuzz(func(t *testing.T, s string) {
		text := cut(s)
		got := finder.Candidates(text)
		last := 0
		for _, c := range got {
			if c.From < last || c.To <= c.From || c.To > len(text.Words) || c.Where == 0 || c.How == area.Nothing ||
				!utf8.ValidString(c.Name) {
				t.Errorf("%q: %+v", s, got)
			}
			last = c.To
		}
		if again := finder.Candidates(text); !slices.Equal(again, got) {
			t.Errorf("%q: %+v, then %+v", s, got, again)
		}
	})
}

// typical is a first text; long has 500 characters, and many unknown words.
const typical = "plz help me im in whitehvn my husbnd has took my phone and i dont know wat to do"

var long = strings.Repeat("my partnr kikcs off evry nite n i carnt slep im in kendel wiv the kidz ", 8)[:500]

func BenchmarkCandidates(b *testing.B) {
	finder := area.Shipped().Finder(nil)
	for _, bench := range []struct{ name, text string }{{"name", "kendal"}, {"postcode", "im near cw109qn"},
		{"typical", typical}, {"long", long}} {
		text := cut(bench.text)
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				finder.Candidates(text)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := area.ReadTables(); err != nil {
			b.Fatal(err)
		}
	}
}
