package ivr_test

import (
	"fmt"
	"log/slog"
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
		Silent: &ivr.SilentCallLimiter{Now: clock},
		Log:    slog.New(slog.DiscardHandler),
		Count:  func(e ivr.Event) { c.counts[e]++ },
		AddCount: func(_ string, k counters.Kind) {
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
		mistaken := key == "5" || key == "9" // for 999
		if told := strings.Contains(said(dialled), "hang up and ring 9 9 9"); told != mistaken {
			t.Errorf("the key %s says %q", key, said(dialled))
		}
		if again := c.press(next(dialled), key); said(again) != said(dialled) || shape(again) != shape(dialled) {
			t.Errorf("the key %s, keyed again, says %q", key, said(again))
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

// What callers hear past the limits, in maintenance and when something is broken says 999 before
// the number, as the greeting does.
func TestEmergencyFirst(t *testing.T) {
	spent, maintained := newChannelOf(t, testbook.Shipped(), nil), newChannelOf(t, testbook.Shipped(), nil)
	spent.spend(10)
	maintained.maintenance = true
	for name, r := range map[string]webhook.CallReply{
		"past the limits": spent.start(""), "maintenance": maintained.start(""), "broken": ivr.Fallback(testbook.Shipped()),
	} {
		emergency, number := strings.Index(said(r), "9 9 9"), strings.Index(said(r), "08082000247")
		if emergency < 0 || number < emergency {
			t.Errorf("%s: %q", name, said(r))
		}
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

// With any key and any token, the call goes on or says a number.
func FuzzKey(f *testing.F) {
	f.Add("1", "t")
	f.Add("*", "")
	c := newChannel(f, nil)
	c.Count, c.AddCount = func(ivr.Event) {}, func(string, counters.Kind) {}
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
