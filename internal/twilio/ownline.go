package twilio

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
	"signpost/internal/webhook"
)

// What the check sends.
const (
	checkText  = "hello"
	checkTwiML = `<Response><Pause length="8"/><Hangup/></Response>` // listens, then hangs up
	// Seconds: a later text, or a longer call, proves nothing.
	checkValid, checkRings, checkLasts = 60, 20, 30
)

// OwnLine texts and calls one of our own lines from another number of the account, to see
// whether it answers. Nothing else of ours starts a text or a call. It can reach no other
// number: the list of allowed requests holds both. Only cmd/linecheck links it; a test
// proves that the other programs do not (internal/architecture/never_first_test.go).
type OwnLine struct {
	c        *Client
	from, to string
	ours     map[string]bool // every number and short code of the account, but from
}

// NewOwnLine checks both numbers before anything is sent: both must belong to the account,
// the line must call public, and nothing may answer texts at the other number.
func NewOwnLine(base, account string, tokens []privacy.Private, public, from, to string, keys ...APIKey) (*OwnLine,
	error) {
	c, err := NewClient(base, account, tokens, keys...)
	if err != nil {
		return nil, err
	}
	c.allowed = append(c.allowed,
		allowed{http.MethodGet, accountPath(account, `/(IncomingPhoneNumbers|SMS/ShortCodes)`), nil},
		allowed{http.MethodGet, regexp.MustCompile(`^/v1/Services$`), nil})
	lines, err := c.Lines()
	if err != nil {
		return nil, err
	}
	o := &OwnLine{c: c, from: from, to: to, ours: map[string]bool{}}
	callsUs, mine := false, false
	for _, l := range lines {
		here := strings.HasPrefix(l.Texts.URL, public+"/")
		switch {
		case l.Kind == ServiceLine:
			callsUs = callsUs || here
			continue
		case l.Name == from && l.Kind == NumberLine:
			mine = true
			if l.Texts.URL != "" {
				return nil,
					errors.New("something answers texts at the number to check from: it would answer our replies, " +
						"and we its answers. " +
						"Take the address for messages away from it, in the provider's console")
			}
			continue
		case l.Name == to:
			callsUs = callsUs || here
		}
		o.ours[l.Name] = true
	}
	switch {
	case from == to:
		return nil, errors.New("the number to check from must be another than the line")
	case !mine:
		return nil, errors.New("the number to check from is not one of this account's numbers")
	case !o.ours[to]:
		return nil,
			errors.New("the line is none of this account's numbers or short codes: nobody else is texted or rung")
	case !callsUs:
		return nil, errors.New("the line does not go to PUBLIC_URL: signpost provision points it here")
	}
	message := url.Values{fieldFrom: {from}, fieldTo: {to}, fieldBody: {checkText},
		"ValidityPeriod": {strconv.Itoa(checkValid)}}.Encode()
	call := url.Values{
		fieldFrom: {from}, fieldTo: {to}, "Twiml": {checkTwiML},
		"Timeout": {strconv.Itoa(checkRings)}, "TimeLimit": {strconv.Itoa(checkLasts)},
	}.Encode()
	c.allowed = append(c.allowed,
		allowed{http.MethodPost, accountPath(account, `/Messages`),
			func(f url.Values) bool { return f.Encode() == message }},
		allowed{http.MethodPost, accountPath(account, `/Calls`), func(f url.Values) bool { return f.Encode() == call }},
		allowed{http.MethodGet, accountPath(account, `/Calls/CA`+hex+`(/Notifications)?`), nil})
	return o, nil
}

// Text sends the line a text.
func (o *OwnLine) Text() error {
	return o.c.callCore("text our own line", func(s *api.ApiService) error {
		text := (&api.CreateMessageParams{}).SetFrom(o.from).SetTo(o.to).SetBody(checkText)
		_, err := s.CreateMessage(text.SetValidityPeriod(checkValid))
		return err
	})
}

// Answered reports whether the number to check from has received a text from one of our
// lines that says accepts.
func (o *OwnLine) Answered(says func(body string) bool) (ok bool, err error) {
	err = o.c.callCore("look for the answer", func(s *api.ApiService) error {
		found, err := s.ListMessage((&api.ListMessageParams{}).SetTo(o.from))
		for i := range found {
			m := &found[i]
			ok = ok || deref(m.Direction) == "inbound" && o.ours[deref(m.From)] && says(deref(m.Body))
		}
		return err
	})
	return ok, err
}

// Ring calls the line, listens for a while and hangs up.
func (o *OwnLine) Ring() (sid string, err error) {
	err = o.c.callCore("ring our own line", func(s *api.ApiService) error {
		p := (&api.CreateCallParams{}).SetFrom(o.from).SetTo(o.to).SetTwiml(checkTwiML)
		call, err := s.CreateCall(p.SetTimeout(checkRings).SetTimeLimit(checkLasts))
		if err == nil && call != nil {
			sid = deref(call.Sid)
		}
		return err
	})
	return sid, err
}

// Ended reports whether a call is over, and whether the line answered it.
func (o *OwnLine) Ended(sid string) (over, taken bool, err error) {
	err = o.c.callCore("look at the call", func(s *api.ApiService) error {
		call, err := s.FetchCall(sid, nil)
		if err != nil || call == nil {
			return err
		}
		switch deref(call.Status) {
		case "completed":
			over, taken = true, true
		case "busy", "no-answer", "failed", "canceled":
			over = true
		}
		return nil
	})
	return over, taken, err
}

// Heard reports whether the call came in at the line and its webhook worked. A call whose
// webhook fails is answered, too; only the provider's notes of it show the error.
func (o *OwnLine) Heard() (ok bool, err error) {
	var came []string
	err = o.c.callCore("look at the line's end of the call", func(s *api.ApiService) error {
		found, err := s.ListCall((&api.ListCallParams{}).SetFrom(o.from).SetTo(o.to))
		for i := range found {
			if c := &found[i]; deref(c.Direction) == "inbound" {
				came = append(came, deref(c.Sid))
			}
		}
		return err
	})
	wrong := 0
	for _, sid := range came {
		if err != nil {
			break
		}
		err = o.c.callCore("look at the provider's notes of the call", func(s *api.ApiService) error {
			const isError = 0
			notes, err := s.ListCallNotification(sid, (&api.ListCallNotificationParams{}).SetLog(isError))
			wrong += len(notes)
			return err
		})
	}
	return len(came) > 0 && wrong == 0, err
}

// Clear deletes every record of the number to check from. The error wraps [ErrNotFinal]
// when one is still in use.
func (o *OwnLine) Clear() error {
	var all []webhook.RecordID
	if err := o.c.ListRecordsBefore(o.from, time.Now().Add(time.Hour),
		func(r webhook.RecordID) { all = append(all, r) }); err != nil {
		return err
	}
	var left error
	for _, r := range all {
		if err := o.c.Erase(r); err != nil && !errors.Is(err, ErrGone) {
			left = fmt.Errorf("clear up after a check: %w", err)
		}
	}
	return left
}
