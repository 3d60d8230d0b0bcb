// Package inspect finds mistakes in how Signpost is set up, while people are still answered:
// for the gateway's /readyz and for signpost doctor. It changes nothing.
package inspect

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// Finding is one mistake.
type Finding struct {
	Name string // from [Names]: the same mistake always has the same
	What string // what is wrong, without a full stop at the end
	Fix  string // what to do about it
	// Look reports that it may be meant, or cannot be found out from here.
	Look bool
}

// Limits of what is well.
const (
	// lowBalance is in the account's own currency.
	lowBalance = 10
	// maxSkew is how far two clocks may be apart. The provider's date is exact to a second.
	maxSkew = 10 * time.Second
	// certificateDays is how many days a certificate must be valid for.
	certificateDays = 14
)

// Line is a finding as /readyz writes it.
func (f Finding) Line() string {
	kind := "degraded: "
	if f.Look {
		kind = "note: "
	}
	return kind + f.Name + ": " + f.What + ". " + f.Fix
}

// Names lists the name of every finding, in the order in which /readyz has them.
func Names() []string {
	return []string{
		"provider-unreachable", "credentials", "account-suspended", "account-trial", "account-unreadable",
		"balance-low", "balance-unreadable",
		"clock", "lines-unreadable", "no-line", "line-not-in-account", "line-not-swept", "caller-id-missing",
		"caller-id-needed", "caller-id-not-ours",
		"no-texts", "no-calls", "texts-application", "calls-application", "calls-trunk", "texts-service",
		"texts-elsewhere", "calls-elsewhere", "ended-elsewhere", "no-fallback",
		"signature-refused", "other-gateway", "redirects", "path-unreachable", "certificate-expires", "name-in-hosts",
		"swap", "other-keys", "other-book", "other-version", "store-evicts", "store-noeviction", "store-unbounded",
		"store-unreachable", "store-denied", "store-read-only", "store-full", "store-embedded", "store-on-disk",
		"spend-limit-low", "home-left-out", "calling-home",
		"no-book", "book-refused", "book-saved-copy", "book-not-saved", "state-dir-missing", "maintenance",
		"webhooks-refused", "safe-answers", "replies-blocked", "replies-undelivered", "quiet", "flood", "reserve-high",
		"share-nearly-spent", "calls-share-nearly-spent", "share-spent", "line-not-answering",
		"erasing-refused", "erasing-late", "erasing-given-up", "sweep-failed", "counts-unreadable", "unwatched",
	}
}

// Settings are what the account should fit.
type Settings struct {
	PublicURL                     string
	TextPath, CallPath, EndedPath string
	Lines                         []string // our numbers and short codes, from ERASE_LINES
	CallerID                      string
}

// Provider looks at the account and its lines. What cannot be read is a finding of its own
// that may be meant: a restricted key may not be allowed to.
func Provider(c *twilio.Client, s Settings) (found []Finding) {
	lines, err := c.Lines()
	switch {
	case errors.Is(err, twilio.ErrNotAllowed):
		found = append(Account(c), Finding{"lines-unreadable",
			"where the numbers point cannot be seen with this API key",
			"Allow the key to read numbers and messaging services, or run signpost doctor now and then with a key " +
				"that may.",
			true})
		return append(found, dialling(c)...)
	case errors.Is(err, twilio.ErrCredentials):
		return []Finding{{"credentials", "the provider refuses our account or token: nothing is erased there",
			"Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEYS, from the provider's console.", false}}
	case errors.Is(err, twilio.ErrClock):
		return []Finding{{"clock",
			"by this machine's clock the certificate of the provider is not valid: the clock is wrong by months, or " +
				"something else answers in the provider's place",
			"Look at the clock with date. Set it by NTP: timedatectl set-ntp true. Opening hours hang on it, and " +
				"nothing is erased meanwhile.",
			false}}
	case err != nil:
		return []Finding{{"provider-unreachable", "the account cannot be looked at",
			"Look at the provider's status page. Is this machine allowed to reach its API?", true}}
	}
	found = append(append(Account(c), Lines(c, lines, s)...), dialling(c)...)
	for _, l := range lines {
		if Ours(l, s) {
			found = append(found, elsewhere(l, s)...)
		}
	}
	return found
}

// dialling looks whether callers can be put through to services.
func dialling(c *twilio.Client) []Finding {
	d, err := c.Dialling()
	if err != nil || d.Home {
		return nil
	}
	return []Finding{{"calling-home", "numbers of the United Kingdom may not be called: nobody can be put through",
		"In the provider's console: Voice, Settings, Geo permissions: tick the United Kingdom.", false}}
}

// Account looks at the account itself, and at this machine's clock against the provider's.
func Account(c *twilio.Client) (found []Finding) {
	state, err := c.Account()
	switch {
	case err != nil:
		found = append(found, Finding{"account-unreadable", "whether the account is active cannot be read",
			"Look in the provider's console, or allow this key to read the account.", true})
	case state.Suspended:
		found = append(found, Finding{"account-suspended", "the account is suspended: no text or call reaches us",
			"Pay in, or write to the provider's support. docs/runbooks.md says what people can be told meanwhile.",
			false})
	case state.Trial:
		found = append(found, Finding{"account-trial",
			"the account is a trial: people get no answer unless their number was verified, and hear an " +
				"advertisement first",
			"Upgrade the account in the provider's console.", false})
	}
	amount, currency, err := c.Balance()
	left, bad := strconv.ParseFloat(amount, 64)
	switch {
	case err != nil || bad != nil:
		found = append(found, Finding{"balance-unreadable", "the balance cannot be read",
			"Look in the provider's console, and have the account topped up by itself there.", true})
	case left < lowBalance:
		found = append(found, Finding{"balance-low", fmt.Sprintf("%s %s are left in the account", amount, currency),
			"Pay in, and let it be topped up by itself: without money every text and call is refused.", false})
	}
	if skew := c.ClockSkew(); skew.Abs() > maxSkew {
		found = append(found, Finding{"clock", fmt.Sprintf("this machine's clock is %v from the provider's",
			skew.Round(time.Second)),
			"Set the clock by NTP: timedatectl set-ntp true. Opening hours hang on it.", false})
	}
	return found
}

// Ours reports a line that points at this server, if only half right (http for https), or is
// in ERASE_LINES.
func Ours(l twilio.AccountLine, s Settings) bool {
	here, err := url.Parse(s.PublicURL)
	points := func(h twilio.Hook) bool {
		there, bad := url.Parse(strings.TrimSpace(h.URL))
		return err == nil && bad == nil && there.Hostname() != "" &&
			strings.EqualFold(there.Hostname(), here.Hostname()) && there.Port() == here.Port()
	}
	return slices.Contains(s.Lines, l.Name) || points(l.Texts) || points(l.Calls)
}

// Lines looks at what keeps texts and calls to our lines from the addresses that are set on
// them.
func Lines(c *twilio.Client, lines []twilio.AccountLine, s Settings) (found []Finding) {
	ours := slices.DeleteFunc(slices.Clone(lines), func(l twilio.AccountLine) bool { return !Ours(l, s) })
	if len(ours) == 0 {
		found = append(found, Finding{"no-line",
			"no number, short code or messaging service points at PUBLIC_URL: nobody can reach us",
			"signpost provision points one at this server.", false})
	}
	for _, name := range s.Lines {
		if !slices.ContainsFunc(lines, func(l twilio.AccountLine) bool { return l.Name == name }) {
			found = append(found, Finding{"line-not-in-account", name + " is in ERASE_LINES but not in the account",
				"Correct ERASE_LINES.", false})
		}
	}
	for _, l := range ours {
		if len(s.Lines) > 0 && l.Kind != twilio.ServiceLine && !slices.Contains(s.Lines, l.Name) {
			found = append(found, Finding{"line-not-swept",
				l.Name +
					" points here and is not in ERASE_LINES: what a crash leaves of it at the provider is not looked " +
					"for",
				"Add it to ERASE_LINES and restart.", false})
		}
	}
	found = append(found, callerID(lines, ours, s)...)
	member := services(c, lines)
	for _, l := range ours {
		found = append(found, line(l, member[l.SID], s)...)
	}
	return found
}

// callerID looks at the number that services are shown when the line that was called cannot
// be: for short codes, and calls over SIP.
func callerID(lines, ours []twilio.AccountLine, s Settings) []Finding {
	isNumber := func(l twilio.AccountLine) bool { return l.Kind == twilio.NumberLine }
	hidden := slices.IndexFunc(ours,
		func(l twilio.AccountLine) bool { return isNumber(l) && !l.CannotCall && !webhook.Presentable(l.Name) })
	shown := slices.ContainsFunc(s.Lines, webhook.Presentable) // the first of these is, then
	switch {
	case s.CallerID == "" && hidden >= 0 && !shown:
		return []Finding{{"caller-id-needed",
			"services cannot be shown " + ours[hidden].Name +
				", and no number of ours is set that they can be shown: its callers are told a number and never " +
				"connected",
			"Buy a geographic, 03 or mobile number of the United Kingdom, and set CALLER_ID to it.", false}}
	case s.CallerID == "" && len(ours) > 0 && !shown:
		return []Finding{{"caller-id-missing",
			"no number of ours is set that services can be shown: callers over SIP, and to a short code, are told a " +
				"number and not connected",
			"Set CALLER_ID to one of your numbers.", true}}
	case s.CallerID != "" && !slices.ContainsFunc(lines,
		func(l twilio.AccountLine) bool { return isNumber(l) && l.Name == s.CallerID }):
		return []Finding{{"caller-id-not-ours",
			"CALLER_ID is not a number of this account: the provider refuses calls that show it",
			"Set CALLER_ID to one of the account's numbers.", false}}
	}
	return nil
}

// services returns, by the id of a number, the messaging service that its texts follow.
func services(c *twilio.Client, lines []twilio.AccountLine) map[string]*twilio.AccountLine {
	out := map[string]*twilio.AccountLine{}
	for i := range lines {
		l := &lines[i]
		if l.Kind != twilio.ServiceLine || l.Ignored {
			continue
		}
		ids, err := c.NumbersOf(l.SID)
		if err != nil {
			continue // a restricted key may not be allowed to
		}
		for _, id := range ids {
			out[id] = l
		}
	}
	return out
}

// line looks at one of our lines. service is the messaging service that its texts follow,
// nil when they follow its own address.
func line(l twilio.AccountLine, service *twilio.AccountLine, s Settings) (found []Finding) {
	provision := "signpost provision " + l.Name
	add := func(name, fix, what string) {
		found = append(found, Finding{name, l.Name + ": " + what, fix, false})
	}
	if l.CannotText {
		add("no-texts", "Buy a number that can, or ask the provider.", "the number cannot take texts")
	}
	if l.CannotCall {
		add("no-calls", "Buy a number that can, or ask the provider.", "the number cannot take calls")
	}
	if l.TextApp != "" {
		add("texts-application", provision+" takes the application away.",
			"texts go to an application of the provider, and its addresses are ignored")
	}
	if l.CallApp != "" {
		add("calls-application", provision+" takes the application away.",
			"calls go to an application of the provider, and its addresses are ignored")
	}
	if l.Trunk != "" {
		add("calls-trunk", provision+" takes the number off the trunk.",
			"calls go to a SIP trunk, and its addresses are ignored")
	}
	if service != nil && service.Texts.URL != s.PublicURL+s.TextPath {
		add("texts-service",
			"signpost provision "+strconv.Quote(service.Name)+", or take the number out of the service.",
			"texts follow the messaging service "+strconv.Quote(service.Name)+", which does not point here")
	}
	return found
}

// elsewhere looks where a line of ours points.
func elsewhere(l twilio.AccountLine, s Settings) (found []Finding) {
	if !l.Ignored && (l.Texts.URL != s.PublicURL+s.TextPath || l.Texts.Method != "POST") {
		found = append(found, Finding{"texts-elsewhere", l.Name + ": texts are not sent here by POST",
			"signpost provision " + l.Name + " points it here.", false})
	}
	if l.Kind == twilio.NumberLine && l.Ended.URL != s.PublicURL+s.EndedPath {
		found = append(found, Finding{"ended-elsewhere", l.Name + ": that a call has ended is not reported here",
			"signpost provision " + l.Name + " points it here.", false})
	}
	for _, none := range []struct {
		of  string
		has bool
	}{{"texts", l.Ignored || l.TextsFallback.URL != ""},
		{"calls", l.Kind != twilio.NumberLine || l.CallsFallback.URL != ""}} {
		if !none.has {
			found = append(found, Finding{"no-fallback",
				l.Name + " has no fallback for " + none.of +
					": when our machines cannot be reached, people get nothing",
				"signpost fallback writes what to put there, and signpost provision sets it.", false})
		}
	}
	if l.Kind == twilio.NumberLine && (l.Calls.URL != s.PublicURL+s.CallPath || l.Calls.Method != "POST") {
		found = append(found, Finding{"calls-elsewhere", l.Name + ": calls are not sent here by POST",
			"signpost provision " + l.Name + " points it here.", false})
	}
	return found
}
