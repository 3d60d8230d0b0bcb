package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

const (
	testAccount = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	testToken   = "0123456789abcdef0123456789abcdef"
)

// operator sets the environment of a gateway on a double of the provider.
func operator(t *testing.T, double *testkit.Provider, redis string) {
	t.Helper()
	for name, v := range map[string]string{"PUBLIC_URL": "https://sms.example.org", "TWILIO_ACCOUNT_SID": testAccount,
		"TWILIO_AUTH_TOKEN": testToken, "TWILIO_API_URL": double.URL,
		"REDIS_URL": redis, "PRIVACY_KEY": strings.Repeat("5a", 32)} {
		t.Setenv(name, v)
	}
}

func inTerminal(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// A number, a short code and a messaging service are pointed here, only when that is
// said, and nothing else of them changes; and it can be undone.
func TestProvision(t *testing.T) {
	double := testkit.NewProvider(t, testAccount, testToken)
	operator(t, double, "redis://127.0.0.1:1")
	t.Chdir(t.TempDir())
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("1", 32), "phone_number": "+441632960000",
		"friendly_name": "main", "sms_url": "https://old.example.org/sms", "sms_method": "GET",
		"voice_url": "https://old.example.org/v", "voice_method": "GET"})
	double.Line(map[string]any{"sid": "SC" + strings.Repeat("2", 32), "short_code": "60777", "sms_url": "",
		"sms_method": "POST"})
	double.Line(map[string]any{"sid": "MG" + strings.Repeat("3", 32), "friendly_name": "Local info",
		"inbound_request_url": "", "inbound_method": "POST", "validity_period": 14400, "sticky_sender": true})
	before, err := json.Marshal(double.Lines())
	if err != nil {
		t.Fatal(err)
	}
	const elsewhere = "https://handler.example.com/twiml/1"
	args := []string{"provision", "-text-fallback", elsewhere, "-voice-fallback", elsewhere, "+441632960000", "60777",
		"Local info"}
	code, out, errs := inTerminal(args...)
	for _, want := range []string{"texts: POST https://sms.example.org/sms", "now: GET https://old.example.org/sms",
		"now: nowhere", "calls: POST https://sms.example.org/voice",
		"calls that have ended: POST https://sms.example.org/voice/status", "a reply may wait: 10m0s",
		"Nothing is changed yet"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "now: POST\n") {
		t.Errorf("it shows a method without an address:\n%s", out)
	}
	if now, _ := json.Marshal(double.Lines()); code != exitOK || errs != "" || string(now) != string(before) {
		t.Fatalf("without -yes: %d, %s%s", code, errs, now)
	}
	if code, out, errs = inTerminal(append([]string{"provision", "-yes"}, args[1:]...)...); code != exitOK ||
		strings.Count(out, "Done.") != 3 {
		t.Fatalf("%d, %s%s", code, out, errs)
	}
	lines := double.Lines()
	for i, want := range []map[string]any{
		{"sms_url": "https://sms.example.org/sms", "sms_method": "POST", "sms_fallback_url": elsewhere,
			"voice_url": "https://sms.example.org/voice", "voice_method": "POST", "voice_fallback_url": elsewhere,
			"status_callback": "https://sms.example.org/voice/status", "friendly_name": "main"},
		{"sms_url": "https://sms.example.org/sms", "sms_fallback_url": elsewhere},
		{"inbound_request_url": "https://sms.example.org/sms", "fallback_url": elsewhere, "validity_period": 600,
			"sticky_sender": true},
	} {
		for k, v := range want {
			if lines[i][k] != v {
				t.Errorf("%s is %v, want %v", k, lines[i][k], v)
			}
		}
	}
	if code, out, _ = inTerminal(args...); code != exitOK || strings.Count(out, "It points here already.") != 3 {
		t.Errorf("again: %d, %s", code, out)
	}
	if code, out, errs = inTerminal("provision", "-yes", "-undo", "+441632960000"); code != exitOK ||
		!strings.Contains(out, "Done.") {
		t.Fatalf("undo: %d, %s%s", code, out, errs)
	}
	if got := double.Lines()[0]; got["sms_url"] != "https://old.example.org/sms" || got["sms_method"] != "GET" ||
		got["voice_url"] != "https://old.example.org/v" || got["status_callback"] != "" {
		t.Errorf("undone it is %v", got)
	}
	for _, q := range double.Requests() {
		if !strings.HasPrefix(q, "GET ") && !strings.HasPrefix(q, "POST ") || strings.Contains(q, "Messages") ||
			strings.Contains(q, "Calls") {
			t.Errorf("asked for %s", q)
		}
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"provision"}, "name one or more lines"},
		{[]string{"provision", "+44000"}, "is not in the account, which has: +441632960000"},
		{[]string{"provision", "-text-fallback", "https://sms.example.org/x", "60777"},
			"does not fall with this server"},
		{[]string{"provision", "-undo", "nothing.json"}, "no such file"},
	} {
		if code, _, errs := inTerminal(tt.args...); code == exitOK || !strings.Contains(errs, tt.says) {
			t.Errorf("%q: %d, %s", tt.args, code, errs)
		}
	}
}

// The files for when no machine of ours can be reached are documents that a phone can
// follow, and hold the 24-hour number and 999.
func TestFallbackFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, out, errs := inTerminal("fallback", "-flows", bookDir(t), "-out", dir, "-caller-id", "+441632960000",
		"-connect",
		"https://handler.example.com/twiml/2")
	if code != exitOK || !strings.Contains(out, "0808 157 0010") {
		t.Fatalf("%d, %s%s", code, out, errs)
	}
	read := func(name string) twilio.Node {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		n, err := twilio.ParseDocument(data)
		if err != nil {
			t.Fatal(err)
		}
		if faults := testkit.VoiceFaults(n); name == "voice.xml" && len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
		return n
	}
	if words := read("text.xml").Words(); !strings.Contains(words, "0808 157 0010") || !strings.Contains(words, "999") {
		t.Errorf("a text gets %q", words)
	}
	voice := read("voice.xml")
	if action, _ := voice.Children[0].Attr("action"); action != "https://handler.example.com/twiml/2" ||
		!strings.Contains(voice.Words(), "press 1") || !strings.Contains(voice.Words(), "9 9 9") {
		t.Errorf("a call hears %q and is led to %s", voice.Words(), action)
	}
	connect := read("connect.xml")
	if words := connect.Words(); !strings.Contains(words, "+448081570010") {
		t.Errorf("any key rings %q", words)
	}
	shown := ""
	for _, n := range connect.Children {
		if id, ok := n.Attr("callerId"); ok {
			shown = id
		}
	}
	if shown != "+441632960000" {
		t.Errorf("the line is shown %q, which may be the caller's number", shown)
	}
	if words := read("text.xml").Words(); strings.Contains(strings.ToLower(words), "reply") ||
		strings.Index(words, "999") > strings.Index(words, "0808") {
		t.Errorf("a text gets %q", words)
	}
	if words := strings.TrimSpace(voice.Words()); !strings.HasPrefix(words, "Hello.") {
		t.Errorf("a call hears first %q", words)
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if code, out, errs = inTerminal("fallback", "-flows", bookDir(t), "-out", plain); code != exitOK ||
		!strings.Contains(out, "Nobody is put through") {
		t.Fatalf("%d, %s%s", code, out, errs)
	}
	if said, err := os.ReadFile(filepath.Join(plain, "voice.xml")); err != nil ||
		strings.Contains(string(said), "Gather") || strings.Contains(string(said), "Dial") {
		t.Errorf("without a caller id a call gets %s, %v", said, err)
	}
	for _, shown := range []string{"01632", "01632960000", "+448081570011", "+447000123456", "+33612345678", "60777"} {
		if code, _, errs = inTerminal("fallback", "-out", plain, "-caller-id", shown); code != exitMisuse ||
			!strings.Contains(errs, "written like") {
			t.Errorf("%s: %d, %s", shown, code, errs)
		}
	}
}

// What the book that ships leaves for that time holds 999, then the 24-hour number.
func TestShippedFallback(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := inTerminal("fallback", "-out", dir); code != exitOK {
		t.Fatalf("%d, %s", code, errs)
	}
	for name, want := range map[string][2]string{"text.xml": {"999", "0808 2000 247"},
		"voice.xml": {"9 9 9", "0 8 0 8"}} {
		n, err := twilio.ParseDocument([]byte(read(t, dir, name)))
		if err != nil {
			t.Fatal(err)
		}
		first, later, found := strings.Cut(n.Words(), want[0])
		if !found || strings.Contains(first, want[1]) || !strings.Contains(later, want[1]) {
			t.Errorf("%s says %q", name, n.Words())
		}
		if name == "text.xml" && strings.Contains(strings.ToLower(n.Words()), "reply") {
			t.Errorf("a text asks for an answer that nobody reads: %q", n.Words())
		}
	}
}

// Maintenance is turned on, shown and turned off.
func TestMaintenanceCommand(t *testing.T) {
	r := testkit.StartRedis(t)
	t.Setenv("REDIS_URL", r.URL())
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"status"}, exitOK, "Maintenance is off"},
		{[]string{"-for", "2h", "on"}, exitOK, "Maintenance is on until"},
		{[]string{"status"}, exitOK, "Maintenance is on until"},
		{[]string{"off"}, exitOK, "Maintenance is off"},
		{[]string{"-for", "48h", "on"}, exitMisuse, "up to 24h"},
		{[]string{"perhaps"}, exitMisuse, "on, off or status"},
		{nil, exitMisuse, "on, off or status"},
	} {
		if code, out, errs := inTerminal(append([]string{"maintenance"}, tt.args...)...); code != tt.code ||
			!strings.Contains(out+errs, tt.says) {
			t.Errorf("%q: %d, %s%s", tt.args, code, out, errs)
		}
	}
	// What is left goes by itself: it tells gateways that cannot reach Redis now.
	if keys := r.Do(t, "KEYS", "*"); len(keys) != 1 || r.Do(t, "TTL", "maintenance")[0] == "-1" {
		t.Errorf("%q is left", keys)
	}
}

// The doctor says all at once what is wrong with an environment, never a value; and in
// a form that monitors read.
func TestDoctorCommand(t *testing.T) {
	double := testkit.NewProvider(t, testAccount, testToken)
	operator(t, double, "redis://127.0.0.1:1")
	t.Setenv("PUBLIC_URL", "http://127.0.0.1:1")
	code, out, errs := inTerminal("doctor")
	for _, want := range []string{"bad   environment: PUBLIC_URL does not begin with https",
		"bad   Redis: Redis does not answer", "bad   server: PUBLIC_URL does not answer", "bad   provider: No number",
		"PRIVACY_KEY is not random"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s%s", want, out, errs)
		}
	}
	if code != exitProblems || strings.Contains(out, testToken) {
		t.Errorf("%d\n%s", code, out)
	}
	code, out, _ = inTerminal("doctor", "-format", "json")
	var found []struct{ Of, Verdict, What, Fix string }
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != exitProblems || len(found) < 5 {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	t.Setenv("TWILIO_ACCOUNT_SID", "hunter2")
	if code, out, _ := inTerminal("doctor"); code != exitProblems ||
		!strings.Contains(out, "TWILIO_ACCOUNT_SID must be") || strings.Contains(out, "hunter2") {
		t.Errorf("%d: %s", code, out)
	}
	if code, _, errs := inTerminal("doctor", "-format", "xml"); code != exitMisuse ||
		!strings.Contains(errs, "text or json") {
		t.Errorf("%d: %s", code, errs)
	}
}

// A probe says yes of a server that answers texts and calls, and no of one that does
// not, or answers something else; and nothing but that.
func TestProbe(t *testing.T) {
	var wrong func(w http.ResponseWriter, r *http.Request) bool
	var g *server.Gateway
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wrong == nil || !wrong(w, r) {
			g.Handler().ServeHTTP(w, r)
		}
	}))
	t.Cleanup(web.Close)
	operator(t, testkit.NewProvider(t, testAccount, testToken), config.Embedded)
	t.Setenv("PUBLIC_URL", web.URL)
	cfg, err := config.FromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	if g, err = server.New(cfg, server.NewLog(io.Discard, false)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	for _, tt := range []struct {
		name  string
		wrong func(w http.ResponseWriter, r *http.Request) bool
		want  string
	}{
		{"all is well", nil, "yes\n"},
		{"texts get silence", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/sms" {
				_, _ = io.WriteString(w, "<Response/>")
			}
			return r.URL.Path == "/sms"
		}, "no\n"},
		{"calls are hung up", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/voice" {
				_, _ = io.WriteString(w, "<Response><Hangup/></Response>")
			}
			return r.URL.Path == "/voice"
		}, "no\n"},
		{"everything is refused", func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusForbidden)
			return true
		}, "no\n"},
		{"nobody is there", func(http.ResponseWriter, *http.Request) bool { web.CloseClientConnections(); return true },
			"no\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wrong = tt.wrong
			code, out, errs := inTerminal("probe")
			if out != tt.want || errs != "" || (code == exitOK) != (tt.want == "yes\n") {
				t.Errorf("%d: %q%q, want %q", code, out, errs, tt.want)
			}
		})
	}
}
