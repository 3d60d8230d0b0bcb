package edit

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"signpost/flows/load"
)

// Change is one fact to change: the words at a path ("services.halton_service.label").
// Empty words take the line out. A line that is not there yet is put in after
// another line of the same entry, by its name.
type Change struct {
	Path  string
	Words string
	After string
	// Under, when it is not nil, is everything under the name, a line to each; none
	// takes the name out, too. Lines that stay keep their comments.
	Under []Named
}

// Named is one line under a name: "2026-12-24: closed".
type Named struct{ Name, Words string }

// splice puts words in the place of a part of a file.
type splice struct {
	from, to int
	put      string
}

// Set makes changes in one file of a book, and tells when one cannot be made as a
// person would: then the file is to be edited by hand. Nothing but the changed
// words moves.
func Set(src *load.Source, file string, changes []Change) ([]byte, error) {
	var all []splice
	for _, c := range changes {
		s, err := spliceOf(src, file, c)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	// What is put in before a line comes before taking the line out.
	slices.SortStableFunc(all,
		func(a, b splice) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	data := src.File(file)
	var out []byte
	done := 0
	for _, s := range all {
		if s.from < done {
			return nil, fmt.Errorf("change %s: two changes touch one place; edit it by hand", file)
		}
		out = append(append(out, data[done:s.from]...), s.put...)
		done = s.to
	}
	return append(out, data[done:]...), nil
}

// spliceOf is how a change is made. It is empty for a line to take out that is not there.
func spliceOf(src *load.Source, file string, c Change) (splice, error) {
	if strings.ContainsAny(c.Words, "\n\r\t") {
		return splice{}, fmt.Errorf("change %s: the words must be on one line", c.Path)
	}
	if !writable(c.Words) {
		return splice{}, fmt.Errorf("change %s: the words hold characters that no file of ours can: type them again",
			c.Path)
	}
	data := src.File(file)
	switch {
	case c.Under != nil:
		from, to, put, err := under(src, file, c)
		return splice{from, to, put}, err
	case src.Has(file, c.Path) && c.Words == "":
		from, to, ok := wholeLine(src, file, c.Path)
		if !ok {
			return splice{}, fmt.Errorf("change %s: the line holds more than that; edit %s by hand", c.Path, file)
		}
		return splice{from, to, ""}, nil
	case src.Has(file, c.Path):
		from := src.Offset(src.Pos(file, c.Path))
		raw, ok := scalar(data[min(from, len(data)):])
		if !ok {
			return splice{}, fmt.Errorf("change %s: it is not written on one line; edit %s by hand", c.Path, file)
		}
		return splice{from, from + len(raw), written(c.Words, raw)}, nil
	case c.Words != "":
		return newLine(src, file, c)
	}
	return splice{}, nil
}

// newLine puts a line in after the one that it is to come behind.
func newLine(src *load.Source, file string, c Change) (splice, error) {
	dot := strings.LastIndexByte(c.Path, '.')
	beside := c.Path[:max(dot, 0)] + "." + c.After
	_, to, ok := wholeLine(src, file, beside)
	if dot < 0 || !ok {
		return splice{}, fmt.Errorf("change %s: there is no line %q to put it after; edit %s by hand", c.Path,
			c.After, file)
	}
	indent := strings.Repeat(" ", src.Pos(file, beside+"#name").Col-1)
	put := indent + c.Path[dot+1:] + ": " + written(c.Words, "") + "\n"
	if data := src.File(file); to > 0 && data[to-1] != '\n' {
		put = "\n" + strings.TrimSuffix(put, "\n")
	}
	return splice{to, to, put}, nil
}

// under is the lines that take the place of everything under a name.
func under(src *load.Source, file string, c Change) (from, to int, put string, err error) {
	data, dot := src.File(file), strings.LastIndexByte(c.Path, '.')
	if dot < 0 {
		return 0, 0, "", fmt.Errorf("change %s: there is nothing that it is part of", c.Path)
	}
	kept := map[Named]string{} // the lines as they are
	indent := 0
	if src.Has(file, c.Path) {
		name := src.Pos(file, c.Path+"#name")
		from, indent = src.Offset(name)-(name.Col-1), name.Col-1
		for path := range src.Under(file, c.Path) {
			begins, ends, ok := wholeLine(src, file, path)
			if !ok || begins < from {
				return 0, 0, "", fmt.Errorf("change %s: it is not written with a line for each; edit %s by hand",
					c.Path, file)
			}
			line := data[begins:ends]
			value := src.Offset(src.Pos(file, path))
			raw, _ := scalar(data[value:])
			kept[Named{path[len(c.Path)+1:], strings.Trim(raw, `"'`)}] = strings.TrimRight(string(line), "\r\n") + "\n"
			to = max(to, ends)
		}
		if to == 0 {
			return 0, 0, "", fmt.Errorf("change %s: it is not written with a line for each; edit %s by hand",
				c.Path, file)
		}
	} else {
		beside := c.Path[:dot] + "." + c.After
		_, end, ok := wholeLine(src, file, beside)
		if !ok {
			return 0, 0, "", fmt.Errorf("change %s: there is no line %q to put it after; edit %s by hand", c.Path,
				c.After, file)
		}
		from, to, indent = end, end, src.Pos(file, beside+"#name").Col-1
	}
	if len(c.Under) == 0 {
		return from, to, "", nil
	}
	put = strings.Repeat(" ", indent) + c.Path[dot+1:] + ":\n"
	for _, n := range c.Under {
		if !writable(n.Name) || !writable(n.Words) {
			return 0, 0, "",
				fmt.Errorf("change %s: the words hold characters that no file of ours can: type them again", c.Path)
		}
		line, ok := kept[n]
		if !ok {
			line = strings.Repeat(" ", indent+2) + written(n.Name, "") + ": " + written(n.Words, "") + "\n"
		}
		put += line
	}
	return from, to, onItsOwn(data, from, put), nil
}

// writable reports words that a flow file can hold: letters and signs, nothing that
// is not a character, steers a machine or ends a line.
func writable(words string) bool {
	if !utf8.ValidString(words) {
		return false
	}
	return !strings.ContainsFunc(words, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cf,
			unicode.Noncharacter_Code_Point)
	})
}

// wholeLine is where the line of a name and its value begins and ends, when
// nothing else is on it.
func wholeLine(src *load.Source, file, path string) (from, to int, ok bool) {
	name := src.Pos(file, path+"#name")
	if !src.Has(file, path+"#name") || src.Pos(file, path).Line != name.Line {
		return 0, 0, false
	}
	data := src.File(file)
	at := src.Offset(name)
	from = at - (name.Col - 1)
	if len(bytes.TrimLeft(data[from:at], " ")) > 0 {
		return 0, 0, false
	}
	value := src.Offset(src.Pos(file, path))
	raw, ok := scalar(data[value:])
	if !ok {
		return 0, 0, false
	}
	rest, _, found := bytes.Cut(data[value+len(raw):], []byte("\n"))
	if after := strings.TrimSpace(string(rest)); after != "" && after[0] != '#' {
		return 0, 0, false
	}
	to = value + len(raw) + len(rest)
	if found {
		to++
	}
	return from, to, true
}

// scalar is the words at the beginning of some YAML, as they are written, when
// they end on the same line.
func scalar(data []byte) (raw string, ok bool) {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	text := strings.TrimRight(string(line), "\r ")
	if text == "" {
		return "", false
	}
	switch q := text[0]; q {
	case '"', '\'':
		for i := 1; i < len(text); i++ {
			switch {
			case q == '"' && text[i] == '\\':
				i++
			case q == '\'' && text[i] == q && i+1 < len(text) && text[i+1] == q:
				i++
			case text[i] == q:
				return text[:i+1], true
			}
		}
		return "", false
	case '[', '{', '|', '>', '&', '*', '!', '#', '-':
		return "", false
	}
	if i := strings.Index(text, " #"); i >= 0 {
		text = strings.TrimRight(text[:i], " ")
	}
	if i := strings.IndexAny(text, "{}[]"); i >= 0 { // inside {...}: where it ends is not sure
		return "", false
	}
	return text, true
}

// bare are words that mean themselves without quotes.
var bare = regexp.MustCompile(`^[A-Za-z0-9+][A-Za-z0-9 +.,;'()/-]*$`)

// written is how words are written in the file, with quotes if they had some or
// need some.
func written(words, was string) string {
	quoted := was != "" && (was[0] == '"' || was[0] == '\'')
	if !quoted && bare.MatchString(words) && strings.TrimSpace(words) == words {
		return words
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(words) + `"`
}
