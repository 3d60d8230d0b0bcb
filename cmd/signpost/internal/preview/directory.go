package preview

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/hours"
)

const directoryFile, examplesFile = "services.yaml", "examples.yaml"

// entry is a service as the directory shows it.
type entry struct {
	*flows.Service
	Rung  string // when its number was last rung, in words
	Stale bool   // it is to be rung
}

func (s *Server) entries() []entry {
	v, today := s.Verdict(), hours.Day(s.Now())
	var out []entry
	for i := range v.Source.Book.Services {
		svc := &v.Source.Book.Services[i]
		if svc.NotOffered != "" {
			continue
		}
		e := entry{Service: svc, Stale: svc.Doubtful(s.Now()), Rung: lastRung(svc, today)}
		if !svc.To.IsZero() && today.After(svc.To) { // nobody is given it any more
			e.Stale, e.Rung = false, "ended on "+svc.To.Format("2 January 2006")
		}
		out = append(out, e)
	}
	return out
}

// lastRung says when a number was last rung, and by whom.
func lastRung(svc *flows.Service, today time.Time) string {
	if svc.CheckedOn.IsZero() {
		return "never"
	}
	said := svc.CheckedOn.Format("2 January 2006")
	switch days := int(today.Sub(svc.CheckedOn).Hours()+12) / 24; days {
	case 0:
		said += ", today"
	case 1:
		said += ", yesterday"
	default:
		said += fmt.Sprintf(", %d days ago", days)
	}
	if svc.CheckedBy != "" {
		said += ", by " + svc.CheckedBy
	}
	return said
}

func (s *Server) directory(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "directory.html", page{Title: "Directory", Here: "/directory", Body: s.entries()})
}

// service is the form for one service.
func (s *Server) service(w http.ResponseWriter, r *http.Request) {
	svc := s.Verdict().Source.Book.Service(r.PathValue("id"))
	if svc == nil {
		s.trouble(w, http.StatusNotFound, noService)
		return
	}
	s.show(w, http.StatusOK, "service.html", page{Title: svc.Name, Here: "/directory", Body: struct {
		*flows.Service
		HoursText, Paused, Rung string
		Days                    []singleDay
		Manners                 []manner
	}{svc, hoursText(svc), date(svc.PausedUntil), lastRung(svc, hours.Day(s.Now())), singleDays(svc), manners(svc)}})
}

// singleDay is a day that differs, as the form shows it.
type singleDay struct{ Day, Times string }

// newDays is how many empty lines for single days the form has.
const newDays = 3

// singleDays are the days of a service that differ, and some empty lines.
func singleDays(svc *flows.Service) (out []singleDay) {
	for _, day := range svc.Hours.Exceptions() {
		out = append(out, singleDay{day, svc.Hours.Exception(day)})
	}
	return append(out, make([]singleDay, newDays)...)
}

const noService = "The directory has no such service."

func hoursText(svc *flows.Service) string {
	if text := svc.Hours.String(); text != "" {
		return text
	}
	return "unknown"
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// manner is one thing that is known of a service's line, for the form.
type manner struct {
	Name, Label, Is string
	Choices         []string // none: words
}

// manners are what is known of a service's line.
func manners(svc *flows.Service) []manner {
	known := flows.KnownNames[:]
	return []manner{
		{"first_words", "The first words you hear", svc.FirstWords, nil},
		{"answered_by", "What answers", flows.AnsweredByNames[svc.AnsweredBy], flows.AnsweredByNames[:]},
		{"takes_men", "Does it take men?", known[svc.Takes.Men], known},
		{"takes_third_parties", "Does it take people worried about somebody else?", known[svc.Takes.ThirdParties], known},
		{"takes_relay", "Does it take calls by Relay UK?", known[svc.Takes.Relay], known},
		{"takes_interpreters", "Can it call an interpreter?", known[svc.Takes.Interpreters], known},
		{"may_be_texted", "May people text it?", known[svc.MayBeTexted], known},
	}
}

// formOf reads what a form about a service sends. When there is no such service, it
// says so and gives none.
func (s *Server) formOf(w http.ResponseWriter, r *http.Request) (Verdict, *flows.Service) {
	s.Look()
	v := s.Verdict()
	svc := v.Source.Book.Service(r.PathValue("id"))
	if r.ParseForm() != nil || svc == nil {
		s.trouble(w, http.StatusNotFound, noService)
		return v, nil
	}
	return v, svc
}

// propose shows what a form would change.
func (s *Server) propose(w http.ResponseWriter, r *http.Request) {
	if v, svc := s.formOf(w, r); svc != nil {
		s.show(w, http.StatusOK, "proposal.html", page{Title: "What would change", Here: "/directory", Body: s.proposed(v, svc, r.Form)})
	}
}

// save writes what a form changes, if the files are still what was looked at.
func (s *Server) save(w http.ResponseWriter, r *http.Request) {
	if v, svc := s.formOf(w, r); svc != nil && s.unchanged(w, r, v) {
		s.write(w, r, "/directory", s.proposed(v, svc, r.Form))
	}
}

// rung asks whether a number was really rung today, and shows what would be written.
func (s *Server) rung(w http.ResponseWriter, r *http.Request) {
	v, svc := s.formOf(w, r)
	if svc == nil {
		return
	}
	role := strings.Join(strings.Fields(r.Form.Get("role")), " ")
	if role == "" || len(role) > longestRole {
		s.trouble(w, http.StatusBadRequest, "Say who rang it, by role: service manager, say. Not a person's name.")
		return
	}
	p := s.proposed(v, svc, url.Values{"rung_by": {role}})
	if p.OK() {
		var numbers []string
		for _, l := range svc.Lines {
			numbers = append(numbers, l.Printed)
		}
		p.Confirm = fmt.Sprintf("Did you ring %s today, and did %s answer?", strings.Join(numbers, " and "), svc.Name)
	}
	s.show(w, http.StatusOK, "proposal.html", page{Title: "Rung today", Here: "/directory", Body: p})
}

// longestRole bounds what somebody calls themselves, in letters.
const longestRole = 60
