package load

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file. Line and Col count from 1; Col counts bytes.
type Pos struct {
	File      string
	Line, Col int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Problem is one mistake in a flow book, told to the person who edits it.
type Problem struct {
	Pos
	Rule string // a short, stable name
	What string // what is wrong
	Why  string // what it would do to a caller
	Fix  string // how to mend it
}

func (p Problem) String() string {
	return fmt.Sprintf("%s: %s\n    why it matters: %s\n    how to mend it: %s\n    [%s]", p.Pos, p.What, p.Why, p.Fix, p.Rule)
}

// Sort orders problems by place and drops repeats, so that the same book always
// gives the same list.
func Sort(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.What, b.What))
	})
	return slices.Compact(ps)
}

// nearest is the candidate that a misspelt word most likely means; "" when none
// is near.
func nearest(word string, candidates []string) string {
	best, bestDist := "", len(word)/3+2
	for _, c := range candidates {
		if d := distance(word, c); d < bestDist {
			best, bestDist = c, d
		}
	}
	return best
}

// didYouMean is a sentence that offers the nearest candidate, or lists them
// when there are few.
func didYouMean(word string, candidates []string) string {
	if n := nearest(word, candidates); n != "" {
		return fmt.Sprintf("Did you mean %q?", n)
	}
	sorted := slices.Sorted(slices.Values(candidates))
	if len(sorted) > 12 {
		return "Check the spelling."
	}
	return "Use one of: " + strings.Join(sorted, ", ") + "."
}

// distance is the number of letters to add, drop or change (Levenshtein).
func distance(a, b string) int {
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
