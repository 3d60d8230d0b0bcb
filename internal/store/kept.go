package store

import (
	"fmt"
	"regexp"
	"time"

	"signpost/internal/webhook"
)

// Kept is one kind of thing that is kept in Redis.
type Kept struct {
	Key   *regexp.Regexp
	Shown string // the key as documents show it
	Holds string
	// For is how long it is kept at most; Until says when it goes before that.
	For   time.Duration
	Until string
	Why   string
}

// Lifetimes that an operator sets.
type Lifetimes struct{ Session, EraseGiveUp time.Duration }

// EraseKeep is how long the list of records to erase outlives the age at which
// they are given up on, should nobody work it.
const EraseKeep = 24 * time.Hour

// conversation is what Redis holds of a text conversation.
const conversation = "where a text conversation is, and when it ends, sealed in 52 bytes: step, area, " +
	"whom it is for. Whether numbers are for somebody deaf, somebody who needs an interpreter, " +
	"or the 24-hour line is the one for everybody. " +
	"Whether the place that is asked about was spelt right. Whether the last answer was one to danger or despair. " +
	"How often it was not understood. " +
	"Five bits that show that the same text comes again. Whether the last was a question to us. " +
	"Hashed: the places that are asked about, the place that a number was given for, and the first half of a postcode"

// Everything lists all that is ever kept in Redis. A key that is not on this
// list is a fault: a test holds every key that the gateway writes against it.
func Everything(l Lifetimes) []Kept {
	const hash = `[A-Za-z0-9_-]{22}`
	key := func(s string) *regexp.Regexp { return regexp.MustCompile(`^` + s + `$`) }
	const longestQuarter = 92 * 24 * time.Hour
	return []Kept{
		{key(`s:\{` + hash + `\}`), "s:{hash}", conversation, l.Session + Blur,
			"it ends sooner, and at once when somebody leaves; the time is rounded up to the end of a quarter of an " +
				"hour",
			"so that the next text is an answer to the last one"},
		{key(`r:\{` + hash + `\}`), "r:{hash}",
			"by hash, that each message of the conversation was answered, from which of those steps and in which " +
				"minute, sealed",
			max(l.Session, markTTL) + Blur, "counted from the last text, so that none goes before its conversation",
			"so that a webhook sent twice is answered alike, and changes nothing the second time"},
		{key(`rate:\{` + hash + `\}`), "rate:{hash}",
			"how fast one sender is texting, sealed, kept only of those who have texted more than a few times; the " +
				"hash does not show which of the limits it is",
			time.Hour + Blur, "earlier, the fewer the texts; the time is rounded up to the end of a quarter of an hour",
			"so that nobody can have us send texts without end"},
		{key(`maintenance`), "maintenance", "until when the menus are out of use, or were last", MaxMaintenance,
			"", "so that every gateway knows, one that could not reach Redis for a while, too"},
		{key(`health:write`), "health:write", "1", healthTTL, "", "to see whether Redis takes writes"},
		{key(`health:\{text\}(:marks|:rate)?`), "health:{text}, :marks, :rate", "1", healthTTL, "",
			"to see whether Redis runs what a text needs"},
		{key(`health:keys`), "health:keys",
			"a keyed hash of a fixed word for each PRIVACY_KEY in use, and when it was seen", healthTTL, "",
			"so that two gateways with different keys are noticed"},
		{key(`health:books`), "health:books",
			"for each gateway: a random name of its process, the checksum of its flow book, when that came into use, " +
				"and its version",
			healthTTL, "", "so that two gateways with different books or versions are noticed"},
		{key(fmt.Sprintf(`health:check:\w{%d}`, webhook.IDLength)), "health:check:ID",
			"1, under a random id that the gateway or signpost doctor has made", checkTTL,
			"", "to see whether what is sent to PUBLIC_URL reaches a gateway on this Redis"},
		{key(`spent:\d{4}-\d{2}-\d{2}T\d{2}`), "spent:HOUR",
			"by process, what its answers of the hour cost, by kind (texts or calls; from this country, from " +
				"elsewhere, withheld); sealed, at a fixed rate and length",
			spendTTL, "at the end of the hour after it", "so that nobody can have us spend without end"},
		{key(`erase:\{list\}:(due|since)`), "erase:{list}:due, :since",
			"the provider's ids of messages and calls whose records it still has to delete, and when to try",
			l.EraseGiveUp + EraseKeep, "each id as soon as its record is deleted, commonly within two minutes",
			"so that the provider keeps nothing either"},
		{key(`erase:\{list\}:pause`), "erase:{list}:pause", "that the provider is to be left alone for a moment",
			5 * time.Minute, "", "its rate limits"},
		{key(`line:\{` + hash + `\}`), "line:{hash}",
			"of the line of one service, sealed: the last day a person answered, the last day of an attempt, and how " +
				"many attempts in a row nobody answered. Since it was last rung to try it: how many a machine " +
				"answered, how many people wrote that it did not help, and the day of that test. All lines are " +
				"written every minute, at one length",
			(KeepLines + 1) * 24 * time.Hour,
			"at a midnight, 400 days after it was last written; what is in it is forgotten 400 days after the last " +
				"of it",
			"so that a line which nobody answers is noticed, and is not tried first"},
		{key(`counts:\d{4}-\d{2}-\d{2}`), "counts:DAY",
			"by process, how many phones were given each number, and the like, on that day: by area, service, " +
				"channel and outcome; sealed, at a fixed rate and length",
			longestQuarter + KeepCounts*31*24*time.Hour, "with its whole quarter, 13 months after it ends",
			"for the report; never shown under twenty"},
	}
}
