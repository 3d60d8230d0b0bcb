package check_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/flows"
	"signpost/flows/check"
)

// A placeholder in a text where it means nothing is a slip of an author. It may not end the program.
func TestEveryPlaceholderEverywhere(t *testing.T) {
	all := "{" + strings.Join(flows.Placeholders, "} {") + "}"
	for _, file := range []string{"words.yaml", "menus.yaml"} {
		book := files()
		said := regexp.MustCompile(`(text|say): "([^"]*)"`)
		text := said.ReplaceAllString(string(book[file].Data), `$1: "$2 `+all+`"`)
		book[file] = &fstest.MapFile{Data: []byte(text)}
		if _, problems := check.Dir(book); len(problems) == 0 {
			t.Errorf("%s: nothing is wrong", file)
		}
	}
}
