package webhook

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"signpost/internal/privacy"
)

// Kind is what sort of address a webhook's From or To is.
type Kind uint8

// Kinds of address.
const (
	Phone        Kind = iota // a telephone number
	Withheld                 // a caller who withholds their number
	ShortCode                // a short number of a network
	Alphanumeric             // a name for a sender, which cannot be answered
	WhatsApp
	RCS
	Messenger
	SIP
	Client
)

// Party is one side of a text or call. The address itself stays private.
type Party struct {
	Kind Kind
	Addr privacy.Private // as it came, trimmed
	E164 privacy.Private // of a Phone that parses
	// SpokenOut tells that a text to the number may be read aloud to whoever
	// picks up, or that the number is no mobile for certain.
	SpokenOut bool
	// Country is the calling code of the number (44), 0 when it cannot be told.
	Country int
	// Dear tells a number that costs whoever writes to it more than others do, part
	// of which its holder may be paid: personal numbers (070) here.
	Dear bool
}

// prefixes are looked at before anything is parsed as a telephone number: the
// number library takes "whatsapp:+44..." for +44 without a word.
var prefixes = []struct {
	prefix string
	kind   Kind
}{{"whatsapp:", WhatsApp}, {"rcs:", RCS}, {"messenger:", Messenger}, {"sip:", SIP}, {"sips:", SIP}, {"client:", Client}}

// withheld are the spellings of a withheld number that look like one: words on
// a keypad. One of them, +17378742833, is a valid number in Texas.
var withheld = map[string]bool{
	"+266696687": true, "+7378742833": true, "+17378742833": true, "7378742883": true, "+2562533": true,
	"+8656696": true, "+86282452253": true, "+464": true, "": true,
	"anonymous": true, "unknown": true, "unavailable": true, "restricted": true, "private": true, "blocked": true, "withheld": true,
}

// ParseParty tells what an address is.
func ParseParty(addr string) Party {
	addr = strings.TrimSpace(addr)
	p := Party{Addr: privacy.Hide(addr)}
	lower := strings.ToLower(addr)
	for _, k := range prefixes {
		if strings.HasPrefix(lower, k.prefix) {
			p.Kind = k.kind
			if n, err := phonenumbers.Parse(addr[len(k.prefix):], "GB"); err == nil && p.CanText() {
				p.Country = int(n.GetCountryCode())
			}
			return p
		}
	}
	if withheld[lower] {
		p.Kind = Withheld
		return p
	}
	if mobile(addr) {
		p.E164, p.Country = p.Addr, home
		return p
	}
	digits := strings.Trim(addr, "+0123456789") == ""
	if digits && !strings.HasPrefix(addr, "+") && len(addr) <= 8 {
		p.Kind = ShortCode
		return p
	}
	n, err := phonenumbers.Parse(addr, "GB")
	if err != nil || strings.ContainsAny(lower, "abcdefghijklmnopqrstuvwxyz") {
		p.Kind = Alphanumeric
		if strings.Contains(lower, "anonymous") || strings.Contains(lower, "unknown") {
			p.Kind = Withheld
		}
		return p
	}
	p.E164 = privacy.Hide(phonenumbers.Format(n, phonenumbers.E164))
	p.Country = int(n.GetCountryCode())
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.PERSONAL_NUMBER:
		p.Dear = true
	// A number the library does not know may be a new mobile range: only what
	// is certainly no mobile is kept from getting an answer.
	case phonenumbers.FIXED_LINE, phonenumbers.UAN, phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST,
		phonenumbers.VOICEMAIL, phonenumbers.PAGER:
		p.SpokenOut = true
	}
	return p
}

// home is the calling code of the United Kingdom.
const home = 44

// mobile reports what is certainly a mobile number of this country, written as the
// provider writes it: most senders are. Looking no further spares what the number
// library leaves in memory of it. (Ofcom, National Telephone Numbering Plan: 071 to
// 075 and 077 to 079.)
func mobile(addr string) bool {
	const digits = 13 // with its +
	if len(addr) != digits || addr[:4] != "+447" || addr[4] < '1' || addr[4] == '6' {
		return false
	}
	for i := 5; i < len(addr); i++ {
		if addr[i] < '0' || addr[i] > '9' {
			return false
		}
	}
	return addr[4] <= '9'
}

// CanText reports whether a text may be answered by a text. Landlines are
// refused: their network may read the answer aloud to whoever picks up. Short
// codes, names and the like are machines, or cannot receive.
func (p Party) CanText() bool {
	switch p.Kind {
	case Phone:
		return !p.SpokenOut
	case WhatsApp, RCS:
		return true
	}
	return false
}
