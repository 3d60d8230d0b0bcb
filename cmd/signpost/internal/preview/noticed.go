package preview

import (
	"fmt"
	"net/http"

	"signpost/flows"
	"signpost/flows/changes"
)

// noticed is what people notice when one book takes the place of another.
type noticed struct {
	Changes []changes.Change
	Causes  []cause // the same, by cause
	All     int
	Unrung  []string // services whose numbers changed, and the day of ringing did not
}

// cause is the answers that change for one cause.
type cause struct{ *changes.Group }

// First is the answer that people meet first.
func (c cause) First() []changes.Change { return c.Changes[:1] }

// Rest are the others.
func (c cause) Rest() []changes.Change { return c.Changes[1:] }

// fewShown is how many changes are shown one after another, without their causes.
const fewShown = 3

func (s *Server) notices(before, after *flows.Book) noticed {
	found := s.Kept.Between(before, after)
	n := noticed{Changes: found, All: len(found)}
	if len(found) > fewShown {
		for _, g := range changes.Groups(before, after, found) {
			n.Causes = append(n.Causes, cause{g})
		}
	}
	for _, svc := range changes.Unrung(before, after) {
		n.Unrung = append(n.Unrung, svc.Name)
	}
	return n
}

// Count says how many answers change.
func (n noticed) Count() string {
	if n.All == 1 {
		return "1 answer changes."
	}
	return fmt.Sprintf("%d answers change.", n.All)
}

// since is what people notice of what was saved since the page was opened, or
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
	s.show(w, http.StatusOK, "changes.html", page{Title: "What people will notice", Here: "/changes",
		Body: s.sinceThen()})
}

// changedShort is the same in a few lines, to be put into a page that is open.
func (s *Server) changedShort(w http.ResponseWriter, _ *http.Request) {
	is := s.sinceThen()
	is.Changes = is.Changes[:min(len(is.Changes), fewShown)]
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
