package hours

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
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

// allDay are ways to write a line that is always answered.
var allDay = regexp.MustCompile(`^(24 ?/ ?7|24 ?h(ou)?rs?|24h|24 hours?( a day)?,?( (7|seven) days( a week)?)?|always( open)?|open 24 hours)$`)

// respellings turn what people write into what [Parse] reads, in order. Each leaves
// alone what is written in its own form.
var respellings = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`(?i)\b(every ?day|daily|(7|seven) days a week)\b:?`), "every day"},
	{regexp.MustCompile(`(?i)\bweekdays?\b`), "Mon-Fri"},
	{regexp.MustCompile(`(?i)\bweekends?\b`), "Sat-Sun"},
	{regexp.MustCompile(`(?i)\b(from|between|open)\s+`), ""},
	{regexp.MustCompile(`(?i)\s+(to|till|until|through)\s+`), "-"},
	{regexp.MustCompile(`\s*[-]\s*`), "-"},
	{regexp.MustCompile(`\s*;\s*`), ", "},
	{regexp.MustCompile(`(?i)\s*(,\s*|\s)(and|&)\s+`), ", "},
	{regexp.MustCompile(`(?i)([a-z]{3,})\s*:\s*`), "$1 "},
	{regexp.MustCompile(`(?i)\b(\d{1,2}(?:[.:]\d\d)?)\s+([ap])\.?m\b\.?`), "$1${2}m"},
	{regexp.MustCompile(`(?i)\b([ap])\.m\.`), "${1}m"},
	{regexp.MustCompile(`\b([01]\d|2[0-4])([0-5]\d)-([01]\d|2[0-4])([0-5]\d)\b`), "$1:$2-$3:$4"},
}

// respelt is hours in the words that [Parse] reads, with each stretch of days before
// its times.
func respelt(s string) string {
	for _, r := range respellings {
		s = r.find.ReplaceAllString(s, r.put)
	}
	s = strings.Join(strings.Fields(s), " ")
	var parts []string
	waiting := "" // days whose times stand in the next part
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		switch {
		case waiting != "" && startsWithTime(part):
			for day := range strings.SplitSeq(waiting, ",") {
				parts = append(parts, day+" "+part)
			}
			waiting = ""
		case daysOnly(part):
			waiting = strings.TrimPrefix(waiting+","+part, ",")
		case waiting != "" && strings.Contains(part, " "):
			_, times, _ := strings.Cut(part, " ")
			for day := range strings.SplitSeq(waiting, ",") {
				parts = append(parts, day+" "+times)
			}
			parts, waiting = append(parts, part), ""
		default:
			parts = append(parts, part)
		}
	}
	if waiting != "" {
		parts = append(parts, strings.Split(waiting, ",")...)
	}
	return strings.Join(parts, ", ")
}

func startsWithTime(part string) bool {
	return part != "" && (part[0] >= '0' && part[0] <= '9' || strings.HasPrefix(part, "noon") || strings.HasPrefix(part, "midday"))
}

// daysOnly reports a part that names days and no times.
func daysOnly(part string) bool {
	first, last, ranged := strings.Cut(strings.ToLower(part), "-")
	if _, err := parseDay(first); err != nil {
		return part == "every day"
	}
	if !ranged {
		return true
	}
	_, err := parseDay(last)
	return err == nil
}

var (
	bareTimes = regexp.MustCompile(`\b(\d{1,2})(?:[.:](\d\d))?(am|pm)?-(\d{1,2})(?:[.:](\d\d))?(am|pm)?\b`)
	someTimes = regexp.MustCompile(`\d|noon|midnight`)
)

// Suggest is hours that a mistaken line most likely means, to be offered and never
// assumed: "9-5" gives "Mon-Fri 9am-5pm". It is empty when nothing is likely.
func Suggest(s string) string {
	guess := bareTimes.ReplaceAllStringFunc(strings.ToLower(respelt(s)), func(times string) string {
		m := bareTimes.FindStringSubmatch(times)
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[4])
		if m[3] == "" && m[6] == "" && (from > 12 || to > 12 || m[2] != "" && m[5] != "") {
			return times // a 24-hour clock
		}
		first, second := m[3], m[6]
		const early = 6 // nobody opens before, and few close so early
		if first == "" && from >= early && from < 12 {
			first = "am"
		} else if first == "" {
			first = "pm"
		}
		if second == "" {
			second = "pm"
		}
		minutes := func(of string) string {
			if of == "" || of == "00" {
				return ""
			}
			return "." + of
		}
		return m[1] + minutes(m[2]) + first + "-" + m[4] + minutes(m[5]) + second
	})
	switch {
	case daysOnly(guess) || !someTimes.MatchString(guess):
		guess += " 9am-5pm"
	case startsWithTime(guess):
		guess = "Mon-Fri " + guess
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		short := d.String()[:3]
		guess = regexp.MustCompile(`(?i)\b`+short+`[a-z]*`).ReplaceAllString(guess, short)
	}
	if _, err := Parse(guess); err != nil {
		return ""
	}
	return guess
}
