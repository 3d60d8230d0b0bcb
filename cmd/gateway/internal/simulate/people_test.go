package simulate

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// person is somebody, in one conversation with the line.
type person struct {
	name    string
	number  string
	habit   string
	areas   []string // whose numbers may be given
	script  []saying
	wrote   []string
	cookie  string // that the provider keeps for the two numbers
	latest  string // the id of the text that the cookie came with the answer to
	until   time.Time
	heavy   bool // past the limits, by themselves or by who forges their number
	private []string

	behaviour  bool // has said that it is about their own behaviour
	dangers    []time.Time
	history    []porcupine.Operation
	first      map[string]said // by id of the text
	sent       map[string]bool // answers that the provider has sent on
	began, end time.Time
	hurt       bool // something may have been forgotten during the conversation
	away       bool // Redis did not answer during it
	// uncertain: the provider has lost the cookie, or texts were answered at once while Redis
	// did not reply, so that the cookie may be of the earlier one.
	uncertain bool
	flying    int       // texts that are being answered
	together  time.Time // when several last were
	judged    bool
	doubts    []doubt
}

// said is how a text was answered first.
type said struct {
	text   string
	at     time.Time
	hurt   bool
	book   uint32
	number int // of the texts before it
}

// saying is one text of a script.
type saying struct {
	text  string
	wait  time.Duration // since the one before
	areas []string      // that may be given from now on
	about bool          // about their own behaviour
}

// where are places of each area, as people write them.
var where = map[string][]string{
	"cumbria_north": {"carlisle", "penrith", "im in penrith", "CA1 1AA", "carlyle", "CA11 7AA"},
	"cumbria_west":  {"whitehaven", "workington", "im in whitehvn", "maryport"},
	"cumbria_south": {"kendal", "barrow", "ulverston", "LA9 4DQ"},
	"cheshire_east": {"crewe", "macclesfield", "congleton", "cw10 9qn"},
	"cheshire_west": {"chester", "northwich", "ellesmere port"},
	"halton":        {"widnes", "runcorn"},
	"warrington":    {"warrington", "warry"},
	"wales":         {"wrexham"},
	"scotland":      {"gretna"},
}

var areasInOrder = []string{"cumbria_north", "cumbria_west", "cumbria_south", "cheshire_east", "cheshire_west",
	"halton", "warrington", "wales", "scotland"}

var (
	hellos  = []string{"hello", "hi", "can you help", "help", "is anyone there", "Hello?"}
	dangers = []string{"he has a knife", "999", "he is coming", "help he has a knife", "hes going to kill me"}
	pranks  = []string{"lol", "the moon is made of cheese", "ur mum", "asdfgh", "pizza pls", "lol lol"}
	closers = []string{"x", "X", "thanks", "thank you xx", "STOP"}
	moves   = []string{"1", "0", "2", "1", "9", "they didnt answer", "is this a real person", "hello"}
)

// habits, as often as each is met.
var habits = []struct {
	often int
	name  string
	write func(*world, *person)
}{
	{34, "asks for a place", (*world).plain},
	{14, "asks what this is first", (*world).asksFirst},
	{10, "is in danger", (*world).inDanger},
	{7, "is worried about how they behave", (*world).ownBehaviour},
	{9, "corrects the place", (*world).corrects},
	{6, "leaves and comes back", (*world).leaves},
	{8, "sends several texts at once", (*world).bursts},
	{5, "plays a prank", (*world).pranks},
	{2, "sends texts without end", (*world).floods},
	{3, "is written for by somebody who forges their number", (*world).forged},
	{2, "writes from another country", (*world).abroad},
	{6, "tells a story with names in it", (*world).tells},
}

func (p *person) say(w *world, least, most time.Duration, text string) *saying {
	p.script = append(p.script, saying{text: text, wait: w.fate.within(least, most)})
	return &p.script[len(p.script)-1]
}

func (p *person) place(w *world, least, most time.Duration) *saying {
	area := pick(w.fate, areasInOrder)
	s := p.say(w, least, most, pick(w.fate, where[area]))
	s.areas = []string{area}
	return s
}

func (w *world) plain(p *person) {
	p.place(w, 0, 0)
	for range w.fate.chance.IntN(4) {
		p.say(w, 4*time.Second, 4*time.Minute, pick(w.fate, moves))
	}
	if w.fate.sometimes(3) {
		p.say(w, 4*time.Second, 5*time.Minute, pick(w.fate, closers))
	}
	if w.fate.sometimes(6) { // much later, when nothing may be known of before
		p.say(w, 14*time.Minute, 40*time.Minute, pick(w.fate, moves))
	}
}

func (w *world) asksFirst(p *person) {
	p.say(w, 0, 0, pick(w.fate, hellos))
	p.place(w, 5*time.Second, 3*time.Minute)
	for range w.fate.chance.IntN(3) {
		p.say(w, 4*time.Second, 4*time.Minute, pick(w.fate, moves))
	}
}

func (w *world) inDanger(p *person) {
	if w.fate.sometimes(2) {
		p.place(w, 0, 0)
	}
	p.say(w, 0, time.Minute, pick(w.fate, dangers))
	if w.fate.sometimes(2) {
		s := p.place(w, 5*time.Second, time.Minute)
		s.text = "help " + s.text + " he has a knife"
	}
	if w.fate.sometimes(2) { // goes on writing until somebody comes
		for range 4 + w.fate.chance.IntN(12) {
			p.say(w, time.Second, 40*time.Second, pick(w.fate, dangers))
		}
	}
}

func (w *world) leaves(p *person) {
	p.place(w, 0, 0)
	for range 1 + w.fate.chance.IntN(3) {
		p.say(w, 3*time.Second, time.Minute, pick(w.fate, closers))
		p.say(w, 3*time.Second, 2*time.Minute, pick(w.fate, append(moves, hellos...)))
		p.place(w, 3*time.Second, time.Minute)
		p.say(w, 3*time.Second, time.Minute, pick(w.fate, moves))
	}
}

func (w *world) ownBehaviour(p *person) {
	p.say(w, 0, 0, "how i behave").about = true
	for range 1 + w.fate.chance.IntN(8) { // most look for another way, and some keep on
		if w.fate.sometimes(2) {
			p.place(w, 5*time.Second, 4*time.Minute)
		} else {
			p.say(w, 5*time.Second, 4*time.Minute,
				pick(w.fate, []string{"hello", "1", "2", "9", "9", "0", "again", "he has a knife"}))
		}
	}
}

func (w *world) corrects(p *person) {
	p.place(w, 0, 0)
	s := p.place(w, 3*time.Second, time.Minute)
	s.text = "no sorry i meant " + strings.TrimPrefix(s.text, "im in ")
	p.say(w, 5*time.Second, time.Minute, pick(w.fate, moves))
}

func (w *world) bursts(p *person) {
	p.place(w, 0, 0)
	p.say(w, 3*time.Second, 20*time.Second, "1")
	for range 1 + w.fate.chance.IntN(3) {
		p.say(w, 0, 5*time.Millisecond, pick(w.fate, []string{"1", "1", "1", "0", "2", "9"}))
	}
	p.say(w, time.Second, time.Minute, pick(w.fate, moves))
}

func (w *world) pranks(p *person) {
	for range 3 + w.fate.chance.IntN(10) {
		p.say(w, time.Second, time.Minute, pick(w.fate, pranks))
	}
}

func (w *world) floods(p *person) {
	p.heavy = true
	for range 35 + w.fate.chance.IntN(20) {
		p.say(w, 0, 20*time.Second, pick(w.fate, append(pranks, moves...)))
	}
	p.say(w, 0, time.Minute, "he has a knife")
}

func (w *world) forged(p *person) {
	w.plain(p)
	p.heavy = true
	for range 5 + w.fate.chance.IntN(10) {
		i := w.fate.chance.IntN(len(p.script) + 1)
		p.script = slices.Insert(p.script, i, saying{text: pick(w.fate, append(pranks, closers...)),
			wait: w.fate.within(0, 20*time.Second)})
	}
}

func (w *world) abroad(p *person) {
	p.heavy = true
	p.number = fmt.Sprintf("+3361%07d", w.fate.chance.IntN(10_000_000))
	w.plain(p)
}

func (w *world) tells(p *person) {
	name := fmt.Sprintf("Zq%08dk", w.fate.chance.IntN(100_000_000))
	other := fmt.Sprintf("07400%06d", w.fate.chance.IntN(1_000_000))
	p.private = append(p.private, name, other)
	s := p.place(w, 0, 0)
	s.text = "my name is " + name + " ring me on " + other + " i live in " + strings.TrimPrefix(s.text, "im in ")
	p.say(w, 5*time.Second, time.Minute, name+" is not my friend")
	p.say(w, 5*time.Second, time.Minute, pick(w.fate, moves))
}

// forgotten reports that neither Redis nor the provider may know the conversation any more.
func (p *person) forgotten() bool { return p.hurt || p.away && p.uncertain }

// secrets are what must be nowhere.
func (p *person) secrets() []string { return append([]string{p.number[3:]}, p.private...) }

// words are the texts that the log has no reason to hold.
func (p *person) words() (all []string) {
	const short = 5 // letters: the log may have such words of its own
	for _, s := range p.wrote {
		if len(s) >= short && s != "again" && s != "hello" {
			all = append(all, s)
		}
	}
	return all
}

// recent are the people who have written lately.
func (w *world) recent() []*person { return w.people[max(0, len(w.people)-12):] }

// populate has people come, one after the other.
func (w *world) populate() {
	var next func()
	next = func() {
		if w.over {
			return
		}
		w.come()
		w.clock.after(w.untilNext(), next)
	}
	w.clock.after(w.untilNext(), next)
}

// untilNext is how long until somebody comes: more often in the evening, and on the days of a
// campaign.
func (w *world) untilNext() time.Duration {
	now := time.Now()
	daily := w.plan.daily
	switch h := now.Hour(); {
	case h < 6:
		daily /= 2
	case h >= 18:
		daily *= 1.6
	}
	if now.YearDay()%53 == 11 { // a campaign: the number is on the radio
		daily *= 6
	}
	return time.Duration(-math.Log(1-w.fate.chance.Float64()) * 24 / daily * float64(time.Hour))
}

// come has somebody begin a conversation.
func (w *world) come() {
	if w.fate.sometimes(4) {
		w.ring()
		return
	}
	p := &person{name: fmt.Sprintf("person %d", len(w.people)+1),
		number: fmt.Sprintf("+4474%08d", w.fate.chance.IntN(100_000_000)), first: map[string]said{},
		sent: map[string]bool{}, began: time.Now()}
	all := 0
	for _, h := range habits {
		all += h.often
	}
	at := w.fate.chance.IntN(all)
	for _, h := range habits {
		if at -= h.often; at < 0 {
			p.habit = h.name
			h.write(w, p)
			break
		}
	}
	w.people = append(w.people, p)
	if w.fate.sometimes(9) {
		w.clock.after(w.fate.within(0, 3*time.Minute), w.strike)
	}
	if last := w.plan.people; w.plan.without[len(w.people)] || last > 0 && len(w.people) > last {
		p.judged = true
		return
	}
	at2 := time.Duration(0)
	for _, s := range p.script {
		at2 += s.wait
		w.clock.after(at2, func() { w.text(p, s) })
	}
	p.end = time.Now().Add(at2)
	w.clock.at(p.end.Add(40*time.Minute), func() { w.judge(p) })
}

// text sends one text.
func (w *world) text(p *person, s saying) {
	w.texts++
	if s.areas != nil {
		p.areas = append(p.areas, s.areas...)
	}
	if s.about {
		p.behaviour = true
	}
	sid := w.provider.sid("SM")
	p.wrote = append(p.wrote, s.text)
	now := time.Now()
	w.provider.records[sid] = &record{created: now, final: now.Add(w.untilFinal()), from: p.number, to: line,
		body: s.text}
	form := url.Values{"MessageSid": {sid}, "From": {p.number}, "To": {line}, "Body": {s.text}, "NumMedia": {"0"}}
	w.story.says(p, "texts %q", s.text)
	send := func() {
		began, cookie := time.Now(), w.cookieOf(p)
		own := cookie != "" && p.latest == sid
		p.fly(1)
		w.send("/sms", form, cookie, func(r *reply) { w.got(p, s, sid, began, own, r) })
	}
	w.clock.after(w.clock.within(10*time.Millisecond, 60*time.Millisecond), send)
	if w.plan.faults && w.clock.sometimes(cmp.Or(w.plan.repeats, 25)) { // the provider sends it twice
		w.clock.after(w.clock.within(10*time.Millisecond, 8*time.Second), func() {
			w.spent.fault("a webhook that came twice")
			w.story.about(p, "the provider sends %s's %q once more", p.name, s.text)
			send()
		})
	}
}

// untilFinal is how long the provider refuses to delete the record of a text that came: for
// moments mostly, sometimes for minutes.
func (w *world) untilFinal() time.Duration {
	if w.clock.sometimes(15) {
		return w.clock.within(time.Minute, 10*time.Minute)
	}
	return w.clock.within(time.Second, 40*time.Second)
}

// cookieOf is the cookie that the provider has of a conversation; it may have lost it.
func (w *world) cookieOf(p *person) string {
	if time.Now().After(p.until) {
		p.cookie = ""
	}
	if p.cookie != "" && w.plan.faults && w.clock.sometimes(40) {
		w.spent.fault("a cookie that was lost")
		w.story.about(p, "the provider loses the cookie of %s", p.name)
		p.cookie, p.uncertain = "", true
	}
	return p.cookie
}

// fly counts texts that are being answered.
func (p *person) fly(n int) {
	p.flying += n
	if n > 0 && p.flying > 1 {
		p.together = time.Now()
	}
}

// got is what happens when a text has been answered. own: it came with the cookie of its own
// answer.
func (w *world) got(p *person, s saying, sid string, began time.Time, own bool, r *reply) {
	p.fly(-1)
	if !p.together.Before(began) && r.node.stormy(began) {
		p.uncertain = true
	}
	lost := w.plan.faults && r.tries == 1 && w.clock.sometimes(120)
	text, err := r.text()
	if rec := w.provider.records[sid]; rec != nil && !lost {
		rec.known = time.Now()
	}
	w.check(p, s, sid, began, own, r, text, err)
	if lost { // the answer never reaches the provider, which asks another gateway
		p.uncertain = true
		w.spent.fault("an answer that was lost")
		w.story.about(p, "the answer to %s is lost on its way", p.name)
		form := url.Values{"MessageSid": {sid}, "From": {p.number}, "To": {line}, "Body": {s.text}, "NumMedia": {"0"}}
		w.posts++
		own := p.cookie != "" && p.latest == sid
		p.fly(1)
		w.try(&post{turn: w.posts, target: "/sms", form: form, cookie: p.cookie, tries: 1,
			then: func(r *reply) { w.got(p, s, sid, began, own, r) }})
		return
	}
	if c := r.cookie(); c != "" {
		p.cookie, p.until, p.latest = c, time.Now().Add(4*time.Hour), sid
	}
	if text == "" || p.sent[sid] {
		return
	}
	p.sent[sid] = true
	w.sentText(p, text)
}

// sentText is how a reply of ours goes on: it is sent, and mostly reported as delivered.
func (w *world) sentText(p *person, text string) {
	out := w.provider.sid("SM")
	now := time.Now()
	rec := &record{created: now, final: now.Add(w.clock.within(2*time.Second, 10*time.Second)), from: line,
		to: p.number, body: text}
	w.provider.records[out] = rec
	report := func(status string) {
		w.send("/sms/status", url.Values{"MessageSid": {out}, "MessageStatus": {status}, "From": {line},
			"To": {p.number}}, "", func(*reply) {
			if status == "delivered" {
				rec.known = time.Now()
			}
		})
	}
	w.clock.after(w.clock.within(300*time.Millisecond, 900*time.Millisecond), func() { report("sent") })
	if w.plan.faults && w.clock.sometimes(15) {
		w.spent.fault("a report of delivery that never came")
		return
	}
	d := w.clock.within(time.Second, 20*time.Second)
	if w.plan.faults && w.clock.sometimes(30) {
		d = w.clock.within(time.Minute, 3*time.Hour) // the phone was off
		rec.final = now.Add(d)
	}
	w.clock.after(d, func() { report("delivered") })
}
