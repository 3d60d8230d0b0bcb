package deploy_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

const (
	walkAccount = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	walkToken   = "0123456789abcdef0123456789abcdef"
	walkLine    = "+441632960000"
	// walkPatience is how long a problem may take to be named, and to go: long, for CI
	// machines are busy.
	walkPatience = 2 * time.Minute
	looksEvery   = 20 * time.Millisecond
)

// site is a server as docs/deploy.md leaves it: the built programs, a Redis, what ends TLS,
// the provider's double, and somebody who is told of problems.
type site struct {
	t        *testing.T
	dir      string // of the programs
	env      map[string]string
	redis    *testkit.Redis
	double   *testkit.Provider
	number   map[string]any
	public   *httptest.Server
	proxy    http.Handler // passes on to the gateway
	front    http.Handler // in its place, if set
	book     string
	cmd      *exec.Cmd
	log      bytes.Buffer
	clock    string // the file that moves the gateway's clock
	moved    atomic.Int64
	job      string // what the monitor calls its scrape job
	started  int    // minute of the metrics' time
	mu       sync.Mutex
	told     []string
	pinged   time.Time         // when the dead man's switch last heard of the watch, by the moved clock
	bins     map[string][]byte // the fallback's documents
	scrapes  []scrape
	notified *httptest.Server
}

// scrape is what a monitor reads, for so many minutes.
type scrape struct {
	values  map[string]string
	minutes int
}

var walkNeverRung = regexp.MustCompile(`(?m)^    checked_on: never\n    unrung_because: .*\n`)

// newSite starts everything, and looks that nothing is wrong.
func newSite(t *testing.T, change func(*site)) *site {
	t.Helper()
	dir, err := walkPrograms()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: dir, redis: testkit.StartRedis(t), double: testkit.NewProvider(t, walkAccount, walkToken),
		book: filepath.Join(t.TempDir(), "book"), clock: filepath.Join(t.TempDir(), "clock"), job: "signpost"}
	// All walks begin five minutes past the hour: it does not end meanwhile.
	s.goOn(time.Until(walkDay.Truncate(time.Hour).Add(5 * time.Minute)))
	s.writeBook(testbook.Steady()) // each program that a walk starts checks it
	listen, admin := testkit.FreeAddr(t), testkit.FreeAddr(t)
	s.proxy = &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: listen})
		r.Out.Host = r.In.Host
	}}
	s.public = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		front := s.front
		s.mu.Unlock()
		if front != nil {
			front.ServeHTTP(w, r)
			return
		}
		s.proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.public.Close)
	cert := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.public.Certificate().Raw}),
		0o600); err != nil {
		t.Fatal(err)
	}
	s.notified = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ping" {
			s.mu.Lock()
			s.pinged = s.now()
			s.mu.Unlock()
			return
		}
		body, _ := io.ReadAll(r.Body)
		var message struct{ Text string }
		_ = json.Unmarshal(body, &message)
		s.mu.Lock()
		s.told = append(s.told, message.Text)
		s.mu.Unlock()
	}))
	t.Cleanup(s.notified.Close)
	bins := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(s.bins[r.URL.Path])
	}))
	t.Cleanup(bins.Close)
	s.env = map[string]string{
		"PUBLIC_URL": s.public.URL, "TWILIO_ACCOUNT_SID": walkAccount, "TWILIO_AUTH_TOKEN": walkToken,
		"TWILIO_API_URL": s.double.URL, "SSL_CERT_FILE": cert,
		"REDIS_URL": s.redis.URL(), "PRIVACY_KEY": base64.StdEncoding.EncodeToString(privacy.NewSecret()),
		"LISTEN_ADDR": listen, "ADMIN_ADDR": admin, "FLOWS_DIR": s.book, "STATE_DIR": t.TempDir(),
		"ERASE_LINES": walkLine, "CALLER_ID": walkLine, "ERASE_AFTER": "1s", "INSPECT_EVERY": "1s", "DRAIN": "0s",
		"WATCH_STATE": filepath.Join(t.TempDir(), "told.json"), "WATCH_WEBHOOK": s.notified.URL,
		"WATCH_PING": s.notified.URL + "/ping",
		"WALK_CLOCK": s.clock,
	}
	s.number = map[string]any{
		"sid": "PN" + strings.Repeat("1", 32), "phone_number": walkLine,
		"capabilities": map[string]any{"sms": true, "voice": true, "mms": false, "fax": false},
		"sms_url":      s.public.URL + "/sms", "sms_method": "POST", "sms_fallback_url": bins.URL + "/text.xml",
		"sms_fallback_method": "POST",
		"voice_url":           s.public.URL + "/voice", "voice_method": "POST",
		"voice_fallback_url":    bins.URL + "/voice.xml",
		"voice_fallback_method": "POST",
		"status_callback":       s.public.URL + "/voice/status", "status_callback_method": "POST",
	}
	s.double.Line(s.number)
	s.double.SetBalance("123.45")
	s.double.MayRing(true, "GB")
	if change != nil {
		change(s)
	}
	if s.bins, err = fallbacks(); err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	return s
}

// writeBook writes a flow book in which every number was rung today.
func (s *site) writeBook(files fs.FS) {
	s.t.Helper()
	if err := os.CopyFS(s.book, files); err != nil {
		s.t.Fatal(err)
	}
	s.edit("services.yaml", func(text string) string {
		return walkNeverRung.ReplaceAllString(text, "    checked_on: "+today(0)+"\n    checked_by: duty manager\n")
	})
}

// edit changes a file of the flow book, as an editor that saves it.
func (s *site) edit(name string, change func(string) string) (before string) {
	s.t.Helper()
	path := filepath.Join(s.book, name)
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(change(string(text))), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// now is the moved time.
func (s *site) now() time.Time { return time.Now().Add(time.Duration(s.moved.Load())) }

// deadMan tells that the dead man's switch complains: it has heard nothing for half an hour.
func (s *site) deadMan() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Sub(s.pinged) >= 30*time.Minute
}

// goOn moves the gateway's clock on.
func (s *site) goOn(by time.Duration) {
	s.t.Helper()
	s.moved.Add(int64(by))
	next := s.clock + ".next"
	if err := os.WriteFile(next, []byte(time.Duration(s.moved.Load()).String()), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(next, s.clock); err != nil { // it is read at any time
		s.t.Fatal(err)
	}
}

// fallbacks are the documents for when no server can be reached. They say the same whenever
// the numbers were rung.
var fallbacks = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := walkPrograms()
	if err != nil {
		return nil, err
	}
	made := filepath.Join(dir, "fallback")
	book := filepath.Join(dir, "book")
	if err := os.CopyFS(book, testbook.Copy()); err != nil {
		return nil, err
	}
	if out, err := exec.Command(filepath.Join(dir,
		"signpost"), "fallback", "-flows", book, "-out", made, "-caller-id", walkLine).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	bins := map[string][]byte{}
	for _, name := range []string{"text.xml", "voice.xml", "connect.xml"} {
		if bins["/"+name], err = os.ReadFile(filepath.Join(made, name)); err != nil {
			return nil, err
		}
	}
	return bins, nil
})

func (s *site) environment() []string {
	out := append(os.Environ(), "PATH="+s.dir+":"+os.Getenv("PATH"))
	for k, v := range s.env {
		out = append(out, k+"="+v)
	}
	return out
}

// command runs a program in the gateway's environment.
func (s *site) command(name string, args ...string) (string, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), walkPatience)
	defer cancel()
	if filepath.Base(name) == name {
		if path := filepath.Join(s.dir, name); exists(path) {
			name = path
		}
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.t.TempDir(), s.environment()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// types runs a command of a runbook, as a person types it.
func (s *site) types(command string) string {
	s.t.Helper()
	out, err := s.command("sh", "-e", "-c", command)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return out
}

// start starts the gateway, and waits until it answers its operator.
func (s *site) start() {
	s.t.Helper()
	s.cmd = exec.Command(filepath.Join(s.dir, "gateway"))
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = s.environment(), &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for end := time.Now().Add(walkPatience); s.get("/healthz") == ""; time.Sleep(looksEvery) {
		if time.Now().After(end) {
			s.t.Fatal("the gateway does not start")
		}
	}
}

// stop stops the gateway, as systemctl stop does.
func (s *site) stop() {
	s.t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the gateway ended with %v", err)
	}
}

// restart is systemctl restart.
func (s *site) restart() {
	s.t.Helper()
	s.stop()
	s.start()
	s.started = s.minutes()
}

// get reads a page of the operator's, as somebody who tells nobody; nothing when there is none.
func (s *site) get(path string) string { return s.getAs(server.AsksDoctor, path) }

func (s *site) getAs(agent, path string) string {
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://"+s.env["ADMIN_ADDR"]+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

// await waits until a condition holds.
func (s *site) await(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(walkPatience); !holds(); time.Sleep(looksEvery) {
		if time.Now().After(end) {
			s.t.Fatalf("waited in vain until %s\n%s", what, s.get("/readyz"))
		}
	}
}

// watch runs signpost watch once, and gives what people were told.
func (s *site) watch(args ...string) []string {
	s.t.Helper()
	if out, err := s.command("signpost", append([]string{"watch"}, args...)...); err != nil {
		s.t.Fatalf("watch: %v, %s", err, out)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.told
	s.told = nil
	return told
}

// doctor gives what signpost doctor finds: the names of what is bad or to look at.
func (s *site) doctor() map[string]string {
	s.t.Helper()
	out, _ := s.command("signpost", "doctor", "-format", "json") // it ends with 1 when something is bad
	var found []struct{ Name, Verdict, What string }
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		s.t.Fatalf("doctor: %v, %s", err, out)
	}
	names := map[string]string{}
	for _, f := range found {
		if f.Name != "" && names[f.Name] != "bad" {
			names[f.Name] = f.Verdict
		}
	}
	return names
}

func (s *site) minutes() (sum int) {
	for _, one := range s.scrapes {
		sum += one.minutes
	}
	return sum
}

var metricLine = regexp.MustCompile(`(?m)^((?:signpost_[a-z_]+)(?:\{[^}]*\})?) (\S+)$`)

// scrape reads the real metrics, and has a monitor see them for so many minutes.
func (s *site) scrape(minutes int) {
	s.t.Helper()
	values := map[string]string{up: "0"}
	if s.job != "signpost" {
		values = map[string]string{fmt.Sprintf("up{job=%q}", s.job): "1"}
	} else if text := s.getAs("Prometheus", "/metrics"); text != "" {
		values = map[string]string{up: "1", started: fmt.Sprint(s.started * 60)}
		for _, m := range metricLine.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], "build_info") {
				values[m[1]] = m[2]
			}
		}
	}
	s.scrapes = append(s.scrapes, scrape{values, minutes})
}

// series is what a monitor saw of the metrics that an alert asks for, for promtool.
func (s *site) series(alert string) *line {
	s.t.Helper()
	rules, err := os.ReadFile("deploy/alerts.yaml")
	if err != nil {
		s.t.Fatal(err)
	}
	_, rule, _ := strings.Cut(string(rules), "- alert: "+alert+"\n")
	rule, _, _ = strings.Cut(rule, "labels:")
	l := &line{samples: map[string][]string{}, silent: map[string]bool{}}
	names := map[string]bool{}
	for _, one := range s.scrapes {
		for name := range one.values {
			metric, _, _ := strings.Cut(name, "{")
			if regexp.MustCompile(`\b` + metric + `\b`).MatchString(rule) {
				names[name] = true
			}
		}
	}
	for _, one := range s.scrapes {
		for range one.minutes {
			for name := range names {
				v, ok := one.values[name]
				if !ok {
					v = "_"
				}
				l.samples[name] = append(l.samples[name], v)
			}
			l.now++
		}
	}
	return l
}

// inFront has something else answer at PUBLIC_URL; nil is the gateway.
func (s *site) inFront(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.front = h
}

// phone is somebody's phone, whose number ends with these digits.
func (s *site) phone(end int) *handset.Phone {
	return &handset.Phone{Handler: s.public.Config.Handler, Base: s.public.URL, Account: walkAccount,
		Token: privacy.Hide(walkToken), From: fmt.Sprintf("+4474009%05d", end), To: walkLine, Jar: map[string]string{}}
}
