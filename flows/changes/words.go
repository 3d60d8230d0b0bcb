package changes

import (
	"slices"
	"strings"

	"signpost/internal/linediff"
)

// Piece is a stretch of an answer.
type Piece struct {
	Words   string
	Differs bool // the other answer does not have it
}

// Replaced is words that others take the place of. One of the two may be empty.
type Replaced struct{ Cut, Put string }

// Compare parts two answers into what both have and what only one has. The pieces of an
// answer, put together, are the answer with single spaces.
func Compare(before, after string) (was, is []Piece, replaced []Replaced) {
	a, b := tokens(before), tokens(after)
	add := func(to *[]Piece, all *[]token, differs bool) {
		next := (*all)[0]
		*all = (*all)[1:]
		if n := len(*to); n == 0 || (*to)[n-1].Differs != differs {
			if n > 0 && differs && next.spaced { // a space before is not marked
				(*to)[n-1].Words += " "
				next.spaced = false
			}
			*to = append(*to, Piece{Differs: differs})
		}
		(*to)[len(*to)-1].Words += next.String()
	}
	var r Replaced
	end := func() {
		r = Replaced{strings.TrimSpace(r.Cut), strings.TrimSpace(r.Put)}
		if r != (Replaced{}) && !slices.Contains(replaced, r) {
			replaced = append(replaced, r)
		}
		r = Replaced{}
	}
	for _, sign := range signs(a, b) {
		switch sign {
		case '-':
			r.Cut += a[0].String()
			add(&was, &a, true)
		case '+':
			r.Put += b[0].String()
			add(&is, &b, true)
		default:
			end()
			add(&was, &a, false)
			add(&is, &b, false)
		}
	}
	end()
	return was, is, replaced
}

// token is a word without its marks, a mark, or a whole telephone number.
type token struct {
	words  string
	spaced bool // a space is before it
}

func (t token) String() string {
	if t.spaced {
		return " " + t.words
	}
	return t.words
}

const marks = ".,:;?!()"

// tokens parts an answer.
func tokens(answer string) (out []token) {
	for i, word := range strings.Fields(answer) {
		first := len(out)
		bare := strings.TrimLeft(word, marks)
		for _, mark := range word[:len(word)-len(bare)] {
			out = append(out, token{words: string(mark)})
		}
		end := bare
		bare = strings.TrimRight(bare, marks)
		if end = end[len(bare):]; bare != "" {
			if n := len(out) - 1; first == len(out) && n >= 0 && digits(bare) && numberBegins(out[n].words) {
				out[n].words += " " + bare
				first = -1
			} else {
				out = append(out, token{words: bare})
			}
		}
		for _, mark := range end {
			out = append(out, token{words: string(mark)})
		}
		if first >= 0 {
			out[first].spaced = i > 0
		}
	}
	return out
}

func digits(word string) bool { return word != "" && strings.Trim(word, "0123456789") == "" }

// numberBegins reports that a telephone number may begin with these digits: 0808, 116.
func numberBegins(words string) bool {
	const areaCode = 3
	first, _, _ := strings.Cut(words, " ")
	return digits(strings.ReplaceAll(words, " ", "")) && len(first) >= areaCode && first[0] <= '1'
}

// signs says of each token in turn whether only the first list has it ('-'), only the second
// ('+') or both (' ').
func signs(a, b []token) (out []byte) {
	if len(a) > 0 && len(b) > 0 {
		for _, l := range linediff.Lines(lines(a), lines(b), len(a)+len(b)) {
			out = append(out, l.Sign)
		}
	}
	out = withoutCrumbs(out)
	const half = 2
	kept := 0
	for _, sign := range out {
		if sign == ' ' {
			kept++
		}
	}
	if kept > 0 && kept*half >= min(len(a), len(b)) {
		return out
	}
	// They have little in common: only what both begin and end with counts.
	begin, end := 0, 0
	for begin < min(len(a), len(b)) && a[begin].words == b[begin].words {
		begin++
	}
	for end < min(len(a), len(b))-begin && a[len(a)-1-end].words == b[len(b)-1-end].words {
		end++
	}
	out = slices.Repeat([]byte{' '}, begin)
	out = append(out, slices.Repeat([]byte{'-'}, len(a)-begin-end)...)
	out = append(out, slices.Repeat([]byte{'+'}, len(b)-begin-end)...)
	return append(out, slices.Repeat([]byte{' '}, end)...)
}

func lines(all []token) string {
	var out []string
	for _, t := range all {
		out = append(out, t.words)
	}
	return strings.Join(out, "\n")
}

// withoutCrumbs takes a word or mark between two changes as changed, too: a sentence with
// every other word marked is hard to read.
func withoutCrumbs(signs []byte) (out []byte) {
	const crumb = 2 // tokens
	for i := 0; i < len(signs); {
		n := 0
		for i+n < len(signs) && signs[i+n] == ' ' {
			n++
		}
		switch {
		case n == 0:
			out = append(out, signs[i])
			i++
		case n <= crumb && i > 0 && i+n < len(signs):
			for range n {
				out = append(out, '-', '+')
			}
			i += n
		default:
			out = append(out, slices.Repeat([]byte{' '}, n)...)
			i += n
		}
	}
	return out
}
