// Package simulate runs three gateways, as they ship, in a world that a seed decides: its
// time, its network, its Redis, its provider and its people. The same seed gives the same
// world, so what goes wrong once a year can be looked at as often as one likes. See
// docs/simulation.md.
package simulate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/flows"
	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	base    = "https://sms.example.org"
	line    = "+441632960000"
	// helpline is the number of the 24-hour line, as digits.
	helpline = "08082000247"

	firstToken = "0123456789abcdef0123456789abcdef"
)

// awakeFor is how long gateways do their work beside answering after something happened.
// Then nothing is due for a while, and the world skips to what is.
const awakeFor = 2500 * time.Millisecond

// world is everything there is.
type world struct {
	clock    *clock
	fate     dice // of the people
	harm     dice // of the faults
	redis    *redis
	provider *provider
	nodes    []*node
	cfg      config.Config
	settings map[string]string
	books    []*flows.Book // that may be in force, one after the other
	book     *flows.Book   // the one that is
	log      logs

	posts   int
	erasure time.Time // when gateways next wake to delete something
	made    int       // gateways so far

	people   []*person
	troubled time.Time // until when something may have been forgotten
	distant  time.Time // until when Redis may not have answered
	uneven   time.Time // when a fault last happened
	tight    time.Time // until when the limits or the budget may speak
	changed  time.Time // when the book was last changed

	callOf                 map[string]string // the call of who is on the phone
	over                   bool              // nobody comes any more
	ended                  chan struct{}     // closed at the end of the world
	spent                  spending
	broken                 []string // rules that were broken, in words
	story                  *story
	texts                  int // texts and calls so far
	rang                   int
	inspections, inspected int
	plan                   plan
	struck                 int // faults so far
	tokens                 int // of the provider so far
	secret                 int // which of the secrets is the newest
	// quietUntil is when faults may happen again.
	quietUntil time.Time
}

// plan is what a world has in it.
type plan struct {
	seed   uint64
	from   time.Time
	lasts  time.Duration
	daily  float64 // conversations a day
	faults bool
	// strikes are the only faults, one every so often; none: all of them, now and then.
	strikes []string
	every   time.Duration
	only    string // the story of one person is told; empty: of the person who meets a broken rule
	trace   io.Writer
	repeats int    // one text in so many comes twice; 0: the usual
	limit   string // of an hour's cost, in pounds; empty: the default, which no world reaches
	most    int    // it ends after so many broken rules
	// rule is one more, for tests of the simulation: it says what is wrong with an answer.
	rule func(p *person, text string) string
	// without are the people and the faults that are left out, by number.
	without, spared map[int]bool
	// people and strokes are the numbers of the last who come and of the last fault; 0: no last.
	people, strokes int
}

// outcome is what became of a world.
type outcome struct {
	seed          uint64
	digest        string
	events        int
	texts, calls  int
	broken        []string
	story         []string
	lived         time.Duration
	faults        map[string]int
	oldest, slow  time.Duration
	conversations int
	struck        int // faults
}

// shippedBook is the book of a gateway that is told of no other.
var shippedBook = sync.OnceValue(func() *flows.Book {
	cfg, err := config.Parse(map[string]string{
		"PUBLIC_URL": base, "TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": firstToken, "PRIVACY_KEY": secrets[0],
		"REDIS_URL": "redis://redis:6379",
	}, nil)
	if err != nil {
		panic(err)
	}
	g, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		panic(err)
	}
	defer g.Close()
	return g.Book(0)
})

// secrets are the keys of a world, one after the other.
var secrets = []string{
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	"112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00",
}

// live plays one world from beginning to end.
func live(t *testing.T, p plan) (out outcome) {
	t.Helper()
	runtime.GC() // pools must not hand timers of one world to the next
	runtime.GC()
	shippedBook()
	cryptotest.SetGlobalRandom(t, p.seed)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(p.from)) // simulated time: it passes at once
		w := newWorld(p)
		w.clock.trace = p.trace
		w.populate()
		if p.faults {
			w.disturb()
		}
		end := p.from.Add(p.lasts)
		stop := func() bool { return len(w.broken) >= max(p.most, 1) }
		w.clock.run(end, stop)
		if !stop() {
			w.ending(stop)
		}
		out = w.outcome()
		w.destroy()
	})
	return out
}

func newWorld(p plan) *world {
	w := &world{clock: newClock(p.seed), fate: roll(p.seed, 1), harm: roll(p.seed, 2), plan: p,
		ended: make(chan struct{}), callOf: map[string]string{}, story: newStory(p.only)}
	w.settings = map[string]string{
		"PUBLIC_URL": base, "TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": firstToken, "PRIVACY_KEY": secrets[0],
		"REDIS_URL": "redis://redis:6379", "TWILIO_API_URL": "http://provider", "ERASE_LINES": line,
		"INSPECT_EVERY": "0",
	}
	if p.limit != "" {
		w.settings["SPEND_LIMIT"] = p.limit
		w.tight = p.from.Add(p.lasts + 48*time.Hour)
	}
	w.books = variants()
	w.book = w.books[0]
	w.provider = &provider{world: w, token: firstToken, tokens: []string{firstToken}, records: map[string]*record{},
		gone: map[string]time.Time{}}
	w.redis = newRedis(w)
	w.configure()
	w.spent.begin()
	for range 3 {
		w.nodes = append(w.nodes, w.start(w.nextName()))
	}
	w.clock.after(time.Minute, w.look)
	w.clock.after(time.Hour, w.sweep)
	return w
}

// variants are the book that ships, and the same after a manager has edited it: the hours of
// the local lines are known.
func variants() []*flows.Book {
	shipped := shippedBook()
	edited := func(version uint32, open string) *flows.Book {
		h, err := hours.Parse(open)
		if err != nil {
			panic(err)
		}
		b := shipped.As(func(s *flows.Service) {
			if !s.Hours.IsKnown() {
				s.Hours = h
			}
			s.CheckedOn = time.Date(2027, 1, 1, 0, 0, 0, 0, hours.London())
			s.ReviewBy = s.CheckedOn.AddDate(200, 0, 0)
		})
		b.Version = shipped.Version ^ version
		return b
	}
	return []*flows.Book{shipped, edited(1, "Mon-Fri 9am-5pm"), edited(2, "Mon-Sun 8am-11.30pm")}
}

// configure makes the settings of gateways that start from now on.
func (w *world) configure() {
	cfg, err := config.Parse(w.settings, nil)
	if err != nil {
		panic(err)
	}
	w.cfg = cfg
}

func (w *world) nextName() string {
	w.made++
	return fmt.Sprintf("g%d", w.made)
}

// live are the gateways that take webhooks.
func (w *world) live() (up []*node) {
	for _, n := range w.nodes {
		if !n.dead {
			up = append(up, n)
		}
	}
	return up
}

// stir has every gateway work for a while.
func (w *world) stir() {
	for _, n := range w.live() {
		n.stir()
	}
}

// nextErasure wakes them when a record is due to be deleted.
func (w *world) nextErasure() {
	const list = "erase:{list}:due"
	w.redis.age()
	due, err := w.redis.m.SortedSet(list)
	if err != nil || len(due) == 0 {
		return
	}
	first := 0.0
	for _, at := range due {
		if first == 0 || at < first {
			first = at
		}
	}
	at := time.UnixMilli(int64(first))
	if now := time.Now(); at.Before(now) {
		at = now.Add(time.Second)
	}
	at = at.Add(w.clock.within(20*time.Second, 40*time.Second)) // with others that are due by then
	if at.Before(w.erasure) && w.erasure.Before(at.Add(time.Minute)) || w.erasure.Equal(at) {
		return
	}
	w.erasure = at
	w.clock.at(at, func() { pick(w.clock.dice, w.live()).stir() })
}

// sweep is what each gateway's process does every hour: it looks for records that were
// overlooked.
func (w *world) sweep() {
	w.clock.after(time.Hour, w.sweep)
	left := false
	for _, r := range w.provider.records {
		left = left || time.Since(r.created) > time.Hour
	}
	if !left {
		return
	}
	n := pick(w.clock.dice, w.live())
	cfg := n.cfg
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, _ = server.SweepWithEnv(ctx, server.Env{Dial: n.dial, Rand: n.chance, BeforeRedis: n.turn},
			cfg, slog.New(&w.log))
		w.clock.arrive(n.name+" swept", "", func() { w.stir() })
	}()
}

// ending lets everything come to rest, and looks at what is left.
func (w *world) ending(stop func() bool) {
	w.calm()
	w.over = true
	for range 30 {
		w.clock.run(time.Now().Add(12*time.Hour), stop)
		if len(w.provider.records) == 0 || stop() {
			break
		}
		w.stir()
	}
	if stop() {
		return // it is not over
	}
	for sid, r := range w.provider.records {
		w.fault(nil, "the provider still holds record %s, of %v, at the end", sid, r.created.Format(time.DateTime))
		break
	}
	w.judgePeople()
}

func (w *world) outcome() outcome {
	return outcome{
		seed: w.plan.seed, digest: w.clock.sum(), events: w.clock.events, texts: w.texts, calls: w.rang,
		broken: w.broken, story: w.story.tell(),
		lived: time.Since(w.plan.from), oldest: w.provider.oldest, conversations: len(w.people), faults: w.spent.faults,
		slow: w.spent.slowest, struck: w.struck,
	}
}

// destroy ends every goroutine of the world.
func (w *world) destroy() {
	for _, n := range w.nodes {
		n.dead = true
		n.sleep()
		n.cut()
	}
	w.plan.faults = false
	w.clock.agenda = nil
	close(w.ended)
	never := func() bool { return false }
	w.clock.run(time.Now().Add(2*time.Minute), never)
	for _, n := range w.nodes {
		go func() { _ = n.g.Close() }()
	}
	w.clock.run(time.Now().Add(2*time.Minute), never)
	w.redis.m.Close()
}

// look is done every minute in which somebody is served.
func (w *world) look() { w.clock.after(time.Minute, w.look) }

// logs is what the gateways write to their logs.
type logs struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *logs) Enabled(context.Context, slog.Level) bool { return true }
func (l *logs) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *logs) WithGroup(string) slog.Handler            { return l }
func (l *logs) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		l.lines.WriteString(" " + a.String())
		return true
	})
	l.lines.WriteByte('\n')
	return nil
}

// take empties the log.
func (l *logs) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.lines.String()
	l.lines.Reset()
	return s
}

// mayBeKept lists what may be in Redis.
var mayBeKept = sync.OnceValue(func() []store.Kept {
	return store.Everything(store.Lifetimes{Session: 15 * time.Minute, EraseGiveUp: 360 * time.Hour})
})

// inspect searches what is kept for what must not be.
func (w *world) inspect() {
	if w.posts == w.inspected && !w.clock.sometimes(4) {
		return
	}
	w.inspected = w.posts
	w.inspections++
	full := w.inspections%20 == 0
	kept := w.redis.copy(full)
	allowed := mayBeKept()
	for k, left := range kept.left {
		known := false
		for _, a := range allowed {
			if a.Key.MatchString(k) {
				known = true
				if left <= 0 || left > a.For+2*time.Second {
					w.fault(nil, "the key %s is kept for %v; %s may be kept for %v", k, left, a.Shown, a.For)
				}
				break
			}
		}
		if !known {
			w.fault(nil, "the key %s is on no list of what is kept", k)
		}
	}
	var all strings.Builder
	logged := w.log.take()
	all.WriteString(logged)
	keys := w.keyring()
	write := func(key, field, value string) {
		fmt.Fprintf(&all, "%s %s %s\n", key, field, value)
		plain, ok := store.OpenValue(keys, key, field, value)
		if ok {
			fmt.Fprintf(&all, "%s\n", plain)
		} else if strings.HasPrefix(key, "s:") || strings.HasPrefix(key, "r:") {
			w.fault(nil, "%s is kept, and is not sealed by a key in use", key)
		}
	}
	for k, v := range kept.texts {
		write(k, "", v)
	}
	for k, fields := range kept.hashes {
		if strings.HasPrefix(k, "counts:") && (!full || !strings.HasSuffix(k, time.Now().UTC().Format(time.DateOnly))) {
			continue // of a fixed length, and many: looked at now and then
		}
		for f, v := range fields {
			write(k, f, v)
		}
	}
	said := all.String()
	for _, p := range w.recent() {
		for _, secret := range p.secrets() {
			if strings.Contains(said, secret) {
				w.fault(p, "%q can be read in what is kept or logged", secret)
			}
		}
		for _, text := range p.words() {
			if strings.Contains(logged, text) {
				w.fault(p, "%q was written by somebody, and can be read in the log", text)
			}
		}
	}
	w.checkSpending()
}

func (w *world) keyring() *privacy.Keyring {
	keys, err := privacy.NewKeyring(w.cfg.Secrets...)
	if err != nil {
		panic(err)
	}
	return keys
}
