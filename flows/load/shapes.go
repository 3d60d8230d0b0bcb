package load

import (
	"go.yaml.in/yaml/v3"
	"strconv"

	"signpost/flows"
)

// shape is what a piece of a flow file must look like. The reader follows it,
// and the JSON Schemas that editors use are made from it, so the two cannot
// disagree.
type shape struct {
	kind   shapeKind
	fields []field  // of an object
	elem   *shape   // of a list or a map
	enum   []string // of a text
	anyKey bool     // of a map: keys are words, not ids
	// unsigned reports whether a piece of this shape is one that callers never get: what is
	// wrong in it keeps no book from them.
	unsigned func(*yaml.Node) bool
	loose    bool // of a list: one text alone will do
}

type shapeKind uint8

const (
	isText shapeKind = iota
	isList
	isObject // a fixed set of names
	isMap    // names the author makes up
)

type field struct {
	name     string
	required bool
	doc      string
	shape    *shape
}

func (s *shape) field(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

func (s *shape) names() []string {
	var out []string
	for _, f := range s.fields {
		out = append(out, f.name)
	}
	return out
}

// example is a piece of YAML that has the shape.
func (s *shape) example() string {
	switch s.kind {
	case isList:
		return "[" + s.elem.example() + "]"
	case isObject:
		if len(s.fields) > 0 {
			return s.fields[0].name + ": " + s.fields[0].shape.example()
		}
	case isMap:
		return "some_name: ..."
	}
	if len(s.enum) > 0 {
		return s.enum[0]
	}
	return "..."
}

func text() *shape                          { return &shape{} }
func one(of ...string) *shape               { return &shape{enum: of} }
func listOf(elem *shape) *shape             { return &shape{kind: isList, elem: elem} }
func object(fields ...field) *shape         { return &shape{kind: isObject, fields: fields} }
func oneOrMore() *shape                     { return &shape{kind: isList, elem: text(), loose: true} }
func mapOf(elem *shape) *shape              { return &shape{kind: isMap, elem: elem} }
func need(name, doc string, s *shape) field { return field{name, true, doc, s} }
func may(name, doc string, s *shape) field  { return field{name, false, doc, s} }

var schemaField = need("schema", "the version of this file's form; always 1", one("1"))

const examplesFile = "examples.yaml"

// fileNames are the files of a book, in the order they are read.
var fileNames = append([]string{"services.yaml", "areas.yaml", "menus.yaml", "words.yaml", examplesFile, languagesFile,
	recordingsFile}, heardFiles...)

// shapeOf is the shape of one file of a book, whose districts have these names; any
// name will do when there are none.
func shapeOf(file string, districts []string) *shape {
	if HeardFile(file) {
		return heardShape(file)
	}
	switch file {
	case "services.yaml":
		return servicesShape()
	case "areas.yaml":
		return areasShape(districts)
	case "menus.yaml":
		return menusShape()
	case "words.yaml":
		return wordsShape(object(may("text", "what a text message says", text()),
			may("say", "what a call says", text())))
	case languagesFile:
		return languagesShape()
	case recordingsFile:
		return recordingsShape()
	}
	return examplesShape()
}

func person() *shape { return one("me", "someone", "behaviour") }

func yesNo() *shape { return one("yes", "no") }

func servicesShape() *shape {
	return object(schemaField, need("services", "the directory, by a short name for each service", mapOf(object(
		need("name", "what the service calls itself; never sent in a text", text()),
		need("label", "the discreet name used in texts", text()),
		may("say", "how a call names it, in the middle of a sentence", text()),
		need("numbers", "its telephone numbers, called one after another", listOf(object(
			need("number", "as the service prints it", text()),
			may("then_press", "the key to press once the line answers", text()),
			may("press_after", "how many seconds after the answer it is pressed: 0 to 30, halves too; usually 2",
				text())))),
		need("for", "whom it is for", listOf(person())),
		need("hours", `"24 hours", "unknown", or like "Mon-Fri 9am-6pm"`, text()),
		may("bank_holidays", "open when it keeps its hours on bank holidays too; otherwise closed",
			one("closed", "open")),
		may("exceptions", "single days that differ: 2026-12-24: 9am-12.30pm, or closed",
			&shape{kind: isMap, elem: text(), anyKey: true}),
		may("paused_until", "the day it is back after a flood or strike; it comes back by itself", text()),
		may("ring_seconds", "how long its lines ring: 10 to 60; usually 20", text()),
		may("press_to_accept",
			"yes when the person who answers must press 1, so that a machine is not taken for a person", yesNo()),
		may("free", "yes for freephone numbers", yesNo()),
		may("takes", "texts when it takes texts, and no calls", one("texts", "calls")),
		may("can_connect", "no when a caller must not be put through", yesNo()),
		may("first_words", "the first words heard on a test call; a caller hears them before, if they name the service",
			text()),
		may("answered_by", "who or what answers, as heard on a test call", one("person", "menu", "queue", "voicemail")),
		may("takes_men", "whether it takes men; leave out what nobody has said", yesNo()),
		may("takes_third_parties", "whether it takes people worried about somebody else", yesNo()),
		may("takes_relay", "whether it takes calls by Relay UK", yesNo()),
		may("takes_interpreters", "whether it can call an interpreter", yesNo()),
		may("may_be_texted", "whether people may send it texts", yesNo()),
		may("from", "the first day it exists, like 2026-01-31", text()),
		may("until", "the last day it exists, like 2026-12-31", text()),
		may("if_no_answer", "the service that takes over", text()),
		may("mention_text", "added to texts that mention it while it is open", text()),
		may("mention_say", "added to calls that mention it while it is open", text()),
		may("not_offered", "why it is on file but never given out", text()),
		may("allowed_words", "watch-words allowed in its label", listOf(text())),
		may("because", "why those words are allowed", text()),
		may("about", "anything else worth knowing", text()),
		need("source", "where the number comes from", text()),
		need("source_date", "when the source was written", text()),
		need("checked_on", `the day a person last rang it, or "never"`, text()),
		may("checked_by", "the role of who rang it", text()),
		may("review_by", "the day it must be rung again", text()),
		may("unrung_because", "why it may be given out though nobody has rung it for half a year; who says so", text()),
	))))
}

func areasShape(districts []string) *shape {
	return object(schemaField,
		need("areas", "the areas; the last is everywhere else", mapOf(object(
			need("name", "for you; callers never hear it", text()),
			need("text", "how a text offers it: its towns", text()),
			need("say", "how a call offers it: its towns", text()),
			need("districts", "the districts it covers", listOf(one(districts...))),
			may("also_called", "more names people use for it", listOf(text())),
			need("services", "its services, in the order they are offered", listOf(text())),
		))),
		may("several", "names that cover several areas: anybody who writes one is asked which",
			&shape{kind: isMap, elem: listOf(text()), anyKey: true}))
}

func menusShape() *shape {
	choice := object(
		may("text", "how a text offers it; leave out to offer it on calls only", text()),
		may("say", "how a call offers it; leave out to offer it by text only", text()),
		may("words", "what people may write instead of the key", listOf(text())),
		may("goes_to", "the step it leads to", text()),
		may("area", "the area it settles", text()),
		may("does", "connect: put the caller through; next: give the next number", one("connect", "next")))
	route := object(
		need("asks", "the step that asks for the place from the top", text()),
		need("place", "the step once the place is known", text()),
		need("zero", "the step that 0 leads to", text()))
	return object(schemaField,
		need("text_starts_at", "the step that answers a first text", text()),
		need("call_starts_at", "the step a call begins at", text()),
		need("people", "where each person is led", object(
			need("me", "the person themselves", route), need("someone", "worried about somebody else", route),
			need("behaviour", "worried about how they behave", route))),
		need("zero_for_all", "the step that 0 leads men and LGBT+ people to", text()),
		need("either", "the step that asks who it is about, where words of harm go both ways", text()),
		need("answers", "which step answers what was understood in a text", object(answerFields()...)),
		may("silent_calls",
			"whether the 24-hour line takes callers who never press a key; left out, they are told its number", object(
				need("connect_per_hour", "how many in an hour, at most; 0 is none", text()),
				need("agreed_by", "the role of the person at that line who agreed in writing", text()),
				need("agreed_on", "the day they did, like 2026-01-31", text()))),
		may("person_after",
			"how many seconds a call to a line must last to count as answered by a person, and not a machine: 5 to "+
				"120; usually 25",
			text()),
		need("voice", "the voice of calls, in the provider's names", object(
			need("name", "like Polly.Amy", text()), need("language", "like en-GB", text()))),
		need("steps", "the steps, by a short name for each", mapOf(object(
			need("kind", "what the step does", one("menu", "services", "say")),
			may("need",
				"from here on: deaf, numbers are given for Relay UK; line_for_all, the 24-hour line is the one of "+
					"zero_for_all",
				one("deaf", "line_for_all")),
			may("text", "what a text says; leave out when the step is for calls only", text()),
			may("say", "what a call says; leave out when the step is for texts only", text()),
			may("choices",
				"in order: the first is key 1; at most four by text, and on a call five, of which the fifth is key 6",
				listOf(choice)),
			may("for", "from here on, whom it is about", person()),
			may("services", `the services a services step gives, or "area"`, oneOrMore()),
			may("also", "services mentioned while they are open", listOf(text())),
			may("segments", "how many segments the text may take; usually 1", one("1", "2", "3")),
			may("allowed_words", "watch-words allowed in this text", listOf(text())),
			may("because", "why those words are allowed", text()),
		))),
		need("service_choices", "what every services step offers after the number", listOf(choice)))
}

func recordingsShape() *shape {
	return object(schemaField, need("recordings", "words that a person has spoken, for calls", listOf(object(
		need("file", "the recording (WAV) in the folder audio", text()),
		need("say", "the words it says: everything that a call says there, up to the next number", text()),
		may("language", "the short name of the language it is in, when that is not the book's own", text())))))
}

func examplesShape() *shape {
	turn := object(
		may("they",
			"what they text, or on a call: rings, a key, silence, or how a line we called ended (answered, short, no "+
				"answer, engaged, failed, cancelled)",
			text()),
		may("we", "what our answer holds; each must be there", oneOrMore()),
		may("never", "what our answer must not hold", oneOrMore()),
		may("all", "our whole answer, word for word: when it comes to read differently, you are asked to accept it",
			text()),
		may("connects_to", "the service we ring", text()),
		may("silence", "yes when we answer nothing", yesNo()),
		may("ends", "yes when the call or conversation is over", yesNo()))
	return object(schemaField, need("examples", "conversations as they should go; signpost check runs them",
		listOf(object(
			need("name", "what the example shows", text()),
			may("at", `the moment it happens, like "2026-11-20 14:00"; otherwise a weekday afternoon`, text()),
			may("texts", "a conversation by text", listOf(turn)),
			may("call", "a call", listOf(turn))))))
}

// answerFields are what a step can answer.
func answerFields() (fields []field) {
	for _, k := range flows.Answerable() {
		fields = append(fields, may(k.String(), "the step that answers it", text()))
	}
	return fields
}

func wordsShape(wording *shape) *shape {
	var messages, phrases, understood []field
	for _, m := range messageNames {
		messages = append(messages, need(m.name, m.doc, wording))
	}
	phrases = append(phrases, may("not_answering",
		"a line that has not answered lately: in a text behind the 24-hour number, {label} {numbers}; on a call, for "+
			"{doubt}",
		wording))
	phrases = append(phrases, may("town", "for {town}, in an answer to a question: an invitation to name the town", wording),
		may("town_known", "the same where the town is known: the local number, {numbers} {facts}", wording))
	messages = append(messages, may("they_answer",
		"to a caller, before they are put through to a line whose first words name it: {first_words}", wording),
		may("doctor_deaf", "to danger, for somebody deaf whom a doctor must look at; without it, what danger_deaf says", wording),
		may("maintenance", "to everybody while signpost maintenance is on; without it, what fallback says", wording),
		may("which_one",
			"the number for an area that is in doubt, and its towns: {place} {local} {zero}; without it, which asks", wording),
		may("number_town", "a line for a need, when no place is known; without it, what number says", wording),
		may("told", "to a text that tells more, without a town; without it, what not_understood says", wording),
		may("static",
			"when nothing but fixed words can be used; without it, what danger_short says to a text and fallback to "+
				"a call",
			wording))
	for _, p := range phraseNames {
		phrases = append(phrases, need(p.name, p.doc, wording))
	}
	for _, w := range wordNames {
		understood = append(understood, need(w.name, w.doc, listOf(text())))
	}
	var numbers []field
	for n := range menuNumbers {
		numbers = append(numbers, may(strconv.Itoa(n), "words for this number", listOf(text())))
	}
	understood = append(understood, may("numbers", "words for the numbers of a menu", object(numbers...)),
		may("beside_number", "words that say nothing beside a number of a menu", listOf(text())))
	return object(schemaField,
		need("messages", "what the gateway says by itself", object(messages...)),
		need("phrases", "parts of sentences", object(phrases...)),
		need("understood", "what people may write at any time", object(understood...)),
		need("shortcuts", "words that lead straight to a step", listOf(object(
			need("words", "what people may write", listOf(text())), need("goes_to", "the step it leads to", text())))),
		may("pronunciations", pronunciationsDoc, &shape{kind: isMap, elem: text(), anyKey: true}),
		need("watch_words", "words that must never appear in a text", listOf(text())))
}

const pronunciationsDoc = "names that the voice of calls gets wrong, each with how it is spelt so that it is said right"

type named struct{ name, doc string }

var messageNames = []named{
	{"not_understood", "the first answer that was not understood"}, {"silence", "nothing was pressed"},
	{"give_up", "the last words of a call without keys"}, {"emergency", "to a text of 999, and to the key 5"},
	{"which", "which area is nearest"}, {"fallback", "when something of ours is broken"},
	{"quick_exit", "the harmless last words after the star key"}, {"connecting", "before ringing a service"},
	{"try_next", "before another line is called, when the caller stayed on"},
	{"no_answer", "nobody answered: before another line is called"},
	{"engaged", "the line was engaged"}, {"not_reached", "the line could not be reached"},
	{"cancelled", "the call to the line was cancelled"},
	{"any_key", "after two silences: any key connects the caller"},
	{"stay", "after a line that answered, and was gone at once"},
	{"number_later", "what a services step says when the line may not answer now"}, {"closed", "when a line is closed"},
	{"nobody", "when no line could be reached"}, {"number", "what every services step says"},
	{"danger", "to danger: {local} {zero}"}, {"danger_short", "to danger, where the other does not fit"},
	{"danger_deaf", "to danger, for somebody deaf"},
	{"doctor", "to danger, when a doctor must look at it"}, {"doctor_short", "the same, where the other does not fit"},
	{"despair", "to somebody who wants to die"}, {"despair_short", "the same, where the other does not fit"},
	{"taken", "to somebody who has taken something"}, {"taken_short", "the same, where the other does not fit"},
	{"behaviour_danger", "to danger, for somebody worried about how they behave"},
	{"behaviour_deaf", "the same, for somebody deaf"},
	{"behaviour_doctor", "the same, when a doctor must look at it"},
	{"behaviour_despair", "to somebody worried about how they behave, who wants to die"},
	{"behaviour_taken", "the same, who has taken something"},
	{"behaviour_asks", "to somebody worried about how they behave, who asks who we are"},
	{"not_understood_short", "not_understood, where it does not fit"},
	{"number_short", "number, where it does not fit"},
	{"number_local", "a line for a need, with the local number: {local}"},
	{"number_local_short", "the same, where the other does not fit"},
	{"instead", "another number, when one did not help"}, {"last", "when there is no other number"},
	{"accept", "to the person who answers a line that must be accepted"}, {"back_on", "a line that is paused"},
}

var phraseNames = []named{
	{"hours_unknown", "nobody has confirmed the hours"}, {"hours_open", "the line is open"},
	{"hours_closed", "the line is closed"},
	{"free", "the number is free"}, {"may_show", "the number may show on a bill"},
	{"then_press", "a key to press once they answer"},
	{"reason_no_answer", "they did not answer: comes before another number"}, {"reason_engaged", "they were engaged"},
	{"reason_dead_line", "the number did not work"},
	{"reason_machine", "a machine answered"}, {"reason_shut", "they were closed"},
	{"reason_another", "another number was asked for"},
	{"or", "between two numbers"}, {"beside", "the 24-hour number beside another"},
	{"call_choice", "the first choice of a call's menu"},
	{"call_choice_next", "the other choices"}, {"back", "how to go back on a call, where that leads anywhere"},
}

var wordNames = []named{
	{"leave", "leaves the conversation"}, {"back", "goes back"}, {"repeat", "says it again"},
	{"zero", "gives the 24-hour line"},
	{"emergency", "somebody who may think this is 999"}, {"polite", "thanks and the like"},
	{"start", "starts from the top"},
}
