package architecture_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Only internal/twilio knows the provider's field names, id patterns and headers. Packages
// that play the provider in tests and measurements know them, too.
var playsProvider = []string{"internal/twilio", "internal/handset", "internal/testkit", "cmd/bench"}

// boundary finds what belongs to the provider in the source of another package.
type boundary struct {
	words    []string       // short field names, which are English words: barred as string literals
	names    *regexp.Regexp // other field names: barred anywhere
	patterns *regexp.Regexp // patterns of ids, and headers: barred anywhere
}

// newBoundary takes the field names from the sources of internal/twilio: constants called
// field..., and the fields that the REST client may set.
func newBoundary() (b boundary, err error) {
	var all []string
	for _, file := range []string{"internal/twilio/fields.go", "internal/twilio/lines.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return b, err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || !strings.HasPrefix(v.Names[0].Name, "field") && v.Names[0].Name != "settable" {
				return true
			}
			ast.Inspect(v, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					name, _ := strconv.Unquote(lit.Value)
					all = append(all, name)
				}
				return true
			})
			return false
		})
	}
	var names []string
	for _, name := range all {
		if strings.Trim(name[1:], "abcdefghijklmnopqrstuvwxyz") == "" {
			b.words = append(b.words, name)
		} else {
			names = append(names, name)
		}
	}
	if len(b.words) < 4 || len(names) < 20 {
		return b, fmt.Errorf("only %q and %q were found", b.words, names)
	}
	// Fields of the webhooks that we do not read are barred, too.
	names = append(names, "SmsSid", "SmsMessageSid", "MessagingServiceSid", "SmsStatus", "NumMedia",
		"ParentCallSid", "RecordingUrl", "SpeechResult", "ForwardedFrom", "ProfileName")
	b.names = regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
	b.patterns = regexp.MustCompile(`(?i)\b[XI]-Twilio-|\[[^\]\s]*a-f[^\]\s]*\]\{32\}`)
	return b, nil
}

var idKinds = []string{"AC", "SM", "MM", "CA", "PN", "SC", "MG", "RE"}

func (b boundary) find(name string, src []byte) (found []string, err error) {
	for _, m := range append(b.names.FindAllString(string(src), -1), b.patterns.FindAllString(string(src), -1)...) {
		found = append(found, fmt.Sprintf("%s knows %s", name, m))
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
	if err != nil {
		return nil, err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if v, err := strconv.Unquote(lit.Value); err == nil &&
				(slices.Contains(b.words, v) || slices.Contains(idKinds, v)) {
				found = append(found, fmt.Sprintf("%s knows %q", name, v))
			}
		}
		return true
	})
	return found, nil
}

func TestOnlyTwilioKnowsTheProvider(t *testing.T) {
	b, err := newBoundary()
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for name, p := range packages(t) {
		if slices.Contains(playsProvider, name) {
			continue
		}
		for _, file := range p.GoFiles {
			files++
			src, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			found, err := b.find(name+"/"+file, src)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Error(f + ": only internal/twilio may")
			}
		}
	}
	if files < 50 {
		t.Errorf("only %d files were read", files)
	}
}

// What the test above is for, it finds.
func TestBoundaryIsFound(t *testing.T) {
	b, err := newBoundary()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		`package x; var v = f.Get("MessageSid")`, `package x; const c = "DialCallStatus"`,
		`package x; var v = f["From"]`, `package x; var v = f.Get("Digits")`,
		"package x; // OptOutType is set", "package x; var r = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)",
		"package x; const p = `CA[0-9a-f]{32}`",
		`package x; const h = "X-Twilio-Signature"`, `package x; const h = "i-twilio-idempotency-token"`,
		`package x; var ok = strings.HasPrefix(id, "SM")`,
		`package x; const f = "StatusCallback"`, `package x; const f = "SpeechResult"`,
	} {
		if found, err := b.find("bad.go", []byte(bad)); err != nil || len(found) == 0 {
			t.Errorf("not found in %s (%v)", bad, err)
		}
	}
	const good = `package x; type T struct{ From, Body string }; ` +
		`const what = "From Carlisle to Kendal"; var hash = "[0-9a-f]{16}"`
	if found, err := b.find("good.go", []byte(good)); err != nil || len(found) > 0 {
		t.Errorf("found %q, %v", found, err)
	}
}
