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
	s.directoryWith(w, http.StatusOK, wrongRole{})
}

// wrongRole is what somebody wrote as their role beside a service, and what is wrong with it.
type wrongRole struct{ ID, Role, Why string }

// directoryWith shows the directory, with what is wrong with a role.
func (s *Server) directoryWith(w http.ResponseWriter, status int, wrong wrongRole) {
	s.show(w, status, "directory.html", page{Title: "Directory", Here: "/directory", Wrong: wrong.Why != "",
		Body: struct {
			Entries []entry
			Wrong   wrongRole
		}{s.entries(), wrong}})
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

// manner is one fact about how a service's line is answered, for the form.
type manner struct {
	Name, Label, Is string
	Choices         []string // none: words
}

// manners are all such facts about a service's line.
func manners(svc *flows.Service) []manner {
	known := flows.KnownNames[:]
	return []manner{
		{"first_words", "The first words you hear", svc.FirstWords, nil},
		{"answered_by", "What answers", flows.AnsweredByNames[svc.AnsweredBy], flows.AnsweredByNames[:]},
		{"takes_men", "Does it take men?", known[svc.Takes.Men], known},
		{"takes_third_parties", "Does it take people worried about somebody else?",
			known[svc.Takes.ThirdParties], known},
		{"takes_relay", "Does it take calls by Relay UK?", known[svc.Takes.Relay], known},
		{"takes_interpreters", "Can it call an interpreter?", known[svc.Takes.Interpreters], known},
		{"may_be_texted", "May people text it?", known[svc.MayBeTexted], known},
	}
}

// rung asks whether a number was really rung today, and shows what would be written.
func (s *Server) rung(w http.ResponseWriter, r *http.Request) {
	s.Look()
	v := s.Verdict()
	f, ok := s.servicePage(v, r)
	if !ok || r.ParseForm() != nil {
		s.trouble(w, http.StatusNotFound, noService)
		return
	}
	svc := v.Source.Book.Service(r.PathValue("id"))
	role := strings.Join(strings.Fields(r.Form.Get("role")), " ")
	why := "Write your role, like service manager. Do not write a name."
	var p proposal
	if role != "" && len(role) <= longestRole {
		f.fill(url.Values{"rung_by": {role}})
		p = s.proposed(v, f)
		why = p.Why
	}
	if why != "" {
		s.directoryWith(w, http.StatusUnprocessableEntity, wrongRole{svc.ID, role, why})
		return
	}
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
