// Package doctor looks at everything that an operator can get wrong, and says in plain
// words what it found and how to mend it. It changes nothing.
package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"signpost/config"
	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/twilio"
)

// Verdict is how bad something is.
type Verdict string

// Verdicts.
const (
	OK   Verdict = "ok"
	Look Verdict = "look" // what cannot be found out from here, or may be meant
	Bad  Verdict = "bad"
)

// Finding is one thing that was looked at.
type Finding struct {
	Of      string  `json:"of"` // environment, Redis, book, server, provider, fallback
	Verdict Verdict `json:"verdict"`
	What    string  `json:"what"`
	Fix     string  `json:"fix,omitempty"`
}

// Patient is what is looked at.
type Patient struct {
	Config config.Config
	// Book is the flow book in force.
	Book fs.FS
	Now  func() time.Time
	// Fallback are the documents that should be at the fallback URLs: of texts, and of
	// calls.
	Fallback func(b *flows.Book) (text, voice []byte)
	// Paths of the webhooks that the provider is to be pointed at.
	TextPath, CallPath, CallStatusPath, TextStatusPath string
}

// Limits of what is well.
const (
	slowRedis   = 50 * time.Millisecond
	redisWait   = 5 * time.Second
	clockSkew   = 5 * time.Second
	lowBalance  = 10
	maxValidity = 600 // seconds that a reply may wait for a phone: later it can be dangerous
	oldRedis    = 6
)

type exam struct {
	Patient
	found []Finding
}

func (e *exam) add(of string, v Verdict, fix, what string, args ...any) {
	e.found = append(e.found, Finding{Of: of, Verdict: v, What: fmt.Sprintf(what, args...), Fix: fix})
}

// Examine looks at everything. Each part is looked at even when another is broken.
func Examine(ctx context.Context, p Patient) []Finding {
	e := &exam{Patient: p}
	e.environment()
	e.redis(ctx)
	b := e.book()
	e.server(ctx)
	e.account(ctx, b)
	return e.found
}

func (e *exam) environment() {
	const of = "environment"
	c := e.Config
	begin := len(e.found)
	if u, err := url.Parse(c.PublicURL); err == nil && u.Scheme != "https" {
		e.add(of, Bad, "Put something that ends TLS before the gateway, and write https:// in PUBLIC_URL.", "PUBLIC_URL does not begin with https: what people write would cross the internet readable.")
	}
	if host, _, err := net.SplitHostPort(c.AdminAddr); err == nil && host != "localhost" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			e.add(of, Look, "Make sure that only your monitors can reach it: a firewall, or a private network.", "ADMIN_ADDR is open to other machines.")
		}
	}
	for _, s := range c.Secrets {
		if weak(s) {
			e.add(of, Bad, "openssl rand -base64 32 makes a good one.", "PRIVACY_KEY is not random: anyone who guesses it can find out who texted.")
		}
	}
	if len(c.Secrets) > 1 {
		e.add(of, Look, "A day after the rotation take the old one away.", "PRIVACY_KEY holds %d keys.", len(c.Secrets))
	}
	for _, t := range c.Tokens {
		if len(t.Reveal()) != 32 || strings.Trim(t.Reveal(), "0123456789abcdef") != "" {
			e.add(of, Bad, "Copy the auth token from the provider's console: 32 digits and letters a to f.", "TWILIO_AUTH_TOKEN does not look like a token.")
		}
	}
	if len(c.Tokens) > 1 {
		e.add(of, Look, "Once the new one is promoted at the provider take the old one away.", "TWILIO_AUTH_TOKEN holds %d tokens.", len(c.Tokens))
	}
	if len(c.Lines) == 0 {
		e.add(of, Look, "List your numbers and short codes in ERASE_LINES.", "ERASE_LINES is empty: what a crash leaves at the provider is not looked for.")
	}
	if c.LogDebug {
		e.add(of, Look, "LOG_LEVEL=info is enough.", "LOG_LEVEL is debug.")
	}
	if c.APIURL != "" && c.APIURL != twilio.DefaultURL {
		e.add(of, Look, "Leave TWILIO_API_URL out, unless you mean a test double or another region.", "TWILIO_API_URL is not the provider's own.")
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "Everything is set, and the secrets are strong.")
	}
}

// weak reports a secret that was typed and not made by chance: few different bytes,
// or a pattern.
func weak(s []byte) bool {
	const fewest = 16 // of 32 random bytes about 30 are different
	seen := map[byte]bool{}
	for _, b := range s {
		seen[b] = true
	}
	if len(seen) < fewest {
		return true
	}
	steps := map[byte]int{}
	for i := 1; i < len(s); i++ {
		steps[s[i]-s[i-1]]++
	}
	for _, n := range steps {
		if n > len(s)/2 {
			return true // counting up
		}
	}
	return false
}

func (e *exam) redis(ctx context.Context) {
	const of = "Redis"
	if e.Config.RedisURL == config.Embedded {
		e.add(of, Bad, "Run a Redis or Valkey and set REDIS_URL.", "REDIS_URL is not set: conversations are lost at every restart, and two gateways would not share them.")
		return
	}
	s, err := store.Open(store.Options{URL: e.Config.RedisURL, Wait: redisWait})
	if err != nil {
		e.add(of, Bad, "Correct REDIS_URL.", "%v.", err)
		return
	}
	defer s.Close()
	facts, err := s.Facts(ctx)
	if err != nil {
		e.add(of, Bad, "Is it running? Is the address right? Does a firewall block it? Is the password right?", "Redis does not answer: %v.", err)
		return
	}
	begin := len(e.found)
	if n, _ := strconv.Atoi(strings.SplitN(facts.Version, ".", 2)[0]); n > 0 && n < oldRedis {
		e.add(of, Bad, "Run version 6 or later, or Valkey.", "Redis is version %s, which gets no more fixes.", facts.Version)
	}
	if facts.Latency > slowRedis {
		e.add(of, Bad, "Put it on the same machine or in the same data centre.", "Redis takes %v to answer; each text asks twice.", facts.Latency.Round(time.Millisecond))
	}
	if facts.Persistence != "" {
		e.add(of, Look, `redis-cli config set save "" ; redis-cli config set appendonly no ; and the same in redis.conf.`, "%s.", strings.TrimSuffix(facts.Persistence, "."))
	}
	switch p := facts.Policy; {
	case strings.HasPrefix(p, "allkeys"):
		e.add(of, Bad, "redis-cli config set maxmemory-policy volatile-ttl", "maxmemory-policy is %s: when it is full Redis would forget what is to be erased at the provider.", p)
	case facts.MaxMemory > 0 && p == "noeviction":
		e.add(of, Look, "redis-cli config set maxmemory-policy volatile-ttl", "maxmemory-policy is noeviction: when it is full Redis refuses to remember conversations.")
	}
	if skew := facts.Clock.Sub(e.Now()).Abs(); skew > clockSkew {
		e.add(of, Bad, "Have both machines set their clocks by NTP.", "The clocks of this machine and of Redis are %v apart.", skew.Round(time.Second))
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "Redis %s answers in %v and keeps nothing on disk.", facts.Version, facts.Latency.Round(10*time.Microsecond))
	}
}

func (e *exam) book() *flows.Book {
	const of = "book"
	src, all := check.On(e.Book, e.Now())
	if src == nil || src.Book == nil {
		e.add(of, Bad, "Run signpost check.", "The flow book cannot be read.")
		return nil
	}
	errs := load.Errors(all)
	begin := len(e.found)
	if len(errs) > 0 {
		first := errs[0]
		e.add(of, Bad, "Run signpost check, which tells all of them with what to do.", "The flow book has %d mistakes, the first at %s: %s.", len(errs), first.Pos, strings.TrimSuffix(first.What, "."))
	}
	doubtful := 0
	for i := range src.Book.Services {
		if s := &src.Book.Services[i]; s.NotOffered == "" && s.Doubtful(e.Now()) {
			doubtful++
		}
	}
	if doubtful > 0 {
		e.add(of, Bad, `Ring each one and write down who did and when: signpost preview has a button for it.`, "%d numbers in the flow book have been rung by nobody, or not lately.", doubtful)
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "The flow book has no mistakes, and somebody has rung every number lately.")
	}
	if len(errs) > 0 {
		return nil
	}
	return src.Book
}

// server sends a signed report to PUBLIC_URL, as the provider does: it is answered with
// silence, and moves nothing.
func (e *exam) server(ctx context.Context) {
	const of = "server"
	if len(e.Config.Tokens) == 0 {
		return
	}
	p := &handset.Phone{Base: e.Config.PublicURL, Account: e.Config.AccountSID, Token: e.Config.Tokens[0], From: "+447400000000", To: "+447400000001"}
	began := time.Now()
	status, body, err := p.ReportDelivery(ctx, e.TextStatusPath)
	took := time.Since(began)
	switch {
	case err != nil && isTLS(err):
		e.add(of, Bad, "Have a certificate that browsers accept, and renew it by itself.", "PUBLIC_URL answers with a certificate that cannot be trusted: the provider would not ask it.")
	case err != nil:
		e.add(of, Bad, "Is the gateway running, is the name in PUBLIC_URL right, is its port open to the world?", "PUBLIC_URL does not answer.")
	case status == http.StatusForbidden:
		e.add(of, Bad, "The running gateway has another TWILIO_AUTH_TOKEN, TWILIO_ACCOUNT_SID or PUBLIC_URL than this command, or a proxy changes the address: it must be signed for exactly what PUBLIC_URL says.", "The server refuses a request that is signed as the provider signs.")
	case status != http.StatusOK || !bytes.Contains(body, []byte("<Response")):
		e.add(of, Bad, "Something else is at PUBLIC_URL, or a proxy in front of the gateway does not pass "+e.TextStatusPath+" on.", "What answers at PUBLIC_URL is not this gateway (%d).", status)
	case took > time.Second:
		e.add(of, Look, "Look for a slow proxy or network: the provider gives up after 15 seconds.", "PUBLIC_URL takes %v to answer.", took.Round(time.Millisecond))
	default:
		e.add(of, OK, "", "PUBLIC_URL answers a signed request in %v.", took.Round(time.Millisecond))
	}
	forged := *p
	forged.Token = privacy.Hide(strings.Repeat("0", len(p.Token.Reveal())))
	if err == nil && status == http.StatusOK {
		if status, _, err := forged.ReportDelivery(ctx, e.TextStatusPath); err == nil && status == http.StatusOK {
			e.add(of, Bad, "Something before the gateway answers in its place.", "The server takes a request with a forged signature.")
		}
	}
}

func isTLS(err error) bool {
	return strings.Contains(err.Error(), "x509:") || strings.Contains(err.Error(), "tls:")
}

func (e *exam) account(ctx context.Context, b *flows.Book) {
	const of = "provider"
	c, err := twilio.NewOperator(e.Config.APIURL, e.Config.AccountSID, e.Config.Tokens)
	if err != nil {
		e.add(of, Bad, "Correct the account's settings.", "%v.", err)
		return
	}
	lines, err := c.Lines()
	if errors.Is(err, twilio.ErrCredentials) {
		e.add(of, Bad, "Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN from the provider's console. Nothing is erased there with the wrong ones.", "The provider refuses our account or token.")
		return
	}
	if err != nil {
		e.add(of, Bad, "Try again; is this machine allowed to reach the provider's API?", "The account cannot be looked at: %v.", err)
		return
	}
	ours := 0
	for _, l := range lines {
		if e.concerns(l) {
			ours++
			e.line(ctx, l, b)
		}
	}
	if ours == 0 {
		e.add(of, Bad, "signpost provision points one at this server.", "No number, short code or messaging service points at PUBLIC_URL: nobody can reach us.")
	}
	for _, line := range e.Config.Lines {
		if !slices.ContainsFunc(lines, func(l twilio.AccountLine) bool { return l.Name == line }) {
			e.add(of, Bad, "Correct ERASE_LINES.", "%s is in ERASE_LINES but not in the account.", line)
		}
	}
	if amount, currency, err := c.Balance(); err == nil {
		if left, err := strconv.ParseFloat(amount, 64); err == nil && left < lowBalance {
			e.add(of, Bad, "Pay in, and let it be topped up by itself: without money every text and call is refused.", "%s %s are left in the account.", amount, currency)
		} else {
			e.add(of, OK, "", "%s %s are left in the account.", amount, currency)
		}
	}
	e.dialling(of, c)
	e.add(of, Look, "In the console: Messaging, Settings, Geo permissions: only the countries in ANSWER_COUNTRIES. Messaging, Settings, General: redaction on, where your contract has it. Monitor, Logs: they hold requests with what was pressed, for as long as the provider says; let as few people in as can be, and no service that copies them. Usage triggers: an alert when a day costs more than you expect.",
		"Which countries may be written to, redaction, who reads the provider's logs, and alerts on spending cannot be read from here.")
}

// dialling looks which countries the account may ring: callers are put through to
// services of the United Kingdom, and to nothing else.
func (e *exam) dialling(of string, c *twilio.Client) {
	const where = "In the console: Voice, Settings, Geo permissions: "
	switch may, err := c.Dialling(); {
	case err != nil:
		e.add(of, Look, where+"only the United Kingdom, its special numbers too.", "Which countries may be rung cannot be read: %v.", err)
	case !may.Home:
		e.add(of, Bad, where+"tick the United Kingdom.", "Numbers of the United Kingdom may not be rung: nobody can be put through.")
	case !may.Special:
		e.add(of, Look, where+"tick the United Kingdom's special numbers, or try each service once: 0300 and 0808 numbers may be among them.", "Special numbers of the United Kingdom may not be rung.")
	case may.Others > 0:
		e.add(of, Look, where+"only the United Kingdom: Signpost rings no other country, and a thief of the token could ring them at your cost.", "%d other countries may be rung.", may.Others)
	default:
		e.add(of, OK, "", "The United Kingdom may be rung, and nobody else.")
	}
}

// concerns reports a line that points at this server, or is one of ours.
func (e *exam) concerns(l twilio.AccountLine) bool {
	return slices.Contains(e.Config.Lines, l.Name) || strings.HasPrefix(l.Texts.URL, e.Config.PublicURL+"/") || strings.HasPrefix(l.Calls.URL, e.Config.PublicURL+"/")
}

// line looks at one line of ours.
func (e *exam) line(ctx context.Context, l twilio.AccountLine, b *flows.Book) {
	const of = "provider"
	begin := len(e.found)
	provision := "signpost provision " + l.Name
	hook := func(what string, h twilio.Hook, path string) {
		want := e.Config.PublicURL + path
		switch {
		case h.URL == "":
			e.add(of, Bad, provision, "%s: %s are sent nowhere.", l.Name, what)
		case h.URL != want:
			e.add(of, Bad, provision, "%s: %s are sent to another address than %s.", l.Name, what, want)
		case h.Method != http.MethodPost:
			e.add(of, Bad, provision, "%s: %s are sent by %s, which writes them into logs; it must be POST.", l.Name, what, h.Method)
		}
	}
	fallback := func(what string, h twilio.Hook, want []byte) {
		if h.URL == "" {
			e.add(of, Bad, "signpost fallback writes what to put there; signpost provision -text-fallback URL -voice-fallback URL "+l.Name+" sets it.", "%s has no fallback for %s: when our machines cannot be reached, people get nothing.", l.Name, what)
			return
		}
		if strings.HasPrefix(h.URL, e.Config.PublicURL) {
			e.add(of, Bad, "Put it somewhere that does not fall with this server: a bin at the provider.", "%s: the fallback for %s is on this very server.", l.Name, what)
			return
		}
		got, err := handset.Fetch(ctx, h.Method, h.URL)
		switch {
		case err != nil:
			e.add("fallback", Bad, "signpost fallback writes it again.", "%s: the fallback for %s does not answer.", l.Name, what)
		case want != nil && !alike(got, want):
			e.add("fallback", Bad, "signpost fallback writes it again; put it there.", "%s: the fallback for %s does not say what the book says.", l.Name, what)
		}
	}
	var text, voice []byte
	if b != nil {
		text, voice = e.Fallback(b)
	}
	if !l.Ignored {
		hook("texts", l.Texts, e.TextPath)
		fallback("texts", l.TextsElse, text)
	}
	switch l.Sort {
	case twilio.NumberLine:
		hook("calls", l.Calls, e.CallPath)
		hook("reports of calls that have ended", l.Ended, e.CallStatusPath)
		fallback("calls", l.CallsElse, voice)
	case twilio.ServiceLine:
		if l.Validity > maxValidity {
			e.add(of, Bad, "signpost provision "+strconv.Quote(l.Name)+" sets it to ten minutes.", "%s lets a reply wait %v for a phone that is off: a late text can be dangerous.", l.Name, time.Duration(l.Validity)*time.Second)
		}
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "%s (%s) points here, with a fallback.", l.Name, l.Sort)
	}
}

// alike compares two documents but for where they lead next, which differs by where
// they lie.
func alike(got, want []byte) bool {
	cut := func(doc []byte) string {
		s := strings.TrimSpace(string(doc))
		for _, attr := range []string{` action="`} {
			if before, rest, ok := strings.Cut(s, attr); ok {
				_, after, _ := strings.Cut(rest, `"`)
				s = before + after
			}
		}
		return strings.Join(strings.Fields(s), " ")
	}
	return cut(got) == cut(want)
}

// Print writes the findings for people: what is wrong first.
func Print(w io.Writer, found []Finding) {
	for _, v := range []Verdict{Bad, Look, OK} {
		for _, f := range found {
			if f.Verdict != v {
				continue
			}
			fmt.Fprintf(w, "%-4s  %s: %s\n", v, f.Of, f.What)
			if f.Fix != "" {
				fmt.Fprintf(w, "      %s\n", f.Fix)
			}
		}
	}
}
