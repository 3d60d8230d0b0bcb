package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"signpost/flows/saved"
)

// How often the ways to people are looked at.
const (
	mailEvery    = 24 * time.Hour // a login at the mail server
	mailRetry    = time.Hour      // after one that failed: many in a row could lock the account
	pingPatience = 30 * time.Minute
)

// Names of the ways in [ways.Failed].
const (
	byMail    = "mail"
	byWebhook = "webhook"
)

// ways is whether each way to people works. It is kept beside what was reported to them.
type ways struct {
	Failed     map[string]string `json:"failed"` // by way: why
	MailLooked time.Time         `json:"mail_looked"`
	// PingFails is when the dead man's switch stopped answering; zero: it answers.
	PingFails time.Time `json:"ping_fails"`
}

func (w *watcher) waysFile() string { return w.StateFile + ".ways" }

func (w *watcher) loadWays() {
	w.ways = ways{}
	if data, err := os.ReadFile(w.waysFile()); err == nil && json.Unmarshal(data, &w.ways) != nil {
		w.ways = ways{} // damaged: all is looked at again
	}
	if w.ways.Failed == nil {
		w.ways.Failed = map[string]string{}
	}
}

func (w *watcher) saveWays() error {
	data, err := json.Marshal(w.ways)
	if err == nil {
		err = saved.Replace(w.waysFile(), data)
	}
	if err != nil {
		return fmt.Errorf("write beside WATCH_STATE: %w", err)
	}
	return nil
}

// checkWays adds the ways to people that do not work to the problems. It logs in to the mail
// server once a day: that a password has expired must not be found out when something else
// is wrong.
func (w *watcher) checkWays(ctx context.Context, now map[string]problem) {
	w.loadWays()
	every := mailEvery
	if w.ways.Failed[byMail] != "" {
		every = mailRetry
	}
	switch {
	case len(w.MailTo) == 0:
		delete(w.ways.Failed, byMail)
	case w.now().Sub(w.ways.MailLooked) >= every:
		w.note(byMail, w.mail(ctx, ""))
		w.ways.MailLooked = w.now()
	}
	if w.Webhook.Reveal() == "" {
		delete(w.ways.Failed, byWebhook)
	}
	for way, why := range w.ways.Failed {
		now["way "+way] = problem{"People are not told by " + way + ": " + why +
			". Correct /etc/signpost/watch, then run signpost watch -test.", w.now()}
	}
	if fails := w.ways.PingFails; !fails.IsZero() && w.now().Sub(fails) >= pingPatience {
		now["way ping"] = problem{"The dead man's switch in WATCH_PING does not answer: nobody would notice that " +
			"this machine is gone. Look at that service, and at its address.",
			w.now()}
	}
}

// note remembers whether a way works.
func (w *watcher) note(way string, err error) {
	delete(w.ways.Failed, way)
	if err != nil {
		w.ways.Failed[way] = err.Error()
	}
}

// ping asks the dead man's switch.
func (w *watcher) ping(ctx context.Context) error {
	var failed error
	if to := w.Ping.Reveal(); to != "" {
		if err := request(ctx, http.MethodGet, to, nil); err != nil {
			failed = fmt.Errorf("ask WATCH_PING: %w", err)
		}
	}
	switch {
	case failed == nil:
		w.ways.PingFails = time.Time{}
	case w.ways.PingFails.IsZero():
		w.ways.PingFails = w.now()
	}
	return errors.Join(failed, w.saveWays())
}

// send tells people by every way that is set. One that works is enough; the others are a
// problem of the next run.
func (w *watcher) send(ctx context.Context, kind, says string) error {
	w.loadWays()
	if w.saveWays() != nil {
		says += " (This message comes again at every run: WATCH_STATE cannot be written. Is the disk full?)"
	}
	results := w.byEveryWay(ctx, kind, says)
	var failed []error
	for _, way := range slices.Sorted(maps.Keys(results)) {
		w.note(way, results[way])
		if results[way] != nil {
			failed = append(failed, results[way])
		}
	}
	if len(failed) == len(results) { // the run fails, which is enough
		return errors.Join(failed...)
	}
	return w.saveWays()
}

// byEveryWay sends a message by every way that is set, and returns the result of each.
func (w *watcher) byEveryWay(ctx context.Context, kind, says string) map[string]error {
	out := map[string]error{}
	if to := w.Webhook.Reveal(); to != "" {
		body, err := json.Marshal(map[string]string{"text": "Signpost, " + kind + ": " + says})
		if err == nil {
			err = request(ctx, http.MethodPost, to, body)
		}
		if err != nil {
			err = fmt.Errorf("send to WATCH_WEBHOOK: %w", err)
		}
		out[byWebhook] = err
	}
	if len(w.MailTo) > 0 {
		out[byMail] = w.mail(ctx,
			"From: "+w.MailFrom+"\r\nTo: "+strings.Join(w.MailTo, ", ")+"\r\nSubject: Signpost: "+kind+
				"\r\nDate: "+w.now().Format(time.RFC1123Z)+"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
				says+"\r\n")
	}
	return out
}

// mail sends a message; an empty one ends after the login. The server's own words are not
// shown: they may quote an address.
func (w *watcher) mail(ctx context.Context, text string) error {
	u, err := url.Parse(w.SMTP.Reveal())
	if err != nil {
		return errors.New("WATCH_SMTP cannot be read")
	}
	step, err := w.deliver(ctx, u, text)
	if err != nil {
		return fmt.Errorf("the mail server in WATCH_SMTP fails at %s", step)
	}
	return nil
}

// deliver sends a text through a mail server. It ends in time even if the server never
// answers: one that waits for TLS does not. step is where it failed.
func (w *watcher) deliver(ctx context.Context, u *url.URL, text string) (step string, err error) {
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	secure := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	var conn net.Conn
	if u.Scheme == "smtps" {
		conn, err = (&tls.Dialer{Config: secure}).DialContext(ctx, "tcp", u.Host)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	}
	if err != nil {
		return "the connection", err
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	c, err := smtp.NewClient(conn, u.Hostname())
	if err != nil {
		return "its greeting", err
	}
	defer func() { _ = c.Close() }() // it says nothing that Quit does not
	if begins, _ := c.Extension("STARTTLS"); begins && u.Scheme == "smtp" {
		if err := c.StartTLS(secure); err != nil {
			return "the encryption", err
		}
	}
	if password, ok := u.User.Password(); ok {
		if err := c.Auth(smtp.PlainAuth("", u.User.Username(), password, u.Hostname())); err != nil {
			return "the login", err
		}
	}
	if text == "" {
		return "", c.Quit()
	}
	if err := c.Mail(w.MailFrom); err != nil {
		return "the sender", err
	}
	for _, to := range w.MailTo {
		if err := c.Rcpt(to); err != nil {
			return "a recipient", err
		}
	}
	data, err := c.Data()
	if err == nil {
		_, err = data.Write([]byte(text))
	}
	if err == nil {
		err = data.Close()
	}
	if err != nil {
		return "the message", err
	}
	_ = c.Quit() // it has taken the message
	return "", nil
}
