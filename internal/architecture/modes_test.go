package architecture_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Files that programs write for others to read: what is published, tables and pages. All
// others are for their owner alone.
var forEverybody = map[string]string{
	"cmd/release/main.go":                    "a release is published",
	"cmd/release/debian.go":                  "a package is published",
	"cmd/release/sign.go":                    "a public key is published",
	"cmd/signpost/areas.go":                  "tables of public places",
	"cmd/signpost/fallback.go":               "what is put at the provider for all to fetch",
	"cmd/signpost/new.go":                    "a flow book, to be edited and reviewed by others",
	"cmd/signpost/install.go":                "a flow book, which the gateway reads as another user",
	"flows/saved/saved.go":                   "a flow book, which the gateway reads as another user",
	"cmd/signpost/internal/preview/start.go": "a flow book, to be edited and reviewed by others",
	"cmd/bench/main.go":                      "a page of the documents",
	".ci/prose/prose.go":                     "",
	"cmd/signpost/internal/edit/save.go":     "keeps the mode that a flow file had",
}

// All that a program writes has the mode 0600, in folders of 0700, unless its file is on
// the list; nothing is written with the mode that the user happens to have.
func TestFileModes(t *testing.T) {
	mode := regexp.MustCompile(`\b0o[0-7]{3,4}\b`)
	writes := regexp.MustCompile(`os\.(WriteFile|OpenFile|Mkdir|MkdirAll|Chmod)\(|\.Chmod\(`)
	found := 0
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "internal/testkit/") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), "os.Create(") {
			t.Errorf("%s writes with any mode that the user has: use os.OpenFile", path)
		}
		if _, listed := forEverybody[path]; !listed && strings.Contains(string(text), "os.CopyFS(") &&
			!strings.Contains(string(text), "os.Chmod(") {
			t.Errorf("%s copies with any mode that the user has: set it with os.Chmod", path)
		}
		if !writes.Match(text) {
			return nil
		}
		found++
		for _, m := range mode.FindAllString(string(text), -1) {
			if _, listed := forEverybody[path]; !listed && m != "0o600" && m != "0o700" {
				t.Errorf("%s writes with mode %s: others can read it", path, m)
			}
		}
		return nil
	})
	if err != nil || found < 5 {
		t.Errorf("%d files write, %v", found, err)
	}
}
