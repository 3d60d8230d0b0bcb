package ivr_test

import (
	"strings"
	"testing"
	"time"

	"signpost/internal/webhook"
	"signpost/ivr"
)

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
