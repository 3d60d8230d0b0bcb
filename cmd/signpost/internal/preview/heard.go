package preview

import (
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

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
	{"Danger", []kindNamed{{hear.Danger, "Somebody is in danger now"},
		{hear.Injury, "Somebody was strangled or badly hurt, and needs a doctor"},
		{hear.Despair, "The writer wants to die"}, {hear.Taken, "The writer has taken something"},
		{hear.Past, "It was long ago, not now"}, {hear.Story, "It is a song, a film, a game or an advertisement"}}},
	{"Who it is about", []kindNamed{{hear.Hurt, "The writer is the one who is harmed"},
		{hear.Behaviour, "The writer is the one who harms"}, {hear.Other, "It is about somebody else"},
		{hear.Child, "A child writes"}, {hear.ChildConcern, "An adult is worried about a child"},
		{hear.Man, "The writer is a man"}, {hear.LGBT, "The writer is LGBT+"}, {hear.Older, "The writer is older"}}},
	{"What the writer needs", []kindNamed{{hear.Sexual, "Sexual violence"},
		{hear.Honour, "Honour-based abuse or forced marriage"}, {hear.Deaf, "The writer is deaf"},
		{hear.TextOnly, "The writer cannot speak, or wants text only"},
		{hear.Interpreter, "The writer speaks another language"}, {hear.Homeless, "The writer has nowhere to sleep"},
		{hear.Stalked, "The writer is stalked"}, {hear.Tracked, "The phone or the car is tracked"},
		{hear.Visa, "It is about a visa"}, {hear.Anonymous, "The writer wants to report without a name"},
		{hear.Watched, "Somebody else reads the phone"}}},
	{"Questions to us", []kindNamed{{hear.AskHuman, "Asks if this is a person"}, {hear.AskWho, "Asks who we are"},
		{hear.AskFree, "Asks if it is free"}, {hear.AskBill, "Asks if it shows on the bill"},
		{hear.AskCall, "Asks us to ring"}, {hear.AskPrivate, "Asks if we tell anybody"},
		{hear.AskHours, "Asks if it is open"}, {hear.AskSilent, "Asks how to ring 999 without a sound"}}},
	{"About a number that was given", []kindNamed{{hear.NoAnswer, "They did not answer"},
		{hear.Engaged, "It is engaged"}, {hear.DeadLine, "The number does not work"},
		{hear.Machine, "A machine answered"},
		{hear.Shut, "They are closed"}, {hear.Another, "Wants another number"}, {hear.Repeat, "Wants the number again"},
		{hear.Wrong, "It is not that place"}}},
	{"Answers", []kindNamed{{hear.Yes, "Yes"}, {hear.No, "No"}, {hear.Neither, "None of these"},
		{hear.NotSure, "Not sure"}, {hear.First, "The first"}, {hear.Second, "The second"},
		{hear.Third, "The third"}, {hear.Fourth, "The fourth"}, {hear.Leave, "Wants to leave"}, {hear.Thanks, "Thanks"},
		{hear.SmallTalk, "Small talk"}, {hear.Filler, "Words that say nothing by themselves"}}},
	{"Whose a place is", []kindNamed{{hear.Here, "The writer is in a place"}, {hear.Near, "The writer is near a place"},
		{hear.Going, "The writer is going to a place"},
		{hear.NotHere, "The writer is not in a place, or has left it"}, {hear.Theirs, "A place is somebody else's"},
		{hear.Person, "It is a person's name, not a place"},
		{hear.Thing, "It is the name of a street, a shop or a club, not a place"}}},
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

// ofPlace reports that a kind is about the place that a phrase names.
func ofPlace(k hear.Kind) bool { return strings.HasPrefix(k.String(), "place_") }

var roleWords = map[hear.Role]string{hear.RoleUnclear: "nothing says whose place it is",
	hear.RoleHere: "the writer is there", hear.RoleNear: "the writer is near there",
	hear.RoleGoing:   "the writer is going there, or hides there: it is not named in the answer",
	hear.RoleNotHere: "the writer is not there, or has left", hear.RoleTheirs: "somebody else's place",
	hear.RoleNotTheirs: "somebody else is not there, or has left",
	hear.RoleNoPlace:   "not a place: a person, a street, a shop or a club"}

// languageNames are the languages of the lists, by their short names.
var languageNames = map[string]string{"": "English", "pl": "Polish", "ro": "Romanian", "uk": "Ukrainian and Russian",
	"cy": "Welsh", "ur": "Urdu and Punjabi"}

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
	out := &reading{Text: text, Words: strings.Join(r.Words, " "), Says: saysOf(r), Left: leftOf(b, r), set: r.Set()}
	for _, p := range r.Places {
		out.Places = append(out.Places, weighedPlace(b, r, p))
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
	c := b.Classify(text)
	out.Case = c.Kind.String()
	if c.Kind == flows.CaseNeed || c.Kind == flows.CaseQuestion || c.Kind == flows.CaseComplaint {
		out.Case += ": " + strings.ToLower(kindWords(c.What)[:1]) + kindWords(c.What)[1:]
	}
	if _, reply, err := b.Step(s.clock(), flows.State{}, flows.TextInput(text)); err == nil {
		out.Answer = reply.Text
	}
	return out
}

// saysOf is what a text says, apart from its places, with the words and phrases that say it.
func saysOf(r *hear.Reading) (out []said) {
	for _, f := range r.Facts {
		if f.Kind == hear.Filler || f.Place >= 0 {
			continue
		}
		i := slices.IndexFunc(out, func(s said) bool { return s.Kind == f.Kind })
		if i < 0 {
			i = len(out)
			out = append(out, said{Kind: f.Kind, Words: kindWords(f.Kind)})
		}
		words := strings.Join(r.Words[f.From:f.To], " ")
		if !slices.ContainsFunc(out[i].Because, func(b because) bool { return b.Words == words }) {
			out[i].Because = append(out[i].Because, because{words, r.Because(f)})
		}
	}
	return out
}

// weighedPlace is a place in a text in words, with what becomes of it.
func weighedPlace(b *flows.Book, r *hear.Reading, p hear.Place) weighed {
	w := weighed{Words: strings.Join(r.Words[p.From:p.To], " "), Name: p.Name, How: p.How.String(),
		Where: b.Districts(p.Where), Role: roleWords[p.Role], Cue: p.Cue, Score: fmt.Sprintf("%.1f", p.Score)}
	switch {
	case p.Role == hear.RoleNotHere, p.Role == hear.RoleTheirs, p.Role == hear.RoleNotTheirs, p.Role == hear.RoleNoPlace:
		w.Verdict = "not used"
	case p.Score < b.Ear.Weights().Possible:
		w.Verdict = "too unsure to be used"
	case p.Score < b.Ear.Weights().Certain:
		w.Verdict = "unsure: asked about"
	default:
		w.Verdict = "sure enough to be answered"
	}
	return w
}

// leftOf is the longest stretch of a text that nothing was understood of.
func leftOf(b *flows.Book, r *hear.Reading) (longest string) {
	used := make([]bool, len(r.Words))
	use := func(from, to int) {
		for i := from; i < to; i++ {
			used[i] = true
		}
	}
	for _, f := range r.Facts {
		use(f.From, f.To)
	}
	for _, p := range r.Places {
		if p.Score >= b.Ear.Weights().Possible {
			use(p.From, p.To)
		}
	}
	for from := 0; from < len(used); from++ {
		to := from
		for to < len(used) && !used[to] {
			to++
		}
		if left := strings.Join(r.Words[from:to], " "); len(left) > len(longest) {
			longest = left
		}
		from = to
	}
	return longest
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

// shipped is the book that ships, with the place of everything in its lists. A book does
// not have the places of a list that is as it ships, so this one is read as if it were another.
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

// heardPage is what the page of an understood text shows.
type heardPage struct {
	Reading *reading
	Wrong   string // with the text
	Refused taught // what was to be added, and why it cannot be
	Lists   []choosable
	Said    []choosable // the lists that what was understood came from
	Areas   []flows.Area
}

// renderHeard writes the page of what is understood of a text.
func (s *Server) renderHeard(w http.ResponseWriter, text, wrong string, refused taught, status int) {
	v := s.Verdict()
	body := heardPage{Wrong: wrong, Refused: refused}
	if wrong == "" && (text != "" || refused.Why != "") {
		all := lists(v)
		body.Reading, body.Lists, body.Areas = s.hears(v.Book, text), choices(all), v.Book.Areas
		body.Said = choices(slices.DeleteFunc(slices.Clone(all),
			func(l load.HeardList) bool { return !body.Reading.set.Has(l.Kind) }))
	}
	s.show(w, status, "heard.html", page{Title: "What is understood", Here: "/heard",
		Wrong: wrong != "" || refused.Why != "", Body: body})
}

// understood serves the page before a text is written.
func (s *Server) understood(w http.ResponseWriter, _ *http.Request) {
	s.renderHeard(w, "", "", taught{}, http.StatusOK)
}

// hear shows what is understood of a text. The text comes in the body, so that no
// browser keeps it in its history.
func (s *Server) hear(w http.ResponseWriter, r *http.Request) {
	s.Look()
	text := strings.TrimSpace(r.PostFormValue("text"))
	switch {
	case text == "":
		s.renderHeard(w, "", "Write a text first.", taught{}, http.StatusBadRequest)
	case len(text) > maxTurn:
		s.renderHeard(w, "", "The text is too long: nothing reads more of one.", taught{}, http.StatusBadRequest)
	default:
		s.renderHeard(w, text, "", taught{}, http.StatusOK)
	}
}
