package load

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

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

func (b *builder) services(all value) {
	b.count(len(all.keys), flows.MaxServices, "services", all.pos)
	for _, id := range all.keys {
		v := all.at(id)
		if !v.set {
			continue
		}
		b.claim(id, v.pos)
		s := flows.Service{
			ID: id, Name: v.at("name").text, Label: v.at("label").text, Say: v.at("say").text,
			Free: v.at("free").text == "yes", Connect: v.at("can_connect").text != "no",
			TextsOnly: v.at("takes").text == "texts", IfNoAnswer: v.at("if_no_answer").text,
			MentionText: v.at("mention_text").text, MentionSay: v.at("mention_say").text,
			NotOffered: v.at("not_offered").text, CheckedBy: v.at("checked_by").text,
			UnrungBecause: v.at("unrung_because").text, Source: v.at("source").text,
			SourceDate: v.at("source_date").text, About: v.at("about").text,
		}
		if s.Say == "" {
			s.Say = s.Label
		}
		for _, p := range v.at("for").list {
			for i, name := range flows.PersonNames {
				if p.text == name {
					s.For[i] = true
				}
			}
		}
		b.hours(&s, v)
		b.ringing(&s, v)
		b.manner(&s, v)
		s.From, s.To = b.date(v.at("from")), b.date(v.at("until"))
		if c := v.at("checked_on"); c.text != "never" {
			s.CheckedOn = b.date(c)
		}
		s.ReviewBy = b.date(v.at("review_by"))
		if s.NotOffered != "" {
			s.Connect = false
		}
		free := v.at("free").text
		for _, l := range v.at("numbers").list {
			b.line(&s, l, free == "" || free == "yes" || free == "no")
		}
		if n := v.at("numbers"); n.set && len(n.list) == 0 &&
			s.NotOffered == "" { // that there are none at all is told as a missing key
			b.problem(n.pos, "no-number", "the service has no number",
				"A caller who is led here gets nothing they can ring.",
				"Add its number, or say under not_offered why it is only on file.")
		}
		b.allow("services."+id, v)
		b.src.Book.Services = append(b.src.Book.Services, s)
	}
}

// ringing reads how a service's lines are rung.
func (b *builder) ringing(s *flows.Service, v value) {
	s.PausedUntil = b.date(v.at("paused_until"))
	s.PressToAccept = v.at("press_to_accept").text == "yes"
	s.RingSeconds = flows.RingSeconds
	if r := v.at("ring_seconds"); r.set {
		n, err := strconv.Atoi(r.text)
		if err != nil || n < 10 || n > 60 {
			b.problem(r.pos, "ring-seconds", fmt.Sprintf("%q is not a number of seconds from 10 to 60", r.text),
				"Too short and nobody gets to the telephone; too long and a caller waits on a line nobody answers.",
				"Write a number from 10 to 60, or take the line out for 20.")
			return
		}
		s.RingSeconds = n
	}
}

// manner reads what a service's line is like.
func (b *builder) manner(s *flows.Service, v value) {
	known := func(name string) flows.Known {
		return flows.Known(max(0, slices.Index(flows.KnownNames[:], v.at(name).text)))
	}
	s.AnsweredBy = flows.AnsweredBy(max(0, slices.Index(flows.AnsweredByNames[:], v.at("answered_by").text)))
	s.Takes = flows.Takes{Men: known("takes_men"), ThirdParties: known("takes_third_parties"),
		Relay: known("takes_relay"), Interpreters: known("takes_interpreters")}
	s.MayBeTexted = known("may_be_texted")
	words := v.at("first_words")
	s.FirstWords = words.text
	if n := utf8.RuneCountInString(words.text); n > flows.MaxFirstWords {
		b.problem(words.pos, "first-words", fmt.Sprintf("the first words have %d letters; at most %d fit", n,
			flows.MaxFirstWords), "A caller who is in a hurry would have to hear them all.",
			"Write the words up to the name of the service.")
		s.FirstWords = ""
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
				continue // told with the other names that lead nowhere
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
				"Too short, and a caller whom a machine answered is cut off; too long, and a line that answers counts as one that does not.",
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

func (b *builder) words(file value) {
	book, m := b.src.Book, file.at("messages")
	wording := func(v value) flows.Wording { return flows.Wording{Text: v.at("text").text, Say: v.at("say").text} }
	book.Messages = flows.Messages{
		NotUnderstood: wording(m.at("not_understood")), Silence: wording(m.at("silence")),
		GiveUp:    wording(m.at("give_up")),
		Emergency: wording(m.at("emergency")), Which: wording(m.at("which")), Fallback: wording(m.at("fallback")),
		QuickExit: wording(m.at("quick_exit")), Connecting: wording(m.at("connecting")),
		TheyAnswer: wording(m.at("they_answer")), TryNext: wording(m.at("try_next")),
		NoAnswer: wording(m.at("no_answer")), Engaged: wording(m.at("engaged")),
		NotReached: wording(m.at("not_reached")), Cancelled: wording(m.at("cancelled")),
		AnyKey: wording(m.at("any_key")), Stay: wording(m.at("stay")), NumberLater: wording(m.at("number_later")),
		Accept: wording(m.at("accept")), BackOn: wording(m.at("back_on")), Maintenance: wording(m.at("maintenance")),
		Static: wording(m.at("static")),
		Closed: wording(m.at("closed")), Nobody: wording(m.at("nobody")), Number: wording(m.at("number")),
		Danger: wording(m.at("danger")), DangerShort: wording(m.at("danger_short")),
		DangerDeaf: wording(m.at("danger_deaf")),
		Doctor:     wording(m.at("doctor")), DoctorShort: wording(m.at("doctor_short")),
		Despair:      wording(m.at("despair")),
		DespairShort: wording(m.at("despair_short")),
		Taken:        wording(m.at("taken")), TakenShort: wording(m.at("taken_short")),
		BehaviourDanger:    wording(m.at("behaviour_danger")),
		NotUnderstoodShort: wording(m.at("not_understood_short")), NumberShort: wording(m.at("number_short")),
		NumberLocal:      wording(m.at("number_local")),
		NumberLocalShort: wording(m.at("number_local_short")), Instead: wording(m.at("instead")),
		Last: wording(m.at("last")),
	}
	for i, k := range flows.Complaints() {
		book.Messages.Reason[i] = wording(file.at("phrases").at("reason_" + k.String()))
	}
	if !m.at("maintenance").set {
		book.Messages.Maintenance = book.Messages.Fallback
	}
	if !m.at("static").set { // the fallback's text invites an answer
		book.Messages.Static = flows.Wording{Text: book.Messages.DangerShort.Text, Say: book.Messages.Fallback.Say}
	}
	p := file.at("phrases")
	book.Messages.HoursUnknown, book.Messages.HoursOpen, book.Messages.HoursClosed = wording(p.at("hours_unknown")),
		wording(p.at("hours_open")), wording(p.at("hours_closed"))
	book.Messages.Free, book.Messages.MayShow, book.Messages.ThenPress = wording(p.at("free")),
		wording(p.at("may_show")), wording(p.at("then_press"))
	book.Pronunciations = b.pronunciations(file.at("pronunciations"))
	book.Messages.Or, book.Messages.Beside, book.Messages.CallChoice = wording(p.at("or")), wording(p.at("beside")),
		p.at("call_choice").at("say").text
	book.Messages.CallChoiceNext, book.Messages.BackKey = p.at("call_choice_next").at("say").text, wording(p.at("back"))
	book.Messages.NotAnswering = wording(p.at("not_answering"))
	u := file.at("understood")
	plainList := func(v value) []string {
		var out []string
		for _, w := range v.texts() {
			out = append(out, normalise.Text(w))
		}
		return out
	}
	book.Words = flows.Words{
		Leave: plainList(u.at("leave")), Back: plainList(u.at("back")), Repeat: plainList(u.at("repeat")),
		Helpline:  plainList(u.at("zero")),
		Emergency: plainList(u.at("emergency")), Polite: plainList(u.at("polite")), Start: plainList(u.at("start")),
	}
	for _, v := range file.at("shortcuts").list {
		book.Words.Shortcuts = append(book.Words.Shortcuts,
			flows.Shortcut{Words: plainList(v.at("words")), To: v.at("goes_to").text})
	}
	book.Watch = plainList(file.at("watch_words"))
	b.messageShape(file)
}

// messageShape demands the words the engine cannot do without.
func (b *builder) messageShape(file value) {
	demand := func(group, name, channel, placeholder string) {
		v := file.at(group).at(name)
		w := v.at(channel)
		if !v.set {
			return // told already
		}
		if w.text == "" {
			b.problem(v.pos, "missing-words", fmt.Sprintf("%s has no %q", name, channel),
				"Somebody would be met with silence.", "Add a line: "+channel+": ...")
			return
		}
		if placeholder != "" && !Holds(w.text, placeholder) {
			b.problem(w.pos, "missing-placeholder", "the words do not hold "+placeholder,
				"The one thing people need here would not be told.", "Put "+placeholder+" where it should be.")
		}
	}
	for _, d := range []struct{ name, channel, placeholder string }{
		{"not_understood", "text", "{choices}"}, {"not_understood", "say", "{zero}"}, {"silence", "say", ""},
		{"any_key", "say", ""}, {"stay", "say", ""}, {"give_up", "say", "{zero}"},
		{"emergency", "text", "999"}, {"emergency", "say", "9 9 9"}, {"which", "text", "{choices}"},
		{"fallback", "text", "{zero}"}, {"fallback", "text", "999"},
		{"fallback", "say", "{zero}"}, {"quick_exit", "say", ""}, {"connecting", "say", ""}, {"try_next", "say", ""},
		{"no_answer", "say", ""}, {"engaged", "say", ""},
		{"not_reached", "say", ""}, {"cancelled", "say", ""}, {"closed", "say", "{numbers}"},
		{"closed", "say", "{hours}"},
		{"number_later", "say", "{numbers}"}, {"number_later", "say", "{zero}"}, {"number_later", "say", "{connect}"},
		{"number_later", "say", "{choices}"},
		{"nobody", "say", "{zero}"}, {"number", "text", "{numbers}"}, {"number", "text", "{beside}"},
		{"number", "text", "{choices}"},
		{"number", "say", "{numbers}"}, {"number", "say", "{choices}"}, {"accept", "say", ""},
		{"back_on", "text", "{date}"}, {"back_on", "say", "{date}"},
		{"danger", "text", "999"}, {"danger", "text", "{zero}"}, {"danger", "text", "{local}"},
		{"danger_short", "text", "999"}, {"danger_short", "text", "{zero}"},
		{"danger_deaf", "text", "999"}, {"doctor", "text", "999"}, {"doctor_short", "text", "999"},
		{"despair", "text", "999"}, {"despair_short", "text", "999"},
		{"taken", "text", "999"}, {"taken_short", "text", "999"}, {"behaviour_danger", "text", "999"},
		{"behaviour_danger", "text", "{zero}"},
		{"not_understood", "text", "999"}, {"not_understood_short", "text", "999"},
		{"number_short", "text", "{numbers}"}, {"number_local", "text", "{numbers}"},
		{"number_local", "text", "{local}"}, {"number_local_short", "text", "{numbers}"},
		{"instead", "text", "{numbers}"}, {"last", "text", "{zero}"},
		{"maintenance", "text", "{zero}"}, {"maintenance", "text", "999"}, {"maintenance", "say", "{zero}"},
		{"static", "text", "{zero}"}, {"static", "text", "999"}, {"static", "say", "{zero}"},
	} {
		demand("messages", d.name, d.channel, d.placeholder)
	}
	for _, d := range []struct{ name, channel, placeholder string }{
		{"hours_unknown", "text", ""}, {"hours_open", "text", "{hours}"}, {"hours_closed", "text", "{hours}"},
		{"free", "text", ""}, {"may_show", "text", ""},
		{"then_press", "text", "{key}"}, {"then_press", "say", "{key}"}, {"or", "text", ""}, {"or", "say", ""},
		{"beside", "text", "{numbers}"},
		{"call_choice", "say", "{key}"}, {"call_choice", "say", "{label}"}, {"call_choice_next", "say", "{key}"},
		{"call_choice_next", "say", "{label}"},
		{"back", "say", ""},
	} {
		demand("phrases", d.name, d.channel, d.placeholder)
	}
	if m := file.at("messages").at("they_answer"); m.set {
		demand("messages", "they_answer", "say", "{first_words}")
	}
	if file.at("phrases").at("not_answering").set {
		demand("phrases", "not_answering", "text", "{numbers}")
		demand("phrases", "not_answering", "say", "")
	}
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
