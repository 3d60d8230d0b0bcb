package signpost_test

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

// Signpost answers. It never writes or rings first, and nothing in it could.
// This file is the proof: over the source, over the program that is built from
// it, and (in internal/provider and internal/eraser) over every request that
// leaves.

// mayCallOut are the rooms that may make a request of their own, and why.
var mayCallOut = map[string]string{
	"internal/provider": "erases the provider's copies; each request is held against a list",
	"internal/trace":    "tells the operator's own collector where the time goes; what it sends is made of a list of names",
	"internal/handset":  "a phone in software, for tools and tests: it signs webhooks to our own server",
}

// starts matches names of the provider's library that start a message, a call,
// or anything that could (a conference, a verification, a flow, a redirect of a
// live call).
var starts = regexp.MustCompile(`^(Create|Update)(Message|Call|Participant|Conference|Verification|Challenge|Execution|Engagement|Notification|Interaction|Conversation|Session|Siprec|Stream|Fax|Broadcast|UserDefinedMessage|Payments)`)

// allowedStart are the exceptions.
var allowedStart = map[string]string{
	"internal/provider UpdateMessageParams": "of the same",
	"internal/provider UpdateMessage":       "empties a message's words; the list of requests lets only Body= with nothing in it through",
}

// harmless are the parts of the provider's library that are used: the first with what
// starts barred by name, the others (settings of messaging services, which
// countries may be rung) have nothing that does.
var harmless = []string{"github.com/twilio/twilio-go/rest/api/v2010", "github.com/twilio/twilio-go/rest/messaging/v1", "github.com/twilio/twilio-go/rest/voice/v1"}

// callsOut are ways to make a request.
var callsOut = []string{"http.Get", "http.Post", "http.PostForm", "http.Head", "http.NewRequest", "http.NewRequestWithContext", "http.Client", "http.DefaultClient", "http.Transport", "http.DefaultTransport"}

// startsConversation finds what could start a conversation in one file of a
// room. It needs nothing but the standard library.
func startsConversation(room, name string, src any) ([]string, error) {
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
		if strings.HasPrefix(path, "github.com/twilio/twilio-go") && path != "github.com/twilio/twilio-go/client" && room != "internal/provider" {
			say(i, "only internal/provider may know the provider's API, not %s", room)
		}
		if strings.HasPrefix(path, "github.com/twilio/twilio-go/rest/") && !slices.Contains(harmless, path) || path == "github.com/twilio/twilio-go" {
			say(i, "%s can start conversations", path)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if _, ok := allowedStart[room+" "+n.Sel.Name]; starts.MatchString(n.Sel.Name) && !ok {
				say(n, "%s starts a conversation", n.Sel.Name)
			}
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains(callsOut, x.Name+"."+n.Sel.Name) && mayCallOut[room] == "" {
				say(n, "%s.%s makes a request: only %q may", x.Name, n.Sel.Name, slices.Sorted(maps.Keys(mayCallOut)))
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && strings.Contains(n.Value, "twilio.com") && room != "internal/provider" && room != "internal/testkit" {
				say(n, "the provider's address stands outside internal/provider")
			}
		}
		return true
	})
	return found, nil
}

func TestNothingStartsAConversation(t *testing.T) {
	files := 0
	for room, p := range packages(t) {
		for _, file := range p.GoFiles {
			files++
			found, err := startsConversation(room, filepath.Join(p.Dir, file), nil)
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
	for _, bad := range []struct{ room, src string }{
		{"sms", `package sms; import api "github.com/twilio/twilio-go/rest/api/v2010"; var _ = api.NewApiService`},
		{"internal/provider", `package provider; func f() { c.api.CreateMessage(p) }`},
		{"internal/provider", `package provider; func f() { send := s.CreateCall; send(p) }`},
		{"internal/provider", `package provider; func f() { s.UpdateCall(sid, p) }`},
		{"internal/provider", `package provider; import "github.com/twilio/twilio-go"`},
		{"internal/provider", `package provider; import studio "github.com/twilio/twilio-go/rest/studio/v2"`},
		{"sms", `package sms; import "net/http"; func f() { http.PostForm("https://example.org", nil) }`},
		{"ivr", `package ivr; import "net/http"; var c = http.Client{}`},
		{"internal/gateway", `package gateway; func f() { s.UpdateMessage(sid, p) }`},
		{"internal/tally", `package tally; const u = "https://api.twilio.com/2010-04-01"`},
	} {
		if found, err := startsConversation(bad.room, "bad.go", bad.src); err != nil || len(found) == 0 {
			t.Errorf("not found in %s: %s (%v)", bad.room, bad.src, err)
		}
	}
	if found, err := startsConversation("sms", "good.go", `package sms; import "net/http"; var _ http.Handler`); err != nil || len(found) > 0 {
		t.Errorf("found %q, %v", found, err)
	}
}

// The built program does not hold the code that would create a message or a
// call: the linker has left it out, since nothing can reach it.
func TestNoStartIsLinked(t *testing.T) {
	program := filepath.Join(t.TempDir(), "gateway")
	build := exec.Command("go", "build", "-o", program, "./cmd/gateway")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOEXPERIMENT=runtimesecret")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	out, err := exec.Command("go", "tool", "nm", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	const api = "github.com/twilio/twilio-go/rest/api/v2010.(*ApiService)."
	var linked []string
	for symbol := range strings.FieldsSeq(string(out)) {
		if method, ok := strings.CutPrefix(symbol, api); ok && !strings.Contains(method, ".") {
			linked = append(linked, method)
		}
	}
	slices.Sort(linked)
	t.Logf("linked of the provider's API: %q", linked)
	if !slices.Contains(linked, "DeleteMessage") {
		t.Fatalf("the program was not read: %q", linked)
	}
	for _, m := range linked {
		if starts.MatchString(m) && m != "UpdateMessage" {
			t.Errorf("%s is linked", m)
		}
	}
}
