// Package preview is the page on which a service manager sees and hears what
// callers will: a phone to text and ring, the map of the menus, the checks as
// files are saved, what is understood of a text, every way to a number, and the
// directory; with forms that write the flow files. It listens to this machine alone and asks nothing of any other.
package preview

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/load"
	"signpost/internal/handset"
)

// Line is a gateway that a phone can be pointed at.
type Line struct {
	Phone handset.Phone     // without the numbers of the handset and of our line
	Use   func(*flows.Book) // answer with this one from now on
	Close func()
}

// Options are what a preview is made of.
type Options struct {
	Dir string // the folder of the flow book
	// Open makes a gateway, with a store that works or one that is away, and with the given
	// clock. The preview checks the folder and gives the gateway its books.
	Open func(away bool, clock func() time.Time) (*Line, error)
	Now  func() time.Time
	// Pence is what one segment costs.
	Pence float64
	// Since is the book that the folder is compared with; without one it is the
	// folder's own as the preview begins. SinceName says which it is.
	Since     *flows.Book
	SinceName string
	Elsewhere bool   // the page at /start opens another folder
	Draft     string // the title of the draft, when a desk shows the pages
	// Kept checks and compares the books; nil for one of its own.
	Kept *changes.Kept
}

// Server is the page.
type Server struct {
	Options
	dir   fs.FS
	files *load.Watcher // of dir
	pages *template.Template
	lines [2]*Line // working, and with the store away

	mu       sync.Mutex
	moment   time.Time // what the gateways' clock shows; zero: the real time
	verdict  Verdict
	phones   map[string]*phone
	order    []string // of phones, oldest first
	made     int      // phones so far
	waiting  map[chan int]bool
	lastSeen uint64

	old     *flows.Book // what people get now is compared with what they got then
	oldFrom string      // what old is, in words
	done    []saved     // what can be undone, the newest last
}

// Verdict is what the check says of the folder as it was last saved.
type Verdict struct {
	N        int // goes up with every save
	Source   *load.Source
	Problems []load.Problem
	At       time.Time
	Took     time.Duration // reading and checking
	// Book is the last one without errors: the one that answers.
	Book   *flows.Book
	where  string // the folder
	unrung int    // numbers that nobody has rung, on the day it is shown
}

// Errors is how many mistakes keep the book from callers.
func (v Verdict) Errors() int { return len(load.Errors(v.Problems)) }

// Warnings is how much advice there is.
func (v Verdict) Warnings() int { return len(load.Warnings(v.Problems)) }

// lookEvery is how often the folder is looked at.
const lookEvery = 50 * time.Millisecond

//go:embed web
var web embed.FS

// New makes a preview of a folder.
func New(o Options) (*Server, error) {
	if o.Kept == nil {
		o.Kept = &changes.Kept{}
	}
	s := &Server{Options: o, dir: os.DirFS(o.Dir), files: load.NewWatcher(os.DirFS(o.Dir)), phones: map[string]*phone{},
		waiting: map[chan int]bool{}}
	var err error
	if s.pages, err = template.New("").Funcs(s.words()).ParseFS(web, "web/*.html"); err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	ships, err := load.Shipped()
	if err != nil {
		return nil, err
	}
	s.verdict.Book = ships // until the folder has a good one
	for i, away := range []bool{false, true} {
		if s.lines[i], err = o.Open(away, s.clock); err != nil {
			s.Close()
			return nil, err
		}
		s.lines[i].Use(ships.StandIn()) // as a gateway that finds no good book
	}
	s.Look()
	if s.old, s.oldFrom = o.Since, o.SinceName; s.old == nil {
		s.old, s.oldFrom = s.Verdict().Book, "the book as it was at "+clockTime(s.Now())
	}
	return s, nil
}

// Close lets go of the gateways.
func (s *Server) Close() {
	for _, l := range s.lines {
		if l != nil {
			l.Close()
		}
	}
}

// clock is the gateways' clock.
func (s *Server) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.moment.IsZero() {
		return s.moment
	}
	return s.Now()
}

// Look reads the folder if it has changed since the last look.
func (s *Server) Look() {
	seen := s.files.Fingerprint(time.Now())
	s.mu.Lock()
	same := s.verdict.N > 0 && seen == s.lastSeen
	s.mu.Unlock()
	if same {
		return
	}
	began := time.Now()
	src, problems := s.Kept.On(s.dir, s.Now())
	took := time.Since(began)
	if len(load.Errors(problems)) == 0 {
		for _, l := range s.lines {
			l.Use(src.Book)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := Verdict{N: s.verdict.N + 1, Source: src, Problems: problems, At: s.Now(), Took: took, Book: s.verdict.Book,
		where: s.Dir}
	if v.Errors() == 0 {
		v.Book = src.Book
	}
	s.verdict, s.lastSeen = v, seen
	for c := range s.waiting {
		select {
		case c <- v.N:
		default: // it has one to read already
		}
	}
}

// Verdict is the newest one.
func (s *Server) Verdict() Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.verdict
}

// Watch looks at the folder until ctx ends.
func (s *Server) Watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.Look()
		}
	}
}

// Policy is what a browser may do with the page: nothing but what came with it.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxBody bounds what a page may send; maxUpload a page that sends a whole file or a
// recording.
const (
	maxBody   = 64 << 10
	maxUpload = 2 << 20
)

// bodyOf is the bound for a path.
func bodyOf(path string) int64 {
	for _, whole := range []string{"/files/", "/recordings/", "/languages/"} {
		if strings.HasPrefix(path, whole) {
			return maxUpload
		}
	}
	return maxBody
}

// Handler is the page and all behind it. It answers only requests that name this
// machine, so that no other site's name can be pointed at it, and takes changes
// only from its own pages.
func (s *Server) Handler() http.Handler { return guarded(s.Pages()) }

// Static serves the style and the script of the pages.
func Static() http.Handler {
	static, _ := fs.Sub(web, "web") // the folder is embedded
	return http.FileServerFS(static)
}

// Pages is [Server.Handler] for a server that knows who asks, and keeps others out itself.
func (s *Server) Pages() http.Handler {
	mux := http.NewServeMux()
	for _, name := range []string{"app.js", "style.css", "editor.js", "codemirror.min.js"} {
		mux.Handle("GET /"+name, Static())
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter,
		_ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /checks", s.checks)
	mux.HandleFunc("GET /map", s.flowMap)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /routes", s.routes)
	mux.HandleFunc("GET /changes", s.changed)
	mux.HandleFunc("GET /changes/short", s.changedShort)
	mux.HandleFunc("POST /changes/begin", s.begin)
	mux.HandleFunc("GET /sign-off", s.signOffPage)
	mux.HandleFunc("POST /example", s.example)
	mux.HandleFunc("POST /example/save", s.saveExample)
	mux.HandleFunc("POST /fix", s.fix)
	mux.HandleFunc("POST /fix/save", s.saveFixed)
	mux.HandleFunc("GET /heard", s.understood)
	mux.HandleFunc("POST /heard", s.hear)
	mux.HandleFunc("POST /heard/phrase", s.phraseForm)
	mux.HandleFunc("POST /heard/phrase/save", s.savePhrase)
	mux.HandleFunc("POST /heard/place", s.nameForm)
	mux.HandleFunc("POST /heard/place/save", s.saveName)
	mux.HandleFunc("GET /directory", s.directory)
	s.form(mux, "/directory/{id}", sheet{s.servicePage, s.proposed})
	mux.HandleFunc("POST /directory/{id}/rung", s.rung)
	mux.HandleFunc("POST /undo", s.undo)
	s.changeForms(mux)
	mux.HandleFunc("POST /phone/{what}", s.phone)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.trouble(w, http.StatusNotFound, "There is no such page.")
	})
	return mux
}

// guarded answers only this machine's own pages.
func guarded(mux http.Handler) http.Handler {
	own := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if !ThisMachine(r.Host) {
			http.Error(w, "This page is for this machine only.", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyOf(r.URL.Path))
		own.ServeHTTP(w, r)
	})
}

// ThisMachine reports a host, with or without a port, that is this machine and no
// other.
func ThisMachine(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// events tells a page, for as long as it is open, that the folder was saved.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	const most = 50 // pages open at once
	c := make(chan int, 1)
	s.mu.Lock()
	full := len(s.waiting) >= most
	if !full {
		s.waiting[c] = true
	}
	n := s.verdict.N
	s.mu.Unlock()
	if full {
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer func() {
		s.mu.Lock()
		delete(s.waiting, c)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	send := http.NewResponseController(w)
	for {
		fmt.Fprintf(w, "data: %d\n\n", n)
		if send.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case n = <-c:
		}
	}
}
