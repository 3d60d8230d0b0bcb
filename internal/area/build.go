package area

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"sort"
	"strings"

	"signpost/internal/plain"
)

// Attribution goes at the head of every table made from Ordnance Survey data,
// as its licence asks.
const Attribution = `# Contains OS data © Crown copyright and database right 2025.
# Contains Royal Mail data © Royal Mail copyright and database right 2025.
# Contains National Statistics data © Crown copyright and database right 2025.
`

// readTable reads a CSV file with a header row and hands each row to do by
// column name.
func readTable(r io.Reader, do func(row map[string]string) error) error {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord = -1
	header, err := cr.Read()
	if err != nil {
		return fmt.Errorf("read the header row: %w", err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	for n := 2; ; n++ {
		rec, err := cr.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read row %d: %w", n, err)
		}
		row := make(map[string]string, len(header))
		for i, h := range header {
			if i < len(rec) {
				row[h] = strings.TrimSpace(rec[i])
			}
		}
		if err := do(row); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
	}
}

// parseDistricts reads "Allerdale; outside (Wales)". What lies outside and
// names no nation is in England: every neighbour that is not says so.
func parseDistricts(s string) (Set, error) {
	var set Set
	for part := range strings.SplitSeq(s, ";") {
		part = strings.TrimSpace(part)
		if d, ok := DistrictNamed(part); ok {
			set |= Of(d)
			continue
		}
		where, ok := strings.CutPrefix(part, "outside (")
		if !ok {
			return 0, fmt.Errorf("%q is not a district", part)
		}
		set |= Of(nation(strings.TrimSuffix(where, ")")))
	}
	return set, nil
}

// nation tells which nation an authority outside our counties is in.
func nation(authority string) District {
	for _, n := range nations {
		for _, a := range n.authorities {
			if strings.Contains(authority, a) {
				return n.district
			}
		}
	}
	return England
}

var nations = []struct {
	district    District
	authorities []string
}{
	{Wales, []string{"Wales", "Flintshire", "Wrexham", "Conwy", "Sir Ddinbych", "Denbighshire", "Gwynedd", "Powys", "Ynys Mon", "Isle of Anglesey",
		"Ceredigion", "Sir Benfro", "Sir Gaerfyrddin", "Abertawe", "Castell-nedd", "Pen-y-bont", "Bro Morgannwg", "Caerdydd", "Cardiff", "Swansea",
		"Rhondda", "Merthyr", "Caerffili", "Caerphilly", "Blaenau", "Tor-faen", "Torfaen", "Sir Fynwy", "Monmouthshire", "Casnewydd", "Newport - Newport", "Carmarthenshire", "Pembrokeshire", "Bridgend", "Vale of Glamorgan"}},
	{Scotland, []string{"Scotland", "Dumfries", "Scottish Borders", "Highland", "Aberdeen", "Angus", "Argyll", "Clackmannan", "Ayrshire", "Dunbartonshire",
		"Lothian", "Renfrewshire", "Edinburgh", "Falkirk", "Fife", "Glasgow", "Inverclyde", "Midlothian", "Moray", "Eilean Siar", "Lanarkshire", "Orkney",
		"Perth and Kinross", "Shetland", "Stirling", "Dundee"}},
	{NorthernIreland, []string{"Northern Ireland"}},
	{IsleOfMan, []string{"Isle of Man"}},
	{ChannelIslands, []string{"Channel Islands", "Guernsey", "Jersey"}},
}

// BuildPostcodes makes the postcode table from two CSV files: prefixes with
// their districts (prefix,district) and every outward code there is
// (outward_code,top_authority,country).
func BuildPostcodes(prefixes, outcodes io.Reader) ([]byte, error) {
	outs, sectors := map[string]Set{}, map[string]Set{}
	units := map[string]map[Set][]string{}
	err := readTable(prefixes, func(row map[string]string) error {
		set, err := parseDistricts(row["district"])
		if err != nil {
			return err
		}
		out, in, _ := strings.Cut(row["prefix"], " ")
		switch len(in) {
		case 0:
			outs[out] = set
		case 1:
			sectors[out+" "+in] = set
		case 3:
			sector := out + " " + in[:1]
			if units[sector] == nil {
				units[sector] = map[Set][]string{}
			}
			units[sector][set] = append(units[sector][set], in[1:])
		default:
			return fmt.Errorf("%q is not a postcode prefix", row["prefix"])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("postcode prefixes: %w", err)
	}
	err = readTable(outcodes, func(row map[string]string) error {
		out := row["outward_code"]
		if _, known := outs[out]; known {
			return nil
		}
		d := nation(row["country"])
		switch prefix := strings.TrimRight(out, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:10]); {
		case d == England && prefix == "IM":
			d = IsleOfMan
		case d == England && (prefix == "GY" || prefix == "JE"):
			d = ChannelIslands
		}
		outs[out] = Of(d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("outward codes: %w", err)
	}
	return formatPostcodes(outs, sectors, units), nil
}

func formatPostcodes(outs, sectors map[string]Set, units map[string]map[Set][]string) []byte {
	var b bytes.Buffer
	b.WriteString("# Which district a postcode is in; the longest prefix wins. Made by: signpost areas build\n" + Attribution)
	legend(&b)
	b.WriteString("# CODE LETTERS, or CODE SECTOR LETTERS LETTERS:UNITS ...\n")
	bySector := map[string][]string{}
	for s := range units {
		if _, ok := sectors[s]; !ok {
			sectors[s] = 0
		}
	}
	for s := range sectors {
		out, _, _ := strings.Cut(s, " ")
		bySector[out] = append(bySector[out], s)
	}
	for _, out := range sortedKeys(outs) {
		fmt.Fprintf(&b, "%s %s\n", out, outs[out].code())
		sort.Strings(bySector[out])
		for _, s := range bySector[out] {
			set := sectors[s]
			if set == 0 {
				set = outs[out]
			}
			fmt.Fprintf(&b, "%s %s", s, set.code())
			var sets []Set
			for u := range units[s] {
				sets = append(sets, u)
			}
			sort.Slice(sets, func(i, j int) bool { return sets[i] < sets[j] })
			for _, u := range sets {
				sort.Strings(units[s][u])
				fmt.Fprintf(&b, " %s:%s", u.code(), strings.Join(units[s][u], ","))
			}
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func legend(b *bytes.Buffer) {
	b.WriteString("# Letters:")
	for d := range districts {
		fmt.Fprintf(b, " %c %s;", letters[d], d)
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

// BuildPlaces makes the place table from a CSV file of places (name, alt_names,
// district, hint, alt_hints, dictionary_word, kind). Rows of kind "area"
// (counties, councils, regions) are left out: those names belong to the flow
// book.
func BuildPlaces(places io.Reader) ([]byte, error) {
	all := map[string]place{}
	err := readTable(places, func(row map[string]string) error {
		if row["kind"] == "area" {
			return nil
		}
		set, err := parseDistricts(row["district"])
		if err != nil {
			return err
		}
		p := place{set: set, ask: row["hint"] == "ask", word: row["dictionary_word"] == "yes"}
		merge(all, row["name"], p)
		for alt := range strings.SplitSeq(row["alt_names"], ";") {
			name := plain.Text(alt)
			if name == "" {
				continue
			}
			q := p
			q.word = p.word && !strings.Contains(name, " ")
			switch altHint(row["alt_hints"], alt) {
			case "ask":
				q.ask = true
			case "direct":
				q.ask = false
			}
			merge(all, alt, q)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	var b bytes.Buffer
	b.WriteString(`# Where each place name may be. Made by: signpost areas build
# Place names from NaPTAN (Department for Transport, Open Government Licence v3), GeoNames (CC BY 4.0, geonames.org),
# ONS parish names and OS Open Names (Open Government Licence v3). Short forms are common knowledge.
`)
	b.WriteString(Attribution)
	legend(&b)
	b.WriteString("# LETTERS NAME. After the letters: ? the name alone is never enough; ! also an ordinary word, so only as a whole message.\n")
	for _, name := range sortedKeys(all) {
		p := all[name]
		flags := ""
		if p.ask {
			flags += "?"
		}
		if p.word {
			flags += "!"
		}
		fmt.Fprintf(&b, "%s%s %s\n", p.set.code(), flags, name)
	}
	return b.Bytes(), nil
}

// altHint finds "macc" in "mac=direct;macc=direct".
func altHint(hints, alt string) string {
	squash := func(s string) string { return strings.ReplaceAll(plain.Text(s), " ", "") }
	for h := range strings.SplitSeq(hints, ";") {
		name, hint, _ := strings.Cut(h, "=")
		if squash(name) == squash(alt) {
			return hint
		}
	}
	return ""
}

// merge joins what two rows say of one name: it may be in the districts of
// both, and one that must be asked about stays so. A neighbour's place of the
// same name makes ours a question: a wrong place is worse than that. Where
// everybody means ours (Halton, Egremont) the flow book says so.
func merge(all map[string]place, name string, p place) {
	name = plain.Text(name)
	old, dup := all[name]
	if !dup {
		all[name] = p
		return
	}
	all[name] = place{set: old.set | p.set, ask: old.ask || p.ask, word: old.word || p.word}
}
