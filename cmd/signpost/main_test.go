package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/flows/testbook"
)

func TestMain(m *testing.M) {
	// main, as the program is built: it also sets how often memory is collected.
	testscript.Main(m, map[string]func(){"signpost": main})
}

// edit FILE OLD NEW changes a file as a manager would.
func editFile(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("edit FILE OLD NEW")
	}
	old := ts.ReadFile(args[0])
	if !strings.Contains(old, args[1]) {
		ts.Fatalf("%q is not in %s", args[1], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(old, args[1], args[2])), 0o600))
}

// copyBook DIR copies the book of the tests' county into a folder.
func copyBook(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("book DIR")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), testbook.Files()))
}

// appendAfter FILE OLD NEW OTHER puts another file's lines after words of a file.
func appendAfter(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("append FILE OLD NEW OTHER")
	}
	text := strings.Replace(ts.ReadFile(args[0]), args[1], args[2]+"\n"+ts.ReadFile(args[3]), 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// The scripts in testdata are the command line as people use it. $BOOK is the book of the
// tests' county, $SHIPPED the one that ships.
func TestScripts(t *testing.T) {
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"edit": editFile, "append": appendAfter,
			"book": copyBook},
		Setup: func(e *testscript.Env) error {
			e.Setenv("BOOK", filepath.Join(top, "flows", "testbook", "county"))
			e.Setenv("SHIPPED", filepath.Join(top, "flows", "book"))
			return nil
		}})
}

// The mistake shown in docs/terminal.md comes out as it is shown there.
func TestManagerDoc(t *testing.T) {
	doc, err := os.ReadFile("../../docs/terminal.md")
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
	first, _, _ := bytes.Cut(out.Bytes(), []byte("    [number]\n")) // warnings, which change with the day, follow
	if !bytes.Contains(doc, append([]byte("$ go run ./cmd/signpost check -flows flows/book\n"), first...)) {
		t.Errorf("docs/terminal.md does not show:\n%s", out.String())
	}
}
