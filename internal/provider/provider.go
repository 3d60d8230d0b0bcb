// Package provider is the only room that calls the provider's API. It can
// delete a record, empty a message's words, and list what is left on our own
// lines. It has no way to send anybody a text or place a call: every request is held
// against a list of the few that are allowed before it leaves. (One program of an
// operator's texts and rings our own line: see [OwnLine].)
//
// The provider's own Go library makes the requests (its api/v2010 package
// alone: the whole client takes five times as long to build).
package provider

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"signpost/internal/privacy"
)

// DefaultURL is the provider's API.
const DefaultURL = "https://api.twilio.com"

// Bounds of one request.
const (
	timeout  = 5 * time.Second
	maxReply = 4 << 20 // a page of 1,000 records is about 1 MB
)

// What can come of asking for a record to be erased. Every other error is the
// network's or the provider's own, and worth trying again.
var (
	ErrGone        = errors.New("there is no such record")
	ErrNotFinal    = errors.New("the record is still in use") // error 20009
	ErrRefused     = errors.New("the provider refuses to")
	ErrCredentials = errors.New("the provider refuses our credentials")
)

// BusyError means that the provider has had too many requests of us.
type BusyError struct{ After time.Duration } // 0: it did not say for how long

func (BusyError) Error() string { return "the provider is busy" }

// Codes of the provider's errors (its error dictionary).
const (
	codeNotFinal  = 20009
	codeNotFound  = 20404
	codeBusy      = 20429
	codeAuth      = 20003
	codeForbidden = 20403
)

// Client calls the API for one account. It is safe for concurrent use.
type Client struct {
	account string
	tokens  []privacy.Private
	good    atomic.Int32 // the token that was taken last
	base    *url.URL
	allowed []allowed
	http    http.RoundTripper
}

// New makes a client; an empty base is the provider's own API. Several tokens
// may be given while one is being rotated.
func New(base, account string, tokens []privacy.Private) (*Client, error) {
	if base == "" {
		base = DefaultURL
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil, errors.New("the provider's API address cannot be read")
	}
	if len(tokens) == 0 {
		return nil, errors.New("the provider's API needs a token")
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxConnsPerHost = 8
	return &Client{account: account, tokens: tokens, base: u, allowed: allow(account), http: t}, nil
}

// Erasable reports whether a record of that id can be erased: a message's or a
// call's.
func Erasable(sid string) bool { return isMessage(sid) || isSID(sid, "CA") }

func isMessage(sid string) bool { return isSID(sid, "SM") || isSID(sid, "MM") }

// isSID reports an id of a kind: its two letters and 32 hexadecimal digits.
func isSID(sid, kind string) bool {
	const length = 34
	return len(sid) == length && sid[:2] == kind && strings.Trim(sid[2:], "0123456789abcdefABCDEF") == ""
}

// Erase deletes a message's or call's record. The error is nil, wraps one of
// this package's, or is worth trying again.
func (c *Client) Erase(sid string) error {
	switch {
	case isMessage(sid):
		return c.do("delete a message", func(s *api.ApiService) error { return s.DeleteMessage(sid, nil) })
	case isSID(sid, "CA"):
		return c.do("delete a call", func(s *api.ApiService) error { return s.DeleteCall(sid, nil) })
	}
	return fmt.Errorf("delete a record: not a message or call: %w", ErrRefused)
}

// Redact empties a message's words and keeps the rest of its record. A call has
// none. The provider answers with the record, numbers and all: the answer is
// erased from memory (see [privacy.Forget]).
func (c *Client) Redact(sid string) (err error) {
	if !isMessage(sid) {
		return nil
	}
	privacy.Forget(func() {
		err = c.do("empty a message", func(s *api.ApiService) error {
			_, err := s.UpdateMessage(sid, (&api.UpdateMessageParams{}).SetBody(""))
			return err
		})
	})
	return err
}

// Left gives the ids of records on one of our own lines from before a moment:
// messages and calls, to it and from it.
func (c *Client) Left(line string, before time.Time, each func(sid string)) error {
	for _, to := range []bool{true, false} {
		err := c.do("list messages", func(s *api.ApiService) error {
			p := (&api.ListMessageParams{}).SetDateSentBefore(before.UTC()).SetPageSize(1000)
			if to {
				p.SetTo(line)
			} else {
				p.SetFrom(line)
			}
			found, err := s.ListMessage(p)
			for i := range found {
				if m := &found[i]; m.Sid != nil && isMessage(*m.Sid) {
					each(*m.Sid)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		err = c.do("list calls", func(s *api.ApiService) error {
			p := (&api.ListCallParams{}).SetStartTimeBefore(before.UTC()).SetPageSize(1000)
			if to {
				p.SetTo(line)
			} else {
				p.SetFrom(line)
			}
			found, err := s.ListCall(p)
			for i := range found {
				if m := &found[i]; m.Sid != nil && isSID(*m.Sid, "CA") {
					each(*m.Sid)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// do makes one request with the token that was good last, then with the others.
// The error never holds what the provider wrote.
func (c *Client) do(what string, request func(*api.ApiService) error) error {
	return c.with(what, func(tw *client.Client) error { return request(api.NewApiServiceWithClient(tw)) })
}

// with is do for any part of the provider's library.
func (c *Client) with(what string, request func(*client.Client) error) error {
	first := int(c.good.Load())
	for i := range c.tokens {
		at := (first + i) % len(c.tokens)
		last := &seen{client: c}
		twilio := &client.Client{
			Credentials: client.NewCredentials(c.account, c.tokens[at].Reveal()),
			HTTPClient:  &http.Client{Timeout: timeout, Transport: last, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		}
		twilio.SetAccountSid(c.account)
		err := outcome(request(twilio), last)
		if errors.Is(err, ErrCredentials) {
			continue
		}
		c.good.Store(int32(at))
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}
	return fmt.Errorf("%s: %w", what, ErrCredentials)
}

// outcome turns what the library gives into one of our errors.
func outcome(err error, last *seen) error {
	var rest *client.TwilioRestError
	code := 0
	if errors.As(err, &rest) {
		code = rest.Code
	}
	switch {
	case last.barred:
		return fmt.Errorf("not a request that may be made: %w", ErrRefused)
	case last.status == 0 && err != nil:
		return errors.New("the provider does not answer")
	case code == codeNotFinal:
		return ErrNotFinal
	case last.status == http.StatusTooManyRequests || code == codeBusy:
		return BusyError{last.after}
	case code == codeNotFound, last.status == http.StatusNotFound && (rest != nil || last.empty):
		return ErrGone // said by the API, and not by some other server at a wrong address
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

// seen sends the library's requests on, to our base address, if they are
// allowed, and keeps what the library hides of the answer.
type seen struct {
	client *Client
	barred bool
	status int
	empty  bool // the answer had no body
	after  time.Duration
}

// allowed is one of the few requests that ever leave.
type allowed struct {
	method string
	path   *regexp.Regexp
	form   func(url.Values) bool // what a POST may hold
}

func allow(account string) []allowed {
	const hex = `[0-9a-fA-F]{32}`
	path := func(p string) *regexp.Regexp {
		return regexp.MustCompile(`^/2010-04-01/Accounts/` + regexp.QuoteMeta(account) + p + `\.json$`)
	}
	return []allowed{
		{http.MethodDelete, path(`/(Messages/(SM|MM)|Calls/CA)` + hex), nil},
		{http.MethodPost, path(`/Messages/(SM|MM)` + hex), func(f url.Values) bool { return f.Encode() == "Body=" }},
		{http.MethodGet, path(`/(Messages|Calls)`), nil},
	}
}

// may reports whether a request is one of those.
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

// alone makes one request on a connection of its own, in the caller's goroutine,
// so that nothing of the answer is left in a buffer that lives on.
func alone(r *http.Request) (*http.Response, error) {
	host := r.URL.Host
	if r.URL.Port() == "" {
		host = net.JoinHostPort(r.URL.Hostname(), r.URL.Scheme)
	}
	conn, err := (&net.Dialer{Timeout: timeout}).DialContext(r.Context(), "tcp", host)
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
func (s *seen) RoundTrip(r *http.Request) (*http.Response, error) {
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
		send = alone
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
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		s.after = time.Duration(n) * time.Second
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
