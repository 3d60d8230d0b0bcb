package preview

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/hear"
	"signpost/flows/load"
)

// kindNamed is what a text may say, in words for the list that it is chosen from.
type kindNamed struct {
	Kind  hear.Kind
	Words string
}

// kindGroup are kinds that belong together in a list to choose from.
type kindGroup struct {
	Name  string
	Kinds []kindNamed
}

// kindGroups are all that a text may say.
var kindGroups = []kindGroup{
	{"Danger", []kindNamed{{hear.Danger, "Somebody is in danger now"}, {hear.Injury, "Somebody was strangled or badly hurt, and needs a doctor"},
		{hear.Despair, "The writer wants to die"}, {hear.Taken, "The writer has taken something"},
		{hear.Past, "It was long ago, not now"}, {hear.Story, "It is a song, a film, a game or an advertisement"}}},
	{"Who it is about", []kindNamed{{hear.Hurt, "The writer is the one who is harmed"}, {hear.Behaviour, "The writer is the one who harms"}, {hear.Other, "It is about somebody else"},
		{hear.Child, "A child writes"}, {hear.ChildConcern, "An adult is worried about a child"}, {hear.Man, "The writer is a man"}, {hear.LGBT, "The writer is LGBT+"}, {hear.Older, "The writer is older"}}},
	{"What the writer needs", []kindNamed{{hear.Sexual, "Sexual violence"}, {hear.Honour, "Honour-based abuse or forced marriage"}, {hear.Deaf, "The writer is deaf"},
		{hear.TextOnly, "The writer cannot speak, or wants text only"}, {hear.Interpreter, "The writer speaks another language"}, {hear.Homeless, "The writer has nowhere to sleep"},
		{hear.Stalked, "The writer is stalked"}, {hear.Tracked, "The phone or the car is tracked"}, {hear.Visa, "It is about a visa"}, {hear.Anonymous, "The writer wants to report without a name"},
		{hear.Watched, "Somebody else reads the phone"}}},
	{"Questions to us", []kindNamed{{hear.AskHuman, "Asks if this is a person"}, {hear.AskWho, "Asks who we are"}, {hear.AskFree, "Asks if it is free"}, {hear.AskBill, "Asks if it shows on the bill"},
		{hear.AskCall, "Asks us to ring"}, {hear.AskPrivate, "Asks if we tell anybody"}, {hear.AskHours, "Asks if it is open"}, {hear.AskSilent, "Asks how to ring 999 without a sound"}}},
	{"About a number that was given", []kindNamed{{hear.NoAnswer, "They did not answer"}, {hear.Engaged, "It is engaged"}, {hear.DeadLine, "The number does not work"}, {hear.Machine, "A machine answered"},
		{hear.Shut, "They are closed"}, {hear.Another, "Wants another number"}, {hear.Repeat, "Wants the number again"}, {hear.Wrong, "It is not that place"}}},
	{"Answers", []kindNamed{{hear.Yes, "Yes"}, {hear.No, "No"}, {hear.Neither, "None of these"}, {hear.NotSure, "Not sure"}, {hear.First, "The first"}, {hear.Second, "The second"},
		{hear.Third, "The third"}, {hear.Fourth, "The fourth"}, {hear.Leave, "Wants to leave"}, {hear.Thanks, "Thanks"}, {hear.SmallTalk, "Small talk"}, {hear.Filler, "Words that say nothing by themselves"}}},
	{"Whose a place is", []kindNamed{{hear.Here, "The writer is in a place"}, {hear.Near, "The writer is near a place"}, {hear.Going, "The writer is going to a place"},
		{hear.NotHere, "The writer is not in a place, or has left it"}, {hear.Theirs, "A place is somebody else's"}, {hear.Person, "It is a person's name, not a place"}, {hear.Thing, "It is the name of a street, a shop or a club, not a place"}}},
}

// kindWords is a kind in plain words.
func kindWords(k hear.Kind) string {
	for _, g := range kindGroups {
		for _, n := range g.Kinds {
			if n.Kind == k {
				return n.Words
			}
		}
	}
	return k.String()
}

// ofPlace tells that a kind is about the place that a phrase names.
func ofPlace(k hear.Kind) bool { return strings.HasPrefix(k.String(), "place_") }

var roleWords = map[hear.Role]string{hear.RoleUnclear: "nothing says whose place it is", hear.RoleHere: "the writer is there", hear.RoleNear: "the writer is near there",
	hear.RoleGoing: "the writer is going there, or hides there: it is not named in the answer", hear.RoleNotHere: "the writer is not there, or has left", hear.RoleTheirs: "somebody else's place",
	hear.RoleNoPlace: "not a place: a person, a street, a shop or a club"}

// languageNames are the languages of the lists, by their short names.
var languageNames = map[string]string{"": "English", "pl": "Polish", "ro": "Romanian", "uk": "Ukrainian and Russian", "cy": "Welsh", "ur": "Urdu and Punjabi"}

func languageName(id string) string {
	if name := languageNames[id]; name != "" {
		return name
	}
	return id
}

// said is one thing that a text says, with all that it rests on.
type said struct {
	Kind    hear.Kind
	Words   string // what it says
	Because []because
}

type because struct{ Words, Phrase string }

// weighed is a place in a text.
type weighed struct {
	Words, Name, How, Where, Role, Cue, Verdict string
	Score                                       string
}

// reading is what is understood of a text, as a page shows it.
type reading struct {
	Text      string
	Says      []said
	Places    []weighed
	Areas     string // where the writer is, in words
	Case      string
	Answer    string
	Words     string // as they were read
	Left      string // the longest stretch that nothing was understood of
	set       hear.Set
	areaNames []string
}

// hears reads a text as a book does.
func (s *Server) hears(b *flows.Book, text string) *reading {
	r := b.Hear(text)
	out := &reading{Text: text, Words: strings.Join(r.Words, " "), set: r.Set()}
	used := make([]bool, len(r.Words))
	for _, f := range r.Facts {
		for i := f.From; i < f.To; i++ {
			used[i] = true
		}
		if f.Kind == hear.Filler || f.Place >= 0 {
			continue
		}
		i := slices.IndexFunc(out.Says, func(s said) bool { return s.Kind == f.Kind })
		if i < 0 {
			i = len(out.Says)
			out.Says = append(out.Says, said{Kind: f.Kind, Words: kindWords(f.Kind)})
		}
		words := strings.Join(r.Words[f.From:f.To], " ")
		if !slices.ContainsFunc(out.Says[i].Because, func(b because) bool { return b.Words == words }) {
			out.Says[i].Because = append(out.Says[i].Because, because{words, r.Because(f)})
		}
	}
	for _, p := range r.Places {
		if p.Score >= hear.Fitted.Possible {
			for i := p.From; i < p.To; i++ {
				used[i] = true
			}
		}
		w := weighed{Words: strings.Join(r.Words[p.From:p.To], " "), Name: p.Name, How: p.How.String(), Where: b.Districts(p.Where), Role: roleWords[p.Role], Cue: p.Cue, Score: fmt.Sprintf("%.1f", p.Score)}
		switch {
		case p.Role == hear.RoleNotHere, p.Role == hear.RoleTheirs, p.Role == hear.RoleNoPlace:
			w.Verdict = "not used"
		case p.Score < hear.Fitted.Possible:
			w.Verdict = "too unsure to be used"
		case p.Score < hear.Fitted.Certain:
			w.Verdict = "unsure: asked about"
		default:
			w.Verdict = "sure enough to be answered"
		}
		out.Places = append(out.Places, w)
	}
	for from := 0; from < len(used); from++ {
		to := from
		for to < len(used) && !used[to] {
			to++
		}
		if left := strings.Join(r.Words[from:to], " "); len(left) > len(out.Left) {
			out.Left = left
		}
		from = to
	}
	areas, ask, _ := b.Find(text)
	for _, id := range areas {
		out.areaNames = append(out.areaNames, b.Area(id).Name)
	}
	switch out.Areas = strings.Join(out.areaNames, ", or "); {
	case len(areas) == 0:
		out.Areas = "no place was understood"
	case ask || len(areas) > 1:
		out.Areas += ": to be asked about"
	default:
		out.Areas += ": certain"
	}
	c := b.Consider(text)
	out.Case = c.Kind.String()
	if c.Kind == flows.CaseNeed || c.Kind == flows.CaseQuestion || c.Kind == flows.CaseComplaint {
		out.Case += ": " + strings.ToLower(kindWords(c.What)[:1]) + kindWords(c.What)[1:]
	}
	if _, reply, err := b.Step(s.clock(), flows.State{}, flows.Heard(text)); err == nil {
		out.Answer = reply.Text
	}
	return out
}

// Summary is a reading in one sentence.
func (r *reading) Summary() string {
	var all []string
	for _, s := range r.Says {
		all = append(all, s.Words)
	}
	if len(all) == 0 {
		all = []string{"Nothing that the book listens for, apart from the place"}
		if len(r.Places) == 0 {
			all[0] = "Nothing was understood"
		}
	}
	return strings.Join(all, "; ") + ". Place: " + r.Areas + ". It is taken as: " + r.Case + "."
}

// list is one list of what is understood that can be added to.
type list struct {
	load.HeardList
	Value, Words string
}

// shipped is the book that ships, with where everything in its lists stands: of a list
// that is as it ships, a book does not tell. It is read as if it were another.
var shipped = sync.OnceValue(func() *load.Source {
	changed := load.Overlay{FS: book.Files, Files: map[string][]byte{}}
	for _, name := range load.Files() {
		if load.HeardFile(name) {
			changed.Files[name] = append(shippedFile(name), asIfChanged...)
		}
	}
	src, _ := load.Dir(changed)
	return src
})

// asIfChanged is put behind a file to have it read as if it were not as it ships.
const asIfChanged = "# \n"

func shippedFile(name string) []byte {
	data, _ := fs.ReadFile(book.Files, name) // it is embedded
	return data
}

// lists are all of them, those of the folder or, where it has none, those that ship.
func lists(v Verdict) []load.HeardList {
	if len(v.Source.Heard) > 0 {
		return v.Source.Heard
	}
	return shipped().Heard
}

// choosable are the lists by group, in the words that they are chosen by.
type choosable struct {
	Name  string
	Lists []list
}

func choices(all []load.HeardList) (out []choosable) {
	add := func(group string, l load.HeardList, words string) {
		if n := len(out); n == 0 || out[n-1].Name != group {
			out = append(out, choosable{Name: group})
		}
		g := &out[len(out)-1]
		g.Lists = append(g.Lists, list{l, l.Path, words})
	}
	for _, g := range kindGroups {
		for _, k := range g.Kinds {
			for _, l := range all {
				if l.Kind == k.Kind && l.Language == "" {
					add(g.Name, l, k.Words)
				}
			}
		}
	}
	for _, l := range all {
		if l.Language != "" {
			add("In "+languageName(l.Language), l, languageName(l.Language)+": "+kindWords(l.Kind))
		}
	}
	return out
}

// heardPage is the page of what is understood of a text.
type heardPage struct {
	Reading *reading
	Wrong   string
	Lists   []choosable
	Said    []choosable // the lists that what was understood came from
	Areas   []flows.Area
}

func (s *Server) heardPage(w http.ResponseWriter, text, wrong string, status int) {
	v := s.Verdict()
	body := heardPage{Wrong: wrong}
	if text != "" && wrong == "" {
		all := lists(v)
		body.Reading, body.Lists, body.Areas = s.hears(v.Book, text), choices(all), v.Book.Areas
		body.Said = choices(slices.DeleteFunc(slices.Clone(all), func(l load.HeardList) bool { return !body.Reading.set.Has(l.Kind) }))
	}
	s.show(w, status, "heard.html", page{Title: "What is understood", Here: "/heard", Body: body})
}

// heard is the page before a text is written.
func (s *Server) understood(w http.ResponseWriter, _ *http.Request) {
	s.heardPage(w, "", "", http.StatusOK)
}

// hear shows what is understood of a text. The text comes in the body, so that no
// browser keeps it in its history.
func (s *Server) hear(w http.ResponseWriter, r *http.Request) {
	s.Look()
	text := strings.TrimSpace(r.PostFormValue("text"))
	switch {
	case text == "":
		s.heardPage(w, "", "Write a text first.", http.StatusBadRequest)
	case len(text) > maxTurn:
		s.heardPage(w, "", "The text is too long: nothing reads more of one.", http.StatusBadRequest)
	default:
		s.heardPage(w, text, "", http.StatusOK)
	}
}

// rehearsal is how a text is understood before a change and after it.
type rehearsal struct {
	Before, After *reading
	Good          bool   // it is understood as was meant
	Says          string // in words
}

// maxPhrase bounds one phrase, in letters.
const maxPhrase = 300

// phrased works out what a form about a phrase asks for: one more phrase with the
// text that was missed, or a look-alike with the text that was not meant.
func (s *Server) phrased(v Verdict, r *http.Request) proposal {
	at := r.Form.Get("list")
	words := func(name string) string { return strings.Join(strings.Fields(r.Form.Get(name)), " ") }
	phrase, text, alike := words("phrase"), words("text"), r.Form.Get("side") == "unless"
	p := proposal{What: "a phrase", At: "/heard/phrase", Back: "/heard", Here: "/heard", Seen: seen(v)}
	p.Form = []field{{"list", at}, {"phrase", phrase}, {"text", text}, {"side", r.Form.Get("side")}}
	all := lists(v)
	i := slices.IndexFunc(all, func(l load.HeardList) bool { return l.Path == at })
	switch {
	case v.Source.Broken:
		return p.refuse("Fix the mistakes under Checks first. The files cannot be read.")
	case i < 0:
		return p.refuse("Choose what the text says.")
	case text == "":
		return p.refuse("Write the text: it becomes the example that every check tries.")
	case len(text) > maxTurn || len(phrase) > maxPhrase:
		return p.refuse("That is too long. A phrase is the few words that say it, not the whole text.")
	case alike && phrase == "":
		return p.refuse("Write the words that look alike.")
	case phrase != "" && ofPlace(all[i].Kind) && !strings.Contains(phrase, hear.PlaceMark):
		return p.refuse("Write " + hear.PlaceMark + " in the phrase in place of the name, so that it works for every place.")
	}
	l := all[i]
	phrases, texts := "phrases", "match"
	has, hasText := l.List.Phrases, l.Match
	if alike {
		p.What, phrases, texts, has, hasText = "a look-alike", "unless", "no_match", l.List.Unless, l.NoMatch
	}
	p.What += " of “" + kindWords(l.Kind) + "”"
	src := v.Source
	as := string(src.File(l.File)) == string(shippedFile(l.File))
	if as || src.File(l.File) == nil { // the folder has none: the one that ships is copied
		src, as = shipped(), true
	}
	behind := func(name string) string { // what a list that is not there yet comes behind
		order := []string{"phrases", "unless", "match", "no_match"}
		for i := slices.Index(order, name) - 1; i > 0; i-- {
			if src.Has(l.File, l.Path+"."+order[i]) {
				return order[i]
			}
		}
		return order[0]
	}
	var more []edit.Entry
	if phrase != "" && !slices.Contains(has, phrase) {
		more = append(more, edit.Entry{Path: l.Path + "." + phrases, Words: phrase, After: behind(phrases)})
	}
	if !slices.Contains(hasText, text) {
		more = append(more, edit.Entry{Path: l.Path + "." + texts, Words: text, After: behind(texts)})
	}
	if len(more) == 0 {
		return p.refuse("That is what the files say already.")
	}
	data, err := edit.Append(src, l.File, more...)
	if err != nil {
		return p.refuse(sentence(err))
	}
	if as {
		data = bytes.TrimSuffix(data, []byte(asIfChanged))
	}
	p = s.weigh(v, p, map[string][]byte{l.File: data})
	return s.rehearsed(v, p, text, func(after *reading) (bool, string) {
		switch is := after.set.Has(l.Kind); {
		case alike && is:
			return false, "It would still be understood as: " + kindWords(l.Kind) + "."
		case alike:
			return true, "It is no longer understood as: " + kindWords(l.Kind) + "."
		case !is:
			return false, "It would still not be understood as: " + kindWords(l.Kind) + "."
		}
		return true, "It is understood: " + kindWords(l.Kind) + "."
	})
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

// named works out what a form about a place asks for: one more name of an area.
func (s *Server) named(v Verdict, r *http.Request) proposal {
	name, text, id := strings.ToLower(strings.Join(strings.Fields(r.Form.Get("name")), " ")), strings.TrimSpace(r.Form.Get("text")), r.Form.Get("area")
	p := proposal{What: "a place", At: "/heard/place", Back: "/heard", Here: "/heard", Seen: seen(v)}
	p.Form = []field{{"name", name}, {"text", text}, {"area", id}}
	area := v.Source.Book.Area(id)
	switch {
	case v.Source.Broken:
		return p.refuse("Fix the mistakes under Checks first. The files cannot be read.")
	case area == nil:
		return p.refuse("Choose the area that the place is in.")
	case name == "" || len(name) > maxPlace || len(text) > maxTurn:
		return p.refuse("Write the name of the place, in a few words.")
	}
	p.What = "a name of " + area.Name
	if slices.Contains(area.Names, name) {
		return p.refuse("That is what the files say already.")
	}
	data, err := edit.Append(v.Source, areasFile, edit.Entry{Path: "areas." + id + ".also_called", Words: name, After: "districts"})
	if err != nil {
		return p.refuse(sentence(err))
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

// phraseForm shows what one more phrase would change, and savePhrase writes it.
func (s *Server) phraseForm(w http.ResponseWriter, r *http.Request) { s.proposes(w, r, s.phrased) }
func (s *Server) savePhrase(w http.ResponseWriter, r *http.Request) { s.saves(w, r, s.phrased) }

// nameForm shows what one more name of an area would change, and saveName writes it.
func (s *Server) nameForm(w http.ResponseWriter, r *http.Request) { s.proposes(w, r, s.named) }
func (s *Server) saveName(w http.ResponseWriter, r *http.Request) { s.saves(w, r, s.named) }
