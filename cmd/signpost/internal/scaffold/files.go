package scaffold

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/internal/area"
	"signpost/internal/normalise"
)

// Files are the files of the county's book, by their path in its folder.
func (c County) Files() (map[string][]byte, error) {
	if len(c.Parts) == 0 || len(c.Parts) > MaxParts {
		return nil, fmt.Errorf("a county has 1 to %d parts, not %d", MaxParts, len(c.Parts))
	}
	m := &maker{c: c, taken: map[string]bool{}}
	files := map[string][]byte{}
	m.name()
	files["area/"+area.DistrictsFile] = []byte(m.districts())
	for name, make := range map[string]func(shipped string) string{
		"services.yaml": m.services, "areas.yaml": m.areas, "menus.yaml": m.menus, "words.yaml": m.words,
		"examples.yaml":  m.examples,
		"languages.yaml": noLanguages,
	} {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			return nil, fmt.Errorf("read %s of the book that ships: %w", name, err)
		}
		files[name] = []byte(make(string(data)))
	}
	var districts []string
	for _, p := range m.parts {
		districts = append(districts, p.districts...)
	}
	districts = append(districts, area.Elsewhere()...)
	for _, name := range load.Files() {
		schema, err := load.Schema(name, districts)
		if err != nil {
			return nil, fmt.Errorf("make the schema of %s: %w", name, err)
		}
		files[path.Join("schema", strings.TrimSuffix(name, ".yaml")+".schema.json")] = schema
	}
	if m.changed {
		return nil, errChanged
	}
	return files, nil
}

// noLanguages leaves the languages out, which name the places of the book that ships.
func noLanguages(shipped string) string {
	before, _, _ := strings.Cut(shipped, "\nlanguages:")
	return before + "\nlanguages: {}\n"
}

// maker writes the files of one county.
type maker struct {
	c       County
	taken   map[string]bool // ids
	parts   []made          // one for each part
	halves  [2]string       // ids of the steps of the halves; the first of all parts
	changed bool
}

// made is what a part is called in the files.
type made struct {
	Part
	area, service string
	districts     []string
}

// id makes a name for the files out of words.
func (m *maker) id(words, end string) string {
	first, _, _ := strings.Cut(normalise.Text(words), " ")
	base := regexp.MustCompile(`[^a-z0-9]`).ReplaceAllString(first, "")
	if base == "" || base[0] < 'a' || base[0] > 'z' {
		base = "part"
	}
	base = base[:min(len(base), 20)] + end
	id := base
	for n := 2; m.taken[id]; n++ {
		id = fmt.Sprintf("%s%d", base, n)
	}
	m.taken[id] = true
	return id
}

// name gives everything its id, and every part its districts.
func (m *maker) name() {
	for _, kept := range []string{"wales", "scotland", "elsewhere", "where", "worried", "more", "who", "welcome",
		"bills", "either", "free", "hours", "private", "silent"} {
		m.taken[kept] = true
	}
	named := map[string]bool{}
	for _, n := range area.Elsewhere() {
		named[strings.ToLower(n)] = true
	}
	for _, p := range m.c.Parts {
		one := made{Part: p, area: m.id(p.Towns, ""), service: m.id(p.Towns, "_service")}
		if len(one.Councils) == 0 {
			one.Councils = []Council{{Name: townsOf(p.Towns)[0]}}
		}
		one.Councils = slices.Clone(one.Councils)
		for i, council := range one.Councils {
			name := council.Name
			for n := 2; named[strings.ToLower(name)]; n++ {
				name = fmt.Sprintf("%s %d", council.Name, n)
			}
			named[strings.ToLower(name)] = true
			one.Councils[i].Name = name
			one.districts = append(one.districts, name)
		}
		m.parts = append(m.parts, one)
	}
	m.halves[0] = m.id(m.c.Name, "")
	if m.c.Halved() {
		m.halves = [2]string{m.id(m.c.Halves[0], "_half"), m.id(m.c.Halves[1], "_half")}
	}
}

// townsOf are the towns of "Preston, Leyland or Chorley".
func townsOf(s string) []string { return regexp.MustCompile(` or |, `).Split(s, -1) }

// cut returns what is before, between and after two marks of a file that ships.
func (m *maker) cut(s, from, to string) (before, between, after string) {
	i := strings.Index(s, from)
	if i < 0 {
		m.changed = true
		return "", "", ""
	}
	j := len(s) - i
	if to != "" {
		if j = strings.Index(s[i:], to); j < 0 {
			m.changed = true
			return "", "", ""
		}
	}
	return s[:i], s[i : i+j], s[i+j:]
}

// swap puts words in the place of others that occur once.
func (m *maker) swap(s, old, put string) string {
	if strings.Count(s, old) != 1 {
		m.changed = true
	}
	return strings.Replace(s, old, put, 1)
}

func (m *maker) districts() string {
	var b strings.Builder
	b.WriteString(districtsHead)
	letter := 'a'
	for _, p := range m.parts {
		for _, council := range p.Councils {
			code := council.Code
			if code == "" {
				code = "-"
			}
			fmt.Fprintf(&b, "%c %s %s\n", letter, code, council.Name)
			letter++
		}
	}
	return b.String()
}

func (m *maker) services(shipped string) string {
	head, _, rest := m.cut(shipped, "  # --- Cumbria ---", "  # --- National ---")
	rest, _, _ = m.cut(rest, "\n  # --- Kept on file, never given ---", "")
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("  # --- " + m.c.Name + " " + strings.Repeat("-", max(3, 70-len(m.c.Name))) + "\n")
	for _, p := range m.parts {
		free, _ := load.Number(p.Service.Number) // told when it was asked for
		fmt.Fprintf(&b,
			"  %s:\n"+
				"    name: %s\n"+
				"    label: local team\n"+
				"    say: the local team\n"+
				"    numbers:\n"+
				"      - number: %s\n"+
				"    for: [me, someone]\n"+
				"    hours: %s\n",
			p.service, quoted(p.Service.Name), quoted(p.Service.Number), quoted(p.Service.Hours))
		if free {
			b.WriteString("    free: yes\n")
		}
		fmt.Fprintf(&b,
			"    if_no_answer: national_helpline\n"+
				"    source: %s\n"+
				"    source_date: undated\n"+
				"    checked_on: never\n"+
				"    unrung_because: newly written down, to be rung before going live\n\n",
			quoted(p.Service.Source))
	}
	b.WriteString(rest)
	return b.String()
}

func (m *maker) areas(string) string {
	var b strings.Builder
	b.WriteString(areasHead)
	seen := map[string]bool{normalise.Text(m.c.Name): true}
	for _, half := range m.c.Halves {
		seen[normalise.Text(half)] = true
	}
	names := func(all ...string) string {
		var out []string
		for _, n := range all {
			if n = normalise.Text(n); n != "" && !seen[n] {
				seen[n] = true
				out = append(out, quoted(n))
			}
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	for _, p := range m.parts {
		also := slices.Concat(townsOf(p.Towns), p.Places)
		if len(m.parts) == 1 {
			delete(seen, normalise.Text(m.c.Name))
			also = append(also, m.c.Name)
		}
		var districts []string
		for _, d := range p.districts {
			districts = append(districts, quoted(d))
		}
		fmt.Fprintf(&b,
			"  %s:\n"+
				"    name: %s\n"+
				"    text: %s\n"+
				"    say: %s\n"+
				"    districts: [%s]\n"+
				"    also_called: %s\n"+
				"    services: [%s]\n\n",
			p.area, quoted(p.Towns), quoted(p.Towns), quoted(p.Towns),
			strings.Join(districts, ", "), names(also...), p.service)
	}
	next := slices.Concat([]string{"northern ireland", "isle of man"}, m.c.NextDoor)
	fmt.Fprintf(&b, areasBeyond, names(next...))
	b.WriteString(m.several())
	return b.String()
}

// several are the names that cover more than one part.
func (m *maker) several() string {
	var lines []string
	add := func(name string, parts []made) {
		var ids []string
		for _, p := range parts {
			ids = append(ids, p.area)
		}
		if len(ids) > 1 && len(ids) <= maxInMenu {
			lines = append(lines, fmt.Sprintf("  %s: [%s]\n", quoted(normalise.Text(name)), strings.Join(ids, ", ")))
		}
	}
	add(m.c.Name, m.parts)
	if m.c.Halved() {
		mid := len(m.c.Menus()[0])
		add(m.c.Halves[0], m.parts[:mid])
		add(m.c.Halves[1], m.parts[mid:])
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n# Names that cover several areas. Signpost asks which one is meant.\nseveral:\n" + strings.Join(lines, "")
}

// choice is one choice of a menu, offered by text, on calls, or both.
type choice struct{ words, does string }

func (c choice) byText() string {
	return fmt.Sprintf("      - text: %s\n        %s\n", quoted(c.words), c.does)
}

func (c choice) onCalls() string {
	return fmt.Sprintf("      - say: %s\n        %s\n", quoted(c.words), c.does)
}

func (c choice) onBoth() string {
	return fmt.Sprintf("      - text: %s\n        say: %s\n        %s\n", quoted(c.words), quoted(c.words), c.does)
}

func choicesOf(parts []made) (all []choice) {
	for _, p := range parts {
		all = append(all, choice{p.Towns, "area: " + p.area})
	}
	return all
}

// written is choices one after another.
func written(all []choice, write func(choice) string) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteString(write(c))
	}
	return b.String()
}

// direct is the most parts that are offered where the place is asked for, rather than
// in a menu of their own.
const direct = 1

func (m *maker) menus(shipped string) string {
	var top []choice
	var steps string
	switch {
	case len(m.parts) <= direct:
		top = choicesOf(m.parts)
	case m.c.Halved():
		mid := len(m.c.Menus()[0])
		top = []choice{{m.c.Halves[0], "goes_to: " + m.halves[0]}, {m.c.Halves[1], "goes_to: " + m.halves[1]}}
		steps = menu(m.halves[0], m.parts[:mid]) + menu(m.halves[1], m.parts[mid:])
	default:
		top = []choice{{m.c.Name, "goes_to: " + m.halves[0]}}
		steps = menu(m.halves[0], m.parts)
	}
	byText, onCalls := offers("text"), offers("say")
	if len(byText.FindAllString(shipped, -1)) != 2 || len(onCalls.FindAllString(shipped, -1)) != 1 {
		m.changed = true
	}
	s := byText.ReplaceAllLiteralString(shipped, written(top, choice.byText))
	s = onCalls.ReplaceAllLiteralString(s, written(top, choice.onCalls))
	before, _, after := m.cut(s, "  cumbria:\n", "  elsewhere:\n")
	s = before + steps + after
	const advisers = "    also: [control_room_adviser]\n" // who are Cumbria's alone
	if !strings.Contains(s, advisers) {
		m.changed = true
	}
	return strings.ReplaceAll(s, advisers, "")
}

// offers finds the choices of the counties of the book that ships, however they are worded.
func offers(channel string) *regexp.Regexp {
	var one strings.Builder
	for _, county := range counties {
		fmt.Fprintf(&one, "      - %s: .*\n        goes_to: %s\n", channel, county)
	}
	return regexp.MustCompile(one.String())
}

func menu(id string, parts []made) string {
	return fmt.Sprintf("  %s:\n    kind: menu\n    text: %q\n    say: \"{choices}, not sure 0.\"\n    choices:\n%s\n",
		id, partsText, written(choicesOf(parts), choice.onBoth))
}

func (m *maker) words(shipped string) string {
	ofPlaces := regexp.MustCompile(`\npronunciations:\n(?:  .*\n)+`).FindString(shipped)
	return m.swap(m.swap(shipped, ofPlaces, "\npronunciations: {}\n"), "  letgo, galop,", "  galop,")
}

func (m *maker) examples(string) string {
	var b strings.Builder
	b.WriteString(examplesHead)
	for _, p := range m.parts {
		for _, town := range townsOf(p.Towns) {
			fmt.Fprintf(&b, "  - name: %s\n    texts:\n      - they: %s\n        we: %s\n\n",
				quoted(town+" gives its number at once"), quoted(town), quoted(p.Service.Number))
		}
	}
	for i, p := range m.parts {
		var keys []string
		in := i
		mid := len(m.c.Menus()[0])
		switch {
		case m.c.Halved() && i >= mid:
			keys, in = append(keys, "2"), i-mid
		case len(m.parts) > direct:
			keys = append(keys, "1")
		}
		keys = append(keys, fmt.Sprint(in+1))
		fmt.Fprintf(&b, "  - name: %s\n    call:\n      - they: rings\n", quoted("A call is put through to "+p.service))
		for _, k := range keys {
			fmt.Fprintf(&b, "      - they: %q\n", k)
		}
		fmt.Fprintf(&b,
			"        we: %s\n      - they: \"1\"\n        connects_to: %s\n"+
				"      - they: answered\n        ends: yes\n\n",
			quoted(p.Service.Number), p.service)
	}
	if len(m.parts) > 1 && !m.c.Halved() {
		fmt.Fprintf(&b,
			"  - name: The county alone is not enough, so we ask\n    texts:\n      - they: %s\n        we: %s\n\n",
			quoted(m.c.Name), quoted("1 "+m.parts[0].Towns))
	}
	first := []string{`"999"`} // what the first answer holds
	if begins := opens(shipped().StepNamed(shipped().TextStart).Text); begins != "" {
		first = append(first, quoted(begins))
	}
	fmt.Fprintf(&b, examplesAnywhere, strings.Join(first, ", "))
	return b.String()
}

var bare = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ()&/.'+-]*[A-Za-z0-9).]$|^[A-Za-z]$`)

// quoted writes a text so that YAML reads it as it is.
func quoted(s string) string {
	if bare.MatchString(s) && !slices.Contains([]string{"yes", "no", "on", "off", "true", "false", "null", "y", "n"},
		strings.ToLower(s)) {
		return s
	}
	q, _ := json.Marshal(s) // a string can always be written
	return string(q)
}
