package twilio

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// DefaultURL is the provider's own API.
const DefaultURL = "https://api.twilio.com"

// Limits of one request.
const (
	timeout  = 5 * time.Second
	maxReply = 4 << 20 // a page of 1,000 records is about 1 MB
)

// Errors of [Client]. Every other error is the network's or the provider's own, and worth
// retrying.
var (
	ErrGone        = errors.New("there is no such record")
	ErrNotFinal    = errors.New("the record is still in use") // error 20009
	ErrRefused     = errors.New("the provider refuses to")
	ErrCredentials = errors.New("the provider refuses our credentials")
	// ErrNotAllowed wraps ErrCredentials: an API key is restricted, and this is not among
	// what it may do.
	ErrNotAllowed = fmt.Errorf("the API key may not do this: %w", ErrCredentials)
)

// ErrClock means that the provider's certificate is not valid at the time of this machine.
var ErrClock = errors.New("the provider's certificate is not valid at this machine's time")

// BusyError means that the provider limits our rate.
type BusyError struct{ After time.Duration } // when to retry; 0 when it did not say

func (BusyError) Error() string { return "the provider is busy" }

// Codes of the provider's errors (its error dictionary).
const (
	codeNotFinal    = 20009
	codeNotFound    = 20404
	codeBusy        = 20429
	codeAuth        = 20003
	codeForbidden   = 20403
	codeUnpermitted = 70051
)

// Client calls the API for one account. It is safe for concurrent use.
type Client struct {
	account string
	keys    []APIKey     // credentials: of an auth token the id is the account's
	good    atomic.Int32 // index of the one that worked last
	base    *url.URL
	allowed []allowed
	skew    atomic.Int64 // see [Client.ClockSkew]
	http    http.RoundTripper
	dial    func(ctx context.Context, network, addr string) (net.Conn, error)
}

// NewClient returns a client; an empty base is the provider's own API. Several tokens and
// keys may be given while one is being rotated; API keys are tried first.
func NewClient(base, account string, tokens []privacy.Private, keys ...APIKey) (*Client, error) {
	if base == "" {
		base = DefaultURL
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil, errors.New("the provider's API address cannot be read")
	}
	credentials := slices.Clone(keys)
	for _, t := range tokens {
		credentials = append(credentials, APIKey{account, t})
	}
	if len(credentials) == 0 {
		return nil, errors.New("the provider's API needs a token or an API key")
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxConnsPerHost = 8
	return &Client{account: account, keys: credentials, base: u, allowed: allow(account), http: t,
		dial: (&net.Dialer{Timeout: timeout}).DialContext}, nil
}

// SetDialer has the client make its connections in another way than the system's. Call it before
// the first request.
func (c *Client) SetDialer(dial func(ctx context.Context, network, addr string) (net.Conn, error)) {
	c.dial = dial
	if t, ok := c.http.(*http.Transport); ok {
		t.DialContext, t.Proxy = dial, nil
	}
}

// Erase deletes a record. The error is nil, wraps one of this package's, or is worth
// retrying.
func (c *Client) Erase(r webhook.RecordID) error {
	switch id := string(r); {
	case isMessageID(id):
		return c.callCore("delete a message", func(s *api.ApiService) error { return s.DeleteMessage(id, nil) })
	case isCallID(id):
		return c.callCore("delete a call", func(s *api.ApiService) error { return s.DeleteCall(id, nil) })
	}
	return fmt.Errorf("delete a record: not a message or call: %w", ErrRefused)
}

// Redact empties a message's text and keeps the rest of its record. It does nothing to a
// call. The provider answers with the record, numbers and all: the answer is erased from
// memory (see [privacy.Forget]).
func (c *Client) Redact(r webhook.RecordID) (err error) {
	if !isMessageID(string(r)) {
		return nil
	}
	privacy.Forget(func() {
		err = c.callCore("empty a message", func(s *api.ApiService) error {
			_, err := s.UpdateMessage(string(r), (&api.UpdateMessageParams{}).SetBody(""))
			return err
		})
	})
	return err
}

// Erasing is one thing that erasing needs.
type Erasing struct {
	What string // like "delete messages"
	Err  error  // wraps ErrCredentials if our credentials may not do it
}

// Erasing tries what erasing needs, with records that do not exist, and returns each with
// its error. It changes nothing, and reads nothing of anybody.
func (c *Client) Erasing(line string) []Erasing {
	nobody := webhook.RecordID(strings.Repeat("0", 32))
	none := func(err error) error {
		if errors.Is(err, ErrGone) {
			return nil
		}
		return err
	}
	out := []Erasing{
		{"delete messages", none(c.Erase("SM" + nobody))},
		{"delete calls", none(c.Erase("CA" + nobody))},
		{"empty messages", none(c.Redact("SM" + nobody))},
	}
	if line != "" {
		long := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) // before there was a provider
		out = append(out, Erasing{"list messages and calls",
			c.ListRecordsBefore(line, long, func(webhook.RecordID) {})})
	}
	return out
}

// ListRecordsBefore calls each with the records of one of our own lines that are older than before:
// messages and calls, to it and from it.
func (c *Client) ListRecordsBefore(line string, before time.Time, each func(webhook.RecordID)) error {
	found := func(id *string) {
		if r, ok := ParseRecordID(deref(id)); ok {
			each(r)
		}
	}
	for _, to := range []bool{true, false} {
		err := c.callCore("list messages", func(s *api.ApiService) error {
			p := (&api.ListMessageParams{}).SetDateSentBefore(before.UTC()).SetPageSize(1000)
			if to {
				p.SetTo(line)
			} else {
				p.SetFrom(line)
			}
			list, err := s.ListMessage(p)
			for i := range list {
				found(list[i].Sid)
			}
			return err
		})
		if err != nil {
			return err
		}
		err = c.callCore("list calls", func(s *api.ApiService) error {
			p := (&api.ListCallParams{}).SetStartTimeBefore(before.UTC()).SetPageSize(1000)
			if to {
				p.SetTo(line)
			} else {
				p.SetFrom(line)
			}
			list, err := s.ListCall(p)
			for i := range list {
				found(list[i].Sid)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// callCore makes one request with the credentials that worked last, then with the others. The
// error never quotes the provider.
func (c *Client) callCore(what string, request func(*api.ApiService) error) error {
	return c.call(what, func(tw *client.Client) error { return request(api.NewApiServiceWithClient(tw)) })
}

// call is callCore for every part of the provider's library.
func (c *Client) call(what string, request func(*client.Client) error) error {
	first := int(c.good.Load())
	refused := ErrCredentials
	for i := range c.keys {
		at := (first + i) % len(c.keys)
		last := &transport{client: c}
		tw := &client.Client{
			Credentials: client.NewCredentials(c.keys[at].ID, c.keys[at].Secret.Reveal()),
			HTTPClient:  &http.Client{Timeout: timeout, Transport: last, CheckRedirect: stay},
		}
		tw.SetAccountSid(c.account)
		err := outcome(request(tw), last)
		if errors.Is(err, ErrCredentials) {
			if errors.Is(err, ErrNotAllowed) {
				refused = ErrNotAllowed
			}
			continue
		}
		c.good.Store(int32(at))
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}
	return fmt.Errorf("%s: %w", what, refused)
}

// stay follows no redirect.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// outcome converts the library's error into one of ours.
func outcome(err error, last *transport) error {
	var rest *client.TwilioRestError
	var invalid x509.CertificateInvalidError
	code := 0
	if errors.As(err, &rest) {
		code = rest.Code
	}
	switch {
	case last.barred:
		return fmt.Errorf("not a request that may be made: %w", ErrRefused)
	case last.status == 0 && errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ErrClock
	case last.status == 0 && err != nil:
		return errors.New("the provider does not answer")
	case code == codeNotFinal:
		return ErrNotFinal
	case last.status == http.StatusTooManyRequests || code == codeBusy:
		return BusyError{last.after}
	case code == codeNotFound, last.status == http.StatusNotFound && (rest != nil || last.empty):
		return ErrGone // the API says so, and no other server at a wrong address
	case code == codeUnpermitted || last.status == http.StatusForbidden && code != codeForbidden:
		return ErrNotAllowed
	case last.status == http.StatusUnauthorized || code == codeAuth || code == codeForbidden:
		return ErrCredentials
	case last.status >= 500 || last.status == http.StatusNotFound:
		return fmt.Errorf("the provider answered %d", last.status)
	case last.status >= 400:
		return fmt.Errorf("%d: %w", last.status, ErrRefused)
	case last.status >= 300:
		return fmt.Errorf("the provider answered %d", last.status)
	case err != nil:
		return errors.New("the provider's answer cannot be read")
	}
	return nil
}

// transport sends the library's requests to our base address if they are allowed, and
// keeps what the library hides of the response.
type transport struct {
	client *Client
	barred bool
	status int
	empty  bool // the response had no body
	after  time.Duration
}

// allowed is one of the few requests that may be sent.
type allowed struct {
	method string
	path   *regexp.Regexp
	form   func(url.Values) bool // whether a POST may hold this
}

const hex = `[0-9a-fA-F]{32}` // of a record's id, after its two letters

// accountPath matches a path of the account's part of the API.
func accountPath(account, pattern string) *regexp.Regexp {
	return regexp.MustCompile(`^/2010-04-01/Accounts/` + regexp.QuoteMeta(account) + pattern + `\.json$`)
}

func allow(account string) []allowed {
	return []allowed{
		{http.MethodDelete, accountPath(account, `/(Messages/(SM|MM)|Calls/CA)`+hex), nil},
		{http.MethodPost, accountPath(account, `/Messages/(SM|MM)`+hex),
			func(f url.Values) bool { return f.Encode() == fieldBody+"=" }},
		{http.MethodGet, accountPath(account, `/(Messages|Calls)`), nil},
	}
}

// may reports whether a request is allowed.
func (c *Client) may(r *http.Request) bool {
	for _, a := range c.allowed {
		if r.Method != a.method || !a.path.MatchString(r.URL.Path) {
			continue
		}
		if r.Method != http.MethodPost {
			return true
		}
		body, err := r.GetBody()
		if err != nil {
			return false
		}
		const most = 8 << 10
		b, err := io.ReadAll(io.LimitReader(body, most))
		if err != nil {
			return false
		}
		form, err := url.ParseQuery(string(b))
		return err == nil && a.form(form)
	}
	return false
}

// sendUnpooled makes one request on a connection of its own, in the caller's goroutine, so that
// no part of the response stays in a pooled buffer.
func (c *Client) sendUnpooled(r *http.Request) (*http.Response, error) {
	host := r.URL.Host
	if r.URL.Port() == "" {
		host = net.JoinHostPort(r.URL.Hostname(), r.URL.Scheme)
	}
	conn, err := c.dial(r.Context(), "tcp", host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return nil, err
	}
	if r.URL.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: r.URL.Hostname(), MinVersion: tls.VersionTLS12})
	}
	r.Close = true
	if err := r.Write(conn); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// RoundTrip implements [http.RoundTripper].
func (s *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	s.status, s.after = 0, 0
	if s.barred = !s.client.may(r); s.barred {
		return nil, ErrRefused
	}
	out := r.Clone(r.Context())
	// The library takes its host from the environment (TWILIO_EDGE, _REGION).
	host := s.client.base.Host
	if s.client.base.String() == DefaultURL && strings.HasPrefix(r.URL.Path, "/v1/") {
		host = messagingHost
		if strings.HasPrefix(r.URL.Path, dialling) {
			host = voiceHost
		}
	}
	out.URL.Scheme, out.URL.Host, out.Host = s.client.base.Scheme, host, ""
	out.URL.Path = s.client.base.Path + out.URL.Path
	send := s.client.http.RoundTrip
	if r.Method == http.MethodPost {
		send = s.client.sendUnpooled
	}
	resp, err := send(out)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() // the library does not close the body of an error
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return nil, err
	}
	s.status, s.empty = resp.StatusCode, len(body) == 0
	s.client.noteDate(resp.Header.Get("Date"))
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		s.after = time.Duration(n) * time.Second
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
