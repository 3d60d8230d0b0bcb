package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

// member is one gateway process, started again on the same ports.
type member struct {
	program, redis, listen, admin string
	api                           string   // the provider's; empty: nobody answers there
	env                           []string // beside the usual
	log                           io.Writer
	cmd                           *exec.Cmd
	up                            atomic.Bool  // as the proxy last saw it
	seen                          atomic.Int64 // when the proxy began the last look that found it ready, in nanoseconds
}

// drain is how long a gateway that is told to stop goes on answering: a proxy must look at it
// within that time.
const drain = 500 * time.Millisecond

// saw keeps what a look at the member found.
func (m *member) saw(ready bool, began time.Time) {
	if ready {
		m.seen.Store(began.UnixNano())
	}
	m.up.Store(ready)
}

// start begins the process and waits until it serves.
func (m *member) start(t *testing.T) {
	t.Helper()
	m.cmd = exec.Command(m.program)
	m.cmd.Env = environment(m.redis, cmp.Or(m.api, "http://127.0.0.1:1"),
		append([]string{"LISTEN_ADDR=" + m.listen, "ADMIN_ADDR=" + m.admin, "DRAIN=" + drain.String(),
			"SENDER_LIMIT=10000", "SERVICE_LIMIT=100000", "SPEND_LIMIT=1000000", "CALLER_LIMIT=10000",
			"ERASE_AFTER=1h"}, m.env...)...)
	m.cmd.Stdout, m.cmd.Stderr = m.log, m.log
	if m.log == nil {
		m.cmd.Stderr = os.Stderr
	}
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.cmd.Process.Kill(); _ = m.cmd.Wait() })
	const patience, often = 2 * time.Minute, 2 * time.Millisecond
	for end, tick := time.After(patience), time.NewTicker(often); ; {
		resp, err := http.Get("http://" + m.admin + "/healthz")
		if err == nil {
			resp.Body.Close()
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("the gateway did not start")
		}
	}
}

// stop tells it to stop and waits until it has.
func (m *member) stop(t *testing.T) {
	t.Helper()
	if err := m.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := m.cmd.Wait(); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			t.Errorf("the gateway ended with %v", err)
		}
	}
}

// balancer is the simplest proxy there is: it asks each member whether it is ready,
// several times a second, and sends a request to one that was, on a connection of
// its own. It tries nothing twice, but for what came to nothing because it had not looked
// for too long itself: on a busy machine it may get no turn.
type balancer struct {
	members []*member
	next    atomic.Uint64
	client  *http.Client
}

func (b *balancer) watch(ctx context.Context) {
	const often = 50 * time.Millisecond
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		for _, m := range b.members {
			began := time.Now()
			resp, err := b.client.Get("http://" + m.admin + "/readyz")
			m.saw(err == nil && resp.StatusCode == http.StatusOK, began)
			if err == nil {
				resp.Body.Close()
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	first := int(b.next.Add(1))
	for i := range b.members {
		m := b.members[(first+i)%len(b.members)]
		if !m.up.Load() {
			continue
		}
		req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+m.listen+r.URL.RequestURI(),
			bytes.NewReader(body))
		if err != nil {
			break
		}
		req.Header = r.Header
		resp, err := b.client.Do(req)
		if err != nil && time.Since(time.Unix(0, m.seen.Load())) > drain {
			continue
		}
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
		return
	}
	w.WriteHeader(http.StatusServiceUnavailable)
}

// Two gateways behind a simple proxy, stopped and started in turn while people text
// and ring: not one request fails, and every conversation goes on, from one to the
// other.
func TestRollingRestart(t *testing.T) {
	redis := testkit.StartRedis(t)
	program := build(t, true)
	b := &balancer{client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 2 * time.Minute}}
	for range 2 {
		m := &member{program: program, redis: redis.URL(), listen: testkit.FreeAddr(t), admin: testkit.FreeAddr(t)}
		m.start(t)
		m.saw(true, time.Now())
		b.members = append(b.members, m)
	}
	ctx, stop := context.WithCancel(t.Context())
	var watching, people sync.WaitGroup
	watching.Go(func() { b.watch(ctx) })
	defer func() { stop(); watching.Wait() }()

	steps := []struct{ they, we string }{{"hello", testbook.Opens("welcome")}, {"2", testbook.Opens("who")},
		{"1", testbook.Offers("where", 1)}, {"1", testbook.Offers("cumbria", 1)}, {"3", "01229 582386"}, {"x", ""}}
	over := make(chan struct{})
	var texts, calls atomic.Int64
	for i := range 6 {
		people.Go(func() {
			p := &handset.Phone{Handler: b, Base: base, Account: account, Token: privacy.Hide(token),
				From: fmt.Sprintf("+44740060%04d", i), To: line}
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				step := steps[n%len(steps)]
				got, err := p.Text(t.Context(), step.they)
				texts.Add(1)
				if err != nil || !strings.Contains(got, step.we) || step.we == "" && got != "" {
					t.Errorf("%q is answered %q, %v", step.they, got, err)
					return
				}
				if n%len(steps) != 0 {
					continue
				}
				call, err := p.Ring(t.Context())
				for _, key := range []byte("13") {
					if err == nil {
						err = call.Press(t.Context(), key)
					}
				}
				calls.Add(1)
				if err != nil || !strings.Contains(strings.Join(call.Said, " "), "0 1 2 2 9") {
					t.Errorf("a call hears %q, %v", call.Said, err)
					return
				}
			}
		})
	}
	for range 2 {
		for _, m := range b.members {
			m.stop(t)
			m.start(t)
			for deadline := time.After(2 * time.Minute); !m.up.Load(); {
				select {
				case <-deadline:
					t.Fatal("it is not ready again")
				case <-time.After(10 * time.Millisecond):
				}
			}
		}
	}
	close(over)
	people.Wait()
	if texts.Load() < 100 || calls.Load() < 10 {
		t.Errorf("only %d texts and %d calls", texts.Load(), calls.Load())
	}
	t.Logf("%d texts and %d calls through four restarts", texts.Load(), calls.Load())
}
