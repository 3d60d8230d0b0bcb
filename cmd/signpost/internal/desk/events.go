package desk

import (
	"fmt"
	"net/http"
	"time"
)

// moves tells the pages that are open that a draft changed.
func (d *Desk) moves() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.moved)
	d.moved = make(chan struct{})
}

// Limits of pages that wait for changes. A page that waits does not keep somebody signed in:
// it asks once, and it is told no more than that there is something to look at.
const (
	maxWatching = 100
	watchTime   = 30 * time.Minute
)

// events tells the page of a draft when that draft changes, or what is published.
func (d *Desk) events(v visit) {
	t, ok := d.asked(v)
	if !ok {
		return
	}
	d.mu.Lock()
	full := d.watching >= maxWatching
	if !full {
		d.watching++
	}
	d.mu.Unlock()
	if full {
		http.Error(v.w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer func() {
		d.mu.Lock()
		d.watching--
		d.mu.Unlock()
	}()
	v.w.Header().Set("Content-Type", "text/event-stream")
	send := http.NewResponseController(v.w)
	over := time.NewTimer(watchTime)
	defer over.Stop()
	for {
		d.mu.Lock()
		moved := d.moved
		d.mu.Unlock()
		fmt.Fprintf(v.w, "data: %s\n\n", d.now(t.ID))
		if send.Flush() != nil {
			return
		}
		select {
		case <-v.r.Context().Done():
			return
		case <-over.C:
			return
		case <-moved:
		}
	}
}

// now tells one state of a draft from another.
func (d *Desk) now(id string) string {
	t, ok := d.draftOf(id)
	commit, err := d.repo.Commit(id)
	if !ok || err != nil {
		return "gone"
	}
	return fmt.Sprintf("%s %s %t %t", commit, d.published().Commit, t.Proposed != nil && t.Proposed.Commit == commit,
		t.Approved != nil && t.Approved.Commit == commit)
}
