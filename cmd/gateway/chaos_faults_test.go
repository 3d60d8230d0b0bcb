//go:build chaos

package main

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"signpost/cmd/gateway/internal/model"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// away is what is right while the store does not answer.
var away = model.Licence{Brief: true}

// during has the proxy make a trouble for as long as a fault lasts.
func during(t testkit.Trouble) func(*house) {
	return func(h *house) {
		h.proxy.Set(t)
		<-time.After(*lasts)
		h.proxy.Set(testkit.Trouble{})
	}
}

func answering(refusal string) func(*house) { return during(testkit.Trouble{Error: refusal}) }

// often does something again and again for as long as a fault lasts.
func often(every time.Duration, do func(h *house)) func(*house) {
	return func(h *house) {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for end := time.After(*lasts); ; {
			select {
			case <-end:
				return
			case <-tick.C:
				do(h)
			}
		}
	}
}

// crowd does something in many goroutines for as long as a fault lasts; each is
// given its number.
func crowd(n int, do func(h *house, i int, over <-chan struct{})) func(*house) {
	return func(h *house) {
		over := make(chan struct{})
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() { do(h, i, over) })
		}
		<-time.After(*lasts)
		close(over)
		all.Wait()
	}
}

func isOver(over <-chan struct{}) bool {
	select {
	case <-over:
		return true
	default:
		return false
	}
}

// strangers are not answered: all that they send is refused or cut off.
func (h *house) stranger(raw []byte) {
	conn, err := net.Dial("tcp", h.front.members[0].listen)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	_, _ = conn.Write(raw)
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	got, _ := io.ReadAll(io.LimitReader(conn, 64<<10))
	if bytes.HasPrefix(got, []byte("HTTP/1.1 200")) {
		h.count(0, nil, false, fmt.Sprintf("a stranger is answered %.100q", got))
	}
}

// bodies are what strangers send.
func bodies() [][]byte {
	const head = "POST /sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	with := func(headers string, body []byte) []byte {
		return append(fmt.Appendf(nil, "%s%sContent-Length: %d\r\n\r\n", head, headers, len(body)), body...)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(strings.Repeat("Body=a&", 1<<20)))
	_ = z.Close()
	noise := make([]byte, 4<<10)
	for i := range noise {
		noise[i] = byte(rand.IntN(256))
	}
	return [][]byte{
		with("", []byte(strings.Repeat("a", twilio.MaxBody+1))), // too large
		with("", []byte("Body=%zz&From=%")),                     // malformed
		with("", []byte(strings.Repeat("a=b&", twilio.MaxBody/4))),
		with("Content-Encoding: gzip\r\n",
			zipped.Bytes()), // compressed
		fmt.Appendf(nil, "%sContent-Length: 5000\r\n\r\nBody=hello",
			head), // truncated
		fmt.Appendf(nil, "%sContent-Length: 99999999999999\r\n\r\nBody=hello",
			head), // more than there is
		fmt.Appendf(nil, "%sContent-Length: 4\r\nContent-Length: 5\r\n\r\nBody",
			head), // two lengths
		fmt.Appendf(nil, "%sTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nBody",
			head), // bad chunks
		[]byte("POST /sms HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Flood: aaaaaaaaaaaaaaaa\r\n",
			40_000)), // a flood of headers
		[]byte("POST /sms HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a",
			1<<20)), // one long header
		[]byte("GET /" + strings.Repeat("a", 1<<20) +
			" HTTP/1.1\r\n"), // a long address
		[]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), noise, []byte("\x16\x03\x01"), {},
	}
}

// slow opens connections and sends next to nothing over them.
func slow(h *house) {
	var limit syscall.Rlimit
	n := 10_000
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil && int(limit.Cur) < n+2000 {
		h.t.Fatalf("10,000 connections need a higher limit of open files than %d (ulimit -n)", limit.Cur)
	}
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	const head = "POST /sms HTTP/1.1\r\nHost: x\r\n"
	starts := []string{"P", head,
		head + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nBody=", ""}
	for i := range n {
		c, err := net.Dial("tcp", h.front.members[0].listen)
		if err != nil {
			h.t.Fatalf("connection %d: %v", i, err)
		}
		conns = append(conns, c)
		_, _ = c.Write([]byte(starts[i%len(starts)]))
	}
	h.t.Logf("%d connections are open", len(conns))
	for end := time.Now().Add(*lasts); time.Now().Before(end); {
		for i, c := range conns { // a letter each, now and then; those that were closed are opened again
			if i%4 == 3 {
				continue
			}
			if _, err := c.Write([]byte("a")); err == nil {
				continue
			}
			c.Close()
			if again, err := net.Dial("tcp", h.front.members[0].listen); err == nil {
				conns[i] = again
				_, _ = again.Write([]byte(starts[i%len(starts)]))
			}
		}
		<-time.After(100 * time.Millisecond)
	}
}

// flood sends signed texts as fast as they are answered. Every number must get an
// answer to its first.
func flood(number func(worker, i int) string, texts int) func(*house) {
	return crowd(8, func(h *house, w int, over <-chan struct{}) {
		for i := 0; !isOver(over); i++ {
			p := h.phone(number(w, i), h.front)
			for k := range texts {
				began := time.Now()
				got, err := p.Text(h.t.Context(), "hello")
				h.count(time.Since(began), err, k > 0 || got != "" || number(w, i) == number(0, 0),
					fmt.Sprintf("the first text of %d is answered %q", i, got))
			}
		}
	})
}

// killer kills one gateway after the other, in the middle of its work, and starts it
// again.
func killer(h *house) {
	kills := 0
	for end := time.Now().Add(*lasts); time.Now().Before(end); kills++ {
		m := h.front.members[kills%len(h.front.members)]
		<-time.After(rand.N(30 * time.Millisecond))
		_ = m.cmd.Process.Kill()
		_ = m.cmd.Wait()
		m.start(h.t)
	}
	h.t.Logf("%d were killed", kills)
}

// upgrade puts an older version in the place of each gateway, one after the other, and
// the newer one back, again and again: for a while there is one of each.
func upgrade(h *house) {
	programs := []string{*older, h.newer}
	turns := 0
	for end := time.Now().Add(*lasts); time.Now().Before(end) || turns%2 == 1; turns++ {
		for _, m := range h.front.members {
			m.stop(h.t)
			m.program = programs[turns%2]
			m.start(h.t)
			<-time.After(*lasts / 8)
		}
	}
	h.t.Logf("every gateway was replaced %d times", turns)
}

// faults are those that need real processes, sockets or a real Redis. The rest is simulated: see
// docs/simulation.md.
var faults = []fault{
	{name: "nothing"},
	{name: "Redis killed, and back empty", licence: model.Licence{Brief: true, Forgets: true}, do: func(h *house) {
		h.redis.Kill()
		<-time.After(*lasts)
		h.redis.Restart(h.t)
	}},
	{name: "Redis hangs", licence: away, do: func(h *house) {
		h.redis.Hang()
		<-time.After(*lasts)
		h.redis.Wake()
	}},
	{name: "Redis slow, 5 ms to 5 s", licence: away, do: func(h *house) {
		for _, ms := range []int{5, 20, 50, 100, 200, 300, 500, 1000, 2000, 5000} {
			d := time.Duration(ms) * time.Millisecond
			h.proxy.Set(testkit.Trouble{Delay: func() time.Duration { return d/2 + rand.N(d) }})
			<-time.After(*lasts / 10)
		}
		h.proxy.Set(testkit.Trouble{})
	}},
	{name: "Redis answers a byte at a time", do: during(testkit.Trouble{Crumbs: true})},
	{name: "connections to Redis cut, 50 a second", licence: away,
		do: often(20*time.Millisecond, func(h *house) { h.proxy.Cut() })},
	{name: "READONLY (a real replica)", licence: away, do: func(h *house) {
		h.redis.Do(h.t, "REPLICAOF", "127.0.0.1", "1")
		<-time.After(*lasts)
		h.redis.Do(h.t, "REPLICAOF", "NO", "ONE")
	}},
	{name: "OOM (a real full one)", licence: away, do: func(h *house) {
		h.redis.Do(h.t, "CONFIG", "SET", "maxmemory", "1")
		<-time.After(*lasts)
		h.redis.Do(h.t, "CONFIG", "SET", "maxmemory", "0")
	}},
	{name: "NOSCRIPT (scripts forgotten, 100 a second)",
		do: often(10*time.Millisecond, func(h *house) { h.redis.Do(h.t, "SCRIPT", "FLUSH") })},
	{name: "failing over to a replica", licence: model.Licence{Brief: true, Loses: true, Forgets: true},
		do: func(h *house) {
			host, port, _ := strings.Cut(h.redis.Addr, ":")
			replica := testkit.StartRedis(h.t)
			replica.Do(h.t, "REPLICAOF", host, port)
			<-time.After(*lasts / 2)
			h.redis.Kill()
			<-time.After(*lasts / 4)
			replica.Do(h.t, "REPLICAOF", "NO", "ONE")
			h.proxy.Point(replica.Addr)
			<-time.After(*lasts / 4)
			h.redis = replica
		}},
	{name: "a Cluster loses a master", licence: model.Licence{Brief: true, Loses: true, Forgets: true}, members: 3,
		redisURL: func(h *house) string {
			c := testkit.StartCluster(h.t)
			kill := func() { c.Masters[0].Kill() }
			h.fault.do = func(h *house) {
				<-time.After(*lasts / 4)
				kill()
				for end, tick := time.After(20*time.Second), time.NewTicker(50*time.Millisecond); !c.TookOver(0); {
					select {
					case <-tick.C:
					case <-end:
						h.t.Fatal("no replica took over")
					}
				}
				<-time.After(*lasts / 4)
			}
			return c.URL()
		}},
	{name: "the provider's API hangs", env: []string{"ERASE_AFTER=1s"}, do: func(h *house) {
		var all []testkit.Fault
		for range 10_000 {
			all = append(all, testkit.FaultHang)
		}
		h.double.Fail(all...)
		<-time.After(*lasts)
	}},
	{name: "the disk of the log is full", licence: away, log: func(t *testing.T) io.Writer {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { full.Close() })
		return full
	}, do: answering("LOADING so that there is much to log")},
	{name: "nobody reads the log", licence: away, log: func(t *testing.T) io.Writer {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close(); w.Close() })
		return w
	}, do: answering("LOADING so that there is much to log")},
	{name: "the reader of the log is gone", licence: away, log: func(t *testing.T) io.Writer {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		t.Cleanup(func() { w.Close() })
		return w
	}, do: answering("LOADING so that there is much to log")},
	{name: "the clock jumps, hours and days, both ways", licence: model.Licence{Forgets: true, Loses: true},
		restarts: true, clock: func(h *house) {
			for _, by := range []time.Duration{time.Minute, -time.Hour, 25 * time.Hour, -48 * time.Hour,
				24 * 365 * time.Hour, 90 * time.Second, -time.Second, 0} {
				h.ahead.Store(int64(by))
				<-time.After(*lasts / 8)
			}
		}},
	{name: "gateways killed at any instruction", members: 2, do: killer},
	{name: "10,000 slow clients", do: slow},
	{name: "bodies too large, malformed, truncated, compressed; floods of headers",
		do: crowd(4, func(h *house, i int, over <-chan struct{}) {
			all := bodies()
			for n := i; !isOver(over); n++ {
				h.stranger(all[n%len(all)])
			}
		})},
	{name: "forged signatures, as many as there is room for", do: crowd(8, func(h *house, _ int, over <-chan struct{}) {
		p := h.phone("+447400000000", h.front)
		p.Token = privacy.Hide("not the token")
		for !isOver(over) {
			status, body, err := p.Post(h.t.Context(), "/sms",
				url.Values{"MessageSid": {handset.SID("SM")}, "From": {p.From}, "To": {line}, "Body": {"kendal"}})
			if err == nil && (status != 403 || len(body) > 0) {
				h.count(0, nil, false, fmt.Sprintf("a forgery is answered %d %q", status, body))
			}
		}
	})},
	{name: "TLS to a port without it", do: crowd(4, func(h *house, _ int, over <-chan struct{}) {
		for !isOver(over) {
			c, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Second}, "tcp", h.front.members[0].listen,
				&tls.Config{InsecureSkipVerify: true}) // #nosec G402 -- there is nothing to verify
			if err == nil {
				c.Close()
			}
		}
	})},
	{name: "a flood from one sender", pace: 100 * time.Millisecond,
		env: []string{"SENDER_LIMIT=120", "SERVICE_LIMIT=1200"},
		do:  flood(func(int, int) string { return "+447600000001" }, 1)},
	{name: "a flood from thousands of senders, as many as there is room for", pace: 100 * time.Millisecond,
		licence: model.Licence{Limited: true}, env: []string{"SENDER_LIMIT=120", "SERVICE_LIMIT=1200"},
		do: flood(func(w, i int) string { return fmt.Sprintf("+44781%d%06d", w, i) }, 1)},
	{name: "a flood from withheld callers", do: crowd(8, func(h *house, _ int, over <-chan struct{}) {
		p := h.phone("+266696687", h.front)
		for !isOver(over) {
			began := time.Now()
			call, err := p.Ring(h.t.Context())
			h.count(time.Since(began), err, err == nil && len(call.Said) > 0, "a withheld caller")
		}
	})},
	{name: "texts pumped from thousands of numbers elsewhere",
		do: flood(func(w, i int) string { return fmt.Sprintf("+3367%d%07d", w, i) }, 3)},
}
