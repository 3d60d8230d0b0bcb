package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	named    = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	declared = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	strong   = regexp.MustCompile(`(?i)\b(` +
		`no|never|nobody|nothing|none|cannot|always|only|every|sealed|erased|deletes?)\b`)
	generated = regexp.MustCompile(`(?s)<!-- begin: .*?<!-- end: [a-z]+ -->`)
)

// tests are the names of all tests there are.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			out[m[1]] = true
		}
		return err
	})
	if err != nil || len(out) < 200 {
		t.Fatalf("%d tests, %v", len(out), err)
	}
	return out
}

func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every promise in README and in docs/privacy names the test that fails when it is broken,
// or says that it is a judgement, which no test can make.
func TestEveryPromiseHasATest(t *testing.T) {
	all := tests(t)
	promises := document(t, "docs/privacy/promises.md")
	for _, path := range []string{"docs/privacy/promises.md", "docs/privacy/README.md", "docs/privacy/threats.md",
		"docs/privacy/dpia.md"} {
		for _, m := range named.FindAllStringSubmatch(document(t, path), -1) {
			if !all[m[1]] {
				t.Errorf("%s names %s, which there is not", path, m[1])
			}
		}
	}
	checked := 0
	kept := func(where, promise string) {
		checked++
		if !named.MatchString(promise) && !strings.Contains(promise, "(judgement") {
			t.Errorf("%s promises something that no test keeps, and does not call it a judgement:\n%s", where, promise)
		}
	}
	for row := range strings.Lines(promises) {
		if strings.HasPrefix(row, "| ") && !strings.HasPrefix(row, "| promise") && !strings.HasPrefix(row, "| ---") {
			kept("docs/privacy/promises.md", row)
		}
	}
	_, what, _ := strings.Cut(document(t, "README.md"), "## What it is")
	what, _, _ = strings.Cut(what, "## What to read")
	found := 0
	for _, bullet := range regexp.MustCompile(`(?m)^- `).Split(what, -1)[1:] {
		found++
		first, _, _ := strings.Cut(strings.Join(strings.Fields(bullet), " "), ". ")
		if !strings.Contains(promises, "| "+strings.TrimSuffix(first, ".")) {
			t.Errorf("README promises %q, which docs/privacy/promises.md does not have", first)
		}
	}
	if found < 6 {
		t.Errorf("only %d promises are in README", found)
	}
	for section := range strings.SplitSeq(generated.ReplaceAllString(document(t, "docs/privacy/README.md"), ""),
		"\n\n") {
		if strings.HasPrefix(section, "#") || strings.HasPrefix(strings.TrimSpace(section), "|") ||
			!strong.MatchString(section) {
			continue
		}
		kept("docs/privacy/README.md", section)
	}
	for _, part := range strings.Split(document(t, "docs/privacy/threats.md"), "- **Protects:**")[1:] {
		promise, _, _ := strings.Cut(part, "- **Does not:**")
		kept("docs/privacy/threats.md", promise)
	}
	if checked < 40 {
		t.Errorf("only %d promises were looked at", checked)
	}
}
