package simulate

import (
	"fmt"
	"time"
)

// fault is something that happens to the gateways. Strict ones may make nobody forget
// anything: every rule holds through them.
type fault struct {
	often int
	name  string
	does  func(*world) time.Duration // and for how long something may have been forgotten from now on; 0: not at all
}

var faults = []fault{
	{10, "a gateway crashes", func(w *world) time.Duration { w.crash(); return 0 }},
	{5, "a deployment replaces every gateway", func(w *world) time.Duration { w.deploy(); return 0 }},
	{6, "the flow book changes", func(w *world) time.Duration { w.changeBook(); return 0 }},
	{3, "the provider's token is rotated", func(w *world) time.Duration { w.rotateToken(); return 0 }},
	{3, "the key is rotated", func(w *world) time.Duration { w.rotateKey(); return 0 }},
	{4, "maintenance", func(w *world) time.Duration { w.maintain(); return 0 }},
	{4, "the provider's API fails", func(w *world) time.Duration { w.failAPI(); return 0 }},
	{6, "Redis is slow", func(w *world) time.Duration {
		return w.badWeather(weather{slow: w.harm.within(5*time.Millisecond, 60*time.Millisecond)})
	}},
	{6, "Redis hangs", func(w *world) time.Duration { return w.badWeather(weather{cut: true}) }},
	{4, "Redis cannot be reached",
		func(w *world) time.Duration { return w.badWeather(weather{cut: true, refuse: true}) }},
	{4, "questions to Redis get lost", func(w *world) time.Duration { return w.badWeather(weather{lose: 4}) }},
	{4, "answers of Redis get lost", func(w *world) time.Duration { return w.badWeather(weather{loseBack: 4}) }},
	{3, "Redis is emptied", func(w *world) time.Duration { w.redis.m.FlushAll(); return time.Second }},
	{4, "Redis fails over to a replica that lags", func(w *world) time.Duration { return w.failOver() }},
	{3, "Redis answers with errors", func(w *world) time.Duration { return w.refuse() }},
	{2, "the clock of Redis is wrong", func(w *world) time.Duration { return w.skew() }},
}

// forgotten is how long after a fault of Redis a conversation may still show it.
const forgotten = 45 * time.Minute

// strike has one fault happen.
func (w *world) strike() {
	if w.over {
		return
	}
	if w.plan.strikes != nil {
		name := pick(w.harm, w.plan.strikes)
		for _, f := range faults {
			if f.name == name && !time.Now().Before(w.quietUntil) {
				w.befall(f)
			}
		}
		return
	}
	all := 0
	for _, f := range faults {
		all += f.often
	}
	at := w.harm.chance.IntN(all)
	for _, f := range faults {
		if at -= f.often; at >= 0 {
			continue
		}
		if w.plan.faults && !time.Now().Before(w.quietUntil) {
			w.befall(f)
		}
		return
	}
}

// befall has a fault happen, unless it is spared.
func (w *world) befall(f fault) {
	w.struck++
	number := w.struck
	if last := w.plan.strokes; w.plan.spared[number] || last > 0 && number > last {
		return
	}
	w.uneven = time.Now()
	w.spent.fault(f.name)
	w.story.around("fault %d: %s", number, f.name)
	w.clock.note("fault %d %s", number, f.name)
	w.spoil()
	w.stir()
	if d := f.does(w); d > 0 {
		w.trouble(d)
	}
}

// trouble says that conversations may have been forgotten for a while.
func (w *world) trouble(d time.Duration) {
	until := time.Now().Add(d + forgotten)
	if until.After(w.troubled) {
		w.troubled = until
	}
	for _, p := range w.recentlyBusy() {
		p.hurt = true
	}
}

// recentlyBusy are the people whose conversations may still be going on.
func (w *world) recentlyBusy() (busy []*person) {
	for _, p := range w.people {
		if !p.judged {
			busy = append(busy, p)
		}
	}
	return busy
}

// disturb has faults happen, whether or not somebody is there.
func (w *world) disturb() {
	least, most := 12*time.Hour, 96*time.Hour
	if w.plan.every > 0 {
		least, most = w.plan.every/2, w.plan.every*3/2
	}
	var next func()
	next = func() {
		w.strike()
		w.clock.after(w.harm.within(least, most), next)
	}
	w.clock.after(w.harm.within(least/12, most/4), next)
}

// calm ends every fault that lasts.
func (w *world) calm() {
	for _, n := range w.nodes {
		n.weather = weather{}
	}
	w.redis.m.SetError("")
	w.redis.skew, w.provider.failing = 0, 0
	w.plan.faults = false
}

// badWeather comes over one gateway's way to Redis, or all.
func (w *world) badWeather(bad weather) time.Duration {
	lasts := w.harm.within(2*time.Second, 4*time.Minute)
	if until := time.Now().Add(lasts + forgotten); until.After(w.distant) {
		w.distant = until
	}
	for _, p := range w.recentlyBusy() {
		p.away = true
	}
	struck := w.live()
	if w.harm.sometimes(2) {
		struck = struck[:1]
	}
	for _, n := range struck {
		n.weather = bad
		if bad.refuse {
			n.cut()
		}
	}
	w.clock.after(lasts, func() {
		for _, n := range struck {
			n.weather = weather{}
			if bad.loses() {
				n.cleared = time.Now()
			}
		}
		w.uneven = time.Now()
		w.story.around("Redis is well again")
		w.spoil()
		w.stir()
	})
	return 0 // nobody's conversation is lost: the provider keeps it as well
}

// stormy reports whether Redis may not have answered a gateway at some time since.
func (n *node) stormy(since time.Time) bool { return n.cleared.After(since) || n.weather.loses() }

func (w *world) failOver() time.Duration {
	known := w.redis.copy(true)
	lag := w.harm.within(10*time.Millisecond, 3*time.Second)
	w.clock.after(lag, func() {
		w.redis.restore(known)
		w.story.around("the replica takes over; it misses what came in the last %v", lag.Round(time.Millisecond))
	})
	return lag
}

// refusals are errors that a Redis in trouble answers everything with.
var refusals = []string{
	"READONLY You can't write against a read only replica.", "LOADING Redis is loading the dataset in memory",
	"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
	"OOM command not allowed when used memory > 'maxmemory'.", "MOVED 3999 127.0.0.1:6381",
	"NOSCRIPT No matching script. Please use EVAL.",
}

func (w *world) refuse() time.Duration {
	w.redis.m.SetError(pick(w.harm, refusals))
	lasts := w.harm.within(time.Second, time.Minute)
	w.clock.after(lasts, func() { w.redis.m.SetError("") })
	return lasts
}

func (w *world) skew() time.Duration {
	w.redis.skew = w.harm.within(-20*time.Second, 20*time.Second)
	lasts := w.harm.within(time.Minute, time.Hour)
	w.clock.after(lasts, func() { w.redis.skew = 0 })
	return lasts
}

func (w *world) crash() {
	n := pick(w.harm, w.live())
	if len(w.live()) < 2 {
		return
	}
	w.story.around("gateway %s crashes", n.name)
	n.crash()
	w.clock.after(w.harm.within(2*time.Second, time.Minute), func() { w.replace(n) })
}

// replace puts a new gateway in another's place.
func (w *world) replace(old *node) {
	fresh := w.start(w.nextName())
	for i, n := range w.nodes {
		if n == old {
			w.nodes[i] = fresh
		}
	}
	w.story.around("gateway %s begins in place of %s", fresh.name, old.name)
	w.stir()
}

// deploy replaces the gateways one after the other by some with the present settings, and
// then does what follows.
func (w *world) deploy(then ...func()) {
	w.configure()
	w.story.around("a deployment begins")
	w.quietUntil = time.Now().Add(5 * time.Minute) // nothing else meanwhile but crashes of its own
	at := time.Duration(0)
	for i := range w.nodes {
		w.clock.after(at, func() {
			old := w.nodes[i]
			w.replace(old)
			w.spoil()
			if !old.dead {
				old.stop()
			}
		})
		at += w.harm.within(5*time.Second, 40*time.Second)
	}
	for _, f := range then {
		w.clock.after(at+5*time.Second, f)
	}
}

func (w *world) changeBook() {
	for {
		if next := pick(w.harm, w.books); next != w.book {
			w.book = next
			break
		}
	}
	w.changed = time.Now()
	b := w.book
	for _, n := range w.live() {
		w.clock.after(w.harm.within(0, time.Second), func() {
			if !n.dead {
				n.g.Use(b)
			}
		})
	}
}

// rotateToken does what the operator's guide says: both are known, then the new one signs,
// then the old one goes.
func (w *world) rotateToken() {
	old := w.provider.token
	w.tokens++
	fresh := fmt.Sprintf("%032x", w.tokens)
	w.settings["TWILIO_AUTH_TOKEN"] = old + "," + fresh
	w.provider.tokens = []string{old, fresh}
	w.deploy(func() {
		w.provider.token = fresh
		w.provider.tokens = []string{fresh}
		w.story.around("the new token signs")
		w.clock.after(time.Minute, func() {
			w.settings["TWILIO_AUTH_TOKEN"] = fresh
			w.deploy()
		})
	})
	w.quietUntil = time.Now().Add(15 * time.Minute)
}

// rotateKey does what the guide to privacy says.
func (w *world) rotateKey() {
	old, fresh := w.secret, (w.secret+1)%len(secrets)
	w.secret = fresh
	w.settings["PRIVACY_KEY"] = secrets[old] + "," + secrets[fresh]
	w.deploy(func() {
		w.settings["PRIVACY_KEY"] = secrets[fresh] + "," + secrets[old]
		w.deploy(func() {
			w.clock.after(26*time.Hour, func() {
				w.settings["PRIVACY_KEY"] = secrets[fresh]
				w.deploy()
			})
		})
	})
	w.quietUntil = time.Now().Add(30 * time.Hour)
}

func (w *world) maintain() {
	lasts := w.harm.within(time.Minute, 2*time.Hour)
	until := time.Now().Add(lasts)
	w.redis.age()
	_ = w.redis.m.Set("maintenance", fmt.Sprint(until.Unix()))
	w.redis.m.SetTTL("maintenance", lasts)
	w.tight = until.Add(time.Minute)
}

func (w *world) failAPI() {
	w.provider.failing = pick(w.harm, []int{500, 503, 429})
	w.clock.after(w.harm.within(time.Minute, 8*time.Hour), func() {
		w.provider.failing = 0
		w.uneven = time.Now()
		w.stir()
	})
}
