package gateway

import (
	"container/list"
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

// maxStrangers bounds the connections that have not brought a genuine webhook yet.
// The provider's bring one at once; whoever opens thousands and sends nothing must
// not cost the memory of thousands, so the oldest of them make room.
const maxStrangers = 1000

// door hands out connections whose read buffers are wiped, and lets only so many
// strangers stand in it.
type door struct {
	net.Listener
	mu        sync.Mutex
	strangers *list.List
}

func newDoor(l net.Listener) *door { return &door{Listener: l, strangers: list.New()} }

func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &wipedConn{Conn: c, door: d}
	d.mu.Lock()
	defer d.mu.Unlock()
	w.place = d.strangers.PushBack(w)
	if d.strangers.Len() > maxStrangers {
		if oldest, ok := d.strangers.Remove(d.strangers.Front()).(*wipedConn); ok {
			oldest.place = nil
			oldest.Conn.Close()
		}
	}
	return w, nil
}

// know tells that a connection is no stranger's, or is gone.
func (d *door) know(c *wipedConn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.place != nil {
		d.strangers.Remove(c.place)
		c.place = nil
	}
}

// genuine tells that a request's connection has brought a genuine webhook.
func genuine(ctx context.Context) {
	if c, ok := ctx.Value(connKey{}).(*wipedConn); ok {
		c.door.know(c)
	}
}

// wipedConn wipes the server's read buffer. net/http reads a connection through
// one buffer, which keeps the last request, body and all, for as long as the
// connection is open and in a pool after that. What a Read is given is free
// space of that buffer: everything in it has been used and may go.
type wipedConn struct {
	net.Conn
	door  *door
	place *list.Element // among the strangers; the door's
	mu    sync.Mutex
	last  []byte
}

// Close ends the connection.
func (c *wipedConn) Close() error {
	c.door.know(c)
	return c.Conn.Close()
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
