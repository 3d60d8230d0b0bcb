package load

import (
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"signpost/flows"
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
		if strings.Contains(number, letter) && strings.Trim(strings.ReplaceAll(number, letter, digit), "+0123456789 ") == "" {
			return fmt.Sprintf("The letter %s stands in it: write the digit %s, if that is the number, with digits and spaces only.", letter, digit)
		}
	}
	return "Write it as printed, with digits and spaces only; use a second number line for a second number."
}

// Number tells whether a number, as it is printed, is free to ring. It is an error
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

// line reads one number. Only numbers that are valid for their country load: a
// mistyped one would lead a caller to nobody, or to a stranger. priced tells that
// whether it is free could be read.
func (b *builder) line(s *flows.Service, v value, priced bool) {
	n := v.at("number")
	if !n.set || n.text == "" {
		return
	}
	l := flows.Line{Printed: n.text}
	if keys := v.at("then_press"); keys.set {
		if len(keys.text) != 1 || !strings.Contains("0123456789*#", keys.text) {
			b.problem(keys.pos, "then-press", fmt.Sprintf("%q is not one key", keys.text), "The caller would be left in the other line's menu.", "Write one key, like \"2\".")
		}
		l.Keys = keys.text
	}
	if bad := strings.Trim(n.text, "+0123456789 "); bad != "" {
		b.problem(n.pos, "number", fmt.Sprintf("%q holds more than digits and spaces", n.text), "On an old phone it could not be rung by pressing it.",
			digitsOnly(n.text))
		bare := strings.Join(strings.Fields(strings.NewReplacer("(", " ", ")", " ", "-", " ", "\u2013", " ", "\u00a0", " ", ".", " ").Replace(n.text)), " ")
		if parsed, err := phonenumbers.Parse(bare, "GB"); err == nil && strings.Trim(bare, "+0123456789 ") == "" && phonenumbers.IsValidNumber(parsed) {
			b.mend(n.pos, n.text, bare)
		}
		return
	}
	parsed, err := phonenumbers.Parse(n.text, "GB")
	switch {
	case err == nil && phonenumbers.IsValidNumber(parsed):
		l.E164 = phonenumbers.Format(parsed, phonenumbers.E164)
		if phonenumbers.GetNumberType(parsed) == phonenumbers.PREMIUM_RATE {
			b.problem(n.pos, "number-cost", fmt.Sprintf("%q is a premium number", n.text), "The call would cost the caller a lot, and show on the bill.", "Ask the service for a freephone or ordinary number.")
		}
		if free := phonenumbers.GetNumberType(parsed) == phonenumbers.TOLL_FREE; priced && free != s.Free {
			b.problem(n.pos, "number-cost", fmt.Sprintf("whether %q is free does not match \"free\"", n.text), "The caller would be told the wrong thing about their bill.",
				"0800 and 0808 numbers are \"free: yes\"; no others are.")
		}
	case err == nil && phonenumbers.IsValidShortNumberForRegion(parsed, "GB"):
		if s.Connect {
			b.problem(n.pos, "number-connect", fmt.Sprintf("%q is a short number that we cannot ring for a caller", n.text), "The caller would be put through to nothing.", "Add a line: can_connect: no")
		}
	default:
		b.problem(n.pos, "number", fmt.Sprintf("%q is not a telephone number of this country", n.text), "The caller would reach nobody, or a stranger.", lookAgain(n.text))
	}
	s.Lines = append(s.Lines, l)
}
