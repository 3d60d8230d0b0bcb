package load

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"signpost/flows"
)

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
		b.lineFacts(&s, v)
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
			s.NotOffered == "" { // a missing key has its own problem
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

// lineFacts reads what a service's line is like.
func (b *builder) lineFacts(s *flows.Service, v value) {
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
