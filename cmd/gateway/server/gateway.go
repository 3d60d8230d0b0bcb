// Package server is the server: it wires the packages, serves two listeners, reloads the
// flow book when it changes, and shuts down cleanly.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"signpost/config"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/budget"
	"signpost/internal/counters"
	"signpost/internal/eraser"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/trace"
	"signpost/internal/twilio"
	"signpost/ivr"
	"signpost/sms"
)

// Limits of the two HTTP servers.
const (
	headerTimeout = 5 * time.Second  // a webhook's headers fit in one packet
	readTimeout   = 10 * time.Second // the provider gives up after 15 s
	writeTimeout  = 10 * time.Second
	idleTimeout   = 75 * time.Second
	maxHeader     = 16 << 10
	drainTimeout  = 15 * time.Second // as long as the provider waits for an answer
)

// Gateway is a server, ready to run.
type Gateway struct {
	cfg     config.Config
	log     *slog.Logger
	metrics *metrics
	store   *store.Store
	books   atomic.Pointer[shelf]
	// fromFiles is the fingerprint of FLOWS_DIR when it was first read.
	fromFiles uint64
	public    http.Handler
	admin     http.Handler
	now       func() time.Time
	wipe      wiper
	// stopping reports that the server is draining.
	stopping atomic.Bool
	eraser   *eraser.Eraser
	sweep    func(context.Context) error
	tracer   *trace.Tracer // nil when nothing is traced
	tally    *counters.Counter
	meter    *budget.Meter
	// maintenanceUntil is until when the menus are switched off, in Unix seconds.
	maintenanceUntil atomic.Int64
	// persistenceWarning says that Redis writes to disk; nil when it does not.
	persistenceWarning atomic.Pointer[string]

	mu                    sync.Mutex
	listenAddr, adminAddr net.Addr
	ready                 chan struct{}
}

// shelf is the book in force and the one before it, for the repeats of webhooks that it
// answered.
type shelf struct {
	current, previous *flows.Book
	// safeText and safeCall are the answers when all else fails, rendered when the book came
	// into force.
	safeText, safeCall []byte
	fromDir            bool // the current book came from FLOWS_DIR
	reloadOK           bool // the last attempt to read FLOWS_DIR worked
}

func newShelf(current, previous *flows.Book, fromDir bool) *shelf {
	return &shelf{
		current: current, previous: previous, fromDir: fromDir, reloadOK: true,
		safeText: twilio.TextDocument(sms.Fallback(current).Text, ""), safeCall: twilio.CallDocument(ivr.Fallback(current)),
	}
}

// New returns a gateway. It fails only on what it cannot serve without: an invalid REDIS_URL
// or secret. A flow book with mistakes is logged, and the book that ships is used instead.
func New(cfg config.Config, log *slog.Logger) (*Gateway, error) {
	g := &Gateway{cfg: cfg, log: log, metrics: newMetrics(), now: time.Now, ready: make(chan struct{})}
	g.wipe = newWiper(g.metrics.wiped.Inc)
	keys, err := privacy.NewKeyring(cfg.Secrets...)
	if err != nil {
		return nil, fmt.Errorf("make the keyring: %w", err)
	}
	// The tests check the book that ships; here it is only read.
	shipped, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		return nil, fmt.Errorf("read the book that ships: %s", problems[0].Rule)
	}
	g.books.Store(newShelf(shipped.Book, nil, false))
	if cfg.FlowsDir != "" {
		dir := os.DirFS(cfg.FlowsDir)
		for range 3 { // somebody may be saving just now
			g.fromFiles = load.Fingerprint(dir)
			if g.reload(dir, g.fromFiles) {
				break
			}
		}
	}
	redisURL := cfg.RedisURL
	if redisURL == config.Embedded {
		redisURL = ""
	}
	g.store, err = store.Open(store.Options{
		URL: redisURL, SessionTTL: cfg.SessionTTL, Keys: keys, IsState: flows.IsState, SenderLimit: cfg.SenderLimit, ServiceLimit: cfg.ServiceLimit,
	})
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	g.tracer = g.newTracer()
	if g.eraser, err = g.newEraser(); err != nil {
		return nil, errors.Join(fmt.Errorf("make the eraser: %w", err), g.store.Close())
	}
	g.tally = &counters.Counter{Keeper: g.store, Now: g.clock, Log: log}
	g.meter = &budget.Meter{Keeper: g.store, Limit: budget.Pence(cfg.SpendLimit), Now: g.clock, Log: log}
	g.metrics.watchEraser(g.eraser.Status)
	g.metrics.watchSpend(g.meter.Total)
	g.maintenanceUntil.Store(time.Time{}.Unix())
	g.public, g.admin = g.traced(g.routes(keys)), g.adminRoutes()
	g.warn()
	return g, nil
}

// warn logs, once, what an operator should know.
func (g *Gateway) warn() {
	if g.cfg.RedisURL == config.Embedded {
		g.log.Warn("conversations are kept in this process only: they are lost when it stops, " +
			"and a second gateway would not share them; set REDIS_URL for more")
	}
	b, doubtful := g.Book(0), 0
	for i := range b.Services {
		if s := &b.Services[i]; s.NotOffered == "" && s.Doubtful(g.now()) {
			doubtful++
		}
	}
	if !privacy.Forgets {
		g.log.Warn("this build does not erase what a webhook leaves in memory before the memory is used again; build with make build")
	}
	if doubtful > 0 {
		g.log.Warn("some numbers in the flow book have no recent test call; each comes with the 24-hour number",
			"count", doubtful)
	}
}

// checkPersistence checks, once, whether Redis writes to disk, and logs it.
func (g *Gateway) checkPersistence(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if g.store.Ping(ctx) != nil {
		return // reported elsewhere
	}
	if says := g.store.Persistence(ctx); says != "" {
		g.persistenceWarning.Store(&says)
		g.log.Warn(says)
	}
}

// Book returns the book of a version if it is still known, otherwise the one in force.
func (g *Gateway) Book(version uint32) *flows.Book {
	s := g.books.Load()
	if version != 0 && s.previous != nil && s.previous.Version == version {
		return s.previous
	}
	return s.current
}

// recording returns a recording by the name it is served under.
func (g *Gateway) recording(name string) (flows.Recording, bool) {
	s := g.books.Load()
	rec, ok := s.current.Audio[name]
	if !ok && s.previous != nil {
		rec, ok = s.previous.Audio[name]
	}
	return rec, ok
}

// Handler returns the public endpoints, for tools that drive the gateway without a network.
func (g *Gateway) Handler() http.Handler { return g.public }

// SetClock replaces the clock, for tools that show another moment. Call it before anything
// is served.
func (g *Gateway) SetClock(now func() time.Time) { g.now = now }

// SetSweep sets how records left at the provider are searched for: [Sweep], in a process of
// its own. Call it before Run.
func (g *Gateway) SetSweep(run func(context.Context) error) { g.sweep = run }

func (g *Gateway) clock() time.Time { return g.now() }

// Use puts a checked book in force.
func (g *Gateway) Use(b *flows.Book) {
	old := g.books.Load()
	if b.Version == old.current.Version {
		next := *old
		next.reloadOK, next.fromDir = true, true
		g.books.Store(&next)
		return
	}
	g.books.Store(newShelf(b, old.current, true))
	g.log.Info("a flow book is in force", "book", b.Version)
}

// reload reads a flow book and puts it in force if it has no errors. It returns false, and
// decides nothing, when the files changed while they were read.
func (g *Gateway) reload(dir fs.FS, fingerprint uint64) bool {
	src, all := check.Dir(dir)
	if !unchanged(dir, fingerprint) {
		return false
	}
	problems := load.Errors(all)
	old := g.books.Load()
	if len(problems) > 0 {
		next := *old
		next.reloadOK = false
		g.books.Store(&next)
		g.metrics.reload(false)
		first := problems[0]
		g.log.Error("the flow book has mistakes; the last good one stays in force; run signpost check",
			"count", len(problems), "at", first.Pos.String(), "rule", first.Rule)
		return true
	}
	g.metrics.reload(true)
	g.Use(src.Book)
	return true
}

// Run serves until ctx ends, then finishes the requests in flight.
func (g *Gateway) Run(ctx context.Context) error {
	public, err := net.Listen("tcp", g.cfg.ListenAddr)
	if err != nil {
		return fmt.Errorf("listen for webhooks on LISTEN_ADDR: %w", err)
	}
	admin, err := net.Listen("tcp", g.cfg.AdminAddr)
	if err != nil {
		public.Close()
		return fmt.Errorf("listen for health checks on ADMIN_ADDR: %w", err)
	}
	g.mu.Lock()
	g.listenAddr, g.adminAddr = public.Addr(), admin.Addr()
	g.mu.Unlock()
	servers := []*http.Server{g.server(wipeLast(g.wipe, g.public)), g.server(g.admin)}
	servers[0].ConnContext = withConn
	failed := make(chan error, len(servers))
	for i, l := range []net.Listener{newLimitListener(public), admin} {
		go func() { failed <- servers[i].Serve(l) }()
	}
	watchCtx, stopWatching := context.WithCancel(ctx)
	var watching sync.WaitGroup
	for _, job := range []func(context.Context){g.watch, g.wipe.run, g.sweepHourly, g.checkPersistence, g.watchMaintenance} {
		watching.Go(func() { g.runForever(watchCtx, job) })
	}
	// The eraser and the counts outlive the servers: the last requests have records, too.
	eraseCtx, stopErasing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopErasing()
	var erasing sync.WaitGroup
	for _, job := range []func(context.Context){g.eraser.Run, g.tally.Run, g.meter.Run} {
		erasing.Go(func() { g.runForever(eraseCtx, job) })
	}
	g.log.Info("serving", "listen", public.Addr().String(), "admin", admin.Addr().String())
	close(g.ready)

	select {
	case <-ctx.Done():
		g.stopping.Store(true)
		g.log.Info("stopping: answering a little longer, then finishing the requests in flight")
		select {
		case <-time.After(g.cfg.Drain):
		case err = <-failed:
			err = fmt.Errorf("serve: %w", err)
		}
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	stopWatching()
	watching.Wait()
	return errors.Join(err, g.shutdown(servers, func() { stopErasing(); erasing.Wait() }))
}

// runForever runs a background job, and restarts it when it panics. The panic's value may
// be private and is dropped.
func (g *Gateway) runForever(ctx context.Context, job func(context.Context)) {
	const restartDelay = time.Second
	for ctx.Err() == nil {
		ended := func() (ended bool) {
			defer func() {
				if recover() != nil {
					g.log.Error("a fault beside the answering was survived: please report it")
				}
			}()
			job(ctx)
			return true
		}()
		if ended {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(restartDelay):
		}
	}
}

func (g *Gateway) shutdown(servers []*http.Server, stopErasing func()) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	var errs []error
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("finish the requests in flight: %w", err))
		}
	}
	stopErasing()
	if err := g.tracer.Close(ctx); err != nil {
		g.log.Warn("the last traces were not sent")
	}
	if err := g.store.Close(); err != nil {
		errs = append(errs, fmt.Errorf("close the store: %w", err))
	}
	g.log.Info("stopped")
	return errors.Join(errs...)
}

// Close closes the store of a gateway that is not run.
func (g *Gateway) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	return errors.Join(g.tracer.Close(ctx), g.store.Close())
}

// Ready is closed once both listeners are bound; Addrs then returns their addresses.
func (g *Gateway) Ready() <-chan struct{} { return g.ready }

// Addrs returns the bound addresses of the public and the admin listener.
func (g *Gateway) Addrs() (public, admin net.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.listenAddr, g.adminAddr
}

func (g *Gateway) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		// The standard library's own messages quote addresses and URLs.
		ErrorLog: slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError),
	}
}
