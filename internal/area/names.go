package area

import (
	"strings"

	"signpost/internal/spell"
)

// indexNames makes misspelt names findable.
func (g *Gazetteer) indexNames() {
	for name := range strings.FieldsFuncSeq(farAway, func(r rune) bool { return r == ',' || r == '\n' }) {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		p, known := g.places[name]
		if !known {
			p.set = Of(England)
			g.sorted = append(g.sorted, name)
		}
		p.far = true
		g.places[name] = p
	}
	g.index = spell.NewIndex(len(g.sorted))
	g.begins = make(map[string]Set, len(g.sorted)/4)
	g.joined, g.rests = make([]string, len(g.sorted)), make(map[string]Set, len(g.sorted)/2)
	g.heads, g.parts = make(map[string]uint8, len(g.sorted)), make(map[string]bool, len(g.sorted)/2)
	g.words = spell.NewIndex(len(g.sorted) / 2)
	seen := make(map[string]bool, len(g.sorted)/2)
	for i, n := range g.sorted {
		p := g.places[n]
		if strings.Contains(n, " ") {
			for w := range strings.SplitSeq(n, " ") {
				if len(w) >= minNameSlip && !seen[w] {
					seen[w] = true
					g.words.Add(w, int32(i), minNameSlip)
				}
			}
		}
		head(g.heads, n)
		if strings.Count(n, " ") > 1 {
			first, _, _ := strings.Cut(n, " ")
			g.begins[first] |= p.set
			for w := range strings.SplitSeq(n, " ") {
				g.parts[w] = true
			}
		}
		for k := range n {
			if n[k] == ' ' && !p.landmark {
				g.rests[n[k+1:]] |= p.set
			}
			if short, ok := g.places[n[:k]]; n[k] == ' ' && ok && short.set&p.set == 0 && !short.begins && !p.landmark {
				short.begins = true
				g.places[n[:k]] = short
			}
		}
		g.joined[i] = strings.ReplaceAll(n, " ", "")
		if len(n) < minNameSlip || !strings.ContainsAny(n, "aeiouy") || strings.HasPrefix(n, "the ") ||
			g.short(n) { // and no "lvngstn"
			continue
		}
		g.index.Add(g.joined[i], int32(i), minNameSlip)
		if p.town && !p.ask && p.set&ours != 0 && len(n) >= minTownFar {
			g.towns = append(g.towns, newTownName(n, p))
		}
	}
}

// short reports a short form that is written with a space too: "eport" of "e port".
func (g *Gazetteer) short(name string) bool {
	_, ok := g.places[name[:1]+" "+name[1:]]
	return ok
}

// farAway are counties and countries that are no neighbours, so that a place beside
// one is there: "Barrow, Leicestershire". Widnes, Barrow and Sedbergh are in the old
// Lancashire and Yorkshire, so that those tell nothing.
const farAway = `
bedfordshire, berkshire, buckinghamshire, cambridgeshire, cornwall, devon, dorset, essex, gloucestershire,
hampshire, herefordshire, hertfordshire, leicestershire, lincolnshire, norfolk, northamptonshire,
nottinghamshire, oxfordshire, rutland, somerset, suffolk, surrey, sussex, east sussex, west sussex,
warwickshire, wiltshire, worcestershire, tyne and wear, west midlands, isle of wight, kent,
leics, lincs, notts, northants, herts, bucks, cambs, hants, glos, worcs,
australia, canada, new zealand, usa, united states, america, south africa, spain, france, germany, poland,
pennsylvania, california, texas, florida, ohio, new york, new south wales, tasmania, queensland`

// closedUp indexes long names without their spaces, and towns without their
// vowels. Two names that fall together there, in different districts, give
// nothing.
func (g *Gazetteer) closedUp() (closed, bare map[string]place) {
	closed, bare = make(map[string]place, 1024), make(map[string]place, 512)
	put := func(m map[string]place, k string, p place) {
		if old, dup := m[k]; dup && old.set != p.set {
			p.set = 0
		}
		m[k] = p
	}
	for _, n := range g.sorted {
		p := g.places[n]
		if len(n) < 6 || p.word {
			continue
		}
		if p.town || strings.Contains(n, " ") {
			put(closed, strings.ReplaceAll(n, " ", ""), p)
		}
		if p.town && p.set&ours != 0 && !strings.Contains(n, " ") {
			if b := bones(nil, n); len(b) >= minBones {
				put(bare, string(b), p)
			}
		}
	}
	return closed, bare
}
