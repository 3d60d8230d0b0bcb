package preview

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/hours"
)

// serviceForm is the form of a service, as it is read.
type serviceForm struct {
	p      proposal
	v      Verdict
	svc    *flows.Service
	form   url.Values
	wanted []edit.Change // what would change nothing is left as it is
	wrong  bool          // a number is none, which the check says
}

// refuse says why about one field. The other fields are still looked at.
func (f *serviceForm) refuse(name, why string) {
	if f.p.Why == "" {
		f.p = f.p.refuseAt(name, why)
		return
	}
	f.p.Others = append(f.p.Others, formError{name, why})
}

// asked is what a field says; what it says already when it was not sent.
func (f *serviceForm) asked(name, was string) string {
	if _, sent := f.form[name]; !sent {
		return was
	}
	words := strings.TrimSpace(f.form.Get(name))
	f.p.Form = append(f.p.Form, field{name, words})
	return words
}

func (f *serviceForm) set(path, words, was, after string) {
	if words != was {
		f.wanted = append(f.wanted, edit.Change{Path: "services." + f.svc.ID + "." + path, Words: words, After: after})
	}
}

// proposed works out what the form of a service asks for.
func (s *Server) proposed(v Verdict, page *formPage) proposal {
	return s.proposedBy(s.weigh, v, page)
}

// proposedBy is proposed with another way to weigh what the files would be.
func (s *Server) proposedBy(weigh func(Verdict, proposal, map[string][]byte) proposal, v Verdict,
	page *formPage) proposal {
	svc := v.Source.Book.Service(strings.TrimPrefix(page.At, "/directory/"))
	f := &serviceForm{p: proposal{What: svc.Name, At: page.At, Back: page.Back, Here: page.Here, Seen: seen(v)}, v: v,
		svc: svc, form: page.sent}
	f.set("label", f.asked("label", svc.Label), svc.Label, "name")
	f.set("say", f.asked("say", svc.Say), svc.Say, "label")
	examples, another := f.numbers(string(v.Source.File(examplesFile)))
	f.set("hours", f.asked("hours", hoursText(svc)), hoursText(svc), "for")
	if svc.Emergency() && len(f.wanted) > 0 && f.wanted[len(f.wanted)-1].Path == "services."+svc.ID+".hours" {
		f.refuse("", "The emergency number is open 24 hours. It has no other hours.")
	}
	f.days()
	f.rungBy(hours.Day(s.Now()), another)
	data, err := edit.Set(v.Source, directoryFile, f.wanted)
	if err != nil {
		f.refuse("", sentence(err))
		return f.p
	}
	if p := f.p; p.Why != "" {
		is := s.checked(v, p, map[string][]byte{directoryFile: data}) // for what else is wrong
		p.src, p.Problems = is.src, is.Problems
		return p
	}
	return weigh(v, f.p, map[string][]byte{directoryFile: data, examplesFile: []byte(examples)})
}

// numbers reads the numbers. It gives the examples with the new ones in them, if that
// is wanted, and whether one is another number than before.
func (f *serviceForm) numbers(examples string) (changed string, another bool) {
	toExamples := f.asked("examples", "") != ""
	for i, l := range f.svc.Lines {
		put := f.asked(fmt.Sprint("number", i), l.Printed)
		if plainly := load.Plainly(put); plainly != "" && strings.Trim(put, "0123456789 ") != "" {
			put = plainly // the country's prefix, dots, brackets
		}
		f.set(fmt.Sprintf("numbers.%d.number", i), put, l.Printed, "")
		f.wrong = f.wrong || !load.Dialable(put)
		another = another || (flows.Line{Printed: put}).Digits() != l.Digits()
		if toExamples && put != "" {
			whole := regexp.MustCompile(`\b` + regexp.QuoteMeta(l.Printed) + `\b`) // not 101 in 0300 123 5101
			examples = whole.ReplaceAllLiteralString(examples, put)
		}
	}
	return examples, another
}

// days reads the pause, bank holidays and single days.
func (f *serviceForm) days() {
	svc := f.svc
	paused := f.asked("paused_until", date(svc.PausedUntil))
	if iso := load.Day(paused); iso != "" {
		paused = iso
	}
	f.set("paused_until", paused, date(svc.PausedUntil), "hours")
	for _, m := range manners(svc) {
		f.set(m.Name, f.asked(m.Name, m.Is), m.Is, "hours")
	}
	was := map[bool]string{true: "open", false: "closed"}[svc.Hours.KeepsBankHolidays()]
	if on := f.asked("bank_holidays", was); on != was {
		f.set("bank_holidays", map[string]string{"open": "open"}[on], was, "hours")
	}
	if _, sent := f.form["day0"]; sent {
		under, changed := []edit.Named{}, false
		const most = 60
		for i := range most {
			if _, sent := f.form[fmt.Sprint("day", i)]; !sent {
				break
			}
			day, times := f.asked(fmt.Sprint("day", i), ""), f.asked(fmt.Sprint("times", i), "")
			if iso := load.Day(day); iso != "" {
				day = iso
			}
			if day == "" && times != "" {
				f.refuse(fmt.Sprint("day", i), "Choose the day that has these times.")
			}
			if day == "" || times == "" { // an empty line, or one that is taken out
				continue
			}
			if slices.ContainsFunc(under, func(n edit.Named) bool { return n.Name == day }) {
				f.refuse(fmt.Sprint("day", i), day+" is there twice among the single days.")
				continue
			}
			changed = changed || svc.Hours.Exception(day) != times
			under = append(under, edit.Named{Name: day, Words: times})
		}
		if changed || len(under) != len(svc.Hours.Exceptions()) {
			f.wanted = append(f.wanted, edit.Change{Path: "services." + svc.ID + ".exceptions", After: "hours",
				Under: under})
		}
	}
	if svc.Emergency() && len(f.wanted) > 0 {
		for _, c := range f.wanted {
			if strings.HasSuffix(c.Path, "paused_until") || strings.HasSuffix(c.Path, "exceptions") {
				f.refuse("", "The emergency number is never closed.")
				return
			}
		}
	}
}

// rungBy reads who rang the number, or why it goes out before anybody has. A reason is
// about the number that it was written for, and goes with it.
func (f *serviceForm) rungBy(today time.Time, another bool) {
	svc, at := f.svc, "services."+f.svc.ID+"."
	role, because := strings.Join(strings.Fields(f.asked("rung_by", "")), " "), f.asked("unrung_because", "")
	switch {
	case role != "" && svc.Emergency():
		f.refuse("", "The emergency number is not rung to try it.")
		return
	case len(role) > longestRole:
		f.refuse("rung_by", "Say in a few words who rang it, by role.")
		return
	case role != "":
		if err := load.Role(role); err != nil {
			f.refuse("rung_by", sentence(err))
			return
		}
		f.wanted = append(f.wanted, rungOn(at, today, role)...)
		return
	case another && !f.wrong && (because == "" || because == svc.UnrungBecause):
		f.refuse("rung_by",
			"Nobody has rung the new number yet. Ring it and write your role, or write why it must go out before "+
				"that. The old reason was about the old number.")
		return
	case another: // whenever somebody rang, it was another number
		f.wanted = append(f.wanted, edit.Change{Path: at + "checked_on", Words: "never", After: "source_date"},
			edit.Change{Path: at + "checked_by"}, edit.Change{Path: at + "review_by"})
	}
	if because != "" {
		f.set("unrung_because", because, svc.UnrungBecause, "checked_on")
	}
}

// rungOn is what is written when the number of a service was rung on a day.
func rungOn(at string, day time.Time, role string) []edit.Change {
	return []edit.Change{
		{Path: at + "checked_on", Words: day.Format(time.DateOnly), After: "source_date"},
		{Path: at + "checked_by", Words: role, After: "checked_on"}, {Path: at + "unrung_because"},
		{Path: at + "review_by"},
	}
}
