package area

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// Attribution goes at the head of every table made from Ordnance Survey data,
// as its licence asks.
const Attribution = `# Contains OS data © Crown copyright and database right 2025.
# Contains Royal Mail data © Royal Mail copyright and database right 2025.
# Contains National Statistics data © Crown copyright and database right 2025.
`

// Row is one postcode of a national list, with the codes of the council, ward
// and country it is in.
type Row struct{ Postcode, Council, Ward, Country string }

var countries = map[string]District{
	"E92000001": England, "W92000004": Wales, "S92000003": Scotland, "N92000002": NorthernIreland,
	"M83000003": IsleOfMan, "L93000001": ChannelIslands,
}

// ReadPostcodes reads a download of Code-Point Open (its zip, or one of its CSV
// files) or of the ONS Postcode Directory (its CSV file), and hands on every
// live postcode.
func ReadPostcodes(name string, r io.ReaderAt, size int64, each func(Row) error) error {
	if !strings.HasSuffix(strings.ToLower(name), ".zip") {
		return readPostcodeCSV(io.NewSectionReader(r, 0, size), each)
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("open the zip: %w", err)
	}
	read := 0
	for _, f := range z.File {
		if !regexp.MustCompile(`(?i)(^|/)data/(csv/)?[^/]+\.csv$`).MatchString(f.Name) {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return fmt.Errorf("open %s in the zip: %w", f.Name, err)
		}
		err = readPostcodeCSV(in, each)
		in.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		read++
	}
	if read == 0 {
		return errors.New("the zip holds no Data/*.csv: is it Code-Point Open or the ONS Postcode Directory?")
	}
	return nil
}

// readPostcodeCSV tells the two forms apart: Code-Point Open has no header row
// and its council and ward in columns 9 and 10; the ONS directory names its
// columns, with the year in some of the names.
func readPostcodeCSV(r io.Reader, each func(Row) error) error {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord, cr.ReuseRecord = -1, true
	cols := map[string]int{"postcode": 0, "country": 4, "council": 8, "ward": 9, "ended": -1}
	for n := 1; ; n++ {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read row %d: %w", n, err)
		}
		if n == 1 && !wholeCode.MatchString(squash(rec[0])) {
			if cols, err = namedColumns(rec); err != nil {
				return err
			}
			continue
		}
		get := func(col string) string {
			if i := cols[col]; i >= 0 && i < len(rec) {
				return strings.TrimSpace(rec[i])
			}
			return ""
		}
		row := Row{squash(get("postcode")), get("council"), get("ward"), get("country")}
		if get("ended") != "" || !wholeCode.MatchString(row.Postcode) {
			continue
		}
		if err := each(row); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
	}
}

var wholeCode = regexp.MustCompile(`^[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}$`)

func squash(s string) string {
	return strings.ToUpper(strings.ReplaceAll(strings.TrimPrefix(s, "\ufeff"), " ", ""))
}

func namedColumns(header []string) (map[string]int, error) {
	cols := map[string]int{"postcode": -1, "country": -1, "council": -1, "ward": -1, "ended": -1}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))
		for col, name := range map[string]string{"postcode": `^pcds?$`, "country": `^ctry([0-9]*cd)?$`,
			"council": `^(oslaua|lad[0-9]*cd)$`, "ward": `^(osward|wd[0-9]*cd)$`, "ended": `^doterm$`} {
			if regexp.MustCompile(name).MatchString(h) {
				cols[col] = i
			}
		}
	}
	for _, col := range []string{"postcode", "country", "council", "ward"} {
		if cols[col] < 0 {
			return nil, fmt.Errorf("the list has no column for the %s", col)
		}
	}
	return cols, nil
}

// Report says what a new postcode table changes.
type Report struct {
	Postcodes, Ours    int      // read in all, and in districts that are served
	New                int      // of those, the ones known to their sector only until now
	Moved              []string // postcodes that change district
	Doubtful           []string // wards whose former district cannot be told
	BytesBefore, Bytes int
}

func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%d postcodes read, %d of them in the districts of districts.txt; the table grows from %d to %d bytes.\n",
		r.Postcodes, r.Ours, r.BytesBefore, r.Bytes)
	fmt.Fprintf(&b, "%d were known to their sector only.\n%d change district:\n", r.New, len(r.Moved))
	for _, m := range r.Moved[:min(len(r.Moved), 200)] {
		fmt.Fprintf(&b, "  %s\n", m)
	}
	if len(r.Doubtful) > 0 {
		fmt.Fprintf(&b, "%d wards cannot be told to one former district; their postcodes are asked about:\n  %s\n",
			len(r.Doubtful), strings.Join(r.Doubtful, ", "))
	}
	return b.String()
}

// BuildPostcodes makes the postcode table from a national list. Districts that are
// one council today are not told apart in it: a ward's is learnt from the postcodes in
// it that the gazetteer knows already, since every ward lies in one.
func (g *Gazetteer) BuildPostcodes(read func(each func(Row) error) error) ([]byte, Report, error) {
	var rep Report
	votes := map[string]Set{}
	err := read(func(r Row) error {
		if all := g.councils[r.Council]; all.Len() > 1 {
			if s, _ := g.find(r.Postcode); s.Len() == 1 && s&all != 0 {
				votes[r.Ward] |= s
			}
		}
		return nil
	})
	if err != nil {
		return nil, rep, err
	}
	units := map[string]Set{}
	doubtful := map[string]bool{}
	err = read(func(r Row) error {
		rep.Postcodes++
		set := g.districtOf(r, votes)
		if set == 0 {
			return fmt.Errorf("the country code %q is not known", r.Country)
		}
		if g.councils[r.Council].Len() > 1 && set.Len() > 1 {
			doubtful[r.Ward] = true
		}
		if set&ours != 0 {
			rep.Ours++
			switch before, exact := g.find(r.Postcode); {
			case before != 0 && before&set == 0:
				rep.Moved = append(rep.Moved, fmt.Sprintf("%s: %s, was %s", r.Postcode, g.Describe(set),
					g.Describe(before)))
			case !exact && before != set:
				rep.New++
			}
		}
		units[r.Postcode] |= set
		return nil
	})
	if err != nil {
		return nil, rep, err
	}
	for w := range doubtful {
		rep.Doubtful = append(rep.Doubtful, w)
	}
	sort.Strings(rep.Doubtful)
	sort.Strings(rep.Moved)
	table := g.formatUnits(units)
	rep.BytesBefore, rep.Bytes = g.size, len(table)
	return table, rep, nil
}

// districtOf is where a row is: its council's district, its ward's, or its
// country.
func (g *Gazetteer) districtOf(r Row, votes map[string]Set) Set {
	if all, ok := g.councils[r.Council]; ok {
		if s := votes[r.Ward]; s != 0 {
			return s
		}
		return all
	}
	if d, ok := countries[r.Country]; ok {
		return Of(d)
	}
	return 0
}

// find is the longest prefix of a whole postcode that the table knows.
func (g *Gazetteer) find(code string) (set Set, unit bool) {
	out, sector, u := code[:len(code)-3], code[len(code)-3], code[len(code)-2:]
	for i, k := range [...]uint64{key(out, sector, u), key(out, sector, ""), key(out, 0, "")} {
		if s, ok := g.lookup(k); ok {
			return s, i == 0
		}
	}
	return 0, false
}

// formatUnits keeps of every postcode the shortest prefix that is enough: the
// outward code where it lies in one district, else the sector, else the unit.
// Outward codes elsewhere are kept by their commonest country.
func (g *Gazetteer) formatUnits(all map[string]Set) []byte {
	outs, sectors, units := map[string]Set{}, map[string]Set{}, map[string]map[Set][]string{}
	counts := map[string]map[Set]int{}
	for code, set := range all {
		out, sector := code[:len(code)-3], code[:len(code)-3]+" "+code[len(code)-3:len(code)-2]
		outs[out] |= set
		sectors[sector] |= set
		if counts[out] == nil {
			counts[out] = map[Set]int{}
		}
		counts[out][set]++
	}
	for code, set := range all {
		out, sector := code[:len(code)-3], code[:len(code)-3]+" "+code[len(code)-3:len(code)-2]
		if outs[out]&ours == 0 || outs[out].Len() == 1 {
			delete(sectors, sector)
			continue
		}
		if sectors[sector].Len() > 1 {
			if units[sector] == nil {
				units[sector] = map[Set][]string{}
			}
			units[sector][set] = append(units[sector][set], code[len(code)-2:])
		}
	}
	for out, set := range outs {
		if set&ours == 0 && set.Len() > 1 {
			best := set
			most := 0
			for s, n := range counts[out] {
				if n > most || n == most && s < best {
					best, most = s, n
				}
			}
			outs[out] = best
		}
	}
	return g.formatPostcodes(outs, sectors, units)
}

func (g *Gazetteer) formatPostcodes(outs, sectors map[string]Set, units map[string]map[Set][]string) []byte {
	var b bytes.Buffer
	b.WriteString("# Which district a postcode is in; the longest prefix wins. Made by: signpost areas build\n" +
		Attribution)
	g.legend(&b)
	b.WriteString("# CODE LETTERS, or CODE SECTOR LETTERS LETTERS:UNITS ...\n")
	bySector := map[string][]string{}
	for s := range sectors {
		out, _, _ := strings.Cut(s, " ")
		bySector[out] = append(bySector[out], s)
	}
	for _, out := range sortedKeys(outs) {
		fmt.Fprintf(&b, "%s %s\n", out, outs[out].code())
		sort.Strings(bySector[out])
		for _, s := range bySector[out] {
			fmt.Fprintf(&b, "%s %s", s, sectors[s].code())
			var sets []Set
			for u := range units[s] {
				sets = append(sets, u)
			}
			slices.Sort(sets)
			for _, u := range sets {
				sort.Strings(units[s][u])
				fmt.Fprintf(&b, " %s:%s", u.code(), strings.Join(units[s][u], ","))
			}
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func (g *Gazetteer) legend(b *bytes.Buffer) {
	b.WriteString("# Letters:")
	for _, d := range g.Districts() {
		fmt.Fprintf(b, " %c %s;", letters[d], g.Name(d))
	}
	b.WriteByte('\n')
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
