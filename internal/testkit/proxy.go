package testkit

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy is a TCP proxy in front of a Redis that can make trouble, and can keep
// every byte either side sends.
type Proxy struct {
	Addr string

	mu      sync.Mutex
	to      string
	trouble Trouble
	changed chan struct{}
	conns   map[net.Conn]bool
	keep    bool
	kept    bytes.Buffer
}

// Trouble is what a Proxy does to what passes. The zero value does nothing.
type Trouble struct {
	// Delay is how long each piece of an answer is held back; nil is not at all.
	Delay func() time.Duration
	// Hang has nothing pass, while connections stay open.
	Hang bool
	// Refuse closes connections as soon as they are made.
	Refuse bool
	// Error is what every command but those that begin a connection is answered
	// with, in the place of Redis.
	Error string
	// Crumbs has answers come a byte at a time.
	Crumbs bool
}

// NewProxy starts a proxy in front of an address.
func NewProxy(t testing.TB, to string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), to: to, changed: make(chan struct{}), conns: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); p.Set(Trouble{}); p.Cut() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(in)
		}
	}()
	return p
}

// Keep has every byte kept from now on.
func (p *Proxy) Keep() *Proxy {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep = true
	return p
}

// Kept is all that passed since.
func (p *Proxy) Kept() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept.String()
}

// Set begins a trouble, in the place of the one before.
func (p *Proxy) Set(t Trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = t
	close(p.changed)
	p.changed = make(chan struct{})
}

// Point has new connections go to another address.
func (p *Proxy) Point(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = to
}

// Cut ends every open connection, also in the middle of a request.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		c.Close()
	}
}

// now is the trouble there is, once nothing hangs.
func (p *Proxy) now() (Trouble, string) {
	for {
		p.mu.Lock()
		t, to, changed := p.trouble, p.to, p.changed
		p.mu.Unlock()
		if !t.Hang {
			return t, to
		}
		<-changed
	}
}

func (p *Proxy) note(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keep {
		p.kept.Write(b)
	}
}

func (p *Proxy) serve(in net.Conn) {
	track := func(c net.Conn, on bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if on {
			p.conns[c] = true
		} else {
			delete(p.conns, c)
		}
	}
	track(in, true)
	defer func() { track(in, false); in.Close() }()
	t, to := p.now()
	if t.Refuse {
		return
	}
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	track(out, true)
	defer func() { track(out, false); out.Close() }()
	go func() {
		defer in.Close()
		p.answers(in, out)
	}()
	p.commands(out, in)
}

// greetings begin a connection. They are passed on even when everything else is
// answered with an error, as a Redis that is loading does.
var greetings = []string{"HELLO", "AUTH", "CLIENT", "SELECT", "READONLY"}

func (p *Proxy) commands(out, in net.Conn) {
	r := bufio.NewReader(in)
	for {
		raw, name, err := readCommand(r)
		if err != nil {
			return
		}
		p.note(raw)
		t, _ := p.now()
		if t.Error != "" && !slices.Contains(greetings, strings.ToUpper(name)) {
			_, err = fmt.Fprintf(in, "-%s\r\n", t.Error)
		} else {
			_, err = out.Write(raw)
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) answers(in, out net.Conn) {
	b := make([]byte, 16<<10)
	for {
		n, err := out.Read(b)
		if n > 0 {
			t, _ := p.now()
			if t.Delay != nil {
				<-time.After(t.Delay())
			}
			p.note(b[:n])
			piece := n
			if t.Crumbs {
				piece = 1
			}
			for c := range slices.Chunk(b[:n], piece) {
				if _, err := in.Write(c); err != nil {
					return
				}
			}
		}
		if err != nil {
			return
		}
	}
}

// count is the number after the first byte of a line; of anything else it is 0.
func count(line []byte) int {
	n, err := strconv.Atoi(strings.TrimSpace(string(line[1:])))
	if err != nil {
		return 0
	}
	return n
}

// readCommand reads one command as clients send it, an array of strings.
func readCommand(r *bufio.Reader) (raw []byte, name string, err error) {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return nil, "", err
	}
	raw = append(raw, line...)
	for i := range count(line) {
		if line, err = r.ReadBytes('\n'); err != nil {
			return nil, "", err
		}
		raw = append(raw, line...)
		size := count(line)
		word := make([]byte, size+len("\r\n"))
		if _, err = io.ReadFull(r, word); err != nil {
			return nil, "", err
		}
		raw = append(raw, word...)
		if i == 0 {
			name = string(word[:size])
		}
	}
	return raw, name, nil
}
