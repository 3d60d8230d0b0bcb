package admit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/internal/admit"
	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// A search that plays attackers against the real limits, in simulated time. An attacker runs
// up to four streams of texts and calls; one genuine person comes in the middle of them. For
// each of her ways to an answer the search finds the cheapest attack for each harm there is.

// Prices are assumed: what a text with a chosen sender costs at a bulk route that lets it
// through, a minute of a call over the internet, with any number or none, and a SIM card with
// texts included.
const (
	forgedText = 3.0
	webCall    = 1.0
	simCard    = 500.0
)

// attack is a strategy against one person, who comes at a minute of an hour.
type attack struct {
	streams []stream
	minute  int
	// stranger reports an attacker who does not know her number.
	stranger bool
	shadow   int // what is forged a second before each of her texts: an index into shadows
	pause    time.Duration
	way      int // in ways
}

// shadows are what somebody who watches her may forge just before each of her texts.
var shadows = []string{"", hello, place, danger, leave, "place 1", "the same text"}

func (a attack) cost() (pence float64) {
	for _, s := range a.streams {
		pence += s.cost()
	}
	if a.shadow > 0 {
		pence += forgedText * float64(len(ways[a.way].does))
	}
	return pence
}

func (a attack) String() string {
	var parts []string
	for _, s := range a.streams {
		parts = append(parts, s.String())
	}
	if a.shadow > 0 {
		said := shadows[a.shadow]
		switch said {
		case hello, danger, leave:
			said = "`" + said + "`"
		}
		parts = append(parts, said+" in her name, just before each of her texts")
	}
	return strings.Join(parts, "; ")
}

// harm is what an attack does to one of her steps.
type harm int

// Harms, from none to denial.
const (
	unharmed harm = iota
	// lessened: she gets the answer of the reserve in place of the menu.
	lessened
	// before: nothing comes back, because the same answer was sent to her phone shortly
	// before, to a text in her name.
	before
	denied
)

// way is one of her ways to an answer: what she does, one after the other.
type way struct {
	name string
	does []string // texts; or a call
}

const (
	rings         = "rings"
	ringsWithheld = "rings, withheld"
)

var ways = []way{
	{"a first text, `hello`", []string{hello}},
	{"a first text, her place", []string{place}},
	{"`hello`, then her place, then `999`", []string{hello, place, danger}},
	{"`999`", []string{danger}},
	{"what she needs, then her place", []string{need, place}},
	{"her place, three times", slices.Repeat([]string{place}, 3)},
	{"a call from her number", []string{rings}},
	{"a withheld call", []string{ringsWithheld}},
}

// Times that an answer on her phone counts as hers for.
const (
	dangerHolds = 2 * time.Minute
	holds       = 16 * time.Minute // the longest interval of the reserve
)

// play plays an attack and returns the harm it does, and what the line spends meanwhile.
func play(c config.Config, keys *privacy.Keyring, a attack, weaken func(admit.Limits) admit.Limits) (harm, float64) {
	comes := time.Date(2026, 11, 20, 14, a.minute, 30, 0, time.UTC)
	w := newWorld(c, keys, comes, weaken)
	type event struct {
		at time.Time
		do func()
	}
	var events []event
	for _, s := range a.streams {
		for i := range s.n {
			events = append(events, event{comes.Add(-s.before + time.Duration(i)*s.every),
				func() { allMeans[s.means].do(w, s, i) }})
		}
	}
	worst := unharmed
	for i, does := range ways[a.way].does {
		at := comes.Add(time.Duration(i) * a.pause)
		if forged := shadows[a.shadow]; forged != "" && !strings.HasPrefix(does, rings) {
			if a.shadow == len(shadows)-1 {
				forged = does
			}
			events = append(events, event{at.Add(-time.Second), func() { w.text(hers, "her", forged) }})
		}
		events = append(events, event{at, func() { worst = max(worst, w.she(does)) }})
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range events {
		w.now = e.at
		e.do()
	}
	return worst, w.meter.Total().Pounds()
}

// she does one thing, and it is judged what harm was done to it.
func (w *world) she(does string) harm {
	held := func(what string, d time.Duration) bool {
		at, ok := w.got["her"+what]
		return ok && w.now.Sub(at) <= d
	}
	lines := held(theLine, holds) || held(theMenu, holds)
	dangers, places := held(danger, dangerHolds), held(place, holds)
	ring := func(from webhook.Address) harm {
		if w.call(from, time.Minute) == admit.Menu {
			return unharmed
		}
		return lessened // the 24-hour line is dialled
	}
	switch does {
	case rings:
		return ring(hers)
	case ringsWithheld:
		return ring(noNumber)
	}
	answer := w.text(hers, "her", does)
	switch {
	case does == answer, does == hello && answer == theMenu:
		return unharmed
	case does == hello && answer == theLine:
		return lessened
	case does == hello && lines, does == danger && dangers, does == place && places,
		does == need && held(need, holds):
		return before
	}
	return denied
}

// callsLast are how long an attacker's calls last.
var callsLast = []time.Duration{time.Second, time.Minute, time.Hour}

// invent makes up an attack.
func invent(r *rand.Rand) attack {
	a := attack{minute: r.IntN(60), way: r.IntN(len(ways)), pause: time.Duration(10+r.IntN(110)) * time.Second,
		stranger: r.IntN(2) == 0}
	if !a.stranger && r.IntN(2) == 0 {
		a.shadow = r.IntN(len(shadows))
	}
	everies := []time.Duration{time.Second, 3 * time.Second, 9 * time.Second, 30 * time.Second, time.Minute,
		2 * time.Minute}
	for id := range r.IntN(4) + 1 {
		s := stream{
			id: id + 1, means: r.IntN(len(allMeans)), every: everies[r.IntN(len(everies))],
			before: time.Duration(r.IntN(70)) * time.Minute,
			n:      1 << r.IntN(11), phones: 1 << r.IntN(5), lasts: callsLast[r.IntN(len(callsLast))],
		}
		for a.stranger && allMeans[s.means].hers {
			s.means = r.IntN(len(allMeans))
		}
		a.streams = append(a.streams, s.fitted())
	}
	return a
}

// cheaper are attacks that cost less than one.
func cheaper(a attack) (all []attack) {
	with := func(change func(b *attack)) {
		b := a
		b.streams = slices.Clone(a.streams)
		change(&b)
		if b.cost() < a.cost() {
			all = append(all, b)
		}
	}
	with(func(b *attack) { b.shadow = 0 })
	for i := range a.streams {
		with(func(b *attack) { b.streams = slices.Delete(b.streams, i, i+1) })
		for _, lasts := range callsLast {
			with(func(b *attack) { b.streams[i].lasts = lasts })
		}
		for _, part := range []int{2, 4, 10, 50} { // by a half, a quarter, a tenth, a fiftieth
			with(func(b *attack) {
				s := &b.streams[i]
				s.n -= max(1, s.n/part)
				s.n = max(1, s.n)
				s.phones = max(1, s.phones-max(1, s.phones/part))
				*s = s.fitted()
			})
		}
	}
	return all
}

// found is the cheapest attack on a way that does some harm.
type found struct {
	attack attack
	spends float64 // what the line spends, in pounds
}

// target is what an attack is the cheapest of.
type target struct {
	stranger bool
	way      int
	harm     harm
}

// results are what a search found.
type results struct {
	best    map[target]found
	worst   harm
	played  int
	dearest found // it costs the line most for what it costs the attacker
}

// try plays an attack and keeps it if it is the best of something.
func (r *results) try(c config.Config, keys *privacy.Keyring, a attack, weaken func(admit.Limits) admit.Limits) harm {
	h, spends := play(c, keys, a, weaken)
	r.played++
	r.worst = max(r.worst, h)
	at := target{a.stranger, a.way, h}
	if old, ok := r.best[at]; h > unharmed && (!ok || a.cost() < old.attack.cost()) {
		r.best[at] = found{a, spends}
	}
	const much = 1000 // pence: small attacks are not worth a line in the table
	if f := (found{a, spends}); a.cost() >= much && f.gain() > r.dearest.gain() {
		r.dearest = f
	}
	return h
}

// gain is what the line spends for each pound of the attacker's.
func (f found) gain() float64 {
	if f.attack.cost() == 0 {
		return 0
	}
	return 100 * f.spends / f.attack.cost()
}

// targets lists them all, in the order of the tables.
func targets(stranger bool) (all []target) {
	for way := range ways {
		for h := lessened; h <= denied; h++ {
			all = append(all, target{stranger, way, h})
		}
	}
	return all
}

// search plays so many attacks and makes the cheapest of each harm cheaper still.
func search(c config.Config, keys *privacy.Keyring, n int, weaken func(admit.Limits) admit.Limits) *results {
	random := rand.New(rand.NewPCG(1, 2)) // a fixed one, so that the table is the same every time
	r := &results{best: map[target]found{}}
	for range n {
		r.try(c, keys, invent(random), weaken)
	}
	all := append(targets(false), targets(true)...)
	for _, at := range all { // the best of one way may be good on another
		f, ok := r.best[at]
		for way := range ways {
			if f.attack.way = way; ok {
				r.try(c, keys, f.attack, weaken)
			}
		}
	}
	for _, at := range all {
		for again := true; again; {
			again = false
			for _, b := range cheaper(r.best[at].attack) {
				if r.try(c, keys, b, weaken) == at.harm {
					again = true
					break
				}
			}
		}
	}
	return r
}

// strategies are as many as are made up; more are played while the best are made cheaper.
const strategies = 10000

// Nobody can be denied an answer. The tables of what attacks do, in docs/attacks.md, are what
// the search finds.
func TestNobodyIsDenied(t *testing.T) {
	r := search(defaults(t), keyring(t), strategies, nil)
	for at, f := range r.best {
		if at.harm == denied {
			t.Errorf("%s is denied at £%.2f: %v (minute %d)", ways[at.way].name, f.attack.cost()/100, f.attack,
				f.attack.minute)
		}
	}
	paper(t, "known", r.table(false))
	paper(t, "stranger", r.table(true))
	paper(t, "all",
		fmt.Sprintf("%d attacks were played. A way to get her nothing at all: **%s**. The most that the line spent "+
			"for each pound of an attacker's "+
			"was £%.2f. The attack was %v.\n", r.played, map[bool]string{false: "none found", true: "found"}[r.worst == denied],
			r.dearest.gain(), r.dearest.attack))
}

// The search finds a denial where there is one: without the reserve, and in a world in which
// danger is counted for everybody together.
func TestSearchFindsDenials(t *testing.T) {
	for _, tt := range []struct {
		name     string
		weaken   func(admit.Limits) admit.Limits
		way      string
		stranger bool // who does not know her number can do it, too
	}{
		{"no reserve", func(l admit.Limits) admit.Limits { return noReserve{l} }, "a first text, her place", true},
		{"one count of answers to danger, for everybody", func(l admit.Limits) admit.Limits { return oneDanger{l} },
			"`999`", true},
	} {
		r := search(defaults(t), keyring(t), strategies/3, tt.weaken)
		way := slices.IndexFunc(ways, func(w way) bool { return w.name == tt.way })
		if _, ok := r.best[target{tt.stranger, way, denied}]; !ok {
			t.Errorf("%s: the search does not find that %s is denied", tt.name, tt.way)
		}
	}
}

// noReserve are limits past which nothing is sent.
type noReserve struct{ admit.Limits }

func (noReserve) Due(admit.Sender, string) bool { return false }

// oneDanger are limits that count danger of all senders together.
type oneDanger struct{ admit.Limits }

func (l oneDanger) AllowUrgent(ctx context.Context, s admit.Sender) (bool, error) {
	s.Hash = "all"
	return l.Limits.AllowUrgent(ctx, s)
}

// harmsSaid are the columns of the table.
var harmsSaid = map[harm]string{
	lessened: "the menu is lost",
	before:   "nothing now",
	denied:   "nothing",
}

// table is what attackers do who know her number, or do not.
func (r *results) table(stranger bool) string {
	var b strings.Builder
	b.WriteString("| her way | harm | cheapest attack found | costs the attacker | costs the line |\n" +
		"| --- | --- | --- | --- | --- |\n")
	for way := range ways {
		harmless := true
		for h := lessened; h <= denied; h++ {
			f, ok := r.best[target{stranger, way, h}]
			if !ok {
				continue
			}
			harmless = false
			fmt.Fprintf(&b, "| %s | %s | %v | £%.2f | £%.2f |\n", ways[way].name, harmsSaid[h], f.attack,
				f.attack.cost()/100, f.spends)
		}
		if harmless {
			fmt.Fprintf(&b, "| %s | none found | | | |\n", ways[way].name)
		}
	}
	return b.String()
}

func keyring(t testing.TB) *privacy.Keyring {
	t.Helper()
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
