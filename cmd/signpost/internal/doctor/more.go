package doctor

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/inspect"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/twilio"
)

// own are the names of what only the doctor looks at.
var own = []string{
	"environment", "not-https", "admin-open", "privacy-key-weak", "privacy-key-rotating", "token-malformed",
	"token-not-needed", "credentials-rotating",
	"erase-lines-empty", "log-debug", "api-url-other", "swap-unseen", "store-url", "store-old", "store-slow",
	"book-unreadable", "numbers-unrung", "certificate-untrusted", "public-url-unreachable", "public-url-slow",
	"key-refused", "not-this-gateway", "forgery-taken", "account-settings", "erasing-not-allowed", "console-only",
	"keywords",
	"gateway-unseen", "book-other", "inspect-off", "old-program", "settings-old", "probe-off", "watch-off",
	"watch-example", "dialling-unreadable", "special-numbers", "other-countries", "fallback-here", "fallback-away",
	"fallback-other", "reply-waits",
}

// Names lists the name of every finding that something is not well.
func Names() []string { return append(slices.Clone(own), inspect.Names()...) }

// take adds findings that the gateway's /readyz names, too.
func (e *exam) take(of string, found []inspect.Finding) {
	for _, f := range found {
		v := Bad
		if f.Look {
			v = Look
		}
		e.found = append(e.found, Finding{Of: of, Name: f.Name, Verdict: v,
			What: strings.ToUpper(f.What[:1]) + f.What[1:] + ".", Fix: f.Fix})
	}
}

// machine looks at this machine, and at what the settings allow.
func (e *exam) machine() {
	c := e.Config
	if e.Root != nil {
		e.take("machine", inspect.Hosts(e.Root, c.PublicURL))
	}
	e.take("environment", inspect.Countries(c.Countries))
	if c.TextPence > 0 && c.MinutePence > 0 {
		e.take("environment", inspect.SpendLimit(c.SpendLimitPence, c.TextPence, c.MinutePence))
	}
	if c.FlowsDir != "" && c.StateDir == "" &&
		e.says == "" { // the gateway's unit may set it: it says itself whether it lacks it
		e.name("state-dir-missing").add("environment", Look,
			"Set STATE_DIR to a folder that the gateway may write to, as deploy/signpost.service does.",
			"STATE_DIR is not set: after a restart with a broken flow book everybody would get only the 24-hour "+
				"number and 999.")
	}
}

// named adds findings under a name.
type named struct {
	*exam
	as string
}

func (e *exam) name(as string) named { return named{e, as} }

func (n named) add(of string, v Verdict, fix, what string, args ...any) {
	n.exam.add(of, v, fix, what, args...)
	n.found[len(n.found)-1].Name = n.as
}

// writes looks whether Redis takes writes, and whether every gateway on it has our key.
func (e *exam) writes(ctx context.Context, s *store.Store) {
	const of = "Redis"
	if err := s.Usable(ctx); err != nil {
		name := map[error]string{store.ErrReadOnly: "store-read-only", store.ErrFull: "store-full",
			store.ErrDenied: "store-denied"}[err]
		e.name(name).add(of, Bad,
			"Point REDIS_URL at the primary; look at its disk; redis-cli config set maxmemory-policy volatile-ttl, "+
				"or give it more memory.",
			"%v: no conversation is remembered.", err)
		return
	}
	keys, err := privacy.NewKeyring(e.Config.Secrets...)
	if err != nil {
		return // said already
	}
	others, err := s.SeenKeys(ctx, "", time.Now())
	if err != nil {
		return
	}
	for _, other := range others {
		known := false
		for i := range keys.Keys() {
			known = known || keys.Fingerprint(i) == other
		}
		if !known {
			e.name("other-keys").add(of, Bad,
				"Give all gateways, and this command, the same PRIVACY_KEY. While a key is rotated this goes by "+
					"itself.",
				"A gateway on this Redis has a PRIVACY_KEY that is not known here: people who reach both lose their "+
					"place.")
			return
		}
	}
}

// paths sends every path that the provider may ask what it would send there: a proxy may pass
// on only some. It is sent as a probe, which is counted as no person.
func (e *exam) paths(ctx context.Context, p handset.Phone) {
	const of = "server"
	p.Jar = map[string]string{}
	for _, path := range e.Paths {
		status, body, err := p.Try(ctx, path, strings.HasPrefix(path, e.TextPath))
		switch {
		case err != nil:
			e.name("path-unreachable").add(of, Bad, "Have what ends TLS pass every path on, as it comes.",
				"%s does not answer, and other paths do.", path)
		case status >= 300 && status < 400:
			e.name("redirects").add(of, Bad,
				"Have what ends TLS pass every path on itself: the provider loses what was written when it is sent "+
					"elsewhere.",
				"%s redirects to another address (%d).", path, status)
		case status != http.StatusOK || !bytes.Contains(body, []byte("<Response")):
			e.name("path-unreachable").add(of, Bad, "Have what ends TLS pass every path on, as it comes.",
				"What answers at %s is not this gateway (%d).", path, status)
		}
	}
}

// keywords reports which lines the provider answers some words for.
func (e *exam) keywords(lines []twilio.AccountLine) {
	var names []string
	for _, l := range lines {
		if l.Kind != twilio.ShortCodeLine && slices.Contains(e.Config.Lines, l.Name) {
			names = append(names, l.Name)
		}
	}
	if len(names) > 0 {
		e.name("keywords").add("provider", Look,
			"Ask the provider's support to switch its replies off for this line, or to use the wording in "+
				"docs/deploy.md. Then text STOP, HELP and YES yourself.",
			"%s: the provider may answer STOP, HELP and YES by itself, and tell people to reply STOP. That cannot be "+
				"read from here.",
			strings.Join(names, ", "))
	}
}

// reached looks whether the gateway that answered a check shares the Redis that was looked at.
func (e *exam) reached(ctx context.Context, id string) {
	if e.Config.RedisURL == config.Embedded {
		return
	}
	s, err := store.Open(store.Options{URL: e.Config.RedisURL, Wait: redisWait})
	if err != nil {
		return // said already
	}
	defer s.Close()
	if seen, err := s.CheckSeen(ctx, id); err == nil && !seen {
		e.take("server", []inspect.Finding{inspect.OtherGateway})
	}
}
