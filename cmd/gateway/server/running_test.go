package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/privacy"
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
	s.stop = func() {
		// A connection that was made and never used would hold a gateway that stops for five seconds.
		client.CloseIdleConnections()
		stop()
	}
	go func() { s.done <- g.Run(ctx) }()
	select {
	case <-g.Ready():
	case err := <-s.done:
		t.Fatalf("the gateway did not start: %v", err)
	}
	public, admin := g.Addrs()
	s.url, s.admin = "http://"+public.String(), "http://"+admin.String()
	t.Cleanup(func() {
		s.stop()
		if err, ok := <-s.done; ok && err != nil {
			t.Errorf("the gateway did not stop cleanly: %v", err)
		}
	})
	return s
}

// client keeps the connections of all who text together. The standard one keeps two of a gateway,
// and the others would each make one anew for every text.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// proxy sends what a phone signs for the public URL to the listener.
type proxy struct{ to string }

func (p proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := http.NewRequest(r.Method, p.to+r.URL.RequestURI(), r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	req.Header = r.Header
	resp, err := client.Do(req)
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
	resp, err := client.Get(u)
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

func mustRing(t *testing.T, s *running) *handset.Call {
	t.Helper()
	c, err := s.phone().Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
