package area_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"signpost/internal/area"
)

// codes of the national lists, for districts by the tables' letters.
var codes = map[rune][3]string{ // council, ward, country
	'a': {"E06000063", "W-carlisle", "E92000001"}, 'c': {"E06000063", "W-allerdale", "E92000001"},
	'd': {"E06000063", "W-copeland", "E92000001"},
	'b': {"E06000064", "W-eden", "E92000001"}, 'e': {"E06000064", "W-barrow", "E92000001"},
	'f': {"E06000064", "W-lakes", "E92000001"},
	'g': {"E06000049", "W-1", "E92000001"}, 'h': {"E06000050", "W-2", "E92000001"},
	'i': {"E06000006", "W-3", "E92000001"}, 'j': {"E06000007", "W-4", "E92000001"},
	'E': {"E08000012", "W-5", "E92000001"}, 'W': {"W06000005", "W-6", "W92000004"},
	'S': {"S12000006", "W-7", "S92000003"},
	'N': {"N09000003", "W-8", "N92000002"}, 'M': {"M99999999", "W-9", "M83000003"},
	'C': {"L99999999", "W-10", "L93000001"},
}

// national is a national list that would give the shipped table: every unit it
// lists, and one in every sector and outward code that it does not split.
func national(t testing.TB) map[string]rune {
	t.Helper()
	prefixes, _ := naive(t)
	out := map[string]rune{}
	split := map[string]bool{}
	for p := range prefixes {
		if outward, in, ok := strings.Cut(p, " "); ok {
			split[outward] = true
			if len(in) == 3 {
				split[outward+" "+in[:1]] = true
			}
		}
	}
	for p, letters := range prefixes {
		outward, in, _ := strings.Cut(p, " ")
		switch {
		case split[p]:
		case len(in) == 3:
			out[outward+" "+in] = rune(letters[0])
		case len(in) == 1:
			out[p+"AA"] = rune(letters[0])
		default:
			out[p+" 1AA"] = rune(letters[0])
		}
	}
	return out
}

func codePoint(rows map[string]rune) []byte {
	var b bytes.Buffer
	for _, p := range slices.Sorted(maps.Keys(rows)) {
		c := codes[rows[p]]
		fmt.Fprintf(&b, "%q,10,0,0,%q,,,,%q,%q\n", p, c[2], c[0], c[1])
	}
	return b.Bytes()
}

func build(t testing.TB, name string, data []byte) ([]byte, area.Report) {
	t.Helper()
	table, rep, err := area.Shipped().BuildPostcodes(func(each func(area.Row) error) error {
		return area.ReadPostcodes(name, bytes.NewReader(data), int64(len(data)), each)
	})
	if err != nil {
		t.Fatal(err)
	}
	return table, rep
}

// A national list with nothing new gives the shipped table back, to the byte,
// from either form of list; Cumbria's districts are learnt from its wards.
func TestBuildGivesTheTableBack(t *testing.T) {
	want, err := os.ReadFile("tables/postcodes.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := national(t)
	csv := codePoint(rows)
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	for i, name := range []string{"Doc/licence.txt", "Data/CSV/ca.csv"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			_, _ = w.Write(csv)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	onspd := bytes.NewBufferString("\ufeffpcd,pcds,dointr,doterm,oslaua,osward,ctry\n")
	for _, p := range slices.Sorted(maps.Keys(rows)) {
		c := codes[rows[p]]
		fmt.Fprintf(onspd, "x,%s,198001,,%s,%s,%s\n", p, c[0], c[1], c[2])
	}
	fmt.Fprintf(onspd, "x,CA1 1ZZ,198001,199901,E06000049,W-1,E92000001\n") // ended long ago
	for name, data := range map[string][]byte{"cp.csv": csv, "codepo.zip": zipped.Bytes(), "onspd.csv": onspd.Bytes()} {
		got, rep := build(t, name, data)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the table differs: %d bytes, want %d\n%s", name, len(got), len(want),
				firstDifference(string(got), string(want)))
		}
		if len(rep.Moved) > 0 || len(rep.Doubtful) > 0 || rep.Postcodes != len(rows) {
			t.Errorf("%s: %s", name, rep)
		}
	}
}

func firstDifference(a, b string) string {
	al, bl := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(al), len(bl)) {
		if al[i] != bl[i] {
			return fmt.Sprintf("line %d:\n%.200s\n%.200s", i+1, al[i], bl[i])
		}
	}
	return ""
}

// What is new is placed by its ward, what moves is told, and a ward that cannot
// be told is asked about.
func TestBuildReports(t *testing.T) {
	rows := national(t)
	csv := string(codePoint(rows))
	csv += `"CA124ZZ",10,0,0,"E92000001",,,,"E06000064","W-eden"` + "\n" // new, in a mixed sector
	csv += `"CA124ZY",10,0,0,"E92000001",,,,"E06000064","W-brand-new"` + "\n"
	csv = strings.Replace(csv, `"LA9 1AA",10,0,0,"E92000001",,,,"E06000064","W-lakes"`,
		`"LA9 1AA",10,0,0,"E92000001",,,,"E06000049","W-1"`, 1)
	table, rep := build(t, "x.csv", []byte(csv))
	text := rep.String()
	if len(rep.Moved) != 1 || !strings.Contains(text, "LA91AA: Cheshire East, was South Lakeland") {
		t.Errorf("moved: %s", text)
	}
	if len(rep.Doubtful) != 1 || rep.Doubtful[0] != "W-brand-new" || rep.New != 2 {
		t.Errorf("doubtful: %s, new %d", text, rep.New)
	}
	if !strings.Contains(string(table), "ZZ") {
		t.Error("the new postcode is not in the table")
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, data := range map[string]string{"x.csv": "pcds,oslaua\nCA1 1AA,E06000063\n", "y.zip": "not a zip",
		"z.csv": `"CA1 1AA",10,0,0,"X1",,,,"E0","W"`} {
		_, _, err := area.Shipped().BuildPostcodes(func(each func(area.Row) error) error {
			return area.ReadPostcodes(name, strings.NewReader(data), int64(len(data)), each)
		})
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

const placeRows = `name,alt_names,district,hint,alt_hints,kind,dictionary_word
Kendal,,South Lakeland,direct,,Town,
Bootle,,Copeland,ask,,Village,
Bootle,,outside (Sefton),ask,,Town,
Hale,Hale Village,Halton,ask,hale village=direct,Village,yes
Mold,,outside (Flintshire),out_of_area,,Town,
Cumbria,,Cumberland,ask,,area,
`

func TestBuildPlaces(t *testing.T) {
	got, err := area.Shipped().BuildPlaces(strings.NewReader(placeRows))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"f+ kendal\n", "dE?+ bootle\n", "i?! hale\n", "i hale village\n", "W+ mold\n"} {
		if !strings.Contains(string(got), "\n"+want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(string(got), " cumbria\n") {
		t.Error("a county is in the place table: those belong to the flow book")
	}
	if _, err := area.Shipped().BuildPlaces(strings.NewReader("name,district\nX,Narnia\n")); err == nil {
		t.Error("a district that does not exist was taken")
	}
}
