package ivr_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/internal/counters"
	"signpost/internal/webhook"
	"signpost/ivr"
)

// Every way a call to a service can end, and what it is counted as.
func TestLegOutcome(t *testing.T) {
	const least = 25 * time.Second
	reached := map[counters.Outcome]bool{}
	for _, c := range []struct {
		name       string
		status     webhook.LegStatus
		bridged    bool
		seconds    int
		callerGone bool
		by         flows.AnsweredBy
		want       counters.Outcome
	}{
		{"a conversation, ended by the line", webhook.LegAnswered, true, 600, false, 0, counters.Answered},
		{"a conversation, ended by the caller", webhook.LegAnswered, true, 600, true, 0, counters.Answered},
		{"a conversation on a line that a menu answers", webhook.LegAnswered, true, 600, false, flows.AnsweredByMenu,
			counters.Answered},
		{"a long message on a voicemail", webhook.LegAnswered, true, 90, false, flows.AnsweredByVoicemail,
			counters.Machine},
		{"a short one", webhook.LegAnswered, true, 5, true, flows.AnsweredByVoicemail, counters.Machine},
		{"a voicemail that rang out", webhook.LegNoAnswer, true, 0, false, flows.AnsweredByVoicemail,
			counters.NoAnswer},
		{"exactly the set time", webhook.LegAnswered, true, 25, false, 0, counters.Answered},
		{"just under the set time", webhook.LegAnswered, true, 24, false, 0, counters.Short},
		{"a two-second pickup", webhook.LegAnswered, true, 2, false, 0, counters.Short},
		{"a caller who hung up on a machine", webhook.LegAnswered, true, 8, true, 0, counters.Short},
		{"a duration that is not reported", webhook.LegAnswered, true, 0, false, 0, counters.Short},
		{"answered, and nobody pressed the key", webhook.LegAnswered, false, 9, false, 0, counters.Machine},
		{"a long machine that nobody accepted", webhook.LegAnswered, false, 60, false, 0, counters.Machine},
		{"a caller who left while the key was waited for", webhook.LegAnswered, false, 4, true, 0, counters.CallerLeft},
		{"rang out", webhook.LegNoAnswer, true, 0, false, 0, counters.NoAnswer},
		{"a caller who hung up while it rang", webhook.LegNoAnswer, true, 0, true, 0, counters.CallerLeft},
		{"cancelled, as the caller hung up", webhook.LegCanceled, true, 0, true, 0, counters.CallerLeft},
		{"cancelled, and the caller is there", webhook.LegCanceled, true, 0, false, 0, counters.Failed},
		{"engaged", webhook.LegBusy, true, 0, false, 0, counters.Engaged},
		{"engaged, and the caller has gone", webhook.LegBusy, true, 0, true, 0, counters.Engaged},
		{"not reached", webhook.LegFailed, true, 0, false, 0, counters.Failed},
		{"not reached, and the caller has gone", webhook.LegFailed, true, 0, true, 0, counters.Failed},
	} {
		call := webhook.Call{CallerGone: c.callerGone,
			Leg: webhook.LegEnd{Status: c.status, Bridged: c.bridged, Duration: time.Duration(c.seconds) * time.Second}}
		if got := ivr.LegOutcome(call, least, c.by); got != c.want {
			t.Errorf("%s: counted as %s, want %s", c.name, got, c.want)
		}
		reached[c.want] = true
	}
	for _, o := range counters.LegOutcomes() {
		if !reached[o] {
			t.Errorf("no case is counted as %s", o)
		}
		if !slices.Contains(ivr.Events(), ivr.Event("leg_"+string(o))) {
			t.Errorf("%s has no event", o)
		}
	}
}

// The book says how long a leg must have lasted to count as a person.
func TestPersonAfter(t *testing.T) {
	for _, tt := range []struct {
		after, lasted time.Duration
		shape         string
	}{
		{25 * time.Second, 24 * time.Second, "Gather Redirect"}, {25 * time.Second, 25 * time.Second, "Hangup"},
		{60 * time.Second, 59 * time.Second, "Gather Redirect"}, {60 * time.Second, time.Minute, "Hangup"},
	} {
		c := newChannel(t, nil)
		if got := c.Book().PersonAfter; got != flows.PersonAfter {
			t.Errorf("without a setting: %v", got)
		}
		c.Book().PersonAfter = tt.after
		e := event("CA1", next(c.start("121")))
		e.Leg = webhook.LegEnd{Status: webhook.LegAnswered, Bridged: true, Duration: tt.lasted}
		if got := shape(c.Leg(e)); got != tt.shape {
			t.Errorf("a leg of %v, where %v is a person: %s", tt.lasted, tt.after, got)
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
