package gateway

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"
)

// WipeEvery is how long what a webhook left in memory may stay there: the
// garbage collector, which erases it, is made to run at most this often, and
// only when there was a webhook.
const WipeEvery = 2 * time.Second

// wiper makes the garbage collector run soon after webhooks, since by itself it
// may wait two minutes on a quiet night.
type wiper struct {
	due  chan struct{}
	done func() // after each run
}

func newWiper(done func()) wiper { return wiper{make(chan struct{}, 1), done} }

// soon asks for a run.
func (w wiper) soon() {
	select {
	case w.due <- struct{}{}:
	default:
	}
}

func (w wiper) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.due:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(WipeEvery):
		}
		runtime.GC()
		w.done()
	}
}

// wipedListener hands out connections whose read buffers are wiped.
type wipedListener struct{ net.Listener }

func (l wipedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wipedConn{Conn: c}, nil
}

// wipedConn wipes the server's read buffer. net/http reads a connection through
// one buffer, which keeps the last request, body and all, for as long as the
// connection is open and in a pool after that. What a Read is given is free
// space of that buffer: everything in it has been used and may go.
type wipedConn struct {
	net.Conn
	mu   sync.Mutex
	last []byte
}

// CloseWrite lets the server end a connection so that the last answer arrives.
func (c *wipedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *wipedConn) Read(p []byte) (int, error) {
	clear(p)
	n, err := c.Conn.Read(p)
	if len(p) > 1 { // one byte is the server looking whether the peer has gone
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

// wipeLast wipes the buffer of a request whose connection ends with it: nothing
// more will be read, and the buffer goes back to a pool. (What never became a
// request is not wiped: the provider sends nobody's words that way.)
func wipeLast(wipe wiper, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			wipe.soon()
			if c, ok := r.Context().Value(connKey{}).(*wipedConn); ok && (r.Close || !r.ProtoAtLeast(1, 1) || w.Header().Get("Connection") == "close") {
				c.mu.Lock()
				clear(c.last)
				c.mu.Unlock()
			}
		}()
		next.ServeHTTP(w, r)
	})
}
