// Package desk serves the flow book to several people: each change is a draft, somebody else
// approves it, and publishing it reaches every gateway in seconds. People sign in with
// passkeys. Gateways never depend on the desk: they keep what they have.
package desk

import (
	"context"
	"crypto/ed25519"
	"embed"
	"encoding/pem"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"signpost/cmd/signpost/internal/follow"
	"signpost/cmd/signpost/internal/history"
	"signpost/cmd/signpost/internal/preview"
	"signpost/cmd/signpost/internal/staff"
	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/load"
	"signpost/flows/published"
	"signpost/flows/saved"
	"signpost/internal/hours"
)

// Options are what a desk is made of.
type Options struct {
	Dir    string // where everything of the desk is kept
	First  fs.FS  // the book to begin with
	Origin string // where people open it: https://desk.example.org
	Now    func() time.Time
	// Preview makes the pages of a draft's folder, compared with the published book.
	Preview func(dir, title string, since *flows.Book) (*preview.Server, error)
	Pence   float64           // what one segment of a text costs
	Say     func(line string) // one line for the log, which names no person
	// Kept checks and compares the books; nil for one of its own. Give the pages of drafts the same.
	Kept *changes.Kept
}

// Desk is the server.
type Desk struct {
	Options
	host  string
	safe  bool // https
	repo  *history.Repo
	staff *staff.Staff
	key   ed25519.PrivateKey
	pages *template.Template

	drafting sync.Mutex // one change of drafts, or publication, at a time

	mu       sync.Mutex
	newest   offer
	newer    chan struct{}                // closed when there is a newer one
	changed  chan struct{}                // closed when a draft changes, or what is published
	watching int                          // pages that wait for that
	reports  map[string]map[string]report // of each host, by machine
	diffs    map[string]*draftDiff        // by both commits
	previews map[string]*opened
}

// offer is the book that hosts are given.
type offer struct {
	history.Publication
	source   *load.Source
	problems []load.Problem
	files    fs.FS
	signed   []byte
}

// report is what a host said last.
type report struct {
	follow.Report
	at time.Time
}

// opened are the preview's pages of a draft.
type opened struct {
	*preview.Server
	stop context.CancelFunc
	used time.Time
}

//go:embed web
var web embed.FS

// New opens the desk in a folder, or makes it there.
func New(o Options) (*Desk, error) {
	at, err := url.Parse(o.Origin)
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || at.Path != "" {
		return nil, fmt.Errorf("%q is not an address like https://desk.example.org, without a path", o.Origin)
	}
	if at.Scheme == "http" && at.Hostname() != "localhost" {
		return nil, errors.New("passkeys need https, or http://localhost for this machine alone")
	}
	if o.Kept == nil {
		o.Kept = &changes.Kept{}
	}
	d := &Desk{Options: o, host: at.Host, safe: at.Scheme == "https", newer: make(chan struct{}),
		changed: make(chan struct{}), reports: map[string]map[string]report{}, diffs: map[string]*draftDiff{},
		previews: map[string]*opened{}}
	if d.staff, err = staff.Open(o.Dir, o.Origin, o.Now); err != nil {
		return nil, err
	}
	if d.key, err = Key(o.Dir); err != nil {
		return nil, err
	}
	if d.repo, err = history.Open(o.Dir, o.First, o.Now); err != nil {
		return nil, err
	}
	if d.pages, err = template.New("").Funcs(words()).ParseFS(web, "web/*.html"); err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	return d, d.signNewest()
}

// Close lets go of the drafts' pages.
func (d *Desk) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range d.previews {
		d.closePreview(id)
	}
}

// keyFile is where the desk keeps what it signs with.
const keyFile = "sign.key"

// Key reads the key of a desk, or makes one.
func Key(dir string) (ed25519.PrivateKey, error) {
	file := filepath.Join(dir, keyFile)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(nil)
		if err == nil {
			err = os.MkdirAll(dir, 0o700)
		}
		if err == nil {
			err = saved.Replace(file, pem.EncodeToMemory(&pem.Block{Type: "SIGNPOST DESK KEY", Bytes: key.Seed()}))
		}
		if err != nil {
			return nil, fmt.Errorf("make the key of the desk: %w", err)
		}
		return key, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of the desk: %w", err)
	}
	if block, _ := pem.Decode(data); block != nil && len(block.Bytes) == ed25519.SeedSize {
		return ed25519.NewKeyFromSeed(block.Bytes), nil
	}
	return nil, fmt.Errorf("%s is not the key of a desk", file)
}

// signNewest signs the newest publication and tells the hosts that wait.
func (d *Desk) signNewest() error {
	p, err := d.repo.Published()
	if err != nil {
		return err
	}
	files, err := d.repo.Files(p.Commit)
	if err != nil {
		return err
	}
	b, err := saved.Take(files)
	if err != nil {
		return err
	}
	src, problems := d.Kept.On(b.Files, d.Now())
	if len(load.Errors(problems)) > 0 && p.Serial == 1 {
		return fmt.Errorf("the first book has mistakes, the first at %s: run signpost check",
			load.Errors(problems)[0].Pos)
	}
	signed, err := published.Sign(d.key, published.Header{Serial: p.Serial, At: p.At, Rollback: p.Rollback > 0}, b)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.newest = offer{p, src, problems, b.Files, signed}
	close(d.newer)
	close(d.changed)
	d.newer, d.changed = make(chan struct{}), make(chan struct{})
	clear(d.diffs)
	for id := range d.previews { // they compare with what was published before
		d.closePreview(id)
	}
	d.Say(fmt.Sprintf("publication %d is offered to the gateways", p.Serial))
	return nil
}

// published is the newest publication.
func (d *Desk) published() offer {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.newest
}

// diff compares a draft with the published book.
func (d *Desk) diff(id string) (*draftDiff, error) {
	commit, err := d.repo.Commit(id)
	if err != nil {
		return nil, err
	}
	now := d.published()
	name := commit + " " + now.Commit + " " + hours.Day(d.Now()).Format(time.DateOnly)
	d.mu.Lock()
	kept := d.diffs[name]
	d.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	files, err := d.repo.Files(commit)
	if err != nil {
		return nil, err
	}
	s := compare(d.Kept, now, files, d.Now(), d.Pence)
	s.Commit, s.Published = commit, now.Commit
	d.mu.Lock()
	defer d.mu.Unlock()
	const most = 20
	if len(d.diffs) >= most {
		clear(d.diffs)
	}
	d.diffs[name] = s
	return s, nil
}

// maxPreviews is how many drafts have their pages open at once: each has gateways of its own.
const maxPreviews = 4

// preview is the pages of a draft.
func (d *Desk) preview(id, title string) (*preview.Server, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.previews[id]; o != nil {
		o.used = d.Now()
		return o.Server, nil
	}
	oldest := ""
	for other, o := range d.previews {
		if oldest == "" || o.used.Before(d.previews[oldest].used) {
			oldest = other
		}
	}
	if len(d.previews) >= maxPreviews {
		d.closePreview(oldest)
	}
	page, err := d.Options.Preview(d.repo.Dir(id), title, d.newest.source.Book)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	go page.Watch(ctx)
	d.previews[id] = &opened{page, stop, d.Now()}
	return page, nil
}

// closePreview closes the pages of a draft. The caller holds the lock.
func (d *Desk) closePreview(id string) {
	if o := d.previews[id]; o != nil {
		o.stop()
		o.Close()
		delete(d.previews, id)
	}
}

// words are what the templates call.
func words() template.FuncMap {
	return template.FuncMap{
		"when": func(t time.Time) string { return t.In(hours.London()).Format("2 January 2006, 15:04") },
		"tick": func(p *draftView, id string) tick {
			return tick{id, p.IsAsked && !p.IsGood && p.MayTick == "", p.Ticked[id], p.WrongAt("tick-" + id)}
		},
		"short":  short,
		"untold": func(t tick) tick { return tick{ID: t.ID} },
		"phone":  func(m *meeting, name string, answer side) onPhone { return onPhone{m, name, answer} },
		"cost": func(s side) string {
			switch {
			case s.Silent:
				return "nothing is sent"
			case s.Segments == 1:
				return fmt.Sprintf("1 segment, %.0fp", s.Pence)
			}
			return fmt.Sprintf("%d segments, %.0fp", s.Segments, s.Pence)
		},
	}
}

// onPhone is an answer as it is on a phone.
type onPhone struct {
	*meeting
	Name   string
	Answer side
}

// tick is a box that an approver ticks.
type tick struct {
	ID       string
	Show, On bool
	Wrong    string
}
