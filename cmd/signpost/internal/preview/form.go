package preview

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"signpost/flows/load"
)

// sheet is one form: a page with fields, and what they ask for.
type sheet struct {
	// page is the form as the book fills it in; false: there is no such page.
	page func(v Verdict, r *http.Request) (*formPage, bool)
	// work works out what the filled-in form asks for.
	work func(v Verdict, f *formPage) proposal
}

// formPage is a form, in the pattern that GOV.UK has for forms: what is wrong is listed
// above the form, and said again beside the field.
type formPage struct {
	Title, About string
	At           string // what it is sent to; /save behind it saves, /live tries
	Back, BackTo string // where to go instead, and its name
	Here         string // the page that it belongs to
	// Jump is a field at the end of a long form, and JumpText what to do there.
	Jump, JumpText string
	Groups         []formGroup
	Errors         []formError
	Files          bool // a file is sent
	sent           url.Values
}

type formGroup struct {
	Legend, Help string
	Fields       []*formField
}

// formField is one question of a form.
type formField struct {
	Name, Label, Help, Value string
	// Kind is what it is answered with: "" a line, long (several lines), tel, date, day (a
	// date and times), choose, tick, file, hidden.
	Kind string
	// Times is the second answer of a day, and TimesName its name.
	Times, TimesName string
	Choices          []formChoice
	Most             int // letters
	Need             bool
	File, Path       string // where the answer is in the book
	Errors           []string
	Lang             string // of what is written in it, when it is not English
	Listen           string // the recording that it replaces
}

type formChoice struct{ Value, Words string }

// formError is one line above a form. Field is empty when it is about no single one.
type formError struct{ Field, What string }

// Described are the ids of what explains a field.
func (f *formField) Described() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.Name+"-help")
	}
	return strings.Join(append(ids, f.Name+"-error"), " ")
}

func (p *formPage) field(name string) *formField {
	for _, g := range p.Groups {
		for _, f := range g.Fields {
			if f.Name == name {
				return f
			}
		}
	}
	return nil
}

// get is what a field says, without blanks around it.
func (p *formPage) get(name string) string {
	if f := p.field(name); f != nil {
		return strings.TrimSpace(f.Value)
	}
	return ""
}

// fill puts what was sent into the fields.
func (p *formPage) fill(sent url.Values) {
	p.sent = sent
	for _, g := range p.Groups {
		for _, f := range g.Fields {
			if _, is := sent[f.Name]; is || f.Kind == "tick" {
				f.Value = strings.ReplaceAll(sent.Get(f.Name), "\r\n", "\n")
			}
			if _, is := sent[f.TimesName]; is {
				f.Times = sent.Get(f.TimesName)
			}
			if on, path, ok := strings.Cut(f.Path, ".exceptions."); ok && path != f.Value {
				f.Path = on + ".exceptions." + f.Value
			}
		}
	}
}

// wrong says something about a field, or about none.
func (p *formPage) wrong(name, what string) {
	f := p.field(name)
	if f == nil {
		name = "" // there is nothing to go to
	} else {
		f.Errors = append(f.Errors, what)
	}
	p.Errors = append(p.Errors, formError{name, what})
}

// What a form says of a field that is empty.
const fillIn, chooseOne = "Fill in: ", "Choose: "

// missing asks for every field that must be filled in, and says what is too long.
func (p *formPage) missing() {
	for _, g := range p.Groups {
		for _, f := range g.Fields {
			switch {
			case f.Need && strings.TrimSpace(f.Value) == "":
				say := fillIn
				if f.Kind == "choose" {
					say = chooseOne
				}
				p.wrong(f.Name, say+f.Label+".")
			case f.Most > 0 && len([]rune(f.Value)) > f.Most:
				p.wrong(f.Name, fmt.Sprintf("%s: at most %d letters.", f.Label, f.Most))
			}
		}
	}
}

// others says what else is wrong, beside what is missing or too long: all at once, so that
// nobody meets one mistake after the other. Elsewhere is the same form; what is wrong is left
// there as the book has it.
func (p *formPage) others(elsewhere *formPage, sent url.Values, judge func(*formPage)) {
	right := url.Values{}
	for name, values := range sent {
		if f := p.field(name); f == nil || len(f.Errors) == 0 {
			right[name] = values
		}
	}
	elsewhere.fill(right)
	judge(elsewhere)
	for _, e := range elsewhere.Errors {
		if f := p.field(e.Field); f != nil && len(f.Errors) == 0 {
			p.wrong(e.Field, e.What)
		}
	}
}

// proposal begins the proposal of a form.
func (p *formPage) proposal(v Verdict, what string) proposal {
	out := proposal{What: what, At: p.At, Back: p.Back, Here: p.Here, Seen: seen(v)}
	for _, g := range p.Groups {
		for _, f := range g.Fields {
			if f.Kind != "file" {
				out.Form = append(out.Form, field{f.Name, f.Value})
			}
		}
	}
	return out
}

// judge puts what a proposal would bring beside the fields that bring it.
func (p *formPage) judge(is proposal) {
	if is.Why != "" {
		p.wrong(is.WhyField, is.Why)
	}
	for _, e := range is.Others {
		p.wrong(e.Field, e.What)
	}
	for _, b := range is.Problems {
		at := p.fieldAt(is.src, b.Pos)
		if at == "" && is.Sound() {
			at = "sound" // nothing else is asked
		}
		if f := p.field(at); is.Why != "" && (f == nil || len(f.Errors) > 0) {
			continue // it may come from what is refused
		}
		p.wrong(at, capital(b.What)+". "+b.Why+" "+b.Fix)
	}
}

// capital begins with a capital letter, unless with a short name of the book.
func capital(words string) string {
	if first, _, _ := strings.Cut(words, " "); words == "" || strings.Contains(first, "_") {
		return words
	}
	letter, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(letter)) + words[size:]
}

// fieldAt is the name of the field whose answer is on a line of the book.
func (p *formPage) fieldAt(src *load.Source, at load.Pos) string {
	if src == nil {
		return ""
	}
	for _, g := range p.Groups {
		for _, f := range g.Fields {
			if f.File == at.File && f.Path != "" && src.Has(f.File, f.Path) && src.Pos(f.File, f.Path).Line == at.Line {
				return f.Name
			}
		}
	}
	return ""
}

// asked is the form that a request is about, as the book fills it in. It is nil if there is none:
// the request is answered then.
func (s *Server) asked(w http.ResponseWriter, r *http.Request, sh sheet) (Verdict, *formPage) {
	s.Look()
	v := s.Verdict()
	if parse(r) != nil {
		s.trouble(w, http.StatusBadRequest, sentence(errNotUnderstood))
		return v, nil
	}
	f, ok := sh.page(v, r)
	if !ok {
		s.trouble(w, http.StatusNotFound, "There is no such page.")
		return v, nil
	}
	return v, f
}

// judged fills in a form as it was sent, and works out what it asks for. What is wrong with it
// is shown in the form.
func (sh sheet) judged(v Verdict, f *formPage, r *http.Request) proposal {
	f.fill(r.Form)
	f.missing()
	if v.Source.Broken {
		f.wrong("", "Fix the mistakes under Checks first. The files cannot be read.")
	}
	if len(f.Errors) > 0 {
		if g, ok := sh.page(v, r); ok && !v.Source.Broken {
			f.others(g, r.Form, func(g *formPage) { g.judge(sh.work(v, g)) })
		}
		return f.proposal(v, f.Title).refuse("")
	}
	p := sh.work(v, f)
	f.judge(p)
	return p
}

// form answers for a form: shows it, tries it while it is filled in, shows what it would
// change, and saves it.
func (s *Server) form(mux *http.ServeMux, at string, sh sheet) {
	mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) {
		if _, f := s.asked(w, r, sh); f != nil {
			s.show(w, http.StatusOK, "form.html", page{Title: f.Title, Here: f.Here, Body: f})
		}
	})
	mux.HandleFunc("POST "+at, func(w http.ResponseWriter, r *http.Request) {
		v, f := s.asked(w, r, sh)
		if f == nil {
			return
		}
		if r.Form.Get("again") != "" { // back from what would change, with what was written
			f.fill(r.Form)
			s.show(w, http.StatusOK, "form.html", page{Title: f.Title, Here: f.Here, Body: f})
			return
		}
		p := sh.judged(v, f, r)
		p.Again = !f.Files
		if len(f.Errors) > 0 {
			s.show(w, http.StatusUnprocessableEntity, "form.html",
				page{Title: f.Title, Here: f.Here, Wrong: true, Body: f})
			return
		}
		s.show(w, http.StatusOK, "proposal.html", page{Title: "What would change", Here: f.Here, Body: p})
	})
	mux.HandleFunc("POST "+at+"/save", func(w http.ResponseWriter, r *http.Request) {
		v, f := s.asked(w, r, sh)
		if f != nil {
			p := sh.judged(v, f, r)
			p.Again = !f.Files
			s.write(w, r, f.Here, p)
		}
	})
	mux.HandleFunc("POST "+at+"/live", func(w http.ResponseWriter, r *http.Request) {
		if v, f := s.asked(w, r, sh); f != nil {
			answerLive(w, f, sh.judged(v, f, r))
		}
	})
}

// parse reads a form with or without a file.
func parse(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return r.ParseMultipartForm(maxUpload)
	}
	return r.ParseForm()
}

// live is what a page shows about a form that is being filled in.
type live struct {
	Errors   []formError
	Warnings []string
	Noticed  string
}

// answerLive tells the page what a form would bring, as far as it is filled in. What is
// not filled in yet is no mistake.
func answerLive(w http.ResponseWriter, f *formPage, p proposal) {
	out := live{Errors: slices.DeleteFunc(f.Errors, func(e formError) bool {
		return e.What == "" || e.What == nothingNew || strings.HasPrefix(e.What, fillIn) ||
			strings.HasPrefix(e.What, chooseOne)
	})}
	for _, b := range p.Warnings {
		out.Warnings = append(out.Warnings, b.What+". "+b.Fix)
	}
	if p.Noticed != nil && len(out.Errors) == 0 {
		out.Noticed = p.Noticed.Count()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the page is gone if it fails
}

// few are words of a list that are written one to a line, or with commas.
func few(text string) (out []string) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' }) {
		if w = strings.Join(strings.Fields(w), " "); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
