package flows_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"signpost/flows"
	"signpost/internal/area"
)

// eighty are the best-known places of Cumbria and Cheshire and around them.
var eighty = append(bestKnown[:27:27], "alsager", "alston", "ambleside", "aspatria", "bollington", "bowness",
	"broughton in furness", "cleator moor",
	"dalton in furness", "egremont", "grange over sands", "kirkby lonsdale", "kirkby stephen", "longtown", "lymm",
	"maccy", "middlewich", "millom",
	"milnthorpe", "neston", "poynton", "sedbergh", "silloth", "st bees", "tarporley", "brampton", "wigton", "winsford",
	"culcheth", "helsby",
	"liverpool", "manchester", "preston", "lancaster", "morecambe", "blackpool", "wigan", "st helens", "birkenhead",
	"stockport", "leeds", "london",
	"birmingham", "newcastle", "stoke", "wrexham", "glasgow", "edinburgh", "dumfries", "sheffield", "bradford",
	"blackburn", "wales")

// A frame is a text with the names of places in it: A and B of two, %s of one. right
// is where the writer is: A, B, or "-" for nowhere that is named. A question is never
// wrong.
type frame struct{ text, right string }

// frames of two places: one is the writer's, the other is left, denied, somebody
// else's, where they work.
var framesOfTwo = []frame{
	{"im in A but he lives in B", "A"}, {"my mum lives in A, im in B", "B"}, {"grandad is in A. im B", "B"},
	{"i work in A, live B", "B"},
	{"left A now in B", "B"}, {"used 2 live in A now B", "B"}, {"im not in A im in B", "B"}, {"not A. B", "B"},
	{"hes from A originally and we live in B", "B"}, {"moved from A 2 B last year", "B"},
	{"his car was seen in A. im in B", "B"},
	{"we are in A, his flat is in B", "A"}, {"B. my ex moved to A", "B"},
	{"hi im sarah from A but staying in B with my sister", "B"},
	{"my solicitor is in A, i live in B now", "B"}, {"he took the kids to A and im stuck in B", "B"},
	{"i ran from A, safe in B", "B"},
	{"was at my mums in A, home in B now", "B"}, {"his family are all in A so im alone in B", "B"},
	{"no not A i said B", "B"},
}

// frames of one place.
var framesOfOne = []frame{
	{"%s", "A"}, {"im in %s", "A"}, {"%s please", "A"}, {"help me im in %s and cant talk", "A"},
	{"hi i live in %s x", "A"}, {"from %s", "A"},
	{"we are at %s with the kids", "A"}, {"near %s", "A"}, {"do you cover %s", "A"}, {"%s, he hits me", "A"},
	{"my husband hits me, im in %s", "A"},
	{"%s. need to talk to someone", "A"}, {"i need a refuge in %s", "A"}, {"staying with my mum in %s", "A"},
	{"im a woman of 34 in %s", "A"},
	{"he wont let me out of the house and he has my bank card i live in %s", "A"}, {"anyone in %s", "A"},
	{"stuck in %s no money", "A"},
	{"its %s", "A"}, {"%s 2 kids", "A"}, {"live %s", "A"}, {"i moved to %s last month", "A"},
	{"he lives in %s", "-"}, {"i used to live in %s", "-"}, {"not in %s", "-"}, {"my mum is in %s", "-"},
	{"i left %s", "-"}, {"his flat is in %s", "-"},
	{"my sister lives in %s", "-"}, {"he works in %s", "-"},
}

// tally counts what became of texts.
type tally struct{ right, asked, missed, wrong int }

func (n *tally) String() string {
	return fmt.Sprintf("%d right, %d asked about, %d not understood, %d wrong", n.right, n.asked, n.missed, n.wrong)
}

// among reports whether a place far away is among some areas: its callers get the
// national line, whichever of the three it is.
func among(areas []string, a string) bool {
	national := func(a string) bool { return a == "elsewhere" || a == "wales" || a == "scotland" }
	return slices.Contains(areas, a) || national(a) && slices.ContainsFunc(areas, national)
}

// mostShown is how many mistakes of a frame are printed.
const mostShown = 3

// try counts one text; may are the areas that may be answered.
func (n *tally) try(t *testing.T, b *flows.Book, text string, may []string, shown *int) {
	t.Helper()
	got, ask, found := b.Find(text)
	switch {
	case found.Set == 0:
		n.missed++
	case len(got) > 1 || ask && got[0] != "elsewhere":
		n.asked++
	case among(may, got[0]):
		n.right++
	default:
		n.wrong++
		if *shown++; *shown <= mostShown {
			t.Errorf("%q is taken for %s by %v", text, got[0], found.Evidence)
		}
	}
}

// Of two of the best-known towns, in any frame, the one where the writer is not is
// never taken.
func TestPairsOfTowns(t *testing.T) {
	b := shipped(t)
	areas := make([][]string, len(eighty))
	for i, name := range eighty {
		areas[i], _, _ = b.Find(name)
		if len(areas[i]) == 0 {
			t.Errorf("%q is no place", name)
		}
	}
	var n tally
	for k, f := range framesOfTwo {
		shown := 0
		var here tally
		for i, one := range eighty {
			for j, other := range eighty {
				may, not := areas[j], areas[i]
				if f.right == "A" {
					may, not = not, may
				}
				if among(may, not[0]) || testing.Short() && (i+j+k)%8 != 0 {
					continue
				}
				here.try(t, b, strings.NewReplacer("A", one, "B", other).Replace(f.text), may, &shown)
			}
		}
		t.Logf("%-60s %v", f.text, &here)
		n.right, n.asked, n.missed, n.wrong = n.right+here.right, n.asked+here.asked, n.missed+here.missed,
			n.wrong+here.wrong
	}
	t.Log(&n)
	if n.right < 9*(n.asked+n.missed) {
		t.Error("too few are understood")
	}
}

// beside are the keys next to each letter.
var beside = [26]string{"qsz", "vhn", "xvf", "sfe", "wrd", "dgr", "fht", "gjy", "uok", "hku", "jli", "ko", "nk", "bm",
	"ipl", "ol", "wa", "etf", "adw", "ryg",
	"yij", "cbg", "qes", "zcs", "tuh", "xas"}

// Ways for a finger to slip.
const (
	neighbour = iota
	swapped
	dropped
	doubled
	slips
)

// slipsOf gives every slip of one kind in a name, after its first letter.
func slipsOf(name string, kind int) (out []string) {
	for i := 1; i < len(name); i++ {
		c := name[i]
		if c < 'a' || c > 'z' || wordAt(name, i) < minSlipped {
			continue
		}
		switch kind {
		case neighbour:
			for _, k := range beside[c-'a'] {
				out = append(out, name[:i]+string(k)+name[i+1:])
			}
		case swapped:
			if i+1 < len(name) && name[i+1] != c && name[i+1] != ' ' {
				out = append(out, name[:i]+name[i+1:i+2]+name[i:i+1]+name[i+2:])
			}
		case dropped:
			out = append(out, name[:i]+name[i+1:])
		case doubled:
			out = append(out, name[:i]+name[i:i+1]+name[i:])
		}
	}
	return out
}

const minSlipped = 5 // letters of a word that is tried with slips

// wordAt is how long the word at a letter of a name is.
func wordAt(name string, i int) int {
	from := strings.LastIndexByte(name[:i], ' ') + 1
	if n := strings.IndexByte(name[from:], ' '); n >= 0 {
		return n
	}
	return len(name) - from
}

// namesOf lists the names of the place table that lie in areas of the book.
func namesOf(t *testing.T, b *flows.Book) (names []string, areas [][]string) {
	t.Helper()
	data, err := os.ReadFile("../internal/area/tables/places.txt")
	if err != nil {
		t.Fatal(err)
	}
	finder := b.Places()
	for line := range strings.Lines(string(data)) {
		if _, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			where, _ := finder.Named(name)
			named, _, _ := b.Find(name)
			names, areas = append(names, name), append(areas, append(named, areasOf(b, where)...))
		}
	}
	return names, areas
}

func areasOf(b *flows.Book, where area.Set) (out []string) {
	for i := range b.Areas {
		if b.Areas[i].Districts&where != 0 {
			out = append(out, b.Areas[i].ID)
		}
	}
	return out
}

// Every place of the table, in every frame, is answered with its own area, asked
// about, or not understood, as it is and with each kind of slip that no other place
// could have.
//
// ALL_SLIPS=n tries every slip, each in n of the thirty frames: with 30, all there is,
// which takes several minutes.
func TestFramesOfOne(t *testing.T) {
	b := shipped(t)
	names, areas := namesOf(t, b)
	shown := make([]int, len(framesOfOne))
	var clean tally
	for i, name := range names {
		for k, f := range framesOfOne {
			if testing.Short() && (i+k)%8 != 0 {
				continue
			}
			clean.try(t, b, fmt.Sprintf(f.text, name), mine(f, areas[i]), &shown[k])
		}
	}
	t.Logf("as they are: %v", &clean)
	known := make(map[string]bool, len(names))
	for _, name := range names {
		known[closeUp(name)] = true
	}
	// owner is the place that a slip belongs to, -1 when it may be one of several.
	owner := make(map[string]int, 1<<18)
	for i, name := range names {
		for kind := range slips {
			for _, s := range slipsOf(name, kind) {
				if first, taken := owner[s]; known[closeUp(s)] || taken && first != i &&
					(first < 0 || !slices.Equal(areas[first], areas[i])) {
					owner[s] = -1
				} else if !taken {
					owner[s] = i
				}
			}
		}
	}
	framesEach, all := 3, false
	if n, err := strconv.Atoi(os.Getenv("ALL_SLIPS")); err == nil && n > 0 {
		framesEach, all = n, true
	}
	for kind := range slips {
		var n tally
		clear(shown)
		for i, name := range names {
			var unique []string
			for _, s := range slipsOf(name, kind) {
				if owner[s] == i {
					unique = append(unique, s)
				}
			}
			for at, s := range unique {
				for k, f := range framesOfOne {
					if !all && at != (i*7+kind)%len(unique) || (i+at+k)%len(framesOfOne) >= framesEach ||
						testing.Short() && i%8 != 0 {
						continue
					}
					n.try(t, b, fmt.Sprintf(f.text, s), mine(f, areas[i]), &shown[k])
				}
			}
		}
		t.Logf("%s: %v",
			[...]string{"a neighbouring key", "two letters swapped", "a letter dropped", "a letter doubled"}[kind], &n)
	}
}

func closeUp(name string) string { return strings.ReplaceAll(name, " ", "") }

// mine are the areas that may be answered: none where the place is not the writer's.
func mine(f frame, areas []string) []string {
	if f.right == "-" {
		return nil
	}
	return areas
}
