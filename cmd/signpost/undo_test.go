package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/internal/testkit"
)

// Every change can be undone, one after another, however often provision ran; a run that
// changes something never overwrites how it was before.
func TestUndoStepsBackThroughAll(t *testing.T) {
	double := testkit.NewProvider(t, testAccount, testToken)
	operator(t, double, "redis://127.0.0.1:1")
	t.Chdir(t.TempDir())
	const number, trunk = "+441632960000", "TK11111111111111111111111111111111"
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("1", 32), "phone_number": number,
		"sms_url": "https://first.example.org/sms", "sms_method": "POST",
		"voice_url": "https://first.example.org/v", "voice_method": "POST", "trunk_sid": trunk,
		"sms_application_sid": "AP" + strings.Repeat("1", 32)})
	run := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := inTerminal(append([]string{"provision"}, args...)...)
		if code != want {
			t.Fatalf("%q: %d, %s%s", args, code, out, errs)
		}
		return out + errs
	}
	is := func() string {
		l := double.Lines()[0]
		return l["sms_url"].(string) + " " + l["trunk_sid"].(string)
	}
	if out := run(exitOK, number); !strings.Contains(out, "the provider asks first: nothing") ||
		!strings.Contains(out, "a SIP trunk "+trunk) {
		t.Errorf("it does not say that the trunk goes:\n%s", out)
	}
	run(exitOK, "-yes", number)
	if got := is(); got != "https://sms.example.org/sms " || double.Lines()[0]["sms_application_sid"] != "" {
		t.Fatalf("it points at %q", got)
	}
	run(exitOK, "-yes", number) // nothing to change, and nothing to undo
	t.Setenv("PUBLIC_URL", "https://second.example.org")
	run(exitOK, "-yes", number)
	t.Setenv("PUBLIC_URL", "https://third.example.org")
	run(exitOK, "-yes", number)
	if out := run(exitOK, "-undo", "list"); strings.Count(out, "-undo provision-") != 3 ||
		strings.Index(out, "second.example.org") > strings.Index(out, "first.example.org") {
		t.Errorf("the list says\n%s", out)
	}
	for _, want := range []string{"https://second.example.org/sms ", "https://sms.example.org/sms ",
		"https://first.example.org/sms " + trunk} {
		run(exitOK, "-yes", "-undo", number)
		if got := is(); got != want {
			t.Errorf("it points at %q, want %q", got, want)
		}
	}
	if out := run(exitProblems, "-yes", "-undo", number); !strings.Contains(out, "no such file") {
		t.Errorf("with nothing left it says %s", out)
	}
	if out := run(exitOK, "-undo", "list"); !strings.Contains(out, "nothing to undo") {
		t.Errorf("with nothing left the list says %s", out)
	}
	kept, err := filepath.Glob("provision-*.undone")
	if err != nil || len(kept) != 3 {
		t.Errorf("%q are kept, %v", kept, err)
	}
	if err := os.WriteFile("provision-x.json", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(exitProblems, "-undo", "provision-x.json"); !strings.Contains(out,
		"not a file that provision wrote") {
		t.Errorf("of another file it says %s", out)
	}
}
