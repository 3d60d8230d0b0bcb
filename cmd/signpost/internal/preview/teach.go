package preview

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows/hear"
	"signpost/flows/load"
)

// taught is a form about what is understood that was refused: what was written, and why.
type taught struct {
	Field, Why string
	form       []field
	alike      bool
}

// About is which of the three forms it is: phrase, alike or place.
func (t taught) About() string {
	switch {
	case t.Why == "":
		return ""
	case t.alike:
		return "alike"
	case slices.ContainsFunc(t.form, func(f field) bool { return f.Name == "name" }):
		return "place"
	}
	return "phrase"
}

// Was is what was written in a field of a form, or what it begins with.
func (t taught) Was(about, name, begins string) string {
	for _, f := range t.form {
		if t.About() == about && f.Name == name {
			return f.Value
		}
	}
	return begins
}

// At says why a field was refused.
func (t taught) At(field string) string {
	if t.Field == field {
		return t.Why
	}
	return ""
}

// teaches shows what a form about what is understood would change, or what is wrong with it.
func (s *Server) teaches(w http.ResponseWriter, r *http.Request, of func(Verdict, *http.Request) proposal) {
	s.Look()
	if r.ParseForm() != nil {
		s.trouble(w, http.StatusBadRequest, sentence(errNotUnderstood))
		return
	}
	p := of(s.Verdict(), r)
	if p.Why == "" || p.WhyField == "" {
		s.show(w, http.StatusOK, "proposal.html", page{Title: "What would change", Here: p.here(), Body: p})
		return
	}
	text := strings.TrimSpace(r.Form.Get("text"))
	if len(text) > maxTurn {
		text = ""
	}
	s.renderHeard(w, text, "", taught{p.WhyField, p.Why, p.Form, r.Form.Get("side") == "unless"},
		http.StatusUnprocessableEntity)
}

// rehearsal is how a text is understood before a change and after it.
type rehearsal struct {
	Before, After *reading
	Good          bool   // it is understood as was meant
	Says          string // in words
}

// maxPhrase bounds one phrase, in letters.
const maxPhrase = 300

// lesson is a phrase to add to a list, with a text that was missed; or a look-alike, with a text
// that was not meant.
type lesson struct {
	list         load.HeardList
	phrase, text string
	alike        bool
}

// entries are what a lesson puts into the lists of a book that are not in them yet.
func (l lesson) entries(src *load.Source) (more []edit.Entry) {
	phrases, texts, has, hasText := "phrases", "match", l.list.List.Phrases, l.list.Match
	if l.alike {
		phrases, texts, has, hasText = "unless", "no_match", l.list.List.Unless, l.list.NoMatch
	}
	behind := func(name string) string { // what a list that is not there yet comes behind
		order := []string{"phrases", "unless", "match", "no_match"}
		for i := slices.Index(order, name) - 1; i > 0; i-- {
			if src.Has(l.list.File, l.list.Path+"."+order[i]) {
				return order[i]
			}
		}
		return order[0]
	}
	if l.phrase != "" && !slices.Contains(has, l.phrase) {
		more = append(more, edit.Entry{Path: l.list.Path + "." + phrases, Words: l.phrase, After: behind(phrases)})
	}
	if !slices.Contains(hasText, l.text) {
		more = append(more, edit.Entry{Path: l.list.Path + "." + texts, Words: l.text, After: behind(texts)})
	}
	return more
}

// learned reports whether the text is understood as it should be, and says so.
func (l lesson) learned(after *reading) (bool, string) {
	switch is := after.set.Has(l.list.Kind); {
	case l.alike && is:
		return false, "It would still be understood as: " + kindWords(l.list.Kind) + "."
	case l.alike:
		return true, "It is no longer understood as: " + kindWords(l.list.Kind) + "."
	case !is:
		return false, "It would still not be understood as: " + kindWords(l.list.Kind) + "."
	}
	return true, "It is understood: " + kindWords(l.list.Kind) + "."
}

// phrased works out what a form about a phrase asks for.
func (s *Server) phrased(v Verdict, r *http.Request) proposal {
	at := r.Form.Get("list")
	words := func(name string) string { return strings.Join(strings.Fields(r.Form.Get(name)), " ") }
	phrase, text, alike := words("phrase"), words("text"), r.Form.Get("side") == "unless"
	p := proposal{What: "a phrase", At: "/heard/phrase", Back: "/heard", Here: "/heard", Seen: seen(v)}
	p.Form = []field{{"list", at}, {"phrase", phrase}, {"text", text}, {"side", r.Form.Get("side")}}
	all := lists(v)
	i := slices.IndexFunc(all, func(l load.HeardList) bool { return l.Path == at })
	atList, atPhrase, atText := "list", "phrase", "example"
	if alike {
		atList, atPhrase, atText = "unlist", "alike", "unexample"
	}
	switch {
	case v.Source.Broken:
		return p.refuse("Fix the mistakes under Checks first. The files cannot be read.")
	case i < 0:
		return p.refuseAt(atList, "Choose what the text says.")
	case text == "":
		return p.refuseAt(atText, "Write the text: it becomes the example that every check tries.")
	case len(text) > maxTurn || len(phrase) > maxPhrase:
		return p.refuseAt(atPhrase, "That is too long. A phrase is the few words that say it, not the whole text.")
	case alike && phrase == "":
		return p.refuseAt(atPhrase, "Write the words that look alike.")
	case phrase != "" && ofPlace(all[i].Kind) && !strings.Contains(phrase, hear.PlaceMark):
		return p.refuseAt(atPhrase,
			"Write "+hear.PlaceMark+" in the phrase in place of the name, so that it works for every place.")
	}
	l := lesson{all[i], phrase, text, alike}
	if alike {
		p.What = "a look-alike"
	}
	p.What += " of “" + kindWords(l.list.Kind) + "”"
	file := l.list.File
	src, as := v.Source, string(v.Source.File(file)) == string(shippedFile(file))
	if as || src.File(file) == nil { // the folder has none: the one that ships is copied
		src, as = shipped(), true
	}
	more := l.entries(src)
	if len(more) == 0 {
		return p.refuseAt(atPhrase, nothingNew)
	}
	data, err := edit.Append(src, file, more...)
	if err != nil {
		return p.refuseAt(atPhrase, sentence(err))
	}
	if as {
		data = bytes.TrimSuffix(data, []byte(asIfChanged))
	}
	p = s.weigh(v, p, map[string][]byte{file: data})
	return s.rehearsed(v, p, text, l.learned)
}

// rehearsed adds to a proposal how a text comes to be understood.
func (s *Server) rehearsed(v Verdict, p proposal, text string, judge func(after *reading) (bool, string)) proposal {
	if p.Why != "" || p.book == nil {
		return p
	}
	is := &rehearsal{Before: s.hears(v.Book, text), After: s.hears(p.book, text)}
	is.Good, is.Says = judge(is.After)
	p.Heard = is
	return p
}

const areasFile = "areas.yaml"

// maxPlace bounds the name of a place, in letters.
const maxPlace = 60

// named works out what a form about a place asks for: another name of an area.
func (s *Server) named(v Verdict, r *http.Request) proposal {
	name, text, id := strings.ToLower(strings.Join(strings.Fields(r.Form.Get("name")), " ")),
		strings.TrimSpace(r.Form.Get("text")), r.Form.Get("area")
	p := proposal{What: "a place", At: "/heard/place", Back: "/heard", Here: "/heard", Seen: seen(v)}
	p.Form = []field{{"name", name}, {"text", text}, {"area", id}}
	area := v.Source.Book.Area(id)
	switch {
	case v.Source.Broken:
		return p.refuse("Fix the mistakes under Checks first. The files cannot be read.")
	case area == nil:
		return p.refuseAt("place-area", "Choose the area that the place is in.")
	case name == "" || len(name) > maxPlace || len(text) > maxTurn:
		return p.refuseAt("place-name", "Write the name of the place, in a few words.")
	}
	p.What = "a name of " + area.Name
	if slices.Contains(area.Names, name) {
		return p.refuseAt("place-name", nothingNew)
	}
	data, err := edit.Append(v.Source, areasFile, edit.Entry{Path: "areas." + id + ".also_called", Words: name,
		After: "districts"})
	if err != nil {
		return p.refuseAt("place-name", sentence(err))
	}
	if text == "" {
		text = name
	}
	p = s.weigh(v, p, map[string][]byte{areasFile: data})
	return s.rehearsed(v, p, text, func(after *reading) (bool, string) {
		if slices.Contains(after.areaNames, area.Name) {
			return true, "It is understood as being in: " + after.Areas + "."
		}
		return false, "It would still not be understood as being in " + area.Name + "."
	})
}

// phraseForm shows what another phrase would change, and savePhrase writes it.
func (s *Server) phraseForm(w http.ResponseWriter, r *http.Request) { s.teaches(w, r, s.phrased) }
func (s *Server) savePhrase(w http.ResponseWriter, r *http.Request) { s.saves(w, r, s.phrased) }

// nameForm shows what another name of an area would change, and saveName writes it.
func (s *Server) nameForm(w http.ResponseWriter, r *http.Request) { s.teaches(w, r, s.named) }
func (s *Server) saveName(w http.ResponseWriter, r *http.Request) { s.saves(w, r, s.named) }
