package load

import (
	"fmt"
	"strconv"
	"strings"

	"signpost/flows"
	"signpost/internal/normalise"
)

func (b *builder) words(file value) {
	book := b.src.Book
	book.Messages = messages(file)
	book.Pronunciations = b.pronunciations(file.at("pronunciations"))
	book.Words = understoodWords(file)
	book.Watch = plainList(file.at("watch_words"))
	b.messageShape(file)
}

// messages reads the messages and phrases, and gives those that may be left out their usual words.
func messages(file value) flows.Messages {
	var all flows.Messages
	for _, w := range all.Each() {
		group, name, _ := strings.Cut(w.Path, ".")
		v := file.at(group).at(name)
		*w.Wording = flows.Wording{Text: v.at("text").text, Say: v.at("say").text}
	}
	m := file.at("messages")
	if !m.at("doctor_deaf").set {
		all.DoctorDeaf = all.DangerDeaf
	}
	if !m.at("told").set {
		all.Told = all.NotUnderstood
	}
	if !m.at("maintenance").set {
		all.Maintenance = all.Fallback
	}
	if !m.at("static").set { // the fallback's text invites an answer
		all.Static = flows.Wording{Text: all.DangerShort.Text, Say: all.Fallback.Say}
	}
	return all
}

// understoodWords reads what people may write at any time.
func understoodWords(file value) flows.Words {
	u := file.at("understood")
	w := flows.Words{
		Leave: plainList(u.at("leave")), Back: plainList(u.at("back")), Repeat: plainList(u.at("repeat")),
		Helpline:  plainList(u.at("zero")),
		Emergency: plainList(u.at("emergency")), Polite: plainList(u.at("polite")), Start: plainList(u.at("start")),
		Numbers: map[string]int{}, BesideNumber: plainList(u.at("beside_number")),
	}
	for n := range menuNumbers {
		for _, word := range plainList(u.at("numbers").at(strconv.Itoa(n))) {
			w.Numbers[word] = n
		}
	}
	for _, v := range file.at("shortcuts").list {
		w.Shortcuts = append(w.Shortcuts, flows.Shortcut{Words: plainList(v.at("words")), To: v.at("goes_to").text})
	}
	return w
}

// menuNumbers are 0 to 9: the numbers that a menu can have.
const menuNumbers = 10

// plainList is a list of words in plain form.
func plainList(v value) []string {
	var out []string
	for _, w := range v.texts() {
		out = append(out, normalise.Text(w))
	}
	return out
}

// demand is a placeholder, or only words, that a message must have on a channel.
type demand struct{ name, channel, placeholder string }

var messageDemands = []demand{
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
	{"danger_deaf", "text", "999"}, {"doctor_deaf", "text", "999"}, {"doctor", "text", "999"}, {"doctor_short", "text", "999"},
	{"despair", "text", "999"}, {"despair_short", "text", "999"},
	{"taken", "text", "999"}, {"taken_short", "text", "999"}, {"behaviour_danger", "text", "999"},
	{"behaviour_danger", "text", "{zero}"},
	{"behaviour_deaf", "text", "999"}, {"behaviour_deaf", "text", "{zero}"},
	{"behaviour_doctor", "text", "999"}, {"behaviour_doctor", "text", "{zero}"},
	{"behaviour_despair", "text", "999"}, {"behaviour_despair", "text", "{zero}"},
	{"behaviour_taken", "text", "999"}, {"behaviour_taken", "text", "{zero}"},
	{"behaviour_asks", "text", "999"}, {"behaviour_asks", "text", "{zero}"},
	{"not_understood", "text", "999"}, {"not_understood_short", "text", "999"},
	{"number_short", "text", "{numbers}"}, {"number_local", "text", "{numbers}"},
	{"number_local", "text", "{local}"}, {"number_local_short", "text", "{numbers}"},
	{"instead", "text", "{numbers}"}, {"last", "text", "{zero}"},
	{"maintenance", "text", "{zero}"}, {"maintenance", "text", "999"}, {"maintenance", "say", "{zero}"},
	{"told", "text", "{zero}"}, {"told", "text", "999"},
	{"which_one", "text", "{place}"}, {"which_one", "text", "{local}"}, {"which_one", "text", "{zero}"},
	{"which_one", "text", "999"},
	{"number_town", "text", "{numbers}"}, {"number_town", "text", "{beside}"}, {"number_town", "text", "999"},
	{"static", "text", "{zero}"}, {"static", "text", "999"}, {"static", "say", "{zero}"},
}

var phraseDemands = []demand{
	{"hours_unknown", "text", ""}, {"hours_open", "text", "{hours}"}, {"hours_closed", "text", "{hours}"},
	{"free", "text", ""}, {"may_show", "text", ""},
	{"then_press", "text", "{key}"}, {"then_press", "say", "{key}"}, {"or", "text", ""}, {"or", "say", ""},
	{"beside", "text", "{numbers}"},
	{"call_choice", "say", "{key}"}, {"call_choice", "say", "{label}"}, {"call_choice_next", "say", "{key}"},
	{"call_choice_next", "say", "{label}"},
	{"back", "say", ""},
}

// messageShape demands the words the engine cannot do without.
func (b *builder) messageShape(file value) {
	demanded := func(group string, d demand) {
		v := file.at(group).at(d.name)
		w := v.at(d.channel)
		if !v.set {
			return // told already
		}
		if w.text == "" {
			b.problem(v.pos, "missing-words", fmt.Sprintf("%s has no %q", d.name, d.channel),
				"Somebody would be met with silence.", "Add a line: "+d.channel+": ...")
			return
		}
		if d.placeholder != "" && !Holds(w.text, d.placeholder) {
			b.problem(w.pos, "missing-placeholder", "the words do not hold "+d.placeholder,
				"The one thing people need here would not be told.", "Put "+d.placeholder+" where it should be.")
		}
	}
	for _, d := range messageDemands {
		demanded("messages", d)
	}
	for _, d := range phraseDemands {
		demanded("phrases", d)
	}
	if m := file.at("messages").at("they_answer"); m.set {
		demanded("messages", demand{"they_answer", "say", "{first_words}"})
	}
	if file.at("phrases").at("town_known").set {
		demanded("phrases", demand{"town_known", "text", "{numbers}"})
	}
	if file.at("phrases").at("not_answering").set {
		demanded("phrases", demand{"not_answering", "text", "{numbers}"})
		demanded("phrases", demand{"not_answering", "say", ""})
	}
}
