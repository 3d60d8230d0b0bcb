package preview

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/linediff"
)

// proposal is a change to the book that has not been saved.
type proposal struct {
	What     string // it is about
	At       string // where the forms are that ask for it
	Back     string // where to go from it, if not there
	Files    []proposedFile
	Problems []load.Problem // that it would bring
	Warnings []load.Problem // that it would bring, and that keep nothing from being saved
	Confirm  string         // what somebody says yes to by saving it
	Noticed  *noticed       // by people; nil when nothing reaches them yet
	Form     []field        // what somebody filled in, to be shown again
	Seen     string         // what the files held: if that changes, nothing is saved
	Why      string         // it cannot be made
	WhyField string         // the field of the form that this is about
	Others   []formError    // why else
	Saved    bool
	Again    bool        // its form can be filled in again with what was written
	Here     string      // the page that it belongs to; empty: the first
	Heard    *rehearsal  // how a text comes to be understood, when it is about one
	book     *flows.Book // as it would be; nil when it could not be read
	src      *load.Source
	edits    string // the file whose text is edited as it is; empty: a form made the change
	// Altered are examples that go another way. Each is accepted before it is saved.
	Altered []check.Altered
	// Unread are the names of those that were not accepted when somebody meant to save.
	Unread []string
}

// Left reports that a conversation is still to be accepted, after somebody meant to save.
func (p proposal) Left(name string) bool { return slices.Contains(p.Unread, name) }

// Ticked reports that a conversation was accepted with others that were not.
func (p proposal) Ticked(name string) bool { return len(p.Unread) > 0 && !p.Left(name) }

type proposedFile struct {
	Name     string
	Hunks    []linediff.Hunk
	Made     bool // the folder has none yet: the one that ships is copied into it first
	Sound    bool // a recording, and not text
	old, new []byte
}

type field struct{ Name, Value string }

// refuseAt says why, about one field of the form.
func (p proposal) refuseAt(field, why string) proposal {
	p.WhyField = field
	return p.refuse(why)
}

// OK reports that the proposal changes something and may be saved.
func (p proposal) OK() bool { return p.Why == "" && len(p.Files) > 0 && len(p.Problems) == 0 }

// here is the page that a proposal belongs to.
func (p proposal) here() string { return cmp.Or(p.Here, "/") }

// Page is the page of what the proposal is about; empty when that has none of its own.
func (p proposal) Page() string {
	if strings.HasPrefix(p.At, "/new/") || strings.Count(p.At, "/") < 2 || p.Back == "/heard" {
		return ""
	}
	return p.At
}

// BackWords are the words of the link back.
func (p proposal) BackWords() string {
	return "Back to " + cmp.Or(map[string]string{"/directory": "the directory", "/places": "all places",
		"/words": "all words", "/languages": "all languages",
		"/recordings": "all recordings", "/files": "all files", "/heard": "what is understood"}[p.Back], "the phone")
}

// Sound reports that it is about a recording, which changes no word.
func (p proposal) Sound() bool {
	return slices.ContainsFunc(p.Files, func(f proposedFile) bool { return f.Sound })
}

// refuse says why a proposal cannot be made.
func (p proposal) refuse(why string) proposal {
	p.Why = why
	return p
}

const nothingNew = "That is what the files say already."

// weigh shows what some files would be, what the check says of that, and what
// people would notice. It is worked out against v, which the form was about.
func (s *Server) weigh(v Verdict, p proposal, files map[string][]byte) proposal {
	p = s.checked(v, p, files)
	if p.Noticed != nil &&
		slices.ContainsFunc(p.Files,
			func(f proposedFile) bool { return f.Name != examplesFile && !load.HeardFile(f.Name) }) {
		*p.Noticed = s.notices(v.Book, p.book)
	}
	return p
}

// checked shows what some files would be and what the check says of that. Nobody is told
// the examples, and what a text is understood as is shown by itself: weigh shows the rest.
func (s *Server) checked(v Verdict, p proposal, files map[string][]byte) proposal {
	changed := load.Overlay{FS: s.dir, Files: map[string][]byte{}}
	for _, f := range p.Files { // recordings
		changed.Files[f.Name] = f.new
	}
	for _, name := range load.Files() {
		old := v.Source.File(name)
		put, asked := files[name]
		made := asked && old == nil && load.HeardFile(name)
		if made {
			old = shippedFile(name)
		}
		if !asked || string(old) == string(put) {
			continue
		}
		put = endingAs(old, put)
		changed.Files[name] = put
		const around = 3
		p.Files = append(p.Files, proposedFile{Name: name, Hunks: linediff.Hunks(string(old), string(put), around),
			Made: made, old: old, new: put})
	}
	if len(p.Files) == 0 {
		return p.refuse(nothingNew)
	}
	before := map[string]bool{}
	for _, b := range v.Problems {
		before[b.Rule+b.What] = true
	}
	src, problems := s.Kept.On(changed, s.Now())
	p.src = src
	for _, b := range problems {
		// What a book with mistakes says in conversations was not looked at before: what
		// is wrong there may have been wrong all along, and must not keep one from fixing.
		hidden := v.Errors() > 0 && walks(b.Rule)
		switch {
		case hidden || before[b.Rule+b.What]:
		case b.Severity == load.Warning && v.Errors() > 0: // it may have been there all along
		case b.Severity == load.Warning:
			p.Warnings = append(p.Warnings, b)
		default:
			p.Problems = append(p.Problems, b)
		}
	}
	if !src.Broken {
		p.book = src.Book
		p = alters(v, p)
	}
	if len(p.Problems) == 0 && (len(load.Errors(problems)) == 0 || len(p.Altered) > 0) {
		p.Noticed = &noticed{}
	}
	return p
}

// endingAs ends the lines of a file as those of the old one end: editors of Windows
// write two characters.
func endingAs(old, put []byte) []byte {
	if !bytes.Contains(old, []byte("\r\n")) {
		return put
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(put, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

// walks reports that a rule looks at conversations.
func walks(name string) bool {
	return slices.ContainsFunc(check.Rules(), func(r check.Rule) bool { return r.Name == name && r.Walks })
}

// sentence is an error as a person reads it.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// seen tells one state of the files from another.
func seen(v Verdict) string {
	h := fnv.New64a()
	for _, name := range load.Files() {
		h.Write(v.Source.File(name))
	}
	h.Write([]byte(v.where)) // a form of one draft must not change another
	return fmt.Sprintf("%x", h.Sum64())
}

// write saves a proposal and shows what was done.
func (s *Server) write(w http.ResponseWriter, r *http.Request, here string, p proposal) {
	if r.Form.Get("seen") != p.Seen { // the files are not what somebody looked at
		s.meanwhile(w, p)
		return
	}
	if p.OK() && len(p.Altered) > 0 {
		p = s.accepted(p, r.Form["accept"])
	}
	if !p.OK() || len(p.Unread) > 0 {
		s.show(w, http.StatusConflict, "proposal.html", page{Title: "What would change", Here: here, Body: p})
		return
	}
	for _, f := range p.Files {
		now, err := fs.ReadFile(s.dir, f.Name)
		if same := err == nil && bytes.Equal(now, f.old); !f.Made && !same || f.Made &&
			!errors.Is(err, fs.ErrNotExist) {
			s.meanwhile(w, p)
			return
		}
	}
	var errs []error
	for _, f := range p.Files {
		save := edit.Save
		if f.Made {
			save = edit.Create
			errs = append(errs, s.makeFolder(f.Name))
		}
		errs = append(errs, save(filepath.Join(s.Dir, f.Name), f.new))
	}
	if err := errors.Join(errs...); err != nil {
		s.trouble(w, http.StatusInternalServerError, "The files could not be written: "+sentence(err))
		return
	}
	s.remember(p)
	s.Look()
	p.Saved = true
	s.show(w, http.StatusOK, "proposal.html", page{Title: "Saved", Here: here, Body: p})
}

// proposes shows what a form would change.
func (s *Server) proposes(w http.ResponseWriter, r *http.Request, of func(Verdict, *http.Request) proposal) {
	s.Look()
	if r.ParseForm() != nil {
		s.trouble(w, http.StatusBadRequest, sentence(errNotUnderstood))
		return
	}
	p := of(s.Verdict(), r)
	s.show(w, http.StatusOK, "proposal.html", page{Title: "What would change", Here: p.here(), Body: p})
}

// saves writes it, if the files are still what was looked at.
func (s *Server) saves(w http.ResponseWriter, r *http.Request, of func(Verdict, *http.Request) proposal) {
	s.Look()
	if r.ParseForm() != nil {
		s.trouble(w, http.StatusBadRequest, sentence(errNotUnderstood))
		return
	}
	p := of(s.Verdict(), r)
	s.write(w, r, p.here(), p)
}

// fix shows what would be fixed, of what can only be a typing mistake.
func (s *Server) fix(w http.ResponseWriter, r *http.Request) { s.proposes(w, r, s.fixed) }

// saveFixed fixes it.
func (s *Server) saveFixed(w http.ResponseWriter, r *http.Request) { s.saves(w, r, s.fixed) }

func (s *Server) fixed(v Verdict, _ *http.Request) proposal {
	files := check.Fix(s.dir, s.Now()).Files
	return s.weigh(v, proposal{What: "typing mistakes", At: "/fix", Back: "/", Seen: seen(v)}, files)
}
