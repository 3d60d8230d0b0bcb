package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/area"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	base    = "https://sms.example.org"
	ourLine = "+441632960000"
)

// safeBuffer is a log that tests may read while the gateway writes.
type safeBuffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // closed at the next write
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written != nil {
		close(s.written)
		s.written = nil
	}
	return s.b.Write(p)
}

// patience is how long a test waits for what should come soon: machines are busy.
const patience = 2 * time.Minute

// await waits until the log says something for the nth time.
func (s *safeBuffer) await(t testing.TB, what string, n int) {
	t.Helper()
	for deadline := time.After(patience); ; {
		s.mu.Lock()
		if s.written == nil {
			s.written = make(chan struct{})
		}
		said, written := strings.Count(s.b.String(), what), s.written
		s.mu.Unlock()
		if said >= n {
			return
		}
		select {
		case <-written:
		case <-deadline:
			t.Fatalf("the log does not say %q %d times", what, n)
		}
	}
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// running is a gateway under test, on real sockets.
type running struct {
	*server.Gateway
	url, admin string
	log        *safeBuffer
	stop       context.CancelFunc
	done       chan error
	secrets    [][]byte
}

// start runs a gateway with the given changes to an ordinary configuration.
func start(t testing.TB, change func(*config.Config)) *running {
	t.Helper()
	return startWith(t, change, func(*server.Gateway) {})
}

// startWith also does something to the gateway before it runs.
func startWith(t testing.TB, change func(*config.Config), before func(*server.Gateway)) *running {
	t.Helper()
	cfg := config.Config{
		ListenAddr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", PublicURL: base, AccountSID: account,
		Tokens:   []privacy.Private{privacy.Hide("another0token0being0rotated"), privacy.Hide(token)},
		RedisURL: config.Embedded,
		Secrets:  [][]byte{privacy.NewSecret()}, SessionTTL: 15 * time.Minute, SenderLimit: 1000, ServiceLimit: 100_000,
		EraseAfter: time.Hour, EraseGiveUp: 360 * time.Hour,
		APIURL: "http://127.0.0.1:1", // nothing is erased unless a test means it
	}
	if change != nil {
		change(&cfg)
	}
	s := &running{log: &safeBuffer{}, done: make(chan error, 1), secrets: cfg.Secrets}
	g, err := server.New(cfg, server.NewLog(s.log, true))
	if err != nil {
		t.Fatal(err)
	}
	s.Gateway = g
	before(g)
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() { s.done <- g.Run(ctx) }()
	select {
	case <-g.Ready():
	case err := <-s.done:
		t.Fatalf("the gateway did not start: %v", err)
	}
	public, admin := g.Addrs()
	s.url, s.admin = "http://"+public.String(), "http://"+admin.String()
	t.Cleanup(func() {
		stop()
		if err, ok := <-s.done; ok && err != nil {
			t.Errorf("the gateway did not stop cleanly: %v", err)
		}
	})
	return s
}

// proxy sends what a phone signs for the public URL to the listener.
type proxy struct{ to string }

func (p proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := http.NewRequest(r.Method, p.to+r.URL.RequestURI(), r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	req.Header = r.Header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	maps.Copy(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

var handsets struct {
	sync.Mutex
	n int
}

// phone is a handset with a number of its own.
func (s *running) phone() *handset.Phone {
	handsets.Lock()
	defer handsets.Unlock()
	handsets.n++
	return &handset.Phone{Handler: proxy{s.url}, Base: base, Account: account, Token: privacy.Hide(token),
		From: fmt.Sprintf("+447400%06d", 100000+handsets.n), To: ourLine}
}

func text(t testing.TB, p *handset.Phone, body string) string {
	t.Helper()
	answer, err := p.Text(context.Background(), body)
	if err != nil {
		t.Fatalf("text: %v", err)
	}
	return answer
}

func get(t testing.TB, u string) string {
	t.Helper()
	resp, err := http.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every service of the directory can be reached by text and by keypad, through
// real signed webhooks and a real Redis.
func TestEveryServiceIsReached(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	// A Thursday at half past five, while the control room's advisers were there.
	s.SetClock(func() time.Time { return time.Date(2026, 5, 7, 16, 30, 0, 0, time.UTC) })
	tests := []struct{ service, text, keys, want string }{
		{"LetGo North", "penrith", "11", "01228 633640"},
		{"LetGo West", "Whitehaven", "12", "01900 842991 or 01900 842992"},
		{"LetGo South", "ulverston", "13", "01229 582386"},
		{"Cheshire East", "Nantwich", "21", "0300 123 5101"},
		{"Cheshire West and Chester", "Ellesmere Port", "22", "0300 123 7047 then press 2"},
		{"Halton", "runcorn", "23", "0300 111 1247"},
		{"Warrington", "Warrington!", "24", "01925 243359"},
		{"Wales", "wrexham", "31", "0808 80 10 800"},
		{"elsewhere", "Leeds", "33", "0808 2000 247"},
		{"Victim Support Cumbria", "kendal|1", "1322", "0300 303 0157"},
		{"Victim Support", "leeds|1", "332", "0808 1689 111"},
		{"Crimestoppers", "friend|4", "46", "0800 555 111"},
		{"Respect", "how i behave", "44", "0808 802 4040"},
		{"Samaritans", "how i behave|0", "440", "116 123"},
		{"men", "men", "41", "0808 801 0327"},
		{"LGBT+", "lgbt", "42", "0800 999 5428"},
		{"Childline", "under 19", "43", "0800 1111"},
		{"101", "101", "4622", "101"},
		{"adviser in the control room", "101", "46", "adviser"},
		{"999", "999", "5", "999"},
	}
	for _, tt := range tests {
		t.Run(tt.service, func(t *testing.T) {
			p, answer := s.phone(), ""
			for one := range strings.SplitSeq(tt.text, "|") {
				answer = text(t, p, one)
			}
			if !strings.Contains(answer, tt.want) {
				t.Errorf("texted %q: %q", tt.text, answer)
			}
			c, err := p.Ring(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []byte(tt.keys) {
				if err := c.Press(t.Context(), k); err != nil {
					t.Fatalf("key %c: %v", k, err)
				}
			}
			said := squash(strings.Join(c.Said, " "))
			for want := range strings.SplitSeq(strings.ReplaceAll(tt.want, " then press 2", ""), " or ") {
				if !strings.Contains(said, squash(want)) {
					t.Errorf("pressed %s: %q is not in %q", tt.keys, want, c.Said)
				}
			}
		})
	}
}

func squash(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// A call goes down the chain until somebody answers: two lines in turn, the
// option pressed for the caller, our number shown and never theirs.
func TestCallIsPutThrough(t *testing.T) {
	var s *running
	for _, from := range []string{"+447400123456", "anonymous", "+266696687", "+17378742833", "",
		"sip:someone@example.org", "+441228633640"} {
		s = start(t, nil) // one that has not seen the lines ring out
		s.SetClock(func() time.Time { return time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC) })
		p := s.phone()
		p.From = from
		c, err := p.Ring(t.Context())
		if err != nil {
			t.Fatalf("from %q: %v", from, err)
		}
		for _, k := range []byte("121") {
			if err := c.Press(t.Context(), k); err != nil {
				t.Fatal(err)
			}
		}
		var rung []string
		for !c.Ended {
			if len(c.Dialling) == 0 {
				t.Fatalf("from %q: nothing is rung after %q", from, c.Said)
			}
			one := ""
			for _, d := range c.Dialling {
				one += d.E164 + d.Keys + " "
			}
			rung = append(rung, strings.TrimSpace(one))
			if err := c.LegEnds(t.Context(),
				[]string{"no-answer", "busy", "failed", "canceled"}[len(rung)%4]); err != nil {
				t.Fatal(err)
			}
		}
		want := "[+441900842991 +441900842992 +443003030157 +448081689111 +448082000247]"
		if got := fmt.Sprint(rung); got != want {
			t.Errorf("from %q: rang %s, want %s", from, got, want)
		}
		if last := squash(strings.Join(c.Said, " ")); !strings.Contains(last, "08082000247") ||
			!strings.Contains(last, "999") {
			t.Errorf("from %q: the last words are %q", from, c.Said)
		}
		for _, d := range c.Docs {
			for _, n := range d.Children {
				if id, _ := n.Attr("callerId"); n.Name == "Dial" && id != ourLine {
					t.Errorf("from %q: the service is shown %q", from, id)
				}
			}
		}
	}
	p := s.phone()
	c, err := p.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []byte("221") {
		if err := c.Press(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	if d := c.Dialling; len(d) != 1 || d[0] != (webhook.DialLine{E164: "+443001237047", Keys: "wwww2"}) {
		t.Errorf("Chester is rung as %+v", d)
	}
	if err := c.LegEnds(t.Context(), "completed"); err != nil || !c.Ended || len(c.Said) > 0 {
		t.Errorf("after the conversation: ended %v, said %q, %v", c.Ended, c.Said, err)
	}
}

// A repeated webhook gets the same bytes and moves nothing, one at a time and
// all at once.
func TestRepeatsMoveNothing(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p := s.phone()
	form := func(sid, body string) url.Values {
		return url.Values{"MessageSid": {sid}, "From": {p.From}, "To": {p.To}, "Body": {body}}
	}
	post := func(sid, body string) string {
		status, b, err := p.Post(t.Context(), "/sms", form(sid, body))
		if err != nil || status != http.StatusOK {
			t.Errorf("%d, %v", status, err)
		}
		return string(b)
	}
	for _, body := range []string{"hello", "2", "1", "1", "kendal", "1", "xyzzy", "xyzzy", "x", "hello"} {
		sid := handset.SID("SM")
		first := post(sid, body)
		before := conversations(r.Dump(t))
		for range 2 {
			if again := post(sid, body); again != first {
				t.Errorf("%q again: %s\nfirst: %s", body, again, first)
			}
		}
		if after := conversations(r.Dump(t)); after != before {
			t.Errorf("%q again changed what is kept:\n%s\nbefore:\n%s", body, after, before)
		}
	}
	text(t, p, "kendal")
	sid := handset.SID("SM")
	var wg sync.WaitGroup
	answers := make([]string, 12)
	for i := range answers {
		wg.Go(func() { answers[i] = post(sid, "1") })
	}
	wg.Wait()
	for _, a := range answers {
		if a != answers[0] || !strings.Contains(a, "0300 303 0157") {
			t.Errorf("one message at once gave %s and %s", answers[0], a)
		}
	}
	if next := text(t, p, "1"); !strings.Contains(next, "0808 1689 111") {
		t.Errorf("twelve deliveries moved more than one step: %q", next)
	}
}

// conversations is a dump without what is written in its own time. A repeat's records are erased
// like any.
func conversations(dump string) string {
	var out []string
	for line := range strings.SplitSeq(dump, "\n") {
		if !strings.HasPrefix(line, "erase:") && !byItself(line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// byItself reports a key that a gateway writes at a fixed rate, whether or not anybody texts.
func byItself(key string) bool {
	return slices.ContainsFunc([]string{"line:", "health:", "spent:", "counts:"},
		func(kind string) bool { return strings.HasPrefix(key, kind) })
}

// With every fault of Redis, a text is answered before the provider gives up: a place gets
// its local number, anything else the 24-hour number and 999. Calls do not
// notice.
func TestRedisAway(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p := s.phone()
	text(t, p, "hello")
	check := func(t *testing.T) {
		for _, tt := range []struct{ body, want string }{
			{"kendal", "01229 582386"}, {"CW10 9QN", "0300 123 5101"}, {"1", "0808 2000 247"}, {"please help", "999"},
			{"", "0808 2000 247"}, {"999", emergency},
		} {
			client := s.phone()
			const givesUp = 15 * time.Second
			ctx, cancel := context.WithTimeout(t.Context(), givesUp)
			got, err := client.Text(ctx, tt.body)
			cancel()
			if err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("%q: %q, %v", tt.body, got, err)
			}
		}
		c, err := s.phone().Ring(t.Context())
		if err != nil || c.Gather == nil {
			t.Errorf("a call without Redis: %v", err)
		}
		if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "degraded: store-away: ") {
			t.Errorf("/readyz says %q", ready)
		}
	}
	t.Run("hung", func(t *testing.T) { r.Hang(); check(t); r.Wake() })
	t.Run("killed", func(t *testing.T) { r.Kill(); check(t) })
	t.Run("back", func(t *testing.T) {
		r.Restart(t)
		deadline := time.Now().Add(patience)
		for {
			p := s.phone()
			text(t, p, "hello")
			if got := text(t, p, "2"); strings.Contains(got, whoAsked) {
				return
			} else if time.Now().After(deadline) {
				t.Fatalf("conversations are not remembered again: %q", got)
			}
		}
	})
}

// What the outside may send that is no plain text from a mobile each has a
// decided outcome.
func TestOddSenders(t *testing.T) {
	s := start(t, nil)
	const silence = ""
	welcome := townAsked
	tests := []struct {
		name string
		form url.Values
		want string
	}{
		{"a mobile", url.Values{"From": {"+447400123456"}}, welcome},
		{"a mobile the number library does not know", url.Values{"From": {"+447700900123"}}, welcome},
		{"a foreign mobile", url.Values{"From": {"+353851234567"}}, welcome},
		{"WhatsApp", url.Values{"From": {"whatsapp:+447400123456"}, "To": {"whatsapp:" + ourLine}}, welcome},
		{"a landline, which might read it aloud", url.Values{"From": {"+441228633640"}}, silence},
		{"a freephone number", url.Values{"From": {"+448082000247"}}, silence},
		{"a 0300 number", url.Values{"From": {"+443001235101"}}, silence},
		{"a name", url.Values{"From": {"YourBank"}}, silence},
		{"a short code", url.Values{"From": {"60777"}}, silence},
		{"withheld", url.Values{"From": {"+266696687"}}, silence},
		{"nobody", url.Values{"From": {""}}, silence},
		{"SIP", url.Values{"From": {"sip:a@example.org"}}, silence},
		{"ourselves", url.Values{"From": {ourLine}}, silence},
		{"a picture with no words", url.Values{"From": {"+447400123457"}, "Body": {""}, "NumMedia": {"1"}}, welcome},
		{"a picture with a place", url.Values{"From": {"+447400123458"}, "Body": {"kendal"}, "NumMedia": {"1"}},
			"01229 582386"},
		{"a quoted reply", url.Values{"From": {"+447400123459"},
			"Body": {"kendal\n> Auto info line. Reply with your town"}}, "01229 582386"},
		{"a base64 body", url.Values{"From": {"+447400123460"},
			"Body": {"a2VuZGFsICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICA="}}, "01229 582386"},
		{"a liked message", url.Values{"From": {"+447400123461"}, "Body": {"Liked “Auto info line.”"}}, silence},
		{"a very long text", url.Values{"From": {"+447400123462"}, "Body": {strings.Repeat("hello ", 270)}}, welcome},
		{"the provider has answered STOP", url.Values{"From": {"+447400123463"}, "Body": {"STOP"},
			"OptOutType": {"STOP"}}, silence},
		{"the provider has answered HELP", url.Values{"From": {"+447400123464"}, "Body": {"HELP"},
			"OptOutType": {"HELP"}}, silence},
		{"the provider has answered START", url.Values{"From": {"+447400123465"}, "Body": {"START"},
			"OptOutType": {"START"}}, silence},
		{"STOP to a short code", url.Values{"From": {"+447400123466"}, "To": {"60777"}, "Body": {"Stop."}}, silence},
		{"HELP to a short code", url.Values{"From": {"+447400123467"}, "To": {"60777"}, "Body": {"HELP"}}, welcome},
		{"START to a short code", url.Values{"From": {"+447400123468"}, "To": {"60777"}, "Body": {"START"}}, welcome},
		{"YES out of the blue", url.Values{"From": {"+447400123469"}, "Body": {"YES"}}, welcome},
		{"thanks out of the blue", url.Values{"From": {"+447400123470"}, "Body": {"Ok thank you so much xx"}}, silence},
		{"no message id", url.Values{"From": {"+447400123471"}, "MessageSid": {""}}, "0808 2000 247"},
	}
	p := s.phone()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form := url.Values{"MessageSid": {handset.SID("SM")}, "To": {ourLine}, "Body": {"hello"}, "NumMedia": {"0"}}
			for k, v := range tt.form {
				form[k] = v
			}
			status, body, err := p.Post(t.Context(), "/sms", form)
			if err != nil || status != http.StatusOK {
				t.Fatalf("%d, %v", status, err)
			}
			doc, err := twilio.ParseDocument(body)
			if err != nil {
				t.Fatal(err)
			}
			if got := doc.Words(); !strings.Contains(got, tt.want) || tt.want == silence && len(doc.Children) > 0 {
				t.Errorf("answered %q, want %q", got, tt.want)
			}
		})
	}
}

// Nothing but the provider's own requests gets in, and nothing that does not
// leaves a trace.
func TestForgeries(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p := s.phone()
	form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {p.From}, "To": {p.To}, "Body": {"kendal"},
		"AccountSid": {account}}
	good := twilio.Sign(privacy.Hide(token), base+"/sms", form)
	const kind = "application/x-www-form-urlencoded"
	other := url.Values{}
	for k, v := range form {
		other[k] = v
	}
	other.Set("AccountSid", "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
	tests := []struct{ name, method, path, kind, body, signature string }{
		{"unsigned", "POST", "/sms", kind, form.Encode(), ""},
		{"signed with nothing", "POST", "/sms", kind, form.Encode(), twilio.Sign(privacy.Hide(""), base+"/sms", form)},
		{"signed with another token", "POST", "/sms", kind, form.Encode(),
			twilio.Sign(privacy.Hide("x"), base+"/sms", form)},
		{"signed for another path", "POST", "/voice", kind, form.Encode(), good},
		{"signed for another query", "POST", "/sms?a=b", kind, form.Encode(), good},
		{"changed after signing", "POST", "/sms", kind, strings.Replace(form.Encode(), "kendal", "crewe", 1), good},
		{"one field more", "POST", "/sms", kind, form.Encode() + "&x=y", good},
		{"another account", "POST", "/sms", kind, other.Encode(), twilio.Sign(privacy.Hide(token), base+"/sms", other)},
		{"GET", "GET", "/sms?" + form.Encode(), kind, "", good},
		{"JSON", "POST", "/sms?bodySHA256=00", "application/json", "{}", good},
		{"no type", "POST", "/sms", "", form.Encode(), good},
		{"too large", "POST", "/sms", kind, form.Encode() + "&x=" + strings.Repeat("y", twilio.MaxBody), good},
		{"not a form", "POST", "/sms", kind, "%zz;=", good},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequest(tt.method, s.url+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if tt.kind != "" {
				req.Header.Set("Content-Type", tt.kind)
			}
			req.Header.Set(twilio.SignatureHeader, tt.signature)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if b, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusForbidden || len(b) > 0 {
				t.Errorf("answered %d %q, want 403 and nothing", resp.StatusCode, b)
			}
		})
	}
	for line := range strings.Lines(r.Dump(t)) {
		if line = strings.TrimSpace(line); line != "" && !byItself(line) {
			t.Errorf("a forgery left a trace: %s", line)
		}
	}
}

// Long webhooks that come together, their lengths told or not, each over a connection
// of its own that ends with it, are all answered: what wipes the buffers of one never
// touches another.
func TestLongWebhooks(t *testing.T) {
	s := start(t, nil)
	var all sync.WaitGroup
	for i := range 96 {
		p := s.phone()
		all.Go(func() {
			form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {p.From}, "To": {p.To},
				"AccountSid": {account}, "Body": {strings.Repeat("hello ", 1+90*i)}}
			var body io.Reader = strings.NewReader(form.Encode())
			if i%8 == 0 {
				body = io.NopCloser(body)
			}
			req, err := http.NewRequest(http.MethodPost, s.url+"/sms", body)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(twilio.SignatureHeader, twilio.Sign(privacy.Hide(token), base+"/sms", form))
			req.Close = true
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if b, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || !bytes.Contains(b, []byte("<Body>")) {
				t.Errorf("%d bytes were answered %d", len(form.Encode()), resp.StatusCode)
			}
		})
	}
	all.Wait()
}

// Over the limit a sender is given each number once more, and the 24-hour number and 999, at
// growing intervals; callers are never refused.
func TestLimits(t *testing.T) {
	r := testkit.StartRedis(t)
	s, clock := startAt(t, func(c *config.Config) { c.RedisURL = r.URL(); c.SenderLimit = 5 })
	p := s.phone()
	for range 6 { // five within the limit, and one past it
		if got := text(t, p, "kendal"); !strings.Contains(got, "01229 582386") {
			t.Fatalf("within the limit: %q", got)
		}
	}
	sid := handset.SID("SM")
	for range 3 { // its repeats get the same
		got, err := p.TextAs(t.Context(), sid, "kendal")
		if err != nil || !strings.HasPrefix(got, "0808 2000 247") || !strings.Contains(got, "999") {
			t.Errorf("then: %q, %v", got, err)
		}
	}
	for range 3 {
		if got := text(t, p, "kendal"); got != "" {
			t.Errorf("over the limit: %q", got)
		}
	}
	if got := text(t, p, "penrith"); !strings.Contains(got, "01228 633640") {
		t.Errorf("another place over the limit: %q", got)
	}
	clock.add(time.Minute)
	if got := text(t, p, "kendal"); !strings.Contains(got, "01229 582386") {
		t.Errorf("a minute later: %q", got)
	}
	if got := text(t, s.phone(), "kendal"); !strings.Contains(got, "01229 582386") {
		t.Errorf("somebody else: %q", got)
	}
	if before := r.Dump(t); !strings.Contains(before, "s:{") {
		t.Fatal("there is no conversation to leave")
	}
	text(t, p, "x")
	if after := r.Dump(t); strings.Count(after, "s:{") != 1 { // somebody else's
		t.Errorf("leaving over the limit forgets nothing:\n%s", after)
	}
	for range 8 {
		if c, err := p.Ring(t.Context()); err != nil || c.Gather == nil {
			t.Fatalf("a call over the limit: %v", err)
		}
	}
}

// A changed flow book comes into force when it checks clean, a broken one does
// not, and a conversation lives through both.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	edit := func(name, find, put string) {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), find) {
			t.Fatalf("%q is not in %s", find, name)
		}
		// Whole at once: a file that is half written would be refused, too.
		half := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(half, []byte(strings.ReplaceAll(string(data), find, put)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(half, path); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	const changed, refused = "a flow book is in use", "the flow book has mistakes"
	inForce := strings.Count(s.log.String(), changed)
	p, call := s.phone(), mustRing(t, s)
	text(t, p, "hello")
	text(t, p, "2")
	edit("menus.yaml", countyAsks, "For whom?")
	s.log.await(t, changed, inForce+1)
	q := s.phone()
	text(t, q, "hello")
	if got := text(t, q, "2"); !strings.HasPrefix(got, "For whom?") {
		t.Errorf("the new words are not in force: %q", got)
	}
	if got := text(t, p, "1"); !strings.Contains(got, "1 Preston") {
		t.Errorf("a conversation did not go on in the new book: %q", got)
	}
	if err := call.Press(t.Context(), '1'); err != nil ||
		!strings.Contains(squash(strings.Join(call.Said, "")), squash(countyNumber)) {
		t.Errorf("a call did not go on in the new book: %q, %v", call.Said, err)
	}
	edit("services.yaml", countyNumber, "0161 496 00")
	s.log.await(t, refused, 1)
	if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "mistakes") {
		t.Errorf("/readyz says %q", ready)
	}
	if got := text(t, s.phone(), "preston"); !strings.Contains(got, countyNumber) {
		t.Errorf("the broken book is in force: %q", got)
	}
	if m := get(t, s.admin+"/metrics"); !strings.Contains(m, "signpost_flow_book_last_reload_success 0") {
		t.Error("the metrics do not show the failed reload")
	}
	edit("services.yaml", `"0161 496 00"`, `"`+countyNumber+`"`)
	// The step a conversation is at goes away: it starts again, kindly.
	gone := s.phone()
	text(t, gone, "hello")
	text(t, gone, "2")
	text(t, gone, "4")
	edit("menus.yaml", "  more:\n", "  many_lines:\n")
	edit("menus.yaml", "goes_to: more\n", "goes_to: many_lines\n")
	s.log.await(t, changed, inForce+2)
	if ready := get(t, s.admin+"/readyz"); strings.Contains(ready, "mistakes") {
		t.Errorf("/readyz says %q", ready)
	}
	if got := text(t, gone, "what"); !strings.Contains(got, "Reply with your town") {
		t.Errorf("after its step is gone a conversation gets %q", got)
	}
}

// A book's own tables are part of it: a new postcode is known as soon as they are
// saved, and one that cannot be read leaves the last good book in force.
func TestReloadOfTables(t *testing.T) {
	dir := t.TempDir()
	put := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(dir, os.DirFS("testdata/county")); err != nil { // as signpost new makes it
		t.Fatal(err)
	}
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	const changed, refused = "a flow book is in use", "the flow book has mistakes"
	inForce := strings.Count(s.log.String(), changed)
	if got := text(t, s.phone(), "PR1 2HE"); !strings.Contains(got, townAsked) {
		t.Errorf("a postcode of no table gets %q", got)
	}
	put("area/"+area.PostcodesFile, "PR1 a\n")
	s.log.await(t, changed, inForce+1)
	if got := text(t, s.phone(), "PR1 2HE"); !strings.Contains(got, "0161 496 0001") {
		t.Errorf("a postcode of the new table gets %q", got)
	}
	put("area/"+area.PostcodesFile, "PR1 z\n")
	s.log.await(t, refused, 1)
	if got := text(t, s.phone(), "PR1 2HE"); !strings.Contains(got, "0161 496 0001") {
		t.Errorf("with a table that cannot be read a postcode gets %q", got)
	}
}

// Somebody in the middle of a menu notices nothing of a store that goes away, and
// comes back empty, and goes away again: the conversation travels in a sealed
// cookie, and what is done meanwhile holds.
func TestConversationOutlivesTheStore(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	says := func(p *handset.Phone, they, want string) {
		t.Helper()
		sid := handset.SID("SM")
		kept := maps.Clone(p.Jar)
		first, err := p.TextAs(t.Context(), sid, they)
		if err != nil || !strings.Contains(first, want) || want == "" && first != "" {
			t.Errorf("%q is answered %q, %v", they, first, err)
		}
		after := maps.Clone(p.Jar)
		maps.Copy(p.Jar, kept) // a repeat comes with what the first came with
		if again, err := p.TextAs(t.Context(), sid, they); err != nil || again != first || !maps.Equal(p.Jar, after) {
			t.Errorf("%q again is answered %q, %v; kept %v, first %v", they, again, err, p.Jar, after)
		}
	}
	phone := func() *handset.Phone {
		p := s.phone()
		p.Jar = map[string]string{}
		return p
	}
	p, leaver, bare := phone(), phone(), s.phone()
	says(p, "hello", townAsked)
	says(p, "2", whoAsked)
	says(leaver, "hello", townAsked)
	says(leaver, "2", whoAsked)
	text(t, bare, "hello")

	r.Kill()
	says(p, "4", testbook.Offers("more", 1))
	says(p, "1", "0808 801 0327")
	says(p, "2", testbook.Opens("bills"))
	says(leaver, "x", "")
	says(leaver, "2", townAsked) // it begins anew: there is nothing to go on with
	says(leaver, "x", "")
	if got := text(t, bare, "2"); !strings.Contains(got, "0808 2000 247") {
		t.Errorf("with nothing kept, a choice is answered %q", got)
	}

	r.Restart(t)
	says(p, "9", testbook.Offers("more", 1))
	says(p, "3", "0800 1111")
	says(leaver, "3", townAsked)

	r.Kill()
	says(p, "9", testbook.Offers("more", 1))
	r.Restart(t)
	says(p, "x", "")
	says(p, "1", townAsked)
}

// A cookie that is not ours, another conversation's, or old, opens nothing.
func TestStrangeCookies(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p, q := s.phone(), s.phone()
	p.Jar, q.Jar = map[string]string{}, map[string]string{}
	q.From = "+447400999888"
	text(t, p, "hello")
	text(t, p, "2")
	mine := ""
	for _, c := range p.Jar {
		mine = c
	}
	if len(mine) < 20 || strings.ContainsAny(mine, " ;,") || len(mine) > 300 {
		t.Fatalf("the cookie is %q", mine)
	}
	r.Kill()
	for name, c := range map[string]string{"another conversation's": mine, "cut": mine[:len(mine)-3],
		"rubbish": "c=AAAA", "huge": "c=" + strings.Repeat("A", 5000), "none": ""} {
		q.Jar = map[string]string{q.From + " " + q.To: c}
		if got := text(t, q, "4"); !strings.Contains(got, "0808 2000 247") ||
			strings.Contains(got, testbook.Offers("more", 1)) {
			t.Errorf("%s: answered %q", name, got)
		}
	}
}

// accented is a wording in a language that is English with accents. What is in curly
// brackets keeps its name.
func accented(words string) string {
	return placeholders.ReplaceAllStringFunc(words, func(s string) string {
		if s[0] == '{' {
			return s
		}
		return strings.ReplaceAll(s, "e", "é")
	})
}

var placeholders = regexp.MustCompile(`\{[a-z_]+\}|[^{}]+`)

// Somebody who asks for another language is answered in it, by the real webhooks:
// the conversation remembers it, and a call is spoken with its voice.
func TestAnotherLanguage(t *testing.T) {
	dir := t.TempDir()
	putBook(t, dir, whoAsked+" ")
	src, _ := load.Dir(os.DirFS(dir))
	var b strings.Builder
	b.WriteString("schema: 1\nown_words: [english]\nlanguages:\n  xx:\n    name: X\n    words: [strange]\n    key: \"8\"\n    offer_say: Strange, 8.\n    letters: any\n" +
		"    voice: {name: Polly.Ola-Neural, language: pl-PL}\n    signed_off_by: the tests\n    signed_off_on: \"2026-11-20\"\n    texts:\n")
	for _, w := range src.Wordings {
		fmt.Fprintf(&b, "      %s: %q\n", w.Path, accented(w.Words))
	}
	if err := os.WriteFile(filepath.Join(dir, "languages.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	p := s.phone()
	for _, turn := range []struct {
		they, we string
		foreign  bool
	}{{"hello", townAsked, false}, {"strange", accented(townAsked), true}, {"kendal", "01229 582386", true},
		{"0", the24, true}, {"english", the24, false}} {
		if got := text(t, p, turn.they); !strings.Contains(got, turn.we) || strings.Contains(got, "é") != turn.foreign {
			t.Errorf("%q is answered %q", turn.they, got)
		}
	}
	voices := func(c *handset.Call) (all []string) {
		for _, n := range c.Docs[len(c.Docs)-1].Children {
			for _, in := range append(n.Children, n) {
				if v, ok := in.Attr("voice"); ok {
					lang, _ := in.Attr("language")
					all = append(all, v+" "+lang)
				}
			}
		}
		return all
	}
	c := mustRing(t, s)
	if got := strings.Join(voices(c), ", "); got != "Polly.Amy en-GB, Polly.Ola-Neural pl-PL" {
		t.Errorf("the greeting is spoken with %s: %q", got, c.Said)
	}
	for _, key := range []byte("81") {
		if err := c.Press(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(voices(c), ", "); got != "Polly.Ola-Neural pl-PL" {
			t.Errorf("after %c it is spoken with %s", key, got)
		}
	}
}

// putBook writes the shipped book into a folder, with words of a menu changed.
func putBook(t *testing.T, dir, words string) {
	t.Helper()
	for _, name := range load.Files() {
		data, err := book.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.ReplaceAll(data, []byte(whoAsked+" "), []byte(words))
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// In any way a book is saved, and in any order the files come and go, callers are
// answered from a whole book all the while, a conversation goes on, and the new
// book is in force at the end. A book that is refused is told of in one line.
func TestReloadSurvivesEveryWayOfSaving(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const changed, refused = "a flow book is in use", "the flow book has mistakes"
	menus := func(dir string) string { return filepath.Join(dir, "menus.yaml") }
	// A mounted configuration: files are links into a folder that is swapped whole.
	mounted := func(dir string) {
		must(os.Mkdir(filepath.Join(dir, "..v1"), 0o700))
		putCounty(t, filepath.Join(dir, "..v1"), countyAsks)
		must(os.Symlink("..v1", filepath.Join(dir, "..data")))
		for _, name := range append(load.Files(), "area") {
			must(os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)))
		}
	}
	tests := []struct {
		name string
		make func(dir string)
		// broken makes a book that must be refused; nil when there is no such moment.
		broken, save func(dir string)
	}{
		{"written in two halves", nil, func(dir string) {
			data, err := os.ReadFile(menus(dir))
			must(err)
			must(os.Truncate(menus(dir), int64(len(data)/2)))
		}, func(dir string) { putCounty(t, dir, "For whom?") }},
		{"emptied, then written", nil, func(dir string) { must(os.Truncate(menus(dir), 0)) },
			func(dir string) { putCounty(t, dir, "For whom?") }},
		{"replaced by a rename", nil, nil, func(dir string) {
			other := t.TempDir()
			putCounty(t, other, "For whom?")
			must(os.Rename(menus(other), menus(dir)))
		}},
		{"renamed away and back", nil, func(dir string) { must(os.Rename(menus(dir), menus(dir)+"~")) },
			func(dir string) { putCounty(t, dir, "For whom?") }},
		{"deleted and put back", nil, func(dir string) { must(os.Remove(menus(dir))) },
			func(dir string) { putCounty(t, dir, "For whom?") }},
		{"the whole folder deleted and made anew", nil, func(dir string) { must(os.RemoveAll(dir)) }, func(dir string) {
			must(os.Mkdir(dir, 0o700))
			putCounty(t, dir, "For whom?")
		}},
		{"a link swapped, as a mounted configuration is", mounted, nil, func(dir string) {
			must(os.Mkdir(filepath.Join(dir, "..v2"), 0o700))
			putCounty(t, filepath.Join(dir, "..v2"), "For whom?")
			must(os.Symlink("..v2", filepath.Join(dir, "..new")))
			must(os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
			must(os.RemoveAll(filepath.Join(dir, "..v1")))
		}},
		{"a link that leads nowhere for a while", mounted,
			func(dir string) {
				must(os.Rename(filepath.Join(dir, "..v1"), filepath.Join(dir, "..v2")))
			}, func(dir string) {
				putCounty(t, filepath.Join(dir, "..v2"), "For whom?")
				must(os.Symlink("..v2", filepath.Join(dir, "..new")))
				must(os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "book")
			must(os.Mkdir(dir, 0o700))
			if tt.make != nil {
				tt.make(dir)
			} else {
				putCounty(t, dir, countyAsks)
			}
			s := start(t, func(c *config.Config) { c.FlowsDir = dir })
			inForce := strings.Count(s.log.String(), changed)
			p := s.phone()
			text(t, p, "hello")
			if tt.broken != nil {
				tt.broken(dir)
				s.log.await(t, refused, 1)
				if n := strings.Count(s.log.String(), refused); n != 1 {
					t.Errorf("the refusal is told in %d lines", n)
				}
				if got := text(t, s.phone(), "preston"); !strings.Contains(got, countyNumber) {
					t.Errorf("meanwhile somebody is answered %q", got)
				}
			}
			tt.save(dir)
			s.log.await(t, changed, inForce+1)
			if got := text(t, p, "2"); !strings.HasPrefix(got, "For whom?") {
				t.Errorf("the conversation goes on with %q", got)
			}
			if m := get(t, s.admin+"/metrics"); !strings.Contains(m, "signpost_flow_book_last_reload_success 1") {
				t.Error("the metrics do not show the good reload")
			}
		})
	}
}

func mustRing(t *testing.T, s *running) *handset.Call {
	t.Helper()
	c, err := s.phone().Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A request that is half way in when the gateway is told to stop is answered.
func TestStopsCleanly(t *testing.T) {
	s := start(t, nil)
	form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {"+447400123456"}, "To": {ourLine},
		"Body": {"kendal"}, "AccountSid": {account}}
	body := form.Encode()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn,
		"POST /sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		twilio.SignatureHeader, twilio.Sign(privacy.Hide(token), base+"/sms", form), len(body), body[:10])
	text(t, s.phone(), "hello") // by now the server has read the half request
	s.stop()
	for deadline := time.Now().Add(patience); ; {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			break // the listener is closed: it is stopping
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatal("it does not stop")
		}
	}
	fmt.Fprint(conn, body[10:])
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), "01229 582386") {
		t.Errorf("answered %q, %v", answer, err)
	}
	if err := <-s.done; err != nil {
		t.Errorf("stopped with %v", err)
	}
	close(s.done)
}

// profiles is every profile that the process can give of itself, the heap's
// among them, as text and unpacked.
func profiles(t *testing.T) string {
	t.Helper()
	var all bytes.Buffer
	for _, p := range pprof.Profiles() {
		if err := p.WriteTo(&all, 1); err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		if err := p.WriteTo(&packed, 0); err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(&packed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, z); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// Marked words, numbers and places turn up in no profile of the process, nor in
// what else this one can look at. (The whole search, through the real program
// and every failure, is in cmd/gateway.)
func TestNothingInProfiles(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL(); c.SenderLimit = 6 })
	const number, words, place = "+447400987654", "canary-7f3a", "Silloth"
	p := s.phone()
	p.From = number
	drive := func() {
		for _, body := range []string{words, "x", place, "CA7 4AA", words + " in " + place, "1", "999", "9", words} {
			_, _ = p.Text(t.Context(), body)
		}
		for _, path := range []string{"/sms", "/sms/status", "/voice", "/voice/status", "/voice/key?t=" + words,
			"/voice/leg?t=" + words, "/voice/x", "/" + words} {
			form := url.Values{"From": {number}, "To": {number}, "Body": {words}, "Digits": {words}, "CallSid": {words},
				"FromCity": {place}, "MessageSid": {words}}
			if _, _, err := p.Post(t.Context(), path, form); err != nil {
				t.Fatal(err)
			}
			bad := *p
			bad.Token = privacy.Hide("wrong")
			_, _, _ = bad.Post(t.Context(), path, form)
		}
		c, err := p.Ring(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []byte("117*") {
			_ = c.Press(t.Context(), k)
		}
	}
	drive()
	kept := r.Dump(t)
	r.Hang()
	drive()
	r.Wake()
	kept += s.log.String() + get(t, s.admin+"/metrics") + get(t, s.admin+"/readyz") + r.Dump(t) + profiles(t)
	if !strings.Contains(kept, "heap profile") || !strings.Contains(kept, "s:{") ||
		!strings.Contains(kept, "signpost_texts_total") || !strings.Contains(kept, "the store is away") {
		t.Fatal("the test looked at nothing")
	}
	for _, private := range []string{number, words, place} {
		if form, found := testkit.FindCanary(kept, private); found {
			t.Errorf("%q is kept (%s)", private, form)
		}
	}
}

// A number set up with the wrong path still answers: a text as a text, a call
// as a call.
func TestWrongPaths(t *testing.T) {
	s := start(t, nil)
	p := s.phone()
	textForm := func() url.Values {
		return url.Values{"MessageSid": {handset.SID("SM")}, "From": {s.phone().From}, "To": {ourLine},
			"Body": {"kendal"}}
	}
	callForm := func() url.Values {
		return url.Values{"CallSid": {handset.SID("CA")}, "From": {p.From}, "To": {ourLine}, "CallStatus": {"ringing"}}
	}
	report := url.Values{"MessageSid": {handset.SID("SM")}, "MessageStatus": {"delivered"}, "From": {ourLine},
		"To": {p.From}}
	for _, tt := range []struct {
		name, path string
		form       url.Values
		want       string
	}{
		{"a text at the calls' path", "/voice", textForm(), "01229 582386"},
		{"a call at the texts' path", "/sms", callForm(), testbook.OpensCall("county")},
		{"a text nowhere", "/incoming", textForm(), "0808 2000 247"}, {"a call nowhere", "/", callForm(), "0 8 0 8"},
		{"a text at a path of calls", "/voice/old", textForm(), "0808 2000 247"},
		{"a report nowhere", "/reports", report, ""}, {"a report as if it were a text", "/sms", report, ""},
	} {
		status, body, err := p.Post(t.Context(), tt.path, tt.form)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v", tt.name, status, err)
		}
		doc, err := twilio.ParseDocument(body)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Words(); !strings.Contains(got, tt.want) || tt.want == "" && len(doc.Children) > 0 {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
