package desk

import (
	"fmt"
	"net/http"
	"time"
)

// notifyPages tells the open pages that a draft changed.
func (d *Desk) notifyPages() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.changed)
	d.changed = make(chan struct{})
}

// Limits of pages that wait for changes. A page that waits does not keep somebody signed in:
// it asks once, and it is told no more than that there is something to look at.
const (
	maxWatching = 100
	watchTime   = 30 * time.Minute
)

// handleEvents tells the page of a draft when that draft changes, or what is published.
func (d *Desk) handleEvents(v visit) {
	t, ok := d.requestedDraft(v)
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
		changed := d.changed
		d.mu.Unlock()
		fmt.Fprintf(v.w, "data: %s\n\n", d.draftVersion(t.ID))
		if send.Flush() != nil {
			return
		}
		select {
		case <-v.r.Context().Done():
			return
		case <-over.C:
			return
		case <-changed:
		}
	}
}

// draftVersion returns a text that changes when the draft or what is published does.
func (d *Desk) draftVersion(id string) string {
	t, ok := d.findDraft(id)
	commit, err := d.repo.Commit(id)
	if !ok || err != nil {
		return "gone"
	}
	return fmt.Sprintf("%s %s %t %t", commit, d.published().Commit, t.Proposed != nil && t.Proposed.Commit == commit,
		t.Approved != nil && t.Approved.Commit == commit)
}
