package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	base    = "https://sms.example.org"
	line    = "+441632960000"
)

// patch changes a line of our own source for one build.
type patch struct{ file, old, put string }

// build makes the server with patches. It is the program as it ships, but for
// one thing: it lets its parent read its memory.
func build(t *testing.T, forgets bool, patches ...patch) string {
	t.Helper()
	how := testkit.Built
	if !forgets {
		how = testkit.Tested
	}
	var changes []testkit.Patch
	for _, p := range append(patches, patch{"cmd/gateway/main.go", "	noCore()\n", ""}) {
		changes = append(changes, testkit.Patch{File: p.file, Old: p.old, Put: p.put})
	}
	dir := t.TempDir()
	if err := testkit.Build("../..", dir, how, []string{"gateway"}, changes...); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "gateway")
}

// digits makes a random number of so many digits.
func digits(n int) string {
	out := ""
	for range n {
		d, err := rand.Int(rand.Reader, big.NewInt(9))
		if err != nil {
			panic(err)
		}
		out += fmt.Sprint(d.Int64() + 1)
	}
	return out
}

// canaries are what must not be found: made anew each time, so that no source
// or table holds them by chance.
type canaries struct{ number, landline, words, name, place, keys, stranger string }

func newCanaries() canaries {
	return canaries{
		number: "+4474" + digits(8), landline: "+44122863" + digits(4), words: "zq" + digits(9) + "canary",
		name:  "Name" + digits(8),
		place: "vIlL" + digits(8) + "aGe", keys: digits(12),
		stranger: "zx" + digits(9) + "stranger",
	}
}

// stranger is what somebody who is not the provider sent. It must be nowhere
// either, but for memory: nobody's words come that way.
const stranger = "what a stranger sent"

func (c canaries) all() map[string]string {
	return map[string]string{"a phone number": c.number, "a landline": c.landline, "what was written": c.words,
		"a name": c.name, "a place": c.place, "keys pressed": c.keys, stranger: c.stranger}
}

// run is one life of a server under test, with everything about it that could
// keep something.
type life struct {
	t        *testing.T
	c        canaries
	redis    *testkit.Redis
	tap      *testkit.Proxy // between the server and Redis
	provider *testkit.Provider
	cmd      *exec.Cmd
	url      string
	admin    string
	flows    string
	scratch  string

	mu       sync.Mutex
	read     int             // how much of the log await has read
	traces   strings.Builder // all that a collector was sent, and how
	log      strings.Builder
	answers  strings.Builder // all that HTTP requests got back
	surfaces map[string]string
	taken    map[string]int // requests that were answered, by path
}

func begin(t *testing.T, program string) *life {
	t.Helper()
	l := &life{t: t, c: newCanaries(), redis: testkit.StartRedis(t),
		provider: testkit.NewProvider(t, account, token).OverTLS(t), surfaces: map[string]string{},
		taken: map[string]int{},
		flows: t.TempDir(), scratch: t.TempDir()}
	l.tap = testkit.NewProxy(t, l.redis.Addr).Keep()
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		sent, _ := httputil.DumpRequest(r, true)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.traces.Write(sent)
	}))
	t.Cleanup(collector.Close)
	for _, name := range load.Files() {
		data, err := book.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(l.flows, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.cmd = exec.Command(program)
	l.cmd.Dir = l.scratch
	l.cmd.Env = []string{"TWILIO_AUTH_TOKEN=" + token, "TWILIO_ACCOUNT_SID=" + account, "PUBLIC_URL=" + base,
		"LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0",
		"REDIS_URL=redis://" + l.tap.Addr, "PRIVACY_KEY=" + secret, "TWILIO_API_URL=" + l.provider.URL,
		"SSL_CERT_FILE=" + l.provider.Cert,
		"FLOWS_DIR=" + l.flows, "TMPDIR=" + l.scratch, "HOME=" + l.scratch, "LOG_LEVEL=debug", "ERASE_AFTER=1s",
		"SENDER_LIMIT=12", "GOTRACEBACK=all", "OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.cmd.Stderr = l.cmd.Stdout
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for sc := bufio.NewScanner(out); sc.Scan(); {
			l.mu.Lock()
			l.log.WriteString(sc.Text() + "\n")
			l.mu.Unlock()
		}
	}()
	t.Cleanup(func() { _ = l.cmd.Process.Kill(); <-ended; _ = l.cmd.Wait() })
	var serving struct{ Listen, Admin string }
	if err := json.Unmarshal([]byte(l.await(`"serving"`)), &serving); err != nil {
		t.Fatal(err)
	}
	l.url, l.admin = "http://"+serving.Listen, "http://"+serving.Admin
	return l
}

// await waits for the next line of the log that says something.
func (l *life) await(what string) string {
	l.t.Helper()
	const patience, often = 2 * time.Minute, 10 * time.Millisecond
	tick := time.NewTicker(often)
	defer tick.Stop()
	for deadline := time.After(patience); ; {
		l.mu.Lock()
		for line := range strings.Lines(l.log.String()[l.read:]) {
			l.read += len(line)
			if strings.Contains(line, what) {
				l.mu.Unlock()
				return line
			}
		}
		l.mu.Unlock()
		select {
		case <-tick.C:
		case <-deadline:
			l.t.Fatalf("the log does not say %s", what)
		}
	}
}

// secret is the server's PRIVACY_KEY.
const secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

// opened is what the sealed values in Redis hold: a seal must not hide a leak from the
// search.
func (l *life) opened() string {
	key, err := privacy.ParseSecret(secret)
	if err != nil {
		l.t.Fatal(err)
	}
	keys, err := privacy.NewKeyring(key)
	if err != nil {
		l.t.Fatal(err)
	}
	var out strings.Builder
	open := func(key, field, value string) {
		plain, ok := store.OpenValue(keys, key, field, value)
		if !ok && !strings.HasPrefix(key, "s:") { // an older form of a state is not sealed
			l.t.Errorf("%s %s cannot be opened", key, field)
		}
		fmt.Fprintf(&out, "%s %s holds %s\n", key, field, strings.TrimRight(plain, "\x00"))
	}
	for _, pattern := range []string{"s:*", "line:*"} {
		for _, key := range l.redis.Do(l.t, "KEYS", pattern) {
			open(key, "", strings.Join(l.redis.Do(l.t, "GET", key), ""))
		}
	}
	for _, pattern := range []string{"r:*", "counts:*", "spent:*"} {
		for _, key := range l.redis.Do(l.t, "KEYS", pattern) {
			for pair := range slices.Chunk(l.redis.Do(l.t, "HGETALL", key), 2) {
				open(key, pair[0], pair[1])
			}
		}
	}
	return out.String()
}

// ServeHTTP sends what a phone posts on to the server and keeps the answer.
func (l *life) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := http.NewRequest(r.Method, l.url+r.URL.RequestURI(), r.Body)
	if err != nil {
		l.t.Error(err)
		return
	}
	req.Header = r.Header
	req.Close = len(r.URL.Path)%2 == 0 // some connections end with their request
	l.do(req, w)
}

func (l *life) do(req *http.Request, w http.ResponseWriter) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	l.mu.Lock()
	fmt.Fprintf(&l.answers, "%s\n%v\n%s\n", resp.Status, resp.Header, body)
	if resp.StatusCode == http.StatusOK {
		l.taken[req.URL.Path]++
	}
	l.mu.Unlock()
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(body)
}

func (l *life) phone(from string) *handset.Phone {
	return &handset.Phone{Handler: l, Base: base, Account: account, Token: privacy.Hide(token), From: from, To: line}
}

// drive sends the canaries everywhere, well and badly.
func (l *life) drive() {
	ctx, c, p := context.Background(), l.c, l.phone(l.c.number)
	for _, body := range []string{c.words, "hello", "2", c.words, "kendal " + c.words, "im in " + c.place,
		c.place + " near penrith", "1", "999 " + c.words, "9", "STOP " + c.words, c.words,
		"thanks " + c.words, c.words} {
		_, _ = p.Text(ctx, body) // some are over the limit; some builds here panic
	}
	person := func() url.Values {
		return url.Values{"From": {c.number}, "To": {line}, "Body": {c.words}, "FromCity": {c.place},
			"CallerName": {c.name}, "ProfileName": {c.name}, "ForwardedFrom": {c.landline}}
	}
	for _, path := range append(server.Endpoints(), "/nowhere", "/") {
		for _, from := range []string{c.number, c.landline, "whatsapp:" + c.number, "sip:" + c.name + "@example.org"} {
			for _, kind := range []url.Values{
				{"MessageSid": {handset.SID("SM")}}, {"CallSid": {handset.SID("CA")}, "Digits": {c.keys},
					"CallStatus": {"in-progress"}},
				{"MessageSid": {handset.SID("SM")}, "MessageStatus": {"delivered"}, "RawDlrDoneDate": {"1"}},
				{"CallSid": {c.stranger}, "DialCallSid": {c.stranger}, "DialCallStatus": {"busy"}},
			} {
				form := person()
				form.Set("From", from)
				for k, v := range kind {
					form[k] = v
				}
				_, _, _ = p.Post(ctx, path, form)
				stranger := *p
				stranger.Token = privacy.Hide("wrong")
				_, _, _ = stranger.Post(ctx, path, form)
			}
		}
		for _, bad := range []struct{ kind, body string }{
			{"application/x-www-form-urlencoded", "Body=" + c.words + "&From=%zz"},
			{"application/json", `{"Body":"` + c.stranger + `"}`}, {"", c.stranger},
			{"application/x-www-form-urlencoded", "Body=" + c.words + "&From=" + strings.Repeat(c.number,
				twilio.MaxBody/len(c.number)+1)},
		} {
			req, err := http.NewRequest(http.MethodPost, l.url+path, strings.NewReader(bad.body))
			if err != nil {
				l.t.Fatal(err)
			}
			req.Header.Set("Content-Type", bad.kind)
			req.Header.Set(twilio.SignatureHeader, c.stranger)
			l.do(req, &discard{})
		}
	}
	// Records that the provider refuses to delete: emptying one gives it back,
	// numbers and all.
	for range 3 {
		kept := handset.SID("SM")
		l.provider.Hold(testkit.Record{SID: kept, Body: c.words, From: c.number, To: line, Refused: 1 << 30})
		_, _, _ = p.Post(ctx, "/sms", url.Values{"MessageSid": {kept}, "From": {c.landline}, "To": {line},
			"Body": {c.words}})
	}
	l.broken()
	call, err := p.Ring(ctx)
	if err != nil {
		return
	}
	for _, k := range []byte("713") {
		_ = call.Press(ctx, k)
	}
	_ = call.PressAll(ctx, c.keys)
	for _, k := range []byte("0") {
		_ = call.Press(ctx, k)
	}
	_ = call.LegEnds(ctx, "no-answer")
	l.byGET()
	l.leaveOpen()
}

// byGET sends texts as a number that is set up with GET does: all is in the address.
func (l *life) byGET() {
	// Of several lengths: what is not wiped is overwritten sooner or later by something of its size.
	const lengths, longer = 5, 200
	for i, path := range []string{"/sms", "//sms", "/nowhere"} {
		for k, secret := range []string{token, "wrong"} {
			pad := strings.Repeat("x", longer*((2*i+k)%lengths))
			query := url.Values{"Pad": {pad}, "MessageSid": {handset.SID("SM")}, "From": {l.c.number}, "To": {line},
				"Body": {l.c.words}, "FromCity": {l.c.place}, "AccountSid": {account}}
			target := path + "?" + query.Encode()
			req, err := http.NewRequest(http.MethodGet, l.url+target, nil)
			if err != nil {
				l.t.Fatal(err)
			}
			twilio.Signer{Token: privacy.Hide(secret)}.Sign(req.Header, base+target, nil)
			l.do(req, &discard{})
		}
	}
}

// leaveOpen sends a text over a connection that then stays open, idle.
func (l *life) leaveOpen() {
	own := &http.Client{Transport: &http.Transport{}}
	l.t.Cleanup(own.CloseIdleConnections)
	form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {l.c.number}, "To": {line}, "Body": {l.c.words},
		"AccountSid": {account}}
	req, err := http.NewRequest(http.MethodPost, l.url+"/sms", strings.NewReader(form.Encode()))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set(twilio.SignatureHeader, twilio.Sign(privacy.Hide(token), base+"/sms", form))
	if resp, err := own.Do(req); err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

type discard struct{}

func (*discard) Header() http.Header         { return http.Header{} }
func (*discard) WriteHeader(int)             {}
func (*discard) Write(p []byte) (int, error) { return len(p), nil }

// broken sends requests that are cut off, and headers that are no headers.
func (l *life) broken() {
	for _, raw := range []string{
		"POST /sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nBody=" +
			l.c.words,
		"POST /sms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nzz\r\n" +
			l.c.stranger,
		"nonsense " + l.c.stranger + "\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
		if err != nil {
			l.t.Fatal(err)
		}
		_, _ = conn.Write([]byte(raw))
		_ = conn.(*net.TCPConn).CloseWrite()
		b, _ := io.ReadAll(io.LimitReader(conn, 1<<16))
		conn.Close()
		l.mu.Lock()
		l.answers.Write(b)
		l.mu.Unlock()
	}
}

func (l *life) get(path string) string {
	resp, err := http.Get(l.admin + path)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(b)
}

// through takes the server through every trouble there is, sending canaries all
// the while, and gathers everything it said, kept or sent.
func (l *life) through(short bool) {
	r := l.redis
	note := func(when string) {
		l.surfaces["Redis, "+when] = r.Dump(l.t) + l.opened()
		l.surfaces["metrics and health, "+when] = l.get("/metrics") + l.get("/readyz") + l.get("/status") +
			l.get("/healthz")
	}
	l.drive()
	note("all well")
	if !short {
		r.Do(l.t, "CONFIG", "SET", "maxmemory", "1") // it answers errors
		l.drive()
		r.Do(l.t, "CONFIG", "SET", "maxmemory", "0")
		r.Do(l.t, "REPLICAOF", "127.0.0.1", "1") // READONLY
		l.drive()
		r.Do(l.t, "REPLICAOF", "NO", "ONE")
		r.Hang()
		l.drive()
		r.Wake()
		for _, f := range []testkit.Fault{testkit.FaultBusySilent, testkit.FaultBroken, testkit.FaultGarbage,
			testkit.FaultDrop, testkit.FaultAuth} {
			l.provider.Fail(f)
		}
		l.drive()
		// The drive is sooner over than what it leaves at the provider is due: wait until
		// the provider has refused some of it.
		l.provider.Await(l.t, "an erasing refused for a while",
			func() bool { return counted(l.get("/metrics"), `erasures_total{outcome="busy"}`) })
		r.Kill()
		l.drive()
		r.Restart(l.t)
		l.edit("menus.yaml", `"`+testbook.Opens("who"), `"For whom?`)
		l.await("a flow book is in use")
		l.drive()
		l.edit("menus.yaml", "steps:", "steps: [ "+l.c.stranger) // a mistake: the book may be quoted nowhere
		l.await("the flow book has mistakes")
		l.drive()
		// Redis has been emptied on the way: what the last drive leaves is refused at the latest.
		l.provider.Await(l.t, "an erasing refused",
			func() bool { return counted(l.get("/metrics"), `erasures_total{outcome="refused"}`) })
		note("after all that")
	}
	l.provider.Await(l.t, "a message emptied",
		func() bool { return strings.Contains(l.provider.Raw(), "\r\n\r\nBody=") })
	l.provider.Lose() // from here on nobody's number is answered to us
	for range 10 {    // once more, with little after it that could overwrite what is not wiped
		l.byGET()
	}
	wiped := l.wipes()
	for deadline := time.Now().Add(2 * time.Minute); l.wipes() < wiped+
		2; _, _ = l.phone("+447400123456").Text(context.Background(), "hello") {
		if time.Now().After(deadline) {
			l.t.Fatal("memory is not wiped")
		}
	}
	l.surfaces["memory, as a core file has it"] = memory(l.t, l.cmd.Process.Pid)
	_ = l.cmd.Process.Signal(os.Interrupt)
	l.await(`"stopped"`)
	l.surfaces["Redis, at the end"] = r.Dump(l.t) + l.opened()
	l.surfaces["the provider's API"] = l.provider.Raw()
	l.surfaces["all that went to Redis and back"] = l.tap.Kept()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.surfaces["the log and the standard streams"] = l.log.String()
	l.surfaces["answers"] = l.answers.String()
	l.surfaces["traces"] = l.traces.String()
	l.surfaces["files"] = files(l.t, l.scratch)
}

func (l *life) wipes() (n float64) {
	_, rest, _ := strings.Cut(l.get("/metrics"), "\nsignpost_memory_wipes_total ")
	fmt.Sscan(rest, &n)
	return n
}

func (l *life) edit(file, old, put string) {
	path := filepath.Join(l.flows, file)
	b, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		l.t.Fatalf("%q is not in %s", old, file)
	}
	if err := os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(put), 1), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// files is the name and content of every file in a folder.
func files(t *testing.T, dir string) string {
	t.Helper()
	out := "(the folder)\n"
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out += path + "\n" + string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// memory is all of a process's memory that it can write to and that is not
// empty: what a core file would hold.
func memory(t *testing.T, pid int) string {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	var all strings.Builder
	page, empty := make([]byte, 1<<16), make([]byte, 1<<16)
	for m := range strings.SplitSeq(string(maps), "\n") {
		var from, to int64
		var perms string
		if n, _ := fmt.Sscanf(m, "%x-%x %s", &from, &to, &perms); n != 3 || !strings.HasPrefix(perms, "rw") {
			continue
		}
		for at := from; at < to; at += int64(len(page)) {
			n, err := mem.ReadAt(page[:min(int64(len(page)), to-at)], at)
			if err != nil && n == 0 {
				break
			}
			if !bytes.Equal(page[:n], empty[:n]) {
				all.Write(page[:n])
			}
		}
	}
	return all.String()
}

// found looks for every canary on every surface.
func (l *life) found() (out []string) {
	for where, kept := range l.surfaces {
		forms := testkit.FindCanaries(kept, slices.Collect(maps.Values(l.c.all()))...)
		for what, canary := range l.c.all() {
			if what == stranger && strings.HasPrefix(where, "memory") {
				continue
			}
			if form, ok := forms[canary]; ok {
				out = append(out, fmt.Sprintf("%s is in %s (%s)", what, where, form))
			}
		}
	}
	slices.Sort(out)
	return out
}

// Where a text is read, and a fault there that quotes it.
const (
	readsText      = "	m.read(in.Text.Reveal())\n"
	panicsOnThanks = "	if strings.HasPrefix(m.text, \"thanks\") {\n		panic(m.text)\n	}\n"
)

// Marked words, numbers, names, places and keys go through every endpoint and
// every failure of the real program, and turn up nowhere: not in Redis nor in
// anything said to it, not in the log at its most talkative, metrics, health,
// answers, refusals, the provider's API, files, or the process's own memory.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	// This build also panics with what was written, in the middle of a text and of a call.
	l := begin(t, build(t, true,
		patch{"sms/handler.go", readsText, readsText + panicsOnThanks},
		patch{"sms/handler.go", "	\"time\"\n", "	\"strings\"\n	\"time\"\n"},
		patch{"ivr/handler.go", "	in := keyed(h.Now(), &pos, c.Keys)\n",
			"	in := keyed(h.Now(), &pos, c.Keys)\n	if c.Keys == \"7\" {\n		panic(c.Caller.Raw.Reveal())\n	}\n"}))
	l.through(false)
	for _, f := range l.found() {
		t.Error(f)
	}
	m := l.surfaces["metrics and health, after all that"]
	for _, path := range server.Endpoints() {
		was := func(outcome string) bool {
			return counted(m, fmt.Sprintf(`signpost_webhooks_total{endpoint=%q,outcome=%q}`, path, outcome))
		}
		if !was("refused") && !was("mismatched") {
			t.Errorf("nothing was refused at %s", path)
		}
		if l.taken[path] == 0 { // the metric appears within a day
			t.Errorf("nothing was answered at %s", path)
		}
	}
	if !strings.Contains(l.surfaces["the provider's API"], "\r\n\r\nBody=") {
		t.Error("no message was emptied")
	}
	for _, want := range []string{`endpoint="/sms",outcome="panicked"`, `endpoint="/voice/key",outcome="panicked"`,
		`outcome="degraded"`, `erasures_total{outcome="busy"}`, `erasures_total{outcome="refused"}`} {
		if !counted(m, want) {
			t.Errorf("the drive did not come by %s", want)
		}
	}
	if !strings.Contains(l.surfaces["Redis, at the end"], "text|||limited") { // the metric appears within a day
		t.Error("no text was over the limit")
	}
	if !strings.Contains(m, "last_reload_success 0") {
		t.Error("no book was refused")
	}
	for where, holds := range map[string]string{
		"Redis, all well": "s:{", "Redis, at the end": "counts:", "all that went to Redis and back": "EVALSHA",
		"the provider's API": "DELETE /2010-04-01/", "the log and the standard streams": "the store is away",
		"answers": "403 Forbidden", "memory, as a core file has it": account, "files": "(the folder)",
		"traces": "signpost.endpoint",
	} {
		if !strings.Contains(strings.ToLower(l.surfaces[where]), strings.ToLower(holds)) {
			t.Errorf("%s was not looked at: it does not hold %q", where, holds)
		}
	}
	// No matter what went wrong, what people were sent holds no word that must not be
	// read over their shoulder, and no name.
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	texts := map[string]bool{}
	for rest := l.surfaces["answers"]; ; {
		_, after, ok := strings.Cut(rest, "<Body>")
		if !ok {
			break
		}
		var text string
		text, rest, _ = strings.Cut(after, "</Body>")
		texts[html.UnescapeString(text)] = true
	}
	if len(texts) < 5 {
		t.Errorf("only %d different texts were sent", len(texts))
	}
	for text := range texts {
		if words := check.Watched(src.Book.Watch, text, nil); len(words) > 0 {
			t.Errorf("a text holds %q: %q", words, text)
		}
	}
	for where, kept := range l.surfaces {
		t.Logf("%8d bytes of %s", len(kept), where)
	}
}

// The same search finds what is leaked when it is: each build has leaks planted
// in the program's source, of the kinds somebody might write without thinking.
func TestLeaksAreFound(t *testing.T) {
	type leak struct{ what, where string }
	tests := []struct {
		name    string
		short   bool
		forgets bool
		patches []patch
		leaks   []leak
	}{
		{"in the log, a name, a label, a count, a URL, a refusal and a trace", true, true, []patch{
			// A panic is logged whole.
			{"sms/handler.go", readsText, readsText + panicsOnThanks},
			{"sms/handler.go", "	\"time\"\n", "	\"strings\"\n	\"time\"\n"},
			{"internal/twilio/guard.go",
				"		if recover() != nil {\n			g.log.Error(\"a panic was answered with the safe reply\", \"endpoint\", endpoint)",
				"		if p := recover(); p != nil {\n			g.log.Error(\"a panic was answered with the safe reply\", \"endpoint\", endpoint, \"err\", p)"},
			// The number names the conversation.
			{"sms/identity.go", "Conv: i.Keys.HashBy(k, \"conversation\", day, from, m.Line)",
				"Conv: i.Keys.HashBy(k, \"conversation\", day)[:4] + from"},
			// The sender's name is a metric's label.
			{"internal/twilio/webhook.go", "Text: privacy.Hide(f.get(fieldBody)),",
				"Text: privacy.Hide(f.get(fieldBody)), Name: f.get(\"ProfileName\"),"},
			{"internal/webhook/message.go", "	Line string", "	Name string\n	Line string"},
			{"sms/handler.go", readsText, "	h.Count(Outcome(in.Name))\n" + readsText},
			// The keys are counted.
			{"ivr/handler.go", "	in := keyed(h.Now(), &pos, c.Keys)\n",
				"	in := keyed(h.Now(), &pos, c.Keys)\n	h.Tally(\"x\", counters.Kind{Channel: counters.Call, Outcome: counters.Outcome(c.Keys)})\n"},
			// The caller's place rides in a URL.
			{"internal/twilio/webhook.go", "ID: f.get(fieldCall), Caller: sender,",
				"ID: f.get(fieldCall), City: f.get(\"FromCity\"), Caller: sender,"},
			{"internal/webhook/call.go", "	Caller Address\n", "	City   string\n	Caller Address\n"},
			{"ivr/reply.go", "PositionParam + \"=\" + token", "PositionParam + \"=\" + token + \"&city=\" + c.City"},
			// A refusal explains itself.
			{"internal/twilio/guard.go", "		w.WriteHeader(http.StatusForbidden)\n",
				"		w.WriteHeader(http.StatusForbidden)\n		_, _ = w.Write([]byte(r.Header.Get(SignatureHeader)))\n"},
			// A span is named after the sender, and the list is not looked at.
			{"internal/twilio/guard.go", "	resp = next(ctx, w)\n",
				"	_, span := otel.Tracer(\"x\").Start(ctx, w.Message.From.Raw.Reveal())\n	span.End()\n	resp = next(ctx, w)\n"},
			{"internal/twilio/guard.go", "	\"net/http\"\n",
				"	\"net/http\"\n\n	\"go.opentelemetry.io/otel\"\n"},
			{"internal/trace/trace.go", "	return &Tracer{provider: p,",
				"	otel.SetTracerProvider(p)\n	return &Tracer{provider: p,"},
			{"internal/trace/trace.go",
				"	if !slices.Contains(names, Name(one.Name())) {\n		return nil\n	}\n", ""},
		}, []leak{{"what was written", "the log"}, {"a phone number", "Redis"}, {"a name", "metrics"},
			{"keys pressed", "Redis"}, {"a place", "answers"}, {stranger, "answers"}, {"a phone number", "traces"}}},
		{"in an error, a value, a file and the list to erase", false, true, []patch{
			// An error quotes the text.
			{"sms/handler.go", "h.Log.Warn(\"the store is away: a text is answered without it\", \"err\", err)",
				"h.Log.Warn(\"the store is away: a text is answered without it\", \"err\", m.text)"},
			// The text is kept, in base64, and not sealed.
			{"internal/store/sealed.go", "	return s.keys.Seal(statePurpose, conv, until, state)\n",
				"	return string(state)\n"},
			{"sms/handler.go", "h.commit(ctx, m, session, mark, a)\n",
				"h.Sessions.Commit(ctx, m.session, session, mark, []byte(base64.StdEncoding.EncodeToString([]byte(m.text))), a.keepTTL)\n"},
			{"sms/handler.go", "	\"context\"\n", "	\"context\"\n	\"encoding/base64\"\n"},
			// A file is written, backwards.
			{"internal/twilio/guard.go", "	signature := r.Header.Get(SignatureHeader)\n",
				"	signature := r.Header.Get(SignatureHeader)\n	back := []byte(f.get(\"ForwardedFrom\"))\n	slices.Reverse(back)\n	if len(back) > 0 {\n		_ = os.WriteFile(os.TempDir()+\"/debug\", back, 0o600)\n	}\n"},
			{"internal/twilio/guard.go", "	\"net/http\"\n", "	\"net/http\"\n	\"os\"\n	\"slices\"\n"},
			// The number is put on the list to erase.
			{"internal/twilio/records.go",
				"	if !isMessageID(s) && !isCallID(s) {\n		return RecordID{}, false\n	}\n", ""},
			{"internal/twilio/records.go", "	add(fieldLeg, RecordFinal)\n", "	add(fieldFrom, RecordFinal)\n"},
		}, []leak{{"what was written", "the log"}, {"what was written", "Redis"}, {"a landline", "files"},
			{"a phone number", "Redis"}}},
		{"in memory: the last request", true, true, []patch{
			{"internal/twilio/guard.go", "	signature := r.Header.Get(SignatureHeader)\n",
				"	signature := r.Header.Get(SignatureHeader)\n	if f.get(\"CallerName\") != \"\" {\n		lastForm = f.get(\"CallerName\")\n	}\n"},
			{"internal/twilio/guard.go", "// Safe returns", "var lastForm string\n\n// Safe returns"},
		}, []leak{{"a name", "memory"}}},
		{"in memory: the read buffer is not wiped", true, true,
			[]patch{{"cmd/gateway/server/wipe.go", "	clear(p)\n", ""}}, []leak{{"what was written", "memory"}}},
		{"in memory: the address of a GET is not wiped", true, true,
			[]patch{{"cmd/gateway/server/wipe.go",
				"	clear(unsafe.Slice(unsafe.StringData(query), len(query))) // #nosec G103 -- a string's memory cannot be wiped otherwise\n",
				"	_ = unsafe.StringData(query)\n"}}, []leak{{"what was written", "memory"}}},
		{"in memory: a build that does not erase", true, false, nil,
			[]leak{{"a phone number", "memory"}, {"what was written", "memory"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := begin(t, build(t, tt.forgets, tt.patches...))
			l.through(tt.short)
			found := l.found()
			for _, leak := range tt.leaks {
				if !slices.ContainsFunc(found,
					func(f string) bool { return strings.HasPrefix(f, leak.what+" is in "+leak.where) }) {
					t.Errorf("%s was leaked to %s, and is not found there; found is %q", leak.what, leak.where, found)
				}
			}
		})
	}
}

// counted reports whether a series, named by its end, is above zero.
func counted(metrics, series string) bool {
	for line := range strings.Lines(metrics) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "} "); ok &&
			strings.HasSuffix(name, strings.TrimSuffix(series, "}")) && value != "0" {
			return true
		}
	}
	return false
}
