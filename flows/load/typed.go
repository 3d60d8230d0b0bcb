package load

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// unreadable reports what keeps a whole file from being read: the way in which an
// editor saved it, or what a program for several writers left in it.
func (r *reader) unreadable(data []byte) bool {
	const asUTF8 = "In your editor choose Save as, and for the encoding UTF-8."
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) ||
		bytes.IndexByte(data[:min(len(data), 200)], 0) >= 0 {
		r.shapeProblem(Pos{r.file, 1, 1}, "encoding", "the file is saved as UTF-16, which some editors call Unicode",
			asUTF8)
		return true
	}
	started := false // something but comments was read
	for n, line := range bytes.Split(data, []byte("\n")) {
		at := Pos{r.file, n + 1, 1}
		if i := firstInvalid(line); i >= 0 {
			at.Col = i + 1
			r.shapeProblem(at, "encoding",
				fmt.Sprintf("a letter here is not saved as UTF-8; in the older form of Windows it is %q",
					string(rune(line[i]))), asUTF8+" Then type the letter again.")
			return true
		}
		text := string(bytes.TrimRight(line, "\r "))
		switch {
		case text != "" && strings.IndexByte("<=>|", text[0]) >= 0 && conflictMarker.MatchString(text):
			r.shapeProblem(at, "conflict", "two people's changes are here side by side, with marks of the program git",
				"Keep the right lines. Take out the others, and the lines that begin with <<<<<<<, ======= and "+
					">>>>>>>.")
			return true
		case text == "---" && started:
			r.shapeProblem(at, "documents", "a second document begins here (---); only the first is read",
				"Take this line out, if what follows belongs to the file. Otherwise take out all that follows.")
			return true
		}
		started = started || text != "" && text != "\ufeff" && text != "---" &&
			!strings.HasPrefix(strings.TrimLeft(text, " \ufeff"), "#") && text[0] != '%'
	}
	return false
}

var conflictMarker = regexp.MustCompile(`^(<{7} .*|={7}|>{7} .*|\|{7} .*)$`)

// firstInvalid is the place of the first byte that is no UTF-8, or -1.
func firstInvalid(line []byte) int {
	if utf8.Valid(line) {
		return -1
	}
	for i := 0; i < len(line); {
		c, size := utf8.DecodeRune(line[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// hashInside finds a # that a reader of YAML takes for a comment and a writer for a
// part of the words: "team #1".
var hashInside = regexp.MustCompile(`^[ \t]+#[\pL\pN][^\r]*`)

// lostWords reports words that are cut off at a #.
func (r *reader) lostWords(n *yaml.Node, v value) bool {
	lines := r.lines[r.file]
	if n.Style != 0 || v.pos.Line > len(lines) {
		return false
	}
	line := lines[v.pos.Line-1]
	rest, ok := bytes.CutPrefix(line[min(v.pos.Col-1, len(line)):], []byte(v.text))
	if !ok || len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' {
		return false
	}
	lost := strings.TrimRight(string(hashInside.Find(rest)), " \t")
	if lost == "" {
		return false
	}
	r.shapeProblem(Pos{v.pos.File, v.pos.Line, v.pos.Col + len(v.text)}, "hash",
		fmt.Sprintf("the words end before the #: they are read as %q", v.text),
		fmt.Sprintf("Put quotes around them: %q. If it is a comment, put a space after the #.", v.text+lost))
	return true
}

// curly are quotes that word processors and telephones write.
const curly = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"

// curlyQuoted reports words in curly quotes, which are then part of them.
func (r *reader) curlyQuoted(v value) bool {
	first, size := utf8.DecodeRuneInString(v.text)
	last, lastSize := utf8.DecodeLastRuneInString(v.text)
	if size >= len(v.text) || !strings.ContainsRune(curly, first) || !strings.ContainsRune(curly, last) {
		return false
	}
	inside := v.text[size : len(v.text)-lastSize]
	put := `"` + strings.ReplaceAll(inside, `"`, `\"`) + `"`
	r.shapeProblem(v.pos, "quotes", "curly quotes are around these words, and would be sent with them", "Write: "+put)
	r.fix(v.pos, v.text, put)
	return true
}

// renamed is a file that is in a folder under a name that is not read: services.yml
// for services.yaml. Empty when there is none.
func renamed(fsys fs.FS, name string) string {
	base := strings.TrimSuffix(name, ".yaml")
	for _, e := range entriesOf(fsys) {
		if e != name && (strings.EqualFold(e, name) ||
			slices.Contains([]string{base + ".yml", name + ".txt", base + ".txt", base + ".yaml.yaml"},
				strings.ToLower(e))) {
			return e
		}
	}
	return ""
}

// Copies are files of a folder that look like a file of a book and are not read: the
// copies that OneDrive, Dropbox and file managers make, and other endings.
func Copies(fsys fs.FS) (out []Copy) {
	names := entriesOf(fsys)
	for _, e := range names {
		if slices.Contains(fileNames, e) || strings.HasPrefix(e, ".") || strings.HasPrefix(e, "~") {
			continue
		}
		lower := strings.TrimPrefix(strings.ToLower(e), "copy of ")
		if ext := path.Ext(lower); ext != ".yaml" && ext != ".yml" && ext != ".txt" {
			continue
		}
		best := ""
		for _, of := range fileNames {
			base := strings.TrimSuffix(of, ".yaml")
			rest, ok := strings.CutPrefix(lower, base)
			if ok && len(base) > len(best) &&
				(rest == "" || !strings.ContainsAny(rest[:1], "_abcdefghijklmnopqrstuvwxyz")) &&
				slices.Contains(names, of) {
				best = base
			}
		}
		if best != "" {
			out = append(out, Copy{e, best + ".yaml"})
		}
	}
	return out
}

// Copy is a file that is not read, and the one that is.
type Copy struct{ Name, Of string }

// entriesOf are the names in a folder; none when it cannot be listed.
func entriesOf(fsys fs.FS) (names []string) {
	entries, err := fs.ReadDir(fsys, ".")
	const most = 500 // names that are looked at
	for _, e := range entries[:min(len(entries), most)] {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
