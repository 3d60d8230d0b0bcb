package docs_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// why each library that we import is there. One that is not here may not be used.
var why = map[string]string{
	"github.com/anishathalye/porcupine": "judges whether some order of a person's texts explains what they were " +
		"answered, in the simulated year",
	"github.com/alicebob/miniredis/v2": "the in-process store for a trial without a Redis: the same commands and " +
		"scripts, so that no second store has to be written",
	"github.com/caarlos0/env/v11":  "reads the environment into a struct",
	"github.com/chromedp/cdproto":  "tests only: drives Chromium, for the pages of the preview",
	"github.com/chromedp/chromedp": "tests only: the same",
	"github.com/go-webauthn/webauthn": "passkeys, to sign in to the desk: the standard is long, and mistakes in " +
		"it let others in",
	"github.com/nyaruka/phonenumbers": "what kind of number somebody has, and how the directory's are written: " +
		"the port of the library that networks use",
	"github.com/prometheus/client_golang": "metrics, in the form every monitor reads",
	"github.com/prometheus/client_model":  "tests only: reads a metric's value",
	"github.com/redis/go-redis/v9":        "Redis, Sentinel, Cluster, over TCP, TLS or a socket",
	"github.com/rickar/cal/v2":            "bank holidays of England, with substitute days",
	"github.com/rogpeppe/go-internal":     "tests only: runs the transcripts of the command line tools",
	"github.com/sony/gobreaker/v2":        "the breaker in front of Redis",
	"github.com/twilio/twilio-go": "the provider's own client for its API; in tests, its check of signatures " +
		"to hold ours against",
	"go.yaml.in/yaml/v3": "reads flow files with the place of every word, and writes them with " +
		"their comments kept",
	"go.opentelemetry.io/otel":       "traces, where an operator wants them, in the form every collector reads",
	"go.opentelemetry.io/otel/sdk":   "gathers spans, a bounded number, and has them sent",
	"go.opentelemetry.io/otel/trace": "of the same",
	"go.opentelemetry.io/proto/otlp": "what is sent, without the library's own sender: that brings gRPC along",
	"google.golang.org/protobuf":     "writes it; the metrics' library needs it, too",
	"golang.org/x/sys":               "turns off core files and debuggers",
	"golang.org/x/text":              "one form for letters with accents",
	"gonum.org/v1/plot":              "charts of the report; the workbench only",
}

// licences that go with ours (Apache 2.0), by words of theirs.
var licences = []struct{ name, words string }{
	{"Apache 2.0", "Apache License"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"BSD 3-Clause", "Neither the name"},
	{"BSD 3-Clause", "may be used to endorse or promote"},
	{"BSD 2-Clause", "Redistributions in binary form must reproduce"},
	{"FreeType Licence or GPL 2, at choice; the former is taken", "FreeType License"},
	{"SIL Open Font License 1.1", "SIL OPEN FONT LICENSE"},
	{"CC BY 4.0 (named in NOTICE)", "Creative Commons Attribution 4.0 International"},
	{"Unlicense", "This is free and unencumbered software"},
}

// licence reads what licence a module has.
func licence(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)`)
	for _, f := range files {
		if !named.MatchString(filepath.Base(f)) {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		oneLine := strings.Join(strings.Fields(string(text)), " ")
		for _, l := range licences {
			if strings.Contains(oneLine, l.words) {
				return l.name
			}
		}
	}
	return ""
}

type module struct{ path, version, dir string }

func modulesOf(t *testing.T, args ...string) (out []module) {
	t.Helper()
	list, err := exec.Command("go", append([]string{"list", "-deps", "-f",
		"{{with .Module}}{{.Path}} {{.Version}} {{.Dir}}{{end}}"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		if f := strings.Fields(line); len(f) == 3 {
			out = append(out, module{f[0], f[1], f[2]})
		}
	}
	slices.SortFunc(out, func(a, b module) int { return cmp.Compare(a.path, b.path) })
	return slices.Compact(out)
}

// Every library is there for a reason that is written down, and its licence goes
// with ours: docs/dependencies.md is made from this.
func TestDependenciesPaper(t *testing.T) {
	gateway, all := modulesOf(t, "./cmd/gateway"), modulesOf(t, "-test", "-tags", "browser,chaos", "./...")
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct, _, _ := strings.Cut(string(mod), "\nrequire (\n\tcodeberg") // ours come first
	used := map[string]bool{}
	var ours, theirs [][]string
	for _, m := range all {
		l := licence(t, m.dir)
		if l == "" {
			t.Errorf("%s has no licence that is known to go with ours", m.path)
		}
		where := "workbench or tests"
		if slices.Contains(gateway, m) {
			where = "gateway"
		}
		row := []string{"`" + m.path + "`", m.version, where, l}
		if strings.Contains(string(direct), m.path+" ") {
			used[m.path] = true
			if why[m.path] == "" {
				t.Errorf("nobody has written down why %s is there", m.path)
			}
			ours = append(ours, append(row, why[m.path]))
		} else {
			theirs = append(theirs, row)
		}
	}
	for path := range why {
		if !used[path] {
			t.Errorf("%s is not there any more", path)
		}
	}
	theirColumns := []string{"library", "version", "in", "licence"}
	got := "# What it is built with\n\n" +
		"Made by `go test ./docs -run TestDependenciesPaper -update`; the test fails when a library comes " +
		"without a reason,\nor with a licence that is not known to go with ours (Apache 2.0). " +
		"What is only in the workbench or in tests is in no\ngateway.\n\n" +
		table(append(theirColumns, "why"), ours) + "\nThey bring along:\n\n" + table(theirColumns, theirs) +
		"\nTools that are run and not built in, at fixed versions: golangci-lint (GPL 3.0), for `make lint`; " +
		"Vale (MIT),\nfor `make prose`; redis-server, espeak-ng and Chromium, for the tests.\n"
	const paper = "docs/dependencies.md"
	if *update {
		if err := os.WriteFile(paper, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(paper); err != nil || string(have) != got {
		t.Errorf("%s is not what is built with (%v); run: go test ./docs -run TestDependenciesPaper -update",
			paper, err)
	}
}
