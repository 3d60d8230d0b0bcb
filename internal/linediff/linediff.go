// Package linediff compares two texts line by line, for people to read. [Lines] is its
// main call. Beyond a few thousand changed lines it shows everything between the first
// and the last change as changed.
package linediff

import "strings"

// Line is one line of a change: taken out ('-'), put in ('+') or kept (' ').
type Line struct {
	Sign byte
	Text string
}

// mostCompared bounds the comparing: beyond it everything between the first and
// the last change is shown as changed.
const mostCompared = 4_000_000 // pairs of lines

// Hunk is lines that are next to each other in the new text.
type Hunk struct {
	From  int // the line of the new text that it begins at, counted from 1
	Lines []Line
}

// Lines is what turns one text into another, line by line, with a few kept lines
// around each change.
func Lines(before, after string, around int) (out []Line) {
	for _, h := range Hunks(before, after, around) {
		out = append(out, h.Lines...)
	}
	return out
}

// Hunks is [Lines] in parts: changes that are far apart get a hunk each.
func Hunks(before, after string, around int) []Hunk {
	a, b := strings.Split(strings.TrimSuffix(before, "\n"), "\n"), strings.Split(strings.TrimSuffix(after, "\n"), "\n")
	var head, tail []Line
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, Line{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append([]Line{{' ', a[len(a)-1]}}, tail...)
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	all := append(append(head, middle(a, b)...), tail...)
	return trim(all, around)
}

// middle compares by the longest common run of lines, kept in order.
func middle(a, b []string) (out []Line) {
	if len(a)*len(b) <= mostCompared {
		longest := make([][]int32, len(a)+1)
		for i := range longest {
			longest[i] = make([]int32, len(b)+1)
		}
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					longest[i][j] = longest[i+1][j+1] + 1
				} else {
					longest[i][j] = max(longest[i+1][j], longest[i][j+1])
				}
			}
		}
		for i, j := 0, 0; len(a) > 0 && len(b) > 0; {
			switch {
			case a[0] == b[0]:
				out = append(out, Line{' ', a[0]})
				a, b, i, j = a[1:], b[1:], i+1, j+1
			case longest[i+1][j] >= longest[i][j+1]:
				out = append(out, Line{'-', a[0]})
				a, i = a[1:], i+1
			default:
				out = append(out, Line{'+', b[0]})
				b, j = b[1:], j+1
			}
		}
	}
	for _, l := range a {
		out = append(out, Line{'-', l})
	}
	for _, l := range b {
		out = append(out, Line{'+', l})
	}
	return out
}

// trim keeps the changes and a few lines around each.
func trim(all []Line, around int) (out []Hunk) {
	near := make([]bool, len(all))
	for i, l := range all {
		if l.Sign != ' ' {
			for k := max(0, i-around); k <= min(len(all)-1, i+around); k++ {
				near[k] = true
			}
		}
	}
	line := 1 // of the new text
	for i, l := range all {
		if near[i] {
			if i == 0 || !near[i-1] {
				out = append(out, Hunk{From: line})
			}
			last := &out[len(out)-1]
			last.Lines = append(last.Lines, l)
		}
		if l.Sign != '-' {
			line++
		}
	}
	return out
}
