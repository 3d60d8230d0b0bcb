package admit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/admit"
	"signpost/internal/budget"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// simRate counts as the store does, in simulated time.
type simRate struct {
	now  func() time.Time
	even map[string]time.Time
}

func (r *simRate) Take(_ context.Context, kind, sender string, n int, period time.Duration) (ok bool,
	wait time.Duration, err error) {
	key := fmt.Sprint(kind, sender, n)
	r.even[key], wait = store.Even(r.even[key], r.now(), n, period)
	return wait == 0, wait, nil
}

// defaults is the configuration of a gateway that is told nothing but what it must be.
func defaults(t testing.TB) config.Config {
	t.Helper()
	c, err := config.Parse(map[string]string{
		"PUBLIC_URL": "https://x.example", "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
		"TWILIO_AUTH_TOKEN": "x",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// world is a line with the real limits and budget, in simulated time, and what the people
// who use it were sent. Of the flow engine it knows what the limits are told.
type world struct {
	now   time.Time
	texts *admit.Texts
	calls *admit.Calls
	meter *budget.Meter

	talks map[string]*talk
	got   map[string]time.Time // by sender and answer, when it was last sent
}

// talk is a conversation: where it is, and how much of it has moved nothing.
type talk struct {
	at     string
	idle   int
	urgent bool // the last answer was one to danger
	until  time.Time
}

// As the engine and the configuration have it.
const (
	maxIdle    = 8
	sessionTTL = 15 * time.Minute
)

func newWorld(c config.Config, keys *privacy.Keyring, at time.Time, weaken func(admit.Limits) admit.Limits) *world {
	w := &world{now: at, talks: map[string]*talk{}, got: map[string]time.Time{}}
	clock := func() time.Time { return w.now }
	w.meter = &budget.Meter{Limit: budget.Pence(c.SpendLimitPence), Now: clock}
	never := func() bool { return false }
	limits := admit.NewLimits(admit.Options{
		Rate: &simRate{clock, map[string]time.Time{}}, HomeLimit: c.SenderLimit, ElsewhereLimit: c.ForeignSenderLimit,
		ServiceLimit: c.ServiceLimit, Now: clock,
	})
	if weaken != nil {
		limits = weaken(limits)
	}
	w.texts = &admit.Texts{Limits: limits, Meter: w.meter, Price: budget.Pence(c.TextPence), Countries: c.Countries,
		Maintenance: never}
	w.calls = &admit.Calls{Keys: keys, Meter: w.meter, Minute: budget.Pence(c.MinutePence), CallerLimit: c.CallerLimit,
		Maintenance: never, Now: clock}
	return w
}

// What somebody may text. A place is anything else: the name of its service.
const (
	hello  = "hello"
	danger = "999"
	leave  = "X"
	help   = "please help me" // after danger: that answer again
	need   = "im deaf"        // a place after it gets the line for the need, and its own number
)

// answers that are no place's number.
const (
	theMenu = "the menu"
	theLine = "the helpline text"
	nothing = ""
)

// text sends a text and returns the answer: one of the above, or the place's name for its
// number.
func (w *world) text(from webhook.Address, name, body string) string {
	s := w.texts.Sender(name, from)
	d := w.texts.Decide(context.Background(), s, body == danger)
	t := w.talks[name]
	if t != nil && w.now.After(t.until) {
		t = nil
	}
	step, full := w.step(t, body)
	answer := nothing
	switch d.Way(context.Background(), step) {
	case admit.Full:
		answer = full
		w.move(name, t, body)
	case admit.Revived:
		answer = step.Number
	case admit.Brief:
		answer = theLine
		delete(w.talks, name)
		if full == body {
			answer = body
			w.move(name, nil, body)
		}
	case admit.HelplineText:
		answer = theLine
	}
	if answer != nothing {
		w.texts.Charge(s, "Auto info line. One segment, as every answer that counts here.")
		w.got[name+answer] = w.now
	}
	return answer
}

// step is what the engine would answer.
func (w *world) step(t *talk, body string) (step admit.Step, full string) {
	step.InConversation = t != nil
	switch body {
	case leave:
		step.Leaves = true
		return step, nothing
	case danger:
		return step, danger
	case hello:
		full = theMenu
	case help:
		full = theMenu
		switch {
		case t == nil || !t.urgent:
		case t.idle >= maxIdle:
			step.Exhausted = true
			return step, nothing
		default:
			step.Urgent = true
			return step, danger
		}
	default:
		step.Number, full = t.after(body), body
	}
	if t != nil && t.idle >= maxIdle && t.at == t.after(body) {
		step.Exhausted = true
		return step, nothing
	}
	return step, full
}

// after is where a text leads.
func (t *talk) after(body string) string {
	switch {
	case body == hello, body == help:
		return theMenu
	case t != nil && strings.HasPrefix(t.at, need) && body != need:
		return need + " " + body
	}
	return body
}

func (w *world) move(name string, t *talk, body string) {
	if body == leave {
		delete(w.talks, name)
		return
	}
	at := t.after(body)
	if t == nil {
		t = &talk{at: at}
		w.talks[name] = t
	}
	if t.urgent = body == danger || body == help && t.urgent; t.urgent && body == help {
		at = t.at
	}
	switch {
	case body == danger:
		t.idle = 0
	case t.at == at:
		t.idle++
	default:
		t.at = at
	}
	t.until = w.now.Add(sessionTTL)
}

// call rings, and has the call last so long: from a minute on, put through to somebody.
func (w *world) call(from webhook.Address, lasts time.Duration) admit.Offer {
	offer := w.calls.Admit(admit.Call{From: from})
	w.calls.Ended(from, lasts)
	if lasts >= time.Minute {
		w.calls.LegEnded(from, lasts)
	}
	return offer
}

// Addresses of the people of the search.
var (
	hers     = twilio.ParseAddress("+447400123456")
	elsewhe  = twilio.ParseAddress("+33612345678")
	premium  = twilio.ParseAddress("+447012345678")
	noNumber = twilio.ParseAddress("anonymous")
)

// home is one of many numbers of this country.
func home(n int) webhook.Address { return twilio.ParseAddress(fmt.Sprintf("+4475%08d", n)) }
