package store

import (
	"regexp"
	"time"
)

// Kept is one kind of thing that is kept in Redis.
type Kept struct {
	Key   *regexp.Regexp
	Shown string // the key as it is written in papers
	Holds string
	// For is how long at most; Until tells when it goes before that.
	For   time.Duration
	Until string
	Why   string
}

// Lifetimes that an operator sets.
type Lifetimes struct{ Session, EraseGiveUp time.Duration }

// EraseKeep is how long the list of records to erase outlives the age at which
// they are given up on, should nobody work it.
const EraseKeep = 24 * time.Hour

// Everything lists all that is ever kept in Redis. A key that is not on this
// list is a fault: a test holds every key that the gateway writes against it.
func Everything(l Lifetimes) []Kept {
	const hash = `[A-Za-z0-9_-]{22}`
	key := func(s string) *regexp.Regexp { return regexp.MustCompile(`^` + s + `$`) }
	const longestQuarter = 92 * 24 * time.Hour
	return []Kept{
		{key(`s:\{` + hash + `\}`), "s:{hash}", "where a text conversation is, sealed: 52 bytes of step, area, whom it is for, whether numbers are for somebody deaf or the 24-hour line is the one for everybody, how often it was not understood, and, hashed, the places that are asked about and the first half of a postcode", l.Session,
			"at once when the conversation ends", "so that the next text is an answer to the last one"},
		{key(`r:\{` + hash + `\}:(` + hash + `)?`), "r:{hash}:hash", "that one message was answered, from which of those steps and in which minute, sealed", markTTL, "", "so that a webhook sent twice is answered alike, and moves nothing twice"},
		{key(`rate:(sender|notice|urgent|urgentmore):\{` + hash + `\}.*`), "rate:sender:{hash}, rate:notice:{hash}, rate:urgent:{hash}, rate:urgentmore:{hash}", "a number: how fast one sender is texting, kept only of those who have texted more than a few times", limitPeriod, "earlier, the fewer the texts", "so that nobody can have us send texts without end"},
		{key(`maintenance`), "maintenance", "until when the menus are out of use, while they are", MaxMaintenance, "at that moment", "so that every gateway knows"},
		{key(`spend:\d{4}-\d{2}-\d{2}T\d{2}`), "spend:HOUR", "a number: what all answers of the hour cost, reckoned", spendTTL, "", "so that nobody can have us spend without end"},
		{key(`erase:\{list\}:(due|since)`), "erase:{list}:due, :since", "the provider's ids of messages and calls whose records it still has to delete, and when to try", l.EraseGiveUp + EraseKeep, "each id as soon as its record is deleted, commonly within two minutes", "so that the provider keeps nothing either"},
		{key(`erase:\{list\}:pause`), "erase:{list}:pause", "that the provider is to be left alone for a moment", 5 * time.Minute, "", "its rate limits"},
		{key(`count:\d{4}-\d{2}-\d{2}`), "count:DAY", "how often each number was given, and the like, on that day: by area, service, channel and outcome", longestQuarter + KeepCounts*31*24*time.Hour, "with its whole quarter, 13 months after it ends", "for the report; never shown under ten"},
	}
}
