package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/cmd/signpost/internal/scaffold"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
)

// answer runs signpost new with these answers, one to a line.
func answer(t testing.TB, answers ...string) (dir string, code int, out, errs string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "book")
	var o, e bytes.Buffer
	code = run([]string{"new", dir}, strings.NewReader(strings.Join(answers, "\n")+"\n"), &o, &e)
	return dir, code, o.String(), e.String()
}

// part answers for one part.
func part(towns, places, councils string, n int) []string {
	return []string{towns, places, councils, fmt.Sprintf("Service %d", n), fmt.Sprintf("0161 496 00%02d", n),
		"unknown", "a test"}
}

// clean holds a new book to having no mistake, and nothing to look at but numbers
// that nobody has rung.
func clean(t testing.TB, dir string) *load.Source {
	t.Helper()
	src, problems := check.On(os.DirFS(dir), time.Now())
	for _, p := range problems {
		if p.Rule != "number-age" {
			t.Errorf("%s", p)
		}
	}
	return src
}

// From one part to as many as there can be, with names as long as they may be, the
// book is clean, and every part is reached by its town, by menus and by keys (the
// examples and the walk in the check hold it to that).
func TestNewBooks(t *testing.T) {
	towns := []string{"Abbotsville", "Bettysville", "Carolsville", "Daphnesford", "Ednasville", "Florasville",
		"Gladysville", "Hildasville"}
	for n := 1; n <= 8; n++ {
		t.Run(fmt.Sprintf("%d parts", n), func(t *testing.T) {
			answers := []string{strings.Repeat("x", scaffold.MaxName()-4) + "shire"[:4]}
			for i := range n {
				answers = append(answers, part(towns[i], "", "", i)...)
			}
			if n < 8 {
				answers = append(answers, "")
			}
			if n > 4 {
				answers = append(answers, strings.Repeat("n", scaffold.MaxHalf()),
					strings.Repeat("s", scaffold.MaxHalf()))
			}
			dir, code, out, errs := answer(t, append(answers, "")...)
			if code != exitOK {
				t.Fatal(errs + out)
			}
			src := clean(t, dir)
			for i := range n {
				_, reply, err := src.Book.Step(time.Now(), flows.State{}, flows.TextInput(towns[i]))
				if err != nil || !strings.Contains(reply.Text, fmt.Sprintf("0161 496 00%02d", i)) {
					t.Errorf("%s gets %q, %v", towns[i], reply.Text, err)
				}
			}
		})
	}
}

// A county may copy the lists of what is understood and change them: their examples name towns that its
// own places do not have.
func TestNewBookWithListsOfItsOwn(t *testing.T) {
	dir, code, out, errs := answer(t, slices.Concat([]string{"Someshire"}, part("Abbotsville", "", "",
		1), []string{"", ""})...)
	if code != exitOK {
		t.Fatal(errs + out)
	}
	lists, err := fs.Glob(book.Files, "heard_*.yaml")
	if err != nil || len(lists) == 0 {
		t.Fatal("no lists", err)
	}
	for _, name := range lists {
		data, err := fs.ReadFile(book.Files, name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), append(data, "# ours\n"...), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	clean(t, dir)
}

// With any names, and with the oddest facts, the files can be read.
func TestNewBookOfOddAnswers(t *testing.T) {
	dir, code, out, errs := answer(t,
		"", "Null", // no name; then one that YAML would take for something else
		"K{endal", "Żory", strings.Repeat("long ", 8), "Null or No", "on, the O'Neills, a: b # c, -, no", "no, -",
		"Preston E07000123, Chorley E07000118",
		"", `"Quoted": a service # 1`, "0161 496 0", "0906 496 0000", "hello", "0161 496 0001", "sometimes",
		"Mon-Fri 9am-5pm", "", "- {source}",
		"")
	if code != exitProblems || !strings.Contains(errs, "nothing was written") { // it ended before the last question
		t.Fatalf("%d: %s", code, errs)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("something was written")
	}
	for _, said := range []string{fmt.Sprintf("at most %d letters", scaffold.MaxName()), "more than words",
		"ordinary letters", fmt.Sprintf("longer than %d", scaffold.MaxTowns()),
		`"-" is not the name`, "E07000123", "not a telephone number", "premium"} {
		if !strings.Contains(out, said) {
			t.Errorf("it did not say %q:\n%s", said, out)
		}
	}
	dir, code, out, errs = answer(t, "Null", "True or Tilde", "on, the O'Neills, a: b # c",
		"Preston E07000123, Chorley E07000118", `"Quoted": a service # 1`, "0161 496 0001", "Mon-Fri 9am-5pm",
		"- {source}", "", "Off, true")
	if code != exitOK {
		t.Fatalf("%s\n%s", errs, out)
	}
	src := clean(t, dir)
	if s := src.Book.Services[0]; s.Name != `"Quoted": a service # 1` || s.Source != "- {source}" {
		t.Errorf("the service became %q from %q", s.Name, s.Source)
	}
	if _, err := os.Stat(filepath.Join(dir, "schema", "areas.schema.json")); err != nil {
		t.Error(err)
	}
}

// Nothing that is there is written over.
func TestNewBookWritesOverNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "areas.yaml"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	if code := run([]string{"new", dir}, strings.NewReader("x\n"), &o, &e); code != exitProblems ||
		!strings.Contains(e.String(), "holds files already") {
		t.Errorf("%d: %s", code, e.String())
	}
	if code := run([]string{"new"}, strings.NewReader(""), &o, &e); code != exitMisuse {
		t.Errorf("without a folder it ended with %d", code)
	}
}

// From any answers, either a clean book comes of it or nothing does.
func FuzzNew(f *testing.F) {
	f.Add("Lancashire", "Preston or Chorley", "Leyland", "Preston E07000123", "A service", "0161 496 0001", "24 hours",
		"a test", "Bolton")
	f.Add("Cumbria", "Wales", "wales, lancashire", "Wales E07000123, wales E07000124", "x", "0808 157 0003",
		"Mon 9am-5pm", "y", "wales")
	f.Add("the", "more", "stop, 999, me", "", "0", "0161 496 0001", "unknown", "-", "x")
	f.Fuzz(func(t *testing.T, county, towns, places, councils, name, number, hours, source, next string) {
		dir, code, out, errs := answer(t, county, towns, places, councils, name, number, hours, source, "", next)
		if code == exitOK {
			if _, problems := check.Mistakes(os.DirFS(dir), time.Now()); len(problems) > 0 {
				t.Error(load.Errors(problems)[0])
			}
		} else if _, err := os.Stat(dir); err == nil || code != exitProblems ||
			!strings.Contains(errs, "the answers ended") {
			t.Errorf("%d: %s\n%s", code, errs, out)
		}
	})
}
