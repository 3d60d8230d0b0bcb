package flows_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"signpost/flows"
)

// tableUnder is the first table under a heading of a page, without its head.
func tableUnder(t *testing.T, page, heading string) (rows [][]string) {
	t.Helper()
	_, after, ok := strings.Cut(page, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("the page has no heading %q", heading)
	}
	after, _, _ = strings.Cut(after, "\n## ")
	for line := range strings.Lines(after) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("there is no table under %q", heading)
	}
	return rows[2:]
}

// caseNames are the names of all cases in their order. The first is what is left
// when no other fits, and so comes last.
func caseNames() (names []string) {
	first := flows.CaseKind(0).String()
	for k := flows.CaseKind(1); k.String() != first; k++ {
		names = append(names, k.String())
	}
	return append(names, first)
}

// docs/answers.md lists every case in its order, and its texts are decided so.
func TestAnswersPaper(t *testing.T) {
	page, err := os.ReadFile("../docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	b := shipped(t)
	quoted := regexp.MustCompile("`([^`]+)`")
	decided := func(text, want string) {
		if got := b.Classify(text).Kind.String(); got != want {
			t.Errorf("docs/answers.md says that %q is %q, and it is decided as %q", text, want, got)
		}
	}
	var listed []string
	for _, row := range tableUnder(t, string(page), "The cases") {
		if len(row) != 4 {
			t.Fatalf("a row has %d columns: %q", len(row), row)
		}
		listed = append(listed, row[0])
		texts := quoted.FindAllStringSubmatch(row[1], -1)
		if len(texts) == 0 {
			t.Errorf("the case %q has no example", row[0])
		}
		for _, text := range texts {
			decided(text[1], row[0])
		}
	}
	if want := caseNames(); !slices.Equal(listed, want) {
		t.Errorf("docs/answers.md lists the cases\n%q\nand the engine has\n%q", listed, want)
	}
	for _, row := range tableUnder(t, string(page), "Which case wins") {
		if len(row) != 2 {
			t.Fatalf("a row has %d columns: %q", len(row), row)
		}
		decided(strings.Trim(row[0], "`"), row[1])
	}
}
