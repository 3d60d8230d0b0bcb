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
	"signpost/flows/book"
	"signpost/flows/load"
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
	helpline = "08082000247"
	greeting = "Local information line"
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

func shipped(t testing.TB) *flows.Book {
	t.Helper()
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return src.Book
}

func newChannel(t testing.TB, keeper budget.Keeper) *channel {
	t.Helper()
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	b := shipped(t)
	c := &channel{now: time.Date(2026, 11, 18, 14, 10, 0, 0, time.UTC), counts: map[ivr.Event]int{}}
	clock := func() time.Time { return c.now }
	c.meter = &budget.Meter{Keeper: keeper, Limit: 1000, Now: clock, Log: slog.New(slog.DiscardHandler)}
	c.Handler = &ivr.Handler{
		Book: func() *flows.Book { return b },
		Admission: &ivr.CallAdmission{
			Keys: keys, Meter: c.meter, Price: 25, CallerLimit: 3, Maintenance: func() bool { return c.maintenance }, Now: clock,
		},
		Positions: ivr.Positions{Keys: keys, Now: clock}, BaseURL: base, CallerID: "+441632960111", Now: clock,
		Log:   slog.New(slog.DiscardHandler),
		Count: func(e ivr.Event) { c.counts[e]++ },
		Tally: func(k counters.Kind) {
			c.tallies = append(c.tallies, fmt.Sprint(k.Channel, " ", k.Area, " ", k.Service, " ", k.Outcome))
		},
	}
	return c
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

// Each caller is answered as decided, whatever is wrong meanwhile.
func TestStart(t *testing.T) {
	r := testkit.StartRedis(t)
	faults := []struct {
		name string
		set  func(c *channel)
	}{
		{"all well", func(*channel) {}},
		{"rang often", func(c *channel) { c.start(""); c.start(""); c.start("") }},
		{"the budget is nearly spent", func(c *channel) { c.meter.Spend(900) }},
		{"the budget is spent", func(c *channel) { c.meter.Spend(1000) }},
		{"maintenance", func(c *channel) { c.maintenance = true }},
	}
	const menu, number = "Gather Redirect", "Say Hangup"
	for _, tt := range []struct {
		caller, from string
		want         []string // in the order of faults
	}{
		{"a mobile", mobile, []string{menu, number, menu, number, number}},
		{"a landline", "+441228633640", []string{menu, menu, menu, number, number}},
		{"withheld", withheld, []string{menu, menu, number, number, number}},
	} {
		for i, fault := range faults {
			t.Run(tt.caller+", "+fault.name, func(t *testing.T) {
				s, err := store.Open(store.Options{URL: r.URL()})
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
				if spent := c.meter.Total() - before; spent > 0 != offered {
					t.Errorf("cost %v", spent)
				}
			})
		}
	}
}

// Every key does what the menu says, and what is no key does no harm.
func TestKey(t *testing.T) {
	for _, tt := range []struct {
		name, before, keys string
		shape, says        string
	}{
		{"a choice", "", "1", "Gather Redirect", "For Cumbria"},
		{"a doubled key", "", "11", "Gather Redirect", "For Cumbria"},
		{"silence", "", "", "Gather Redirect", "Here it is again"},
		{"no choice", "", "8", "Gather Redirect", greeting},
		{"not a key", "", "x", "Gather Redirect", greeting},
		{"back", "1", "9", "Gather Redirect", greeting},
		{"5 for 999", "", "5", "Gather Redirect", "ring 9 9 9"},
		{"a number", "11", "1", "Gather Redirect", "01228633640"},
		{"to be put through", "111", "1", "Gather Dial", ""},
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
		{"ours", "CA1", link, 0, true}, {"another call", "CA2", link, 0, false}, {"altered", "CA1", link + "A", 0, false},
		{"cut", "CA1", link[:len(link)-4], 0, false}, {"none", "CA1", "", 0, false}, {"expired", "CA1", link, 7 * time.Hour, false},
	} {
		c.now = c.now.Add(tt.after)
		e := event(tt.call, tt.link)
		e.Keys = "1"
		got := said(c.Key(e))
		if strings.Contains(got, "For Cumbria") != tt.opens || !tt.opens && !strings.Contains(got, greeting) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// A service is shown our number, its lines report their ends, and the chain goes on until
// somebody answers. After a talk nothing is said.
func TestLeg(t *testing.T) {
	c := newChannel(t, nil)
	dialled := c.start("1121")
	dial, ok := dialled[len(dialled)-1].(webhook.Dial)
	status := base + ivr.StatusPath
	want := []webhook.DialLine{{E164: "+441900842991", StatusURL: status}, {E164: "+441900842992", StatusURL: status}}
	if !ok || dial.ShownAs != line || dial.CallerID != "+441632960111" || !slices.Equal(dial.Lines, want) {
		t.Fatalf("dialled %+v", dialled)
	}
	for _, tt := range []struct {
		name       string
		leg        webhook.LegEnd
		count      ivr.Event
		shape      string
		lost       string // the shape when the position is lost
		wantsTally string
	}{
		{"talked", webhook.LegEnd{Status: webhook.LegAnswered, Bridged: true}, "leg_answered", "Hangup", "Hangup", "answered"},
		{"a machine", webhook.LegEnd{Status: webhook.LegAnswered}, "leg_no_answer", "Gather Dial", "Gather Redirect", "no_answer"},
		{"rang out", webhook.LegEnd{Status: webhook.LegNoAnswer, Bridged: true}, "leg_no_answer", "Gather Dial", "Gather Redirect", "no_answer"},
		{"engaged", webhook.LegEnd{Status: webhook.LegBusy, Bridged: true}, "leg_engaged", "Gather Dial", "Gather Redirect", "engaged"},
		{"failed", webhook.LegEnd{Status: webhook.LegFailed, Bridged: true}, "leg_failed", "Gather Dial", "Gather Redirect", "failed"},
		{"cancelled", webhook.LegEnd{Status: webhook.LegCanceled, Bridged: true}, "leg_failed", "Gather Dial", "Gather Redirect", "failed"},
	} {
		c.counts, c.tallies = map[ivr.Event]int{}, nil
		e := event("CA1", dial.URL)
		e.Leg = tt.leg
		if got := shape(c.Leg(e)); got != tt.shape || c.counts[tt.count] != 1 || c.tallies[0] != "call  letgo_west "+tt.wantsTally {
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
	dial := c.start("1111")
	if l := dial[len(dial)-1].(webhook.Dial).Lines[0]; l.AcceptURL != base+ivr.AcceptPath {
		t.Errorf("dialled %+v", l)
	}
	r := c.Accept(webhook.Call{ID: "CA7"})
	g, ok := r[0].(webhook.Gather)
	if shape(r) != "Gather Hangup" || !ok || g.URL != base+ivr.AcceptedPath || strings.Contains(said(r), greeting) || said(r) == "" {
		t.Errorf("whoever answers hears %+v", r)
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
	c.start("111")
	c.start("5")
	c.start("1*")
	want := []string{"call   begun", "call cumbria_north letgo_north given", "call   begun", "call   emergency", "call   begun", "call   left"}
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
	b := shipped(t)
	now := time.Date(2026, 11, 18, 14, 10, 0, 0, time.UTC)
	voice, connect := ivr.Static(b, now, "connect.xml")
	if shape(voice) != "Gather Hangup" || next(voice) != "connect.xml" || !strings.Contains(said(voice), helpline) {
		t.Errorf("voice: %+v", voice)
	}
	if shape(connect) != "Say Dial Say Hangup" || next(connect) != "" || !strings.Contains(said(connect), helpline) {
		t.Errorf("connect: %+v", connect)
	}
}

// A recording replaces its words, and is served to be cached.
func TestRecording(t *testing.T) {
	c := newChannel(t, nil)
	b := *c.Book()
	b.Audio = map[string]flows.Recording{"a.wav": {Data: []byte("RIFF")}}
	b.Steps = slices.Clone(b.Steps)
	for i := range b.Steps {
		if b.Steps[i].ID == b.CallStart {
			b.Steps[i].Audio = "a.wav"
		}
	}
	c.Handler.Book = func() *flows.Book { return &b }
	if got := said(c.start("")); !strings.Contains(got, "("+base+"/audio/a.wav)") || strings.Contains(got, "For you") {
		t.Errorf("hears %q", got)
	}
	h := ivr.AudioHandler(func(name string) (flows.Recording, bool) { r, ok := b.Audio[name]; return r, ok })
	for _, tt := range []struct {
		method, path string
		status, size int
	}{{"GET", "/audio/a.wav", 200, 4}, {"HEAD", "/audio/a.wav", 200, 0}, {"POST", "/audio/a.wav", 404, 0}, {"GET", "/audio/b.wav", 404, 0}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, http.NoBody))
		if w.Code != tt.status || w.Body.Len() != tt.size {
			t.Errorf("%s %s: %d, %d bytes", tt.method, tt.path, w.Code, w.Body.Len())
		}
	}
}

// Whatever key and token come in, the call goes on or says a number.
func FuzzKey(f *testing.F) {
	f.Add("1", "t")
	f.Add("*", "")
	c := newChannel(f, nil)
	c.Count, c.Tally = func(ivr.Event) {}, func(counters.Kind) {}
	f.Fuzz(func(t *testing.T, keys, token string) {
		if r := c.Key(webhook.Call{ID: "CA1", Keys: keys, Position: token}); len(r) == 0 || said(r) == "" {
			t.Errorf("%q: a dead line", keys)
		}
	})
}
