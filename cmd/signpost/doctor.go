package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"signpost/cmd/gateway/server"
	doctors "signpost/cmd/signpost/internal/doctor"
	"signpost/config"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/ivr"
)

const doctorHelp = `signpost doctor [-format text|json]

Checks the whole set-up and says how to fix it: the environment and its secrets,
Redis, the flow book, and when each number was last rung. It sends PUBLIC_URL what the
provider would send. At the provider it checks where each number points, its
fallbacks, and the balance. It asks the running gateway what it has noticed, and
whether it uses this flow book. It changes nothing. It reads the same environment as the
gateway.

  set -a; . /etc/signpost/environment; set +a; signpost doctor
  signpost doctor -format json | jq '.[] | select(.verdict == "bad")'

It exits with 1 if something is bad.

`

// anyLine is a placeholder for our number: which one does not show in the documents compared.
const anyLine = "+441632960000"

// doctorTime bounds the whole examination.
const doctorTime = 2 * time.Minute

func doctor(args []string, s streams) int {
	f := newFlags("doctor", doctorHelp, s)
	format := f.String("format", "text", "text or json")
	if code, done := parse(f, args, s); done {
		return code
	}
	if *format != "text" && *format != "json" {
		fmt.Fprintf(s.err, "signpost doctor: -format must be text or json, not %q\n", *format)
		return exitMisuse
	}
	cfg, err := config.FromEnvironment()
	var found []doctors.Finding
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			found = append(found, doctors.Finding{Of: "environment", Name: "environment", Verdict: doctors.Bad,
				What: strings.TrimSpace(line) + ".",
				Fix:  "docs/operator.md lists every variable. Nothing else could be looked at."})
		}
	} else {
		ctx, cancel := context.WithTimeout(context.Background(), doctorTime)
		defer cancel()
		found = doctors.Examine(ctx, doctorOptions(cfg))
	}
	if *format == "json" {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(found); err != nil {
			fmt.Fprintf(s.err, "signpost doctor: %v\n", err)
			return exitProblems
		}
	} else {
		doctors.Print(s.out, found)
	}
	if slices.ContainsFunc(found, func(f doctors.Finding) bool { return f.Verdict == doctors.Bad }) {
		return exitProblems
	}
	return exitOK
}

func doctorOptions(cfg config.Config) doctors.Options {
	var files fs.FS = book.Files
	if cfg.FlowsDir != "" {
		files = os.DirFS(cfg.FlowsDir)
	}
	return doctors.Options{
		Config: cfg, Book: func(day time.Time) (*load.Source, []load.Problem) { return check.Mistakes(files, day) },
		Now: time.Now,
		Fallback: func(b *flows.Book) (text []byte, voice [][]byte) {
			said := fallbackFiles(b, "connect.xml", "", time.Now())
			offered := fallbackFiles(b, "connect.xml", anyLine, time.Now())
			return said["text.xml"], [][]byte{said["voice.xml"], offered["voice.xml"]}
		},
		Connect: func(b *flows.Book) []byte {
			return fallbackFiles(b, "connect.xml", anyLine, time.Now())["connect.xml"]
		},
		TextPath: server.TextPath, CallPath: server.CallPath, CallStatusPath: ivr.StatusPath,
		TextStatusPath: server.TextStatusPath,
		Environment:    config.Environment(),
		Paths:          server.Endpoints(), Root: os.DirFS("/"),
		Ready: func(ctx context.Context) (string, error) {
			_, body, err := readReady(ctx, config.ReadyURL(cfg.AdminAddr), server.AsksDoctor)
			return body, err
		},
	}
}
