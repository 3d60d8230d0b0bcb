package twilio

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// prefixes are checked before an address is parsed as a telephone number: the number
// library takes "whatsapp:+44..." for +44 without an error.
var prefixes = []struct {
	prefix string
	kind   webhook.AddressKind
}{
	{"whatsapp:", webhook.WhatsApp}, {"rcs:", webhook.RCS}, {"messenger:", webhook.Messenger},
	{"sip:", webhook.SIP}, {"sips:", webhook.SIP}, {"client:", webhook.Client},
}

// withheld are the spellings of a withheld number. Some look like a number: words on a
// keypad. One of them, +17378742833, is a valid number in Texas.
var withheld = map[string]bool{
	"+266696687": true, "+7378742833": true, "+17378742833": true, "7378742883": true, "+2562533": true,
	"+8656696": true, "+86282452253": true, "+464": true, "": true,
	"anonymous": true, "unknown": true, "unavailable": true, "restricted": true, "private": true, "blocked": true,
	"withheld": true,
}

const (
	homeRegion      = "GB"
	longestShortNum = 8 // digits of a short code
)

// ParseAddress reads an address as the provider writes it.
func ParseAddress(addr string) webhook.Address {
	addr = strings.TrimSpace(addr)
	a := webhook.Address{Raw: privacy.Hide(addr)}
	lower := strings.ToLower(addr)
	for _, p := range prefixes {
		if strings.HasPrefix(lower, p.prefix) {
			a.Kind = p.kind
			if n, err := phonenumbers.Parse(addr[len(p.prefix):], homeRegion); err == nil && a.CanText() {
				a.Country = int(n.GetCountryCode())
			}
			return a
		}
	}
	switch {
	case withheld[lower]:
		a.Kind = webhook.Withheld
		return a
	case isHomeMobile(addr):
		a.E164, a.Country = a.Raw, webhook.HomeCode
		return a
	case strings.Trim(addr, "+0123456789") == "" && !strings.HasPrefix(addr, "+") && len(addr) <= longestShortNum:
		a.Kind = webhook.ShortCode
		return a
	}
	n, err := phonenumbers.Parse(addr, homeRegion)
	if err != nil || strings.ContainsAny(lower, "abcdefghijklmnopqrstuvwxyz") {
		a.Kind = webhook.Name
		if strings.Contains(lower, "anonymous") || strings.Contains(lower, "unknown") {
			a.Kind = webhook.Withheld
		}
		return a
	}
	a.E164 = privacy.Hide(phonenumbers.Format(n, phonenumbers.E164))
	a.Country = int(n.GetCountryCode())
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.PERSONAL_NUMBER:
		a.RevenueShare = true
	// A number the library does not know may be a new mobile range. Only numbers that
	// are certainly no mobiles get no answer.
	case phonenumbers.FIXED_LINE, phonenumbers.UAN, phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE,
		phonenumbers.SHARED_COST,
		phonenumbers.VOICEMAIL, phonenumbers.PAGER:
		a.NoText = true
	}
	return a
}

// isHomeMobile reports a UK mobile number in the provider's form, which most senders
// have. It keeps the number library, which leaves copies of the number in memory, out of
// most webhooks. (Ofcom, National Telephone Numbering Plan: 071 to 075 and 077 to 079.)
func isHomeMobile(addr string) bool {
	const length = 13 // with its +
	if len(addr) != length || addr[:4] != "+447" || addr[4] < '1' || addr[4] > '9' || addr[4] == '6' {
		return false
	}
	return strings.Trim(addr[5:], "0123456789") == ""
}
