package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// stranger is what somebody who is not the provider sent. It must be nowhere
// either, but for memory: nobody's words come that way.
const stranger = "what a stranger sent"

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

func begin(t *testing.T, program string, env ...string) *life {
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
	l.cmd.Env = append([]string{"TWILIO_AUTH_TOKEN=" + token, "TWILIO_ACCOUNT_SID=" + account, "PUBLIC_URL=" + base,
		"LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0",
		"REDIS_URL=redis://" + l.tap.Addr, "PRIVACY_KEY=" + secret, "TWILIO_API_URL=" + l.provider.URL,
		"SSL_CERT_FILE=" + l.provider.Cert,
		"FLOWS_DIR=" + l.flows, "TMPDIR=" + l.scratch, "HOME=" + l.scratch, "LOG_LEVEL=debug", "ERASE_AFTER=1s",
		"SENDER_LIMIT=12", "GOTRACEBACK=all", "OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL}, env...)
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
		"POST /sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
			"Content-Length: 500\r\n\r\nBody=" + l.c.words,
		"POST /sms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" +
			"Content-Type: application/x-www-form-urlencoded\r\n\r\nzz\r\n" + l.c.stranger,
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
