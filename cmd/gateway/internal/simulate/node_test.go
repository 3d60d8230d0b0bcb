package simulate

import (
	"context"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
)

// node is one gateway: the real one, but for its listeners.
type node struct {
	world *world
	name  string
	g     *server.Gateway
	cfg   config.Config
	dead  bool
	// stopped: it gets no more webhooks, and finishes.
	stopped    bool
	awake      bool
	awakeUntil time.Time
	roused     bool // it will be awake soon
	weather
	cleared time.Time // when Redis last answered it again

	mu    sync.Mutex
	pipes []*pipe

	rest     context.CancelFunc // ends what it does beside answering; nil while it does nothing
	resting  chan struct{}      // closed once that has ended
	inFlight map[*post]bool     // webhooks that it has not answered yet
}

// start makes a gateway with the world's present settings.
func (w *world) start(name string) *node {
	n := &node{world: w, name: name, cfg: w.cfg, inFlight: map[*post]bool{}, resting: make(chan struct{})}
	close(n.resting)
	g, err := server.NewWithEnv(server.Env{Dial: n.dial, Rand: n.chance, BeforeRedis: n.turn}, n.cfg, slog.New(&w.log))
	if err != nil {
		panic(err)
	}
	n.g = g
	if w.book != w.books[0] {
		g.Use(w.book)
	}
	return n
}

// turn has a question wait until the clock picks it.
func (n *node) turn(question string) {
	mine := make(chan struct{})
	n.world.clock.arrive(n.name+" asks", question, func() { close(mine) })
	<-mine
}

// chance does not depend on which of several asks first.
func (n *node) chance(most time.Duration) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(n.name + time.Now().String()))
	return time.Duration(h.Sum64() % uint64(most))
}

// stir has it do what it does beside answering, for a while.
func (n *node) stir() {
	if n.dead || n.stopped {
		return
	}
	n.awakeUntil = time.Now().Add(awakeFor)
	if !n.awake {
		n.awake = true
		n.work()
		n.drowse()
	}
}

// drowse lets it rest once nothing is due.
func (n *node) drowse() {
	w := n.world
	w.clock.at(n.awakeUntil, func() {
		if time.Now().Before(n.awakeUntil) && !n.dead && !n.stopped {
			n.drowse()
			return
		}
		n.awake = false
		n.sleep()
		n.prune()
		w.inspect()
		w.nextErasure()
	})
}

func (n *node) work() {
	if n.rest != nil || n.dead || !n.awake {
		return
	}
	select {
	case <-n.resting:
	default: // what it did last has not ended yet
		n.world.clock.after(20*time.Millisecond, n.work)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	n.rest, n.resting = cancel, make(chan struct{})
	done := n.resting
	go func() {
		n.g.RunJobs(ctx)
		close(done)
	}()
}

func (n *node) sleep() {
	if n.rest != nil {
		n.rest()
		n.rest = nil
	}
}

// crash ends it at once: nothing that it sends from now on arrives anywhere. What it was
// answering, the provider sends again, to another.
func (n *node) crash() {
	n.dead = true
	n.sleep()
	n.cut()
	for _, p := range inOrder(n.inFlight) {
		n.world.again(p)
	}
	go func() { _ = n.g.Close() }()
}

// cut closes its connections.
func (n *node) cut() {
	n.mu.Lock()
	pipes := n.pipes
	n.pipes = nil
	n.mu.Unlock()
	for _, p := range pipes {
		p.Close()
	}
}

// stop ends it as a deployment does: it answers what it has, and hands on what it knows.
func (n *node) stop() {
	n.stopped = true
	n.sleep()
	done := n.resting
	go func() {
		<-done
		n.world.clock.arrive(n.name+" stopped", "", func() {
			n.world.clock.after(time.Second, func() {
				n.dead = true
				n.cut()
				go func() { _ = n.g.Close() }()
			})
		})
	}()
}

// ages prunes connections that the gateway has closed.
func (n *node) prune() {
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := n.pipes[:0]
	for _, p := range n.pipes {
		p.mu.Lock()
		open := !p.closed
		p.mu.Unlock()
		if open {
			kept = append(kept, p)
		}
	}
	n.pipes = kept
}
