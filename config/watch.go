package config

import (
	"cmp"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"strings"

	"signpost/internal/privacy"
)

// Watch is what signpost watch is told from outside.
type Watch struct {
	// ReadyURL is the gateway's /readyz.
	ReadyURL string
	// StateFile remembers what was said already.
	StateFile string
	// MailTo and MailFrom are addresses, MailTo several with commas; SMTP is the server,
	// like smtp://user:password@mail.example.org:587, smtps:// if it begins with TLS. Empty: no
	// mail is sent.
	MailTo   []string
	MailFrom string
	SMTP     privacy.Private
	// Webhook is sent {"text": "..."} by POST. Empty: nothing is.
	Webhook privacy.Private
	// Ping is asked after every run that worked: a service that complains when it is no
	// longer asked. Empty: nothing is.
	Ping privacy.Private
}

// WatchVariables lists the variables of [Watch], for docs and tests.
func WatchVariables() []string {
	return []string{"WATCH_READYZ", "WATCH_STATE", "WATCH_MAIL_TO", "WATCH_MAIL_FROM", "WATCH_SMTP", "WATCH_WEBHOOK",
		"WATCH_PING"}
}

// WatchFromEnvironment reads the process's environment.
func WatchFromEnvironment() (Watch, error) { return parseWatch(os.Getenv) }

// parseWatch reads a Watch. The error joins one line for each mistake, without values.
func parseWatch(get func(string) string) (Watch, error) {
	p := problems{}
	w := Watch{
		ReadyURL: p.url("WATCH_READYZ", get("WATCH_READYZ"), false), StateFile: get("WATCH_STATE"),
		MailFrom: strings.TrimSpace(get("WATCH_MAIL_FROM")),
		Webhook:  privacy.Hide(p.url("WATCH_WEBHOOK", get("WATCH_WEBHOOK"), false)),
		Ping:     privacy.Hide(p.url("WATCH_PING", get("WATCH_PING"), false)),
	}
	if w.ReadyURL == "" {
		w.ReadyURL = ReadyURL(cmp.Or(get("ADMIN_ADDR"), "127.0.0.1:9091")) // the default of [Config]
	}
	if w.StateFile == "" {
		p.add("WATCH_STATE", "is missing: the full path of a file that remembers what was said already")
	}
	for one := range strings.SplitSeq(get("WATCH_MAIL_TO"), ",") {
		if one = strings.TrimSpace(one); one != "" {
			w.MailTo = append(w.MailTo, one)
			p.address("WATCH_MAIL_TO", one)
		}
	}
	if len(w.MailTo) > 0 {
		p.address("WATCH_MAIL_FROM", w.MailFrom)
		w.SMTP = privacy.Hide(strings.TrimSpace(get("WATCH_SMTP")))
		if u, err := url.Parse(w.SMTP.Reveal()); err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" ||
			u.Host == "" {
			p.add("WATCH_SMTP",
				"must be the mail server, like smtp://user:password@mail.example.org:587; a sign like @ or / in the "+
					"password is written %40 or %2F")
		} else if _, port, err := net.SplitHostPort(u.Host); err != nil || port == "" {
			p.add("WATCH_SMTP", "must name the port of the mail server, like :587")
		} else if port == "465" && u.Scheme == "smtp" {
			p.add("WATCH_SMTP", "must begin with smtps:// at port 465: that port begins with TLS")
		}
	}
	if len(w.MailTo) == 0 && w.Webhook.Reveal() == "" {
		p.list = append(p.list, fmt.Errorf("WATCH_MAIL_TO or WATCH_WEBHOOK must be set: nobody would be told"))
	}
	return w, p.err()
}

// address checks an address for mail: one that holds a line break could add headers.
func (p *problems) address(name, v string) {
	if a, err := mail.ParseAddress(v); err != nil || a.Address != v {
		p.add(name, "must be an address, like duty@example.org")
	}
}

// ReadyURL is where this machine asks a gateway whose ADMIN_ADDR is addr whether it is ready.
func ReadyURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	return "http://" + addr + "/readyz"
}
