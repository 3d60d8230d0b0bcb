package load

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Pos is a place in a file. Line and Col count from 1; Col counts bytes.
type Pos struct {
	File      string
	Line, Col int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Severity tells what keeps a book from callers from what is only advice.
type Severity uint8

// Severities.
const (
	Error   Severity = iota // the book must not be put in front of callers
	Warning                 // it may; somebody should look
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Problem is one mistake in a flow book, told to the person who edits it.
type Problem struct {
	Pos
	Severity Severity
	Rule     string // a short, stable name
	What     string // what is wrong
	Why      string // what it would do to a caller
	Fix      string // how to fix it
	// Edit fixes it, when only one thing can have been meant; else it is empty.
	Edit Edit
}

// Edit takes the bytes of a file from From to before To out and puts others in.
type Edit struct {
	From, To int
	Put      string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s\n%s", p.Pos, p.Severity, p.What, p.advice())
}

// advice says why a problem matters, how to fix it, and which rule found it.
func (p Problem) advice() string {
	said := fmt.Sprintf("    why it matters: %s\n    how to fix it: %s\n    [%s]", p.Why, p.Fix, p.Rule)
	if p.Edit != (Edit{}) {
		said += "\n    (signpost check -fix corrects this)"
	}
	return said
}

// Errors are those of some problems that keep a book from callers.
func Errors(ps []Problem) []Problem { return of(Error, ps) }

// Warnings are those of some problems that are only advice.
func Warnings(ps []Problem) []Problem { return of(Warning, ps) }

func of(s Severity, ps []Problem) []Problem {
	var out []Problem
	for _, p := range ps {
		if p.Severity == s {
			out = append(out, p)
		}
	}
	return out
}

// Fix makes the edits of the problems of one file, and says how many. Edits
// that touch one another are left for the next time.
func Fix(file string, data []byte, ps []Problem) ([]byte, int) {
	var edits []Edit
	for _, p := range ps {
		if e := p.Edit; p.File == file && e != (Edit{}) && e.From >= 0 && e.From <= e.To && e.To <= len(data) {
			edits = append(edits, e)
		}
	}
	slices.SortFunc(edits, func(a, b Edit) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	var out []byte
	done, made := 0, 0
	for i, e := range edits {
		if i > 0 && e.From < done || i > 0 && e == edits[i-1] {
			continue
		}
		out = append(append(out, data[done:e.From]...), e.Put...)
		done = e.To
		made++
	}
	return append(out, data[done:]...), made
}

// Sort orders problems by place and drops repeats, so that the same book always
// gives the same list. The files come as a book is made of them: what goes wrong in
// an example was mostly done in another file.
func Sort(ps []Problem) []Problem {
	order := func(file string) int {
		if file == examplesFile {
			return len(fileNames)
		}
		return slices.Index(fileNames, file)
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(order(a.File), order(b.File)), strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.What, b.What))
	})
	return slices.Compact(ps)
}

// nearest is the candidate that a misspelt word most likely means; "" when none
// is near.
func nearest(word string, candidates []string) string {
	best, bestDist := "", len(word)/3+2
	for _, c := range candidates {
		if d := Distance(word, c); d < bestDist {
			best, bestDist = c, d
		}
	}
	return best
}

// Slip returns the only candidate that word can mean if one letter or its capitals are
// wrong; "" when that is not certain.
func Slip(word string, candidates []string) string {
	near := nearest(word, candidates)
	if strings.EqualFold(word, near) || len(word) > 3 && Distance(word, near) == 1 || len(word) > 4 &&
		swapped(word, near) {
		return near
	}
	return ""
}

// swapped reports two words that differ by two letters changing places.
func swapped(a, b string) bool {
	if len(a) != len(b) || Distance(a, b) != 2 {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// DidYouMean is a sentence that offers the nearest candidate, or lists them
// when there are few.
func DidYouMean(word string, candidates []string) string {
	if n := nearest(word, candidates); n != "" {
		return fmt.Sprintf("Did you mean %q?", n)
	}
	if len(candidates) == 0 {
		return "Check the spelling."
	}
	sorted := slices.Sorted(slices.Values(candidates))
	if len(sorted) > 12 {
		return "Check the spelling."
	}
	return "Use one of: " + strings.Join(sorted, ", ") + "."
}

// Holds reports whether words hold a placeholder, like {choices}, or a misspelling of it:
// another problem reports the misspelling.
func Holds(words, placeholder string) bool {
	if strings.Contains(words, placeholder) {
		return true
	}
	for _, name := range inBraces.FindAllString(words, -1) {
		if Slip(name, []string{placeholder}) != "" {
			return true
		}
	}
	return false
}

var inBraces = regexp.MustCompile(`\{[A-Za-z_]+\}`)

// Distance is the number of letters to add, drop or change (Levenshtein).
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(diag+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
