package simulate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pipe is one connection of a gateway. What is written waits at the gate; the clock decides
// when it gets there, and when the answer comes back.
type pipe struct {
	node   *node
	to     string // its other end: redis or provider
	serve  func(*pipe, []byte) []byte
	server *redisEnd // of a connection to Redis
	asked  []byte    // an incomplete request to the provider

	mu       sync.Mutex
	in       bytes.Buffer
	deadline time.Time
	closed   bool
	changed  chan struct{}
	due      time.Time // answers come in the order of the questions
}

// A connection to Redis begins with a greeting. All greetings are alike: at the gate nobody
// could tell whose is whose, and the order would not be the seed's. So they are answered at
// once, if anything is.
var greeting = []byte("*2\r\n$5\r\nhello\r\n$1\r\n3\r\n")

const greeted = "%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n$5\r\nproto\r\n:3\r\n"

var errCut = errors.New("the connection is cut")

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return 0, errCut
	}
	if p.to == "redis" && bytes.HasPrefix(b, greeting) {
		if !p.node.dead && !p.node.weather.cut {
			p.answer([]byte(greeted))
		}
		return len(b), nil
	}
	sent := bytes.Clone(b)
	p.node.world.clock.arrive(p.node.name+" "+p.to, p.named(sent), func() { p.node.world.carry(p, sent) })
	return len(b), nil
}

// named tells what is sent at the same moment apart, without the chance that is in values: the
// commands for Redis with their keys, or the first line of a request.
func (p *pipe) named(sent []byte) string {
	if p.to != "redis" {
		line, _, _ := bytes.Cut(sent, []byte("\r\n"))
		return string(line)
	}
	asked, err := commands(sent)
	if err != nil {
		panic(fmt.Sprintf("a gateway asked Redis something that is no command: %v", err))
	}
	var b strings.Builder
	for _, args := range asked {
		b.WriteString(args[0])
		for _, key := range keysOf(args) {
			b.WriteString(" " + key)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// keysOf are the keys of a command, by its form.
func keysOf(args []string) []string {
	const firstKey = 3 // of a script: after it and the number of keys
	switch {
	case len(args) < 2:
		return nil
	case strings.HasPrefix(args[0], "eval") && len(args) >= firstKey:
		n, _ := strconv.Atoi(args[firstKey-1])
		return args[firstKey:min(firstKey+n, len(args))]
	}
	return args[1:2]
}

func (p *pipe) Read(b []byte) (int, error) {
	for {
		p.mu.Lock()
		n, _ := p.in.Read(b)
		closed, deadline := p.closed, p.deadline
		p.mu.Unlock()
		switch {
		case n > 0:
			return n, nil
		case closed:
			return 0, io.EOF
		case deadline.IsZero():
			<-p.changed
			continue
		case !time.Now().Before(deadline):
			return 0, timedOut{}
		}
		t := time.NewTimer(time.Until(deadline))
		select {
		case <-p.changed:
		case <-t.C:
		}
		t.Stop()
	}
}

// answer gives the gateway what came back.
func (p *pipe) answer(b []byte) {
	p.mu.Lock()
	p.in.Write(b)
	p.mu.Unlock()
	p.wake()
}

func (p *pipe) wake() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

func (p *pipe) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.wake()
	return nil
}

func (p *pipe) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	p.deadline = t
	p.mu.Unlock()
	p.wake()
	return nil
}

func (p *pipe) SetDeadline(t time.Time) error    { return p.SetReadDeadline(t) }
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }
func (p *pipe) LocalAddr() net.Addr              { return addr(p.node.name) }
func (p *pipe) RemoteAddr() net.Addr             { return addr(p.to) }

type addr string

func (a addr) Network() string { return "simulated" }
func (a addr) String() string  { return string(a) }

type timedOut struct{}

func (timedOut) Error() string   { return "the time is over" }
func (timedOut) Timeout() bool   { return true }
func (timedOut) Temporary() bool { return true }

// weather is how a gateway's way to Redis is just now.
type weather struct {
	slow     time.Duration // more than usual, each way
	lose     int           // one question in so many gets lost; 0: none
	loseBack int           // one answer in so many gets lost; 0: none
	cut      bool          // nothing gets through
	refuse   bool          // no connection can be made
}

// loses reports whether an answer may not come at all.
func (w weather) loses() bool { return w.lose > 0 || w.loseBack > 0 || w.cut || w.refuse }

// dial connects a gateway with Redis or with the provider.
func (n *node) dial(_ context.Context, _, address string) (net.Conn, error) {
	w := n.world
	host, _, _ := strings.Cut(address, ":")
	p := &pipe{node: n, to: host, changed: make(chan struct{}, 1)}
	if host == "redis" {
		if n.dead || n.weather.refuse {
			return nil, errCut
		}
		p.serve = w.redis.serve
	} else {
		p.serve = w.provider.serve
	}
	n.mu.Lock()
	n.pipes = append(n.pipes, p)
	n.mu.Unlock()
	return p, nil
}

// carry brings a question to its other end, and its answer back.
func (w *world) carry(p *pipe, question []byte) {
	n, c := p.node, w.clock
	if n.dead || p.to == "redis" && (n.weather.cut || n.weather.lose > 0 && c.sometimes(n.weather.lose)) {
		return // lost: the gateway waits in vain
	}
	there := c.within(50*time.Microsecond, 600*time.Microsecond)
	if p.to == "redis" {
		there += n.weather.slow
	} else {
		there += c.within(20*time.Millisecond, 90*time.Millisecond)
	}
	c.after(there, func() {
		if n.dead {
			return
		}
		answer := p.serve(p, question)
		if answer == nil || p.to == "redis" && (n.weather.cut || n.weather.loseBack > 0 &&
			c.sometimes(n.weather.loseBack)) {
			return
		}
		at := time.Now().Add(c.within(50*time.Microsecond, 600*time.Microsecond))
		if p.to == "redis" {
			at = at.Add(n.weather.slow)
		}
		if at.Before(p.due) {
			at = p.due
		}
		p.due = at
		c.at(at, func() { p.answer(answer) })
	})
}

// request reads one whole HTTP request of what was asked so far; nil while it is not whole.
func request(asked []byte) *http.Request {
	head, body, whole := bytes.Cut(asked, []byte("\r\n\r\n"))
	if !whole {
		return nil
	}
	r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n"),
		bytes.NewReader(body))))
	if err != nil {
		return nil
	}
	if n, _ := strconv.Atoi(r.Header.Get("Content-Length")); len(body) < n {
		return nil
	}
	return r
}
