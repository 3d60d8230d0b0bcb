package preview_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/cmd/signpost/internal/preview"
	"signpost/config"
	"signpost/flows/changes"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/hours"
	"signpost/internal/privacy"
)

// today is the day the pages show.
var today = time.Date(2026, 11, 20, 14, 0, 0, 0, hours.London())

// kept is shared by all previews of the tests: most begin with the same book.
var kept changes.Kept

// line is a real gateway.
func line(away bool, clock func() time.Time) (*preview.Line, error) {
	token := privacy.Hide("a token of the tests")
	cfg := config.Config{
		PublicURL: "https://preview.invalid", AccountSID: handset.SID("AC"), Tokens: []privacy.Private{token},
		RedisURL: config.Embedded,
		Secrets:  [][]byte{privacy.NewSecret()}, SessionTTL: 15 * time.Minute, SenderLimit: 10_000,
		ServiceLimit: 100_000,
	}
	if away {
		cfg.RedisURL = "redis://127.0.0.1:1"
	}
	g, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	g.SetClock(clock)
	return &preview.Line{Phone: handset.Phone{Handler: g.Handler(), Base: cfg.PublicURL, Account: cfg.AccountSID,
		Token: token}, Use: g.Use, Close: func() { _ = g.Close() }}, nil
}

// serve is a preview of the book of the tests' county, in a folder to change: the one without hours, which a
// check walks in less time.
func serve(t *testing.T) (dir, base string, s *preview.Server) {
	t.Helper()
	return serveBook(t, testbook.Steady())
}

// serveWhole is serve with the book as it is, for tests of hours and dates.
func serveWhole(t *testing.T) (dir, base string, s *preview.Server) {
	t.Helper()
	return serveBook(t, testbook.Files())
}

// serveBook is a preview of a book, in a folder to change.
func serveBook(t *testing.T, files fs.FS) (dir, base string, s *preview.Server) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	s, err := preview.New(preview.Options{Dir: dir, Now: func() time.Time { return today }, Pence: 4, Open: line,
		Kept: &kept})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	ctx, stop := context.WithCancel(context.Background())
	watched := make(chan struct{})
	go func() { defer close(watched); s.Watch(ctx) }()
	t.Cleanup(func() {
		web.CloseClientConnections()
		stop()
		<-watched
		web.Close()
		s.Close()
	})
	return dir, web.URL, s
}

func read(t *testing.T, dir, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func change(t *testing.T, dir, file, find, put string) {
	t.Helper()
	old := read(t, dir, file)
	if !strings.Contains(old, find) {
		t.Fatalf("%q is not in %s", find, file)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.Replace(old, find, put, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request and gives its status and body.
func ask(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func post(t *testing.T, target string, form url.Values) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return ask(t, req)
}

func get(t *testing.T, target string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, req)
}

// handsetDoes sends what the page's script sends.
func handsetDoes(t *testing.T, base, what string, asked map[string]any) (int, map[string]any) {
	t.Helper()
	for k, v := range map[string]any{"phone": "p", "kind": "mobile", "line": "long"} {
		if _, set := asked[k]; !set {
			asked[k] = v
		}
	}
	body, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, base+"/phone/"+what, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	status, text := ask(t, req)
	got := map[string]any{}
	if status == http.StatusOK {
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	} else {
		got["error"] = strings.TrimSpace(text)
	}
	return status, got
}

// The phone drives the real gateway: for any caller, at any time, with Redis or
// without.
func TestPhone(t *testing.T) {
	_, base, _ := serveWhole(t)
	tests := []struct {
		name, what string
		asked      map[string]any
		reply      string // is in the reply
		step       string
	}{
		{"a town", "text", map[string]any{"text": "kendrow"}, "0161 496 0002", "local_line"},
		{"a choice of what came before", "text", map[string]any{"text": "2"}, "0800 and 0808 calls", "bills"},
		{"leaving", "text", map[string]any{"text": "x"}, "", ""},
		{"a landline is not texted", "text", map[string]any{"kind": "landline", "text": "kendrow", "phone": "q"},
			"", ""},
		{"nor one that is withheld", "text", map[string]any{"kind": "withheld", "text": "kendrow", "phone": "r"},
			"", ""},
		{"WhatsApp", "text", map[string]any{"kind": "whatsapp", "text": "kendrow", "phone": "s"}, "0161 496 0002",
			"local_line"},
		{"Redis is away", "text", map[string]any{"text": "widmere", "away": true, "phone": "u"}, "0306 999 0008",
			"local_line"},
		{"at night", "text", map[string]any{"text": "101", "at": "2026-05-07T17:00", "phone": "v"},
			"adviser until midnight", "not_urgent"},
	}
	for _, tt := range tests {
		status, got := handsetDoes(t, base, tt.what, tt.asked)
		reply, _ := got["reply"].(string)
		if status != http.StatusOK || !strings.Contains(reply, tt.reply) || tt.reply == "" && reply != "" ||
			got["step"] != tt.step {
			t.Errorf("%s: %d %v", tt.name, status, got)
		}
	}
	if _, got := handsetDoes(t, base, "text", map[string]any{"text": "kendrow",
		"phone": "w"}); got["segments"] != 1.0 ||
		got["pence"] != 4.0 || got["letters"] == 0.0 {
		t.Errorf("reckoned as %v", got)
	}
	for _, k := range []struct {
		what  string
		asked map[string]any
		step  string
	}{{"ring", map[string]any{}, "county"}, {"press", map[string]any{"key": "0"}, "line_24h"},
		{"leg", map[string]any{"how": "no answer"}, "line_24h"}, {"leg", map[string]any{"how": "answered"}, ""}} {
		k.asked["kind"] = "withheld"
		if status, got := handsetDoes(t, base, k.what, k.asked); status != http.StatusOK || got["step"] != k.step {
			t.Errorf("%s: %d %v", k.what, status, got)
		}
	}
	for what, asked := range map[string]map[string]any{"press": {"key": "1"}, "dance": {}, "wait": {"phone": ""},
		"text": {"at": "tomorrow"}, "ring": {"kind": "president"}} {
		if status, got := handsetDoes(t, base, what, asked); status != http.StatusConflict || got["error"] == "" {
			t.Errorf("%s is answered with %d %v", what, status, got)
		}
	}
}

// A ring names the key alone that is pressed for the caller, however long the wait before it.
func TestRingNamesTheKey(t *testing.T) {
	for wait, files := range map[string]fs.FS{
		"short": testbook.Edited(t, "services.yaml", "      - number: 0161 496 0002\n",
			"      - number: 0161 496 0002\n        then_press: \"7\"\n"),
		"long": testbook.Edited(t, "services.yaml", "      - number: 0161 496 0002\n",
			"      - number: 0161 496 0002\n        then_press: \"7\"\n        press_after: 16.5\n"),
	} {
		_, base, _ := serveBook(t, files)
		handsetDoes(t, base, "ring", map[string]any{})
		var got map[string]any
		for _, key := range []string{"1", "3", "1"} {
			_, got = handsetDoes(t, base, "press", map[string]any{"key": key})
		}
		rings, _ := got["rings"].([]any)
		if len(rings) != 1 || rings[0] != "+441614960002, then key 7" {
			t.Errorf("a %s wait: it rings %v", wait, got)
		}
	}
}

// Starting afresh is another phone with another number.
func TestAfresh(t *testing.T) {
	_, base, _ := serve(t)
	handsetDoes(t, base, "text", map[string]any{"text": "kendrow"})
	handsetDoes(t, base, "afresh", map[string]any{})
	if _, got := handsetDoes(t, base, "text", map[string]any{"text": "2"}); !strings.Contains(got["reply"].(string),
		"Reply with your town") {
		t.Errorf("the new phone is answered %v", got)
	}
}

// Only this machine, and only the page's own forms.
func TestOnlyThisMachine(t *testing.T) {
	dir, base, _ := serve(t)
	before := read(t, dir, "services.yaml")
	for host, want := range map[string]int{"evil.example": 403, "127.0.0.1.evil.example": 403, "localhost": 200,
		"[::1]:8099": 200, "127.9.9.9": 200, "10.0.0.1": 403, "": 200} {
		req, err := http.NewRequest(http.MethodGet, base+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			req.Host = host
		}
		if status, _ := ask(t, req); status != want {
			t.Errorf("asked as %q: %d", host, status)
		}
	}
	for _, header := range [][2]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"}} {
		req, err := http.NewRequest(http.MethodPost, base+"/directory/riverton_service/rung",
			strings.NewReader("role=manager"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(header[0], header[1])
		if status, _ := ask(t, req); status != http.StatusForbidden {
			t.Errorf("%v: %d", header, status)
		}
	}
	if read(t, dir, "services.yaml") != before {
		t.Error("another site changed the book")
	}
	resp, err := http.Get(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	csp := resp.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") ||
		strings.Contains(csp, "http") {
		t.Errorf("the policy is %q", csp)
	}
}

// The form writes down what was heard on a line, and takes out what is no longer known.
func TestManner(t *testing.T) {
	dir, base, _ := serve(t)
	at := base + "/directory/warmouth_service"
	keep := func(form url.Values) {
		t.Helper()
		_, page := post(t, at, form)
		form.Set("seen", field(t, page, "seen"))
		if status, page := post(t, at+"/save", form); status != http.StatusOK || !strings.Contains(page, "Saved") {
			t.Fatalf("saving: %d\n%s", status, page)
		}
	}
	before := read(t, dir, "services.yaml")
	keep(url.Values{"first_words": {"Hello, can I help?"}, "answered_by": {"person"}, "takes_men": {"no"},
		"takes_relay": {""}})
	_, got, _ := strings.Cut(read(t, dir, "services.yaml"), "  warmouth_service:\n")
	got, _, _ = strings.Cut(got, "\n\n")
	for want, is := range map[string]bool{`first_words: "Hello, can I help?"`: true, "answered_by: person": true,
		"takes_men: no": true, "takes_relay": false} {
		if strings.Contains(got, want) != is {
			t.Errorf("saved is\n%s", got)
		}
	}
	keep(url.Values{"first_words": {""}, "answered_by": {""}, "takes_men": {""}})
	if read(t, dir, "services.yaml") != before {
		t.Error("what is not known any more stays")
	}
}

// The routes can be had for one area, and with all that leads on from a first
// number; the page for signature comes whole, with no style but its own.
func TestRoutesAndSignOff(t *testing.T) {
	_, base, _ := serve(t)
	_, all := get(t, base+"/routes")
	_, riverton := get(t, base+"/routes?area=riverton")
	_, every := get(t, base+"/routes?area=riverton&every=yes")
	if strings.Contains(riverton, "<strong>Fell Team North</strong>") ||
		!strings.Contains(all, "<strong>Fell Team North</strong>") || !strings.Contains(riverton, "about 20p") {
		t.Errorf("for one area:\n%s", riverton)
	}
	if n := strings.Count(every, "<summary>"); n <= strings.Count(riverton, "<summary>") ||
		!strings.Contains(every, ">Every Day Support</strong>") {
		t.Errorf("%d ways to further numbers, too", n)
	}
	if status, _ := get(t, base+"/routes?area=atlantis"); status != http.StatusBadRequest {
		t.Error("no area is taken for one")
	}
	resp, err := http.Get(base + "/sign-off")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "style-src 'sha256-") ||
		strings.Contains(csp, "unsafe") || !strings.Contains(string(page), "For review and signature") ||
		!regexp.MustCompile(`, about \d+p<`).Match(page) {
		t.Errorf("the policy is %q, the page\n%.2000s", csp, page)
	}
}

// A folder that never was a book is shown with its mistakes, and answered from the
// book that ships.
func TestBrokenFromTheStart(t *testing.T) {
	dir := t.TempDir()
	s, err := preview.New(preview.Options{Dir: dir, Now: time.Now, Open: line, Kept: &kept})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	for _, path := range []string{"/", "/checks", "/directory", "/routes"} {
		if status, page := get(t, web.URL+path); status != http.StatusOK || !strings.Contains(page, "to fix") {
			t.Errorf("%s: %d\n%.500s", path, status, page)
		}
	}
	if _, got := handsetDoes(t, web.URL, "text",
		map[string]any{"text": "kendal"}); !strings.Contains(got["reply"].(string), "0808 2000 247") {
		t.Errorf("answered %v", got)
	}
}
