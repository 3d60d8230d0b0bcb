package preview

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/edit"
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
	}{svc, hoursText(svc), date(svc.PausedUntil), lastRung(svc, hours.Day(s.Now()))}})
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

// proposed works out what the form of a service asks for.
func (s *Server) proposed(v Verdict, svc *flows.Service, form url.Values) proposal {
	p := proposal{What: svc.Name, At: "/directory/" + svc.ID, Back: "/directory", Seen: seen(v)}
	asked := func(name, was string) string {
		if _, sent := form[name]; !sent {
			return was
		}
		words := strings.TrimSpace(form.Get(name))
		p.Form = append(p.Form, field{name, words})
		return words
	}
	at := "services." + svc.ID + "."
	var wanted []edit.Change // what would change nothing is left as it is
	set := func(path, words, was, after string) {
		if words != was {
			wanted = append(wanted, edit.Change{Path: at + path, Words: words, After: after})
		}
	}
	set("label", asked("label", svc.Label), svc.Label, "name")
	set("say", asked("say", svc.Say), svc.Say, "label")
	examples, another := string(v.Source.File(examplesFile)), false
	toExamples := asked("examples", "") != ""
	for i, l := range svc.Lines {
		put := asked(fmt.Sprint("number", i), l.Printed)
		set(fmt.Sprintf("numbers.%d.number", i), put, l.Printed, "")
		another = another || (flows.Line{Printed: put}).Digits() != l.Digits()
		if toExamples && put != "" {
			whole := regexp.MustCompile(`\b` + regexp.QuoteMeta(l.Printed) + `\b`) // not 101 in 0300 123 5101
			examples = whole.ReplaceAllLiteralString(examples, put)
		}
	}
	set("hours", asked("hours", hoursText(svc)), hoursText(svc), "for")
	for _, c := range wanted {
		if c.Words == "" {
			return p.refuse("Nothing is written in one of the fields. To take a service out, see the manager's guide.")
		}
	}
	set("paused_until", asked("paused_until", date(svc.PausedUntil)), date(svc.PausedUntil), "hours")
	role, because := strings.Join(strings.Fields(asked("rung_by", "")), " "), asked("unrung_because", svc.UnrungBecause)
	switch {
	case role != "" && svc.Emergency():
		return p.refuse("The emergency number is not rung to try it.")
	case len(role) > longestRole:
		return p.refuse("Say in a few words who rang it, by role.")
	case role != "":
		wanted = append(wanted, rungOn(at, hours.Day(s.Now()), role)...)
	case another && because == "":
		return p.refuse("Nobody has rung the new number yet. Ring it and write your role, or write why it must go out before that.")
	case another: // whenever somebody rang, it was another number
		wanted = append(wanted, edit.Change{Path: at + "checked_on", Words: "never", After: "source_date"}, edit.Change{Path: at + "checked_by"}, edit.Change{Path: at + "review_by"})
	}
	if role == "" {
		set("unrung_because", because, svc.UnrungBecause, "checked_on")
	}
	data, err := edit.Set(v.Source, directoryFile, wanted)
	if err != nil {
		return p.refuse(sentence(err))
	}
	return s.weigh(v, p, map[string][]byte{directoryFile: data, examplesFile: []byte(examples)})
}

// rungOn is what is written when the number of a service was rung on a day.
func rungOn(at string, day time.Time, role string) []edit.Change {
	return []edit.Change{
		{Path: at + "checked_on", Words: day.Format(time.DateOnly), After: "source_date"},
		{Path: at + "checked_by", Words: role, After: "checked_on"}, {Path: at + "unrung_because"}, {Path: at + "review_by"},
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
		s.write(w, "/directory", s.proposed(v, svc, r.Form))
	}
}

// rung records that a number was rung today.
func (s *Server) rung(w http.ResponseWriter, r *http.Request) {
	v, svc := s.formOf(w, r)
	if svc == nil {
		return
	}
	role := strings.TrimSpace(r.Form.Get("role"))
	if role == "" || len(role) > longestRole {
		s.trouble(w, http.StatusBadRequest, "Say who rang it, by role: service manager, say. Not a person's name.")
		return
	}
	s.write(w, "/directory", s.proposed(v, svc, url.Values{"rung_by": {role}}))
}

// longestRole bounds what somebody calls themselves, in letters.
const longestRole = 60
