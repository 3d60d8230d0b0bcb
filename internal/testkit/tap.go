package testkit

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
)

// Tap is a TCP proxy that keeps every byte either side sends.
type Tap struct {
	Addr string

	mu   sync.Mutex
	kept bytes.Buffer
}

// NewTap starts a proxy in front of an address.
func NewTap(t testing.TB, to string) *Tap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p := &Tap{Addr: l.Addr().String()}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			pass := func(to, from net.Conn) {
				_, _ = io.Copy(io.MultiWriter(to, p), from)
				to.Close()
				from.Close()
			}
			go pass(out, in)
			go pass(in, out)
		}
	}()
	return p
}

// Write keeps bytes.
func (p *Tap) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept.Write(b)
}

// Kept is all that went through.
func (p *Tap) Kept() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept.String()
}
