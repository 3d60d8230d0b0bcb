// Package handset is a simulated phone: it sends texts and makes calls through real webhooks,
// signed as the provider signs them, and follows the TwiML it gets back as a phone would.
package handset

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// Phone is one phone and the line that it texts and calls.
type Phone struct {
	// Handler answers the webhooks in-process; nil posts them to Base instead.
	Handler http.Handler
	Base    string // scheme and host, as the gateway's PUBLIC_URL
	Account string
	Token   privacy.Private
	Key     twilio.SharedKey // signs instead of Token, if it has a name
	From    string           // the handset's address
	To      string           // our line
	// Jar holds the cookies of replies to texts, by the two numbers, as the provider does;
	// nil stores none.
	Jar map[string]string
}

// maxBody is the longest answer read.
const maxBody = twilio.MaxDocument + 1

// Post sends one signed webhook to a path or URL and returns the response.
func (p *Phone) Post(ctx context.Context, target string, form url.Values) (status int, body []byte, err error) {
	if strings.HasPrefix(target, "/") {
		target = p.Base + target
	}
	form.Set("AccountSid", p.Account)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, fmt.Errorf("make a webhook: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	twilio.Signer{Token: p.Token, Key: p.Key}.Sign(req.Header, target, form)
	pair := form.Get("From") + " " + form.Get("To")
	text := form.Has("MessageSid")
	if kept := p.Jar[pair]; kept != "" && text {
		req.Header.Set("Cookie", kept)
	}
	keep := func(h http.Header) {
		for _, c := range (&http.Response{Header: h}).Cookies() {
			if p.Jar == nil || !text {
				continue
			}
			if c.MaxAge < 0 {
				delete(p.Jar, pair)
				continue
			}
			p.Jar[pair] = c.Name + "=" + c.Value
		}
	}
	if p.Handler != nil {
		req.RequestURI = req.URL.RequestURI()
		rec := &recorder{status: http.StatusOK, header: http.Header{}}
		p.Handler.ServeHTTP(rec, req)
		keep(rec.header)
		return rec.status, rec.body.Bytes(), nil
	}
	client := http.Client{Timeout: 15 * time.Second, CheckRedirect: stay} // as long as the provider waits
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("send a webhook: %w", err)
	}
	defer resp.Body.Close()
	keep(resp.Header)
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	}
	return resp.StatusCode, body, nil
}

// stay follows no redirect: a webhook's fields would be lost.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// ReportDelivery sends a report that one of our texts was delivered. It changes nothing.
func (p *Phone) ReportDelivery(ctx context.Context, path string) (status int, body []byte, err error) {
	return p.ReportDeliveryAs(ctx, path, "SM-doctor")
}

// ReportDeliveryAs sends a report on a text with a given id. A gateway notes the id of a
// report on a probe, if it is one that the provider could have made.
func (p *Phone) ReportDeliveryAs(ctx context.Context, path, sid string) (status int, body []byte, err error) {
	return p.Post(ctx, path, url.Values{"MessageSid": {sid}, "MessageStatus": {"delivered"}, "From": {p.From},
		"To": {p.To}})
}

// Fetch requests a document as the provider requests a fallback URL.
func Fetch(ctx context.Context, method, target string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for a document: %w", err)
	}
	client := http.Client{Timeout: 15 * time.Second} // as long as the provider waits
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask for a document: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("ask for a document: answered %d", resp.StatusCode)
	}
	return body, err
}

// recorder records a handler's response without a network.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

// SID returns a random id: a prefix and 32 hexadecimal digits.
func SID(prefix string) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return prefix + hex.EncodeToString(b)
}

// Account returns a random id of an account.
func Account() string { return SID("AC") }

// Text sends a text and returns the reply; empty is silence.
func (p *Phone) Text(ctx context.Context, body string) (string, error) {
	return p.TextAs(ctx, SID("SM"), body)
}

// TextAs sends a text under a given id, as a repeated webhook does.
func (p *Phone) TextAs(ctx context.Context, sid, body string) (string, error) {
	doc, err := p.fetch(ctx, "/sms", url.Values{
		"MessageSid": {sid}, "SmsSid": {sid}, "SmsMessageSid": {sid}, "From": {p.From}, "To": {p.To}, "Body": {body},
		"NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	})
	if err != nil {
		return "", err
	}
	var texts []string
	for _, n := range doc.Children {
		if n.Name != "Message" {
			return "", fmt.Errorf("the answer to a text holds <%s>", n.Name)
		}
		texts = append(texts, n.Words())
	}
	if len(texts) > 1 {
		return "", errors.New("a text was answered with several messages")
	}
	return strings.Join(texts, ""), nil
}

// Try sends a webhook of a text, or of a call that begins, to a path, and returns the
// response as it came.
func (p *Phone) Try(ctx context.Context, target string, text bool) (status int, body []byte, err error) {
	form := url.Values{"From": {p.From}, "To": {p.To}, "CallSid": {SID("CA")}, "CallStatus": {"in-progress"}}
	if text {
		form = url.Values{"From": {p.From}, "To": {p.To}, "MessageSid": {SID("SM")}, "Body": {"x"}}
	}
	return p.Post(ctx, target, form)
}

// fetch posts a webhook and parses the TwiML that must come back.
func (p *Phone) fetch(ctx context.Context, target string, form url.Values) (twilio.Node, error) {
	status, body, err := p.Post(ctx, target, form)
	if err != nil {
		return twilio.Node{}, err
	}
	if status != http.StatusOK {
		return twilio.Node{}, fmt.Errorf("the gateway answered %d %s", status, http.StatusText(status))
	}
	doc, err := twilio.ParseDocument(bytes.TrimSpace(body))
	if err != nil {
		return twilio.Node{}, fmt.Errorf("read the answer: %w", err)
	}
	return doc, nil
}

// Call is one telephone call.
type Call struct {
	phone *Phone
	sid   string
	todo  []twilio.Node // the rest of the document

	// Said is what was said since the caller's last action.
	Said []string
	// Gather is set while the call waits for a key, Dialling while a line rings; both when a
	// key may be pressed before the line is called.
	Gather   *twilio.Node
	Dialling []webhook.DialLine
	dial     *twilio.Node
	Ended    bool
	Docs     []twilio.Node // every document of the call, for rules over them
}

// maxRedirects ends a circle of redirects.
const maxRedirects = 20

// ErrNotNow means that the call was not waiting for this action.
var ErrNotNow = errors.New("the call is not waiting for that")

// Ring begins a call.
func (p *Phone) Ring(ctx context.Context) (*Call, error) {
	c := &Call{phone: p, sid: SID("CA")}
	return c, c.follow(ctx, "/voice", url.Values{})
}

// Ringing names the lines that ring, each with the key that is pressed once it answers.
func (c *Call) Ringing() (lines []string) {
	for _, d := range c.Dialling {
		line := d.E164
		if key := strings.Trim(d.Keys, "wW"); key != "" { // the rest is the wait before it
			line += ", then key " + key
		}
		lines = append(lines, line)
	}
	return lines
}

// Through has the rest of the call answered by another gateway: the one that p reaches.
func (c *Call) Through(p *Phone) {
	p.From, p.To = c.phone.From, c.phone.To
	c.phone = p
}

func (c *Call) follow(ctx context.Context, target string, extra url.Values) error {
	c.Said, c.Gather, c.Dialling, c.dial = nil, nil, nil, nil
	for range maxRedirects {
		form := url.Values{"CallSid": {c.sid}, "From": {c.phone.From}, "To": {c.phone.To},
			"CallStatus": {"in-progress"},
			"Direction":  {"inbound"}, "ApiVersion": {"2010-04-01"}}
		for k, v := range extra {
			form[k] = v
		}
		doc, err := c.phone.fetch(ctx, target, form)
		if err != nil {
			return err
		}
		c.Docs = append(c.Docs, doc)
		c.todo = doc.Children
		next, err := c.run()
		if err != nil || next == "" {
			return err
		}
		target, extra = next, nil
	}
	return errors.New("the call is redirected without end")
}

// run follows a document to the caller's next action; it returns the URL of the next document
// when it is redirected.
func (c *Call) run() (redirect string, err error) {
	for len(c.todo) > 0 {
		n := c.todo[0]
		c.todo = c.todo[1:]
		switch n.Name {
		case "Say", "Play":
			c.hear(n)
		case "Pause":
		case "Gather":
			for _, in := range n.Children {
				c.hear(in)
			}
			c.Gather = &n
			if always, _ := n.Attr("actionOnEmptyResult"); always != "true" && len(c.todo) > 0 &&
				c.todo[0].Name == "Dial" {
				continue // a key may be pressed in passing; the line is still rung
			}
			return "", nil
		case "Dial":
			for _, num := range n.Children {
				keys, _ := num.Attr("sendDigits")
				c.Dialling = append(c.Dialling, webhook.DialLine{E164: num.Words(), Keys: keys})
			}
			c.dial = &n
			return "", nil
		case "Redirect":
			return n.Words(), nil
		case "Hangup":
			c.Ended = true
			return "", nil
		default:
			return "", fmt.Errorf("a phone cannot follow <%s>", n.Name)
		}
	}
	c.Ended = true // a document that ends ends the call
	return "", nil
}

func (c *Call) hear(n twilio.Node) {
	if n.Name == "Play" {
		c.Said = append(c.Said, "(a recording: "+n.Words()+")")
		return
	}
	var words []string
	var walk func(twilio.Node)
	walk = func(n twilio.Node) { // words of two elements never join into one
		words = append(words, strings.Fields(n.Text)...)
		for _, part := range n.Children {
			walk(part)
		}
	}
	walk(n)
	if len(words) > 0 {
		c.Said = append(c.Said, strings.Join(words, " "))
	}
}

// Press presses one key.
func (c *Call) Press(ctx context.Context, key byte) error {
	return c.PressAll(ctx, string(key))
}

// PressAll presses several keys where one is waited for, as a provider that gathers more would
// report them.
func (c *Call) PressAll(ctx context.Context, keys string) error {
	if c.Gather == nil {
		return ErrNotNow
	}
	action, _ := c.Gather.Attr("action")
	return c.follow(ctx, action, url.Values{"Digits": {keys}})
}

// Wait presses nothing until the call gives up waiting.
func (c *Call) Wait(ctx context.Context) error {
	if c.Gather == nil {
		return ErrNotNow
	}
	if always, _ := c.Gather.Attr("actionOnEmptyResult"); always == "true" {
		action, _ := c.Gather.Attr("action")
		return c.follow(ctx, action, url.Values{"Digits": {""}})
	}
	c.Said, c.Gather = nil, nil
	next, err := c.run()
	if err != nil || next == "" {
		return err
	}
	return c.follow(ctx, next, nil)
}

// LegEnds ends the ringing line with one of the provider's statuses: completed, busy,
// no-answer, failed, canceled. A line that completes was talked to for a minute.
func (c *Call) LegEnds(ctx context.Context, status string) error {
	if status == "completed" {
		return c.LegEndsAs(ctx, url.Values{"DialCallStatus": {status}, "DialBridged": {"true"},
			"DialCallDuration": {"60"}})
	}
	return c.LegEndsAs(ctx, url.Values{"DialCallStatus": {status}})
}

// LegShort ends the ringing line like an answering machine that hangs up at once.
func (c *Call) LegShort(ctx context.Context) error {
	return c.LegEndsAs(ctx, url.Values{"DialCallStatus": {"completed"}, "DialBridged": {"true"},
		"DialCallDuration": {"2"}})
}

// LegEndsAs ends the ringing line with all that the provider reports.
func (c *Call) LegEndsAs(ctx context.Context, report url.Values) error {
	if c.dial == nil {
		return ErrNotNow
	}
	action, _ := c.dial.Attr("action")
	report.Set("DialCallSid", SID("CA"))
	return c.follow(ctx, action, report)
}
