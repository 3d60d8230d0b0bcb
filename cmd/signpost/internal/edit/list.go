package edit

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"signpost/flows/load"
)

// Entry is a new entry of a list: its words, and the path of the list
// ("heard.danger.match"). A list that is not there yet is put in behind another of
// the same piece, by its name.
type Entry struct {
	Path  string
	Words string
	After string
}

// Append puts a new entry at the end of each of some lists of a file, written as the
// list is: a line after the last, or another word between the brackets. It fails when a
// person would do it in another way: then the file is to be edited by hand.
func Append(src *load.Source, file string, more ...Entry) ([]byte, error) {
	data := src.File(file)
	var all []splice
	for _, e := range more {
		switch {
		case strings.ContainsAny(e.Words, "\n\r\t"):
			return nil, fmt.Errorf("change %s: the words must be on one line", e.Path)
		case strings.TrimSpace(e.Words) == "":
			return nil, fmt.Errorf("change %s: nothing is written", e.Path)
		case !writable(e.Words):
			return nil, fmt.Errorf("change %s: the words hold characters that no file of ours can: type them again",
				e.Path)
		}
		put, at, ok := another(src, file, e)
		if !src.Has(file, e.Path) {
			put, at, ok = first(src, file, e)
		}
		if !ok {
			return nil, fmt.Errorf("change %s: it is not written as a list that can be added to; edit %s by hand",
				e.Path, file)
		}
		all = append(all, splice{at, at, put})
	}
	slices.SortStableFunc(all, func(a, b splice) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	done := 0
	for _, s := range all {
		out = append(append(out, data[done:s.from]...), s.put...)
		done = s.to
	}
	return append(out, data[done:]...), nil
}

// first is what is put where for the first entry of a list that is not there yet.
func first(src *load.Source, file string, e Entry) (put string, at int, ok bool) {
	dot := strings.LastIndexByte(e.Path, '.')
	if dot < 0 || !src.Has(file, e.Path[:dot]+"."+e.After) {
		return "", 0, false
	}
	beside := e.Path[:dot] + "." + e.After
	at, ok = listEnd(src, file, beside)
	put = strings.Repeat(" ", src.Pos(file, beside+"#name").Col-1) + e.Path[dot+1:] + ": [" +
		listed(e.Words, true) + "]\n"
	return onItsOwn(src.File(file), at, put), at, ok
}

// onItsOwn is a line that is put into a file, which may not end with one.
func onItsOwn(data []byte, at int, line string) string {
	if at > 0 && data[at-1] != '\n' {
		return "\n" + strings.TrimSuffix(line, "\n")
	}
	return line
}

// another is what is put where for a new entry of a list that is there.
func another(src *load.Source, file string, e Entry) (put string, at int, ok bool) {
	if !src.Has(file, e.Path) {
		return "", 0, false
	}
	data, list := src.File(file), src.Offset(src.Pos(file, e.Path))
	if list < len(data) && data[list] == '[' {
		last, _, ok := brackets(data, list)
		if !ok {
			return "", 0, false
		}
		words := listed(e.Words, true)
		switch line := bytes.LastIndexByte(data[:last], '\n') + 1; {
		case data[last-1] == '[':
			return words, last, true
		case data[last-1] == ',': // the list ends with a comma
			return " " + words, last, true
		case last-line+len(words) > widest: // on the next line, under the last
			indent := len(data[line:last]) - len(bytes.TrimLeft(data[line:last], " "))
			if line <= list { // the first line begins with the list's name
				indent += 2
			}
			return ",\n" + strings.Repeat(" ", indent) + words, last, true
		}
		return ", " + words, last, true
	}
	n := entries(src, file, e.Path)
	if n == 0 {
		return "", 0, false
	}
	item := src.Pos(file, fmt.Sprintf("%s.%d", e.Path, n-1))
	from := src.Offset(item)
	begins := data[from-(item.Col-1) : from]
	dash := bytes.IndexByte(begins, '-')
	if dash < 0 || len(bytes.Trim(begins, " -")) > 0 {
		return "", 0, false
	}
	at, ok = listEnd(src, file, e.Path)
	return onItsOwn(data, at, string(begins[:dash])+"- "+listed(e.Words, false)+"\n"), at, ok
}

// widest is how long a line in brackets may grow before the next one is begun.
const widest = 160

func entries(src *load.Source, file, path string) (n int) {
	for src.Has(file, fmt.Sprintf("%s.%d", path, n)) {
		n++
	}
	return n
}

// listEnd is where the line after a list begins.
func listEnd(src *load.Source, file, path string) (at int, ok bool) {
	data, list := src.File(file), src.Offset(src.Pos(file, path))
	if list < len(data) && data[list] == '[' {
		if _, at, ok = brackets(data, list); !ok {
			return 0, false
		}
		at++ // the bracket
	} else {
		n := entries(src, file, path)
		if n == 0 {
			return 0, false
		}
		at = src.Offset(src.Pos(file, fmt.Sprintf("%s.%d", path, n-1)))
		raw, ok := scalar(data[min(at, len(data)):])
		if !ok {
			return 0, false
		}
		at += len(raw)
	}
	rest, _, more := bytes.Cut(data[at:], []byte("\n"))
	if after := strings.TrimSpace(string(rest)); after != "" && after[0] != '#' {
		return 0, false
	}
	if at += len(rest); more {
		at++
	}
	return at, true
}

// brackets is where the last word, or comma, of a list in brackets ends, and where
// its closing bracket is. A list of lists is not looked into.
func brackets(data []byte, open int) (last, end int, ok bool) {
	last = open + 1
	for i := open + 1; i < len(data); i++ {
		switch c := data[i]; {
		case c == ']':
			return last, i, true
		case c == '#' && (data[i-1] == ' ' || data[i-1] == '\n' || data[i-1] == ','):
			for i+1 < len(data) && data[i+1] != '\n' {
				i++
			}
		case (c == '"' || c == '\'') && strings.IndexByte("[, \n", data[i-1]) >= 0:
			for i++; i < len(data) && data[i] != c; i++ {
				if c == '"' && data[i] == '\\' {
					i++
				}
			}
			last = i + 1
		case c == '[' || c == '{':
			return 0, 0, false
		case c != ' ' && c != '\n' && c != '\r':
			last = i + 1
		}
	}
	return 0, 0, false
}

// plainEntry are words that mean themselves in any list.
var plainEntry = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ]*$`)

// listed is how words are written in a list: most of ours have quotes, one to a
// line, and none between brackets.
func listed(words string, brackets bool) string {
	if brackets && plainEntry.MatchString(words) && strings.TrimSpace(words) == words &&
		!strings.EqualFold(words, "null") {
		return words
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(words) + `"`
}
