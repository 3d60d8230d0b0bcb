package testkit

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Fence is a block of a paper: what kind it is, and what stands in it.
type Fence struct{ Info, Text string }

// Fences are the blocks of a paper, in order.
func Fences(t testing.TB, paper string) (out []Fence) {
	t.Helper()
	text, err := os.ReadFile(paper)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		out = append(out, Fence{m[1], m[2]})
	}
	return out
}

// AsShown reports output that is as a paper shows it, where a line of ... stands for
// any lines and ... in a line for anything.
func AsShown(shown, got string) bool {
	var re strings.Builder
	re.WriteString(`\A`)
	for line := range strings.Lines(shown) {
		if line == "...\n" {
			re.WriteString(`(?s:.*)`)
			continue
		}
		re.WriteString(strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(line, " \n")), `\.\.\.`, `.*`) + ` *\n`)
	}
	re.WriteString(`\s*\z`)
	return regexp.MustCompile(re.String()).MatchString(got)
}
