package preview

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/edit"
	"signpost/flows/load"
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
		e := entry{Service: svc, Stale: svc.Doubtful(s.Now()), Rung: "never"}
		if !svc.CheckedOn.IsZero() {
			e.Rung = fmt.Sprintf("%s, %d days ago", svc.CheckedOn.Format("2 January 2006"), int(today.Sub(svc.CheckedOn).Hours()+12)/24)
			if svc.CheckedBy != "" {
				e.Rung += ", by " + svc.CheckedBy
			}
		}
		out = append(out, e)
	}
	return out
}

func (s *Server) directory(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "directory.html", page{Title: "Directory", Here: "/directory", Body: s.entries()})
}

// service is the form for one service.
func (s *Server) service(w http.ResponseWriter, r *http.Request) {
	svc := s.named(r)
	if svc == nil {
		s.trouble(w, http.StatusNotFound, "The directory has no such service.")
		return
	}
	s.show(w, http.StatusOK, "service.html", page{Title: svc.Name, Here: "/directory", Body: struct {
		*flows.Service
		HoursText, Paused string
	}{svc, s.hoursText(svc), date(svc.PausedUntil)}})
}

func (s *Server) named(r *http.Request) *flows.Service {
	return s.Verdict().Source.Book.Service(r.PathValue("id"))
}

func (s *Server) hoursText(svc *flows.Service) string {
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

// proposal is a change to the book that has not been saved.
type proposal struct {
	Service  *flows.Service
	Files    []proposedFile
	Problems []load.Problem // that it would bring
	Form     []field        // what was asked for, to be asked again
	Seen     string         // what the files held: if that changes, nothing is saved
	Why      string         // it cannot be made
	Saved    bool
}

type proposedFile struct {
	Name  string
	Lines []edit.Line
	data  []byte
}

type field struct{ Name, Value string }

// OK tells that the proposal changes something and may be saved.
func (p proposal) OK() bool { return p.Why == "" && len(p.Files) > 0 && len(p.Problems) == 0 }

// asks reads the form of a service: what it is to be.
func asks(r *http.Request, svc *flows.Service) (changes []edit.Change, form []field) {
	at := "services." + svc.ID + "."
	add := func(name, path, after string) {
		if _, sent := r.Form[name]; !sent {
			return
		}
		words := strings.TrimSpace(r.Form.Get(name))
		form = append(form, field{name, words})
		changes = append(changes, edit.Change{Path: at + path, Words: words, After: after})
	}
	add("label", "label", "name")
	add("say", "say", "label")
	for i := range svc.Lines {
		add(fmt.Sprint("number", i), fmt.Sprintf("numbers.%d.number", i), "")
	}
	add("hours", "hours", "for")
	add("paused_until", "paused_until", "hours")
	return changes, form
}

// overlay is a folder with some files as they would be.
type overlay struct {
	fs.FS
	files map[string][]byte
}

// ReadFile reads what would be there.
func (o overlay) ReadFile(name string) ([]byte, error) {
	if data, ok := o.files[name]; ok {
		return data, nil
	}
	return fs.ReadFile(o.FS, name)
}

// proposed works out what a form would change, and what the check says of that.
func (s *Server) proposed(svc *flows.Service, changes []edit.Change, form []field, withExamples bool) proposal {
	v := s.Verdict()
	p := proposal{Service: svc, Form: form, Seen: s.seen()}
	if withExamples {
		p.Form = append(p.Form, field{"examples", "yes"})
	}
	var wanted []edit.Change // what would change nothing is left as it is
	was := map[string]string{"label": svc.Label, "say": svc.Say, "hours": s.hoursText(svc), "paused_until": date(svc.PausedUntil)}
	examples := string(v.Source.File(examplesFile))
	for _, c := range changes {
		name := strings.TrimPrefix(c.Path, "services."+svc.ID+".")
		var i int
		if n, _ := fmt.Sscanf(name, "numbers.%d.number", &i); n == 1 && i < len(svc.Lines) {
			old := svc.Lines[i].Printed
			if c.Words == old {
				continue
			}
			if withExamples && c.Words != "" {
				examples = strings.ReplaceAll(examples, old, c.Words)
			}
		} else if old, known := was[name]; known && old == c.Words {
			continue
		}
		if c.Words == "" && !slices.Contains([]string{"paused_until", "unrung_because", "review_by"}, name) {
			p.Why = "Nothing is written in one of the fields. To take a service out, see the manager's guide."
			return p
		}
		wanted = append(wanted, c)
	}
	data, err := edit.Set(v.Source, directoryFile, wanted)
	if err != nil {
		p.Why = sentence(err)
		return p
	}
	changed := overlay{s.dir, map[string][]byte{}}
	for name, new := range map[string][]byte{directoryFile: data, examplesFile: []byte(examples)} {
		old := v.Source.File(name)
		if string(old) == string(new) {
			continue
		}
		changed.files[name] = new
		const around = 3
		p.Files = append(p.Files, proposedFile{name, edit.Diff(string(old), string(new), around), new})
	}
	if len(p.Files) == 0 {
		p.Why = "That is what the directory says already."
		return p
	}
	before := map[string]bool{}
	for _, b := range load.Errors(v.Problems) {
		before[b.Rule+b.What] = true
	}
	_, problems := check.On(changed, s.Now())
	for _, b := range load.Errors(problems) {
		if !before[b.Rule+b.What] {
			p.Problems = append(p.Problems, b)
		}
	}
	return p
}

// sentence is an error as a person reads it.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// seen tells one state of the folder from another.
func (s *Server) seen() string {
	h := fnv.New64a()
	v := s.Verdict()
	for _, name := range load.Files() {
		h.Write(v.Source.File(name))
	}
	return fmt.Sprintf("%x", h.Sum64())
}

// propose shows what a form would change.
func (s *Server) propose(w http.ResponseWriter, r *http.Request) {
	svc := s.named(r)
	if svc == nil || r.ParseForm() != nil {
		s.trouble(w, http.StatusNotFound, "The directory has no such service.")
		return
	}
	changes, form := asks(r, svc)
	p := s.proposed(svc, changes, form, r.Form.Get("examples") != "")
	s.show(w, http.StatusOK, "proposal.html", page{Title: "What would change", Here: "/directory", Body: p})
}

// save writes what a form changes, if the files are still what was looked at.
func (s *Server) save(w http.ResponseWriter, r *http.Request) {
	svc := s.named(r)
	if svc == nil || r.ParseForm() != nil {
		s.trouble(w, http.StatusNotFound, "The directory has no such service.")
		return
	}
	s.Look()
	if r.Form.Get("seen") != s.seen() {
		s.trouble(w, http.StatusConflict, "Somebody changed the files meanwhile. Nothing was saved: go back, look, and try again.")
		return
	}
	changes, form := asks(r, svc)
	s.write(w, s.proposed(svc, changes, form, r.Form.Get("examples") != ""))
}

// rung records that a number was rung today.
func (s *Server) rung(w http.ResponseWriter, r *http.Request) {
	svc := s.named(r)
	if svc == nil || r.ParseForm() != nil {
		s.trouble(w, http.StatusNotFound, "The directory has no such service.")
		return
	}
	role := strings.Join(strings.Fields(r.Form.Get("role")), " ")
	const longest = 60
	if role == "" || len(role) > longest {
		s.trouble(w, http.StatusBadRequest, "Say who rang it, by role: service manager, say. Not a person's name.")
		return
	}
	s.Look()
	at := "services." + svc.ID + "."
	changes := []edit.Change{
		{Path: at + "checked_on", Words: hours.Day(s.Now()).Format(time.DateOnly), After: "source_date"},
		{Path: at + "checked_by", Words: role, After: "checked_on"}, {Path: at + "unrung_because"}, {Path: at + "review_by"},
	}
	s.write(w, s.proposed(svc, changes, nil, false))
}

// write saves a proposal and shows what was done.
func (s *Server) write(w http.ResponseWriter, p proposal) {
	if !p.OK() {
		s.show(w, http.StatusConflict, "proposal.html", page{Title: "What would change", Here: "/directory", Body: p})
		return
	}
	var errs []error
	for _, f := range p.Files {
		errs = append(errs, edit.Save(filepath.Join(s.Dir, f.Name), f.data))
	}
	if err := errors.Join(errs...); err != nil {
		s.trouble(w, http.StatusInternalServerError, "The files could not be written: "+sentence(err))
		return
	}
	s.Look()
	p.Saved = true
	s.show(w, http.StatusOK, "proposal.html", page{Title: "Saved", Here: "/directory", Body: p})
}
