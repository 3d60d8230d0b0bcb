package area

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"signpost/internal/normalise"
)

// readRows reads a CSV file with a header row and hands each row to do by
// column name.
func readRows(r io.Reader, do func(row map[string]string) error) error {
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
func (g *Gazetteer) parseDistricts(s string) (Set, error) {
	var set Set
	for part := range strings.SplitSeq(s, ";") {
		part = strings.TrimSpace(part)
		if d, ok := g.District(part); ok {
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

// nation says which nation an authority elsewhere is in.
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
	{Wales, []string{"Wales", "Flintshire", "Wrexham", "Conwy", "Sir Ddinbych", "Denbighshire", "Gwynedd", "Powys",
		"Ynys Mon", "Isle of Anglesey",
		"Ceredigion", "Sir Benfro", "Sir Gaerfyrddin", "Abertawe", "Castell-nedd", "Pen-y-bont", "Bro Morgannwg",
		"Caerdydd", "Cardiff", "Swansea",
		"Rhondda", "Merthyr", "Caerffili", "Caerphilly", "Blaenau", "Tor-faen", "Torfaen", "Sir Fynwy", "Monmouthshire",
		"Casnewydd", "Newport - Newport", "Carmarthenshire", "Pembrokeshire", "Bridgend", "Vale of Glamorgan"}},
	{Scotland, []string{"Scotland", "Dumfries", "Scottish Borders", "Highland", "Aberdeen", "Angus", "Argyll",
		"Clackmannan", "Ayrshire", "Dunbartonshire",
		"Lothian", "Renfrewshire", "Edinburgh", "Falkirk", "Fife", "Glasgow", "Inverclyde", "Midlothian", "Moray",
		"Eilean Siar", "Lanarkshire", "Orkney",
		"Perth and Kinross", "Shetland", "Stirling", "Dundee"}},
	{NorthernIreland, []string{"Northern Ireland"}},
	{IsleOfMan, []string{"Isle of Man"}},
	{ChannelIslands, []string{"Channel Islands", "Guernsey", "Jersey"}},
}

// BuildPlaces makes the place table from a CSV file of places (name, alt_names,
// district, hint, alt_hints, dictionary_word, kind). Rows of kind "area"
// (counties, councils, regions) are left out: those names belong to the flow
// book.
func (g *Gazetteer) BuildPlaces(places io.Reader) ([]byte, error) {
	all := map[string]place{}
	err := readRows(places, func(row map[string]string) error {
		if row["kind"] == "area" {
			return nil
		}
		set, err := g.parseDistricts(row["district"])
		if err != nil {
			return err
		}
		p := place{set: set, ask: row["hint"] == "ask", word: row["dictionary_word"] == "yes",
			town: strings.Contains(row["kind"], "Town") || strings.Contains(row["kind"], "City")}
		merge(all, row["name"], p)
		for alt := range strings.SplitSeq(row["alt_names"], ";") {
			name := normalise.Text(alt)
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
	g.legend(&b)
	b.WriteString("# LETTERS NAME. After the letters: ? the name alone is never enough; ! also an ordinary word, so " +
		"only as a whole message; + a town.\n")
	for _, name := range sortedKeys(all) {
		p := all[name]
		flags := ""
		if p.ask {
			flags += "?"
		}
		if p.word {
			flags += "!"
		}
		if p.town {
			flags += "+"
		}
		fmt.Fprintf(&b, "%s%s %s\n", p.set.code(), flags, name)
	}
	return b.Bytes(), nil
}

// altHint finds "macc" in "mac=direct;macc=direct".
func altHint(hints, alt string) string {
	squash := func(s string) string { return strings.ReplaceAll(normalise.Text(s), " ", "") }
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
	name = normalise.Text(name)
	old, dup := all[name]
	if !dup {
		all[name] = p
		return
	}
	all[name] = place{set: old.set | p.set, ask: old.ask || p.ask, word: old.word || p.word, town: old.town || p.town}
}
