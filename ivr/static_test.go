package ivr_test

import (
	"strings"
	"testing"
	"time"

	"signpost/flows/testbook"
	"signpost/internal/webhook"
	"signpost/ivr"
)

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
