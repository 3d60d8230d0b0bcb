package inspect

import (
	"context"
	"crypto/tls"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"signpost/internal/budget"
	"signpost/internal/swap"
	"signpost/internal/webhook"
)

// certificateTimeout bounds looking at a certificate.
const certificateTimeout = 5 * time.Second

// pathsTimeout bounds asking all paths.
const pathsTimeout = 20 * time.Second

// Certificate looks whether the certificate at a public URL is soon no longer valid. Whether
// it can be trusted is not looked at. An address that does not answer gives no finding: a
// machine may not be able to reach its own public address.
func Certificate(ctx context.Context, publicURL string, now time.Time) []Finding {
	u, err := url.Parse(publicURL)
	if err != nil || u.Scheme != "https" {
		return nil
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "443")
	}
	ctx, cancel := context.WithTimeout(ctx, certificateTimeout)
	defer cancel()
	d := tls.Dialer{Config: unverified()} // an expired one must be read, too
	d.Config.ServerName = u.Hostname()
	conn, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil
	}
	defer conn.Close()
	secure, ok := conn.(*tls.Conn)
	if !ok || len(secure.ConnectionState().PeerCertificates) == 0 {
		return nil
	}
	end := secure.ConnectionState().PeerCertificates[0].NotAfter
	if end.After(now.AddDate(0, 0, certificateDays)) {
		return nil
	}
	return []Finding{{"certificate-expires",
		fmt.Sprintf("the certificate of PUBLIC_URL is valid until %s: after that the provider does not ask us",
			end.UTC().Format("2 January 2006, 15:04 MST")),
		"Renew it, and find out why it was not renewed by itself: look at the log of what ends TLS.", false}}
}

// unverified takes any certificate: nothing is sent.
func unverified() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} // #nosec G402 -- nothing is sent
}

// Paths asks every path of the webhooks, at the public address and without a signature. A
// proxy that passes it on has the gateway refuse it (403); one that answers itself, or sends it
// elsewhere, keeps the provider's from us. An address that does not answer gives no finding,
// as with [Certificate].
func Paths(ctx context.Context, publicURL string, paths []string) (found []Finding) {
	ctx, cancel := context.WithTimeout(ctx, pathsTimeout)
	defer cancel()
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: unverified(), DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var sentOn, answered []string // paths
	var status int
	for _, path := range paths {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, publicURL+path, nil)
		if err != nil {
			return nil
		}
		resp, err := client.Do(req)
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode >= 300 && resp.StatusCode < 400:
			sentOn = append(sentOn, path)
		case resp.StatusCode != http.StatusForbidden:
			answered, status = append(answered, path), resp.StatusCode
		}
	}
	if len(sentOn) > 0 {
		found = append(found, Finding{"redirects",
			listed(sentOn, paths) + " of PUBLIC_URL redirects to another address",
			"Have what ends TLS pass every path on itself: the provider loses what was written when it is sent " +
				"elsewhere.",
			false})
	}
	if len(answered) > 0 {
		found = append(found, Finding{"path-unreachable",
			fmt.Sprintf("something else than this gateway answers at %s of PUBLIC_URL (%d)", listed(answered, paths),
				status), "Have what ends TLS pass every path on, as it comes.", false})
	}
	return found
}

// listed names some paths of all, in one line: what is wrong with all of them is one problem.
func listed(some, all []string) string {
	if len(some) == len(all) {
		return "every path"
	}
	return strings.Join(some, ", ")
}

// Swap looks whether the memory of this process may be written to a disk. root is the root of
// the machine's files.
func Swap(root fs.FS) []Finding {
	if possible, known := swap.Possible(root, "self"); !possible || !known {
		return nil
	}
	return []Finding{{"swap", "this machine swaps: what a webhook left in memory may be written to its disk",
		"swapoff -a and take it out of /etc/fstab, or MemorySwapMax=0 in the unit, as deploy/signpost.service has it.",
		false}}
}

// Hosts looks whether this machine knows the name in PUBLIC_URL from its own list: then it may
// look at another server there than the rest of the world.
func Hosts(root fs.FS, publicURL string) []Finding {
	u, err := url.Parse(publicURL)
	list, bad := fs.ReadFile(root, "etc/hosts")
	if err != nil || bad != nil || u.Hostname() == "localhost" {
		return nil
	}
	for line := range strings.Lines(string(list)) {
		line, _, _ = strings.Cut(line, "#")
		names := strings.Fields(line)
		if len(names) > 1 && slices.ContainsFunc(names[1:],
			func(n string) bool { return strings.EqualFold(n, u.Hostname()) }) {
			return []Finding{{"name-in-hosts",
				"/etc/hosts of this machine has an address for the name in PUBLIC_URL: what is looked at there may " +
					"be another server than the one that the world reaches",
				"Take the name out of /etc/hosts.", true}}
		}
	}
	return nil
}

// StoreMemory looks what Redis does when it is full.
func StoreMemory(policy string, limit int64) []Finding {
	const right = "redis-cli config set maxmemory-policy volatile-ttl, and the same in its configuration."
	switch {
	case strings.HasPrefix(policy, "allkeys"):
		return []Finding{{"store-evicts",
			"the maxmemory-policy is " + policy +
				": when it is full Redis forgets what is to be erased at the provider", right, false}}
	case policy == "":
		return nil // a hosted one may not say
	case limit == 0:
		return []Finding{{"store-unbounded", "Redis has no limit of memory: a flood could fill this machine",
			"redis-cli config set maxmemory 128mb, and the same in its configuration.", true}}
	case policy == "noeviction":
		return []Finding{{"store-noeviction",
			"the maxmemory-policy is noeviction: when it is full Redis refuses to remember conversations", right, true}}
	}
	return nil
}

// Countries looks whether the people of this country are answered in full. None is everybody.
func Countries(codes []int) []Finding {
	if len(codes) == 0 || slices.Contains(codes, webhook.HomeCode) {
		return nil
	}
	return []Finding{{"home-left-out",
		"ANSWER_COUNTRIES leaves out +44: people of this country get the 24-hour number once an hour, and nothing else",
		"Add +44: ANSWER_COUNTRIES=+44, and the others behind it with commas.", false}}
}

// leastTexts and leastCalls are how many texts and calls from this country SPEND_LIMIT should
// pay for in an hour.
const (
	leastTexts = 100
	leastCalls = 20
)

// SpendLimit looks whether the hour's limit is reached by a few people. The amounts are in
// pence. Package budget shares the limit out.
func SpendLimit(limit, textPrice, minutePrice float64) []Finding {
	// An answer takes about two segments; a call five minutes, and as many of its leg.
	const segments, callMinutes = 2, 10
	shareOf := func(k budget.Kind) float64 { return limit * float64(k.Share()) / 100 }
	texts := shareOf(budget.TextsHome) / (textPrice * segments)
	calls := shareOf(budget.CallsHome) / (minutePrice * callMinutes)
	if texts >= leastTexts && calls >= leastCalls {
		return nil
	}
	return []Finding{{"spend-limit-low",
		fmt.Sprintf("SPEND_LIMIT pays for %.0f texts and %.0f calls from this country in an hour: beyond that "+
			"answers are short",
			texts, calls),
		"Raise SPEND_LIMIT, and have the provider warn you of a day that costs more than you expect.", true}}
}
