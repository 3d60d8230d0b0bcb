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

// Show is a problem as a person reads it: with its line of the file and a caret under
// the place.
func (s *Source) Show(p Problem) string {
	line, caret, ok := s.LineOf(p.Pos)
	if !ok {
		return p.String()
	}
	number := fmt.Sprint(p.Line)
	margin := strings.Repeat(" ", len(number))
	return fmt.Sprintf("%s: %s: %s\n  %s | %s\n  %s | %s^\n%s", p.Pos, p.Severity, p.What, number, line, margin, caret,
		p.advice())
}

// Letters is the column of a place counted in letters, as other tools count.
func (s *Source) Letters(at Pos) int {
	data := s.files[at.File]
	from := min(offset(data, at.Line), len(data))
	return 1 + utf8.RuneCount(data[from:max(from, min(from+at.Col-1, len(data)))])
}

// File is a file of the book as it was read.
func (s *Source) File(name string) []byte { return s.files[name] }

// Offset is how many bytes of its file come before a place.
func (s *Source) Offset(at Pos) int { return offset(s.files[at.File], at.Line) + at.Col - 1 }

// offset is where a line begins, counting from 1.
func offset(data []byte, line int) int {
	at := 0
	for range line - 1 {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return len(data)
		}
		at += i + 1
	}
	return at
}

// LineOf is the line of a place, cut to a width, and the blanks before a caret under
// the place. ok is false when there is nothing to show.
func (s *Source) LineOf(at Pos) (line, caret string, ok bool) {
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
	// Control characters in a file must not reach the terminal: they could be commands.
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
