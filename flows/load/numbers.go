package load

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"signpost/flows"
	"signpost/internal/webhook"
)

// usualDigits is how long almost every number of the country is, with its 0.
// (Ofcom, National Telephone Numbering Plan.)
const usualDigits = 11

// lookAgain tells where to look for the slip in a number.
func lookAgain(number string) string {
	fix := "Look for a missing, extra or swapped digit, and ring it."
	if digits := len(strings.Join(strings.Fields(number), "")); number[0] == '0' && digits != usualDigits {
		fix = fmt.Sprintf("It has %d digits; numbers here have %d. %s", digits, usualDigits, fix)
	}
	return fix
}

// digitsOnly tells what to do about a number that holds something else.
func digitsOnly(number string) string {
	for letter, digit := range map[string]string{"O": "0", "o": "0", "l": "1", "I": "1"} {
		if strings.Contains(number, letter) &&
			strings.Trim(strings.ReplaceAll(number, letter, digit), "+0123456789 ") == "" {
			return fmt.Sprintf("The letter %s is in it: write the digit %s, if that is the number, with digits and "+
				"spaces only.",
				letter, digit)
		}
	}
	return "Write it as printed, with digits and spaces only; use a second number line for a second number."
}

// Plainly is a number of this country as flow files have it, with digits and spaces,
// of one that holds dots, brackets, dashes or the country's prefix; empty when it is
// not certain. (ITU-T E.123 has the forms in use.)
func Plainly(written string) string {
	bare := strings.NewReplacer("(0)", " ").Replace(written)
	if !strings.Contains(bare, "+") {
		bare = written
	}
	bare = strings.Join(strings.Fields(strings.NewReplacer("(", " ", ")", " ", "-", " ", "\u2013", " ", "\u2011", " ",
		"\u00a0", " ", ".", " ", "/", " ", "\u201c", "", "\u201d", "").Replace(bare)), " ")
	parsed, err := phonenumbers.Parse(bare, "GB")
	if err != nil || strings.Trim(bare, "+0123456789 ") != "" || !phonenumbers.IsValidNumber(parsed) {
		return ""
	}
	if strings.HasPrefix(bare, "+") || strings.HasPrefix(bare, "00") {
		return phonenumbers.Format(parsed, phonenumbers.NATIONAL)
	}
	return bare
}

// Dialable reports a number of this country, short ones like 101 included.
func Dialable(printed string) bool {
	parsed, err := phonenumbers.Parse(printed, "GB")
	return err == nil && strings.Trim(printed, "+0123456789 ") == "" &&
		(phonenumbers.IsValidNumber(parsed) || phonenumbers.IsValidShortNumberForRegion(parsed, "GB"))
}

// Number reports whether a number, as it is printed, is free to ring. It is an error
// that it cannot be given to anybody: no number of this country, or a premium one.
func Number(printed string) (free bool, err error) {
	if printed == "" || strings.Trim(printed, "+0123456789 ") != "" {
		return false, fmt.Errorf("%q is not digits and spaces only", printed)
	}
	parsed, err := phonenumbers.Parse(printed, "GB")
	switch {
	case err != nil || !phonenumbers.IsValidNumber(parsed):
		return false, fmt.Errorf("%q is not a telephone number of this country. %s", printed, lookAgain(printed))
	case phonenumbers.GetNumberType(parsed) == phonenumbers.PREMIUM_RATE:
		return false, fmt.Errorf("%q is a premium number", printed)
	}
	return phonenumbers.GetNumberType(parsed) == phonenumbers.TOLL_FREE, nil
}

// keys reads what is pressed on a line once it answers, and when.
func (b *builder) keys(l *flows.Line, v value) {
	const why = "The caller would be left in the other line's menu."
	keys, after := v.at("then_press"), v.at("press_after")
	if keys.set {
		l.Keys, l.KeysAfter = keys.text, flows.UsualKeysAfter
		if !flows.IsKey(keys.text) {
			b.problem(keys.pos, "then-press", fmt.Sprintf("%q is not one key", keys.text), why, keysFix(keys.text))
		}
	}
	if !after.set {
		return
	}
	seconds, err := strconv.ParseFloat(after.text, 64)
	wait := time.Duration(seconds * float64(time.Second))
	switch {
	case err != nil || wait < 0 || wait > webhook.MaxKeysAfter || wait%webhook.KeysAfterUnit != 0:
		b.problem(after.pos, "then-press",
			fmt.Sprintf("%q is not a number of seconds from 0 to %.0f, in whole or half seconds", after.text,
				webhook.MaxKeysAfter.Seconds()),
			"Pressed too early or too late, the key is not heard. "+why,
			"Ring the line, count the seconds until it offers the key, and write them, like 2 or 2.5.")
	case !keys.set:
		b.problem(after.pos, "then-press", "there is a time to press a key, but no key", why,
			"Write the key above it, like then_press: \"2\", or take this line out.")
	default:
		l.KeysAfter = wait
	}
}

// keysFix tells what to write instead of what is not one key. Some know the provider's
// letters for a wait: w is half a second, W is one.
func keysFix(text string) string {
	key := strings.TrimLeft(text, "wW")
	waits := text[:len(text)-len(key)]
	wait := time.Duration(strings.Count(waits, "w"))*webhook.KeysAfterUnit +
		time.Duration(strings.Count(waits, "W"))*time.Second
	if waits == "" || !flows.IsKey(key) || wait > webhook.MaxKeysAfter {
		return "Write one key, like \"2\". How long to wait before it is a line of its own, in seconds, like " +
			"press_after: 2"
	}
	return fmt.Sprintf("The wait is a line of its own, in seconds. Write these two instead:\n"+
		"        then_press: %q\n        press_after: %v",
		key, wait.Seconds())
}

// line reads one number. Only numbers that are valid for their country load: a
// mistyped one would lead a caller to nobody, or to a stranger. priced means that
// whether it is free could be read.
func (b *builder) line(s *flows.Service, v value, priced bool) {
	n := v.at("number")
	if !n.set || n.text == "" {
		return
	}
	l := flows.Line{Printed: n.text}
	b.keys(&l, v)
	if bad := strings.Trim(n.text, "+0123456789 "); bad != "" {
		b.problem(n.pos, "number", fmt.Sprintf("%q holds more than digits and spaces", n.text),
			"On an old phone it could not be rung by pressing it.",
			digitsOnly(n.text))
		if bare := Plainly(n.text); bare != "" {
			last := &b.problems[len(b.problems)-1]
			last.Fix = "Write: number: " + bare
			b.fix(n.pos, n.text, bare)
		}
		return
	}
	parsed, err := phonenumbers.Parse(n.text, "GB")
	switch {
	case err == nil && phonenumbers.IsValidNumber(parsed):
		l.E164 = phonenumbers.Format(parsed, phonenumbers.E164)
		if phonenumbers.GetNumberType(parsed) == phonenumbers.PREMIUM_RATE {
			b.problem(n.pos, "number-cost", fmt.Sprintf("%q is a premium number", n.text),
				"The call would cost the caller a lot, and show on the bill.",
				"Ask the service for a freephone or ordinary number.")
		}
		if free := phonenumbers.GetNumberType(parsed) == phonenumbers.TOLL_FREE; priced && free != s.Free {
			b.problem(n.pos, "number-cost", fmt.Sprintf("whether %q is free does not match \"free\"", n.text),
				"The caller would be told the wrong thing about their bill.",
				"0800 and 0808 numbers are \"free: yes\"; no others are.")
		}
	case err == nil && phonenumbers.IsValidShortNumberForRegion(parsed, "GB"):
		if s.Connect {
			b.problem(n.pos, "number-connect", fmt.Sprintf("%q is a short number that we cannot ring for a caller",
				n.text), "The caller would be put through to nothing.", "Add a line: can_connect: no")
		}
	default:
		b.problem(n.pos, "number", fmt.Sprintf("%q is not a telephone number of this country", n.text),
			"The caller would reach nobody, or a stranger.", lookAgain(n.text))
	}
	s.Lines = append(s.Lines, l)
}
