package hear

// lookalikes are the look-alikes in a text.
type lookalikes struct {
	guard Set // the kinds that they guard
	all   []lookalike
}

type lookalike struct {
	match
	guards Kind
}

func (l *lookalikes) add(p *phrase, m match) {
	if p.unless {
		l.guard |= Of(p.kind)
		l.all = append(l.all, lookalike{m, p.kind})
	}
}

// cover reports whether a look-alike of the kind shares words with a match.
func (l *lookalikes) cover(m match, k Kind) bool {
	if !l.guard.Has(k) {
		return false
	}
	for _, u := range l.all {
		if u.guards == k && u.from < m.to && m.from < u.to && (u.place < 0 || m.place < 0 || u.place == m.place) {
			return true
		}
	}
	return false
}
