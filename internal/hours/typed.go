package hours

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// allDay are ways to write a line that is always answered.
var allDay = regexp.MustCompile(`^(24 ?[/-] ?7|24 ?h(ou)?rs?|24h|` +
	`24 ?h(ou)?rs?( a day)?( ?/ ?|,? )(7|seven) days( a week)?|24 hours? a day|` +
	`always( open)?|open 24 hours|(a?round the clock|day and night))$`)

// notKnown are ways to say that nobody knows the hours, of which [Suggest] makes "unknown".
var notKnown = regexp.MustCompile(`^(do ?n['\x{2019}]?o?t know|not sure|unsure|unconfirmed|not confirmed|` +
	`n/?a|tb[ac]|none|\?+|-+)$`)

// aDay finds a day of the week.
const aDay = `(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?`

// respellings turn what people write into what [Parse] reads, in order. Each leaves
// alone what is written in its own form.
var respellings = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`(?i)\b(every ?day|daily|(7|seven) days( a week)?)\b:?`), "every day"},
	{regexp.MustCompile(`\b[Mm] ?- ?[Ff]\b`), "Mon-Fri"},
	{regexp.MustCompile(`(?i)\s*o['\x{2019}]?clock\b`), ""},
	{regexp.MustCompile(`(?i)\bweekdays?\b`), "Mon-Fri"},
	{regexp.MustCompile(`(?i)\bweekends?\b`), "Sat-Sun"},
	{regexp.MustCompile(`(?i)\b(from|between|open)\s+`), ""},
	{regexp.MustCompile(`(?i)\s+(to|['\x{2019}]?till?|until|through)\s+`), "-"},
	{regexp.MustCompile(`\s*[-]\s*`), "-"},
	{regexp.MustCompile(`\s*;\s*`), ", "},
	{regexp.MustCompile(`(?i)\s*(,\s*|\s)(and|&)\s+`), ", "},
	{regexp.MustCompile(`(?i)([a-z]{3,})\s*:\s*`), "$1 "},
	{regexp.MustCompile(`(?i)\b(\d{1,2}(?:[.:]\d\d)?)\s+([ap])\.?m\b\.?`), "$1${2}m"},
	{regexp.MustCompile(`(?i)\b([ap])\.m\.`), "${1}m"},
	{regexp.MustCompile(`\b([01]\d|2[0-4])([0-5]\d)-([01]\d|2[0-4])([0-5]\d)\b`), "$1:$2-$3:$4"},
	{regexp.MustCompile(`(?i)\b(\d{1,2})h(\d\d)\b`), "$1:$2"},
	{regexp.MustCompile(`(?i)\b(\d{1,2})h\b`), "$1:00"},
	// "Mon/Wed/Fri" and "Mon Wed Fri": twice, since a day in the middle belongs to both sides.
	{regexp.MustCompile(`(?i)\b(` + aDay + `)(?:\s*/\s*|\s+)(` + aDay + `)\b`), "$1, $2"},
	{regexp.MustCompile(`(?i)\b(` + aDay + `)(?:\s*/\s*|\s+)(` + aDay + `)\b`), "$1, $2"},
	// "9am-5pm Mon-Fri", and stretches without a comma between them.
	{regexp.MustCompile(`(?i)(\d|[ap]m|noon|midday|midnight)\s+(` + aDay + `|every day)\b`), "$1, $2"},
}

// respelt is hours in the words that [Parse] reads, with each stretch of days before
// its times.
func respelt(s string) string {
	for _, r := range respellings {
		s = r.find.ReplaceAllString(s, r.put)
	}
	s = strings.Join(strings.Fields(s), " ")
	var in []string
	for part := range strings.SplitSeq(s, ",") {
		in = append(in, strings.TrimSpace(part))
	}
	if len(in) > 1 && startsWithTime(in[0]) {
		return strings.Join(daysFirst(in), ", ")
	}
	var parts, days []string // days are those that the last times were for
	waiting := false         // the days have no times yet
	with := func(times string) {
		for _, day := range days {
			parts = append(parts, day+" "+times)
		}
		waiting = false
	}
	for _, part := range in {
		switch own, times := cutDays(part); {
		case startsWithTime(part) && len(days) > 0:
			with(part)
		case daysOnly(part) && waiting:
			days = append(days, part)
		case daysOnly(part):
			days, waiting = []string{part}, true
		case waiting && times != "":
			days = append(days, own)
			with(times)
		default:
			parts, days = append(parts, part), nil
			if times != "" && daysOnly(own) {
				days = []string{own}
			}
		}
	}
	if waiting {
		parts = append(parts, days...)
	}
	return strings.Join(parts, ", ")
}

// daysFirst puts the days first in parts that give each stretch of times before its days.
func daysFirst(in []string) (parts []string) {
	times, used := "", true
	for _, part := range in {
		switch {
		case startsWithTime(part) && used:
			times, used = part, false
		case daysOnly(part) && times != "":
			parts, used = append(parts, part+" "+times), true
		default:
			return in
		}
	}
	if !used {
		return in
	}
	return parts
}

// cutDays divides "Mon-Fri 9am-5pm" into its days and its times.
func cutDays(part string) (days, times string) {
	const always = "every day"
	if rest, ok := strings.CutPrefix(strings.ToLower(part), always+" "); ok {
		return always, rest
	}
	days, times, _ = strings.Cut(part, " ")
	return days, times
}

func startsWithTime(part string) bool {
	return part != "" && (part[0] >= '0' && part[0] <= '9' || strings.HasPrefix(part, "noon") ||
		strings.HasPrefix(part, "midday"))
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
	// exceptions is what people add to hours, and other lines of the file say: a line is closed on
	// bank holidays, unless the file says otherwise, and on days that are not listed.
	exceptions = regexp.MustCompile(`[,;]?\s*\(?\b` +
		`(closed|excluding|excl\.?|except|not)\b( on)?( at)?( for)? ` +
		`(bank holidays?|public holidays?|weekends?|sat(urdays?)? (and|&) sun(days?)?|sundays?)` +
		`( and bank holidays?)?\)?`)
	plainHours = regexp.MustCompile(`\s*\b(office|working|business|normal) hours\b`)
)

// Suggest is hours that a mistaken line most likely means, to be offered and never
// assumed: "9-5" gives "Mon-Fri 9am-5pm". It is empty when nothing is likely.
func Suggest(s string) string {
	clean := strings.ToLower(strings.TrimSpace(s))
	if notKnown.MatchString(clean) {
		return "unknown"
	}
	clean = plainHours.ReplaceAllString(exceptions.ReplaceAllString(clean, ""), " 9am-5pm")
	guess := bareTimes.ReplaceAllStringFunc(strings.ToLower(respelt(clean)), func(times string) string {
		m := bareTimes.FindStringSubmatch(times)
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[4])
		if m[3] == "" && m[6] == "" && (from > 12 || to > 12 || m[2] != "" && m[5] != "" && from < to) {
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
	case startsWithTime(guess) && overnight(guess) != "":
		guess = "every day " + guess
	case startsWithTime(guess):
		guess = respelt("Mon-Fri " + guess)
	}
	if _, err := Parse(guess); err != nil {
		guess = pastMidnight(guess)
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

// overnight is when a stretch of times that closes on the next day does so ("6pm-2am" gives
// "2am"); empty when it closes on its own.
func overnight(times string) string {
	from, to, ok := strings.Cut(strings.ReplaceAll(times, " ", ""), "-")
	opens, err1 := parseTime(from)
	closes, err2 := parseTime(to)
	if !ok || err1 != nil || err2 != nil || closes == 0 || closes > opens {
		return ""
	}
	return to
}

// pastMidnight divides each stretch that closes on the next day into two.
func pastMidnight(s string) string {
	var parts []string
	for part := range strings.SplitSeq(s, ", ") {
		days, times := cutDays(part)
		closes := overnight(times)
		next := nextDays(days)
		if closes == "" || next == "" {
			parts = append(parts, part)
			continue
		}
		opens, _, _ := strings.Cut(times, "-")
		parts = append(parts, days+" "+opens+"-midnight", next+" midnight-"+closes)
	}
	return strings.Join(parts, ", ")
}

// nextDays are the days after some days: "Sat-Tue" after "Fri-Mon".
func nextDays(days string) string {
	if days == "every day" {
		return days
	}
	var next []string
	for day := range strings.SplitSeq(days, "-") {
		d, err := parseDay(strings.ToLower(day))
		if err != nil {
			return ""
		}
		next = append(next, ((d + 1) % 7).String()[:3])
	}
	return strings.Join(next, "-")
}
