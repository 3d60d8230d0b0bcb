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
	"sync/atomic"
	"testing"
	"time"

	"signpost/internal/hours"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// patience is how long a test waits for what should come soon: machines are busy.
const patience = 2 * time.Minute

// each runs a test on a real Redis and on the in-process store.
func each(t *testing.T, ttl time.Duration, do func(t *testing.T, s *store.Store)) {
	for _, name := range []string{"redis", "embedded"} {
		t.Run(name, func(t *testing.T) {
			url := ""
			if name == "redis" {
				url = testkit.StartRedis(t).URL()
			}
			s, err := store.Open(store.Options{URL: url, SessionTTL: ttl, Wait: patience})
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
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m1"}); err != nil || seen.State != nil ||
			seen.Repeat != nil {
			t.Fatalf("nothing yet, and %+v, %v", seen, err)
		}
		none := store.Session{}
		early, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m4"})
		if err != nil {
			t.Fatal(err)
		}
		if _, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m1"}, none, mark(nil), []byte("one"),
			false); err != nil || !done {
			t.Fatalf("first message: %v, %v", done, err)
		}
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m1"}); err != nil ||
			string(seen.State) != "one" || seen.Repeat == nil || len(seen.Repeat.Before) != 0 || seen.Repeat.Book != 2 {
			t.Errorf("its repeat: %+v, %v", seen, err)
		}
		if now, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m1"}, none, mark(nil), []byte("again"),
			false); err != nil || done || now.Repeat == nil {
			t.Errorf("the same message twice: %+v, %v, %v", now, done, err)
		}
		now, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m2"}, none, mark([]byte("stale")),
			[]byte("two"), false)
		if err != nil || done || string(now.State) != "one" {
			t.Errorf("from a state that has passed: %+v, %v, %v", now, done, err)
		}
		if _, done, err = s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m2"}, now, mark([]byte("one")), nil,
			false); err != nil || !done {
			t.Errorf("the end: %v, %v", done, err)
		}
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m3"}); err != nil || seen.State != nil {
			t.Errorf("after the end: %+v, %v", seen, err)
		}
		late, done, err := s.Commit(ctx, store.SessionKey{Conv: "c", Msg: "m4"}, early, mark(nil),
			[]byte("late"), false)
		if err != nil || done || late.State != nil {
			t.Errorf("a write from before all this, after the end: %+v, %v, %v", late, done, err)
		}
		if seen, err := s.Recall(ctx, store.SessionKey{Conv: "c", Msg: "m2"}); err != nil || seen.Repeat == nil ||
			string(seen.Repeat.Before) != "one" {
			t.Errorf("the repeat of the last message: %+v, %v", seen, err)
		}
		for range 2 { // without an id a message is never a repeat
			if _, done, err := s.Commit(ctx, store.SessionKey{Conv: "d", Msg: ""}, none, mark(nil), nil,
				false); err != nil || !done {
				t.Errorf("no id: %v, %v", done, err)
			}
		}
	})
}

// Conversations are forgotten by themselves, in both stores, and a rest does
// not keep them longer.
func TestExpiry(t *testing.T) {
	each(t, 1500*time.Millisecond, func(t *testing.T, s *store.Store) {
		if _, _, err := s.Commit(t.Context(), store.SessionKey{Conv: "c", Msg: "m"}, store.Session{}, mark(nil),
			[]byte("one"), false); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(patience); ; testkit.Pause() {
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
			if _, _, err := s.Commit(t.Context(), store.SessionKey{Conv: "c", Msg: ""}, seen, mark(seen.State),
				seen.State, true); err != nil {
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
				before := store.Session{}
				for {
					n := 0
					if len(before.State) > 0 {
						fmt.Sscan(string(before.State), &n)
					}
					now, done, err := s.Commit(context.Background(), store.SessionKey{Conv: "c", Msg: fmt.Sprint(w)},
						before, mark(before.State), []byte(fmt.Sprint(n+1)), false)
					if err != nil {
						t.Error(err)
						return
					}
					if done {
						return
					}
					before = now
				}
			})
		}
		wg.Wait()
		if seen, err := s.Recall(t.Context(), store.SessionKey{Conv: "c", Msg: "x"}); err != nil ||
			string(seen.State) != fmt.Sprint(writers) {
			t.Errorf("%d messages moved it to %q, %v", writers, seen.State, err)
		}
	})
}

// Of a kind, so many are let in at once in a period; each kind and sender has its own.
func TestTake(t *testing.T) {
	each(t, time.Minute, func(t *testing.T, s *store.Store) {
		take := func(kind, sender string) (bool, time.Duration) {
			t.Helper()
			ok, wait, err := s.Take(t.Context(), kind, sender, 3, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return ok, wait
		}
		for i := range 5 {
			ok, wait := take("sender", "a")
			if ok != (i < 3) || !ok && (wait <= 0 || wait > 20*time.Minute) {
				t.Errorf("text %d: %v, room in %v", i+1, ok, wait)
			}
		}
		for _, other := range [][2]string{{"sender", "b"}, {"urgent", "a"}} {
			if ok, _ := take(other[0], other[1]); !ok {
				t.Errorf("%v is not let in", other)
			}
		}
	})
}

// Texts of one sender, at once and over time.
func TestEven(t *testing.T) {
	begin := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		every   time.Duration // between two texts
		n, of   int           // let in, of so many
		longest time.Duration // to wait
	}{
		{"as fast as is let in", 5 * time.Minute, 50, 50, 0},
		{"all at once", 0, 12, 50, 5 * time.Minute},
		{"twice as fast", 150 * time.Second, 36, 50, 5 * time.Minute},
		{"after a long rest", 10 * time.Hour, 50, 50, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var even time.Time
			in, longest := 0, time.Duration(0)
			for i := range tt.of {
				next, wait := store.Even(even, begin.Add(time.Duration(i)*tt.every), 12, time.Hour)
				if wait == 0 {
					in++
				} else if !next.Equal(even) {
					t.Errorf("text %d was not let in, and counted", i+1)
				}
				even, longest = next, max(longest, wait)
			}
			if in != tt.n || longest > tt.longest {
				t.Errorf("%d of %d let in, the longest wait %v", in, tt.of, longest)
			}
		})
	}
}

// However many gateways count one sender at once, no more are let in than may be.
func TestTakeAtOnce(t *testing.T) {
	each(t, time.Minute, func(t *testing.T, s *store.Store) {
		var in atomic.Int32
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				ok, _, err := s.Take(t.Context(), "sender", "a", 5, time.Hour)
				if err != nil {
					t.Error(err)
				}
				if ok {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 5 {
			t.Errorf("%d of 5 were let in", in.Load())
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
		const wait = 10 * time.Second // for an answer; then another node may have it
		s, err := store.Open(store.Options{URL: url, SessionTTL: time.Minute, Wait: wait})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for deadline := time.Now().Add(patience); ; testkit.Pause() { // a Cluster or Sentinel may need a moment
			_, done, err := s.Commit(t.Context(), store.SessionKey{Conv: "c", Msg: "m"}, store.Session{}, mark(nil),
				[]byte("one"), false)
			if err == nil && done {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%v, %v", done, err)
			}
		}
		if seen, err := s.Recall(t.Context(), store.SessionKey{Conv: "c", Msg: "m"}); err != nil ||
			string(seen.State) != "one" || seen.Repeat == nil {
			t.Errorf("%+v, %v", seen, err)
		}
		if ok, _, err := s.Take(t.Context(), "sender", "a", 3, time.Hour); err != nil || !ok {
			t.Errorf("allowed %v, %v", ok, err)
		}
		day := hours.Day(time.Now())
		for range 2 { // several lines: in a Cluster their keys are in different slots
			_, err := s.KeepLines(t.Context(), day, []string{"a", "b", "c"}, func(_ string, l store.Line) store.Line {
				return store.Line{Noted: day, Unanswered: l.Unanswered + 1}
			})
			if err != nil {
				t.Error(err)
			}
		}
		lines, err := s.Lines(t.Context(), []string{"a", "b", "c", "d"})
		if err != nil || len(lines) != 3 || lines["a"].Unanswered != 2 || lines["c"].Unanswered != 2 {
			t.Errorf("%+v, %v", lines, err)
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
		if err := os.WriteFile(conf, fmt.Appendf(nil, "sentinel monitor signpost %s %s 1\n", host, port),
			0o600); err != nil {
			t.Fatal(err)
		}
		sentinel := testkit.StartRedis(t, conf)
		use(t, sentinel.URL()+"?master_name=signpost")
	})
	t.Run("TLS", func(t *testing.T) {
		dir := t.TempDir()
		cert, key := selfSigned(t, dir)
		_, port, _ := strings.Cut(testkit.FreeAddr(t), ":")
		testkit.StartRedis(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key,
			"--tls-auth-clients", "no")
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
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour),
		NotAfter:    time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der},
		key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
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
		{"off", "", nil}, {"snapshots", "snapshots", []string{"--save", "60 1"}},
		{"a file", "append-only", []string{"--appendonly", "yes"}},
		{"it does not say", "does not say", []string{"--rename-command", "CONFIG", "nothing"}},
	} {
		s, err := store.Open(store.Options{URL: testkit.StartRedis(t, tt.options...).URL(), Wait: patience})
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
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute})
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
	began := time.Now()
	for range 200 {
		switch err := ask(); {
		case errors.Is(err, store.ErrUnreachable):
			spared++
		case err != nil:
			asked++
		default:
			t.Fatal("a Redis that hangs answered")
		}
	}
	const first, lookAgainAfter = 10, 500 * time.Millisecond
	if most := first + int(time.Since(began)/lookAgainAfter); asked < 3 || asked > most || asked+spared != 200 {
		t.Errorf("%d asked it, %d were spared", asked, spared)
	}
	r.Wake()
	for end := time.Now().Add(patience); ask() != nil; testkit.Pause() {
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
