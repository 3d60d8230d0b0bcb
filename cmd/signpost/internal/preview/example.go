package preview

import (
	"net/http"
	"strings"

	"signpost/flows/check"
	"signpost/internal/hours"
)

// Bounds of a conversation that is kept as an example.
const (
	maxTurns    = 40
	maxTurn     = 1600 // letters of one text: what a phone may send
	maxNameLong = 100  // letters of an example's name
)

// asExample works out the conversation that a page kept as an example of the book.
func (s *Server) asExample(v Verdict, r *http.Request) proposal {
	name, at, they, call := strings.TrimSpace(r.Form.Get("name")), r.Form.Get("at"), r.Form["they"],
		r.Form.Get("channel") == "call"
	p := proposal{What: "an example", At: "/example", Back: "/", Seen: seen(v)}
	p.Form = append(p.Form, field{"name", name}, field{"channel", r.Form.Get("channel")})
	for _, t := range they {
		p.Form = append(p.Form, field{"they", t})
		if len(t) > maxTurn {
			return p.refuse("One of the texts is too long to keep.")
		}
	}
	when, err := moment(at)
	switch {
	case err != nil:
		return p.refuse(sentence(err))
	case name == "" || len(name) > maxNameLong:
		return p.refuse("Give the example a name that says what must come out right.")
	case len(they) == 0 || len(they) > maxTurns:
		return p.refuse("Text or ring first, in a few turns: the conversation on the page becomes the example.")
	case v.Errors() > 0:
		return p.refuse("Fix the mistakes under Checks first. The phone on this page still uses the last good book.")
	}
	if when.IsZero() {
		when = s.Now()
	}
	when = when.In(hours.London())
	p.Form = append(p.Form, field{"at", when.Format(momentForm)})
	text, err := check.Transcribe(v.Book, name, when, call, they)
	if err != nil {
		return p.refuse(sentence(err))
	}
	old := string(v.Source.File(examplesFile))
	if old != "" && !strings.HasSuffix(old, "\n") {
		old += "\n"
	}
	return s.weigh(v, p, map[string][]byte{examplesFile: []byte(old + text)})
}

// example shows what keeping a conversation would change.
func (s *Server) example(w http.ResponseWriter, r *http.Request) { s.proposes(w, r, s.asExample) }

// saveExample keeps a conversation.
func (s *Server) saveExample(w http.ResponseWriter, r *http.Request) { s.saves(w, r, s.asExample) }
