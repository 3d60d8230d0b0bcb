package server

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"signpost/config"
	"signpost/internal/budget"
	"signpost/internal/inspect"
	"signpost/internal/webhook"
)

// tooOld is how long a record may wait to be erased before that is a problem. Some networks
// never report that a text arrived, so a day is not unusual.
const tooOld = 24 * time.Hour

// faultsFor is how long a fault that has passed is still named, so that somebody who looks
// every few minutes sees it.
const faultsFor = 30 * time.Minute

// faults remembers when each kind of fault last happened: of a webhook, of a reply.
type faults struct {
	mu   sync.Mutex
	last map[string]fault
}

type fault struct {
	at   time.Time
	code string // the provider's error code
}

func (f *faults) happened(name, code string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil {
		f.last = map[string]fault{}
	}
	f.last[name] = fault{at, code}
}

// recent returns what happened lately.
func (f *faults) recent(now time.Time) (out []inspect.Finding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, one := range f.last {
		if now.Sub(one.at) >= faultsFor {
			continue
		}
		found := inspect.Finding{Name: name}
		switch name {
		case webhooksRefused:
			found.What = "in the last half hour a request with our account's id was refused; if it was the " +
				"provider's, somebody got no answer"
			found.Fix = "signpost doctor says whether a good signature is accepted. See docs/runbooks.md, " +
				"SignpostRefusing."
		case safeAnswers:
			found.What = "in the last half hour a fault of the program was answered with the 24-hour number and 999"
			found.Fix = "See docs/runbooks.md, SignpostSafeAnswers."
		case repliesBlocked:
			found.What = "in the last half hour a reply was blocked, and not by one phone: the provider's error " +
				one.code
			found.Fix = "See docs/runbooks.md, SignpostBlocked."
		}
		out = append(out, found)
	}
	return out
}

// Names of faults, from [inspect.Names].
const (
	webhooksRefused = "webhooks-refused"
	safeAnswers     = "safe-answers"
	repliesBlocked  = "replies-blocked"
)

// countWebhook counts what became of a request.
func (g *Gateway) countWebhook(endpoint string, o webhook.Outcome) {
	g.metrics.webhook(endpoint, o)
	switch o {
	case webhook.Mismatched:
		g.faults.happened(webhooksRefused, "", g.clock())
	case webhook.Panicked:
		g.faults.happened(safeAnswers, "", g.clock())
	}
}

// countDelivery counts what became of a reply.
func (g *Gateway) countDelivery(d webhook.Delivery) {
	g.metrics.delivery(d)
	g.traffic.delivery(d, g.clock())
	if d.Blocked {
		g.faults.happened(repliesBlocked, d.Code, g.clock())
	}
}

// problems returns all that is known to be wrong while people are answered, in the order of
// [inspect.Names].
func (g *Gateway) problems() []inspect.Finding {
	out := append(g.books.Load().bookProblems(g.cfg.StateDir), g.health.all()...)
	if g.cfg.RedisURL == config.Embedded {
		out = append(out, inspect.Finding{Name: "store-embedded",
			What: "REDIS_URL is not set: conversations, counts and the list to erase are lost at a restart",
			Fix:  "Run a Redis or Valkey and set REDIS_URL.", Look: true})
	}
	if says := g.persistenceWarning.Load(); says != nil {
		out = append(out, inspect.Finding{Name: "store-on-disk", What: *says,
			Fix: "docs/operator.md says how to run Redis.", Look: true})
	}
	if g.inMaintenance() {
		out = append(out, inspect.Finding{Name: "maintenance",
			What: "maintenance is on: everybody gets the 24-hour number", Fix: "signpost maintenance off ends it."})
	}
	for _, k := range budget.Kinds() {
		out = append(out, spent(k, g.meter.Level(k))...)
	}
	if g.meter.Reserve().Pounds() > highReserve {
		out = append(out, inspect.Finding{Name: "reserve-high",
			What: "the answers that are never refused have cost more than 50 pounds in this hour: somebody is " +
				"attacking the line",
			Fix: "See docs/runbooks.md, SignpostReserve."})
	}
	out = append(out, g.traffic.findings(g.clock())...)
	out = append(out, g.faults.recent(g.clock())...)
	out = append(out, g.notAnswering()...)
	out = append(out, g.erasing()...)
	out = append(out, g.lastAsked.findings(g.clock())...)
	names := inspect.Names()
	slices.SortStableFunc(out,
		func(a, b inspect.Finding) int { return slices.Index(names, a.Name) - slices.Index(names, b.Name) })
	return out
}

// spent names a share of the hour's money that runs out. Calls notice nothing until all of
// theirs is spent.
func spent(k budget.Kind, l budget.Level) []inspect.Finding {
	found := inspect.Finding{Fix: "See docs/runbooks.md, SignpostMoney."}
	nearly := "about four fifths of the share of SPEND_LIMIT for " + k.Label() + " are spent in this hour"
	switch {
	case l == budget.Near && k.Calls():
		found.Name, found.What = "calls-share-nearly-spent",
			nearly+"; when all of it is, callers are offered the 24-hour line alone"
	case l == budget.Near:
		found.Name, found.What = "share-nearly-spent",
			nearly+"; a text that begins a conversation gets the shortest answer"
	case l == budget.Spent:
		found.Name, found.What = "share-spent",
			"the share of SPEND_LIMIT for "+k.Label()+" is spent in this hour; they are answered from the reserve"
	default:
		return nil
	}
	return []inspect.Finding{found}
}

// certain returns the names of the problems that are certain.
func (g *Gateway) certain() map[string]bool {
	out := map[string]bool{}
	for _, f := range g.problems() {
		out[f.Name] = out[f.Name] || !f.Look
	}
	return out
}

// problemsNow is problems, with a Redis that stopped answering since it was last looked at.
func (g *Gateway) problemsNow(ctx context.Context) []inspect.Finding {
	out := g.problems()
	if g.store.Ping(ctx) != nil &&
		!slices.ContainsFunc(out, func(f inspect.Finding) bool { return f.Name == storeUnreachable.Name }) {
		out = append([]inspect.Finding{storeUnreachable}, out...)
	}
	return out
}

// problemLines are the problems as /readyz has them.
func (g *Gateway) problemLines(ctx context.Context) (out []string) {
	for _, f := range g.problemsNow(ctx) {
		out = append(out, f.Line())
	}
	return out
}

// erasingLine is the state of erasing. A record that waits for less than an hour is not
// shown: it would tell when somebody texted.
func (g *Gateway) erasingLine() string {
	s := lateOnly(g.eraser.Status())
	line := "erasing: no record at the provider is an hour late"
	if s.Waiting > 0 {
		line = fmt.Sprintf("erasing: up to %d records wait at the provider, the oldest for %.0f hours", s.Waiting,
			s.Oldest.Hours())
	}
	if !s.Known {
		line += ", as seen last: the list cannot be looked at now"
	}
	return line
}

// erasing names what is wrong with erasing.
func (g *Gateway) erasing() (out []inspect.Finding) {
	s := lateOnly(g.eraser.Status())
	if s.Trouble != "" {
		out = append(out, inspect.Finding{Name: "erasing-refused",
			What: "nothing is being erased at the provider: " + s.Trouble,
			Fix:  "signpost doctor says whether our credentials may. See docs/runbooks.md, SignpostNotErasing."})
	}
	if s.Oldest > tooOld {
		out = append(out, inspect.Finding{Name: "erasing-late",
			What: "a record has waited more than a day to be erased at the provider",
			Fix:  "See docs/runbooks.md, SignpostErasingLate."})
	}
	if s.GivenUp > 0 {
		out = append(out, inspect.Finding{Name: "erasing-given-up",
			What: "a record could not be erased at the provider, or not be noted, since the start",
			Fix:  "See docs/runbooks.md, SignpostErasingGivenUp."})
	}
	return out
}
