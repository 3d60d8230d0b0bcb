package load

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/hours"
)

// hours reads when a service is open.
func (b *builder) hours(s *flows.Service, all value) {
	v := all.at("hours")
	if !v.set || v.text == "" {
		return
	}
	h, err := hours.Parse(v.text)
	if err != nil {
		fix := `Write "24 hours", "unknown", or hours like "Mon-Fri 9am-6pm, Sat 10am-1.30pm".`
		// What the page of a service is copied from has dashes that look alike.
		plainDashes := strings.NewReplacer("\u2013", "-", "\u2014", "-", "\u2212", "-", "\u00a0", " ").Replace(v.text)
		_, but := hours.Parse(plainDashes)
		if likely := hours.Suggest(plainDashes); but != nil && likely != "" {
			fix = "Write this, if it is what you mean: hours: " + likely
		}
		if strings.EqualFold(strings.TrimSpace(v.text), "closed") {
			fix = "If it is closed for some days, leave its hours and write the day it is back: paused_until: " +
				"2026-01-31. If it is gone, write not_offered and why."
		}
		if but == nil {
			fix = fmt.Sprintf("It holds dashes or blanks of another kind: write %q, with the dash of the keyboard.",
				plainDashes)
		}
		b.problem(v.pos, "hours", "these hours cannot be read: "+err.Error(),
			"Callers would not be told when the line is open.", fix)
		if but == nil {
			b.fix(v.pos, v.text, plainDashes)
		}
		return
	}
	b.emergencyHours(s, all)
	if all.at("bank_holidays").text == "open" {
		h = h.OnBankHolidays()
	}
	exceptions := all.at("exceptions")
	for _, day := range exceptions.keys {
		e := exceptions.at(day)
		if h, err = h.Except(day, e.text); err != nil {
			fix := `Write it like 2026-12-24: 9am-12.30pm, or 2026-12-25: closed.`
			if iso := Day(day); iso != "" {
				fix = fmt.Sprintf("Write: %s: %s", iso, e.text)
			} else if _, times, ok := strings.Cut(hours.Suggest(e.text), " "); ok {
				fix = fmt.Sprintf("Write this, if it is what you mean: %s: %s", day, times)
			}
			b.problem(e.pos, "hours", "this exception cannot be read: "+err.Error(),
				"Callers would be told the wrong thing on that day.", fix)
		}
	}
	s.Hours = h
}

// emergencyHours refuses a time at which the emergency number would be closed.
func (b *builder) emergencyHours(s *flows.Service, all value) {
	if !emergency(all) {
		return
	}
	const why = "It is answered at every hour, and callers would be led past it."
	if v := all.at("hours"); v.text != "24 hours" {
		b.problem(v.pos, "emergency-hours", fmt.Sprintf("%s is the emergency number, and these are not its hours",
			s.ID), why, "Write: hours: 24 hours")
	}
	for _, name := range []string{"exceptions", "paused_until", "from", "until"} {
		if v := all.at(name); v.set {
			b.problem(v.pos, "emergency-hours", fmt.Sprintf("%s is the emergency number: it has no %s", s.ID, name),
				why, "Take the line out.")
		}
	}
}

// otherDates are ways in which people write days. The day comes before the month.
var otherDates = []string{"2/1/2006", "2.1.2006", "2-1-2006", "2 January 2006", "2 Jan 2006", "2 January, 2006",
	"2nd January 2006", "2/1/06", "2.1.06", "2006/1/2", "2006-1-2"}

// ordinalDay finds the letters behind a day: 1st, 22nd.
var ordinalDay = regexp.MustCompile(`(?i)\b(\d{1,2})(st|nd|rd|th)\b`)

// Day is a day that is written in another way ("12/09/2026", with the day before the
// month), as flow files have it: "2026-09-12". It is empty when it is none.
func Day(words string) string {
	words = strings.Join(strings.Fields(ordinalDay.ReplaceAllString(words, "$1")), " ")
	for _, day := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"} {
		words = strings.TrimLeft(strings.TrimPrefix(words, day), ", ")
	}
	for _, form := range otherDates {
		if d, err := time.Parse(form, words); err == nil && d.Year() > 0 {
			return d.Format(time.DateOnly)
		}
	}
	return ""
}

func (b *builder) date(v value) time.Time {
	if !v.set || v.text == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, v.text, hours.London())
	if err != nil {
		fix := "Write it like 2026-01-31."
		if iso := Day(v.text); iso != "" {
			fix = "Write it like " + iso + ", if that is the day you mean: the year, the month, the day."
		}
		b.problem(v.pos, "date", fmt.Sprintf("%q is not a date", v.text),
			"Without the date nobody knows whether the number still holds.", fix)
	}
	return t
}
