package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// room is what is around signpost watch: a gateway, a webhook and a dead man's switch.
type room struct {
	mu      sync.Mutex
	ready   string // what /readyz says; empty: it is stopping
	refuses bool   // the webhook
	told    []string
	pinged  int
}

func (r *room) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch q.URL.Path {
	case "/readyz":
		if r.ready == "" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, r.ready)
	case "/hook":
		if r.refuses {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var m struct{ Text string }
		_ = json.NewDecoder(q.Body).Decode(&m)
		r.told = append(r.told, m.Text)
	case "/ping":
		r.pinged++
	}
}

func (r *room) says(s string) { r.mu.Lock(); defer r.mu.Unlock(); r.ready = s }

// since returns what was told since the last time.
func (r *room) since() (told []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	told, r.told = r.told, nil
	return told
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{ready: "ready\n"}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	for name, v := range map[string]string{"WATCH_READYZ": s.URL + "/readyz", "WATCH_WEBHOOK": s.URL + "/hook",
		"WATCH_PING": s.URL + "/ping", "WATCH_STATE": filepath.Join(t.TempDir(), "watch.json"), "WATCH_MAIL_TO": ""} {
		t.Setenv(name, v)
	}
	pause := watchPause
	watchPause = 0
	t.Cleanup(func() { watchPause = pause })
	return r
}

// A problem is told of once when it begins and once when it ends, even if its figures change.
// Notes are not told of.
func TestWatchTellsOnce(t *testing.T) {
	r := newRoom(t)
	steps := []struct {
		ready string
		want  []string
	}{
		{"ready\nerasing: 3 records wait at the provider, the oldest for 2s\n", nil},
		{"ready\ndegraded: 2 records could not be erased\nnote: Redis writes to disk\n",
			[]string{"problem: 2 records"}},
		{"ready\ndegraded: 3 records could not be erased\n", nil},
		{"ready\ndegraded: 3 records could not be erased\ndegraded: swap: this machine swaps. Turn it off.\n",
			[]string{"problem: Swap: this machine"}},
		{"ready\ndegraded: swap: this machine swaps. Turn it off.\n", []string{"ended: It is over"}},
		{"", []string{"problem: The gateway says that it cannot serve"}},
		{"ready\ndegraded: swap: this machine swaps. Turn it off.\n", []string{"ended: It is over"}},
		{"ready\n", []string{"ended: It is over"}},
		{"ready\ndegraded: no-texts: +441632960001: the number cannot take texts. Buy one.\n",
			[]string{"problem: No-texts: +441632960001"}},
		{"ready\n" +
			"degraded: no-texts: +441632960001: the number cannot take texts. Buy one.\n" +
			"degraded: no-texts: 60777: the number cannot take texts. Buy one.\n",
			[]string{"problem: No-texts: 60777"}},
		{"ready\ndegraded: no-texts: 60777: the number cannot take texts. Buy one.\n", []string{"ended: It is over"}},
		{"ready\n", []string{"ended: It is over"}},
		{"ready\n", nil},
	}
	for i, step := range steps {
		r.says(step.ready)
		if code, out, errs := inTerminal("watch"); code != exitOK || out+errs != "" {
			t.Fatalf("step %d: %d, %s%s", i, code, out, errs)
		}
		told := r.since()
		if len(told) != len(step.want) {
			t.Fatalf("step %d: told %q, want %q", i, told, step.want)
		}
		for k, want := range step.want {
			if !strings.Contains(told[k], want) {
				t.Errorf("step %d: told %q, want %q", i, told[k], want)
			}
		}
	}
	if r.pinged != len(steps) {
		t.Errorf("the dead man's switch was asked %d times of %d", r.pinged, len(steps))
	}
}

// What could not be told is told at the next run, and the dead man's switch is not asked
// meanwhile.
func TestWatchTriesAgain(t *testing.T) {
	r := newRoom(t)
	r.says("ready\ndegraded: maintenance is on\n")
	r.refuses = true
	if code, _, errs := inTerminal("watch"); code != exitProblems || !strings.Contains(errs, "it answered 500") ||
		strings.Contains(errs, "127.0.0.1") {
		t.Errorf("%d: %s", code, errs)
	}
	if r.pinged != 0 {
		t.Error("the dead man's switch was asked")
	}
	r.refuses = false
	if code, _, errs := inTerminal("watch"); code != exitOK || len(r.since()) != 1 || r.pinged != 1 {
		t.Errorf("%d: %s", code, errs)
	}
}

// A unit that fails again and again is told of once, and once when it works again. It is not
// over because the gateway is well.
func TestWatchOfUnits(t *testing.T) {
	r := newRoom(t)
	for i, step := range []struct {
		args []string
		told int
	}{
		{[]string{"watch", "-failed", "signpost-probe.service"}, 1},
		{[]string{"watch", "-failed", "signpost-probe.service"}, 0},
		{[]string{"watch"}, 0}, {[]string{"watch", "-recovered", "signpost-probe.service"}, 1},
		{[]string{"watch", "-recovered", "signpost-probe.service"}, 0},
		{[]string{"watch", "-failed", "signpost.service"}, 1}, {[]string{"watch"}, 1}, {[]string{"watch", "-test"}, 1},
	} {
		if code, _, errs := inTerminal(step.args...); code != exitOK {
			t.Fatalf("step %d: %d, %s", i, code, errs)
		}
		if told := r.since(); len(told) != step.told {
			t.Errorf("step %d: told %q", i, told)
		}
	}
	if code, _, _ := inTerminal("watch", "-failed", "x; rm -rf"); code != exitProblems {
		t.Error("it takes anything for the name of a unit")
	}
}

// A unit of the gateway that failed is not said to work again while the gateway is still away.
func TestWatchOfAGatewayThatIsAway(t *testing.T) {
	r := newRoom(t)
	for i, step := range []struct {
		ready string
		args  []string
		want  []string
	}{
		{"", []string{"watch", "-failed", "signpost.service"}, []string{"problem: The unit signpost.service"}},
		{"", []string{"watch"}, []string{"problem: The gateway says that it cannot serve"}},
		{"", []string{"watch"}, nil},
		{"ready\n", []string{"watch"}, []string{"ended: It is over", "ended: It is over"}},
	} {
		r.says(step.ready)
		if code, _, errs := inTerminal(step.args...); code != exitOK {
			t.Fatalf("step %d: %d, %s", i, code, errs)
		}
		told := r.since()
		if len(told) != len(step.want) {
			t.Fatalf("step %d: told %q, want %q", i, told, step.want)
		}
		for k, want := range step.want {
			if !strings.Contains(told[k], want) {
				t.Errorf("step %d: told %q, want %q", i, told[k], want)
			}
		}
	}
}

// Mail goes to everybody named, through the server that is named.
func TestWatchByMail(t *testing.T) {
	r := newRoom(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan string, 1)
	go mailServer(l, got)
	t.Setenv("WATCH_WEBHOOK", "")
	t.Setenv("WATCH_MAIL_TO", "duty@example.org, manager@example.org")
	t.Setenv("WATCH_MAIL_FROM", "signpost@example.org")
	t.Setenv("WATCH_SMTP", "smtp://"+l.Addr().String())
	r.says("ready\ndegraded: maintenance is on\n")
	if code, _, errs := inTerminal("watch"); code != exitOK {
		t.Fatalf("%d: %s", code, errs)
	}
	mail := <-got
	for _, want := range []string{"RCPT TO:<duty@example.org>", "RCPT TO:<manager@example.org>",
		"Subject: Signpost: problem", "Maintenance is on"} {
		if !strings.Contains(mail, want) {
			t.Errorf("%q is not in %s", want, mail)
		}
	}
}

// mailServer takes messages as a mail server does (RFC 5321), and gives all it was told with
// each. Somebody who only looks whether it answers brings no message.
func mailServer(l net.Listener, got chan<- string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		if all := takeMail(conn); strings.Contains(all, "DATA\n") {
			got <- all
		}
	}
}

func takeMail(conn net.Conn) string {
	defer conn.Close()
	var all strings.Builder
	fmt.Fprint(conn, "220 here\r\n")
	data := false
	for in := bufio.NewScanner(conn); in.Scan(); {
		line := in.Text()
		all.WriteString(line + "\n")
		switch {
		case data && line != ".":
			continue
		case line == "DATA":
			data = true
			fmt.Fprint(conn, "354 go on\r\n")
			continue
		case line == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return all.String()
		}
		data = false
		fmt.Fprint(conn, "250 ok\r\n")
	}
	return all.String()
}

// Every mistake in the settings is named, without its value.
func TestWatchSettings(t *testing.T) {
	newRoom(t)
	for name, v := range map[string]string{"WATCH_STATE": "", "WATCH_WEBHOOK": "hunter2", "WATCH_PING": "hunter2",
		"WATCH_MAIL_TO": "hunter2\r\nBcc: x", "WATCH_MAIL_FROM": "", "WATCH_SMTP": "hunter2"} {
		t.Setenv(name, v)
	}
	code, _, errs := inTerminal("watch")
	for _, want := range []string{"WATCH_STATE", "WATCH_WEBHOOK", "WATCH_PING", "WATCH_MAIL_TO", "WATCH_MAIL_FROM",
		"WATCH_SMTP"} {
		if !strings.Contains(errs, want+" ") {
			t.Errorf("%s is not named in %s", want, errs)
		}
	}
	if code != exitMisuse || strings.Contains(errs, "hunter2") {
		t.Errorf("%d: %s", code, errs)
	}
}

// Something else than the gateway that answers, a mail server that does not work and a dead
// man's switch that is gone are problems, told by the way that works.
func TestWatchLooksAtItself(t *testing.T) {
	r := newRoom(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan string, 9)
	go mailServer(l, got)
	t.Setenv("WATCH_MAIL_TO", "duty@example.org")
	t.Setenv("WATCH_MAIL_FROM", "signpost@example.org")
	t.Setenv("WATCH_SMTP", "smtp://user:expired@"+l.Addr().String()) // it takes no password
	ways := os.Getenv("WATCH_STATE") + ".ways"
	since := func(field string, ago time.Duration) {
		t.Helper()
		all := map[string]any{}
		if data, err := os.ReadFile(ways); err != nil || json.Unmarshal(data, &all) != nil {
			t.Fatalf("%v", err)
		}
		all[field] = time.Now().Add(-ago)
		data, err := json.Marshal(all)
		if err == nil {
			err = os.WriteFile(ways, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ping := os.Getenv("WATCH_PING")
	for i, step := range []struct {
		before func()
		code   int
		want   []string
	}{
		{func() {}, exitOK,
			[]string{"problem: People are not told by mail: the mail server in WATCH_SMTP fails at the login."}},
		{func() { r.says("<html>welcome</html>") }, exitOK,
			[]string{"problem: Something else than the gateway answers"}},
		{func() { r.says("ready\n") }, exitOK, []string{"ended: It is over"}},
		{func() { t.Setenv("WATCH_SMTP", "smtp://"+l.Addr().String()); since("mail_looked", 2*time.Hour) }, exitOK,
			[]string{"ended: It is over"}},
		{func() { t.Setenv("WATCH_PING", "http://127.0.0.1:1/") }, exitProblems, nil},
		{func() { since("ping_fails", time.Hour) }, exitProblems,
			[]string{"problem: The dead man's switch in WATCH_PING does not answer"}},
		{func() { t.Setenv("WATCH_PING", ping) }, exitOK, nil}, // it works from now on, which the next run tells
		{func() {}, exitOK, []string{"ended: It is over"}},
	} {
		step.before()
		code, _, errs := inTerminal("watch")
		told := r.since()
		if code != step.code || len(told) != len(step.want) {
			t.Fatalf("step %d: %d, %s, told %q, want %q", i, code, errs, told, step.want)
		}
		for k, want := range step.want {
			if !strings.Contains(told[k], want) {
				t.Errorf("step %d: told %q, want %q", i, told[k], want)
			}
		}
	}
}

// A mail server that takes the connection and says nothing, as one that waits for TLS does,
// does not keep the command from ending.
func TestWatchIsNotHeldUp(t *testing.T) {
	newRoom(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	patient := watchTimeout
	watchTimeout = 100 * time.Millisecond
	t.Cleanup(func() { watchTimeout = patient })
	t.Setenv("WATCH_WEBHOOK", "")
	t.Setenv("WATCH_MAIL_TO", "duty@example.org")
	t.Setenv("WATCH_MAIL_FROM", "signpost@example.org")
	t.Setenv("WATCH_SMTP", "smtp://"+l.Addr().String())
	if code, _, errs := inTerminal("watch", "-test"); code != exitProblems ||
		!strings.Contains(errs, "the mail server in WATCH_SMTP fails at") {
		t.Errorf("%d: %s", code, errs)
	}
	t.Setenv("WATCH_SMTP", "smtp://mail.example.org:465")
	if code, _, errs := inTerminal("watch", "-test"); code != exitMisuse || !strings.Contains(errs, "smtps://") {
		t.Errorf("%d: %s", code, errs)
	}
}
