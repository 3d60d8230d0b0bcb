//go:build contract

package main

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

var (
	prism       = flag.String("prism", "", "the `program` prism")
	description = flag.String("description", "", "the provider's API as it describes it, an OpenAPI `file`")
)

// said is what prism says, as it comes.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// What we ask of the provider, and what the double of it answers, is as the provider
// describes its API: each request and answer goes through a proxy that holds it against
// the description.
func TestProvidersDescription(t *testing.T) {
	double := testkit.NewProvider(t, testAccount, testToken)
	double.SetBalance("25.00")
	double.MayRing(true, "GB")
	// Everything points somewhere: that an empty address takes one away is not in the
	// description, which knows addresses only.
	const before = "https://old.example.org/before"
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("1", 32), "phone_number": "+441632960000",
		"friendly_name": "main", "sms_url": before, "sms_method": "GET", "sms_fallback_url": before,
		"sms_fallback_method": "GET",
		"voice_url":           before, "voice_method": "GET", "voice_fallback_url": before,
		"voice_fallback_method": "GET",
		"status_callback":       before, "status_callback_method": "GET"})
	double.Line(map[string]any{"sid": "SC" + strings.Repeat("2", 32), "short_code": "60777", "sms_url": before,
		"sms_method": "GET", "sms_fallback_url": before, "sms_fallback_method": "GET"})
	double.Line(map[string]any{"sid": "MG" + strings.Repeat("3", 32), "friendly_name": "Local info",
		"inbound_request_url": before, "inbound_method": "GET", "fallback_url": before, "fallback_method": "GET",
		"validity_period": 14400, "sticky_sender": true})
	addr := testkit.FreeAddr(t)
	_, port, _ := strings.Cut(addr, ":")
	says := &said{}
	cmd := exec.Command(*prism, "proxy", *description, double.URL, "-p", port, "-h", "127.0.0.1", "--errors")
	cmd.Stdout, cmd.Stderr = says, says
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for end := time.Now().Add(time.Minute); ; testkit.Pause() {
		resp, err := http.Get("http://" + addr)
		if err == nil {
			resp.Body.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatalf("prism does not start: %s", says)
		}
	}
	operator(t, double, "redis://127.0.0.1:1")
	t.Setenv("TWILIO_API_URL", "http://"+addr)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	const elsewhere = "https://handler.example.com/twiml/1"
	args := []string{"-text-fallback", elsewhere, "-voice-fallback", elsewhere, "+441632960000", "60777", "Local info"}
	for _, c := range [][]string{append([]string{"provision"}, args...), append([]string{"provision", "-yes"}, args...),
		{"provision", "-yes", "-undo", "+441632960000"}} {
		if code, out, errs := inTerminal(c...); code != exitOK || errs != "" {
			t.Errorf("%q: %d\n%s%s", c, code, out, errs)
		}
	}
	_, out, _ := inTerminal("doctor")
	if !strings.Contains(out, "25.00") || !strings.Contains(out, "may be rung, and nobody else") {
		t.Errorf("the doctor did not see the account:\n%s", out)
	}
	records, err := twilio.NewClient("http://"+addr, testAccount, []privacy.Private{privacy.Hide(testToken)})
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"SM", "CA"} {
		sid := kind + fmt.Sprintf("%032x", i)
		double.Hold(testkit.Record{SID: sid, Body: "x", From: "+447400123456", To: "+441632960000"})
		id, ok := twilio.ParseRecordID(sid)
		if err := records.Redact(id); err != nil || !ok {
			t.Errorf("empty %s: %v", kind, err)
		}
		if err := records.Erase(id); err != nil {
			t.Errorf("erase %s: %v", kind, err)
		}
	}
	// linecheck as it is built, at its own pace.
	const from, to = "+447400000001", "+441632960002"
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("4", 32), "phone_number": from})
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("5", 32), "phone_number": to,
		"sms_url": "https://sms.example.org/sms"})
	double.Connect(testkit.Network{Text: func(_, _, _ string) string { return "999" },
		Call: func(_, _ string) (string, int) { return "completed", 0 }})
	program := filepath.Join(t.TempDir(), "linecheck")
	build := exec.Command("go", "build", "-o", program, "../linecheck")
	build.Dir = here
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build linecheck: %v\n%s", err, out)
	}
	if out, err := exec.Command(program, "-from", from, "-to", to).CombinedOutput(); err != nil ||
		string(out) != "text: yes\ncall: yes\n" {
		t.Errorf("linecheck: %v\n%s", err, out)
	}
	for line := range strings.Lines(says.String()) {
		if strings.Contains(line, "error ") &&
			!strings.Contains(line, "] › [HTTP SERVER] get / ") { // but for our looking whether it is up
			t.Errorf("prism: %s", line)
		}
	}
	if asked := strings.Count(says.String(), "] get /2010") + strings.Count(says.String(), "] post /") +
		strings.Count(says.String(), "] delete /"); asked < 10 {
		t.Errorf("prism saw %d requests:\n%s", asked, says)
	}
}
