package hours

import (
	"fmt"
	"strconv"
	"time"
)

// lookAhead is how many days [Hours.Opens] looks for the next opening: longer than
// any run of holidays.
const lookAhead = 21

// Opens says when a closed line opens next, as a text says it: "today 2pm",
// "Mon 9am", or "4 Jan 9am" when that is more than six days away. It is empty when
// the line is not closed, or opens at no time in the next three weeks.
func (h Hours) Opens(t time.Time) string {
	if h.At(t) != Closed {
		return ""
	}
	local := t.In(London())
	for days := range lookAhead {
		day := Day(local.AddDate(0, 0, days))
		for _, s := range h.on(day) {
			// Built from the parts of the day: an hour may be missing when the clocks change.
			opens := time.Date(day.Year(), day.Month(), day.Day(), s.from/60, s.from%60, 0, 0, London())
			if opens.Before(local) || h.At(opens) != Open {
				continue
			}
			const week = 7
			switch {
			case days == 0:
				return "today " + clock(s.from)
			case days < week:
				return day.Format("Mon ") + clock(s.from)
			}
			return day.Format("2 Jan ") + clock(s.from)
		}
	}
	return ""
}

// Today is the stretch of hours that a line is open for now, like "9am-5pm"; empty
// when it is not open, or open at all hours.
func (h Hours) Today(t time.Time) string {
	local := t.In(London())
	minute := local.Hour()*60 + local.Minute()
	for _, s := range h.on(local) {
		if s.from <= minute && minute < s.to {
			return clock(s.from) + "-" + clock(s.to)
		}
	}
	return ""
}

// KeepsBankHolidays reports weekly hours that hold on bank holidays, too.
func (h Hours) KeepsBankHolidays() bool { return h.onHolidays }

// Exception is what a single day has instead, as it is written: "9am-12.30pm" or
// "closed"; empty when the day is like any other.
func (h Hours) Exception(day string) string {
	spans, ok := h.days[day]
	switch {
	case !ok:
		return ""
	case len(spans) == 0:
		return "closed"
	}
	return clock(spans[0].from) + "-" + clock(spans[0].to)
}

// on is the stretches of one day, in order.
func (h Hours) on(day time.Time) (out []span) {
	if single, ok := h.days[day.Format(time.DateOnly)]; ok {
		return single
	}
	if BankHoliday(day) && !h.onHolidays {
		return nil
	}
	for _, s := range h.spans {
		if s.day == day.Weekday() {
			out = append(out, s)
		}
	}
	return out
}

// clock writes minutes after midnight as [Parse] reads them: "9am", "1.30pm".
func clock(minutes int) string {
	switch minutes {
	case 0, 24 * 60:
		return "midnight"
	case 12 * 60:
		return "noon"
	}
	half := "am"
	if minutes >= 12*60 {
		half = "pm"
	}
	hour, rest := (minutes/60+11)%12+1, ""
	if m := minutes % 60; m > 0 {
		rest = fmt.Sprintf(".%02d", m)
	}
	return strconv.Itoa(hour) + rest + half
}

// Forced gives the same hours, as they are written, that are open or closed at every
// moment: for the examples of a book, which must not depend on the day they run.
func (h Hours) Forced(status Status) Hours {
	h.forced = status
	return h
}
