//go:build chaos

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signpost/cmd/gateway/internal/model"
	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/internal/handset"
	"signpost/internal/machine"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

var (
	lasts   = flag.Duration("lasts", 4*time.Second, "how long each fault lasts")
	writeTo = flag.String("write", "", "the `file` for the table")
	older   = flag.String("older", "", "the `program` of an older version, to be upgraded from under load")
)

// inTime is what every answer has to come within.
const inTime = time.Second

// fault is one thing that goes wrong while people text and ring.
type fault struct {
	name     string
	members  int      // gateways; 0 is one
	env      []string // of the gateways
	licence  model.Licence
	restarts bool          // a call may begin again
	pace     time.Duration // between a person's texts
	redis    []string      // its options
	redisURL func(h *house) string
	log      func(t *testing.T) io.Writer
	clock    func(h *house) // replaces the processes by one in this process, whose clock it moves
	do       func(h *house)
}

// house is everything there is in one scenario.
type house struct {
	t      *testing.T
	fault  fault
	redis  *testkit.Redis
	proxy  *testkit.Proxy
	double *testkit.Provider
	front  *front
	book   *flows.Book
	newer  string       // the program
	ref    http.Handler // a gateway that nothing happens to
	ahead  atomic.Int64 // how far the clock is ahead

	mu         sync.Mutex
	log        bytes.Buffer
	took       []time.Duration
	unanswered int
	wrong      int
	leaked     int
	told       int // examples printed
	canaries   []string
}

func (h *house) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(p)
}

// front is what stands before the gateways. Like the provider it sends a webhook
// that got no answer once more, to anybody who is there.
type front struct {
	members []*member
	next    atomic.Uint64
	client  *http.Client
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	first := int(f.next.Add(1))
	for try := range 2 * len(f.members) {
		m := f.members[(first+try)%len(f.members)]
		req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+m.listen+r.URL.RequestURI(),
			bytes.NewReader(body))
		if err != nil {
			break
		}
		req.Header = r.Header
		resp, err := f.client.Do(req)
		if err != nil {
			continue
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			continue
		}
		maps.Copy(w.Header(), resp.Header)
		w.WriteHeader(resp.StatusCode)
		_, _ = w.Write(answer)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func (h *house) phone(from string, to http.Handler) *handset.Phone {
	return &handset.Phone{Handler: to, Base: base, Account: account, Token: privacy.Hide(token), From: from, To: line,
		Jar: map[string]string{}}
}

// count puts down one request of a person: how long it took, whether it was
// answered in time, whether the answer was right.
func (h *house) count(took time.Duration, err error, right bool, what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took = append(h.took, took)
	switch {
	case err != nil || took > inTime:
		h.unanswered++
	case !right:
		h.wrong++
	default:
		return
	}
	if h.told++; h.told <= 5 {
		h.t.Logf("%s: %v, %v", what, took.Round(time.Millisecond), err)
	}
}

// row is one line of the table.
type row struct {
	name                                string
	requests, unanswered, wrong, leaked int
	p50, p99, slowest                   time.Duration
	memory                              float64
}

// peak is the most memory a process has held, in MB.
func (m *member) peak() (mb float64) {
	if m.cmd == nil || m.cmd.Process == nil {
		return 0
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			fmt.Sscan(rest, &mb)
		}
	}
	return mb / 1024
}

func pick(t *testing.T, h *house, path string) string {
	resp, err := http.Get("http://" + h.front.members[0].admin + path)
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

// inProcess is a gateway in this process.
func inProcess(t *testing.T, redis string, log io.Writer, now func() time.Time) *server.Gateway {
	t.Helper()
	cfg, err := config.Parse(map[string]string{"PUBLIC_URL": base, "TWILIO_ACCOUNT_SID": account,
		"TWILIO_AUTH_TOKEN": token, "REDIS_URL": redis, "LISTEN_ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0",
		"PRIVACY_KEY": strings.Repeat("5a", 32), "TWILIO_API_URL": "http://127.0.0.1:1", "ERASE_AFTER": "1h",
		"SENDER_LIMIT": "10000", "SERVICE_LIMIT": "100000", "SPEND_LIMIT": "1000000", "CALLER_LIMIT": "10000",
		"DRAIN": "0s"}, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	g, err := server.New(cfg, server.NewLog(log, false))
	if err != nil {
		t.Fatal(err)
	}
	g.SetClock(now)
	return g
}

func (f fault) run(t *testing.T, program string) row {
	h := &house{t: t, fault: f, newer: program, redis: testkit.StartRedis(t, f.redis...),
		double: testkit.NewProvider(t, account, token)}
	h.proxy = testkit.NewProxy(t, h.redis.Addr)
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	h.book = src.Book
	ref := inProcess(t, config.Embedded, io.Discard, h.now)
	t.Cleanup(func() { _ = ref.Close() })
	h.ref = ref.Handler()
	h.front = &front{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256},
		Timeout: 5 * time.Second}}
	url := "redis://" + h.proxy.Addr
	if f.redisURL != nil {
		url = f.redisURL(h)
	}
	if f.clock != nil {
		g := inProcess(t, url, h, h.now)
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- g.Run(ctx) }()
		<-g.Ready()
		t.Cleanup(func() { stop(); <-done })
		public, admin := g.Addrs()
		h.front.members = []*member{{listen: public.String(), admin: admin.String()}}
	} else {
		for range max(f.members, 1) {
			m := &member{program: program, redis: url, api: h.double.URL, listen: testkit.FreeAddr(t),
				admin: testkit.FreeAddr(t), log: h, env: f.env}
			if f.log != nil {
				m.log = f.log(t)
			}
			m.start(t)
			h.front.members = append(h.front.members, m)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	healed := make(chan struct{})
	var texting, ringing sync.WaitGroup
	const people, callers = 12, 4
	for n := range people {
		texting.Go(func() { h.texts(ctx, n, healed) })
	}
	for n := range callers {
		ringing.Go(func() { h.calls(ctx, n) })
	}
	well := func() { <-time.After(*lasts / 8) }
	well()
	switch {
	case f.clock != nil:
		f.clock(h)
	case f.do != nil:
		f.do(h)
	default:
		<-time.After(*lasts)
	}
	well()
	stop()
	ringing.Wait()
	h.heal()
	close(healed)
	texting.Wait()

	h.mu.Lock()
	slices.Sort(h.took)
	r := row{name: f.name, requests: len(h.took), unanswered: h.unanswered, wrong: h.wrong, leaked: h.leaked}
	r.p50, r.p99, r.slowest = h.took[len(h.took)/2], h.took[len(h.took)*99/100], h.took[len(h.took)-1]
	h.mu.Unlock()
	metrics := pick(t, h, "/metrics")
	kept := h.log.String() + metrics + pick(t, h, "/readyz") + h.double.Raw()
	if f.redisURL == nil {
		kept += h.redis.Dump(t)
	}
	for _, c := range h.canaries {
		if strings.Contains(kept, c) {
			r.leaked++
		}
	}
	if len(kept) < 1000 || strings.Contains(h.log.String(), "panic") || counted(metrics, `outcome="panicked"`) {
		t.Errorf("what was kept is not right: %d bytes", len(kept))
	}
	for _, m := range h.front.members {
		r.memory = max(r.memory, m.peak())
	}
	if r.unanswered+r.wrong+r.leaked > 0 {
		t.Errorf("%+v", r)
	}
	if r.requests < 100 {
		t.Errorf("only %d requests", r.requests)
	}
	return r
}

// heal waits until nothing is wrong with the store any more.
func (h *house) heal() {
	h.proxy.Set(testkit.Trouble{})
	const patience, often = 2 * time.Minute, 20 * time.Millisecond
	tick := time.NewTicker(often)
	defer tick.Stop()
	// What was asked during the fault may still fail, and have the store taken for away
	// once more: so it must be well for longer than anything may take.
	const long = int(400 * time.Millisecond / often)
	for end, well := time.After(patience), 0; well < long; {
		if got := pick(h.t, h, "/readyz"); strings.HasPrefix(got, "ready") && !strings.Contains(got, "store-unreachable") {
			well++
		} else {
			well = 0
		}
		select {
		case <-tick.C:
		case <-end:
			h.t.Fatal("the store is not found again")
		}
	}
}

// With every fault, every genuine webhook is answered usefully within a second, no
// conversation moves twice, nothing leaks, and memory is bounded. Each line of the
// table is real processes on real sockets under load while one thing goes wrong.
func TestChaos(t *testing.T) {
	program := build(t, true)
	var rows []row
	all := slices.Clone(faults)
	if *older != "" {
		all = append(all, fault{name: "an upgrade from an older version, back, and again", members: 2, do: upgrade})
	}
	for _, f := range all {
		if f.pace == 0 {
			f.pace = 15 * time.Millisecond
		}
		t.Run(f.name, func(t *testing.T) { rows = append(rows, f.run(t, program)) })
	}
	table := report(rows)
	fmt.Println(table)
	if *writeTo != "" && !t.Failed() {
		if err := testkit.WritePart(*writeTo, "faults", table); err != nil {
			t.Fatal(err)
		}
	}
}

func report(rows []row) string {
	var b strings.Builder
	fmt.Fprintf(&b, `## Faults that were made

Made by `+"`make chaos`"+`; not typed. Machine: %s; the load, the gateways and Redis share it. Each
line is a gateway of its own, as `+"`make build`"+` makes it, on real sockets with a real Redis
behind a proxy. 12 people text and 4 ring without pause. The fault lasts %v, with a while before and
after in which all is well.

An answer is **wrong** if no order of the texts, each taken once, explains it. A model that knows
only the engine follows every conversation, and a gateway that nothing happens to is rung alongside.
While the store is unreachable the short answer to somebody's first text is right, too. A sixth of the
texts come twice. **Unanswered** is all that took more than %v, or got no answer. **Leaked** is how
many numbers and words of those people were found in logs, metrics, Redis or what the provider was
sent. After each fault everybody holds a whole conversation in which every answer must be to the
letter.

| fault | requests | unanswered | wrong | leaked | median | 99th | slowest | most memory |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`, machine.Describe(), *lasts, inTime)
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
	for _, r := range rows {
		memory := "-"
		if r.memory > 0 {
			memory = fmt.Sprintf("%.0f MB", r.memory)
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %s | %s | %s | %s |\n", r.name, r.requests, r.unanswered, r.wrong,
			r.leaked, ms(r.p50), ms(r.p99), ms(r.slowest), memory)
	}
	return b.String()
}
