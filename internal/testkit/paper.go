package testkit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// WritePart writes one part of a document that several tests write: what is between the
// comments <!-- name --> and <!-- end of name -->. A part that is not there yet comes last; all
// others stay as they are.
func WritePart(file, name, content string) error {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write a part of a document: %w", err)
	}
	text = []byte(withPart(string(text), name, content))
	if err := os.WriteFile(file, text, 0o644); err != nil { // #nosec G306 -- everybody may read a document
		return fmt.Errorf("write a part of a document: %w", err)
	}
	return nil
}

func withPart(text, name, content string) string {
	begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
	before, rest, there := strings.Cut(text, begin)
	_, after, ended := strings.Cut(rest, end)
	if !there || !ended {
		if before = strings.TrimRight(text, "\n"); before != "" {
			before += "\n\n"
		}
		after = ""
	}
	return before + begin + strings.TrimRight(content, "\n") + "\n" + end + after
}
