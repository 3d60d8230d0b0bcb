package twilio

import (
	"net/http"
	"regexp"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"

	"signpost/internal/privacy"
)

// NewInspector returns a client that may also read how the account, its numbers, short codes
// and messaging services are set up. It may change none of it.
func NewInspector(base, account string, tokens []privacy.Private, keys ...APIKey) (*Client, error) {
	c, err := NewClient(base, account, tokens, keys...)
	if err != nil {
		return nil, err
	}
	for _, a := range allowOperator(account) {
		if a.method == http.MethodGet {
			c.allowed = append(c.allowed, a)
		}
	}
	return c, nil
}

// allowInspection are the requests that tell how an account is set up.
func allowInspection(account string) []allowed {
	return []allowed{
		{http.MethodGet, regexp.MustCompile(`^/2010-04-01/Accounts/` + regexp.QuoteMeta(account) + `\.json$`), nil},
		{http.MethodGet, regexp.MustCompile(`^/v1/Services/MG` + hex + `/PhoneNumbers$`), nil},
	}
}

// AccountState is what the provider says of an account.
type AccountState struct {
	Suspended bool // or closed: nothing is sent or answered
	Trial     bool // only numbers that were verified can be written to or called
}

// Account returns the state of the account.
func (c *Client) Account() (s AccountState, err error) {
	err = c.callCore("look at the account", func(a *api.ApiService) error {
		got, err := a.FetchAccount(c.account)
		if err == nil && got != nil {
			status := deref(got.Status)
			s = AccountState{Suspended: status != "" && status != "active", Trial: deref(got.Type) == "Trial"}
		}
		return err
	})
	return s, err
}

// NumbersOf returns the ids of the numbers in a messaging service.
func (c *Client) NumbersOf(service string) (ids []string, err error) {
	err = c.call("list the numbers of a messaging service", func(tw *client.Client) error {
		found, err := messaging.NewApiServiceWithClient(tw).ListPhoneNumber(service, nil)
		for i := range found {
			ids = append(ids, deref(found[i].Sid))
		}
		return err
	})
	return ids, err
}

// ClockSkew returns how far this machine's clock was ahead of the provider's at the last
// answer; zero before the first. It is exact to about a second.
func (c *Client) ClockSkew() time.Duration { return time.Duration(c.skew.Load()) }

// noteDate remembers what the provider's clock says.
func (c *Client) noteDate(header string) {
	if date, err := http.ParseTime(header); err == nil {
		c.skew.Store(int64(time.Since(date)))
	}
}
