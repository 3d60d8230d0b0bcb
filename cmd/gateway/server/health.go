package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"signpost/config"
	"signpost/internal/inspect"
	"signpost/internal/store"
	"signpost/internal/twilio"
	"signpost/internal/version"
	"signpost/ivr"
)

const (
	storeCheckEvery = 5 * time.Second
	keysEvery       = time.Minute
	inspectFirst    = time.Minute // after the start
)

// health holds what is wrong while people are still answered. Each job replaces its own
// findings.
type health struct {
	mu    sync.Mutex
	found map[string][]inspect.Finding // by job
}

// set replaces a job's findings.
func (h *health) set(job string, found []inspect.Finding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.found == nil {
		h.found = map[string][]inspect.Finding{}
	}
	h.found[job] = found
}

// all returns the findings.
func (h *health) all() (out []inspect.Finding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, found := range h.found {
		out = append(out, found...)
	}
	return out
}

// watchStore writes to Redis every few seconds, and compares the gateways' keys every minute.
func (g *Gateway) watchStore(ctx context.Context) {
	if g.cfg.RedisURL == config.Embedded {
		return
	}
	tick := time.NewTicker(storeCheckEvery)
	defer tick.Stop()
	var compared time.Time
	for {
		op, cancel := context.WithTimeout(ctx, pingTimeout)
		err := g.store.Usable(op)
		if now := g.clock(); err == nil && now.Sub(compared) >= keysEvery && g.compareKeys(op) && g.compareBooks(op) {
			compared = now
		}
		cancel()
		if ctx.Err() != nil {
			return
		}
		g.health.set("store", storeFindings(err))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

const meanwhile = "; texts are answered without their conversation"

var storeUnreachable = inspect.Finding{Name: "store-unreachable", What: "Redis does not answer" + meanwhile,
	Fix: "Is it running? Is REDIS_URL right? Does a firewall block it?"}

func storeFindings(err error) []inspect.Finding {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrDenied):
		return []inspect.Finding{{Name: "store-denied", What: "Redis refuses our password, or our commands" + meanwhile,
			Fix: "Correct the user and the password in REDIS_URL and restart; the user may need more rights (ACL)."}}
	case errors.Is(err, store.ErrReadOnly):
		return []inspect.Finding{{Name: "store-read-only", What: "Redis takes no writes" + meanwhile,
			Fix: "Point REDIS_URL at the primary; look at the disk and at redis-cli info replication."}}
	case errors.Is(err, store.ErrFull):
		return []inspect.Finding{{Name: "store-full", What: "Redis is full and forgets nothing by itself" + meanwhile,
			Fix: "redis-cli config set maxmemory-policy volatile-ttl, or give it more memory."}}
	}
	return []inspect.Finding{storeUnreachable}
}

// compareKeys looks whether another gateway on this Redis has a PRIVACY_KEY that this one
// does not know: neither could read the conversations of the other.
func (g *Gateway) compareKeys(ctx context.Context) bool {
	others, err := g.store.SeenKeys(ctx, g.keys.Fingerprint(0), g.clock())
	if err != nil {
		return false
	}
	var found []inspect.Finding
	for _, other := range others {
		known := false
		for i := range g.keys.Keys() {
			known = known || g.keys.Fingerprint(i) == other
		}
		if !known {
			found = []inspect.Finding{otherKeys}
		}
	}
	g.health.set("keys", found)
	return true
}

// sameSoon is how long gateways may use different books, or be different versions: while a
// change reaches all of them.
const sameSoon = 10 * time.Minute

// compareBooks looks whether another gateway on this Redis has used another flow book, or been
// another version, for so long that nobody is changing it just now.
func (g *Gateway) compareBooks(ctx context.Context) bool {
	b, book := g.books.Load(), "none"
	if !g.noBook() {
		book = fmt.Sprintf("%08x", b.current.Version)
	}
	release := version.Number + "-" + version.Revision()
	now, own := g.clock(), fmt.Sprintf("%s %s %d %s", g.process, book, b.since.Unix(), release)
	others, err := g.store.SeenBooks(ctx, own, now)
	if err != nil {
		return false
	}
	latest := map[string][2]string{}
	for _, other := range others {
		f := strings.Fields(other)
		const fields = 4
		if len(f) != fields || f[0] == g.process {
			continue
		}
		latest[f[0]] = [2]string{book, release}
		if since, err := strconv.ParseInt(f[2], 10, 64); err == nil && now.Sub(time.Unix(since, 0)) > sameSoon &&
			now.Sub(b.since) > sameSoon {
			latest[f[0]] = [2]string{f[1], f[3]}
		}
	}
	var found []inspect.Finding
	for _, other := range slices.Collect(maps.Values(latest)) {
		if other[0] != book &&
			!slices.ContainsFunc(found, func(f inspect.Finding) bool { return f.Name == otherBook.Name }) {
			found = append(found, otherBook)
		}
		if other[1] != release &&
			!slices.ContainsFunc(found, func(f inspect.Finding) bool { return f.Name == otherVersion.Name }) {
			found = append(found, otherVersion)
		}
	}
	g.health.set("books", found)
	return true
}

var (
	otherBook = inspect.Finding{Name: "other-book",
		What: "another gateway on this Redis uses another flow book than this one: people who reach both get " +
			"different answers",
		Fix: "Compare book: in their /readyz, and install the same book on every machine."}
	otherVersion = inspect.Finding{Name: "other-version",
		What: "another gateway on this Redis is another version than this one",
		Fix:  "Install the same version everywhere, and restart.", Look: true}
)

// otherKeys is the finding that gateways on one Redis have different keys.
var otherKeys = inspect.Finding{
	Name: "other-keys",
	What: "another gateway on this Redis has a PRIVACY_KEY that this one does not have: people who reach both lose " +
		"their place",
	Fix: "Give all gateways the same PRIVACY_KEY. While a key is rotated this goes by itself once all are restarted.",
}

// inspectHourly looks at the machine, the certificate and the account, in the background:
// nobody waits for it.
func (g *Gateway) inspectHourly(ctx context.Context) {
	every := g.cfg.InspectEvery
	if every <= 0 {
		return
	}
	for next := time.NewTimer(min(inspectFirst, every)); ; next.Reset(every) {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		g.inspect(ctx)
	}
}

func (g *Gateway) inspect(ctx context.Context) {
	g.lookAtCounts(ctx)
	g.lookAtStore(ctx)
	found := append(inspect.Swap(os.DirFS("/")), inspect.Hosts(os.DirFS("/"), g.cfg.PublicURL)...)
	found = append(found, inspect.SpendLimit(g.cfg.SpendLimitPence, g.cfg.TextPence, g.cfg.MinutePence)...)
	found = append(found, inspect.Countries(g.cfg.Countries)...)
	found = append(found, inspect.Paths(ctx, g.cfg.PublicURL, Endpoints())...)
	found = append(found,
		inspect.Reached(ctx, g.cfg.PublicURL, TextStatusPath, g.cfg.AccountSID, g.oldestSigner(), g.store.CheckSeen)...)
	g.health.set("machine", append(found, inspect.Certificate(ctx, g.cfg.PublicURL, g.clock())...))
	c, err := twilio.NewInspector(g.cfg.APIURL, g.cfg.AccountSID, g.cfg.Tokens, g.cfg.APIKeys...)
	if err != nil {
		return // the eraser would not have started either
	}
	g.health.set("provider", inspect.Provider(c, inspected(g.cfg)))
}

// lookAtStore looks what Redis does when it is full.
func (g *Gateway) lookAtStore(ctx context.Context) {
	if g.cfg.RedisURL == config.Embedded {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	if facts, err := g.store.Facts(ctx); err == nil {
		g.health.set("memory", inspect.StoreMemory(facts.Policy, facts.MaxMemory))
	}
}

// oldestSigner signs with the secret that every gateway has while one is rotated.
func (g *Gateway) oldestSigner() twilio.Signer {
	if n := len(g.cfg.Tokens); n > 0 {
		return twilio.Signer{Token: g.cfg.Tokens[n-1]}
	}
	return twilio.Signer{Key: g.cfg.WebhookKeys[len(g.cfg.WebhookKeys)-1]}
}

// inspected is what the account should fit.
func inspected(cfg config.Config) inspect.Settings {
	return inspect.Settings{PublicURL: cfg.PublicURL, TextPath: TextPath, CallPath: CallPath, EndedPath: ivr.StatusPath,
		Lines: cfg.Lines, CallerID: cfg.CallerID}
}
