package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"signpost/flows/book"
	"signpost/flows/load"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"signpost": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }})
}

// The scripts in testdata are the command line as people use it.
func TestScripts(t *testing.T) {
	book, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		e.Setenv("BOOK", book+"/../../flows/book")
		return nil
	}})
}

// The mistake shown in docs/manager.md comes out as it is shown there.
func TestManagerDoc(t *testing.T) {
	doc, err := os.ReadFile("../../docs/manager.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range load.Files() {
		data, err := book.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte("01925 243359"), []byte("01925 24335"), 1)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if code := run([]string{"check", "-flows", dir}, nil, &out, &out); code != exitProblems {
		t.Errorf("ended with %d", code)
	}
	if !bytes.Contains(doc, append([]byte("$ go run ./cmd/signpost check -flows flows/book\n"), out.Bytes()...)) {
		t.Errorf("docs/manager.md does not show:\n%s", out.String())
	}
}
