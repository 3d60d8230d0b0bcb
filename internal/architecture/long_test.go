package architecture_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What make test leaves out or samples, make test-long runs: the Makefile names each of these tests, and its package.
func TestLongTestsAreRun(t *testing.T) {
	file, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(file), "\nLONG = ")
	list, rest, _ := strings.Cut(rest, "\ntest-long:")
	recipe, _, _ := strings.Cut(rest, "\n\n")
	names, packages := strings.Fields(list), strings.Fields(recipe)
	found := 0
	err = filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range parsed.Decls {
			test, ok := decl.(*ast.FuncDecl)
			if !ok || !asksForShort(test) {
				continue
			}
			found++
			if !slices.Contains(names, test.Name.Name) || !slices.Contains(packages, "./"+filepath.Dir(path)) {
				t.Errorf("make test leaves out part of %s of %s, and make test-long does not run it", test.Name.Name, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 || found != len(slices.DeleteFunc(names, func(n string) bool { return n == "\\" })) {
		t.Errorf("%d tests ask whether only the short ones run, and LONG of the Makefile names %q", found, names)
	}
}

// asksForShort reports a function that asks whether only the short tests run.
func asksForShort(f *ast.FuncDecl) (asks bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			of, _ := s.X.(*ast.Ident)
			asks = asks || of != nil && (of.Name == "testing" && s.Sel.Name == "Short" ||
				of.Name == "testkit" && s.Sel.Name == "Long")
		}
		return true
	})
	return asks
}
