package load

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits of one file. A flow book is small; anything larger is a mistake.
const (
	maxFile  = 1 << 20 // bytes
	maxItems = 2000    // of one list or mapping
)

// value is a piece of a file that has the shape it should have. Scalars are
// always text, as written: numbers, yes and no included.
type value struct {
	pos      Pos
	text     string
	list     []value
	fields   map[string]value
	keys     []string // of fields, in order
	set      bool
	unsigned bool // callers never get it
}

// at returns the value of a key. A missing key gives an empty value with the place of the mapping.
func (v value) at(key string) value {
	of, ok := v.fields[key]
	if !ok {
		of.pos = v.pos
	}
	return of
}

func (v value) texts() []string {
	out := slices.Grow([]string(nil), len(v.list))
	for _, i := range v.list {
		out = append(out, i.text)
	}
	return out
}

// reader turns YAML nodes into values and collects every problem on the way.
type reader struct {
	file             string
	problems         []Problem
	lines            map[string][][]byte // of each file
	before           counted             // the place that was looked up last
	broken           bool                // a shape or reference problem: the book cannot be walked
	inUnsigned       bool                // what is read now is an unsigned translation
	unsignedProblems []Problem           // what is wrong in those
	pos              map[string]Pos      // nil: nobody asks for places
	twice            map[string][]string // names that appear twice, by the path above them
}

func (r *reader) problem(pos Pos, rule, what, why, fix string) {
	p := Problem{Pos: pos, Rule: rule, What: what, Why: why, Fix: fix}
	if r.inUnsigned {
		p.Severity = Warning
		r.unsignedProblems = append(r.unsignedProblems, p)
		return
	}
	r.problems = append(r.problems, p)
}

const whyNotLoaded = "The file is not used until this is put right: callers keep getting the last good book, without " +
	"your change."

const whyUnsigned = "Nobody has signed this translation, so callers never get it. Once it is signed, this would keep " +
	"the file from being used."

func (r *reader) shapeProblem(pos Pos, rule, what, fix string) {
	why := whyNotLoaded
	if r.inUnsigned {
		why = whyUnsigned
	}
	r.broken = r.broken || !r.inUnsigned
	r.problem(pos, rule, what, why, fix)
}

// counted is a place in a file, and the letters of its line before it.
type counted struct {
	Pos
	letters int
}

// at returns the place of a node. The library counts letters; we count bytes. A line can hold a
// long list, so we go on from the place before.
func (r *reader) at(n *yaml.Node) Pos {
	to := counted{Pos{r.file, max(n.Line, 1), max(n.Column, 1)}, max(n.Column, 1) - 1}
	lines := r.lines[r.file]
	if to.Line > len(lines) {
		return to.Pos
	}
	from := r.before
	if from.File != to.File || from.Line != to.Line || from.letters > to.letters {
		from = counted{Pos{r.file, to.Line, 1}, 0}
	}
	for line := lines[to.Line-1]; from.letters < to.letters && from.Col <= len(line); from.letters++ {
		_, size := utf8.DecodeRune(line[from.Col-1:])
		from.Col += size
	}
	r.before = from
	return from.Pos
}

// keep notes where a piece is written.
func (r *reader) keep(path string, pos Pos) {
	if r.pos != nil {
		r.pos[path] = pos
	}
}

// element is the path of an element of a list.
func (r *reader) element(path string, i int) string {
	if r.pos == nil {
		return path
	}
	return path + "." + strconv.Itoa(i)
}

// edit replaces some words at a place, if the file writes them exactly as they are read;
// otherwise it is empty.
func (r *reader) edit(at Pos, words, put string) Edit {
	lines := r.lines[at.File]
	if at.Line > len(lines) || !bytes.HasPrefix(lines[at.Line-1][min(at.Col-1, len(lines[at.Line-1])):],
		[]byte(words)) {
		return Edit{}
	}
	from := at.Col - 1
	for _, l := range lines[:at.Line-1] {
		from += len(l) + 1
	}
	return Edit{from, from + len(words), put}
}

// parse reads one file against its shape.
func (r *reader) parse(file string, data []byte, sh *shape) value {
	r.file, r.before = file, counted{}
	top := Pos{file, 1, 1}
	if len(data) > maxFile {
		r.shapeProblem(top, "file-size", fmt.Sprintf("the file is %d bytes; at most %d are read", len(data), maxFile),
			"Take out what does not belong here.")
		return value{}
	}
	if r.lines == nil {
		r.lines = map[string][][]byte{}
	}
	r.lines[file] = bytes.Split(data, []byte("\n"))
	if r.unreadable(data) {
		return value{}
	}
	var doc yaml.Node
	odd := r.blanks(data)
	if err := yaml.Unmarshal(data, &doc); err != nil {
		r.broken = true
		line, msg := syntaxError(err)
		if odd {
			return value{} // that is why
		}
		if p, ok := r.hint(data, line); ok {
			r.problems = append(r.problems, p)
			return value{}
		}
		r.shapeProblem(Pos{file, line, 1}, "yaml", "this is not readable: "+msg,
			"Look at this line and the one above: a colon needs a space after it, lists and names need the same "+
				"indent, and text with : or # in it needs quotes.")
		return value{}
	}
	if len(doc.Content) == 0 {
		r.shapeProblem(top, "empty", "the file is empty",
			"Put the file back as it was, or start from the one that ships.")
		return value{}
	}
	return r.read(doc.Content[0], sh, "")
}

// syntaxError takes the line and the message out of the YAML library's error,
// which has them only as text.
func syntaxError(err error) (line int, msg string) {
	msg = strings.TrimPrefix(strings.SplitN(err.Error(), "\n", 2)[0], "yaml: ")
	line = 1
	if _, e := fmt.Sscanf(msg, "line %d:", &line); e == nil {
		_, msg, _ = strings.Cut(msg, ": ")
	}
	return max(line, 1), msg
}

func (r *reader) read(n *yaml.Node, sh *shape, path string) value {
	pos := r.at(n)
	r.keep(path, pos)
	v := value{pos: pos, set: true}
	switch {
	case n.Kind == yaml.AliasNode:
		fix := "Write the words out again: one place, one meaning."
		if n.Alias != nil && n.Alias.Kind == yaml.ScalarNode {
			fix = "Write the words out again: " + n.Alias.Value
		}
		r.shapeProblem(pos, "anchor", "an alias (*name) is here", fix)
		return value{}
	case n.Anchor != "":
		r.shapeProblem(pos, "anchor", "an anchor (&"+n.Anchor+") is here",
			"Take it out: aliases are not used in flow files.")
	case len(n.Content) > 2*maxItems:
		r.shapeProblem(pos, "length", "this list is too long", fmt.Sprintf("Keep it under %d.", maxItems))
		return value{}
	}
	switch sh.kind {
	case isText:
		return r.readText(n, sh, v)
	case isList:
		if sh.loose && n.Kind == yaml.ScalarNode {
			v.list = []value{r.readText(n, sh.elem, v)}
			return v
		}
		if n.Kind != yaml.SequenceNode {
			r.shapeProblem(pos, "shape", "a list is expected here, "+found(n),
				"Write it like: [one, two], or one to a line after a dash.")
			return value{}
		}
		v.list = make([]value, len(n.Content))
		for i, c := range n.Content {
			v.list[i] = r.read(c, sh.elem, r.element(path, i))
		}
		return v
	}
	if n.Kind != yaml.MappingNode {
		fix := "Write one to a line, like: " + sh.example()
		if name, _, colon := strings.Cut(n.Value, ":"); colon && n.Kind == yaml.ScalarNode && sh.field(name) != nil {
			fix = fmt.Sprintf("Put a space after the colon: %q is read as one word.", name+":")
		}
		r.shapeProblem(pos, "shape", "names with values are expected here, "+found(n), fix)
		return value{}
	}
	return r.readMapping(n, sh, path, v)
}

// fix gives the last problem the edit that fixes it, when there is one.
func (r *reader) fix(at Pos, words, put string) {
	if put == "" {
		return
	}
	told := r.problems
	if r.inUnsigned {
		told = r.unsignedProblems
	}
	told[len(told)-1].Edit = r.edit(at, words, put)
}

// has reports whether a mapping has a name.
func has(n *yaml.Node, name string) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return true
		}
	}
	return false
}

func (r *reader) readText(n *yaml.Node, sh *shape, v value) value {
	if n.Kind != yaml.ScalarNode {
		r.shapeProblem(v.pos, "shape", "words are expected here, "+found(n),
			"Write it on one line, in quotes if it has : or # in it.")
		return value{}
	}
	v.text = strings.TrimRight(n.Value, "\n")
	if n.Tag == "!!null" || strings.TrimSpace(v.text) == "" {
		if r.inUnsigned { // not written yet
			v.text = ""
			return v
		}
		r.shapeProblem(v.pos, "missing-words", "nothing is written here", "Write the words, or take the line out.")
		return v
	}
	if i := strings.IndexFunc(v.text, unseen); i >= 0 {
		c, _ := utf8.DecodeRuneInString(v.text[i:])
		r.shapeProblem(v.pos, "unseen", fmt.Sprintf("a character that nobody can see (%U) is in the words", c),
			"Type the words again, without a backslash in them.")
		return v
	}
	if r.curlyQuoted(v) || r.lostWords(n, v) {
		return v
	}
	if len(sh.enum) > 0 && !slices.Contains(sh.enum, v.text) {
		if yes, no := "yes", "no"; slices.Contains(sh.enum, yes) {
			switch strings.ToLower(v.text) {
			case "yes", "true", "on", "y":
				v.text = yes
				return v
			case "no", "false", "off", "n":
				v.text = no
				return v
			}
		}
		r.shapeProblem(v.pos, "choice", fmt.Sprintf("%q is not known here", v.text), DidYouMean(v.text, sh.enum))
		r.fix(v.pos, v.text, Slip(v.text, sh.enum))
	}
	return v
}

// unseen reports a character that steers a machine, or is none: it would break the
// document that a call is answered with.
func unseen(c rune) bool {
	if ' ' <= c && c <= '~' { // nearly all
		return false
	}
	return unicode.IsControl(c) && c != '\n' && c != '\t' || unicode.Is(unicode.Noncharacter_Code_Point, c) ||
		c == utf8.RuneError
}

func (r *reader) readMapping(n *yaml.Node, sh *shape, path string, v value) value {
	v.fields = map[string]value{}
	misspelt := map[string]bool{} // the right names of those that are misspelt here
	outer := r.inUnsigned
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		unsigned := sh.elem != nil && sh.elem.unsigned != nil && sh.elem.unsigned(c)
		r.inUnsigned = outer || unsigned
		at := r.at(k)
		if !r.plainKey(k, at, path, v) {
			continue
		}
		child := r.childShape(n, k.Value, at, sh, misspelt)
		if child == nil {
			continue
		}
		p := below(path, k.Value)
		one := r.read(c, child, p)
		r.keep(p+"#name", at)
		if !one.set {
			one = value{pos: at}
		}
		one.unsigned = unsigned
		v.fields[k.Value] = one
		v.keys = append(v.keys, k.Value)
	}
	r.inUnsigned = outer
	r.missingKeys(sh, v, misspelt)
	return v
}

// below is the path of what has a name in a mapping.
func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// plainKey reports a key that is a name, for the first time in its mapping. Others are reported as
// problems.
func (r *reader) plainKey(k *yaml.Node, at Pos, path string, v value) bool {
	if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
		r.shapeProblem(at, "anchor", "a merge or a nested name is here", "Write the lines out in full.")
		return false
	}
	name := k.Value
	if _, dup := v.fields[name]; !dup {
		return true
	}
	r.shapeProblem(at, "duplicate", fmt.Sprintf("%q appears here twice; first on line %d", name,
		r.pos[below(path, name)+"#name"].Line),
		"If the second is a copy, give it a name of its own. Otherwise keep one of them.")
	if r.twice == nil {
		r.twice = map[string][]string{}
	}
	r.twice[path] = append(r.twice[path], name)
	return false
}

// childShape is the shape of what a name in a mapping holds. It is nil for a name that cannot be
// here, which is reported as a problem.
func (r *reader) childShape(n *yaml.Node, name string, at Pos, sh *shape, misspelt map[string]bool) *shape {
	if sh.kind == isObject {
		if f := sh.field(name); f != nil {
			return f.shape
		}
		r.shapeProblem(at, "unknown-key", fmt.Sprintf("%q is not known here", name), DidYouMean(name, sh.names()))
		if near := Slip(name, sh.names()); !has(n, near) {
			r.fix(at, name, near)
			misspelt[near] = true
		}
		return nil
	}
	if !idOK(name) && !sh.anyKey {
		r.shapeProblem(at, "id", fmt.Sprintf("%q cannot be a name here", name),
			"Use small letters, digits and _ only, starting with a letter, at most 40.")
		return nil
	}
	return sh.elem
}

// missingKeys reports the names that must be there, are not, and are not misspelt.
func (r *reader) missingKeys(sh *shape, v value, misspelt map[string]bool) {
	for _, f := range sh.fields {
		if _, ok := v.fields[f.name]; f.required && !ok && !misspelt[f.name] {
			r.shapeProblem(v.pos, "missing-key", fmt.Sprintf("%q is missing here", f.name),
				"Add a line: "+f.name+": "+f.shape.example()+"  ("+f.doc+")")
		}
	}
}

func found(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "but a list is here"
	case yaml.MappingNode:
		return "but names with values are here"
	}
	if n.Tag == "!!null" {
		return "but nothing is here"
	}
	return "but plain words are here"
}

// idOK reports a name fit for a service, area or step.
func idOK(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
