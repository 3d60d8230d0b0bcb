package server

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// WipeEvery is how long a webhook's data may stay in memory. The garbage collector, which
// wipes it, is forced to run so often, whether or not there was a webhook: the time that
// a process takes must not tell when somebody texted.
const WipeEvery = 2 * time.Second

// wipeMemory forces the garbage collector to run. By itself it may wait two minutes.
func (g *Gateway) wipeMemory(ctx context.Context) {
	tick := time.NewTicker(WipeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		runtime.GC()
		g.metrics.wiped.Inc()
	}
}

// maxUnverified limits the open connections that have not sent a genuine webhook. The
// oldest is closed to make room.
const maxUnverified = 1000

// limitListener accepts connections whose read buffers are wiped, and keeps at most
// maxUnverified of them open that have not sent a genuine webhook.
type limitListener struct {
	net.Listener
	mu         sync.Mutex
	unverified *list.List
}

func newLimitListener(l net.Listener) *limitListener {
	return &limitListener{Listener: l, unverified: list.New()}
}

func (l *limitListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &wipedConn{Conn: c, listener: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	w.unverified = l.unverified.PushBack(w)
	if l.unverified.Len() > maxUnverified {
		if oldest, ok := l.unverified.Remove(l.unverified.Front()).(*wipedConn); ok {
			oldest.unverified = nil
			oldest.Conn.Close()
		}
	}
	return w, nil
}

// release takes a connection off the list of unverified ones.
func (l *limitListener) release(c *wipedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.unverified != nil {
		l.unverified.Remove(c.unverified)
		c.unverified = nil
	}
}

// markVerified records that a request's connection has sent a genuine webhook.
func markVerified(ctx context.Context) {
	if c, ok := ctx.Value(connKey{}).(*wipedConn); ok {
		c.listener.release(c)
	}
}

// wipedConn wipes the server's read buffer. net/http reads a connection through one buffer,
// which holds the last request while the connection is open, and in a pool after that. The
// slice that Read gets is free space of that buffer.
type wipedConn struct {
	net.Conn
	listener   *limitListener
	unverified *list.Element // its place among the unverified; guarded by listener.mu
	mu         sync.Mutex
	last       []byte
}

// Close ends the connection.
func (c *wipedConn) Close() error {
	c.listener.release(c)
	return c.Conn.Close()
}

// CloseWrite lets the server close a connection after the last response has arrived.
func (c *wipedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *wipedConn) Read(p []byte) (int, error) {
	clear(p)
	n, err := c.Conn.Read(p)
	if len(p) > 1 { // with one byte the server checks whether the peer has gone
		c.mu.Lock()
		c.last = p
		c.mu.Unlock()
	}
	return n, err
}

type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// wipeLast wipes the buffer of a request that ends its connection: nothing more will be
// read, and the buffer returns to a pool. (Bytes that are no request are not wiped: the
// provider sends nobody's words that way.)
func wipeLast(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			closes := r.Close || !r.ProtoAtLeast(1, 1) || w.Header().Get("Connection") == "close"
			if c, ok := r.Context().Value(connKey{}).(*wipedConn); ok && closes {
				c.mu.Lock()
				clear(c.last)
				c.mu.Unlock()
			}
			wipeQuery(r)
		}()
		next.ServeHTTP(w, r)
	})
}

// wipeQuery wipes the query of a webhook by GET, which holds what somebody wrote. The
// server made the string from what it read of the connection; nothing else uses its
// memory, but for the path before it. A request line of more than the server's read
// buffer, 4 kB, leaves pieces that nobody can reach.
func wipeQuery(r *http.Request) {
	at := strings.IndexByte(r.RequestURI, '?')
	if _, served := r.Context().Value(connKey{}).(*wipedConn); !served || at < 0 || r.Method != http.MethodGet {
		return
	}
	query := r.RequestURI[at+1:]
	r.RequestURI, r.URL.RawQuery = r.RequestURI[:at], ""
	clear(unsafe.Slice(unsafe.StringData(query), len(query))) // #nosec G103 -- a string cannot be wiped otherwise
}
