package hours

import (
	"fmt"
	"strings"
	"time"
)

// Spoken is the weekly hours as they are said aloud: "Monday to Friday, 9 a m to 6 p m.
// Saturday, 10 a m to 1 30 p m". It is empty when they are unknown.
func (h Hours) Spoken() string {
	if h.always {
		return "24 hours"
	}
	week := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday,
		time.Sunday}
	var said []string
	for i := 0; i < len(week); {
		times, last := h.spokenTimes(week[i]), i
		for last+1 < len(week) && h.spokenTimes(week[last+1]) == times {
			last++
		}
		if times != "" {
			said = append(said, spokenDays(week[i], week[last])+", "+times)
		}
		i = last + 1
	}
	return strings.Join(said, ". ")
}

func spokenDays(first, last time.Weekday) string {
	if first == last {
		return first.String()
	}
	return first.String() + " to " + last.String()
}

// spokenTimes are the times of one weekday; empty when it is closed.
func (h Hours) spokenTimes(day time.Weekday) string {
	var times []string
	for _, s := range h.spans {
		if s.day == day {
			times = append(times, spokenTime(s.from)+" to "+spokenTime(s.to))
		}
	}
	return strings.Join(times, " and ")
}

// spokenTime is a time of day, in minutes after midnight.
func spokenTime(minutes int) string {
	const noon, midnight = 12 * 60, 24 * 60
	switch minutes {
	case 0, midnight:
		return "midnight"
	case noon:
		return "noon"
	}
	hour, minute, half := minutes/60, minutes%60, "a m"
	if hour >= 12 {
		hour, half = hour-12, "p m"
	}
	if hour == 0 {
		hour = 12
	}
	if minute == 0 {
		return fmt.Sprintf("%d %s", hour, half)
	}
	return fmt.Sprintf("%d %02d %s", hour, minute, half)
}
