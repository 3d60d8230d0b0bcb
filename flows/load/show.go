package load

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shownWidth is how much of a long line is shown around a mistake, in letters.
const shownWidth = 100

// Show is a problem as it is told to a person: with the line it stands on and a
// caret under the place.
func (s *Source) Show(p Problem) string {
	line, caret, ok := s.line(p.Pos)
	if !ok {
		return p.String()
	}
	number := fmt.Sprint(p.Line)
	margin := strings.Repeat(" ", len(number))
	return fmt.Sprintf("%s: %s\n  %s | %s\n  %s | %s^\n    why it matters: %s\n    how to mend it: %s\n    [%s]", p.Pos, p.What, number, line, margin, caret, p.Why, p.Fix, p.Rule)
}

// line is the line of a place, cut to a width, and the blanks that lead under the
// place. ok is false when there is nothing to show.
func (s *Source) line(at Pos) (line, caret string, ok bool) {
	rest := s.files[at.File]
	for range at.Line - 1 {
		_, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			return "", "", false
		}
		rest = after
	}
	text, _, _ := bytes.Cut(rest, []byte("\n"))
	if len(bytes.TrimSpace(text)) == 0 || at.Col < 1 || at.Col > len(text)+1 {
		return "", "", false
	}
	// A terminal must not be told to do anything by what stands in a file.
	letters := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, string(text))
	before := utf8.RuneCount(text[:at.Col-1])
	all := []rune(letters)
	from := max(0, min(before-shownWidth/2, len(all)-shownWidth))
	to := min(len(all), from+shownWidth)
	line, caret = string(all[from:to]), strings.Repeat(" ", before-from)
	if from > 0 {
		line, caret = "..."+line, "   "+caret
	}
	if to < len(all) {
		line += "..."
	}
	return strings.TrimRight(line, " "), caret, true
}
