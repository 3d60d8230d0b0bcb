// Package server is the server: it wires the packages, serves two listeners, reloads the
// flow book when it changes, and shuts down cleanly.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signpost/config"
	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/budget"
	"signpost/internal/counters"
	"signpost/internal/eraser"
	"signpost/internal/lines"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/swap"
	"signpost/internal/trace"
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
	books   atomic.Pointer[bookState]
	// fromFiles is the fingerprint of FLOWS_DIR when it was first read.
	fromFiles uint64
	public    http.Handler
	admin     http.Handler
	now       atomic.Pointer[func() time.Time]
	// stopping reports that the server is draining.
	stopping  atomic.Bool
	eraser    *eraser.Eraser
	sweep     func(context.Context) error
	tracer    *trace.Tracer // nil when nothing is traced
	counts    *counters.Counter
	lines     *lines.Tracker
	adjusted  adjustedBooks
	meter     *budget.Meter
	keys      *privacy.Keyring
	env       Env
	started   atomic.Bool // RunJobs has done what is done once
	health    health
	faults    faults
	traffic   traffic
	lastAsked lastAsked
	// process is what other gateways know this one by.
	process string
	// maintenanceUntil is until when the menus are switched off, in Unix seconds.
	maintenanceUntil atomic.Int64
	// persistenceWarning says that Redis writes to disk; nil when it does not.
	persistenceWarning atomic.Pointer[string]

	mu                    sync.Mutex
	listenAddr, adminAddr net.Addr
	ready                 chan struct{}
}

// Env is how a gateway reaches what is outside its process. The zero Env is the
// system's network and randomness.
type Env struct {
	// Dial makes the connections to Redis and to the provider's API.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// BeforeRedis returns once it is a question's turn to be asked of Redis, for tools that try out in
	// which order things may happen.
	BeforeRedis func(question string)
	// Rand varies the times of retries: a random number from 0 up to, and not including, n.
	Rand func(n time.Duration) time.Duration
}

// New returns a gateway. It fails only on what it cannot serve without: an invalid REDIS_URL
// or secret. A flow book with mistakes is logged: see [Gateway.startBook].
func New(cfg config.Config, log *slog.Logger) (*Gateway, error) {
	return NewWithEnv(Env{}, cfg, log)
}

// NewWithEnv is New for a gateway that reaches what is outside in another way than the system's.
func NewWithEnv(env Env, cfg config.Config, log *slog.Logger) (*Gateway, error) {
	g := &Gateway{cfg: cfg, log: log, env: env, metrics: newMetrics(), ready: make(chan struct{})}
	g.SetClock(time.Now)
	g.process = rand.Text()
	g.lastAsked.set(g.clock()) // somebody may have started it to look
	keys, err := privacy.NewKeyring(cfg.Secrets...)
	if err != nil {
		return nil, fmt.Errorf("make the keyring: %w", err)
	}
	g.keys = keys
	ships, err := load.Shipped()
	if err != nil {
		return nil, err
	}
	g.startBook(ships)
	g.metrics.registerBook(g.noBook)
	redisURL := cfg.RedisURL
	if redisURL == config.Embedded {
		redisURL = ""
	}
	g.store, err = store.Open(store.Options{
		URL: redisURL, SessionTTL: cfg.SessionTTL, Keys: keys, Dial: env.Dial, Turn: env.BeforeRedis,
	})
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	g.tracer = g.newTracer()
	if g.eraser, err = g.newEraser(); err != nil {
		return nil, errors.Join(fmt.Errorf("make the eraser: %w", err), g.store.Close())
	}
	g.counts = &counters.Counter{Keeper: g.store, Now: g.clock, Log: log}
	g.lines = lines.New(g.store, g.clock, g.checkedOn)
	g.meter = &budget.Meter{Keeper: g.store, Limit: budget.Pence(cfg.SpendLimitPence), Chance: g.hourly,
		Now: g.clock, Log: log}
	g.metrics.registerEraser(g.eraser.Status)
	g.metrics.registerSpend(g.meter)
	g.metrics.registerLines(func() int { return len(g.lines.Down()) })
	g.metrics.registerHealth(g.certain)
	g.maintenanceUntil.Store(time.Time{}.Unix()) // what Redis says when nothing is set: no change, nothing to log
	g.public, g.admin = g.traced(g.routes()), g.adminRoutes()
	g.warn()
	return g, nil
}

// warn logs, once, what an operator should know.
func (g *Gateway) warn() {
	if g.cfg.RedisURL == config.Embedded {
		g.log.Warn("conversations are kept in this process only")
	}
	b, doubtful := g.Book(0), 0
	for i := range b.Services {
		if s := &b.Services[i]; s.NotOffered == "" && s.Doubtful(g.clock()) {
			doubtful++
		}
	}
	if !privacy.Forgets {
		g.log.Warn("this build does not wipe the memory that webhooks used")
	}
	if possible, known := swap.Possible(os.DirFS("/"), "self"); possible && known {
		g.log.Warn("this process can be swapped out")
	}
	if doubtful > 0 {
		g.log.Warn("some numbers in the flow book have no recent test call", "count", doubtful)
	}
}

// checkPersistence checks whether Redis writes to disk, and logs it when that is new.
func (g *Gateway) checkPersistence(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if g.store.Ping(ctx) != nil {
		return // reported elsewhere
	}
	says := g.store.Persistence(ctx)
	if says == "" {
		g.persistenceWarning.Store(nil)
		return
	}
	if old := g.persistenceWarning.Swap(&says); old == nil || *old != says {
		g.log.Warn(says)
	}
}

// resealCounts seals stored counts with the newest key, once, while PRIVACY_KEY holds
// several.
func (g *Gateway) resealCounts(ctx context.Context) {
	if err := g.store.ResealCounts(ctx, g.clock()); err != nil && ctx.Err() == nil {
		g.log.Warn("could not seal the counts with the newest key", "err", err)
	}
}

// Book returns the book of a version if it is still known, otherwise the one in use. It is
// adjusted for the lines that do not answer.
func (g *Gateway) Book(version uint32) *flows.Book {
	s := g.books.Load()
	b := s.current
	if version != 0 && s.previous != nil && s.previous.Version == version {
		b = s.previous
	}
	return g.adjusted.of(b, g.lines.Down())
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

// SetClock replaces the clock, for tools that show another moment.
func (g *Gateway) SetClock(now func() time.Time) { g.now.Store(&now) }

// SetSweep sets how records left at the provider are searched for: [Sweep], in a process of
// its own. Call it before Run.
func (g *Gateway) SetSweep(run func(context.Context) error) { g.sweep = run }

func (g *Gateway) clock() time.Time { return (*g.now.Load())() }

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
	servers := []*http.Server{g.server(wipeLast(g.public)), g.server(g.admin)}
	servers[0].ConnContext = withConn
	failed := make(chan error, len(servers))
	for i, l := range []net.Listener{newLimitListener(public), admin} {
		go func() { failed <- servers[i].Serve(l) }()
	}
	watchCtx, stopWatching := context.WithCancel(ctx)
	var watching sync.WaitGroup
	running := slices.Concat(g.serveJobs(), g.startupJobs(),
		[]job{{"memory", g.wipeMemory}, {"inspection", g.inspectHourly}})
	for _, j := range running {
		watching.Go(func() { g.runForever(watchCtx, j) })
	}
	// The eraser and the counts outlive the servers: the last requests have records, too.
	eraseCtx, stopErasing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopErasing()
	var erasing sync.WaitGroup
	for _, j := range g.drainJobs() {
		erasing.Go(func() { g.runForever(eraseCtx, j) })
	}
	g.log.Info("serving", "listen", public.Addr().String(), "admin", admin.Addr().String())
	close(g.ready)

	select {
	case <-ctx.Done():
		g.stopping.Store(true)
		g.log.Info("draining")
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

// job is what a gateway does in the background. Its name is for the log.
type job struct {
	name string
	run  func(context.Context)
}

// serveJobs are the jobs that end before the last requests are answered.
func (g *Gateway) serveJobs() []job {
	return []job{{"flow book", g.watchBook}, {"sweep", g.sweepHourly}, {"maintenance", g.watchMaintenance},
		{"metrics", g.metrics.delayed.run}, {"store", g.watchStore}}
}

// startupJobs are the jobs of the start, which end by themselves.
func (g *Gateway) startupJobs() []job {
	return []job{{"persistence", g.checkPersistence}, {"sealing", g.resealCounts}}
}

// drainJobs are the jobs that end last: the last requests have records and counts, too.
func (g *Gateway) drainJobs() []job {
	return []job{{"eraser", g.eraser.Run}, {"counts", g.counts.Run}, {"lines", g.lines.Run}, {"budget", g.meter.Run}}
}

// RunJobs does what a gateway does beside answering until ctx ends, for tools that drive it by
// [Gateway.Handler]. It does not look at the machine or the account, nor collect garbage.
// Called again after it has ended, it goes on where it was.
func (g *Gateway) RunJobs(ctx context.Context) {
	jobs := append(g.serveJobs(), g.drainJobs()...)
	if !g.started.Swap(true) {
		jobs = append(jobs, g.startupJobs()...)
	}
	var working sync.WaitGroup
	for _, j := range jobs {
		working.Go(func() { g.runForever(ctx, j) })
	}
	working.Wait()
}

// runForever runs a background job, and restarts it when it panics. The panic's value may
// be private and is dropped.
func (g *Gateway) runForever(ctx context.Context, j job) {
	const restartDelay = time.Second
	for ctx.Err() == nil {
		ended := func() (ended bool) {
			defer func() {
				if recover() != nil {
					g.log.Error("panic recovered", "job", j.name)
				}
			}()
			j.run(ctx)
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
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeader,
		// The standard library's own messages quote addresses and URLs.
		ErrorLog: slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError),
	}
}
