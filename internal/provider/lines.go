package provider

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

// NewOperator makes a client for an operator's tools. Beside what a gateway may ask
// for, it may look at how numbers, short codes and messaging services are set up, and
// change where they point: nothing else of them.
func NewOperator(base, account string, tokens []privacy.Private) (*Client, error) {
	c, err := New(base, account, tokens)
	if err != nil {
		return nil, err
	}
	c.allowed = append(c.allowed, allowOperator(account)...)
	return c, nil
}

// Where the provider keeps messaging services, and which countries may be rung.
const (
	messagingHost = "messaging.twilio.com"
	voiceHost     = "voice.twilio.com"
	dialling      = "/v1/DialingPermissions/Countries"
)

// settable are the fields that say where something points.
var settable = []string{
	"SmsUrl", "SmsMethod", "SmsFallbackUrl", "SmsFallbackMethod", "VoiceUrl", "VoiceMethod", "VoiceFallbackUrl", "VoiceFallbackMethod",
	"StatusCallback", "StatusCallbackMethod", "InboundRequestUrl", "InboundMethod", "FallbackUrl", "FallbackMethod", "ValidityPeriod",
}

func allowOperator(account string) []allowed {
	const hex = `[0-9a-fA-F]{32}`
	of := func(p string) *regexp.Regexp {
		return regexp.MustCompile(`^/2010-04-01/Accounts/` + regexp.QuoteMeta(account) + p + `\.json$`)
	}
	pointing := func(form url.Values) bool {
		for name := range form {
			if !slices.Contains(settable, name) {
				return false
			}
		}
		return len(form) > 0
	}
	return []allowed{
		{http.MethodGet, of(`/(IncomingPhoneNumbers|SMS/ShortCodes|Balance)`), nil},
		{http.MethodPost, of(`/(IncomingPhoneNumbers/PN|SMS/ShortCodes/SC)` + hex), pointing},
		{http.MethodGet, regexp.MustCompile(`^` + dialling + `$`), nil},
		{http.MethodGet, regexp.MustCompile(`^/v1/Services$`), nil},
		{http.MethodPost, regexp.MustCompile(`^/v1/Services/MG` + hex + `$`), pointing},
	}
}

// Sort is what sort of thing a Line is.
type Sort string

// Sorts of line.
const (
	Number    Sort = "number"
	ShortCode Sort = "short code"
	Service   Sort = "messaging service"
)

// Hook is where the provider asks, and how.
type Hook struct{ URL, Method string }

// Line is something of ours that people write to or ring, and where it points.
type Line struct {
	SID, Name string // the number, the code, or the service's name
	Sort      Sort
	Texts     Hook
	TextsElse Hook // when Texts fails
	Calls     Hook // of a number alone, with the two after it
	CallsElse Hook
	Ended     Hook // told that a call has ended
	// Validity is how long, in seconds, a reply of a messaging service may wait to be
	// delivered; after that it is let go.
	Validity int
	// Ignored tells that a messaging service leaves texts to its numbers' own hooks.
	Ignored bool
}

func said(s *string) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(*s)
}

func hook(url, method *string) Hook { return Hook{said(url), strings.ToUpper(said(method))} }

// Lines lists the account's numbers, short codes and messaging services.
func (c *Client) Lines() (out []Line, err error) {
	err = c.do("list the numbers", func(s *api.ApiService) error {
		found, err := s.ListIncomingPhoneNumber(nil)
		for i := range found {
			n := &found[i]
			out = append(out, Line{SID: said(n.Sid), Name: said(n.PhoneNumber), Sort: Number, Texts: hook(n.SmsUrl, n.SmsMethod), TextsElse: hook(n.SmsFallbackUrl, n.SmsFallbackMethod),
				Calls: hook(n.VoiceUrl, n.VoiceMethod), CallsElse: hook(n.VoiceFallbackUrl, n.VoiceFallbackMethod), Ended: hook(n.StatusCallback, n.StatusCallbackMethod)})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.do("list the short codes", func(s *api.ApiService) error {
		found, err := s.ListShortCode(nil)
		for i := range found {
			n := &found[i]
			out = append(out, Line{SID: said(n.Sid), Name: said(n.ShortCode), Sort: ShortCode, Texts: hook(n.SmsUrl, n.SmsMethod), TextsElse: hook(n.SmsFallbackUrl, n.SmsFallbackMethod)})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.with("list the messaging services", func(tw *client.Client) error {
		found, err := messaging.NewApiServiceWithClient(tw).ListService(nil)
		for i := range found {
			n := &found[i]
			out = append(out, Line{SID: said(n.Sid), Name: said(n.FriendlyName), Sort: Service, Texts: hook(n.InboundRequestUrl, n.InboundMethod), TextsElse: hook(n.FallbackUrl, n.FallbackMethod),
				Validity: n.ValidityPeriod, Ignored: n.UseInboundWebhookOnNumber != nil && *n.UseInboundWebhookOnNumber})
		}
		return err
	})
	return out, err
}

// Point has a line point where l says, and changes nothing else of it.
func (c *Client) Point(l Line) error {
	const what = "point a line elsewhere"
	switch l.Sort {
	case Number:
		return c.do(what, func(s *api.ApiService) error {
			p := &api.UpdateIncomingPhoneNumberParams{}
			p.SetSmsUrl(l.Texts.URL).SetSmsMethod(l.Texts.Method).SetSmsFallbackUrl(l.TextsElse.URL).SetSmsFallbackMethod(l.TextsElse.Method)
			p.SetVoiceUrl(l.Calls.URL).SetVoiceMethod(l.Calls.Method).SetVoiceFallbackUrl(l.CallsElse.URL).SetVoiceFallbackMethod(l.CallsElse.Method)
			p.SetStatusCallback(l.Ended.URL).SetStatusCallbackMethod(l.Ended.Method)
			_, err := s.UpdateIncomingPhoneNumber(l.SID, p)
			return err
		})
	case ShortCode:
		return c.do(what, func(s *api.ApiService) error {
			p := &api.UpdateShortCodeParams{}
			p.SetSmsUrl(l.Texts.URL).SetSmsMethod(l.Texts.Method).SetSmsFallbackUrl(l.TextsElse.URL).SetSmsFallbackMethod(l.TextsElse.Method)
			_, err := s.UpdateShortCode(l.SID, p)
			return err
		})
	}
	return c.with(what, func(tw *client.Client) error {
		p := &messaging.UpdateServiceParams{}
		p.SetInboundRequestUrl(l.Texts.URL).SetInboundMethod(l.Texts.Method).SetFallbackUrl(l.TextsElse.URL).SetFallbackMethod(l.TextsElse.Method).SetValidityPeriod(l.Validity)
		_, err := messaging.NewApiServiceWithClient(tw).UpdateService(l.SID, p)
		return err
	})
}

// Balance is what is left in the account, as the provider writes it.
func (c *Client) Balance() (amount, currency string, err error) {
	err = c.do("look at the balance", func(s *api.ApiService) error {
		b, err := s.FetchBalance(nil)
		if err == nil && b != nil {
			amount, currency = said(b.Balance), said(b.Currency)
		}
		return err
	})
	return amount, currency, err
}

// Dialling is which countries the account may ring.
type Dialling struct {
	Home    bool // ordinary numbers of the United Kingdom
	Special bool // its special ones: shared costs, services, 0300 and 0808 perhaps among them
	Others  int  // other countries
}

// Dialling tells which countries may be rung. (The provider's Voice API, dialing
// permissions: what it calls low-risk and high-risk special numbers.)
func (c *Client) Dialling() (d Dialling, err error) {
	const home = "GB"
	err = c.with("look which countries may be rung", func(tw *client.Client) error {
		p := &voice.ListDialingPermissionsCountryParams{}
		p.SetLowRiskNumbersEnabled(true).SetPageSize(1000)
		found, err := voice.NewApiServiceWithClient(tw).ListDialingPermissionsCountry(p)
		for _, country := range found {
			if said(country.IsoCode) != home {
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
