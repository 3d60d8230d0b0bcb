package preview

import (
	"fmt"
	"net/http"

	"signpost/flows"
	"signpost/flows/changes"
)

// noticed is what people notice when one book takes the place of another.
type noticed struct {
	Changes []changes.Change // the first of them
	All     int
	Unrung  []string // services whose numbers changed, and the day of ringing did not
}

// mostShown is how many changes a page shows.
const mostShown = 50

func (s *Server) notices(before, after *flows.Book) noticed {
	found := s.Kept.Between(before, after)
	n := noticed{Changes: found[:min(len(found), mostShown)], All: len(found)}
	for _, svc := range changes.Unrung(before, after) {
		n.Unrung = append(n.Unrung, svc.Name)
	}
	return n
}

// More is how many changes are not shown.
func (n noticed) More() int { return n.All - len(n.Changes) }

// fewShown is how many changes a proposal shows before somebody asks for the others.
const fewShown = 3

// First are the changes that a proposal shows at once.
func (n noticed) First() []changes.Change { return n.Changes[:min(len(n.Changes), fewShown)] }

// Rest are the others.
func (n noticed) Rest() []changes.Change { return n.Changes[len(n.First()):] }

// Count says how many answers change.
func (n noticed) Count() string {
	if n.All == 1 {
		return "1 answer changes."
	}
	return fmt.Sprintf("%d answers change.", n.All)
}

// since is what people notice of all that was saved since the page was opened, or
// since somebody last said to begin there.
type since struct {
	noticed
	From   string // what it is compared with
	Broken bool   // the files have mistakes: nothing of them reaches anybody yet
}

// sinceThen is what people notice now.
func (s *Server) sinceThen() since {
	s.mu.Lock()
	v, before, from := s.verdict, s.old, s.oldFrom
	s.mu.Unlock()
	return since{s.notices(before, v.Book), from, v.Errors() > 0}
}

// changed is the page of what people will notice.
func (s *Server) changed(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "changes.html", page{Title: "What people will notice", Here: "/changes", Body: s.sinceThen()})
}

// changedShort is the same in a few lines, to be put into a page that is open.
func (s *Server) changedShort(w http.ResponseWriter, _ *http.Request) {
	const few = 3
	is := s.sinceThen()
	is.Changes = is.Changes[:min(len(is.Changes), few)]
	s.show(w, http.StatusOK, "changes-short.html", page{Body: is})
}

// begin compares, from now on, with the files as they are.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	s.Look()
	s.mu.Lock()
	s.old, s.oldFrom = s.verdict.Book, "the book as it was at "+clockTime(s.Now())
	s.mu.Unlock()
	http.Redirect(w, r, "/changes", http.StatusSeeOther)
}
