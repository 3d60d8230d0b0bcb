package main

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signpost/internal/testkit"
)

var (
	// answered is what a book says in what a command prints: the line of signpost hear, or the
	// bubble of signpost try.
	answered = regexp.MustCompile(`(?m)^answer: +.*\n|(?:^       \| .*\n)+`)
	// fact is a telephone number, 999, or a choice that begins with a place.
	fact = regexp.MustCompile(`\b0[\d ]{8,}\d\b|\b\d{5}\b|\b\d{3} \d{3}\b|\b999\b|\b\d [A-Z][a-z]+`)
)

// eachAnswer puts each answer of a book on a line of its own, as put writes it.
func eachAnswer(text string, put func(words string) string) string {
	return answered.ReplaceAllStringFunc(text, func(block string) string {
		words := strings.Fields(strings.NewReplacer("answer:", " ", "|", " ").Replace(block))
		return "answer: " + put(strings.Join(words, " ")) + "\n"
	})
}

// asShown reports whether a command prints what a paper shows. Of an answer, whose words a
// manager may change, the facts count: those that the paper shows, in their order.
func asShown(shown, got string) bool {
	facts := func(words string) string {
		return "..." + strings.Join(append(fact.FindAllString(words, -1), ""), "...")
	}
	return testkit.AsShown(eachAnswer(shown, facts), eachAnswer(got, func(words string) string { return words }))
}

// Papers that show commands with what they print are right: each is run, one after
// the other, in a folder that holds the files the paper gives and a small download
// of postcodes. The signpost that is found on the PATH is this test program, see TestMain.
func TestPapersAtTheTerminal(t *testing.T) {
	const papers = "../../docs/"
	list, err := filepath.Glob(papers + "*.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, paper := range list {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "codepo_gb.zip"), download(t), 0o600); err != nil {
			t.Fatal(err)
		}
		const labelled = "text,area,kind\nim in leeds,out-of-area,exact\n"
		if err := os.WriteFile(filepath.Join(dir, "texts.csv"), []byte(labelled), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, f := range testkit.Fences(t, paper) {
			if name, ok := strings.CutPrefix(f.Info, "text "); ok {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(f.Text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if f.Info != "console" {
				continue
			}
			for one := range strings.SplitSeq("\n"+f.Text, "\n$ ") {
				if one == "" {
					continue
				}
				command, shown, _ := strings.Cut(one, "\n")
				if shown != "" && !strings.HasSuffix(shown, "\n") {
					shown += "\n"
				}
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
				cmd := exec.CommandContext(ctx, "sh", "-c", command)
				cmd.Dir = dir
				got, err := cmd.CombinedOutput()
				cancel()
				if err != nil || !asShown(shown, string(got)) {
					t.Errorf("%s: %s: %v: printed\n%s\nand the paper shows\n%s", filepath.Base(paper), command, err,
						got, shown)
				}
				ran++
			}
		}
		if filepath.Base(paper) != "another-county.md" {
			continue // TestDeployPaper runs what stands in the sentences of the others
		}
		for _, command := range testkit.Commands(t, paper) {
			command = strings.TrimSpace(command)
			cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
			cmd.Dir = dir
			switch {
			case command == "signpost new lancashire",
				command == "signpost doctor": // with its answers above; by TestDeployPaper
			case strings.HasPrefix(command, "signpost preview"):
				cmd.Args[2] = "exec " + command + " -addr 127.0.0.1:0"
				testkit.Serves(t, cmd, "")
				ran++
			default:
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%s: %s: %v\n%s", filepath.Base(paper), command, err, out)
				}
				ran++
			}
		}
	}
	if ran < 10 {
		t.Errorf("only %d commands were run", ran)
	}
}

// download is a list of postcodes in the form of Code-Point Open.
func download(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("Data/CSV/pr.csv")
	if err != nil {
		t.Fatal(err)
	}
	const rows = `"PR1 2HE",10,0,0,"E92000001",,,,"E07000123","E05000001"
"PR1 8XJ",10,0,0,"E92000001",,,,"E07000123","E05000001"
"PR7 1DP",10,0,0,"E92000001",,,,"E07000118","E05000002"
"BB1 7DY",10,0,0,"E92000001",,,,"E06000008","E05000003"
"BL1 1RU",10,0,0,"E92000001",,,,"E08000001","E05000004"
"LL11 1AA",10,0,0,"W92000004",,,,"W06000006","W05000001"
`
	if _, err := w.Write([]byte(rows)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An answer in other words is as the paper shows it; one with another number is not.
func TestAsShown(t *testing.T) {
	const shown = "case:   danger\nanswer:    Ring 999. Talk: 0300 123 5101 ...\n" +
		"       | Where are you? 1 Lancaster, 2    |\n       | Preston or Chorley. 0 any place. |\n...\n"
	const good = "case:   danger\nanswer:    Emergency: 999, or 0300 123 5101 (free)\n" +
		"       | 1 Lancaster, |\n       | 2 Preston    |\n       | or Chorley   |\nend\n"
	if !asShown(shown, good) {
		t.Error("an answer in other words is not as it is shown")
	}
	for _, put := range [][2]string{{"5101", "5102"}, {"999", "998"}, {"1 Lancaster", "1 Preston"}, {"danger", "place"},
		{"999, or 0300 123 5101", "0300 123 5101, or 999"}} {
		if asShown(shown, strings.Replace(good, put[0], put[1], 1)) {
			t.Errorf("%q in the place of %q is not seen", put[1], put[0])
		}
	}
}
