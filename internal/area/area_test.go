package area_test

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"signpost/internal/area"
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
						t.Errorf("%s%s stands twice", sector, u)
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
					if got := finder.Find(code).Where; got != setOf(want) {
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
		if got := finder.Find("postcode " + out).Where; got != setOf(prefixes[out]) {
			t.Errorf("%s alone: %s, want %s", out, where(got), where(setOf(prefixes[out])))
		}
	}
}

func TestPostcodesAsTyped(t *testing.T) {
	finder := area.Shipped().Finder(nil)
	tests := []struct {
		text string
		want string
		how  area.How
	}{
		{"cw109qn", "g", area.Unit}, {"CW10 9QN.", "g", area.Unit}, {"cw1o 9qn", "g", area.Unit}, {"c w 1 0 9 q n", "", area.Nothing},
		{"im at CW10 9QN with my kids", "g", area.Unit}, {"postcode: CW10-9QN", "g", area.Unit}, {"ＣＷ１０ ９ＱＮ", "g", area.Unit},
		{"LA22 OEA", "f", area.Sector}, {"ca14", "cd", area.Outward}, {"ca15", "c", area.Outward}, {"CA1 3", "a", area.Sector}, {"CA13", "c", area.Outward},
		{"ca1 2 kids", "a", area.Outward}, {"i am in la9 and he is here", "f", area.Outward}, {"CH48", "E", area.Outward},
		{"M1 1AA", "E", area.Outward}, {"m1", "E", area.Outward}, {"m8 can you help", "", area.Nothing}, {"on the m6 near me", "", area.Nothing},
		{"l8r", "", area.Nothing}, {"me2", "", area.Nothing}, {"ZZ9 9ZZ", "", area.Nothing}, {"crosby5", "", area.Nothing}, {"CA77 1AA", "", area.Nothing},
		{"G1 1AA", "S", area.Outward}, {"BT1 1AA", "N", area.Outward}, {"IM1 1AA", "M", area.Outward}, {"JE2 3AB", "C", area.Outward}, {"LL11 1AA", "W", area.Outward},
	}
	for _, tt := range tests {
		got := finder.Find(tt.text)
		if tt.want == "" {
			if got.Where != 0 && got.How <= area.Outward {
				t.Errorf("%q: %s (%v)", tt.text, where(got.Where), got.How)
			}
			continue
		}
		if got.Where != setOf(tt.want) || got.How > tt.how && tt.how == area.Unit {
			t.Errorf("%q: %s (%v), want %s (%v)", tt.text, where(got.Where), got.How, where(setOf(tt.want)), tt.how)
		}
	}
}

func TestNames(t *testing.T) {
	finder := area.Shipped().Finder([]area.Name{{Name: "The Lakes", Where: setOf("bf")}, {Name: "halton", Where: setOf("i")}})
	tests := []struct {
		text, want string
		ask        bool
	}{
		{"kendal", "f", false}, {"hi kendal", "f", false}, {"hello Chester", "h", false}, {"Im in Kendal!!", "f", false}, {"near Wigton", "c", false}, {"Barrow in Furness", "e", false}, {"st bees", "d", false},
		{"saint bees", "d", false}, {"e port", "h", false}, {"macc", "g", false}, {"whitehvn", "d", false}, {"white haven", "d", false}, {"kendel", "f", false},
		{"bootle", "dE", true}, {"hale village", "i", false}, {"dent", "f", true}, {"im in dent", "f", true}, {"the lakes", "bf", false},
		{"halton", "i", false}, {"brampton near carlisle", "a", false}, {"kendal in the lakes", "f", false}, {"from leeds to kendal", "fE", true},
		{"liverpool", "E", false}, {"newcastle", "E", false}, {"he put the boot in", "", false}, {"my boyfriend chester", "", false}, {"kendal road", "", false},
		{"my name is kendal", "", false}, {"leigh is with me", "", false}, {"carling", "", false}, {"street", "", false}, {"i hope so", "", false},
		{"kendal mint cake", "", false}, {"denton holm", "a", false}, {"runcorn blahville", "", false},
	}
	for _, tt := range tests {
		if got := finder.Find(tt.text); got.Where != setOf(tt.want) || got.Ask != tt.ask {
			t.Errorf("%q: %s, ask %v (%v %q); want %s, ask %v", tt.text, where(got.Where), got.Ask, got.How, got.Text, where(setOf(tt.want)), tt.ask)
		}
	}
}

// Whatever is written, looking ends, says only what the tables hold, and quotes
// at most a piece of it.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"kendal", "CW10 9QN", "im in e port", "from leeds to kendal", "\xff", strings.Repeat("in kendal ", 300), "a b c d e f g"} {
		f.Add(s)
	}
	finder := area.Shipped().Finder([]area.Name{{Name: "the lakes", Where: setOf("b")}})
	f.Fuzz(func(t *testing.T, s string) {
		got := finder.Find(s)
		if (got.Where == 0) != (got.How == area.Nothing) || !utf8.ValidString(got.Text) {
			t.Errorf("%q: %+v", s, got)
		}
		if again := finder.Find(s); again != got {
			t.Errorf("%q: %+v, then %+v", s, got, again)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	finder := area.Shipped().Finder(nil)
	for _, text := range []string{"kendal", "Im in Kendal please", "CW10 9QN", "im near cw109qn", "he has taken my phone and i dont know what to do", "whitehvn", "kendle cumbria"} {
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				finder.Find(text)
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
