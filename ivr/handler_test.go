package ivr_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/testbook"
	"signpost/internal/admit"
	"signpost/internal/budget"
	"signpost/internal/counters"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
	"signpost/ivr"
)

const (
	base     = "https://x.example"
	line     = "+441632960000"
	mobile   = "+447400123456"
	withheld = "anonymous"
	helpline = "08081570010"
	greeting = "Info line"
)

// channel is a handler under test, with the cost budget on a real Redis.
type channel struct {
	*ivr.Handler
	meter       *budget.Meter
	now         time.Time
	maintenance bool
	counts      map[ivr.Event]int
	tallies     []string
}

func newChannel(t testing.TB, keeper budget.Keeper) *channel {
	t.Helper()
	return newChannelOf(t, testbook.Load(t), keeper)
}

func newChannelOf(t testing.TB, b *flows.Book, keeper budget.Keeper) *channel {
	t.Helper()
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	c := &channel{now: time.Date(2026, 11, 18, 14, 10, 0, 0, time.UTC), counts: map[ivr.Event]int{}}
	clock := func() time.Time { return c.now }
	c.meter = &budget.Meter{Keeper: keeper, Limit: 1000, Now: clock, Log: slog.New(slog.DiscardHandler)}
	c.Handler = &ivr.Handler{
		Book: func() *flows.Book { return b },
		Admission: &admit.Calls{
			Keys: keys, Meter: c.meter, Minute: 5, CallerLimit: 3, Maintenance: func() bool { return c.maintenance },
			Now: clock,
		},
		Positions: ivr.Positions{Keys: keys, Now: clock}, BaseURL: base, CallerID: "+441632960111", Now: clock,
		Silent: &ivr.SilentCalls{Now: clock},
		Log:    slog.New(slog.DiscardHandler),
		Count:  func(e ivr.Event) { c.counts[e]++ },
		Tally: func(_ string, k counters.Kind) {
			c.tallies = append(c.tallies, fmt.Sprint(k.Channel, " ", k.Area, " ", k.Service, " ", k.Outcome))
		},
	}
	return c
}

// spend spends so many tenths of every share.
func (c *channel) spend(tenths budget.Money) {
	for _, k := range budget.Kinds() {
		c.meter.Spend(k, c.meter.LimitOf(k)*tenths/10)
	}
}

// event is an event of a call, with the position of a follow-up URL.
func event(call, link string) webhook.Call {
	c := webhook.Call{ID: call, Caller: twilio.ParseAddress(mobile), Line: line}
	if u, err := url.Parse(link); err == nil {
		c.Position = u.Query().Get(webhook.PositionParam)
	}
	return c
}

func (c *channel) press(link, keys string) webhook.CallReply {
	e := event("CA1", link)
	e.Keys = keys
	return c.Key(e)
}

// start begins a call and presses keys, as far as the reply asks for one.
func (c *channel) start(keys string) webhook.CallReply {
	r := c.Start(event("CA1", ""))
	for _, k := range keys {
		r = c.press(next(r), string(k))
	}
	return r
}

// next is the URL that a reply asks for what comes next.
func next(r webhook.CallReply) string {
	for _, i := range r {
		switch i := i.(type) {
		case webhook.Gather:
			return i.URL
		case webhook.Dial:
			return i.URL
		}
	}
	return ""
}

// said is all that a reply says, and its numbers without blanks.
func said(r []webhook.Instruction) string {
	var b strings.Builder
	for _, i := range r {
		switch i := i.(type) {
		case webhook.Gather:
			b.WriteString(said(i.Prompt))
		case webhook.Play:
			b.WriteString("(" + i.URL + ")")
		case webhook.Say:
			for _, part := range i.Speech {
				b.WriteString(part.Words + strings.ReplaceAll(part.Number, " ", "") + " ")
			}
		}
	}
	return b.String()
}

// shape is what a reply does, in one word for each instruction.
func shape(r webhook.CallReply) string {
	var names []string
	for _, i := range r {
		names = append(names, strings.TrimPrefix(fmt.Sprintf("%T", i), "webhook."))
	}
	return strings.Join(names, " ")
}

// Each caller is answered as decided, with every fault.
func TestStart(t *testing.T) {
	r := testkit.StartRedis(t)
	faults := []struct {
		name string
		set  func(c *channel)
	}{
		{"all well", func(*channel) {}},
		{"rang often", func(c *channel) { c.start(""); c.start(""); c.start("") }},
		{"the budget is nearly spent", func(c *channel) { c.spend(9) }},
		{"the budget is spent", func(c *channel) { c.spend(10) }},
		{"maintenance", func(c *channel) { c.maintenance = true }},
	}
	const menu, line24, number = "Gather Redirect", "Gather Hangup", "Say Hangup"
	for _, tt := range []struct {
		caller, from string
		want         []string // in the order of faults
	}{
		{"a mobile", mobile, []string{menu, line24, menu, line24, number}},
		{"a landline", "+441614960001", []string{menu, menu, menu, line24, number}},
		{"from elsewhere", "+33612345678", []string{menu, menu, menu, line24, number}},
		{"over the internet", "sip:somebody@example.org", []string{menu, menu, menu, line24, number}},
		{"withheld", withheld, []string{menu, menu, menu, line24, number}},
	} {
		for i, fault := range faults {
			t.Run(tt.caller+", "+fault.name, func(t *testing.T) {
				s, err := store.Open(store.Options{URL: r.URL(), Wait: time.Minute})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				c := newChannel(t, s)
				fault.set(c)
				before := c.meter.Total()
				e := event("CA9", "")
				e.Caller = twilio.ParseAddress(tt.from)
				reply := c.Start(e)
				if got := shape(reply); got != tt.want[i] {
					t.Errorf("answered %s", got)
				}
				offered := tt.want[i] == menu
				got := said(reply)
				fallback := strings.Contains(got, helpline) && strings.Contains(got, "9 9 9")
				if strings.Contains(got, greeting) != offered || fallback == offered {
					t.Errorf("hears %q", got)
				}
				if spent := c.meter.Total() - before; (spent == 5) != (tt.want[i] != number) {
					t.Errorf("cost %v", spent)
				}
			})
		}
	}
}

// Past the limits any key has the 24-hour line dialled, again after a leg that nobody
// answered, and the star still leaves. There is no way from there to the menu.
func TestHelplineOnly(t *testing.T) {
	c := newChannel(t, nil)
	c.spend(10)
	offered := c.start("")
	if g, ok := offered[0].(webhook.Gather); !ok || g.Silence || shape(offered) != "Gather Hangup" ||
		!strings.Contains(said(offered), helpline) {
		t.Fatalf("offered %+v", offered)
	}
	for _, key := range []string{"1", "5", "0", "9", "#"} {
		dialled := c.press(next(offered), key)
		dial, ok := dialled[len(dialled)-1].(webhook.Dial)
		if !ok || len(dial.Lines) == 0 || dial.Lines[0].E164 != "+448081570010" {
			t.Fatalf("the key %s gets %+v", key, dialled)
		}
		for range 100 { // as often as nobody answers
			e := event("CA1", dial.URL)
			e.Leg = webhook.LegEnd{Status: webhook.LegBusy, Bridged: true}
			reply := c.Leg(e)
			if shape(reply) == "Say Hangup" {
				if !strings.Contains(said(reply), helpline) {
					t.Errorf("the last words are %q", said(reply))
				}
				break
			}
			if passing := c.press(next(reply), "1"); strings.Contains(said(passing), greeting) {
				t.Fatalf("a key in passing leads to %q", said(passing))
			}
			if dial, ok = reply[len(reply)-1].(webhook.Dial); !ok {
				t.Fatalf("after a leg: %+v", reply)
			}
		}
	}
	if got := c.press(next(offered), "*"); shape(got) != "Say Hangup" || strings.Contains(said(got), helpline) {
		t.Errorf("leaving says %q", said(got))
	}
}

// A call is charged by the minutes that it and its legs lasted, from its own share.
func TestCharges(t *testing.T) {
	const minute = 5
	for _, tt := range []struct {
		name, from string
		kind       budget.Kind
		lasted     time.Duration
		leg        time.Duration
		minutes    budget.Money
	}{
		{"hung up at once", mobile, budget.CallsHome, time.Second, 0, 1},
		{"no report of its length", mobile, budget.CallsHome, 0, 0, 1},
		{"a minute", withheld, budget.CallsWithheld, time.Minute, 0, 1},
		{"a minute and a second", withheld, budget.CallsWithheld, 61 * time.Second, 0, 2},
		{"a talk of an hour", "+33612345678", budget.CallsElsewhere, 61 * time.Minute, time.Hour, 121},
		{"nonsense", mobile, budget.CallsHome, 1000 * time.Hour, 0, 240},
	} {
		c := newChannel(t, nil)
		e := event("CA1", "")
		e.Caller = twilio.ParseAddress(tt.from)
		e.Position = ""
		c.Start(e)
		if tt.leg > 0 {
			e.Leg = webhook.LegEnd{Status: webhook.LegAnswered, Bridged: true, Duration: tt.leg}
			c.Leg(e)
		}
		e.CallerGone, e.Duration = true, tt.lasted
		c.Ended(e)
		e.Outbound = true // a leg's own report
		c.Ended(e)
		if got := c.meter.Of(tt.kind); got != tt.minutes*minute || got != c.meter.Total() {
			t.Errorf("%s: %d of its kind, %d in all, want %d minutes", tt.name, got, c.meter.Total(), tt.minutes)
		}
	}
}

// Every key does what the menu says, and what is no key does no harm.
func TestKey(t *testing.T) {
	for _, tt := range []struct {
		name, before, keys string
		shape, says        string
	}{
		{"a choice", "", "1", "Gather Redirect", "Carnmoor or Penwick"},
		{"a doubled key", "", "11", "Gather Redirect", "Carnmoor or Penwick"},
		{"silence", "", "", "Gather Redirect", "Here it is again"},
		{"no choice", "", "8", "Gather Redirect", greeting},
		{"not a key", "", "x", "Gather Redirect", greeting},
		{"back", "1", "9", "Gather Redirect", greeting},
		{"5 for 999", "", "5", "Gather Redirect", "ring 9 9 9"},
		{"9 for 999", "", "9", "Gather Redirect", "ring 9 9 9"},
		{"112, keyed fast", "11", "2", "Gather Redirect", "ring 9 9 9"},
		{"a number", "1", "1", "Gather Redirect", "01614960001"},
		{"another number", "12", "2", "Gather Redirect", "03069990005"},
		{"to be connected", "11", "1", "Gather Dial", ""},
		{"the helpline", "", "0", "Gather Dial", ""},
		{"leaving", "1", "*", "Say Hangup", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChannel(t, nil)
			r := c.press(next(c.start(tt.before)), tt.keys)
			if got := said(r); shape(r) != tt.shape || !strings.Contains(got, tt.says) {
				t.Errorf("%s: %q", shape(r), got)
			}
		})
	}
	c := newChannel(t, nil)
	again := c.start("1#")
	if g, ok := again[0].(webhook.Gather); !ok || !g.Prompt[0].(webhook.Say).Slow {
		t.Errorf("# does not repeat slowly: %+v", again)
	}
	r := c.start("")
	for range 100 {
		if r = c.press(next(r), "#"); next(r) == "" {
			break
		}
	}
	if shape(r) != "Say Hangup" || !strings.Contains(said(r), helpline) || c.counts[ivr.TooLong] != 1 {
		t.Errorf("an endless call ends with %s, %q", shape(r), said(r))
	}
}

// A position fits its own call only, cannot be altered, and expires: otherwise the call
// starts again.
func TestPosition(t *testing.T) {
	c := newChannel(t, nil)
	link := next(c.start(""))
	if again := next(c.Start(event("CA1", ""))); again != link {
		t.Error("a repeated webhook gets another reply")
	}
	for _, tt := range []struct {
		name, call, link string
		after            time.Duration
		opens            bool
	}{
		{"ours", "CA1", link, 0, true}, {"another call", "CA2", link, 0, false},
		{"altered", "CA1", link + "A", 0, false},
		{"cut", "CA1", link[:len(link)-4], 0, false}, {"none", "CA1", "", 0, false},
		{"expired", "CA1", link, 7 * time.Hour, false},
	} {
		c.now = c.now.Add(tt.after)
		e := event(tt.call, tt.link)
		e.Keys = "1"
		got := said(c.Key(e))
		if strings.Contains(got, "Carnmoor") != tt.opens || !tt.opens && !strings.Contains(got, greeting) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// A service is shown our number, its lines report their ends, and the chain goes on until
// somebody answers. After a talk nothing is said.
func TestLeg(t *testing.T) {
	c := newChannel(t, nil)
	dialled := c.start("121")
	dial, ok := dialled[len(dialled)-1].(webhook.Dial)
	want := []webhook.DialLine{{E164: "+441614960003", StatusURL: base + ivr.StatusPath}}
	if !ok || dial.CallerID != line || !slices.Equal(dial.Lines, want) {
		t.Fatalf("dialled %+v", dialled)
	}
	const minute = time.Minute
	for _, tt := range []struct {
		name       string
		leg        webhook.LegEnd
		count      ivr.Event
		shape      string
		lost       string // the shape when the position is lost
		wantsTally string
	}{
		{"talked", webhook.LegEnd{Status: webhook.LegAnswered, Bridged: true, Duration: minute}, "leg_answered",
			"Hangup", "Hangup", "answered"},
		{"gone at once", webhook.LegEnd{Status: webhook.LegAnswered, Bridged: true, Duration: time.Second}, "leg_short",
			"Gather Redirect", "Gather Redirect", "short"},
		{"not accepted", webhook.LegEnd{Status: webhook.LegAnswered}, "leg_machine", "Gather Dial", "Gather Redirect",
			"machine"},
		{"rang out", webhook.LegEnd{Status: webhook.LegNoAnswer, Bridged: true}, "leg_no_answer", "Gather Dial",
			"Gather Redirect", "no_answer"},
		{"engaged", webhook.LegEnd{Status: webhook.LegBusy, Bridged: true}, "leg_engaged", "Gather Dial",
			"Gather Redirect", "engaged"},
		{"failed", webhook.LegEnd{Status: webhook.LegFailed, Bridged: true}, "leg_failed", "Gather Dial",
			"Gather Redirect", "failed"},
		{"cancelled", webhook.LegEnd{Status: webhook.LegCanceled, Bridged: true}, "leg_failed", "Gather Dial",
			"Gather Redirect", "failed"},
	} {
		c.counts, c.tallies = map[ivr.Event]int{}, nil
		e := event("CA1", dial.URL)
		e.Leg = tt.leg
		if got := shape(c.Leg(e)); got != tt.shape || c.counts[tt.count] != 1 ||
			c.tallies[0] != "call  fell_team_west "+tt.wantsTally {
			t.Errorf("%s: %s, counted %v, tallied %q", tt.name, got, c.counts, c.tallies)
		}
		e.Position = ""
		if got := shape(c.Leg(e)); got != tt.lost {
			t.Errorf("%s, without a position: %s", tt.name, got)
		}
	}
}

// A service that must accept the call is asked to; only the key 1 connects it.
func TestAccept(t *testing.T) {
	c := newChannel(t, nil)
	for i := range c.Book().Services {
		c.Book().Services[i].PressToAccept = true
	}
	dial := c.start("111")
	if l := dial[len(dial)-1].(webhook.Dial).Lines[0]; l.AcceptURL != base+ivr.AcceptPath {
		t.Errorf("dialled %+v", l)
	}
	r := c.Accept(webhook.Call{ID: "CA7"})
	g, ok := r[0].(webhook.Gather)
	if shape(r) != "Gather Hangup" || !ok || g.URL != base+ivr.AcceptedPath || strings.Contains(said(r), greeting) ||
		said(r) == "" {
		t.Errorf("the person who answers hears %+v", r)
	}
	for keys, want := range map[string]string{"1": "", "": "Hangup", "2": "Hangup", "11": "Hangup"} {
		if got := shape(c.Accepted(webhook.Call{Keys: keys})); got != want {
			t.Errorf("%q gets %s", keys, got)
		}
	}
}

// The day's counts say what was given, and nothing of whom it was given to.
func TestTally(t *testing.T) {
	c := newChannel(t, nil)
	c.start("11")
	c.start("5")
	c.start("1*")
	want := []string{"call   begun", "call fellshire_north fell_team_north given", "call   begun", "call   emergency",
		"call   begun", "call   left"}
	if !slices.Equal(c.tallies, want) {
		t.Errorf("tallied %q", c.tallies)
	}
}

// A call goes on when the book has lost its step: from the start.
func TestBookLosesTheStep(t *testing.T) {
	c := newChannel(t, nil)
	link := next(c.start("1"))
	other := *c.Book()
	other.Steps = slices.Clone(other.Steps)
	for i := range other.Steps {
		if other.Steps[i].ID != other.CallStart {
			other.Steps[i].ID += "_renamed"
		}
	}
	c.Handler.Book = func() *flows.Book { return &other }
	if got := said(c.press(link, "1")); !strings.Contains(got, greeting) {
		t.Errorf("hears %q", got)
	}
}

// What callers hear when no gateway can be reached puts them through with any key, and
// says the number when nobody answers.
func TestStatic(t *testing.T) {
	b := testbook.Load(t)
	now := time.Date(2026, 11, 18, 14, 10, 0, 0, time.UTC)
	voice, connect := ivr.Static(b, now, "connect.xml", "+441632960000")
	if shape(voice) != "Gather Hangup" || next(voice) != "connect.xml" || !strings.Contains(said(voice), helpline) {
		t.Errorf("voice: %+v", voice)
	}
	if shape(connect) != "Say Dial Say Hangup" || next(connect) != "" || !strings.Contains(said(connect), helpline) {
		t.Errorf("connect: %+v", connect)
	}
	for _, in := range connect {
		if d, ok := in.(webhook.Dial); ok && d.CallerID != "+441632960000" {
			t.Errorf("the line is shown %q, not our number", d.CallerID)
		}
	}
	if got := said(voice); !strings.HasPrefix(got, "Hello.") || !strings.Contains(got, "press 1") {
		t.Errorf("hears %q", got)
	}
	// Without a number of ours to show, nobody is dialled: the provider would show the caller's.
	voice, connect = ivr.Static(b, now, "connect.xml", "")
	if shape(voice) != "Say Hangup" || len(connect) > 0 || strings.Contains(said(voice), "press 1") {
		t.Errorf("without a caller id: %+v, %+v", voice, connect)
	}
}

// A recording replaces its words, and is served to be cached.
func TestRecording(t *testing.T) {
	c := newChannel(t, nil)
	b := *c.Book()
	b.Audio = map[string]flows.Recording{"a.wav": {Data: []byte("RIFF")}}
	_, greeting, err := b.Step(time.Now(), flows.State{}, flows.Rang())
	if err != nil {
		t.Fatal(err)
	}
	b.Recorded = map[string]string{flows.SpokenKey(greeting.Speech[0].Words): "a.wav",
		flows.SpokenKey(b.FallbackSpeech()[0].Words): "a.wav", "08081570010": "a.wav"}
	c.Handler.Book = func() *flows.Book { return &b }
	if got := said(c.start("")); !strings.Contains(got, "("+base+"/audio/a.wav)") ||
		strings.Contains(got, "Fellshire") {
		t.Errorf("hears %q", got)
	}
	// What is said when something is broken needs no second request, and numbers are never
	// recorded.
	if got := said(ivr.Fallback(&b)); strings.Contains(got, "a.wav") || !strings.Contains(got, helpline) {
		t.Errorf("the safe words are %q", got)
	}
	h := ivr.AudioHandler(func(name string) (flows.Recording, bool) { r, ok := b.Audio[name]; return r, ok })
	for _, tt := range []struct {
		method, path string
		status, size int
	}{{"GET", "/audio/a.wav", 200, 4}, {"HEAD", "/audio/a.wav", 200, 0}, {"POST", "/audio/a.wav", 404, 0},
		{"GET", "/audio/b.wav", 404, 0}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, http.NoBody))
		if w.Code != tt.status || w.Body.Len() != tt.size {
			t.Errorf("%s %s: %d, %d bytes", tt.method, tt.path, w.Code, w.Body.Len())
		}
	}
}

// With any key and any token, the call goes on or says a number.
func FuzzKey(f *testing.F) {
	f.Add("1", "t")
	f.Add("*", "")
	c := newChannel(f, nil)
	c.Count, c.Tally = func(ivr.Event) {}, func(string, counters.Kind) {}
	f.Fuzz(func(t *testing.T, keys, token string) {
		if r := c.Key(webhook.Call{ID: "CA1", Keys: keys, Position: token}); len(r) == 0 || said(r) == "" {
			t.Errorf("%q: a dead line", keys)
		}
	})
}

// A service is never shown the caller's number, nor one that networks refuse. Without a
// number to show, nobody is connected, and the number is said.
func TestCallerID(t *testing.T) {
	for _, tt := range []struct{ name, line, set, want string }{
		{"our number", line, "", line},
		{"our mobile", "+447400654321", "", "+447400654321"},
		{"our 03 number", "+443069990007", "", "+443069990007"},
		{"a freephone number", "+448081570011", "+441632960111", "+441632960111"},
		{"a short code", "60777", "+441632960111", "+441632960111"},
		{"sip", "sip:line@example.org", "+441632960111", "+441632960111"},
		{"a freephone number and none set", "+448081570011", "", ""},
		{"nothing", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChannel(t, nil)
			c.CallerID = tt.set
			e := event("CA1", "")
			e.Line = tt.line
			r := c.Start(e)
			e = event("CA1", next(r))
			e.Line, e.Keys = tt.line, "0"
			r = c.Key(e)
			dial, dialled := r[len(r)-1].(webhook.Dial)
			if dialled != (tt.want != "") || dial.CallerID != tt.want {
				t.Errorf("shown %q: %+v", dial.CallerID, r)
			}
			if !dialled && (!strings.Contains(said(r), helpline) || c.counts[ivr.NoCallerID] != 1) {
				t.Errorf("no number is said, or it is not counted: %q, %v", said(r), c.counts)
			}
		})
	}
}

// Somebody who never presses a key is connected only where the line has agreed, and only
// so often in an hour.
func TestSilentCaller(t *testing.T) {
	const perHour = 2
	c := newChannel(t, nil)
	silent := func() webhook.CallReply {
		r := c.Start(event("CA1", ""))
		for range 3 {
			r = c.press(next(r), "")
		}
		return r
	}
	if r := silent(); shape(r) != "Say Hangup" || !strings.Contains(said(r), helpline) ||
		strings.Contains(said(r), "55") {
		t.Errorf("without a setting: %s %q", shape(r), said(r))
	}
	c.Book().Silent.PerHour = perHour
	c.Admission.CallerLimit = 0
	for i := range perHour + 1 {
		want := "Gather Dial"
		if i == perHour {
			want = "Say Hangup"
		}
		if r := silent(); shape(r) != want {
			t.Errorf("call %d: %s", i+1, shape(r))
		}
	}
	c.now = c.now.Add(time.Hour)
	if r := silent(); shape(r) != "Gather Dial" || c.counts[ivr.SilentCall] != perHour+1 {
		t.Errorf("the next hour: %s, counted %v", shape(r), c.counts)
	}
}

// 1 1 2 means 112 only when it is keyed without listening.
func TestTypedSlowly(t *testing.T) {
	c := newChannel(t, nil)
	r := c.start("11")
	c.now = c.now.Add(20 * time.Second)
	if got := said(c.press(next(r), "2")); strings.Contains(got, "9 9 9") || !strings.Contains(got, "03069990005") {
		t.Errorf("another number: %q", got)
	}
}

// Nobody hears a reply to a caller who has hung up, and no further line is called.
func TestCallerGone(t *testing.T) {
	c := newChannel(t, nil)
	dialled := c.start("121")
	e := event("CA1", next(dialled))
	e.Leg, e.CallerGone = webhook.LegEnd{Status: webhook.LegNoAnswer}, true
	if r := c.Leg(e); shape(r) != "Hangup" {
		t.Errorf("%+v", r)
	}
}
