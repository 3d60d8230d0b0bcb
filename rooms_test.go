// Package signpost_test holds the map of the house, as a test: which room may
// know which, and what is barred where.
package signpost_test

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

// rooms says which of our own packages each room may import, and which of the
// libraries outside the standard one. A room that is not here may not exist.
var rooms = map[string]struct{ own, outside []string }{
	"config":           {own: []string{"internal/privacy", "internal/twilio"}, outside: []string{"github.com/caarlos0/env/v11"}},
	"internal/gsm7":    {},
	"internal/plain":   {outside: []string{"golang.org/x/text/unicode/norm"}},
	"internal/hours":   {outside: []string{"github.com/rickar/cal/v2/gb"}},
	"internal/english": {},
	"internal/spell":   {},
	"internal/area":    {own: []string{"internal/english", "internal/plain", "internal/spell"}},
	"internal/privacy": {},
	"flows/book":       {},
	"flows/hear":       {own: []string{"internal/area", "internal/english", "internal/plain", "internal/spell"}},
	"flows/hear/learn": {own: []string{"flows/hear"}},
	"flows":            {own: []string{"flows/hear", "internal/area", "internal/hours", "internal/plain"}},
	"internal/webhook": {own: []string{"internal/privacy"}},
	"flows/load":       {own: []string{"flows", "flows/book", "flows/hear", "internal/area", "internal/hours", "internal/plain"}, outside: []string{"go.yaml.in/yaml/v3", "github.com/nyaruka/phonenumbers"}},
	"internal/twilio":  {own: []string{"internal/privacy", "internal/webhook"}, outside: []string{"github.com/nyaruka/phonenumbers", "github.com/twilio/twilio-go/client", "github.com/twilio/twilio-go/rest/api/v2010", "github.com/twilio/twilio-go/rest/messaging/v1", "github.com/twilio/twilio-go/rest/voice/v1"}},
	"internal/tally":   {own: []string{"internal/hours"}},
	"internal/spend":   {},
	"internal/machine": {},
	"internal/version": {},
	"internal/trace":   {outside: []string{"go.opentelemetry.io/otel", "go.opentelemetry.io/otel/attribute", "go.opentelemetry.io/otel/codes", "go.opentelemetry.io/otel/sdk/resource", "go.opentelemetry.io/otel/sdk/trace", "go.opentelemetry.io/otel/trace", "go.opentelemetry.io/proto/otlp/common/v1", "go.opentelemetry.io/proto/otlp/resource/v1", "go.opentelemetry.io/proto/otlp/trace/v1", "google.golang.org/protobuf/proto"}},
	"cmd/release":      {},
	"internal/report":  {own: []string{"flows", "internal/hours", "internal/tally"}, outside: []string{"gonum.org/v1/plot", "gonum.org/v1/plot/font", "gonum.org/v1/plot/plotter", "gonum.org/v1/plot/vg", "gonum.org/v1/plot/vg/draw", "gonum.org/v1/plot/vg/vgsvg"}},
	"internal/eraser":  {own: []string{"internal/store", "internal/twilio"}},
	"internal/store":   {own: []string{"internal/hours", "internal/privacy"}, outside: []string{"github.com/redis/go-redis/v9", "github.com/redis/go-redis/v9/maintnotifications", "github.com/go-redis/redis_rate/v10", "github.com/alicebob/miniredis/v2", "github.com/sony/gobreaker/v2"}},
	"sms":              {own: []string{"flows", "internal/gsm7", "internal/privacy", "internal/spend", "internal/store", "internal/tally", "internal/webhook"}},
	"ivr":              {own: []string{"flows", "internal/privacy", "internal/spend", "internal/tally", "internal/webhook"}},
	"internal/handset": {own: []string{"internal/privacy", "internal/twilio", "internal/webhook"}},
	"internal/testkit": {own: []string{"flows", "internal/twilio"}},
	"internal/preview": {own: []string{"flows", "flows/book", "flows/changes", "flows/check", "flows/draw", "flows/edit", "flows/hear", "flows/load", "flows/proof", "flows/routes", "internal/gsm7", "internal/handset", "internal/hours"}},
	"flows/check":      {own: []string{"flows", "flows/hear", "flows/load", "flows/routes", "internal/area", "internal/gsm7", "internal/hours", "internal/plain"}},
	"flows/draw":       {own: []string{"flows"}},
	"flows/edit":       {own: []string{"flows/load"}},
	"flows/routes":     {own: []string{"flows", "flows/hear", "internal/gsm7", "internal/plain"}},
	"flows/fresh":      {own: []string{"flows/book", "flows/load", "internal/area", "internal/gsm7", "internal/plain"}},
	"flows/proof":      {own: []string{"flows", "flows/check", "flows/load", "flows/routes", "internal/hours"}},
	"flows/changes":    {own: []string{"flows", "flows/check", "internal/hours"}},
	"internal/gateway": {own: []string{"config", "flows", "flows/book", "flows/check", "flows/load", "internal/eraser", "internal/privacy", "internal/spend", "internal/store", "internal/tally", "internal/trace", "internal/twilio", "internal/version", "internal/webhook", "ivr", "sms"}, outside: []string{"github.com/prometheus/client_golang/prometheus", "github.com/prometheus/client_golang/prometheus/collectors", "github.com/prometheus/client_golang/prometheus/promhttp"}},
	"internal/doctor":  {own: []string{"config", "flows", "flows/check", "flows/load", "internal/handset", "internal/privacy", "internal/store", "internal/twilio"}},
	"cmd/bench":        {own: []string{"internal/machine", "internal/privacy", "internal/twilio"}, outside: []string{"github.com/redis/go-redis/v9"}},
	"cmd/gateway":      {own: []string{"config", "internal/gateway", "internal/version"}, outside: []string{"golang.org/x/sys/unix"}},
	"cmd/linecheck":    {own: []string{"config", "internal/twilio", "internal/version"}},
	"cmd/signpost":     {own: []string{"config", "flows", "flows/book", "flows/changes", "flows/check", "flows/draw", "flows/edit", "flows/fresh", "flows/hear", "flows/hear/learn", "flows/load", "flows/proof", "flows/routes", "internal/area", "internal/doctor", "internal/gateway", "internal/gsm7", "internal/handset", "internal/hours", "internal/preview", "internal/privacy", "internal/report", "internal/store", "internal/twilio", "internal/version", "ivr", "sms"}},
}

// barred imports, with the reason.
var barred = []struct {
	rooms   []string
	imports []string
	why     string
}{
	{[]string{"flows", "flows/hear", "internal/plain", "internal/hours", "internal/english", "internal/spell", "internal/area", "internal/gsm7"}, []string{"os", "net", "net/http", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "os/exec"},
		"pure rooms: state and input in, state and reply out"},
	{[]string{"internal/privacy"}, []string{"log", "os"}, "what hides things does not write them down"},
}

// pure rooms may not ask the time either.
var pure = []string{"flows", "flows/hear", "internal/plain", "internal/hours", "internal/english", "internal/spell", "internal/area", "internal/gsm7", "flows/load", "flows/changes", "flows/check", "flows/draw", "flows/edit", "flows/proof", "flows/routes"}

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
		room, ok := rooms[name]
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
			case ours && !slices.Contains(room.own, own):
				t.Errorf("%s imports %s, which the map does not allow", name, own)
			case !ours && strings.Contains(strings.Split(imp, "/")[0], ".") && !slices.Contains(room.outside, imp):
				t.Errorf("%s imports the library %s, which the map does not allow", name, imp)
			}
		}
		for _, b := range barred {
			if slices.Contains(b.rooms, name) {
				for _, imp := range b.imports {
					if slices.Contains(p.Imports, imp) {
						t.Errorf("%s imports %s: %s", name, imp, b.why)
					}
				}
			}
		}
		checkSource(t, name, p)
	}
	for _, tool := range []string{"internal/handset", "internal/testkit", "internal/report", "internal/preview"} {
		if slices.Contains(all["cmd/gateway"].Deps, "signpost/"+tool) {
			t.Errorf("the gateway links %s", tool)
		}
	}
}

// checkSource reads the files of a room for what imports cannot show.
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
				case slices.Contains([]string{"slog.Info", "slog.Warn", "slog.Error", "slog.Debug", "slog.Default", "log.Print", "log.Printf", "log.Println", "log.Fatal"}, call):
					t.Errorf("%s/%s uses the global log", name, file)
				}
			}
			return true
		})
	}
}
