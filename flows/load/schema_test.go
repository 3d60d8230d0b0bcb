package load_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/internal/area"
)

var update = flag.Bool("update", false, "write the schemas anew")

// The schemas that editors use are those the loader follows, and each file of
// the book names its own in its first line.
func TestSchemas(t *testing.T) {
	for _, name := range load.Files() {
		want, err := load.Schema(name, area.Shipped().Names())
		if err != nil {
			t.Fatal(err)
		}
		file := "schema/" + strings.TrimSuffix(name, ".yaml") + ".schema.json"
		if *update {
			if err := os.WriteFile(filepath.Join("..", "book", file), want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := fs.ReadFile(book.Files, file)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is not what the loader follows (%v); run: go test ./flows/load -update", file, err)
		}
		text, err := fs.ReadFile(book.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(string(text), "\n"); first != "# yaml-language-server: $schema="+file {
			t.Errorf("%s begins with %q", name, first)
		}
	}
}
