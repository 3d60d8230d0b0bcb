package eraser_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signpost/internal/eraser"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	line    = "+441632960000"
	canary  = "canary-words"
)

func sid(kind string, n int) string { return fmt.Sprintf("%s%032x", kind, n) }

func record(t *testing.T, id string) webhook.RecordID {
	t.Helper()
	r, ok := twilio.ParseRecordID(id)
	if !ok {
		t.Fatalf("%q is no id of a record", id)
	}
	return r
}

// gateway is one process's eraser on a store and a provider.
type gateway struct {
	*eraser.Eraser
	log  *bytes.Buffer
	stop func()

	mu     sync.Mutex
	counts map[eraser.Outcome]int
}

func (g *gateway) count(o eraser.Outcome) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.counts[o]
}

type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func open(t *testing.T, redis string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{URL: redis, SessionTTL: time.Minute, Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func start(t *testing.T, redis string, p *testkit.Provider, change func(*eraser.Eraser)) *gateway {
	t.Helper()
	records, err := twilio.NewClient(p.URL, account, []privacy.Private{privacy.Hide("a0token0not0yet0promoted"),
		privacy.Hide(token)})
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{log: &bytes.Buffer{}, counts: map[eraser.Outcome]int{}}
	g.Eraser = &eraser.Eraser{
		List: open(t, redis), Records: records, After: 20 * time.Millisecond, GiveUp: time.Hour, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(locked{&g.mu, g.log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Count: func(o eraser.Outcome) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.counts[o]++
		},
	}
	if change != nil {
		change(g.Eraser)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); g.Run(ctx) }()
	g.stop = func() { cancel(); p.Release(); <-done }
	t.Cleanup(g.stop)
	return g
}

// fill gives the provider some of every kind of record.
func fill(p *testkit.Provider, n int, change func(i int, r *testkit.Record)) (ids []string) {
	for i := range n {
		r := testkit.Record{SID: sid([]string{"SM", "MM", "CA"}[i%3], i), Body: canary, From: "+447400123456", To: line,
			Created: time.Now().Add(-time.Hour)}
		if change != nil {
			change(i, &r)
		}
		p.Hold(r)
		ids = append(ids, r.SID)
	}
	return ids
}

var allowed = regexp.MustCompile(`^(DELETE /2010-04-01/Accounts/` + account +
	`/(Messages/(SM|MM)|Calls/CA)[0-9a-f]{32}\.json|POST /2010-04-01/Accounts/` + account +
	`/Messages/(SM|MM)[0-9a-f]{32}\.json)$`)

func repeat(f testkit.Fault, n int) (out []testkit.Fault) {
	for range n {
		out = append(out, f)
	}
	return out
}

// No matter what the provider does, two gateways on one Redis bring what it holds to
// nothing, and delete no record twice.
func TestNothingIsLeft(t *testing.T) {
	tests := []struct {
		name   string
		faults []testkit.Fault
		change func(i int, r *testkit.Record)
		notes  []string // ids of records that are gone already
		want   []eraser.Outcome
	}{
		{name: "all well"},
		{name: "busy, and says for how long", faults: repeat(testkit.FaultBusy, 2),
			want: []eraser.Outcome{eraser.Busy}},
		{name: "busy, and does not say", faults: repeat(testkit.FaultBusySilent, 12),
			want: []eraser.Outcome{eraser.Busy}},
		{name: "broken", faults: repeat(testkit.FaultBroken, 12), want: []eraser.Outcome{eraser.Unreachable}},
		{name: "garbage", faults: repeat(testkit.FaultGarbage, 6), want: []eraser.Outcome{eraser.Unreachable}},
		{name: "another server answers", faults: repeat(testkit.FaultElsewhere, 6),
			want: []eraser.Outcome{eraser.Unreachable}},
		{name: "cuts the line", faults: repeat(testkit.FaultDrop, 6), want: []eraser.Outcome{eraser.Unreachable}},
		{name: "hangs", faults: repeat(testkit.FaultHang, 2), want: []eraser.Outcome{eraser.Unreachable}},
		{name: "refuses our credentials for a while", faults: repeat(testkit.FaultAuth, 12),
			want: []eraser.Outcome{eraser.Credentials}},
		{name: "not final yet", change: func(i int, r *testkit.Record) { r.NotFinal = i % 5 },
			want: []eraser.Outcome{eraser.NotFinal}},
		{name: "refuses for a while", change: func(i int, r *testkit.Record) { r.Refused = i % 3 },
			want: []eraser.Outcome{eraser.Refused}},
		{name: "gone already", notes: []string{sid("SM", 1000), sid("CA", 1001)}, want: []eraser.Outcome{eraser.Gone}},
		{name: "all of it", faults: []testkit.Fault{testkit.FaultDrop, testkit.FaultBusySilent, testkit.FaultBroken,
			testkit.FaultAuth, testkit.FaultAuth, testkit.FaultGarbage},
			change: func(i int, r *testkit.Record) { r.NotFinal, r.Refused = i%3, i%2 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, p := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
			ids := append(fill(p, 60, tt.change), tt.notes...)
			p.Fail(tt.faults...)
			one, two := start(t, r.URL(), p, nil), start(t, r.URL(), p, nil)
			for i, id := range ids {
				one.Note(record(t, id), 0)
				if i%4 == 0 { // a repeated webhook may reach the other gateway
					two.Note(record(t, id), 0)
				}
			}
			p.Await(t, "an empty provider", func() bool { return len(p.Left()) == 0 })
			one.stop()
			two.stop()
			for _, o := range tt.want {
				if one.count(o)+two.count(o) == 0 {
					t.Errorf("nothing was counted as %q", o)
				}
			}
			for id, n := range p.Deleted() {
				if n != 1 {
					t.Errorf("%s was deleted %d times", id, n)
				}
			}
			for _, q := range p.Requests() {
				if !allowed.MatchString(q) {
					t.Errorf("asked for %s", q)
				}
			}
			for _, l := range []string{one.log.String(), two.log.String()} {
				if strings.Contains(l, "SM0") || strings.Contains(l, canary) || strings.Contains(l, account) {
					t.Errorf("the log says too much:\n%s", l)
				}
			}
		})
	}
}

// Only ids and times are on the list, and when all is done nothing is.
func TestList(t *testing.T) {
	r, p := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	g := start(t, r.URL(), p, func(e *eraser.Eraser) { e.After = time.Hour })
	ids := fill(p, 9, nil)
	for _, id := range ids {
		g.Note(record(t, id), 0)
	}
	g.stop() // what was noted is on the list before it ends
	due := r.Do(t, "ZRANGE", "erase:{list}:due", "0", "-1")
	if len(due) != len(ids) {
		t.Errorf("%d of %d are on the list: %q", len(due), len(ids), due)
	}
	goes := func(key string) {
		t.Helper()
		if ttl := r.Do(t, "TTL", key); strings.HasPrefix(ttl[0], "-") || strings.HasPrefix(ttl[0], ":-") {
			t.Errorf("%s never goes by itself: %q", key, ttl)
		}
	}
	if left := r.Do(t, "KEYS", "*"); len(left) != 1 {
		t.Errorf("the list is kept under %q", left)
	}
	goes("erase:{list}:due")
	again := start(t, r.URL(), p, func(e *eraser.Eraser) { // hours later, another process
		e.Now = func() time.Time { return time.Now().Add(3 * time.Hour) }
	})
	p.Await(t, "an empty provider", func() bool { return len(p.Left()) == 0 })
	again.stop()
	if left := r.Do(t, "KEYS", "*"); len(left) != 0 {
		t.Errorf("when all is erased %q is left", left)
	}
}

// A record that a gateway had taken when it died comes up again; one that
// another has taken does not.
func TestDeadGateway(t *testing.T) {
	r := testkit.StartRedis(t)
	s := open(t, r.URL())
	now := time.Now()
	id := sid("SM", 1)
	if err := s.Enqueue(t.Context(), map[string]time.Time{id: now}, now.Add(time.Minute), time.Hour); err != nil {
		t.Fatal(err)
	}
	if e, _, ok, err := s.Lease(t.Context(), now, time.Minute); err != nil || !ok || e.ID != id ||
		e.Since.UnixMilli() != now.UnixMilli() {
		t.Fatalf("taken %+v, %v, %v", e, ok, err)
	}
	// Its status report comes meanwhile: it stays with the gateway that has it.
	if err := s.Enqueue(t.Context(), map[string]time.Time{id: now}, now.Add(time.Minute), time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, wait, ok, err := s.Lease(t.Context(), now.Add(30*time.Second), time.Minute); err != nil || ok ||
		wait != 30*time.Second {
		t.Errorf("taken twice: %v, %v, %v", ok, wait, err)
	}
	if _, _, ok, err := s.Lease(t.Context(), now.Add(time.Minute), time.Minute); err != nil || !ok {
		t.Errorf("not taken again: %v, %v", ok, err)
	}
	// A late word of the dead one does not bring a finished record back.
	if err := s.Erased(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := s.Postpone(t.Context(), store.Erasure{ID: id, Since: now}, now, time.Hour); err != nil {
		t.Fatal(err)
	}
	if n, _, err := s.Backlog(t.Context()); err != nil || n != 0 || len(r.Do(t, "KEYS", "*")) != 0 {
		t.Errorf("%d wait, %v", n, err)
	}
}

// A report brings a record forward; nothing puts one off.
func TestBroughtForward(t *testing.T) {
	s := open(t, testkit.StartRedis(t).URL())
	now, id := time.Now(), sid("SM", 1)
	put := func(due time.Duration) {
		t.Helper()
		if err := s.Enqueue(t.Context(), map[string]time.Time{id: now.Add(due)}, now.Add(time.Minute),
			time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []time.Duration{time.Hour, 2 * time.Hour, 30 * time.Minute, 45 * time.Minute} {
		put(d)
	}
	if _, wait, ok, err := s.Lease(t.Context(), now, time.Minute); err != nil || ok ||
		wait.Round(time.Second) != 30*time.Minute {
		t.Errorf("due in %v, %v, %v", wait, ok, err)
	}
}

// A record that can never be deleted has its words emptied at once and is given
// up on in the end, loudly.
func TestGivenUp(t *testing.T) {
	r, p := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	id := sid("SM", 1)
	p.Hold(testkit.Record{SID: id, Body: canary, Refused: 1 << 30})
	var mu sync.Mutex
	late := time.Duration(0)
	g := start(t, r.URL(), p, func(e *eraser.Eraser) {
		e.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(late) }
	})
	g.Note(record(t, id), 0)
	p.Await(t, "empty words", func() bool { return p.Left()[0].Body == "" })
	mu.Lock()
	late = 2 * time.Hour // longer than GiveUp
	mu.Unlock()
	await(t, r, g, "the end", func(s eraser.Status) bool { return s.GivenUp == 1 })
	g.stop()
	if g.count(eraser.GivenUp) != 1 || !strings.Contains(g.log.String(), "given up on") || g.Status().GivenUp != 1 {
		t.Errorf("counted %v, %+v, and said:\n%s", g.counts, g.Status(), g.log)
	}
	if keys := r.Do(t, "KEYS", "*"); len(keys) != 0 {
		t.Errorf("%q is left", keys)
	}
}

// With Redis unreachable what is to be erased waits in memory, and goes on the list
// when it is back.
func TestRedisAway(t *testing.T) {
	r, p := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	g := start(t, r.URL(), p, nil)
	r.Kill()
	for _, id := range fill(p, 20, nil) {
		g.Note(record(t, id), 0)
	}
	r.Restart(t)
	p.Await(t, "an empty provider", func() bool { return len(p.Left()) == 0 })
}

// Without a store that takes them, ids are held to a number, and what is lost is
// counted.
func TestOverflow(t *testing.T) {
	r, p := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	r.Kill()
	g := start(t, r.URL(), p, nil)
	const many = 6000
	for i := range many {
		g.Note(record(t, sid("SM", i)), 0)
	}
	g.stop()
	if lost := g.count(eraser.Lost); lost != many {
		t.Errorf("%d of %d were counted as lost", lost, many)
	}
}

// await waits until the numbers on show are as they should be.
func await(t *testing.T, r *testkit.Redis, g *gateway, what string, ok func(eraser.Status) bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !ok(g.Status()); testkit.Pause() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: %+v", what, g.Status())
		}
		r.Do(t, "PING")
	}
}

// faulty panics at every fourth request.
type faulty struct {
	eraser.Records
	n atomic.Int32
}

func (f *faulty) Erase(id webhook.RecordID) error {
	if f.n.Add(1)%4 == 0 {
		panic(string(id))
	}
	return f.Records.Erase(id)
}

// A fault of our own ends neither the program nor the erasing, and quotes
// nothing.
func TestFault(t *testing.T) {
	r, p := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	// The clock runs a thousand times as fast, so that a lease is over soon: what a
	// fault left comes up again only then. Nothing the provider sees tells of a try
	// that ended in a fault, so the clock may not wait for that.
	begun := time.Now()
	g := start(t, r.URL(), p, func(e *eraser.Eraser) {
		e.Records = &faulty{Records: e.Records}
		e.Now = func() time.Time { return begun.Add(1000 * time.Since(begun)) }
	})
	for _, id := range fill(p, 12, nil) {
		g.Note(record(t, id), 0)
	}
	p.Await(t, "an empty provider", func() bool { return len(p.Left()) == 0 })
	g.stop()
	if !strings.Contains(g.log.String(), `msg="panic recovered" job=eraser`) ||
		strings.Contains(g.log.String(), "SM0") {
		t.Errorf("the log says\n%s", g.log)
	}
}

// The numbers on show: how many wait, how long the oldest has, what is wrong.
func TestStatus(t *testing.T) {
	r, p := testkit.StartRedis(t), testkit.NewProvider(t, account, "another0token")
	g := start(t, r.URL(), p, nil)
	for _, id := range fill(p, 3, nil) {
		g.Note(record(t, id), 0)
	}
	await(t, r, g, "trouble",
		func(s eraser.Status) bool { return s.Known && s.Waiting == 3 && s.Oldest > 0 && s.Trouble != "" })
	p.SetToken(token)
	await(t, r, g, "all well",
		func(s eraser.Status) bool { return s.Known && s.Waiting == 0 && s.Oldest == 0 && s.Trouble == "" })
	if n := g.count(eraser.Deleted); n != 3 {
		t.Errorf("%d were counted as deleted", n)
	}
}

// How long a record has waited is told from when it was due first, however often
// it is put off, and by whom.
func TestAge(t *testing.T) {
	r := testkit.StartRedis(t)
	s := open(t, r.URL())
	first, id := time.Now().Truncate(time.Millisecond), sid("SM", 1)
	for _, id := range []string{id, sid("CA", 2)} {
		if err := s.Enqueue(t.Context(), map[string]time.Time{id: first}, first.Add(time.Minute),
			time.Hour); err != nil {
			t.Fatal(err)
		}
		first = first.Add(time.Hour)
	}
	first = first.Add(-2 * time.Hour)
	now := first
	for range 3 {
		if waiting, oldest, err := s.Backlog(t.Context()); err != nil || waiting != 2 || !oldest.Equal(first) {
			t.Fatalf("%d wait, the oldest since %v, not %v: %v", waiting, oldest, first, err)
		}
		e, _, ok, err := s.Lease(t.Context(), now, time.Minute)
		if err != nil || !ok || e.ID != id || !e.Since.Equal(first) {
			t.Fatalf("taken %+v, %v, %v; due first at %v", e, ok, err, first)
		}
		now = now.Add(10 * time.Minute)
		if err := s.Postpone(t.Context(), e, now, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if ttl := r.Do(t, "PTTL", "erase:{list}:since"); strings.HasPrefix(ttl[0], "-") || strings.HasPrefix(ttl[0], ":-") {
		t.Errorf("since when never goes by itself: %q", ttl)
	}
	if err := s.Erased(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if waiting, oldest, err := s.Backlog(t.Context()); err != nil || waiting != 1 ||
		!oldest.Equal(first.Add(time.Hour)) {
		t.Errorf("%d wait, the oldest since %v: %v", waiting, oldest, err)
	}
}
