package area

import (
	"strings"

	"signpost/internal/english"
	"signpost/internal/spell"
)

// postcodes finds every postcode, whole or in part, however it is spaced. A part
// counts where it cannot be something else: an outward code of ours, or any when it
// is nearly all there is or said to be a postcode.
func (s *search) postcodes() (out []Candidate) {
	var buf [8]byte
	m := &s.message
	for i := 0; i < m.n; i++ {
		if c, ok := s.wholeAt(i, buf[:0]); ok {
			out = append(out, c)
			i = c.To - 1
		}
	}
	if len(out) > 0 {
		return out
	}
	for i := 0; i < m.n; i++ {
		found, n := s.partial(i)
		if found.Where == 0 {
			continue
		}
		alone := m.n <= n+2 && !shorthand(found.Name) && m.word(i-1) != "the" // "on the m6"
		said := m.word(i-1) == "postcode" || m.word(i-1) == "code" || m.word(i-2) == "postcode" || m.word(i-2) == "code"
		if alone || said || found.Where&ours != 0 && !shorthand(found.Name) {
			found.From, found.To = i, i+n
			out = append(out, found)
			i += n - 1
		}
	}
	return out
}

// wholeAt reads a whole postcode that begins at word i.
func (s *search) wholeAt(i int, buf []byte) (Candidate, bool) {
	m := &s.message
	for n := min(4, m.n-i); n >= 1; n-- {
		code, ok := m.joined(i, i+n, buf)
		if !ok {
			continue
		}
		out, sector, unit, ok := wholePostcode(code)
		if !ok || s.endsWithin(i, n) {
			continue
		}
		alone, sure := s.outwardAndWord(i, n, code)
		if sure {
			continue
		}
		c := s.lookUp(out, sector, unit)
		c.Where |= alone // "ca14 lh" is either
		if n >= 3 && spell.Letters(m.word(i)) && spell.Letters(m.word(i+n-1)) && c.Where&ours == 0 {
			continue // "im 72 my" is an age, and no postcode of the Isle of Man
		}
		if c.Where != 0 {
			c.From, c.To, c.Name = i, i+n, m.span(i, i+n)
			return c, true
		}
	}
	return Candidate{}, false
}

// endsWithin reports whether a sentence ends within n words from i.
func (s *search) endsWithin(i, n int) bool {
	for _, ends := range s.Ends[i : i+n-1] {
		if ends {
			return true
		}
	}
	return false
}

// outwardAndWord reads n words from i, which look like a whole postcode, as an outward code and a word behind
// it: "ca14 he" may be CA14, and not CA1 4HE. code is the words without their spaces. sure means that
// the last word is a word: it is known, or the text goes on.
func (s *search) outwardAndWord(i, n int, code string) (where Set, sure bool) {
	const unit = 2 // letters that end a postcode
	last := i + n - 1
	if n == 1 || len(s.word(last)) != unit || len(s.word(last-1)) == 1 { // "ca14he", "ca1 4he", "ca1 4 he"
		return 0, false
	}
	before, ok := outward(code[:len(code)-unit])
	if !ok {
		return 0, false
	}
	where = s.lookUp(before, 0, "").Where
	return where, where != 0 && (last+1 < s.n || s.Common[last] || english.Known(s.word(last)))
}

// shorthand reports texting, or a motorway, that happens to be an outward code.
func shorthand(w string) bool {
	switch w {
	case "me2", "m8", "b4", "w8", "l8", "n1", "e1", "u2", "h8", "g8", "l8r", "m6":
		return true
	}
	return false
}

// joined is some words in upper case without their spaces; ok is false when
// they are too long for a postcode.
func (m *message) joined(i, j int, b []byte) (string, bool) {
	for k := i; k < j; k++ {
		w := m.word(k)
		if len(b)+len(w) > 7 {
			return "", false
		}
		for c := range len(w) {
			if w[c] >= 0x80 {
				return "", false
			}
			if up := w[c]; 'a' <= up && up <= 'z' {
				b = append(b, up-'a'+'A')
			} else {
				b = append(b, up)
			}
		}
	}
	if len(b) < 2 || !hasDigitBytes(b) {
		return "", false // no postcode, and no copy made of it
	}
	return string(b), true
}

func hasDigitBytes(b []byte) bool {
	for _, c := range b {
		if '0' <= c && c <= '9' {
			return true
		}
	}
	return false
}

// partial reads an outward code at word i, with its sector when that follows:
// "cw10", "cw10 9", "cw109". It gives how many words it took.
func (s *search) partial(i int) (Candidate, int) {
	f, m := s.Finder, &s.message
	w := m.word(i)
	if found := s.spaced(i); found.Where != 0 {
		return found, 2
	}
	if len(w) < 2 || len(w) > 5 || w[0] < 'a' || w[0] > 'z' ||
		strings.Trim(w, "0123456789abcdefghijklmnopqrstuvwxyz") != "" {
		return Candidate{}, 0
	}
	var buf [8]byte
	code, ok := m.joined(i, i+1, buf[:0])
	if !ok || inward(m.word(i+1)) {
		return Candidate{}, 0 // or the second half of a postcode that nobody has
	}
	if next := m.word(i + 1); len(next) == 1 && next[0] >= '0' && next[0] <= '9' && i+2 == m.n {
		if out, ok := outward(code); ok {
			if found := f.lookUp(out, next[0], ""); found.Where != 0 {
				found.Name = m.span(i, i+2)
				return found, 2
			}
		}
	}
	if out, ok := outward(code); ok && hasDigit(w) {
		if found := f.lookUp(out, 0, ""); found.Where != 0 {
			found.Name = w
			if most, ok := f.tables.mostly[key(out, 0, "")]; ok {
				found.Where = most
			}
			return found, 1
		}
	}
	last := code[len(code)-1]
	if out, ok := outward(code[:len(code)-1]); ok && last >= '0' && last <= '9' && hasDigit(w[:len(w)-1]) {
		if found := f.lookUp(out, last, ""); found.Where != 0 {
			found.Name = w
			return found, 1
		}
	}
	return Candidate{}, 0
}

// spaced reads an outward code of ours with a space in it: "ca 14".
func (s *search) spaced(i int) Candidate {
	m := &s.message
	digits := m.word(i + 1)
	if len(m.word(i)) != 2 || !spell.Letters(m.word(i)) || len(digits) == 0 || len(digits) > 2 ||
		strings.Trim(digits, "0123456789") != "" || inward(m.word(i+2)) || s.Ends[i] || counted(m.word(i+2)) {
		return Candidate{} // "im in ca. 14 year old with me"
	}
	var buf [8]byte
	code, _ := m.joined(i, i+2, buf[:0])
	found := s.lookUp(code, 0, "")
	if found.Where&ours == 0 {
		return Candidate{}
	}
	if most, ok := s.tables.mostly[key(code, 0, "")]; ok {
		found.Where = most
	}
	found.Name = m.span(i, i+2)
	return found
}

// counted reports what a number before it counts: "in la 9 years".
func counted(w string) bool {
	switch w {
	case "year", "years", "yr", "yrs", "month", "months", "week", "weeks", "wk", "wks", "day", "days", "hour", "hours",
		"hrs",
		"min", "mins", "minutes", "kids", "children":
		return true
	}
	return false
}

// inward reports the second half of a whole postcode.
func inward(w string) bool {
	return len(w) == 3 && w[0] >= '0' && w[0] <= '9' && w[1] >= 'a' && w[1] <= 'z' && w[2] >= 'a' && w[2] <= 'z'
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// lookUp finds the longest known prefix of a postcode.
func (f *Finder) lookUp(out string, sector byte, unit string) Candidate {
	t := f.tables
	if unit != "" {
		if s, ok := t.lookup(key(out, sector, unit)); ok {
			return Candidate{Where: s, How: Unit}
		}
	}
	if sector != 0 {
		if s, ok := t.lookup(key(out, sector, "")); ok {
			return Candidate{Where: s, How: Sector}
		}
	}
	s, _ := t.lookup(key(out, 0, ""))
	return Candidate{Where: s, How: Outward}
}

// wholePostcode reads a postcode of upper-case letters and digits without
// spaces, forgiving a letter O or I for a digit. One true digit must be there,
// so that a plain word is never fixed into a postcode.
func wholePostcode(s string) (out string, sector byte, unit string, ok bool) {
	if len(s) < 5 || len(s) > 7 || !hasDigit(s) {
		return "", 0, "", false
	}
	in := s[len(s)-3:]
	sector = digitFor(in[0])
	if sector == 0 || !isLetter(in[1]) || !isLetter(in[2]) {
		return "", 0, "", false
	}
	out, ok = outward(s[:len(s)-3])
	return out, sector, in[1:], ok
}

// outward reads an outward code: one or two letters, a digit, and perhaps
// another digit or letter.
func outward(s string) (string, bool) {
	n := 0
	for n < len(s) && n < 2 && isLetter(s[n]) {
		n++
	}
	if n == 2 && len(s) == 2 {
		n = 1 // "LI" can only be L1
	}
	if n == 0 || n == len(s) || len(s)-n > 2 {
		return "", false
	}
	d := digitFor(s[n])
	if d == 0 {
		return "", false
	}
	tail := ""
	if n+1 < len(s) {
		switch t := digitFor(s[n+1]); {
		case t != 0:
			tail = string(t)
		case isLetter(s[n+1]):
			tail = s[n+1:]
		default:
			return "", false
		}
	}
	if d == s[n] && tail == s[n+1:] {
		return s, true
	}
	return s[:n] + string(d) + tail, true
}

func isLetter(c byte) bool { return 'A' <= c && c <= 'Z' }

// digitFor reads a digit, or the letter people type for one; 0 when neither.
func digitFor(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c
	case c == 'O':
		return '0'
	case c == 'I' || c == 'L':
		return '1'
	}
	return 0
}

// HalfPostcode reports letters and digits that are the first half of a postcode
// ("cw", "la20"), or the second ("6bx", "9").
func HalfPostcode(s string) bool {
	up := strings.ToUpper(s)
	switch {
	case s == "":
		return false
	case inward(s), len(s) == 1 && s[0] >= '0' && s[0] <= '9':
		return true
	case len(s) <= 2 && spell.Letters(s):
		return len(s) == 2
	}
	_, ok := outward(up)
	return ok && hasDigit(s) && isLetter(up[0])
}
