// Prose checks the wording of documents, pages, messages and comments with Vale and the rules in
// .ci/prose/styles. Run it from the top of the repository: make prose.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	vale     = "github.com/vale-cli/vale/v3/cmd/vale@v3.21.0"
	examples = ".ci/prose/examples.txt"
)

// generated documents take their words from Go code or from tables.
var generated = []string{"docs/checks.md", "docs/dependencies.md", "docs/places.md", "docs/reference.md"}

// wordy directories hold Go code whose strings are nearly all read by people. Elsewhere
// only the messages of errors and log lines are checked.
var wordy = []string{"cmd/signpost/"}

// A paragraph is a text to check, and the line of its file that it starts on.
type paragraph struct {
	line int
	text string
}

// A finding is one alert of Vale.
type finding struct {
	Line    int
	Check   string
	Message string
}

func main() {
	wrong, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "prose:", err)
		os.Exit(1)
	}
	if len(wrong) > 0 {
		fmt.Println(strings.Join(wrong, "\n"))
		os.Exit(1)
	}
}

// An original is what a copy for Vale was made of: a file, and its line for each line of the
// copy. Without lines they are the same.
type original struct {
	file  string
	lines []int
}

// run returns the lines to print: one for each finding.
func run() ([]string, error) {
	dir, err := os.MkdirTemp("", "prose")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	files, err := tracked()
	if err != nil {
		return nil, err
	}
	originals := map[string]original{} // by the name of the copy
	for _, file := range append(files, examples) {
		name, of, err := copyTo(dir, file)
		if err != nil {
			return nil, err
		}
		originals[name] = of
		if filepath.Ext(file) == ".go" { // comments: for words, not for the length of sentences
			name, of, err := copyComments(dir, file)
			if err != nil {
				return nil, err
			}
			originals[name] = of
		}
	}
	alerts, err := lint(dir)
	if err != nil {
		return nil, err
	}
	found := map[string][]finding{}
	for name, fs := range alerts {
		of := originals[name]
		for _, f := range fs {
			if of.lines != nil {
				f.Line = of.lines[min(f.Line, len(of.lines))-1]
			}
			found[of.file] = append(found[of.file], f)
		}
	}
	wrong := tryExamples(found[examples])
	delete(found, examples)
	return append(wrong, report(found)...), nil
}

// copyTo writes the words of a file to a copy below a folder, as Vale can read them.
func copyTo(dir, file string) (name string, of original, err error) {
	name, of = file, original{file: file}
	text, err := os.ReadFile(file)
	if err != nil {
		return name, of, err
	}
	switch {
	case file == "CHANGELOG.md":
		text = newest(text)
	case !strings.HasSuffix(file, ".md"):
		ps, err := extract(file, text)
		if err != nil {
			return name, of, err
		}
		name += ".html"
		text, of.lines = join(ps)
	}
	return name, of, write(filepath.Join(dir, name), text)
}

// copyComments writes the comments of a Go file to a copy of its own: .vale.ini has fewer rules
// for it.
func copyComments(dir, file string) (name string, of original, err error) {
	name, of = file+".comments.html", original{file: file}
	src, err := os.ReadFile(file)
	if err != nil {
		return name, of, err
	}
	ps, err := goComments(file, src)
	if err != nil {
		return name, of, err
	}
	var text []byte
	text, of.lines = join(ps)
	return name, of, write(filepath.Join(dir, name), text)
}

func write(to string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// below reports that a file is in one of some directories.
func below(file string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(file, dir) })
}

// report writes the findings of each file, in the order of their lines.
func report(found map[string][]finding) (out []string) {
	for _, file := range slices.Sorted(maps.Keys(found)) {
		slices.SortStableFunc(found[file], func(a, b finding) int { return a.Line - b.Line })
		for _, f := range found[file] {
			out = append(out, fmt.Sprintf("%s:%d: %s [%s]", file, f.Line, f.Message, f.Check))
		}
	}
	return out
}

// tracked returns the files to check: those in git, and new ones that git does not ignore.
func tracked() (files []string, err error) {
	list, err := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md", "*.go",
		"cmd/signpost/internal/preview/web", "cmd/signpost/internal/desk/web").Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	for _, file := range strings.Fields(string(list)) {
		_, err := os.Stat(file)
		skip := strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".css") ||
			strings.HasSuffix(file, ".min.js") || strings.Contains(file, "testdata/") || strings.HasPrefix(file, ".ci/")
		if err == nil && !skip && !slices.Contains(generated, file) {
			files = append(files, file)
		}
	}
	return files, nil
}

// newest returns a changelog up to the end of its first section.
func newest(text []byte) []byte {
	heads := regexp.MustCompile(`(?m)^## `).FindAllIndex(text, 2)
	if len(heads) < 2 {
		return text
	}
	return text[:heads[1][0]]
}

// join writes paragraphs as HTML, one to a line, so that no sentence runs on into the next
// one. The numbers are the source's line for each line of the result.
func join(ps []paragraph) ([]byte, []int) {
	var b bytes.Buffer
	var lines []int
	for _, p := range ps {
		text := strings.Join(strings.Fields(p.text), " ")
		if text == "" {
			continue
		}
		b.WriteString("<p>" + plain.Replace(text) + "</p>\n")
		lines = append(lines, p.line)
	}
	return b.Bytes(), append(lines, 1)
}

var plain = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func extract(file string, text []byte) ([]paragraph, error) {
	switch filepath.Ext(file) {
	case ".go":
		return goStrings(file, text)
	case ".html":
		return pageTexts(string(text)), nil
	case ".js":
		return scriptStrings(string(text)), nil
	}
	var ps []paragraph
	for i, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(line, "#") && len(line) > 2 {
			ps = append(ps, paragraph{i + 1, line[2:]})
		}
	}
	return ps, nil
}

var (
	logs    = regexp.MustCompile(`^(Debug|Info|Warn|Error|Log)(Context|Attrs)?$|^(Errorf|New|Fatalf?|Printf?|Println)$`)
	phrase  = regexp.MustCompile(`\p{L}{2,}[,:;]? \p{L}+`)
	verb    = regexp.MustCompile(`%[-+# 0]*[\d*]*(\.[\d*]+)?(\[\d+\])?[a-zA-Z]|\{\{.*?\}\}`)
	code    = regexp.MustCompile("`[^`]*`")
	breaks  = regexp.MustCompile(`\n\s*\n|\n\s+`)
	control = regexp.MustCompile(`^\{\{-?\s*(if|else|end|range|with|template|define|block|\$\w+ :=)`)
	pieces  = regexp.MustCompile(`(?s)\{\{.*?\}\}|<code>.*?</code>|<script.*?</script>|<[^>]*>|[^<{]+|.`)
	inline  = regexp.MustCompile(`^</?(a|b|em|i|kbd|q|span|strong)\b`)
	spoken  = regexp.MustCompile(`\b(?:aria-label|alt|placeholder|title)="([^"]*)"`)
	quoted  = regexp.MustCompile(`"((?:[^"\\\n]|\\.)*)"`)
)

// goComments returns the comments of a Go file, each paragraph by itself. What is in double
// quotes are words of somebody else.
func goComments(file string, src []byte) (ps []paragraph, err error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, group := range tree.Comments {
		line := files.Position(group.Pos()).Line
		for part := range strings.SplitSeq(group.Text(), "\n\n") {
			ps = append(ps, paragraph{line, quoted.ReplaceAllString(part, "X")})
			line += strings.Count(part, "\n") + 2
		}
	}
	return ps, nil
}

// goStrings returns the strings of a Go file that people read. Parts joined with + are
// one string. A value within a string becomes X.
func goStrings(file string, src []byte) (ps []paragraph, err error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, src, 0)
	if err != nil {
		return nil, err
	}
	all := below(file, wordy)
	var collect func(n ast.Node, message bool)
	collect = func(n ast.Node, message bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				collect(n.Type, message) // not its tag
				return false
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && !message && logs.MatchString(s.Sel.Name) {
					for _, arg := range n.Args {
						collect(arg, true)
					}
					return false
				}
			case *ast.BinaryExpr, *ast.BasicLit:
				text, ok := fold(n.(ast.Expr), func(e ast.Expr) { collect(e, message) })
				if !ok {
					return true
				}
				if text = verb.ReplaceAllString(code.ReplaceAllString(text, "X"), "X"); (all || message) &&
					phrase.MatchString(text) {
					for _, part := range breaks.Split(text, -1) {
						ps = append(ps, paragraph{files.Position(n.Pos()).Line, part})
					}
				}
				return false
			}
			return true
		})
	}
	collect(tree, false)
	return ps, nil
}

// fold returns the string that an expression of literals and + makes. What is no literal
// becomes X, and goes to other.
func fold(e ast.Expr, other func(ast.Expr)) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		x, okX := fold(e.X, other)
		y, okY := fold(e.Y, other)
		if !okX && !okY {
			return "", false
		}
		if !okX {
			x = "X"
			other(e.X)
		}
		if !okY {
			y = "X"
			other(e.Y)
		}
		return x + y, true
	}
	return "", false
}

// pageTexts returns the texts of a page's template, and the labels that screen readers
// speak. A value becomes X, and so does code.
func pageTexts(page string) (ps []paragraph) {
	line, p := 1, paragraph{line: 1}
	end := func() { ps = append(ps, p); p = paragraph{line: line} }
	for _, piece := range pieces.FindAllString(page, -1) {
		switch {
		case control.MatchString(piece):
		case strings.HasPrefix(piece, "{{"), strings.HasPrefix(piece, "<code>"):
			p.text += "X"
		case strings.HasPrefix(piece, "<"):
			for _, m := range spoken.FindAllStringSubmatch(piece, -1) {
				ps = append(ps, paragraph{line, html.UnescapeString(verb.ReplaceAllString(m[1], "X"))})
			}
			if !inline.MatchString(piece) {
				end()
			}
		default:
			if strings.TrimSpace(p.text) == "" {
				p.line = line + strings.Count(piece[:len(piece)-len(strings.TrimLeft(piece, " \n"))], "\n")
			}
			p.text += html.UnescapeString(piece)
		}
		line += strings.Count(piece, "\n")
	}
	end()
	return ps
}

// scriptStrings returns the strings of a script that have more than one word.
func scriptStrings(script string) (ps []paragraph) {
	for i, line := range strings.Split(script, "\n") {
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			if phrase.MatchString(m[1]) {
				ps = append(ps, paragraph{i + 1, m[1]})
			}
		}
	}
	return ps
}

// lint runs Vale over a directory and returns its alerts by file.
func lint(dir string) (map[string][]finding, error) {
	config, err := filepath.Abs(".vale.ini")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "run", vale, "--no-global", "--config="+config, "--output=JSON", ".")
	cmd.Dir = dir // .vale.ini names documents by their path in the repository
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, runErr := cmd.Output() // it fails when there are alerts, too
	byPath := map[string][]finding{}
	if err := json.Unmarshal(out, &byPath); err != nil {
		return nil, fmt.Errorf("vale: %v: %s%s", runErr, out, errs.String())
	}
	alerts := map[string][]finding{}
	for path, fs := range byPath {
		alerts[filepath.Clean(path)] = fs
	}
	return alerts, nil
}

// tryExamples checks the rules against the examples: each line with - must have a
// finding, and each line with + must have none.
func tryExamples(found []finding) (wrong []string) {
	text, err := os.ReadFile(examples)
	if err != nil {
		return []string{err.Error()}
	}
	for i, line := range strings.Split(string(text), "\n") {
		at := slices.IndexFunc(found, func(f finding) bool { return f.Line == i+1 })
		switch {
		case strings.HasPrefix(line, "- ") && at < 0:
			wrong = append(wrong, fmt.Sprintf("%s:%d: no rule finds: %s", examples, i+1, line[2:]))
		case strings.HasPrefix(line, "+ ") && at >= 0:
			wrong = append(wrong, fmt.Sprintf("%s:%d: plain, but: %s [%s]", examples, i+1, found[at].Message,
				found[at].Check))
		}
	}
	return wrong
}
