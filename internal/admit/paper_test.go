package admit_test

import (
	"flag"
	"os"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/attacks.md from the search")

const attacks = "../../docs/attacks.md"

// paper holds a block of docs/attacks.md to what it must say, or rewrites it.
func paper(t *testing.T, name, block string) {
	t.Helper()
	doc, err := os.ReadFile(attacks)
	if err != nil {
		t.Fatal(err)
	}
	re := regexp.MustCompile(`(?s)(<!-- begin: ` + name + ` -->\n).*?(<!-- end: ` + name + ` -->)`)
	if !re.Match(doc) {
		t.Fatalf("%s has no place for %q", attacks, name)
	}
	fresh := re.ReplaceAllStringFunc(string(doc), func(old string) string {
		m := re.FindStringSubmatch(old)
		return m[1] + block + m[2]
	})
	switch {
	case *update:
		if err := os.WriteFile(attacks, []byte(fresh), 0o644); err != nil { // #nosec G306 -- a document
			t.Fatal(err)
		}
	case fresh != string(doc):
		t.Errorf("%s does not say what the search finds; run: go test ./internal/admit -run TestNobodyIsDenied -update",
			attacks)
	}
}
