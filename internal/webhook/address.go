package webhook

import (
	"regexp"

	"signpost/internal/privacy"
)

// HomeCode is the calling code of this country.
const HomeCode = 44

// presentable are the UK numbers that a service may be shown as the caller's: geographic
// (01, 02), UK-wide (03) and mobile (071 to 075, 077 to 079). Networks may refuse a
// freephone number. (Ofcom, National Telephone Numbering Plan and guidance on calling line
// identification.)
var presentable = regexp.MustCompile(`^\+44(1|2|3|7[1-57-9])[0-9]{7,9}$`)

// Presentable reports a number of ours, in its international form, that a service may be
// shown when we connect a caller.
func Presentable(e164 string) bool { return presentable.MatchString(e164) }

// AddressKind is what sort of address somebody texts or calls from.
type AddressKind uint8

// Kinds of address.
const (
	Phone     AddressKind = iota // a telephone number
	Withheld                     // a caller who withholds their number
	ShortCode                    // a short number of a network
	Name                         // a sender's name, which cannot be answered
	WhatsApp
	RCS
	Messenger
	SIP
	Client
)

// Address is where a text or call comes from. The address itself stays private.
type Address struct {
	Kind AddressKind
	Raw  privacy.Private // as the provider writes it, trimmed
	E164 privacy.Private // the international form of a Phone
	// NoText reports a number that cannot take texts: a landline's network may read
	// our answer aloud to the person who picks up.
	NoText bool
	// Country is the calling code (44), 0 when it cannot be told.
	Country int
	// RevenueShare reports a personal (070) number, whose owner may earn from our
	// texts.
	RevenueShare bool
}

// CanText reports whether a text from this address may be answered by a text. Short
// codes, names and the like are machines, or cannot receive.
func (a Address) CanText() bool {
	switch a.Kind {
	case Phone:
		return !a.NoText
	case WhatsApp, RCS:
		return true
	}
	return false
}
