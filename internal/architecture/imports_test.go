// Package architecture_test holds the map of the packages, as a test: which may import
// which, and what no package may do.
package architecture_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// mayImport says which of our own packages each package may import, and which of the
// libraries outside the standard one. A package that is not here may not exist.
var mayImport = map[string]struct{ own, outside []string }{
	"config": {own: []string{"internal/privacy", "internal/twilio", "internal/webhook"},
		outside: []string{"github.com/caarlos0/env/v11"}},
	"internal/gsm7":      {},
	"internal/normalise": {outside: []string{"golang.org/x/text/unicode/norm"}},
	"internal/hours":     {outside: []string{"github.com/rickar/cal/v2/gb"}},
	"internal/english":   {},
	"internal/spell":     {},
	"internal/area":      {own: []string{"internal/english", "internal/normalise", "internal/spell"}},
	"internal/privacy":   {},
	"flows/book":         {},
	"flows/testbook":     {own: []string{"flows", "flows/book", "flows/load"}},
	"flows/hear": {own: []string{"internal/area", "internal/english", "internal/normalise",
		"internal/spell"}},
	"cmd/signpost/internal/learn": {own: []string{"flows/hear"}},
	"flows": {own: []string{"flows/hear", "internal/area", "internal/gsm7", "internal/hours",
		"internal/normalise", "internal/voice"}},
	"internal/webhook": {own: []string{"internal/privacy", "internal/voice"}},
	"flows/load": {own: []string{"flows", "flows/book", "flows/hear", "internal/area",
		"internal/hours", "internal/normalise", "internal/voice",
		"internal/wav", "internal/webhook"}, outside: []string{"go.yaml.in/yaml/v3",
		"github.com/nyaruka/phonenumbers"}},
	"internal/twilio": {own: []string{"internal/privacy", "internal/voice", "internal/webhook"},
		outside: []string{"github.com/nyaruka/phonenumbers", "github.com/twilio/twilio-go/client",
			"github.com/twilio/twilio-go/rest/api/v2010", "github.com/twilio/twilio-go/rest/messaging/v1",
			"github.com/twilio/twilio-go/rest/voice/v1"}},
	"internal/counters": {own: []string{"internal/hours"}},
	"internal/lines":    {own: []string{"internal/counters", "internal/hours", "internal/store"}},
	"internal/budget":   {},
	"internal/wav":      {},
	"internal/voice":    {},
	"internal/admit": {own: []string{"internal/budget", "internal/gsm7", "internal/privacy",
		"internal/webhook"}},
	"internal/machine": {},
	"internal/swap":    {},
	"internal/version": {},
	"internal/trace": {outside: []string{"go.opentelemetry.io/otel",
		"go.opentelemetry.io/otel/attribute", "go.opentelemetry.io/otel/codes", "go.opentelemetry.io/otel/sdk/resource",
		"go.opentelemetry.io/otel/sdk/trace", "go.opentelemetry.io/otel/trace",
		"go.opentelemetry.io/proto/otlp/common/v1", "go.opentelemetry.io/proto/otlp/resource/v1",
		"go.opentelemetry.io/proto/otlp/trace/v1", "google.golang.org/protobuf/proto"}},
	"cmd/release": {own: []string{"internal/version"}, outside: []string{"go.yaml.in/yaml/v3"}},
	"cmd/signpost/internal/report": {own: []string{"flows", "internal/hours", "internal/counters"},
		outside: []string{"gonum.org/v1/plot", "gonum.org/v1/plot/font", "gonum.org/v1/plot/plotter",
			"gonum.org/v1/plot/vg", "gonum.org/v1/plot/vg/draw", "gonum.org/v1/plot/vg/vgsvg"}},
	"internal/eraser":  {own: []string{"internal/store", "internal/twilio", "internal/webhook"}},
	"internal/inspect": {own: []string{"internal/budget", "internal/swap", "internal/twilio", "internal/webhook"}},
	"internal/store": {own: []string{"internal/hours", "internal/privacy", "internal/webhook"},
		outside: []string{"github.com/redis/go-redis/v9", "github.com/redis/go-redis/v9/maintnotifications",
			"github.com/alicebob/miniredis/v2", "github.com/sony/gobreaker/v2"}},
	"sms": {own: []string{"flows", "internal/admit", "internal/privacy", "internal/store",
		"internal/counters", "internal/webhook"}},
	"ivr": {own: []string{"flows", "internal/admit", "internal/privacy", "internal/counters",
		"internal/webhook"}},
	"internal/handset":           {own: []string{"internal/privacy", "internal/twilio", "internal/webhook"}},
	"internal/testkit":           {own: []string{"internal/twilio"}},
	"cmd/gateway/internal/model": {own: []string{"flows"}},
	"internal/linediff":          {},
	"cmd/signpost/internal/preview": {own: []string{"flows", "flows/book", "flows/changes", "flows/check",
		"cmd/signpost/internal/diagram", "cmd/signpost/internal/edit", "flows/hear", "flows/load",
		"cmd/signpost/internal/signoff", "flows/routes", "internal/gsm7", "internal/handset", "internal/hours",
		"internal/linediff", "internal/wav"}},
	"flows/check": {own: []string{"flows", "flows/hear", "flows/load", "flows/routes",
		"internal/area", "internal/gsm7", "internal/hours", "internal/normalise", "internal/voice", "internal/wav"}},
	"cmd/signpost/internal/diagram": {own: []string{"flows"}},
	"cmd/signpost/internal/edit":    {own: []string{"flows/load", "internal/linediff"}},
	"flows/routes":                  {own: []string{"flows", "flows/hear", "internal/gsm7", "internal/normalise"}},
	"cmd/signpost/internal/scaffold": {own: []string{"flows", "flows/book", "flows/load", "internal/area",
		"internal/gsm7",
		"internal/normalise"}},
	"cmd/signpost/internal/signoff": {own: []string{"flows", "flows/check", "flows/load", "flows/routes",
		"internal/hours"}},
	"flows/saved":                   {own: []string{"flows/load"}},
	"flows/published":               {own: []string{"flows/saved"}},
	"cmd/signpost/internal/follow":  {own: []string{"flows/check", "flows/load", "flows/published", "flows/saved"}},
	"cmd/signpost/internal/merge":   {own: []string{"flows/load"}, outside: []string{"go.yaml.in/yaml/v3"}},
	"cmd/signpost/internal/history": {own: []string{"flows/saved"}},
	"cmd/signpost/internal/staff": {own: []string{"flows/saved", "internal/privacy"},
		outside: []string{"github.com/go-webauthn/webauthn/protocol", "github.com/go-webauthn/webauthn/webauthn"}},
	"cmd/signpost/internal/desk": {own: []string{"cmd/signpost/internal/follow", "cmd/signpost/internal/history",
		"cmd/signpost/internal/merge", "cmd/signpost/internal/preview", "cmd/signpost/internal/staff", "flows",
		"flows/changes", "flows/check", "flows/load", "flows/published", "flows/routes", "flows/saved", "internal/gsm7",
		"internal/hours"}},
	"flows/changes": {own: []string{"flows", "flows/check", "flows/load", "internal/hours",
		"internal/linediff"}},
	"cmd/gateway/server": {own: []string{"config", "internal/hours", "flows", "flows/book", "flows/check",
		"flows/load", "internal/admit", "internal/eraser", "internal/privacy", "internal/budget", "internal/store",
		"internal/counters", "internal/lines", "internal/swap", "internal/trace", "internal/twilio", "internal/version",
		"internal/webhook", "ivr", "sms", "flows/changes", "flows/saved",
		"internal/inspect"}, outside: []string{"github.com/prometheus/client_golang/prometheus",
		"github.com/prometheus/client_golang/prometheus/promhttp"}},
	"cmd/signpost/internal/doctor": {own: []string{"config", "flows", "flows/load", "internal/handset",
		"internal/privacy", "internal/store", "internal/swap", "internal/twilio", "internal/inspect",
		"internal/webhook"}},
	"cmd/bench": {own: []string{"internal/machine", "internal/privacy", "internal/twilio"},
		outside: []string{"github.com/redis/go-redis/v9"}},
	"cmd/gateway": {own: []string{"config", "cmd/gateway/server", "internal/version"},
		outside: []string{"golang.org/x/sys/unix"}},
	"cmd/linecheck": {own: []string{"config", "internal/twilio", "internal/version"}},
	"cmd/signpost": {own: []string{"config", "flows", "flows/book", "flows/changes", "flows/check",
		"cmd/signpost/internal/diagram", "cmd/signpost/internal/edit", "cmd/signpost/internal/scaffold", "flows/hear",
		"cmd/signpost/internal/learn", "flows/load", "cmd/signpost/internal/signoff", "flows/routes", "internal/area",
		"cmd/signpost/internal/doctor", "cmd/gateway/server", "internal/gsm7", "internal/handset", "internal/hours",
		"internal/counters", "cmd/signpost/internal/preview", "cmd/signpost/internal/desk",
		"cmd/signpost/internal/follow", "cmd/signpost/internal/staff", "flows/published", "internal/privacy",
		"cmd/signpost/internal/report", "internal/lines", "internal/store", "internal/twilio", "internal/version",
		"ivr", "sms", "flows/saved", "internal/webhook"}},
}

// barred imports, with the reason.
var barred = []struct {
	names   []string
	imports []string
	why     string
}{
	{[]string{"flows", "flows/hear", "internal/normalise", "internal/hours", "internal/english", "internal/spell",
		"internal/area", "internal/gsm7", "internal/voice", "internal/wav"}, []string{"os", "net", "net/http", "log",
		"log/slog", "math/rand", "math/rand/v2", "crypto/rand", "os/exec"},
		"pure packages: state and input in, state and reply out"},
	{[]string{"internal/privacy"}, []string{"log", "os"}, "what hides things does not write them down"},
}

// pure packages may not ask the time either.
var pure = []string{"flows", "flows/hear", "internal/normalise", "internal/hours", "internal/english", "internal/spell",
	"internal/area", "internal/gsm7", "internal/voice", "internal/wav", "flows/load", "flows/changes", "flows/check",
	"cmd/signpost/internal/diagram", "cmd/signpost/internal/edit", "cmd/signpost/internal/signoff", "flows/routes"}

type pkg struct {
	ImportPath, Dir, Doc string
	Imports, GoFiles     []string
	Deps                 []string
}

func packages(t *testing.T) map[string]pkg {
	t.Helper()
	all, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// listed asks go once.
var listed = sync.OnceValues(func() (map[string]pkg, error) {
	out, err := exec.Command("go", "list", "-json", "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	all := map[string]pkg{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		if len(p.GoFiles) > 0 {
			all[strings.TrimPrefix(p.ImportPath, "signpost/")] = p
		}
	}
})

func TestRooms(t *testing.T) {
	all := packages(t)
	if len(all) < 15 {
		t.Fatalf("only %d packages were found", len(all))
	}
	for name, p := range all {
		may, ok := mayImport[name]
		if !ok {
			t.Errorf("%s is not on the map", name)
			continue
		}
		if p.Doc == "" {
			t.Errorf("%s has no package comment", name)
		}
		for _, imp := range p.Imports {
			own, ours := strings.CutPrefix(imp, "signpost/")
			switch {
			case ours && !slices.Contains(may.own, own):
				t.Errorf("%s imports %s, which the map does not allow", name, own)
			case !ours && strings.Contains(strings.Split(imp, "/")[0], ".") && !slices.Contains(may.outside, imp):
				t.Errorf("%s imports the library %s, which the map does not allow", name, imp)
			}
		}
		for _, b := range barred {
			if slices.Contains(b.names, name) {
				for _, imp := range b.imports {
					if slices.Contains(p.Imports, imp) {
						t.Errorf("%s imports %s: %s", name, imp, b.why)
					}
				}
			}
		}
		checkSource(t, name, p)
	}
	for _, tool := range []string{"internal/handset", "internal/testkit", "cmd/gateway/internal/model",
		"cmd/signpost/internal/report", "cmd/signpost/internal/preview"} {
		if slices.Contains(all["cmd/gateway"].Deps, "signpost/"+tool) {
			t.Errorf("the gateway links %s", tool)
		}
	}
}

// floor is the layer of a package: cmd above the channels, these above the engine and the
// configuration, and everything in internal below.
func floor(name string) int {
	top, _, _ := strings.Cut(name, "/")
	return map[string]int{"cmd": 4, "ivr": 3, "sms": 3, "flows": 2, "config": 2, "internal": 1}[top]
}

// No package imports one of a higher floor, or of another folder on its own floor.
func TestNoArrowPointsUp(t *testing.T) {
	arrows := 0
	for name, p := range packages(t) {
		if floor(name) == 0 {
			t.Errorf("%s is in no known folder", name)
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, "signpost/")
			if !ours {
				continue
			}
			from, _, _ := strings.Cut(name, "/")
			if same := strings.HasPrefix(to, from+"/") || to == from; !same {
				arrows++
				if floor(to) >= floor(name) {
					t.Errorf("%s imports %s, which is not below it", name, to)
				}
			}
		}
	}
	if arrows < 20 {
		t.Errorf("only %d imports between the folders were found", arrows)
	}
}

// checkSource reads the files of a package for what imports cannot show.
func checkSource(t *testing.T, name string, p pkg) {
	t.Helper()
	for _, file := range p.GoFiles {
		path := filepath.Join(p.Dir, file)
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s/%s has an init function", name, file)
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				call := x.Name + "." + n.Sel.Name
				switch {
				case (call == "os.Getenv" || call == "os.LookupEnv" || call == "os.Environ") && name != "config":
					t.Errorf("%s/%s reads the environment: only config may", name, file)
				case call == "os.Exit" && !strings.HasPrefix(name, "cmd/"):
					t.Errorf("%s/%s ends the program: only cmd may", name, file)
				case (call == "time.Now" || call == "time.Since") && slices.Contains(pure, name):
					t.Errorf("%s/%s asks the time: it is given it", name, file)
				case slices.Contains([]string{"slog.Info", "slog.Warn", "slog.Error", "slog.Debug", "slog.Default",
					"log.Print", "log.Printf", "log.Println", "log.Fatal"}, call):
					t.Errorf("%s/%s uses the global log", name, file)
				}
			}
			return true
		})
	}
}
