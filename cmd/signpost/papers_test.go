package main

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signpost/internal/testkit"
)

// Papers that show commands with what they print are right: each is run, one after
// the other, in a folder that holds the files the paper gives and a small download
// of postcodes.
func TestPapersAtTheTerminal(t *testing.T) {
	const papers = "../../docs/"
	program := filepath.Join(t.TempDir(), "signpost")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
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
				cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
				got, err := cmd.CombinedOutput()
				cancel()
				if err != nil || !testkit.AsShown(shown, string(got)) {
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
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
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
