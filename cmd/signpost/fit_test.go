package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/flows/testbook"
)

// sixPlaces are texts with the areas that they name.
const sixPlaces = `text,area,kind
im in kendal,letgo-south,exact
crewe please,cheshire-east,exact
"he is in kendal, im in crewe",cheshire_east,right-or-ask
my ex lives in kendal,,no-area
kendal or penrith,letgo-north|letgo-south,ask
liverpool,out-of-area,exact
`

// Better weights are found where those of the book are bad, and the book keeps its own.
func TestWeightsAreFitted(t *testing.T) {
	b := *testbook.Shipped()
	texts, err := readLabelled(strings.NewReader(sixPlaces), &b)
	if err != nil {
		t.Fatal(err)
	}
	bad := b.Ear.Weights()
	bad.Certain = 9 // too much
	b.Ear = b.Ear.WithWeights(bad)
	best, was, is := fitWeights(&b, texts)
	if best == bad || was.right == len(texts) || is.right != len(texts) {
		t.Errorf("from %+v: %v to %v with %+v", bad, was, is, best)
	}
	if b.Ear.Weights() != bad {
		t.Error("the weights of the book were changed")
	}
}

// Weights are fitted on labelled texts.
func TestAreasFit(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.csv", sixPlaces)
	var out, errs bytes.Buffer
	if code := run([]string{"areas", "fit", good}, strings.NewReader(""), &out, &errs); code != exitOK {
		t.Fatalf("%d: %s", code, errs.String())
	}
	for _, want := range []string{"6 texts", "now:  6 right, 0 needless questions, 0 not understood, 0 wrong",
		"Certain          3.00   3.00\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	for text, want := range map[string]string{
		"":                                   "it holds no text",
		"text,area,kind\nkendal,nowhere,ask": `line 2: the book has no area "nowhere"`,
		"kendal,halton,perhaps":              `unknown kind "perhaps"`,
		"kendal,halton":                      "line 1 needs a text",
		"ken\"dal,x,y":                       "read the labelled texts",
	} {
		errs.Reset()
		if code := run([]string{"areas", "fit", write("bad.csv", text)}, strings.NewReader(""), &out,
			&errs); code != exitProblems || !strings.Contains(errs.String(), want) {
			t.Errorf("%q: %d, %s", text, code, errs.String())
		}
	}
	if code := run([]string{"areas", "fit", filepath.Join(dir, "none.csv")}, strings.NewReader(""), &out,
		&errs); code != exitProblems {
		t.Error("a file that is not there is read")
	}
	if code := run([]string{"areas", "fit"}, strings.NewReader(""), &out, &errs); code != exitMisuse {
		t.Error("no file is taken for one")
	}
}
