package check_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/linediff"
)

var update = flag.Bool("update", false, "write docs/checks.md anew")

// changed is what a mistake does to its file, as lines taken out and put in.
func changed(before, after string) string {
	var out strings.Builder
	for _, l := range linediff.Lines(before, after, 0) {
		const wide = 150
		text := strings.NewReplacer("\t", "<tab>", "\u00a0", "<odd blank>").Replace(l.Text)
		if len(text) > wide {
			text = text[:wide] + " ..."
		}
		fmt.Fprintln(&out, strings.TrimRight(string(l.Sign)+" "+text, " "))
	}
	const most = 14
	lines := strings.SplitAfter(out.String(), "\n")
	if len(lines) > most {
		lines = append(lines[:most-2], fmt.Sprintf("... and %d more lines\n", len(lines)-most+1))
	}
	return strings.Join(lines, "")
}

// docs/checks.md shows every rule with a mistake that it finds and what is said of
// it. All of it is run here; with -update it is written anew.
func TestChecksPaper(t *testing.T) {
	shown := map[string]string{}
	for _, o := range outcomes() {
		if _, done := shown[o.rule]; done || !o.ok {
			continue // what is not found is told by another test
		}
		m, base, book, src, p := o.mistake, files(), o.book, o.src, o.p
		var b strings.Builder
		for _, name := range load.Files() {
			var before, after string
			if f := base[name]; f != nil {
				before = string(f.Data)
			}
			if f := book[name]; f != nil {
				after = string(f.Data)
			}
			switch {
			case book[name] == nil:
				fmt.Fprintf(&b, "In `%s`: the file is gone.\n\n", name)
			case before != after:
				fmt.Fprintf(&b, "In `%s`:\n\n```diff\n%s```\n\n", name, changed(before, after))
			}
		}
		if strings.HasPrefix(m.file, "area/") {
			fmt.Fprintf(&b, "With a table of the book's own, `%s`:\n\n```\n%s```\n\n", m.file, book[m.file].Data)
		}
		if strings.HasPrefix(m.file, "audio/") {
			fmt.Fprintf(&b, "With the recording `%s`.\n\n", m.file)
		}
		says := src.Show(p)
		fmt.Fprintf(&b, "```\n%s\n```\n", says)
		shown[m.rule] = b.String()
	}
	var doc strings.Builder
	doc.WriteString(`# What signpost check looks for

Every rule, with a mistake that it finds and what it says of it. The book is that of the tests (flows/testbook), for a
county that does not exist. This page is made by the tests, which run every example
(go test ./flows/check -run TestChecksPaper -update).

**Errors** keep a book from callers: a server goes on with the last good one. They are few, and certain. **Warnings**
are advice: somebody should look. Rules about the day (how long ago a number was rung) never take a book out of use.

`)
	count := map[load.Severity]int{}
	for _, r := range check.Rules() {
		count[r.Severity]++
	}
	fmt.Fprintf(&doc, "There are %d rules that keep a book from callers and %d that advise.\n", count[load.Error],
		count[load.Warning])
	section := func(title string, want func(check.Rule) bool) {
		fmt.Fprintf(&doc, "\n## %s\n", title)
		for _, r := range check.Rules() {
			if want(r) {
				fmt.Fprintf(&doc, "\n### %s\n\n%s.\n\n%s", r.Name, strings.ToUpper(r.Doc[:1])+r.Doc[1:], shown[r.Name])
			}
		}
	}
	section("Errors: what is said", func(r check.Rule) bool { return r.Severity == load.Error && !r.Loading })
	section("Warnings", func(r check.Rule) bool { return r.Severity == load.Warning })
	section("Errors: how the files are written", func(r check.Rule) bool { return r.Loading })
	const path = "../../docs/checks.md"
	if *update {
		if err := os.WriteFile(path, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if before, err := os.ReadFile(path); err != nil || string(before) != doc.String() {
		t.Errorf("%s does not show what is said (%v); run: go test ./flows/check -run TestChecksPaper -update",
			path, err)
	}
}
