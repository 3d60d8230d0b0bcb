package provider

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"signpost/internal/privacy"
)

// A text and a call to see whether our own line answers have to begin somewhere:
// with another number of the same account, which is for nothing else. They are the
// only ones that anything of ours begins, and cannot go anywhere but to that line:
// the list of requests holds both numbers. Only cmd/linecheck has this built in; that
// the gateway and signpost do not is shown by a test (never_first_test.go).

// What the check writes and does on the line.
const (
	checkText  = "hello"
	checkTwiML = `<Response><Pause length="8"/><Hangup/></Response>` // somebody who listens, and rings off
	// A text that is late tells nothing any more; nor does a call that rings for
	// longer. In seconds.
	checkValid, checkRings, checkLasts = 60, 20, 30
)

// OwnLine texts and rings one of our own lines from another number of the account.
type OwnLine struct {
	c        *Client
	from, to string
	ours     map[string]bool // every number and short code of the account, but from
}

// NewOwnLine looks at both ends before anything is sent: each must be the account's
// own, the line must lead to public, and nothing may answer texts at the other
// number. The error says in words what is not so.
func NewOwnLine(base, account string, tokens []privacy.Private, public, from, to string) (*OwnLine, error) {
	c, err := New(base, account, tokens)
	if err != nil {
		return nil, err
	}
	of := func(p string) *regexp.Regexp {
		return regexp.MustCompile(`^/2010-04-01/Accounts/` + regexp.QuoteMeta(account) + p + `\.json$`)
	}
	c.allowed = append(c.allowed, allowed{http.MethodGet, of(`/(IncomingPhoneNumbers|SMS/ShortCodes)`), nil}, allowed{http.MethodGet, regexp.MustCompile(`^/v1/Services$`), nil})
	lines, err := c.Lines()
	if err != nil {
		return nil, err
	}
	o := &OwnLine{c: c, from: from, to: to, ours: map[string]bool{}}
	leads, mine := false, false
	for _, l := range lines {
		here := strings.HasPrefix(l.Texts.URL, public+"/")
		switch {
		case l.Sort == Service:
			leads = leads || here
			continue
		case l.Name == from && l.Sort == Number:
			mine = true
			if l.Texts.URL != "" {
				return nil, errors.New("something answers texts at the number to check from: it would answer our replies, and we its answers. Take the address for messages away from it, in the provider's console")
			}
			continue
		case l.Name == to:
			leads = leads || here
		}
		o.ours[l.Name] = true
	}
	switch {
	case from == to:
		return nil, errors.New("the number to check from must be another than the line")
	case !mine:
		return nil, errors.New("the number to check from is not one of this account's numbers")
	case !o.ours[to]:
		return nil, errors.New("the line is none of this account's numbers or short codes: nobody else is texted or rung")
	case !leads:
		return nil, errors.New("the line does not lead to PUBLIC_URL: signpost provision points it here")
	}
	text := url.Values{"From": {from}, "To": {to}, "Body": {checkText}, "ValidityPeriod": {strconv.Itoa(checkValid)}}.Encode()
	call := url.Values{"From": {from}, "To": {to}, "Twiml": {checkTwiML}, "Timeout": {strconv.Itoa(checkRings)}, "TimeLimit": {strconv.Itoa(checkLasts)}}.Encode()
	const hex = `[0-9a-fA-F]{32}`
	c.allowed = append(c.allowed,
		allowed{http.MethodPost, of(`/Messages`), func(f url.Values) bool { return f.Encode() == text }},
		allowed{http.MethodPost, of(`/Calls`), func(f url.Values) bool { return f.Encode() == call }},
		allowed{http.MethodGet, of(`/Calls/CA` + hex + `(/Notifications)?`), nil})
	return o, nil
}

// Text sends the line a text.
func (o *OwnLine) Text() error {
	return o.c.do("text our own line", func(s *api.ApiService) error {
		_, err := s.CreateMessage((&api.CreateMessageParams{}).SetFrom(o.from).SetTo(o.to).SetBody(checkText).SetValidityPeriod(checkValid))
		return err
	})
}

// Answered reports whether a text from one of our own lines has come in at the number
// to check from, and says what it should.
func (o *OwnLine) Answered(says func(body string) bool) (ok bool, err error) {
	err = o.c.do("look for the answer", func(s *api.ApiService) error {
		found, err := s.ListMessage((&api.ListMessageParams{}).SetTo(o.from))
		for i := range found {
			m := &found[i]
			ok = ok || said(m.Direction) == "inbound" && o.ours[said(m.From)] && says(said(m.Body))
		}
		return err
	})
	return ok, err
}

// Ring calls the line, listens a while and rings off.
func (o *OwnLine) Ring() (sid string, err error) {
	err = o.c.do("ring our own line", func(s *api.ApiService) error {
		p := (&api.CreateCallParams{}).SetFrom(o.from).SetTo(o.to).SetTwiml(checkTwiML)
		call, err := s.CreateCall(p.SetTimeout(checkRings).SetTimeLimit(checkLasts))
		if err == nil && call != nil {
			sid = said(call.Sid)
		}
		return err
	})
	return sid, err
}

// Ended reports whether a call is over, and whether the line took it.
func (o *OwnLine) Ended(sid string) (over, taken bool, err error) {
	err = o.c.do("look at the call", func(s *api.ApiService) error {
		call, err := s.FetchCall(sid, nil)
		if err != nil || call == nil {
			return err
		}
		switch said(call.Status) {
		case "completed":
			over, taken = true, true
		case "busy", "no-answer", "failed", "canceled":
			over = true
		}
		return nil
	})
	return over, taken, err
}

// Heard reports whether the provider could have the call say what it should: that it
// came in at the line, and nothing went wrong there. A line whose webhook fails is
// taken, too; that is among the provider's notes of the call, as an error.
func (o *OwnLine) Heard() (ok bool, err error) {
	var came []string
	err = o.c.do("look at the line's end of the call", func(s *api.ApiService) error {
		found, err := s.ListCall((&api.ListCallParams{}).SetFrom(o.from).SetTo(o.to))
		for i := range found {
			if c := &found[i]; said(c.Direction) == "inbound" {
				came = append(came, said(c.Sid))
			}
		}
		return err
	})
	wrong := 0
	for _, sid := range came {
		if err != nil {
			break
		}
		err = o.c.do("look at the provider's notes of the call", func(s *api.ApiService) error {
			const isError = 0
			notes, err := s.ListCallNotification(sid, (&api.ListCallNotificationParams{}).SetLog(isError))
			wrong += len(notes)
			return err
		})
	}
	return len(came) > 0 && wrong == 0, err
}

// Clear has every record of the number to check from deleted, and tells when one is
// not final yet ([ErrNotFinal]).
func (o *OwnLine) Clear() error {
	var all []string
	if err := o.c.Left(o.from, time.Now().Add(time.Hour), func(sid string) { all = append(all, sid) }); err != nil {
		return err
	}
	var left error
	for _, sid := range all {
		if err := o.c.Erase(sid); err != nil && !errors.Is(err, ErrGone) {
			left = fmt.Errorf("clear up after a check: %w", err)
		}
	}
	return left
}
