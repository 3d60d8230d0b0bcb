package preview

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"signpost/cmd/signpost/internal/edit"
)

// mostUndo is how many saves can be undone, one after the other. They are kept until
// the preview ends.
const mostUndo = 50

// saved is one save, as it can be undone.
type saved struct {
	What  string
	files []proposedFile
}

// remember keeps what a save changed.
func (s *Server) remember(p proposal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, saved{p.What, p.Files})
	if len(s.done) > mostUndo {
		s.done = s.done[1:]
	}
}

// lastSaved is what can be undone next, in words; empty when there is nothing.
func (s *Server) lastSaved() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.done) == 0 {
		return ""
	}
	return s.done[len(s.done)-1].What
}

// undo puts the files back to what they were before the last save. It leaves files alone
// that somebody changed since.
func (s *Server) undo(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	var last saved
	if n := len(s.done); n > 0 {
		last, s.done = s.done[n-1], s.done[:n-1]
	}
	s.mu.Unlock()
	if last.files == nil {
		s.trouble(w, http.StatusConflict, "There is nothing to undo.")
		return
	}
	for _, f := range last.files {
		if now, err := os.ReadFile(filepath.Join(s.Dir, f.Name)); err != nil || !bytes.Equal(now, f.new) {
			s.trouble(w, http.StatusConflict,
				fmt.Sprintf("%s was changed since, in another way. Nothing was undone: change it by hand.", f.Name))
			return
		}
	}
	var errs []error
	for _, f := range last.files {
		path := filepath.Join(s.Dir, f.Name)
		if f.Made {
			errs = append(errs, os.Remove(path))
			continue
		}
		errs = append(errs, edit.Save(path, f.old))
	}
	s.Look()
	if err := errors.Join(errs...); err != nil {
		s.trouble(w, http.StatusInternalServerError, "The files could not be written: "+sentence(err))
		return
	}
	s.show(w, http.StatusOK, "undone.html", page{Title: "Undone: " + last.What, Body: last.What})
}
