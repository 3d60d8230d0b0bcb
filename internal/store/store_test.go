package store_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/internal/store"
	"signpost/internal/testkit"
)

// each runs a test on a real Redis and on the in-process store.
func each(t *testing.T, ttl time.Duration, do func(t *testing.T, s *store.Store)) {
	for _, name := range []string{"redis", "embedded"} {
		t.Run(name, func(t *testing.T) {
			url := ""
			if name == "redis" {
				url = testkit.StartRedis(t).URL()
			}
			s, err := store.Open(store.Options{URL: url, SessionTTL: ttl, SenderLimit: 3, ServiceLimit: 5})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			do(t, s)
		})
	}
}

func mark(before []byte) store.Mark {
	return store.Mark{Kind: store.Stepped, Minute: 1, Book: 2, Before: before}
}

func TestConversation(t *testing.T) {
	each(t, time.Minute, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m1"}); err != nil || seen.State != nil || seen.Repeat != nil {
			t.Fatalf("nothing yet, and %+v, %v", seen, err)
		}
		if _, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m1"}, nil, mark(nil), []byte("one"), false); err != nil || !done {
			t.Fatalf("first message: %v, %v", done, err)
		}
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m1"}); err != nil || string(seen.State) != "one" || seen.Repeat == nil || len(seen.Repeat.Before) != 0 || seen.Repeat.Book != 2 {
			t.Errorf("its repeat: %+v, %v", seen, err)
		}
		if now, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m1"}, nil, mark(nil), []byte("again"), false); err != nil || done || now.Repeat == nil {
			t.Errorf("the same message twice: %+v, %v, %v", now, done, err)
		}
		if now, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m2"}, []byte("stale"), mark([]byte("stale")), []byte("two"), false); err != nil || done || string(now.State) != "one" {
			t.Errorf("from a state that has passed: %+v, %v, %v", now, done, err)
		}
		if _, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m2"}, []byte("one"), mark([]byte("one")), nil, false); err != nil || !done {
			t.Errorf("the end: %v, %v", done, err)
		}
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m3"}); err != nil || seen.State != nil {
			t.Errorf("after the end: %+v, %v", seen, err)
		}
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m2"}); err != nil || seen.Repeat == nil || string(seen.Repeat.Before) != "one" {
			t.Errorf("the repeat of the last message: %+v, %v", seen, err)
		}
		for range 2 { // without an id a message is never a repeat
			if _, done, err := s.Commit(ctx, store.SessionKey{Conv: "d", Msg: ""}, nil, mark(nil), nil, false); err != nil || !done {
				t.Errorf("no id: %v, %v", done, err)
			}
		}
	})
}

// Conversations are forgotten by themselves, in both stores, and a rest does
// not keep them longer.
func TestExpiry(t *testing.T) {
	each(t, 1500*time.Millisecond, func(t *testing.T, s *store.Store) {
		if _, _, err := s.Commit(t.Context(), store.SessionKey{Conv: "c", Msg: "m"}, nil, mark(nil), []byte("one"), false); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); ; {
			seen, err := s.Recall(t.Context(), store.SessionKey{Conv: "c", Msg: "x"})
			if err != nil {
				t.Fatal(err)
			}
			if seen.State == nil {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("the conversation is still there")
			}
			if _, _, err := s.Commit(t.Context(), store.SessionKey{Conv: "c", Msg: ""}, seen.State, mark(seen.State), seen.State, true); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Messages that arrive together each find the state the one before left.
func TestAtOnce(t *testing.T) {
	each(t, time.Minute, func(t *testing.T, s *store.Store) {
		const writers = 8
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				before := []byte(nil)
				for {
					n := 0
					if len(before) > 0 {
						fmt.Sscan(string(before), &n)
					}
					now, done, err := s.Commit(context.Background(), store.SessionKey{Conv: "c", Msg: fmt.Sprint(w)}, before, mark(before), []byte(fmt.Sprint(n+1)), false)
					if err != nil {
						t.Error(err)
						return
					}
					if done {
						return
					}
					before = now.State
				}
			})
		}
		wg.Wait()
		if seen, err := s.Recall(t.Context(), store.SessionKey{Conv: "c", Msg: "x"}); err != nil || string(seen.State) != fmt.Sprint(writers) {
			t.Errorf("%d messages moved it to %q, %v", writers, seen.State, err)
		}
	})
}

// allow asks whether one more text is within the limits.
func allow(t *testing.T, s *store.Store, sender string) (bool, error) {
	t.Helper()
	if ok, sure := s.TryLocal(sender); sure {
		return ok, nil
	}
	return s.Allow(t.Context(), sender)
}

func TestAllow(t *testing.T) {
	each(t, time.Minute, func(t *testing.T, s *store.Store) {
		want := []struct{ ok, notice bool }{{true, false}, {true, false}, {true, false}, {false, true}, {false, false}, {false, false}}
		for i, w := range want {
			ok, err := allow(t, s, "a")
			notice := false
			if err == nil && !ok {
				notice, err = s.FirstNotice(t.Context(), "a")
			}
			if err != nil || ok != w.ok || notice != w.notice {
				t.Errorf("text %d: %v, notice %v, %v", i+1, ok, notice, err)
			}
		}
		var served int
		for i := range 10 { // the service's own limit of 5 holds for everybody together
			if ok, err := allow(t, s, fmt.Sprint("other", i)); err != nil {
				t.Fatal(err)
			} else if ok {
				served++
			}
		}
		if served > 3 {
			t.Errorf("%d more were served of the 2 left", served)
		}
	})
}

func TestBadURL(t *testing.T) {
	for _, u := range []string{"redis://secret:hunter2@host:notaport", "redis://x?master_name=m&bad=1"} {
		if s, err := store.Open(store.Options{URL: u}); err == nil {
			s.Close()
			t.Errorf("%q opened", u)
		}
	}
}

// One server over a socket or TLS, a Sentinel group and a Cluster are all
// reached by their URL.
func TestTopologies(t *testing.T) {
	use := func(t *testing.T, url string) {
		t.Helper()
		s, err := store.Open(store.Options{URL: url, SessionTTL: time.Minute, SenderLimit: 3, ServiceLimit: 5})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		deadline := time.Now().Add(20 * time.Second)
		for { // a Cluster or Sentinel may need a moment to agree with itself
			_, done, err := s.Commit(t.Context(), store.SessionKey{Conv: "c", Msg: "m"}, nil, mark(nil), []byte("one"), false)
			if err == nil && done {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%v, %v", done, err)
			}
		}
		if seen, err := s.Recall(t.Context(), store.SessionKey{Conv: "c", Msg: "m"}); err != nil || string(seen.State) != "one" || seen.Repeat == nil {
			t.Errorf("%+v, %v", seen, err)
		}
		if ok, err := s.Allow(t.Context(), "a"); err != nil || !ok {
			t.Errorf("allowed %v, %v", ok, err)
		}
	}
	t.Run("socket", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "redis.sock")
		testkit.StartRedis(t, "--unixsocket", path)
		use(t, "unix://"+path)
	})
	t.Run("cluster", func(t *testing.T) {
		r := testkit.StartRedis(t, "--cluster-enabled", "yes")
		r.Do(t, "CLUSTER", "ADDSLOTSRANGE", "0", "16383")
		use(t, r.URL()+","+r.URL())
	})
	t.Run("sentinel", func(t *testing.T) {
		r := testkit.StartRedis(t)
		host, port, _ := strings.Cut(r.Addr, ":")
		conf := filepath.Join(t.TempDir(), "sentinel.conf")
		if err := os.WriteFile(conf, fmt.Appendf(nil, "sentinel monitor signpost %s %s 1\n", host, port), 0o600); err != nil {
			t.Fatal(err)
		}
		sentinel := testkit.StartRedis(t, conf)
		use(t, sentinel.URL()+"?master_name=signpost")
	})
	t.Run("TLS", func(t *testing.T) {
		dir := t.TempDir()
		cert, key := selfSigned(t, dir)
		_, port, _ := strings.Cut(testkit.FreeAddr(t), ":")
		testkit.StartRedis(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no")
		t.Setenv("SSL_CERT_FILE", cert) // read when the first certificate is checked
		use(t, "rediss://127.0.0.1:"+port)
	})
}

func selfSigned(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// What Redis writes to disk is said in words, and so is that it will not tell.
func TestPersistence(t *testing.T) {
	for _, tt := range []struct {
		name, says string
		options    []string
	}{
		{"off", "", nil}, {"snapshots", "snapshots", []string{"--save", "60 1"}}, {"a file", "append-only", []string{"--appendonly", "yes"}},
		{"it does not say", "does not say", []string{"--rename-command", "CONFIG", "nothing"}},
	} {
		s, err := store.Open(store.Options{URL: testkit.StartRedis(t, tt.options...).URL()})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Persistence(t.Context()); !strings.Contains(got, tt.says) || tt.says == "" && got != "" {
			t.Errorf("%s: %q", tt.name, got)
		}
		s.Close()
	}
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.Persistence(t.Context()); got != "" {
		t.Errorf("the in-process store: %q", got)
	}
}

// A Redis that hangs costs the first few who ask, and nobody after them until it is
// looked at again; once it answers, everybody asks it again.
func TestBreaker(t *testing.T) {
	r := testkit.StartRedis(t)
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, SenderLimit: 1000, ServiceLimit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask := func() error {
		_, err := s.Recall(context.Background(), store.SessionKey{Conv: "c"})
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	r.Hang()
	asked, spared := 0, 0
	for range 200 {
		switch err := ask(); {
		case errors.Is(err, store.ErrAway):
			spared++
		case err != nil:
			asked++
		default:
			t.Fatal("a Redis that hangs answered")
		}
	}
	if asked < 3 || asked > 10 || spared < 190 {
		t.Errorf("%d asked it, %d were spared", asked, spared)
	}
	r.Wake()
	const patience = 10 * time.Second
	for end := time.Now().Add(patience); ask() != nil; {
		if time.Now().After(end) {
			t.Fatal("it answers again, and is not asked")
		}
	}
	for range 20 {
		if err := ask(); err != nil {
			t.Errorf("it answers again: %v", err)
		}
	}
	// An error is an answer: it does not open the breaker.
	for range 20 {
		if err := s.Ping(context.Background()); err != nil {
			t.Error(err)
		}
	}
}
