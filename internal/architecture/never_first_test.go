package architecture_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Signpost answers. It never writes to anybody or rings anybody first, and nothing in
// it could. This file is the proof: over the source, over the programs that are built
// from it, and (in internal/twilio, internal/eraser and cmd/linecheck) over every
// request that leaves.
//
// One program begins a text and a call: linecheck, from one number of the operator's
// own to another, to see whether our line answers. It is a program by itself.

// mayCallOut are the packages and files that may make a request of their own, and why.
var mayCallOut = map[string]string{
	"cmd/signpost/start.go": "asks whether a preview runs on this machine",
	"cmd/signpost/watch.go": "tells the operator, at addresses that the operator set, and no caller",
	"cmd/signpost/internal/follow": "asks the desk for the published book, and this machine's gateway for its own; " +
		"it tells the desk, and no caller",
	"internal/inspect/machine.go": "asks the paths of the webhooks at our own PUBLIC_URL, with nothing in it",
	"internal/twilio":             "erases the provider's copies; each request is held against a list",
	"internal/trace": "tells the operator's own collector where the time goes; what it sends is made " +
		"of a list of names",
	"internal/handset": "a phone in software, for tools and tests: it signs webhooks to our own server",
}

// starts matches names of the provider's library that start a message, a call,
// or anything that could (a conference, a verification, a flow, a redirect of a
// live call).
var starts = regexp.MustCompile(`^(Create|Update)(` +
	`Message|Call|Participant|Conference|Verification|Challenge|Execution|Engagement|Notification|Interaction|` +
	`Conversation|Session|Siprec|Stream|Fax|Broadcast|UserDefinedMessage|Payments)`)

// allowedStart are the exceptions, by file.
var allowedStart = map[string]string{
	"internal/twilio/client.go UpdateMessageParams": "of the same",
	"internal/twilio/client.go UpdateMessage": "empties a message's words; the list of requests lets only " +
		"Body= with nothing in it through",
	"internal/twilio/ownline.go CreateMessageParams": "of the next",
	"internal/twilio/ownline.go CreateMessage": "texts our own line from our own number; the list of requests " +
		"lets only that form through, and only linecheck has it built in",
	"internal/twilio/ownline.go CreateCallParams": "of the next",
	"internal/twilio/ownline.go CreateCall":       "rings our own line from our own number, likewise",
}

// ownLine is what those are reached by, and only cmd/linecheck may.
const ownLine = "NewOwnLine"

// harmless are the parts of the provider's library that are used: the first with what
// starts barred by name, the others (settings of messaging services, which
// countries may be rung) have nothing that does.
var harmless = []string{"github.com/twilio/twilio-go/rest/api/v2010", "github.com/twilio/twilio-go/rest/messaging/v1",
	"github.com/twilio/twilio-go/rest/voice/v1"}

// callsOut are ways to make a request.
var callsOut = []string{"http.Get", "http.Post", "http.PostForm", "http.Head", "http.NewRequest",
	"http.NewRequestWithContext", "http.Client", "http.DefaultClient", "http.Transport", "http.DefaultTransport"}

// startsConversation finds what could start a conversation in one file of a
// package. It needs nothing but the standard library.
func startsConversation(pkg, name string, src any) ([]string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, 0)
	if err != nil {
		return nil, err
	}
	var found []string
	say := func(n ast.Node, what string, a ...any) {
		found = append(found, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), fmt.Sprintf(what, a...)))
	}
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		if strings.HasPrefix(path, "github.com/twilio/twilio-go") && path != "github.com/twilio/twilio-go/client" &&
			pkg != "internal/twilio" {
			say(i, "only internal/twilio may know the provider's API, not %s", pkg)
		}
		if strings.HasPrefix(path, "github.com/twilio/twilio-go/rest/") && !slices.Contains(harmless, path) ||
			path == "github.com/twilio/twilio-go" {
			say(i, "%s can start conversations", path)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if _, ok := allowedStart[pkg+"/"+filepath.Base(name)+" "+n.Sel.Name]; starts.MatchString(n.Sel.Name) &&
				!ok {
				say(n, "%s starts a conversation", n.Sel.Name)
			}
			if n.Sel.Name == ownLine && pkg != "cmd/linecheck" {
				say(n, "only cmd/linecheck may text and ring our own line, not %s", pkg)
			}
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains(callsOut, x.Name+"."+n.Sel.Name) &&
				mayCallOut[pkg] == "" && mayCallOut[pkg+"/"+filepath.Base(name)] == "" {
				say(n, "%s.%s makes a request: only %q may", x.Name, n.Sel.Name, slices.Sorted(maps.Keys(mayCallOut)))
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && strings.Contains(n.Value, "twilio.com") && pkg != "internal/twilio" &&
				pkg != "internal/testkit" {
				say(n, "the provider's address is outside internal/twilio")
			}
		}
		return true
	})
	return found, nil
}

func TestNothingStartsAConversation(t *testing.T) {
	files := 0
	for pkg, p := range packages(t) {
		for _, file := range p.GoFiles {
			files++
			found, err := startsConversation(pkg, filepath.Join(p.Dir, file), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Error(f)
			}
		}
	}
	if files < 50 {
		t.Errorf("only %d files were read", files)
	}
}

// What the lint is for, it finds.
func TestLintFindsStarts(t *testing.T) {
	for _, bad := range []struct{ pkg, src string }{
		{"sms", `package sms; import api "github.com/twilio/twilio-go/rest/api/v2010"; var _ = api.NewApiService`},
		{"internal/twilio", `package twilio; func f() { c.api.CreateMessage(p) }`},
		{"internal/twilio", `package twilio; func f() { send := s.CreateCall; send(p) }`},
		{"internal/twilio", `package twilio; func f() { s.UpdateCall(sid, p) }`},
		{"internal/twilio", `package twilio; import "github.com/twilio/twilio-go"`},
		{"internal/twilio", `package twilio; import studio "github.com/twilio/twilio-go/rest/studio/v2"`},
		{"sms", `package sms; import "net/http"; func f() { http.PostForm("https://example.org", nil) }`},
		{"ivr", `package ivr; import "net/http"; var c = http.Client{}`},
		{"cmd/gateway/server", `package gateway; func f() { s.UpdateMessage(sid, p) }`},
		{"cmd/signpost", `package main; func f() { twilio.NewOwnLine() }`},
		{"cmd/linecheck", `package main; func f() { s.CreateMessage(p) }`},
		{"internal/counters", `package tally; const u = "https://api.twilio.com/2010-04-01"`},
	} {
		if found, err := startsConversation(bad.pkg, "bad.go", bad.src); err != nil || len(found) == 0 {
			t.Errorf("not found in %s: %s (%v)", bad.pkg, bad.src, err)
		}
	}
	if found, err := startsConversation("sms", "good.go",
		`package sms; import "net/http"; var _ http.Handler`); err != nil || len(found) > 0 {
		t.Errorf("found %q, %v", found, err)
	}
}

// asBuilt builds programs as make build does, so that nothing is compiled twice.
var asBuilt = []string{"CGO_ENABLED=0", "GOEXPERIMENT=runtimesecret"}

// The built programs do not hold the code that would create a message or a call: the
// linker has left it out, since nothing can reach it. Of the one that checks the line
// it is seen that this would be noticed.
func TestNoStartIsLinked(t *testing.T) {
	for program, may := range map[string][]string{"gateway": {"UpdateMessage"}, "signpost": {"UpdateMessage"},
		"linecheck": {"CreateCall", "CreateMessage"}} {
		file := filepath.Join(t.TempDir(), program)
		build := exec.Command("go", "build", "-trimpath", "-o", file, "./cmd/"+program)
		build.Env = append(os.Environ(), asBuilt...)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build: %v\n%s", err, out)
		}
		out, err := exec.Command("go", "tool", "nm", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		const api = "github.com/twilio/twilio-go/rest/api/v2010.(*ApiService)."
		var linked, starting []string
		for symbol := range strings.FieldsSeq(string(out)) {
			if method, ok := strings.CutPrefix(symbol, api); ok && !strings.Contains(method, ".") {
				linked = append(linked, method)
				if starts.MatchString(method) {
					starting = append(starting, method)
				}
			}
		}
		slices.Sort(starting)
		t.Logf("linked of the provider's API into %s: %q", program, linked)
		if !slices.Contains(linked, "DeleteMessage") && !slices.Contains(linked, "ListMessage") &&
			!slices.Contains(linked, "ListIncomingPhoneNumber") {
			t.Fatalf("%s was not read: %q", program, linked)
		}
		if slices.ContainsFunc(starting, func(m string) bool { return !slices.Contains(may, m) }) {
			t.Errorf("%q are linked into %s, of which only %q may be", starting, program, may)
		}
		if program == "linecheck" && len(starting) != len(may) {
			t.Errorf("what starts was not found in %s: %q", program, starting)
		}
	}
}
