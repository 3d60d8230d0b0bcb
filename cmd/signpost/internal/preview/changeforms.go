package preview

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"signpost/cmd/signpost/internal/diagram"
	"signpost/cmd/signpost/internal/edit"
	"signpost/flows/load"
	"signpost/internal/gsm7"
)

// changeForms are the pages that change the book, except the forms of services and of
// what is understood.
func (s *Server) changeForms(mux *http.ServeMux) {
	mux.HandleFunc("GET /words", s.wordsList)
	s.form(mux, "/words/{piece}", sheet{wordsPage, s.wordsWork})
	mux.HandleFunc("GET /places", s.placesPage)
	s.form(mux, "/places/{id}", sheet{s.areaPage, s.areaWork})
	s.form(mux, "/new/town", sheet{s.townPage, s.townWork})
	s.form(mux, "/new/service", sheet{s.newServicePage, s.newServiceWork})
	mux.HandleFunc("GET /languages", s.languagesPage)
	s.form(mux, "/languages/{id}", sheet{s.languagePage, s.languageWork})
	mux.HandleFunc("GET /recordings", s.recordingsPage)
	mux.HandleFunc("GET /recordings/{n}/sound", s.sound)
	s.form(mux, "/recordings/{n}", sheet{s.recordingPage, s.recordingWork})
	s.fileRoutes(mux)
}

// piece is a part of the book whose words are changed together.
type piece struct {
	ID, Name string // "steps.welcome", "First reply to a text"
	Words    []load.Wording
}

// First is how it begins, for a list.
func (p piece) First() string { return p.Words[0].Words }

// pieceGroups are the words by where they are.
type pieceGroup struct {
	Name   string
	Pieces []piece
}

var pieceKinds = []struct{ prefix, name string }{
	{"steps", "Steps of a conversation"}, {"messages", "What Signpost says by itself"},
	{"phrases", "Parts of sentences"}, {"areas", "How areas are offered"}, {"services", "What services are called"},
}

// pieces are all words of the book, by piece.
func pieces(v Verdict) (out []pieceGroup) {
	for _, k := range pieceKinds {
		g := pieceGroup{Name: k.name}
		for _, w := range v.Source.Wordings {
			parts := strings.SplitN(w.Path, ".", 3)
			if parts[0] != k.prefix || len(parts) < 3 {
				continue
			}
			id := parts[0] + "." + parts[1]
			if n := len(g.Pieces); n == 0 || g.Pieces[n-1].ID != id {
				g.Pieces = append(g.Pieces, piece{ID: id, Name: pieceName(v, parts[0], parts[1])})
			}
			last := &g.Pieces[len(g.Pieces)-1]
			last.Words = append(last.Words, w)
		}
		if len(g.Pieces) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// pieceName is what people call a piece.
func pieceName(v Verdict, kind, id string) string {
	switch kind {
	case "steps":
		if step := v.Source.Book.StepNamed(id); step != nil {
			return diagram.Name(v.Source.Book, step)
		}
	case "areas":
		if a := v.Source.Book.Area(id); a != nil {
			return a.Name
		}
	case "services":
		if svc := v.Source.Book.Service(id); svc != nil {
			return svc.Name
		}
	}
	return diagram.Plain(id)
}

func (s *Server) wordsList(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "words.html", page{Title: "Words", Here: "/words", Body: pieces(s.Verdict())})
}

// fileOf is the file that has a wording.
func fileOf(src *load.Source, path string) string {
	for _, name := range load.Files() {
		if src.Has(name, path) {
			return name
		}
	}
	return ""
}

// wordsPage is the form of one piece's words.
func wordsPage(v Verdict, r *http.Request) (*formPage, bool) {
	id := r.PathValue("piece")
	for _, g := range pieces(v) {
		i := slices.IndexFunc(g.Pieces, func(p piece) bool { return p.ID == id })
		if i < 0 {
			continue
		}
		f := &formPage{Title: g.Pieces[i].Name, At: "/words/" + id, Back: "/words", BackTo: "all words", Here: "/words",
			About: "Keep each {name} in curly brackets: a number, a label or the choices go there."}
		for _, w := range g.Pieces[i].Words {
			one := &formField{Name: strings.ReplaceAll(w.Path, ".", "-"), Label: wordingLabel(w.Path), Value: w.Words,
				Kind: "long", File: fileOf(v.Source, w.Path), Path: w.Path}
			if strings.Contains(w.Path, ".choices.") || len(w.Words) < 50 {
				one.Kind, one.Most = "", 200
			}
			if strings.HasSuffix(w.Path, ".text") && strings.Count(w.Path, ".") == 2 {
				one.Help = fmt.Sprintf("At most %d plain letters, with what is filled in. The first 40 must give "+
					"nobody away.",
					gsm7.SingleGSM7)
			}
			f.Groups = append(f.Groups, formGroup{Fields: []*formField{one}})
		}
		return f, true
	}
	return nil, false
}

// wordingLabel says which words these are: "steps.cumbria.choices.0.text".
func wordingLabel(path string) string {
	parts := strings.Split(path, ".")
	what := map[string]string{"text": "What a text says", "say": "What a call says", "label": "What a text calls it",
		"mention_text": "What texts add", "mention_say": "What calls add"}[parts[len(parts)-1]]
	if what == "" {
		what = diagram.Plain(parts[len(parts)-1])
	}
	const choice = 5 // parts of the path of a choice
	if len(parts) == choice && parts[2] == "choices" {
		n, _ := strconv.Atoi(parts[3]) // the loader counts choices
		return fmt.Sprintf("Choice %d: %s", n+1, strings.ToLower(what[:1])+what[1:])
	}
	return what
}

func (s *Server) wordsWork(v Verdict, f *formPage) proposal {
	p := f.proposal(v, f.Title)
	all := map[string][]edit.Change{}
	for _, g := range f.Groups {
		for _, one := range g.Fields {
			was, _ := wordingAt(v, one.Path)
			words := strings.Join(strings.Split(one.Value, "\n"), " ")
			if words == was {
				continue
			}
			if strings.TrimSpace(words) == "" {
				return p.refuseAt(one.Name, "Nothing is written. To take words out, use the files.")
			}
			all[one.File] = append(all[one.File], edit.Change{Path: one.Path, Words: words})
		}
	}
	return s.changes(v, p, all)
}

func wordingAt(v Verdict, path string) (string, bool) {
	for _, w := range v.Source.Wordings {
		if w.Path == path {
			return w.Words, true
		}
	}
	return "", false
}

// changes weighs changes of facts, by file.
func (s *Server) changes(v Verdict, p proposal, all map[string][]edit.Change) proposal {
	files := map[string][]byte{}
	for name, wanted := range all {
		data, err := edit.Set(v.Source, name, wanted)
		if err != nil {
			return p.refuse(sentence(err))
		}
		files[name] = data
	}
	return s.weigh(v, p, files)
}
