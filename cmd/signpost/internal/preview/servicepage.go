package preview

import (
	"cmp"
	"fmt"
	"net/http"

	"signpost/flows"
	"signpost/internal/hours"
)

// servicePage is the form of one service.
func (s *Server) servicePage(v Verdict, r *http.Request) (*formPage, bool) {
	svc := v.Source.Book.Service(r.PathValue("id"))
	if svc == nil {
		return nil, false
	}
	p := &formPage{Title: svc.Name, About: svc.About, At: "/directory/" + svc.ID, Back: "/directory",
		BackTo: "the directory", Here: "/directory"}
	p.Groups = append(p.Groups, formGroup{Fields: serviceNames(svc)})
	if !svc.Emergency() {
		p.Groups = append(p.Groups, formGroup{Legend: "Has somebody rung it? Last rung: " + lastRung(svc,
			hours.Day(s.Now())), Fields: serviceRung(svc)})
	}
	p.Groups = append(p.Groups, formGroup{Fields: []*formField{
		{Name: "examples", Label: "If I change a number, change it in the examples, too", Kind: "tick", Value: "yes"},
	}})
	if !svc.Emergency() {
		p.Groups = append(p.Groups, serviceOpen(svc)...)
	}
	heard := formGroup{Legend: "What did you hear when you rang it?"}
	for _, m := range manners(svc) {
		one := &formField{Name: m.Name, Label: m.Label, Value: m.Is, Most: longestHeard}
		for _, c := range m.Choices {
			one.Kind, one.Most = "choose", 0
			one.Choices = append(one.Choices, formChoice{c, cmp.Or(c, "not known")})
		}
		heard.Fields = append(heard.Fields, one)
	}
	p.Groups = append(p.Groups, heard)
	for _, g := range p.Groups {
		for _, f := range g.Fields {
			f.File, f.Path = directoryFile, "services."+svc.ID+"."+cmp.Or(f.Path, f.Name)
		}
	}
	return p, true
}

// longestHeard bounds the first words of a line, in letters.
const longestHeard = 100

// serviceNames are what a service is called, and its numbers.
func serviceNames(svc *flows.Service) []*formField {
	out := []*formField{
		{Name: "label", Label: "What a text calls it", Help: "Choose discreet words. Somebody else may read them.",
			Value: svc.Label, Most: 40, Need: true},
		{Name: "say", Label: "What a call calls it", Help: "It goes in the middle of a sentence, like: the local team.",
			Value: svc.Say, Most: 60, Need: true},
	}
	for i, l := range svc.Lines {
		f := &formField{Name: fmt.Sprint("number", i), Label: "Telephone number", Kind: "tel", Value: l.Printed,
			Most: 30, Need: true, Path: fmt.Sprintf("numbers.%d.number", i)}
		if len(svc.Lines) > 1 {
			f.Label = fmt.Sprint("Telephone number ", i+1)
		}
		if i == 0 {
			f.Help = "It comes from: " + svc.Source + ", " + svc.SourceDate + "."
		}
		out = append(out, f)
	}
	return out
}

// serviceRung are who rang the number, or why it goes out without that.
func serviceRung(svc *flows.Service) []*formField {
	unrung := "Until somebody rings it, every text that gives it gives the 24-hour number, too."
	if svc.UnrungBecause != "" {
		unrung = "Now it says: " + svc.UnrungBecause + ". That stays, unless you change the number. " + unrung
	}
	return []*formField{
		{Name: "rung_by", Label: "Your role, if you rang the number above today",
			Help: "A role, never a name. After you change a number, it counts as not rung until you fill this in.",
			Most: longestRole, Path: "checked_by"},
		{Name: "unrung_because", Label: "If nobody has rung it: why callers get it anyway, and who decided",
			Help: unrung, Most: 120},
	}
}

// serviceOpen are the hours of a service.
func serviceOpen(svc *flows.Service) []formGroup {
	holidays := "closed"
	if svc.Hours.KeepsBankHolidays() {
		holidays = "open"
	}
	single := formGroup{Legend: "Single days that differ",
		Help: "Write the times, like 9am-12.30pm, or closed. To take a day out, empty its line."}
	for i, d := range singleDays(svc) {
		single.Fields = append(single.Fields, &formField{Name: fmt.Sprint("day", i), Kind: "day", Value: d.Day,
			Times: d.Times, TimesName: fmt.Sprint("times", i), Path: "exceptions." + d.Day})
	}
	return []formGroup{
		{Fields: []*formField{
			{Name: "hours", Label: "Hours",
				Help:  "Write 24 hours, unknown, or hours like: Mon-Fri 9am-6pm, Sat 10am-1pm. Never guess.",
				Value: hoursText(svc), Most: 100, Need: true},
			{Name: "bank_holidays", Label: "On bank holidays", Kind: "choose", Value: holidays,
				Choices: []formChoice{{"closed", "closed"}, {"open", "open at the hours above"}}},
		}},
		single,
		{Fields: []*formField{{Name: "paused_until", Label: "Paused until",
			Help: "The day it opens again. Empty: not paused.", Kind: "date", Value: date(svc.PausedUntil)}}},
	}
}
