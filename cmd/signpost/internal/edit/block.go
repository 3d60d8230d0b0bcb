package edit

import (
	"bytes"
	"fmt"
	"strings"

	"signpost/flows/load"
)

// Insert puts whole lines behind everything under a name ("services", or
// "languages.pl.texts"), and before the blank lines and comments of what comes next. The
// lines are indented as they are to be. A list or map that is written as empty, like
// [], begins with them.
func Insert(src *load.Source, file, path, lines string) ([]byte, error) {
	data := src.File(file)
	if !src.Has(file, path+"#name") {
		return nil, fmt.Errorf("change %s: it is not in %s", path, file)
	}
	if !strings.HasSuffix(lines, "\n") {
		lines += "\n"
	}
	name := src.Pos(file, path+"#name")
	begins := src.Offset(name)
	end := blockEnd(data, begins, name.Col-1)
	if value := src.Offset(src.Pos(file, path)); value < end {
		empty := string(data[value:min(value+2, len(data))])
		switch {
		case empty == "[]" || empty == "{}":
			out := append([]byte{}, bytes.TrimRight(data[:value], " ")...)
			out = append(out, data[value+2:end]...)
			return append(append(out, onItsOwn(out, len(out), lines)...), data[end:]...), nil
		case empty != "" && strings.ContainsAny(empty[:1], "[{&*|>"):
			return nil, fmt.Errorf("change %s: it is not written with a line for each; edit %s by hand", path, file)
		}
	}
	out := append([]byte{}, data[:end]...)
	return append(append(out, onItsOwn(data, end, lines)...), data[end:]...), nil
}

// blockEnd is where the lines that belong to a name end: those that are indented deeper.
func blockEnd(data []byte, from, indent int) int {
	at := from + bytes.IndexByte(append(data[from:len(data):len(data)], '\n'), '\n') + 1
	end := min(at, len(data))
	for at < len(data) {
		line, _, _ := bytes.Cut(data[at:], []byte("\n"))
		next := min(at+len(line)+1, len(data))
		text := strings.TrimSpace(string(line))
		deep := len(line)-len(bytes.TrimLeft(line, " ")) > indent
		switch {
		case text == "" || text[0] == '#' && !deep:
		case !deep && !(text[0] == '-' && text != "---" && len(line)-len(bytes.TrimLeft(line, " ")) == indent):
			return end
		default:
			end = next
		}
		at = next
	}
	return end
}

// List puts other words into a list that is written between brackets. Its line stays as it
// is otherwise. No words leave an empty list.
func List(src *load.Source, file, path string, words []string) ([]byte, error) {
	data := src.File(file)
	byHand := fmt.Errorf("change %s: it is not written between brackets, without comments; edit %s by hand", path, file)
	if !src.Has(file, path) {
		return nil, byHand
	}
	open := src.Offset(src.Pos(file, path))
	if open >= len(data) || data[open] != '[' {
		return nil, byHand
	}
	_, end, ok := brackets(data, open)
	if !ok || bytes.Contains(data[open:end], []byte(" #")) {
		return nil, byHand
	}
	var all []string
	for _, w := range words {
		if strings.ContainsAny(w, "\n\r\t") || !writable(w) || strings.TrimSpace(w) == "" {
			return nil, fmt.Errorf("change %s: %q cannot be written in a list", path, w)
		}
		one := w // the id of a service has an underscore, and needs no quotes
		if !plainID(w) {
			one = listed(w, true)
		}
		all = append(all, one)
	}
	out := append(append([]byte{}, data[:open+1]...), strings.Join(all, ", ")...)
	return append(out, data[end:]...), nil
}

// plainID reports a short name as books use them.
func plainID(s string) bool {
	return s != "" && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" &&
		s != "null" && s != "true" && s != "false" && s != "yes" && s != "no"
}

// Quoted is words as a flow file has them on one line: with quotes where they need some.
// It fails on words that no flow file can hold on one line.
func Quoted(words string) (string, error) {
	if strings.ContainsAny(words, "\n\r\t") || !writable(words) {
		return "", fmt.Errorf("%q cannot be written on one line: type it again", words)
	}
	return written(words, ""), nil
}
