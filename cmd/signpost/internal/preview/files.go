package preview

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"signpost/flows/load"
)

// machineMade is the file that a program makes: nobody edits it.
const machineMade = "heard_signs.yaml"

// fileAbout says what is in the files, for the list of them.
var fileAbout = map[string]string{
	directoryFile: "Each service: its numbers, its hours, and who rang it when",
	areasFile:     "Which services an area has; more names for places",
	"menus.yaml":  "The steps and choices",
	"words.yaml":  "What Signpost says by itself, and words that must never be in a text",
	examplesFile:  "Conversations that must come out right", languagesFile: "Other languages",
	recordingsFile: "What a person has spoken, for calls",
}

// fileRow is a file of the book as the list shows it.
type fileRow struct {
	Name, About      string
	Errors, Warnings int
}

func (s *Server) fileRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /files", s.filesPage)
	mux.HandleFunc("GET /files/{name}", s.filePage)
	mux.HandleFunc("POST /files/{name}", s.fileProposed)
	mux.HandleFunc("POST /files/{name}/save", func(w http.ResponseWriter, r *http.Request) { s.saves(w, r, s.edited) })
	mux.HandleFunc("POST /files/{name}/live", s.fileLive)
}

// editable are the files that can be changed as text.
func editable(v Verdict) (names []string) {
	for _, name := range load.Files() {
		if name != machineMade && v.Source.File(name) != nil {
			names = append(names, name)
		}
	}
	return names
}

func (s *Server) filesPage(w http.ResponseWriter, _ *http.Request) {
	v := s.Verdict()
	var rows []fileRow
	for _, name := range editable(v) {
		row := fileRow{Name: name, About: fileAbout[name]}
		if row.About == "" {
			row.About = "What Signpost looks for in a text"
		}
		for _, p := range v.Problems {
			switch {
			case p.File != name:
			case p.Severity == load.Error:
				row.Errors++
			default:
				row.Warnings++
			}
		}
		rows = append(rows, row)
	}
	s.show(w, http.StatusOK, "files.html", page{Title: "Files", Here: "/files", Body: rows})
}

// completion is a word that the editor offers.
type completion struct {
	Label  string `json:"label"`
	Type   string `json:"type"`
	Detail string `json:"detail,omitempty"`
}

// completions are the names that a file may have, and those of services, areas and steps.
func completions(v Verdict, file string) (out []completion) {
	add := func(label, kind, detail string) {
		if !slices.ContainsFunc(out, func(c completion) bool { return c.Label == label }) {
			out = append(out, completion{label, kind, detail})
		}
	}
	var walk func(any)
	walk = func(n any) {
		switch n := n.(type) {
		case map[string]any:
			if props, ok := n["properties"].(map[string]any); ok {
				for name, of := range props {
					doc := ""
					if m, ok := of.(map[string]any); ok {
						doc, _ = m["description"].(string)
					}
					add(name+":", "property", doc)
				}
			}
			if values, ok := n["enum"].([]any); ok {
				for _, value := range values {
					if word, ok := value.(string); ok {
						add(word, "enum", "")
					}
				}
			}
			for _, of := range n {
				walk(of)
			}
		case []any:
			for _, of := range n {
				walk(of)
			}
		}
	}
	if data, err := load.Schema(file, nil); err == nil {
		var schema any
		if json.Unmarshal(data, &schema) == nil {
			walk(schema)
		}
	}
	if load.HeardFile(file) {
		return out
	}
	book := v.Source.Book
	for i := range book.Services {
		add(book.Services[i].ID, "constant", book.Services[i].Name)
	}
	for i := range book.Areas {
		add(book.Areas[i].ID, "constant", book.Areas[i].Name)
	}
	for i := range book.Steps {
		add(book.Steps[i].ID, "constant", pieceName(v, "steps", book.Steps[i].ID))
	}
	return out
}

// editorPage is the page of one file.
type editorPage struct {
	Name, Text, Seen, Nonce string
	Words                   string // completions, as JSON
	Found                   []found
	Wrong                   []wrongLine // why it cannot be saved
}

// wrongLine is what is wrong with a text, and on which line.
type wrongLine struct {
	Line int
	What string
}

func (s *Server) filePage(w http.ResponseWriter, r *http.Request) {
	s.Look()
	v, name := s.Verdict(), r.PathValue("name")
	if !slices.Contains(editable(v), name) {
		s.trouble(w, http.StatusNotFound, "There is no such file to change.")
		return
	}
	s.editor(w, http.StatusOK, v, name, string(v.Source.File(name)), nil)
}

// fileProposed shows what a text would change, or the text again: with what is wrong, or to be
// written further.
func (s *Server) fileProposed(w http.ResponseWriter, r *http.Request) {
	s.Look()
	v, name := s.Verdict(), r.PathValue("name")
	switch {
	case r.ParseForm() != nil:
		s.trouble(w, http.StatusBadRequest, sentence(errNotUnderstood))
		return
	case !slices.Contains(editable(v), name):
		s.trouble(w, http.StatusNotFound, "There is no such file to change.")
		return
	case r.Form.Get("again") != "":
		s.editor(w, http.StatusOK, v, name, r.Form.Get("text"), nil)
		return
	}
	p := s.edited(v, r)
	p.Again = true
	var wrong []wrongLine
	if p.Why != "" {
		wrong = append(wrong, wrongLine{1, p.Why})
	}
	for _, b := range p.Problems {
		where := ""
		if b.File != name {
			where = b.Pos.String() + ": "
		}
		wrong = append(wrong, wrongLine{max(b.Line, 1), where + capital(b.What) + ". " + b.Why + " " + b.Fix})
	}
	if len(wrong) > 0 {
		s.editor(w, http.StatusUnprocessableEntity, v, name, r.Form.Get("text"), wrong)
		return
	}
	s.show(w, http.StatusOK, "proposal.html", page{Title: "What would change", Here: "/files", Body: p})
}

// editor is the page of a file's text.
func (s *Server) editor(w http.ResponseWriter, status int, v Verdict, name, text string, wrong []wrongLine) {
	words, _ := json.Marshal(completions(v, name)) // plain words: it cannot fail
	body := editorPage{Name: name, Text: text, Nonce: rand.Text(), Words: string(words), Wrong: wrong}
	for _, f := range s.found() {
		if f.File == name {
			body.Found = append(body.Found, f)
		}
	}
	// The editor's own style sheet is let in by a word that only this page has.
	w.Header().Set("Content-Security-Policy", strings.Replace(Policy, "style-src 'self'",
		"style-src 'self' 'nonce-"+body.Nonce+"'", 1))
	s.show(w, status, "file.html", page{Title: name, Here: "/files", Wrong: len(wrong) > 0, Body: body})
}

// edited works out what the text of a file would change.
func (s *Server) edited(v Verdict, r *http.Request) proposal {
	name, text := r.PathValue("name"), strings.ReplaceAll(r.Form.Get("text"), "\r\n", "\n")
	p := proposal{What: name, At: "/files/" + name, Back: "/files", Here: "/files", Seen: seen(v),
		Form: []field{{"text", text}}, edits: name}
	if !slices.Contains(editable(v), name) {
		return p.refuse("There is no such file to change.")
	}
	return s.weigh(v, p, map[string][]byte{name: []byte(text)})
}

// marked is a problem as the editor marks it.
type marked struct {
	Line, Col                int
	Severity, What, Why, Fix string
	Rule                     string
}

// fileLive says what the check finds in a text that is being written: in this file, and
// how much in others.
func (s *Server) fileLive(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		http.Error(w, errNotUnderstood.Error(), http.StatusBadRequest)
		return
	}
	v, name := s.Verdict(), r.PathValue("name")
	if !slices.Contains(editable(v), name) {
		http.Error(w, "there is no such file to change", http.StatusNotFound)
		return
	}
	text := endingAs(v.Source.File(name), []byte(strings.ReplaceAll(r.Form.Get("text"), "\r\n", "\n")))
	_, problems := s.Kept.On(load.Overlay{FS: s.dir, Files: map[string][]byte{name: text}}, s.Now())
	out := struct {
		Here      []marked
		Elsewhere []string
	}{Here: []marked{}}
	for _, p := range problems {
		switch {
		case p.File == name:
			out.Here = append(out.Here, marked{p.Line, p.Col, p.Severity.String(), p.What, p.Why, p.Fix, p.Rule})
		case p.Severity == load.Error:
			out.Elsewhere = append(out.Elsewhere, p.Pos.String()+": "+p.What)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the page is gone if it fails
}
