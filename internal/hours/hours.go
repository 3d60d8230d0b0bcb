// Package hours says whether a service is open at an instant, in
// Europe/London, clock changes included.
//
// Hours nobody has confirmed are [Unknown], never "open": a caller must not be
// told that somebody will answer when we do not know it.
package hours

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a scratch image has no time zones of its own

	"github.com/rickar/cal/v2/gb"
)

// Status is what is known about a service at one instant.
type Status uint8

// What can be known.
const (
	Unknown Status = iota // nobody has confirmed the hours
	Open
	Closed
)

// Hours are the opening hours of one service. The zero value is unknown hours.
type Hours struct {
	always bool
	spans  []span
	text   string
	// onHolidays: bank holidays are days like any other.
	onHolidays bool
	days       map[string][]span // what single days have instead, by 2006-01-02
	// forced is what they are at every moment, when it is not Unknown.
	forced Status
}

// span is one stretch of one weekday, in minutes after midnight; to is at most
// 24*60 and after from.
type span struct {
	day      time.Weekday
	from, to int
}

// Always is a line that is answered at any hour of any day.
func Always() Hours { return Hours{always: true, text: "24 hours"} }

// IsAlways reports a 24-hour line.
func (h Hours) IsAlways() bool { return h.always }

// IsKnown reports hours that somebody has stated.
func (h Hours) IsKnown() bool { return h.always || len(h.spans) > 0 }

// String is the hours as they were written ("Mon-Fri 9am-6pm"), empty when
// unknown.
func (h Hours) String() string { return h.text }

// Office reports the hours that most offices keep: Monday to Friday, 9 to 5, but for bank
// holidays.
func Office(t time.Time) bool {
	const opens, closes = 9, 17
	local := t.In(London())
	weekday := local.Weekday() != time.Saturday && local.Weekday() != time.Sunday
	return weekday && opens <= local.Hour() && local.Hour() < closes && !BankHoliday(local)
}

// At says whether a service with these hours is open at t.
func (h Hours) At(t time.Time) Status {
	switch {
	case h.forced != Unknown:
		return h.forced
	case len(h.days) > 0: // single days go before all else
	case h.always:
		return Open
	case len(h.spans) == 0:
		return Unknown
	}
	local := t.In(London())
	if len(h.days) > 0 {
		if day, ok := h.days[local.Format(time.DateOnly)]; ok {
			return within(day, local)
		}
	}
	if h.always {
		return Open
	}
	if len(h.spans) == 0 {
		return Unknown
	}
	if st := within(h.spans, local); st == Closed || h.onHolidays || !BankHoliday(local) {
		return st
	}
	return Closed
}

func within(spans []span, local time.Time) Status {
	minute := local.Hour()*60 + local.Minute()
	for _, s := range spans {
		if s.day == local.Weekday() && s.from <= minute && minute < s.to {
			return Open
		}
	}
	return Closed
}

// OnBankHolidays gives the same hours for a service that keeps them on bank
// holidays too. Otherwise weekly hours are closed on those.
func (h Hours) OnBankHolidays() Hours {
	h.onHolidays = true
	return h
}

// Except gives the same hours but for one day, written like 2026-12-24, which
// has the times given ("9am-12.30pm") or is "closed".
func (h Hours) Except(day, times string) (Hours, error) {
	d, err := time.ParseInLocation(time.DateOnly, day, London())
	if err != nil {
		return h, fmt.Errorf("%q is not a day; write it like 2026-12-24", day)
	}
	spans := []span{}
	if t := strings.ToLower(strings.TrimSpace(times)); t != "closed" {
		open, closes, err := parseTimes(t)
		if err != nil {
			return h, err
		}
		spans = append(spans, span{d.Weekday(), open, closes})
	}
	days := map[string][]span{day: spans}
	for k, v := range h.days {
		days[k] = v
	}
	h.days = days
	return h, nil
}

// BankHoliday reports a bank holiday in England, the day itself or the day
// taken in its place.
func BankHoliday(local time.Time) bool {
	return bankHolidays(local.Year())[local.YearDay()]
}

// daysOff are the bank holidays of one year, by the day of the year.
type daysOff [367]bool

var yearsOff sync.Map // of *daysOff by year: they are worked out once

func bankHolidays(year int) *daysOff {
	if known, ok := yearsOff.Load(year); ok {
		return known.(*daysOff)
	}
	off := &daysOff{}
	// A holiday of the year before or after may be kept in this one.
	for y := year - 1; y <= year+1; y++ {
		for _, h := range gb.Holidays {
			actual, observed := h.Calc(y)
			for _, d := range []time.Time{actual, observed} {
				if !d.IsZero() && d.Year() == year {
					off[d.YearDay()] = true
				}
			}
		}
	}
	yearsOff.Store(year, off)
	return off
}

// London is the time zone every service keeps.
func London() *time.Location { return london() }

// Quarter is the first day of a day's quarter.
func Quarter(day time.Time) time.Time {
	const months = 3
	return time.Date(day.Year(), (day.Month()-1)/months*months+1, 1, 0, 0, 0, 0, day.Location())
}

// Day is the midnight, in London, that a moment's day began at.
func Day(t time.Time) time.Time {
	y, m, d := t.In(london()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, london())
}

var london = sync.OnceValue(func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil { // cannot happen with time/tzdata linked in
		return time.UTC
	}
	return l
})

// ErrFormat is wrapped by every error of [Parse].
var ErrFormat = errors.New("write hours like: Mon-Fri 9am-6pm, Sat 10am-1.30pm")

// Parse reads hours as a manager writes them: "24 hours", "24/7", "unknown", or day
// ranges with times: "Mon-Fri 9am-6pm, Sat 10am-1.30pm", "Thu-Sun 4pm-midnight",
// "every day 8am-8pm", "Mon to Fri 9am to 6pm", "weekdays 9:00-17:00". Hours past
// midnight are written as two stretches. "9" alone may be morning or evening: such
// hours are an error, for which [Suggest] has what they most likely mean.
func Parse(s string) (Hours, error) {
	const longest = 200 // bytes; every day of a week with two stretches has half of them
	if len(s) > longest {
		return Hours{}, fmt.Errorf("the hours are %d letters long: %w", len(s), ErrFormat)
	}
	switch clean := strings.ToLower(strings.TrimSpace(s)); {
	case allDay.MatchString(clean):
		return Always(), nil
	case clean == "unknown", clean == "not known":
		return Hours{}, nil
	}
	s = respelt(s)
	h := Hours{text: s}
	for part := range strings.SplitSeq(s, ",") {
		spans, err := parsePart(strings.ToLower(strings.TrimSpace(part)))
		if err != nil {
			return Hours{}, err
		}
		h.spans = append(h.spans, spans...)
	}
	sort.Slice(h.spans, func(i, j int) bool {
		a, b := h.spans[i], h.spans[j]
		return a.day < b.day || a.day == b.day && a.from < b.from
	})
	for i := 1; i < len(h.spans); i++ {
		if a, b := h.spans[i-1], h.spans[i]; a.day == b.day && b.from < a.to {
			return Hours{}, fmt.Errorf("%v is given twice with times that overlap: %w", a.day, ErrFormat)
		}
	}
	return h, nil
}

func parsePart(part string) ([]span, error) {
	days, times, ok := strings.Cut(part, " ")
	if rest, every := strings.CutPrefix(part, "every day "); every {
		days, times, ok = "mon-sun", rest, true
	}
	if !ok {
		return nil, fmt.Errorf("%q has days without times, or times without days: %w", part, ErrFormat)
	}
	first, last, ranged := strings.Cut(days, "-")
	if !ranged {
		last = first
	}
	d1, err := parseDay(first)
	if err != nil {
		return nil, err
	}
	d2, err := parseDay(last)
	if err != nil {
		return nil, err
	}
	open, closes, err := parseTimes(times)
	if err != nil {
		return nil, err
	}
	var spans []span
	for d := d1; ; d = (d + 1) % 7 {
		spans = append(spans, span{d, open, closes})
		if d == d2 {
			return spans, nil
		}
	}
}

// parseTimes reads "9am-6pm".
func parseTimes(times string) (open, closes int, err error) {
	from, to, ok := strings.Cut(strings.ReplaceAll(times, " ", ""), "-")
	if !ok {
		return 0, 0, fmt.Errorf("%q has no closing time: %w", times, ErrFormat)
	}
	open, err = parseTime(from)
	if err != nil {
		return 0, 0, err
	}
	closes, err = parseTime(to)
	if err != nil {
		return 0, 0, err
	}
	if closes == 0 {
		closes = 24 * 60
	}
	if closes <= open {
		return 0, 0, fmt.Errorf("%q closes before it opens; write hours past midnight as two days: %w",
			times, ErrFormat)
	}
	return open, closes, nil
}

func parseDay(s string) (time.Weekday, error) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		name := strings.ToLower(d.String())
		if len(s) >= 3 && strings.HasPrefix(name, s) || s == name+"s" {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is not a day of the week: %w", s, ErrFormat)
}

// parseTime reads 9am, 1.30pm, 13:30, noon and midnight as minutes after
// midnight.
func parseTime(s string) (int, error) {
	bad := fmt.Errorf("%q is not a time of day: %w", s, ErrFormat)
	switch s {
	case "midnight", "24:00":
		return 0, nil
	case "noon", "midday":
		return 12 * 60, nil
	}
	clock, half := s, 0
	if c, ok := strings.CutSuffix(s, "am"); ok {
		clock, half = c, 1
	} else if c, ok := strings.CutSuffix(s, "pm"); ok {
		clock, half = c, 2
	}
	hh, mm, ok := strings.Cut(strings.ReplaceAll(clock, ".", ":"), ":")
	if !ok {
		if half == 0 {
			return 0, bad // "9" may be morning or evening
		}
		mm = "00"
	}
	h, err1 := strconv.Atoi(hh)
	m, err2 := strconv.Atoi(mm)
	if err1 != nil || err2 != nil || len(mm) != 2 || h < 0 || m < 0 || m > 59 {
		return 0, bad
	}
	switch half {
	case 0:
		if h > 23 {
			return 0, bad
		}
	default:
		if h < 1 || h > 12 {
			return 0, bad
		}
		h = h%12 + 12*(half-1)
	}
	return h*60 + m, nil
}

// Exceptions are the single days that differ, in order, like 2026-12-24.
func (h Hours) Exceptions() []string { return slices.Sorted(maps.Keys(h.days)) }
