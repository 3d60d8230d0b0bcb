package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updatePaper = flag.Bool("update", false, "write docs/reference.md anew")

// docs/reference.md is what every command says of itself; with -update it is written
// anew.
func TestReferencePaper(t *testing.T) {
	var doc strings.Builder
	doc.WriteString(`# Every command

What ` + "`signpost COMMAND -h`" + ` says, put together by a test
(go test ./cmd/signpost -run TestReferencePaper -update).
A command ends with 0 when all is well, 1 when something is wrong with what it looked at, 2 when it was not given as it
should be. The gateway's settings are in [operator.md](operator.md), the flow book's files in [manager.md](manager.md).
`)
	for _, c := range commands() {
		var out, errs bytes.Buffer
		if code := run([]string{c.name, "-h"}, strings.NewReader(""), &out, &errs); code != exitOK || errs.Len() > 0 {
			t.Fatalf("signpost %s -h: %d, %s", c.name, code, errs.String())
		}
		fmt.Fprintf(&doc, "\n## %s\n\n%s.\n\n```text\n%s\n```\n", c.name, strings.ToUpper(c.about[:1])+c.about[1:],
			strings.TrimSpace(strings.ReplaceAll(out.String(), "\t", "    ")))
	}
	const path = "../../docs/reference.md"
	if *updatePaper {
		if err := os.WriteFile(path, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old, err := os.ReadFile(path); err != nil || string(old) != doc.String() {
		t.Errorf("%s is not what the commands say (%v); run: go test ./cmd/signpost -run TestReferencePaper -update",
			path, err)
	}
}
