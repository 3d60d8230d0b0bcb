package twilio

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
	voice "github.com/twilio/twilio-go/rest/voice/v1"

	"signpost/internal/privacy"
)

// NewOperator returns a client for an operator's tools. It may also read how numbers, short
// codes and messaging services are set up, and change the URLs they call.
func NewOperator(base, account string, tokens []privacy.Private, keys ...APIKey) (*Client, error) {
	c, err := NewClient(base, account, tokens, keys...)
	if err != nil {
		return nil, err
	}
	c.allowed = append(c.allowed, allowOperator(account)...)
	return c, nil
}

// Hosts of messaging services and of calling permissions.
const (
	messagingHost = "messaging.twilio.com"
	voiceHost     = "voice.twilio.com"
	dialling      = "/v1/DialingPermissions/Countries"
)

// settable are the fields that hold a URL to call.
var settable = []string{
	"SmsUrl", "SmsMethod", "SmsFallbackUrl", "SmsFallbackMethod", "VoiceUrl", "VoiceMethod", "VoiceFallbackUrl",
	"VoiceFallbackMethod",
	"SmsApplicationSid", "VoiceApplicationSid", "TrunkSid",
	"StatusCallback", "StatusCallbackMethod", "InboundRequestUrl", "InboundMethod", "FallbackUrl", "FallbackMethod",
	"ValidityPeriod",
}

func allowOperator(account string) []allowed {
	pointing := func(form url.Values) bool {
		for name := range form {
			if !slices.Contains(settable, name) {
				return false
			}
		}
		return len(form) > 0
	}
	return append(allowInspection(account), []allowed{
		{http.MethodGet, accountPath(account, `/(IncomingPhoneNumbers|SMS/ShortCodes|Balance)`), nil},
		{http.MethodPost, accountPath(account, `/(IncomingPhoneNumbers/PN|SMS/ShortCodes/SC)`+hex), pointing},
		{http.MethodGet, regexp.MustCompile(`^` + dialling + `$`), nil},
		{http.MethodGet, regexp.MustCompile(`^/v1/Services$`), nil},
		{http.MethodPost, regexp.MustCompile(`^/v1/Services/MG` + hex + `$`), pointing},
	}...)
}

// LineKind is what an [AccountLine] is.
type LineKind string

// Kinds of line.
const (
	NumberLine    LineKind = "number"
	ShortCodeLine LineKind = "short code"
	ServiceLine   LineKind = "messaging service"
)

// Hook is a URL that the provider calls, and the method.
type Hook struct{ URL, Method string }

// AccountLine is a number, short code or messaging service of ours, and the URLs it calls.
type AccountLine struct {
	SID, Name     string   // Name is the number, the code, or the service's name
	Kind          LineKind `json:"Sort"` // the names in the files of provision stay as they were
	Texts         Hook
	TextsFallback Hook `json:"TextsElse"` // when Texts fails
	Calls         Hook // numbers only, like the two after it
	CallsFallback Hook `json:"CallsElse"`
	Ended         Hook // called when a call has ended
	// TextApp, CallApp and Trunk are the ids of an application or a SIP trunk. Where one is
	// set, the provider ignores the hooks of texts or calls.
	TextApp, CallApp, Trunk string `json:",omitempty"`
	// Release has [Client.SetWebhookURLs] take away those of the three that are empty.
	Release bool `json:"-"`
	// CannotText and CannotCall report a number without that capability.
	CannotText, CannotCall bool `json:",omitempty"`
	// Validity is how long, in seconds, a reply of a messaging service may wait for
	// delivery before the provider drops it.
	Validity int
	// Ignored reports that a messaging service leaves texts to its numbers' own hooks.
	Ignored bool
}

// deref returns a string that the API may leave out.
func deref(s *string) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(*s)
}

func hook(url, method *string) Hook { return Hook{deref(url), strings.ToUpper(deref(method))} }

// Lines returns the account's numbers, short codes and messaging services.
func (c *Client) Lines() (out []AccountLine, err error) {
	err = c.callCore("list the numbers", func(s *api.ApiService) error {
		found, err := s.ListIncomingPhoneNumber(nil)
		for i := range found {
			n := &found[i]
			out = append(out, AccountLine{
				SID: deref(n.Sid), Name: deref(n.PhoneNumber), Kind: NumberLine,
				Texts: hook(n.SmsUrl, n.SmsMethod), TextsFallback: hook(n.SmsFallbackUrl, n.SmsFallbackMethod),
				Calls: hook(n.VoiceUrl, n.VoiceMethod), CallsFallback: hook(n.VoiceFallbackUrl, n.VoiceFallbackMethod),
				Ended:   hook(n.StatusCallback, n.StatusCallbackMethod),
				TextApp: deref(n.SmsApplicationSid), CallApp: deref(n.VoiceApplicationSid), Trunk: deref(n.TrunkSid),
				CannotText: n.Capabilities != nil && !n.Capabilities.Sms, CannotCall: n.Capabilities != nil &&
					!n.Capabilities.Voice,
			})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.callCore("list the short codes", func(s *api.ApiService) error {
		found, err := s.ListShortCode(nil)
		for i := range found {
			n := &found[i]
			out = append(out, AccountLine{
				SID: deref(n.Sid), Name: deref(n.ShortCode), Kind: ShortCodeLine,
				Texts: hook(n.SmsUrl, n.SmsMethod), TextsFallback: hook(n.SmsFallbackUrl, n.SmsFallbackMethod),
			})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.call("list the messaging services", func(tw *client.Client) error {
		found, err := messaging.NewApiServiceWithClient(tw).ListService(nil)
		for i := range found {
			n := &found[i]
			out = append(out, AccountLine{
				SID: deref(n.Sid), Name: deref(n.FriendlyName), Kind: ServiceLine,
				Texts: hook(n.InboundRequestUrl, n.InboundMethod), TextsFallback: hook(n.FallbackUrl, n.FallbackMethod),
				Validity: n.ValidityPeriod, Ignored: n.UseInboundWebhookOnNumber != nil && *n.UseInboundWebhookOnNumber,
			})
		}
		return err
	})
	return out, err
}

// SetWebhookURLs sets the URLs of a line, and changes nothing else of it.
func (c *Client) SetWebhookURLs(l AccountLine) error {
	const what = "point a line elsewhere"
	switch l.Kind {
	case NumberLine:
		return c.callCore(what, func(s *api.ApiService) error {
			p := &api.UpdateIncomingPhoneNumberParams{}
			p.SetSmsUrl(l.Texts.URL).SetSmsMethod(l.Texts.Method)
			p.SetSmsFallbackUrl(l.TextsFallback.URL).SetSmsFallbackMethod(l.TextsFallback.Method)
			p.SetVoiceUrl(l.Calls.URL).SetVoiceMethod(l.Calls.Method)
			p.SetVoiceFallbackUrl(l.CallsFallback.URL).SetVoiceFallbackMethod(l.CallsFallback.Method)
			p.SetStatusCallback(l.Ended.URL).SetStatusCallbackMethod(l.Ended.Method)
			override(p, l)
			_, err := s.UpdateIncomingPhoneNumber(l.SID, p)
			return err
		})
	case ShortCodeLine:
		return c.callCore(what, func(s *api.ApiService) error {
			p := &api.UpdateShortCodeParams{}
			p.SetSmsUrl(l.Texts.URL).SetSmsMethod(l.Texts.Method)
			p.SetSmsFallbackUrl(l.TextsFallback.URL).SetSmsFallbackMethod(l.TextsFallback.Method)
			_, err := s.UpdateShortCode(l.SID, p)
			return err
		})
	}
	return c.call(what, func(tw *client.Client) error {
		p := &messaging.UpdateServiceParams{}
		p.SetInboundRequestUrl(l.Texts.URL).SetInboundMethod(l.Texts.Method)
		p.SetFallbackUrl(l.TextsFallback.URL).SetFallbackMethod(l.TextsFallback.Method).SetValidityPeriod(l.Validity)
		_, err := messaging.NewApiServiceWithClient(tw).UpdateService(l.SID, p)
		return err
	})
}

// override sets, or takes away, what comes before the hooks. Setting a trunk takes the voice
// application away, and the other way round.
func override(p *api.UpdateIncomingPhoneNumberParams, l AccountLine) {
	if l.TextApp != "" || l.Release {
		p.SetSmsApplicationSid(l.TextApp)
	}
	switch {
	case l.Trunk != "":
		p.SetTrunkSid(l.Trunk)
	case l.CallApp != "":
		p.SetVoiceApplicationSid(l.CallApp)
	case l.Release:
		p.SetTrunkSid("").SetVoiceApplicationSid("")
	}
}

// Balance returns the account's balance, as the provider writes it.
func (c *Client) Balance() (amount, currency string, err error) {
	err = c.callCore("look at the balance", func(s *api.ApiService) error {
		b, err := s.FetchBalance(nil)
		if err == nil && b != nil {
			amount, currency = deref(b.Balance), deref(b.Currency)
		}
		return err
	})
	return amount, currency, err
}

// Dialling is which countries the account may call.
type Dialling struct {
	Home    bool // ordinary numbers of the United Kingdom
	Special bool // special numbers of the United Kingdom: shared cost, perhaps 0300 and 0808
	Others  int  // other countries
}

// Dialling returns which countries may be called. (The provider's Voice API, dialing
// permissions: what it calls low-risk and high-risk special numbers.)
func (c *Client) Dialling() (d Dialling, err error) {
	const home = "GB"
	err = c.call("look which countries may be rung", func(tw *client.Client) error {
		p := &voice.ListDialingPermissionsCountryParams{}
		p.SetLowRiskNumbersEnabled(true).SetPageSize(1000)
		found, err := voice.NewApiServiceWithClient(tw).ListDialingPermissionsCountry(p)
		for _, country := range found {
			if deref(country.IsoCode) != home {
				d.Others++
				continue
			}
			d.Home = true
			d.Special = country.HighRiskSpecialNumbersEnabled != nil && *country.HighRiskSpecialNumbersEnabled
		}
		return err
	})
	return d, err
}
