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
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/cmd/signpost/internal/preview"
	"signpost/config"
	"signpost/flows/book"
	"signpost/flows/changes"
	"signpost/flows/load"
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

// serve is a preview of the shipped book, in a folder to change.
func serve(t *testing.T) (dir, base string, s *preview.Server) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range load.Files() {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
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
	_, base, _ := serve(t)
	tests := []struct {
		name, what string
		asked      map[string]any
		reply      string // is in the reply
		step       string
	}{
		{"a town", "text", map[string]any{"text": "kendal"}, "01229 582386", "local_line"},
		{"a choice of what came before", "text", map[string]any{"text": "2"}, "0800 and 0808 calls", "bills"},
		{"leaving", "text", map[string]any{"text": "x"}, "", ""},
		{"a landline is not texted", "text", map[string]any{"kind": "landline", "text": "kendal", "phone": "q"},
			"", ""},
		{"nor one that is withheld", "text", map[string]any{"kind": "withheld", "text": "kendal", "phone": "r"},
			"", ""},
		{"WhatsApp", "text", map[string]any{"kind": "whatsapp", "text": "kendal", "phone": "s"}, "01229 582386",
			"local_line"},
		{"Redis is away", "text", map[string]any{"text": "widnes", "away": true, "phone": "u"}, "0300 111 1247",
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
	if _, got := handsetDoes(t, base, "text", map[string]any{"text": "kendal", "phone": "w"}); got["segments"] != 1.0 ||
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

// Starting afresh is another phone with another number.
func TestAfresh(t *testing.T) {
	_, base, _ := serve(t)
	handsetDoes(t, base, "text", map[string]any{"text": "kendal"})
	handsetDoes(t, base, "afresh", map[string]any{})
	if _, got := handsetDoes(t, base, "text", map[string]any{"text": "2"}); !strings.Contains(got["reply"].(string),
		testbook.Opens("welcome")) {
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
		req, err := http.NewRequest(http.MethodPost, base+"/directory/halton_service/rung",
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
	at := base + "/directory/warrington_service"
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
	_, got, _ := strings.Cut(read(t, dir, "services.yaml"), "  warrington_service:\n")
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

// A form shows what would change and what the check says of it, and saves just
// that, once; files that changed meanwhile are left alone.
func TestEditing(t *testing.T) {
	dir, base, _ := serve(t)
	at := base + "/directory/warrington_service"
	form := url.Values{"label": {"Warrington local service"}, "say": {"the Warrington local service"},
		"number0": {"01925 243300"}, "hours": {"unknown"}, "paused_until": {""}, "examples": {"yes"},
		"unrung_because": {"it moved today; the board"}}
	before := read(t, dir, "services.yaml")

	status, page := post(t, at, form)
	for _, want := range []string{"-       - number: 01925 243359", "&#43;       - number: 01925 243300",
		"In examples.yaml", "Save it"} {
		if !strings.Contains(page, want) {
			t.Errorf("%d, without %q:\n%s", status, want, page)
		}
	}
	if read(t, dir, "services.yaml") != before {
		t.Error("looking changed the file")
	}
	form.Set("seen", field(t, page, "seen"))
	if status, page = post(t, at+"/save", form); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	want := strings.Replace(before, "01925 243359", "01925 243300", 1)
	warrington := strings.Index(want, "  warrington_service:")
	want = want[:warrington] + strings.Replace(want[warrington:],
		"shipped from public documents, to be rung before going live", `it moved today; the board`, 1)
	if got := read(t, dir, "services.yaml"); got != want {
		t.Error("more than the number and its reason changed, or less")
	}
	if !strings.Contains(read(t, dir, "examples.yaml"), "01925 243300") {
		t.Error("the examples keep the old number")
	}
	if _, got := handsetDoes(t, base, "text",
		map[string]any{"text": "warrington"}); !strings.Contains(got["reply"].(string), "01925 243300") {
		t.Errorf("the phone is answered %v", got)
	}
	if status, page = post(t, at+"/save", form); status != http.StatusConflict ||
		!strings.Contains(page, "Somebody changed the files meanwhile") {
		t.Errorf("saving what was looked at before another save: %d\n%s", status, page)
	}

	_, page = post(t, at, url.Values{"label": {"Warrington line"}})
	now := field(t, page, "seen")
	for name, tt := range map[string]struct {
		field, words, says string
	}{
		"a digit missing":       {"number0", "01925 24335", "It has 10 digits"},
		"a word that tells":     {"label", "domestic abuse line", "Say it in neutral words"},
		"hours nobody can read": {"hours", "nine to five", "These hours cannot be read"},
		"nothing":               {"label", " ", "Fill in: What a text calls it"},
		"a line break":          {"label", "a\nb", "the words must be on one line"},
		"no change":             {"", "", "That is what the files say already"},
	} {
		f := url.Values{"label": {"Warrington local service"}, "say": {"the Warrington local service"},
			"number0": {"01925 243300"}, "hours": {"unknown"}, "paused_until": {""}}
		if tt.field != "" {
			f.Set(tt.field, tt.words)
		}
		if status, page := post(t, at, f); status != http.StatusUnprocessableEntity ||
			!strings.Contains(page, tt.says) || strings.Contains(page, "Save it") {
			t.Errorf("%s: %d\n%s", name, status, page)
		}
		f.Set("seen", now)
		if status, _ := post(t, at+"/save", f); status != http.StatusConflict {
			t.Errorf("%s is saved all the same: %d", name, status)
		}
	}
}

// field is a hidden field of a form on a page.
func field(t *testing.T, page, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="`+name+`" value="`)
	if !ok {
		t.Fatalf("the page has no field %q:\n%s", name, page)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// A number rung today is written down with the day and the role, comments kept.
func TestRungToday(t *testing.T) {
	dir, base, _ := serve(t)
	before := read(t, dir, "services.yaml")
	status, page := post(t, base+"/directory/police_101/rung", url.Values{"role": {"  duty   manager "}})
	if status != http.StatusOK || !strings.Contains(page, "Did you ring 101 today") ||
		read(t, dir, "services.yaml") != before {
		t.Fatalf("it is not asked for first: %d\n%s", status, page)
	}
	if status, page = post(t, base+"/directory/police_101/save",
		url.Values{"rung_by": {field(t, page, "rung_by")},
			"seen": {field(t, page, "seen")}}); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("%d\n%s", status, page)
	}
	for _, role := range []string{"x", "Jane Smith", "Jane, manager"} {
		if _, page := post(t, base+"/directory/police_101/rung",
			url.Values{"role": {role}}); strings.Contains(page, "Yes, save it") || !strings.Contains(page,
			"like service manager") {
			t.Errorf("%q is taken for a role:\n%s", role, page)
		}
	}
	got := read(t, dir, "services.yaml")
	if !strings.Contains(got, "    checked_on: 2026-11-20\n    checked_by: duty manager\n") ||
		strings.Count(got, "#") != strings.Count(before, "#") ||
		strings.Count(got, "unrung_because:") != strings.Count(before, "unrung_because:")-1 {
		t.Error("it is not written as it should be")
	}
	if _, page := get(t, base+"/directory"); !strings.Contains(page, "20 November 2026, today, by duty manager") {
		t.Errorf("the directory does not say it:\n%s", page)
	}
	if _, page := get(t, base+"/directory"); !strings.Contains(page, "<span>ended on 11 September 2026</span>") {
		t.Errorf("the pilot that ended is to be rung:\n%s", page)
	}
	if status, _ := post(t, base+"/directory/police_101/rung",
		url.Values{"role": {" "}}); status != http.StatusUnprocessableEntity {
		t.Errorf("rung by nobody: %d", status)
	}
	if status, _ := post(t, base+"/directory/none/rung", url.Values{"role": {"x"}}); status != http.StatusNotFound {
		t.Errorf("nothing rung: %d", status)
	}
	if _, page := post(t, base+"/undo", nil); !strings.Contains(page, "Undone") ||
		read(t, dir, "services.yaml") != before {
		t.Errorf("it cannot be undone:\n%s", page)
	}
}

// A number that becomes another was rung by nobody: the form asks who rang it, or
// why it must go out before that, and writes which.
func TestAnotherNumberWasRungByNobody(t *testing.T) {
	dir, base, s := serve(t)
	const never = "    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n"
	change(t, dir, "services.yaml", never,
		"    checked_on: 2026-11-01\n    checked_by: manager\n    review_by: 2026-12-24\n")
	s.Look()
	at := base + "/directory/letgo_north"
	number := func(more ...string) url.Values {
		form := url.Values{"number0": {"01228 633641"}, "examples": {"yes"}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return form
	}
	if _, page := post(t, at, number()); !strings.Contains(page, "Nobody has rung the new number yet") ||
		strings.Contains(page, "Save it") {
		t.Errorf("a number that nobody rang:\n%s", page)
	}
	if _, page := post(t, at, url.Values{"number0": {"012 2863 3640"}}); strings.Contains(page, "Nobody has rung") ||
		strings.Contains(page, "-     checked_on") {
		t.Errorf("the same number, printed otherwise:\n%s", page)
	}
	// On a server the 24-hour number stands beside it again, and a text says so.
	_, page := post(t, at, number("unrung_because", "their line moved tonight; the board"))
	for _, want := range []string{"-     checked_on: 2026-11-01", "-     checked_by: manager", "-     review_by",
		"&#43;     checked_on: never", "&#43;     unrung_because: their line moved tonight; the board",
		"answers change.",
		"01228 633641: local team (hours not known, may show on bills). Free, any time: 0808 2000 247"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%s", want, page)
		}
	}
	_, page = post(t, at, number("rung_by", " duty  manager "))
	form := number("rung_by", "duty manager", "seen", field(t, page, "seen"))
	if status, page := post(t, at+"/save", form); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	if got := read(t, dir,
		"services.yaml"); !strings.Contains(got,
		"    checked_on: 2026-11-20\n    checked_by: duty manager\n\n  letgo_south:") || !strings.Contains(got,
		"01228 633641") {
		_, north, _ := strings.Cut(got, "  letgo_north:")
		t.Errorf("it is not written as it should be:\n%.1500s", north)
	}
	// A short number is not looked for inside of others.
	if _, page := post(t, base+"/directory/police_101",
		url.Values{"number0": {"105"}, "examples": {"yes"},
			"unrung_because": {"it moved; the board"}}); !strings.Contains(page, "In examples.yaml") ||
		strings.Contains(page, "5105") {
		t.Errorf("101 becomes 105 in other numbers, too:\n%s", page)
	}
	if _, page := post(t, at, url.Values{"rung_by": {strings.Repeat("manager ", 9)}}); !strings.Contains(page,
		"at most 60 letters") {
		t.Errorf("a long role:\n%s", page)
	}
	if _, page := post(t, base+"/directory/police_999/rung", url.Values{"role": {"manager"}}); !strings.Contains(page,
		"The emergency number is not rung to try it") {
		t.Errorf("999 is rung:\n%s", page)
	}
}

// What was saved since the page was opened is told as what people notice, in full
// and in short, until somebody says to begin from there.
func TestNoticed(t *testing.T) {
	dir, base, s := serve(t)
	if _, page := get(t, base+"/changes"); !strings.Contains(page, "Nobody will notice anything") {
		t.Errorf("at first:\n%s", page)
	}
	const never = "    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n"
	change(t, dir, "services.yaml", never, "    checked_on: 2026-11-01\n    checked_by: manager\n")
	s.Look()
	if status, page := post(t, base+"/changes/begin", nil); status != http.StatusOK ||
		!strings.Contains(page, "Nobody will notice anything") {
		t.Errorf("from now on: %d\n%s", status, page)
	}
	change(t, dir, "services.yaml", "01228 633640", "01228 633641")
	change(t, dir, "examples.yaml", "01228 633640", "01228 633641")
	s.Look()
	for _, path := range []string{"/changes", "/changes/short"} {
		_, page := get(t, base+path)
		for _, want := range []string{"answers change.", "01228 633640: local team", "01228 633641: local team",
			"LetGo North has a new number that nobody has test-called"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s without %q:\n%s", path, want, page)
			}
		}
	}
	change(t, dir, "menus.yaml", "goes_to: cumbria\n", "goes_to: cumbira\n")
	s.Look()
	if _, page := get(t, base+"/changes"); !strings.Contains(page, "The files have mistakes") ||
		!strings.Contains(page, "01228 633641: local team") {
		t.Errorf("with a mistake:\n%s", page)
	}
}

// Nobody who edits for days has to remember how it was: the preview can compare
// with any book.
func TestSinceAnotherBook(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, book.Files); err != nil {
		t.Fatal(err)
	}
	src, _ := load.Dir(book.Files)
	change(t, dir, "menus.yaml", testbook.Opens("who"), "Who is this for?")
	s, err := preview.New(preview.Options{Dir: dir, Now: time.Now, Since: src.Book, SinceName: "the book of last week",
		Open: line, Kept: &kept})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	if _, page := get(t, web.URL+"/changes"); !strings.Contains(page, "compared with the book of last week") ||
		!strings.Contains(page, "1 answer changes.") || !strings.Contains(page, "Who is this for?") {
		t.Errorf("it says\n%s", page)
	}
}

// A conversation on the page becomes an example in the book, once it was looked at.
func TestKeepAsExample(t *testing.T) {
	dir, base, s := serve(t)
	before := read(t, dir, "examples.yaml")
	texts := url.Values{"name": {"Kendal gives its number"}, "channel": {"text"}, "they": {"hello", "kendal"},
		"at": {"2026-12-25T03:00"}}
	_, page := post(t, base+"/example", texts)
	for _, want := range []string{"In examples.yaml", "Kendal gives its number", "01229 582386", "2026-12-25 03:00",
		"Nobody will notice anything", "Save it"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%s", want, page)
		}
	}
	if read(t, dir, "examples.yaml") != before {
		t.Error("looking changed the file")
	}
	texts.Set("seen", field(t, page, "seen"))
	if status, page := post(t, base+"/example/save", texts); status != http.StatusOK ||
		!strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	if got := read(t, dir, "examples.yaml"); !strings.HasPrefix(got, before) ||
		!strings.Contains(got,
			"  - name: \"Kendal gives its number\"\n    at: \"2026-12-25 03:00\"\n    texts:\n      - they: \"hello\"\n") {
		t.Errorf("the file ends\n%s", got[len(got)-600:])
	}
	if v := s.Verdict(); v.Errors() != 0 || len(v.Source.Examples) == 0 ||
		v.Source.Examples[len(v.Source.Examples)-1].Name != "Kendal gives its number" {
		t.Errorf("the check says %s", v.Line())
	}
	if status, _ := post(t, base+"/example/save", texts); status != http.StatusConflict {
		t.Errorf("it is saved twice: %d", status)
	}
	call := url.Values{"name": {"No answer leads on"}, "channel": {"call"},
		"they": {"rings", "1", "3", "1", "no answer"}, "at": {"2026-11-18T14:00"}}
	if _, page := post(t, base+"/example", call); !strings.Contains(page, "connects_to: letgo_south") ||
		!strings.Contains(page, "Save it") {
		t.Errorf("a call:\n%s", page)
	}
	for name, tt := range map[string]struct {
		field, says string
		values      []string
	}{
		"nothing done":   {"they", "Text or ring first", nil},
		"no name":        {"name", "Give the example a name", []string{" "}},
		"no moment":      {"at", "That is not a date and a time", []string{"yesterday"}},
		"nobody's key":   {"they", "nobody can do that", []string{"rings", "dances"}},
		"an endless one": {"they", "Text or ring first, in a few turns", make([]string, 41)},
		"a long text":    {"they", "too long to keep", []string{strings.Repeat("x", 1601)}},
	} {
		form := url.Values{"name": {"n"}, "channel": {"call"}, "they": {"rings"}, "at": {""}}
		form[tt.field] = tt.values
		if _, page := post(t, base+"/example", form); !strings.Contains(page, tt.says) ||
			strings.Contains(page, "Save it") {
			t.Errorf("%s:\n%s", name, page)
		}
	}
}

// A slip that can have meant but one thing is fixed from the page, once what would
// change was looked at; what only a person can know is left.
func TestFixFromThePage(t *testing.T) {
	dir, base, s := serve(t)
	if _, page := get(t, base+"/"); strings.Contains(page, `action="/fix"`) {
		t.Error("there is nothing to fix, and it is offered")
	}
	before := read(t, dir, "services.yaml")
	change(t, dir, "services.yaml", "    label: advice line\n", "    lable: advice line\n")
	change(t, dir, "examples.yaml", "we: 01925 243359", "we: 01900 842991") // an example breaks, which is not seen yet
	s.Look()
	if _, page := get(t, base+"/checks"); !strings.Contains(page, `action="/fix"`) {
		t.Errorf("it is not offered:\n%s", page)
	}
	_, page := post(t, base+"/fix", nil)
	for _, want := range []string{"-     lable: advice line", "&#43;     label: advice line",
		"There are other mistakes", "Save it"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%s", want, page)
		}
	}
	form := url.Values{"seen": {field(t, page, "seen")}}
	if status, page := post(t, base+"/fix/save", form); status != http.StatusOK || !strings.Contains(page, "Saved") {
		t.Fatalf("saving: %d\n%s", status, page)
	}
	if read(t, dir, "services.yaml") != before ||
		!strings.Contains(read(t, dir, "examples.yaml"), "they: Warrington\n        we: 01900 842991") {
		t.Error("more was fixed, or less")
	}
	if status, _ := post(t, base+"/fix/save", form); status != http.StatusConflict {
		t.Errorf("it is fixed twice: %d", status)
	}
	if _, page := post(t, base+"/fix", nil); !strings.Contains(page, "That is what the files say already") {
		t.Errorf("with nothing to fix:\n%s", page)
	}
}

// The routes can be had for one area, and with all that leads on from a first
// number; the page for signature comes whole, with no style but its own.
func TestRoutesAndProof(t *testing.T) {
	_, base, _ := serve(t)
	_, all := get(t, base+"/routes")
	_, halton := get(t, base+"/routes?area=halton")
	_, every := get(t, base+"/routes?area=halton&every=yes")
	if strings.Contains(halton, "<strong>LetGo North</strong>") ||
		!strings.Contains(all, "<strong>LetGo North</strong>") || !strings.Contains(halton, "about 20p") {
		t.Errorf("for one area:\n%s", halton)
	}
	if n := strings.Count(every, "<summary>"); n <= strings.Count(halton, "<summary>") ||
		!strings.Contains(every, ">Victim Support</strong>") {
		t.Errorf("%d ways to further numbers, too", n)
	}
	if status, _ := get(t, base+"/routes?area=atlantis"); status != http.StatusBadRequest {
		t.Error("no area is taken for one")
	}
	resp, err := http.Get(base + "/proof")
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
		!strings.Contains(string(page), "about 32p") {
		t.Errorf("the policy is %q, the page\n%.2000s", csp, page)
	}
}

// What is saved is checked by itself; a book with mistakes does not take the place
// of the last good one.
func TestSaves(t *testing.T) {
	dir, base, s := serve(t)
	first := s.Verdict()
	if first.N != 1 || first.Errors() != 0 || first.Warnings() == 0 || !strings.Contains(first.Line(), "No mistakes") {
		t.Fatalf("at first: %+v", first.Line())
	}
	events, err := http.Get(base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	next := func() string {
		buf := make([]byte, 64)
		n, err := events.Body.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	if got := next(); got != "data: 1\n\n" {
		t.Errorf("told %q", got)
	}
	change(t, dir, "menus.yaml", "goes_to: cumbria\n", "goes_to: cumbira\n")
	if got := next(); got != "data: 2\n\n" {
		t.Errorf("told %q", got)
	}
	if v := s.Verdict(); v.Errors() != 1 || v.Book != first.Book {
		t.Errorf("%d mistakes, another book: %v", v.Errors(), v.Book != first.Book)
	}
	_, page := get(t, base+"/checks")
	if !strings.Contains(page, "there is no step") || !strings.Contains(page, "1 to fix") {
		t.Errorf("the checks say\n%s", page)
	}
	if _, got := handsetDoes(t, base, "text",
		map[string]any{"text": "kendal"}); !strings.Contains(got["reply"].(string), "01229 582386") {
		t.Errorf("with a broken book the phone is answered %v", got)
	}
	for _, path := range []string{"/", "/routes", "/routes?at=2026-12-25T03:00", "/directory",
		"/directory/halton_service", "/map"} {
		if status, _ := get(t, base+path); status != http.StatusOK {
			t.Errorf("with a broken book %s is %d", path, status)
		}
	}
	if status, _ := get(t, base+"/routes?at=never"); status != http.StatusBadRequest {
		t.Error("no moment is taken for one")
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
