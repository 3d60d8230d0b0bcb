package load

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"signpost/flows"
	"signpost/flows/hear"
	"signpost/internal/area"
	"signpost/internal/normalise"
)

// builder makes the book out of the values that were read.
type builder struct {
	reader
	src       *Source
	vals      map[string]value
	ids       map[uint32]string
	fsys      fs.FS
	districts *area.Gazetteer
	strange   bool     // the districts could not be read: their names tell nothing
	played    []string // the recordings that are named
}

func (b *builder) build() {
	b.ids = map[uint32]string{}
	b.services(b.vals["services.yaml"].at("services"))
	b.areas(b.vals["areas.yaml"])
	b.menus(b.vals["menus.yaml"])
	b.words(b.vals["words.yaml"])
	b.examples(b.vals[examplesFile].at("examples"))
	b.heard()
	b.src.Book.Finish()
	b.references()
	b.languages(b.vals[languagesFile])
	b.recordings(b.vals[recordingsFile].at("recordings"))
}

// claim keeps two ids from sharing the hash a conversation remembers them by.
func (b *builder) claim(id string, pos Pos) {
	h := flows.ID(id)
	if other, dup := b.ids[h]; dup && other != id {
		b.shapeProblem(pos, "id", fmt.Sprintf("%q and %q cannot be told apart in a running conversation", id, other),
			"Rename one of them.")
	}
	b.ids[h] = id
}

func (b *builder) count(n, most int, what string, pos Pos) {
	if n > most {
		b.shapeProblem(pos, "length", fmt.Sprintf("there are %d %s; at most %d fit", n, what, most), "Take some out.")
	}
}

// allow notes the watch-words an author has allowed somewhere, with a reason.
func (b *builder) allow(path string, v value) {
	words := v.at("allowed_words")
	if !words.set {
		return
	}
	if v.at("because").text == "" {
		b.problem(words.pos, "allowed-without-reason", "words are allowed here without a reason",
			"A careless word on somebody's screen can put them in danger.",
			"Add a line saying why: because: ...")
	}
	b.src.Allowed[path] = words.texts()
}

func (b *builder) areas(file value) {
	all := file.at("areas")
	b.count(len(all.keys), flows.MaxAreas, "areas", all.pos)
	owner := map[area.District]string{}
	for _, id := range all.keys {
		v := all.at(id)
		if !v.set {
			continue
		}
		b.claim(id, v.pos)
		a := flows.Area{ID: id, Name: v.at("name").text, Text: v.at("text").text, Say: v.at("say").text,
			Services: v.at("services").texts()}
		for _, d := range v.at("districts").list {
			district, ok := b.districts.District(d.text)
			if !ok {
				continue // told already
			}
			if other, taken := owner[district]; taken {
				b.shapeProblem(d.pos, "district-twice", fmt.Sprintf("%s belongs to %s already", d.text, other),
					"Keep it in one area.")
			}
			owner[district] = id
			a.Districts |= area.Of(district)
		}
		for _, n := range v.at("also_called").texts() {
			a.Names = append(a.Names, normalise.Text(n))
		}
		b.src.Book.Areas = append(b.src.Book.Areas, a)
	}
	for _, d := range b.districts.Districts() {
		if _, ok := owner[d]; !ok && all.set && !b.strange {
			b.problem(all.pos, "district-missing", b.districts.Name(d)+" belongs to no area",
				"Somebody who writes from there would be taken as not understood.",
				"Add it to the districts of an area.")
		}
	}
	several := file.at("several")
	for _, name := range several.keys {
		b.src.Several = append(b.src.Several, Several{name, several.at(name).texts(), several.at(name).pos})
		for _, ref := range several.at(name).list {
			i := b.areaIndex(ref.text)
			if i < 0 {
				continue // reported with the other names that have no entry
			}
			b.src.Book.Areas[i].Names = append(b.src.Book.Areas[i].Names, normalise.Text(name))
		}
	}
}

func (b *builder) areaIndex(id string) int {
	for i := range b.src.Book.Areas {
		if b.src.Book.Areas[i].ID == id {
			return i
		}
	}
	return -1
}

// maxSilentCalls bounds how many silent calls may be connected in an hour.
const maxSilentCalls = 60

// Bounds of person_after, in seconds.
const leastPersonAfter, mostPersonAfter = 5, 120

func (b *builder) menus(file value) {
	book := b.src.Book
	book.TextStart, book.CallStart = file.at("text_starts_at").text, file.at("call_starts_at").text
	for i, name := range flows.PersonNames {
		p := file.at("people").at(name)
		book.People[i] = flows.PersonSteps{Ask: p.at("asks").text, Place: p.at("place").text,
			Helpline: p.at("zero").text}
	}
	book.HelplineForAll, book.Either = file.at("zero_for_all").text, file.at("either").text
	book.Needs = map[hear.Kind]string{}
	for _, name := range file.at("answers").keys {
		if kind, ok := hear.KindNamed(name); ok {
			book.Needs[kind] = file.at("answers").at(name).text
		}
	}
	silent := file.at("silent_calls")
	book.Silent = flows.SilentCalls{AgreedBy: silent.at("agreed_by").text, AgreedOn: b.date(silent.at("agreed_on"))}
	if n := silent.at("connect_per_hour"); n.set {
		var err error
		if book.Silent.PerHour, err = strconv.Atoi(n.text); err != nil || book.Silent.PerHour < 0 ||
			book.Silent.PerHour > maxSilentCalls {
			b.problem(n.pos, "silent-calls", fmt.Sprintf("%q is not a number from 0 to %d", n.text, maxSilentCalls),
				"Robots that ring us must not jam the 24-hour line.",
				"Write how many silent calls in an hour that line has agreed to take.")
		}
	}
	book.PersonAfter = flows.PersonAfter
	if p := file.at("person_after"); p.set {
		if n, err := strconv.Atoi(p.text); err != nil || n < leastPersonAfter || n > mostPersonAfter {
			b.problem(p.pos, "person-after", fmt.Sprintf("%q is not a number of seconds from %d to %d", p.text,
				leastPersonAfter, mostPersonAfter),
				"Too short, and a caller whom a machine answered is cut off; too long, and a line that answers "+
					"counts as one that does not.",
				"Write a number from 5 to 120, or take the line out for 25.")
		} else {
			book.PersonAfter = time.Duration(n) * time.Second
		}
	}
	book.Voice = flows.Voice{Name: file.at("voice").at("name").text, Language: file.at("voice").at("language").text}
	all := file.at("steps")
	b.count(len(all.keys), flows.MaxSteps, "steps", all.pos)
	for _, id := range all.keys {
		v := all.at(id)
		if !v.set {
			continue
		}
		b.claim(id, v.pos)
		s := b.step(id, v, file.at("service_choices"))
		b.stepShape(id, &s, v)
		b.allow("steps."+id, v)
		book.Steps = append(book.Steps, s)
	}
}

// step is one step as it is written. A services step without choices of its own has the shared ones.
func (b *builder) step(id string, v, shared value) flows.Step {
	s := flows.Step{ID: id, Text: v.at("text").text, Say: v.at("say").text, Also: v.at("also").texts(), Segments: 1}
	for k, name := range flows.KindNames {
		if v.at("kind").text == name {
			s.Kind = flows.StepKind(k)
		}
	}
	for i, name := range flows.PersonNames {
		if v.at("for").text == name {
			p := flows.Person(i)
			s.For = &p
		}
	}
	if n, err := strconv.Atoi(v.at("segments").text); err == nil {
		s.Segments = n
	}
	s.Services = v.at("services").texts()
	if len(s.Services) == 1 && s.Services[0] == "area" {
		s.FromArea, s.Services = true, nil
	} else if i := slices.Index(s.Services, "area"); i >= 0 {
		s.AreaToo, s.Services = true, slices.Delete(s.Services, i, i+1)
	}
	for i, name := range flows.NeedNames {
		if name != "" && v.at("need").text == name {
			s.Need = flows.Need(i)
		}
	}
	choices := v.at("choices")
	if s.Kind == flows.KindServices && !choices.set {
		choices = shared
	}
	s.Choices = b.choices(choices)
	return s
}

// stepShape refuses a step that would leave somebody with nothing.
func (b *builder) stepShape(id string, s *flows.Step, v value) {
	switch {
	case s.Kind == flows.KindServices && !s.FromArea && len(s.Services) == 0:
		b.shapeProblem(v.pos, "no-service", "the step "+id+" gives no service",
			"Add a line: services: area, or the names of services.")
	case s.Kind != flows.KindServices && v.at("services").set:
		b.shapeProblem(v.at("services").pos, "stray-services", "a step of this kind gives no services",
			"Write kind: services, or take this line out.")
	case s.Kind != flows.KindServices && s.Text == "" && s.Say == "":
		b.problem(v.pos, "missing-words", "the step "+id+" says nothing", "Anybody who gets here meets silence.",
			"Add words under text, under say, or both.")
	case s.Kind == flows.KindMenu && len(s.Choices) == 0:
		b.problem(v.pos, "dead-end", "the menu "+id+" offers no choice", "Anybody who gets here can only go back.",
			"Add choices, or make it kind: say.")
	}
	for _, channel := range []string{"text", "say"} {
		w := v.at(channel)
		if s.Kind == flows.KindMenu && w.set && len(s.Choices) > 0 && !Holds(w.text, "{choices}") {
			b.problem(w.pos, "choices-not-said", "the words do not hold {choices}",
				"People would not be told which keys there are.", "Put {choices} where the choices should be.")
		}
	}
}

func (b *builder) choices(all value) []flows.Choice {
	b.count(len(all.list), 2*flows.MaxChoices, "choices", all.pos)
	var out []flows.Choice
	textKey, callKey := 0, 0
	for _, v := range all.list {
		c := flows.Choice{Text: v.at("text").text, Say: v.at("say").text, To: v.at("goes_to").text,
			Area: v.at("area").text}
		switch v.at("does").text {
		case "connect":
			c.Does = flows.ActConnect
		case "next":
			c.Does = flows.ActNext
		}
		for _, w := range v.at("words").texts() {
			c.Words = append(c.Words, normalise.Text(w))
		}
		if c.Text != "" {
			textKey++
			c.TextKey = textKey
		}
		if c.Say != "" {
			callKey++
			c.CallKey = flows.CallKey(min(callKey, flows.MaxCallChoices))
		}
		leads := 0
		for _, set := range []bool{c.To != "", c.Area != "", c.Does != flows.ActGo} {
			if set {
				leads++
			}
		}
		switch {
		case leads != 1 && v.set:
			b.shapeProblem(v.pos, "leads-nowhere", "the choice must lead to exactly one thing",
				"Give it one of goes_to, area and does.")
		case c.Text == "" && c.Say == "" && v.set:
			b.shapeProblem(v.pos, "missing-words", "the choice is offered nowhere", "Add text, say, or both.")
		}
		out = append(out, c)
	}
	if textKey > flows.MaxChoices || callKey > flows.MaxCallChoices {
		b.problem(all.pos, "too-many-choices",
			fmt.Sprintf("there are %d choices; at most %d fit by text, and %d on a call", max(textKey, callKey),
				flows.MaxChoices, flows.MaxCallChoices),
			"People in a hurry cannot hold more in mind, and the key 5 is kept for those who press 55 by mistake.",
			"Move some to a step of their own.")
	}
	return out
}

func (b *builder) examples(all value) {
	for _, v := range all.list {
		e := Example{Name: v.at("name").text, At: v.at("at").text, Pos: v.pos, Call: v.at("call").set}
		turns := v.at("texts")
		if e.Call {
			turns = v.at("call")
		}
		if v.set && v.at("texts").set == e.Call {
			b.shapeProblem(v.pos, "example-shape", "the example needs either texts or a call",
				"Add one of them, and not both.")
		}
		for _, t := range turns.list {
			e.Turns = append(e.Turns, Turn{
				They: t.at("they").text, We: t.at("we").texts(), Never: t.at("never").texts(), All: t.at("all").text,
				ConnectsTo: t.at("connects_to").text,
				Silence:    t.at("silence").text == "yes", Ends: t.at("ends").text == "yes", Pos: t.pos,
			})
		}
		b.src.Examples = append(b.src.Examples, e)
	}
}
