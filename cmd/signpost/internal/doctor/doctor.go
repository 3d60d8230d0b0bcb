// Package doctor looks at everything that an operator can get wrong, and says in plain
// words what it found and how to fix it. It changes nothing.
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
	"strconv"
	"strings"
	"time"

	"signpost/config"
	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/handset"
	"signpost/internal/inspect"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/swap"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
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
	Of      string  `json:"of"`             // environment, memory, machine, Redis, book, server, provider, fallback
	Name    string  `json:"name,omitempty"` // from [Names], unless all is well: the same mistake always has the same
	Verdict Verdict `json:"verdict"`
	What    string  `json:"what"`
	Fix     string  `json:"fix,omitempty"`
}

// Options is what is looked at.
type Options struct {
	Config config.Config
	// Book reads the flow book in use and finds its mistakes, as check.Mistakes does.
	Book func(day time.Time) (*load.Source, []load.Problem)
	Now  func() time.Time
	// Fallback are the documents that should be at the fallback URLs: that of texts, and
	// those of calls, of which any will do.
	Fallback func(b *flows.Book) (text []byte, voice [][]byte)
	// Connect is the document that a key in the fallback of calls should get; nil when it
	// is not to be checked.
	Connect func(b *flows.Book) []byte
	// Paths of the webhooks that the provider is to be pointed at.
	TextPath, CallPath, CallStatusPath, TextStatusPath string
	// Paths are all that the provider may ask.
	Paths []string
	// Root is the root of this machine's files; nil when it is not to be looked at.
	Root fs.FS
	// Environment is what this command was started with.
	Environment map[string]string
	// Ready reads /readyz of the running gateway; nil when it is not to be asked.
	Ready func(ctx context.Context) (string, error)
}

// Limits of what is well.
const (
	slowRedis = 50 * time.Millisecond
	redisWait = 5 * time.Second
	clockSkew = 5 * time.Second
	oldRedis  = 6
)

// MaxValidity is how many seconds a reply of a messaging service may wait for a phone that is off:
// a late text can be dangerous.
const MaxValidity = 600

type exam struct {
	Options
	found []Finding
	// says is what the running gateway says in /readyz; empty when it was not reached.
	says string
}

func (e *exam) add(of string, v Verdict, fix, what string, args ...any) {
	e.found = append(e.found, Finding{Of: of, Verdict: v, What: fmt.Sprintf(what, args...), Fix: fix})
}

// Examine looks at everything. Each part is looked at even when another is broken.
func Examine(ctx context.Context, p Options) []Finding {
	e := &exam{Options: p}
	e.running(ctx)
	e.installed()
	e.settings()
	e.environment()
	e.swap()
	e.machine()
	e.redis(ctx)
	b := e.book()
	e.server(ctx)
	e.account(ctx, b)
	e.gateway(b)
	return e.found
}

func (e *exam) environment() {
	const of = "environment"
	c := e.Config
	begin := len(e.found)
	if u, err := url.Parse(c.PublicURL); err == nil && u.Scheme != "https" {
		e.name("not-https").add(of, Bad,
			"Put something that ends TLS before the gateway, and write https:// in PUBLIC_URL.",
			"PUBLIC_URL does not begin with https: what people write would cross the internet readable.")
	}
	if host, _, err := net.SplitHostPort(c.AdminAddr); err == nil && host != "localhost" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			e.name("admin-open").add(of, Look,
				"Make sure that only your monitors can reach it: a firewall, or a private network.",
				"ADMIN_ADDR is open to other machines.")
		}
	}
	for _, s := range c.Secrets {
		if weak(s) {
			e.name("privacy-key-weak").add(of, Bad, "openssl rand -base64 32 makes a good one.",
				"PRIVACY_KEY is not random: anyone who guesses it can find out who texted.")
		}
	}
	if len(c.Secrets) > 1 {
		e.name("privacy-key-rotating").add(of, Look, "A day after the rotation take the old one away.",
			"PRIVACY_KEY holds %d keys.", len(c.Secrets))
	}
	for _, t := range c.Tokens {
		if len(t.Reveal()) != 32 || strings.Trim(t.Reveal(), "0123456789abcdef") != "" {
			e.name("token-malformed").add(of, Bad,
				"Copy the auth token from the provider's console: 32 digits and letters a to f.",
				"TWILIO_AUTH_TOKEN does not look like a token.")
		}
	}
	e.keys(of)
	if len(c.Lines) == 0 {
		e.name("erase-lines-empty").add(of, Look, "List your numbers and short codes in ERASE_LINES.",
			"ERASE_LINES is empty: what a crash leaves at the provider is not looked for.")
	}
	if c.InspectEvery <= 0 {
		e.name("inspect-off").add(of, Look, "Leave INSPECT_EVERY out, or set it to 1h.",
			"INSPECT_EVERY is 0: the gateway does not notice mistakes at the provider, in the certificate or on the "+
				"way here.")
	}
	if c.LogDebug {
		e.name("log-debug").add(of, Look, "LOG_LEVEL=info is enough.", "LOG_LEVEL is debug.")
	}
	if c.APIURL != "" && c.APIURL != twilio.DefaultURL {
		e.name("api-url-other").add(of, Look,
			"Leave TWILIO_API_URL out, unless you mean a test double or another region.",
			"TWILIO_API_URL is not the provider's own.")
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "Everything is set, and the secrets are strong.")
	}
}

// keys looks at rotations left half done, and at a master credential that is not needed.
func (e *exam) keys(of string) {
	c := e.Config
	for _, one := range []struct {
		name, what string
		n          int
	}{{"TWILIO_AUTH_TOKEN", "tokens", len(c.Tokens)}, {"TWILIO_WEBHOOK_KEYS", "keys", len(c.WebhookKeys)},
		{"TWILIO_API_KEYS", "keys", len(c.APIKeys)}} {
		if one.n > 1 {
			e.name("credentials-rotating").add(of, Look, "Once the provider uses the new one take the old one away.",
				"%s holds %d %s.", one.name, one.n, one.what)
		}
	}
	if len(c.Tokens) > 0 && len(c.WebhookKeys) > 0 && len(c.APIKeys) > 0 {
		e.name("token-not-needed").add(of, Look,
			"Once every webhook is signed with the shared key, take TWILIO_AUTH_TOKEN away: it may do anything in "+
				"the account, and what it signs is still taken.",
			"TWILIO_AUTH_TOKEN is set beside keys that do without it.")
	}
}

// swap looks whether the gateway, or a Redis beside it, can be written to a swap device.
func (e *exam) swap() {
	const of = "memory"
	running := swap.Processes(e.Root, "gateway", "redis-server", "valkey-server")
	if len(running) == 0 {
		e.name("swap-unseen").add(of, Look, "Run signpost doctor on the gateway's own machine.",
			"No gateway runs on this machine: whether its memory can be swapped to a disk cannot be seen.")
		return
	}
	sure := true
	for _, process := range running {
		possible, known := swap.Possible(e.Root, process)
		sure = sure && known
		if possible && known {
			e.name("swap").add(of, Bad,
				"MemorySwapMax=0 in the systemd unit, memswap_limit as large as mem_limit in compose, no "+
					"swap_size_mb at Fly; or turn swap off: swapoff -a.",
				"The memory of a gateway or Redis can be swapped to a disk: what people write could be read there "+
					"later.")
			return
		}
	}
	if !sure {
		e.name("swap-unseen").add(of, Look, "Run signpost doctor as root, or look with: swapon --show.",
			"Whether memory can be swapped to a disk cannot be seen.")
		return
	}
	e.add(of, OK, "", "No memory can be swapped to a disk.")
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
		e.name("store-embedded").add(of, Bad, "Run a Redis or Valkey and set REDIS_URL.",
			"REDIS_URL is not set: conversations are lost at every restart, and two gateways would not share them.")
		return
	}
	s, err := store.Open(store.Options{URL: e.Config.RedisURL, Wait: redisWait})
	if err != nil {
		e.name("store-url").add(of, Bad, "Correct REDIS_URL.", "%v.", err)
		return
	}
	defer s.Close()
	facts, err := s.Facts(ctx)
	if err != nil {
		if errors.Is(s.Usable(ctx), store.ErrDenied) {
			e.name("store-denied").add(of, Bad,
				"Correct the user and the password in REDIS_URL; the user may need more rights (ACL).",
				"Redis refuses our password, or our commands.")
			return
		}
		e.name("store-unreachable").add(of, Bad,
			"Is it running? Is the address right? Does a firewall block it? Is the password right?",
			"Redis does not answer: %v.", err)
		return
	}
	begin := len(e.found)
	if n, _ := strconv.Atoi(strings.SplitN(facts.Version, ".", 2)[0]); n > 0 && n < oldRedis {
		e.name("store-old").add(of, Bad, "Run version 6 or later, or Valkey.",
			"Redis is version %s, which gets no more fixes.", facts.Version)
	}
	if facts.Latency > slowRedis {
		e.name("store-slow").add(of, Bad, "Put it on the same machine or in the same data centre.",
			"Redis takes %v to answer; each text asks twice.", facts.Latency.Round(time.Millisecond))
	}
	if facts.Persistence != "" {
		e.name("store-on-disk").add(of, Look,
			`redis-cli config set save "" ; redis-cli config set appendonly no ; and the same in redis.conf.`, "%s.",
			strings.TrimSuffix(facts.Persistence, "."))
	}
	e.take(of, inspect.StoreMemory(facts.Policy, facts.MaxMemory))
	e.writes(ctx, s)
	if skew := facts.Clock.Sub(e.Now()).Abs(); skew > clockSkew {
		e.name("clock").add(of, Bad, "Have both machines set their clocks by NTP.",
			"The clocks of this machine and of Redis are %v apart.", skew.Round(time.Second))
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "Redis %s answers in %v and keeps nothing on disk.", facts.Version,
			facts.Latency.Round(10*time.Microsecond))
	}
}

func (e *exam) book() *flows.Book {
	const of = "book"
	src, errs := e.Book(e.Now())
	if src == nil || src.Book == nil {
		e.name("book-unreadable").add(of, Bad, "Run signpost check.", "The flow book cannot be read.")
		return nil
	}
	begin := len(e.found)
	if len(errs) > 0 {
		first := errs[0]
		e.name("book-refused").add(of, Bad, "Run signpost check, which tells all of them with what to do.",
			"The flow book has %d mistakes, the first at %s: %s.", len(errs), first.Pos,
			strings.TrimSuffix(first.What, "."))
	}
	doubtful := 0
	for i := range src.Book.Services {
		if s := &src.Book.Services[i]; s.NotOffered == "" && s.Doubtful(e.Now()) {
			doubtful++
		}
	}
	if doubtful > 0 {
		e.name("numbers-unrung").add(of, Bad,
			`Ring each one and write down who did and when: signpost preview has a button for it.`,
			"%d numbers in the flow book have been rung by nobody, or not lately.", doubtful)
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "The flow book has no mistakes, and somebody has rung every number lately.")
	}
	if len(errs) > 0 {
		return nil
	}
	return src.Book
}

// server sends a signed report to PUBLIC_URL, as the provider does: the answer is
// empty, and no conversation changes.
func (e *exam) server(ctx context.Context) {
	const of = "server"
	if len(e.Config.Tokens) == 0 && len(e.Config.WebhookKeys) == 0 {
		return
	}
	p := &handset.Phone{Base: e.Config.PublicURL, Account: e.Config.AccountSID, Token: e.Config.Signer().Token,
		Key: e.Config.Signer().Key, From: webhook.ProbeCaller, To: webhook.ProbeLine}
	began := time.Now()
	id := twilio.NewCheckID()
	status, body, err := p.ReportDeliveryAs(ctx, e.TextStatusPath, id)
	took := time.Since(began)
	switch {
	case err != nil && isTLS(err):
		e.name("certificate-untrusted").add(of, Bad, "Have a certificate that browsers accept, and renew it by itself.",
			"PUBLIC_URL answers with a certificate that cannot be trusted: the provider would not ask it.")
	case err != nil:
		e.name("public-url-unreachable").add(of, Bad,
			"Is the gateway running, is the name in PUBLIC_URL right, is its port open to the world?",
			"PUBLIC_URL does not answer.")
	case status >= 300 && status < 400:
		e.name("redirects").add(of, Bad,
			"Have what ends TLS pass webhooks on itself: the provider loses what was written when it is sent "+
				"elsewhere.",
			"PUBLIC_URL redirects to another address (%d).", status)
	case status == http.StatusForbidden:
		e.name("signature-refused").add(of, Bad,
			"The running gateway has another TWILIO_AUTH_TOKEN, TWILIO_ACCOUNT_SID or PUBLIC_URL than this command, "+
				"or a proxy changes the address: it must be signed for exactly what PUBLIC_URL says.",
			"The server refuses a request that is signed as the provider signs.")
	case status != http.StatusOK || !bytes.Contains(body, []byte("<Response")):
		e.name("not-this-gateway").add(of, Bad,
			"Something else is at PUBLIC_URL, or a proxy in front of the gateway does not pass "+e.TextStatusPath+
				" on.", "What answers at PUBLIC_URL is not this gateway (%d).", status)
	case took > time.Second:
		e.name("public-url-slow").add(of, Look,
			"Look for a slow proxy or network: the provider gives up after 15 seconds.",
			"PUBLIC_URL takes %v to answer.", took.Round(time.Millisecond))
	default:
		e.add(of, OK, "", "PUBLIC_URL answers a signed request in %v.", took.Round(time.Millisecond))
		e.otherSigners(ctx, *p)
		e.reached(ctx, id)
	}
	e.take(of, inspect.Certificate(ctx, e.Config.PublicURL, e.Now()))
	if err == nil && status == http.StatusOK {
		e.paths(ctx, *p)
	}
	forged := *p
	forged.Account = handset.Account() // the gateway counts a forgery with our account's id as the provider's
	forged.Token = privacy.Hide(strings.Repeat("0", max(len(p.Token.Reveal()), 32)))
	forged.Key.Secret = forged.Token
	if err == nil && status == http.StatusOK {
		if status, _, err := forged.ReportDelivery(ctx, e.TextStatusPath); err == nil && status == http.StatusOK {
			e.name("forgery-taken").add(of, Bad, "Something before the gateway answers in its place.",
				"The server takes a request with a forged signature.")
		}
	}
}

// otherSigners looks whether the running gateway takes every other secret that is
// configured here: the provider may sign with any of them.
func (e *exam) otherSigners(ctx context.Context, p handset.Phone) {
	refused := func(what string) {
		if status, _, err := p.ReportDelivery(ctx, e.TextStatusPath); err == nil && status == http.StatusForbidden {
			e.name("key-refused").add("server", Bad, "Restart the gateway with the same environment.",
				"The running gateway refuses what is signed with %s.", what)
		}
	}
	for i, t := range e.Config.Tokens {
		p.Token, p.Key = t, twilio.SharedKey{}
		if i > 0 || len(e.Config.WebhookKeys) > 0 {
			refused(fmt.Sprintf("token %d of TWILIO_AUTH_TOKEN", i+1))
		}
	}
	for i, k := range e.Config.WebhookKeys {
		p.Key = k
		if i > 0 {
			refused("the shared key " + k.Name)
		}
	}
}

func isTLS(err error) bool {
	return strings.Contains(err.Error(), "x509:") || strings.Contains(err.Error(), "tls:")
}

// alike compares two documents but for where they lead next, which differs by where
// they lie, and for which of our numbers they show.
func alike(got, want []byte) bool {
	cut := func(doc []byte) string {
		s := strings.TrimSpace(string(doc))
		for _, attr := range []string{` action="`, ` callerId="`} {
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
			name := ""
			if f.Name != "" {
				name = " (" + f.Name + ")"
			}
			fmt.Fprintf(w, "%-4s  %s: %s%s\n", v, f.Of, f.What, name)
			if f.Fix != "" {
				fmt.Fprintf(w, "      %s\n", f.Fix)
			}
		}
	}
}
